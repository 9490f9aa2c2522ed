"""The commands that need only files: they answer, and they refuse with words."""

import datetime as dt
import json
import pathlib
import subprocess
import sys
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import typer

from doudi.cli import deciding, law
from doudi.cli.main import ALONE, app_for
from doudi.engine import packs
from doudi.engine.local import Step
from doudi.kernel.errors import BadInput

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
FAMILIES = sorted((EXAMPLES / "families").glob("*.yaml"))


def explained(capsys: pytest.CaptureFixture[str], file: pathlib.Path, place: str = "231084") -> dict[str, Any]:
    law.explain(file, place, "2022-04-15", "", True, True)
    return dict(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("file", FAMILIES, ids=lambda path: path.stem)
def test_explain_answers_every_programme_in_json(file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = explained(capsys, file)

    assert set(answer) == {plan.name for plan in packs.load().rules_on(dt.date(2022, 4, 15)).programmes}
    for one in answer.values():
        assert one["outcome"] in ("grants", "refuses", "needs_facts")
        assert (one["amount_fen_m"] is None) == (one["outcome"] == "needs_facts") or "persons" in one
        assert one["criteria"]
        assert {c["met"] for c in one["criteria"]} <= {True, False, None}
        assert all(c["text"] and c["clause"] for c in one["criteria"])
        assert bool(one["missing"]) == (one["outcome"] == "needs_facts")


@pytest.mark.parametrize("file", FAMILIES, ids=lambda path: path.stem)
def test_explain_answers_in_words(file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    law.explain(file, "231084", "2022-04-15", "", False, True)

    words = capsys.readouterr().out
    assert "【最低生活保障】" in words
    assert "步骤" in words


def test_explain_of_unknown_deposits_needs_facts(capsys: pytest.CaptureFixture[str]) -> None:
    answer = explained(capsys, EXAMPLES / "families" / "deposits_unknown.yaml", "141124")

    assert answer["dibao"]["outcome"] == "needs_facts"
    assert "deposits_fen" in [m["input"] for m in answer["dibao"]["missing"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("household: [", "不是可读的 YAML"),
        ("只有一句话", "household 和 persons 两部分"),
        ("household: {is_rural: true}", "至少一个 persons"),
        ("household: {is_rural: true}\npersons: [{age: 3}]", "没有名为 age 的输入项"),
        ("household: {}\npersons: [{age_years: 3}]", "必须填写"),
    ],
)
def test_explain_refuses_a_bad_file(tmp_path: pathlib.Path, text: str, words: str) -> None:
    path = tmp_path / "family.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadInput, match=words):
        law.explain(path, "231084", "2022-04-15", "", True, True)


@pytest.mark.parametrize(("place", "on"), [("宁安", "2022-04-15"), ("231084", "2022-13-01"), ("", "2022-04-15")])
def test_explain_refuses_a_bad_option(place: str, on: str) -> None:
    with pytest.raises(BadInput):
        law.explain(FAMILIES[0], place, on, "", True, True)


def test_decide_writes_results_for_the_example_township(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law.decide(EXAMPLES / "township", tmp_path, "2022-04-15")

    assert "7 户 14 人" in capsys.readouterr().out
    households = pq.read_table(tmp_path / "households.parquet").to_pylist()
    assert [row["household_id"] for row in households] == [101, 102, 103, 104, 105, 106, 107]
    assert {row["household_id"]: row["dibao_outcome"] for row in households}[103] == 2
    assert "dibao_route" in households[0]
    assert json.loads((tmp_path / "run.json").read_text())["person_count"] == 14


def test_decide_refuses_an_unknown_engine(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match="没有名为 cloud 的引擎"):
        law.decide(EXAMPLES / "township", tmp_path, "2022-04-15", engine="cloud")


@pytest.mark.parametrize("kind", ["family", "persons", "households"])
def test_schema_describes_every_input(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    law.schema(kind, False)
    assert "household" in capsys.readouterr().out
    law.schema(kind, True)
    assert json.loads(capsys.readouterr().out)["type"] == "object"


def test_the_commands_need_no_framework() -> None:
    code = (
        "import sys; from doudi.cli import law; law.schema('family', True); import doudi.engine.bulk, "
        "doudi.engine.explain; sys.exit(any(n in sys.modules for n in ('django', 'psycopg', 'pandas')))"
    )

    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_decide_can_be_asked_for_one_programme(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    law.decide(EXAMPLES / "township", tmp_path, "2022-04-15", programme=["tekun"])

    words = capsys.readouterr().out
    assert "特困" in words
    assert "最低生活保障" not in words


def test_decide_writes_the_sql_of_a_block(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = tmp_path / "people"
    people.mkdir()
    types = {"persons": "{'is_dead': 'BOOLEAN'}", "households": "{'place_code': 'VARCHAR'}"}
    for name in types:
        source = f"read_csv('{EXAMPLES / 'township' / f'{name}.csv'}', types = {types[name]})"
        duckdb.sql(f"copy (from {source}) to '{people / f'{name}.parquet'}'")

    law.decide(people, tmp_path / "out", "2022-04-15", print_block=1)
    assert "create or replace temp table parameters" in capsys.readouterr().out
    law.decide(people, tmp_path / "out", "2022-04-15", sql=tmp_path / "block.sql")
    assert "duckdb <" in capsys.readouterr().err
    duckdb.connect().execute((tmp_path / "block.sql").read_text())
    assert pq.read_table(tmp_path / "out" / "persons-00001.parquet").num_rows == 14
    with pytest.raises(BadInput, match="只读 Parquet"):
        law.decide(EXAMPLES / "township", tmp_path, "2022-04-15", print_block=1)


def test_progress_tells_rate_and_time_left() -> None:
    line = deciding.ProgressLine()
    line.last = Step(4, 10, 4_000_000, 1_000_000, 10_000_000)

    assert line.words(10.0) == "已完成 4/10 块,4,000,000 人,每秒 300,000 人,约剩 20 秒"
    line.last = Step(4, 10, 4_000_000, 1_000_000, 100_000_000)
    assert line.words(10.0).endswith("约剩 5 分钟")
    line.last = Step(4, 10, 1_000_000, 1_000_000, 10_000_000)
    assert line.words(10.0) == "已完成 4/10 块,1,000,000 人,接着上次"


def test_ctrl_c_says_what_is_kept_and_what_to_do(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any, progress: Any, **__: Any) -> None:
        progress(Step(3, 9, 700_000, 0, 2_000_000))
        raise KeyboardInterrupt

    monkeypatch.setattr("doudi.engine.bulk.decide_files", stopped)

    with pytest.raises(typer.Exit) as ending:
        law.decide(EXAMPLES / "township", tmp_path, "2022-04-15")

    assert ending.value.exit_code == 1
    assert "已算完的 3/9 块(700,000 人)留着。再次运行同一命令" in capsys.readouterr().err


def test_a_command_for_files_does_not_read_the_others() -> None:
    code = (
        "import sys; from doudi.cli.main import app_for; app_for(['decide']);"
        "sys.exit(any(n in sys.modules for n in ('django', 'doudi.cli.pay', 'yaml', 'rich.console')))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert [command.name for command in app_for(["decide"]).registered_commands] == list(ALONE)
    assert len(app_for([]).registered_commands) > len(ALONE)
