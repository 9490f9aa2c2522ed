"""The commands that need only files: they answer, and they refuse with words."""

import datetime as dt
import json
import pathlib
import subprocess
import sys
from typing import Any

import pyarrow.parquet as pq
import pytest

from doudi.cli import law
from doudi.engine import packs
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
