"""What the stacking matrix forbids nobody is granted, in bulk, on invented families."""

import datetime as dt
import pathlib

import duckdb
import pytest
from typer.testing import CliRunner

from doudi.cli.policy import app
from doudi.engine import bulk, packs, stacking
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme
from tests.proofs.invent import people

LAW = packs.load()
MATRIX = stacking.load(LAW.root)
PLACES = ("231084101", "141124100", "210202001")
GOOD = "{pair: [dibao, tekun], effect: excludes, per: person, since: 2022-01-01, clause: D1-一}"


@pytest.mark.parametrize("on", [dt.date(2020, 3, 1), dt.date(2022, 4, 15), dt.date(2025, 3, 1)], ids=str)
def test_nobody_is_granted_two_programmes_that_exclude_each_other(on: dt.date, tmp_path: pathlib.Path):
    people(LAW.inputs, tmp_path, 12_000, seed=5, unknown_permille=5, places=PLACES)
    bulk.decide_files(LAW, tmp_path / "persons.parquet", tmp_path / "households.parquet", tmp_path / "out", on)
    forbidden = [row for row in MATRIX.in_force(on) if row.effect in ("excludes", "higher_of")]
    both = {}
    with duckdb.connect() as con:
        for row in forbidden:
            kinds = {Programme[name].subject_kind for name in row.programmes}
            if kinds == {"p", "h"}:  # a family of one: the member is the household
                source = (
                    f"'{tmp_path}/out/persons.parquet' join '{tmp_path}/out/households.parquet' using (household_id)"
                    " where household_id in (select household_id from "
                    f"'{tmp_path}/persons.parquet' group by 1 having count(*) = 1)"
                )
            else:
                source = f"'{tmp_path}/out/{'persons' if kinds == {'p'} else 'households'}.parquet' where true"
            (count,) = con.execute(
                f"select count(*) from {source} and {row.first}_outcome = 1 and {row.second}_outcome = 1"
            ).fetchone() or (0,)
            both[row.first, row.second] = count

    assert len(both) >= 4
    assert {pair: count for pair, count in both.items() if count} == {}


def test_a_pair_begins_with_its_text():
    def names(on: dt.date) -> set[frozenset[str]]:
        return {row.programmes for row in MATRIX.in_force(on)}

    pair = frozenset(("tekun", "orphan_allowance"))
    assert pair not in names(dt.date(2021, 6, 30))
    assert pair in names(dt.date(2021, 7, 1))


def test_every_unless_is_a_parameter():
    assert {row.unless for row in MATRIX.rows if row.unless} <= set(LAW.parameters.names)


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    for name, place in (("cn", ""), ("cn_23", "23")):
        folder = tmp_path / "packs" / name
        (folder / "notices").mkdir(parents=True)
        (folder / "pack.yaml").write_text(f'place: "{place}"\ntitle: 试\nsince: 2014-05-01\n', encoding="utf-8")
    text = "document: {id: D1, title: 试验文件, date: 2014-05-01}\nclauses:\n  - {id: D1-一, text: 甲}\n"
    (tmp_path / "packs" / "cn" / "notices" / "d1.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "packs"


def test_a_province_may_allow_what_the_nation_excludes(root: pathlib.Path):
    (root / "cn" / "stacking.yaml").write_text(f"- {GOOD}\n", encoding="utf-8")
    (root / "cn_23" / "stacking.yaml").write_text(f"- {GOOD.replace('excludes', 'allows')}\n", encoding="utf-8")
    matrix = stacking.load(root)

    on = dt.date(2022, 4, 15)
    assert [row.effect for row in matrix.in_force(on, "231084101")] == ["allows"]
    assert [row.effect for row in matrix.in_force(on, "141124100")] == ["excludes"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace("tekun", "dibao"), "两个不同的项目"),
        (GOOD.replace("tekun", "tekunn"), "tekunn"),
        (GOOD.replace("excludes", "forbids"), "effect"),
        (GOOD.replace("person", "village"), "per"),
        (GOOD.replace(", since: 2022-01-01", ""), "起止日期不对"),
        (GOOD.replace("D1-一", "D1-二"), "不在条款库"),
        (GOOD.replace("per:", "colour: red, per:"), "不认识的属性 colour"),
        (f"{GOOD}\n- {GOOD}", "写了两次"),
    ],
)
def test_wrong_rows_are_refused_with_file_and_line(root: pathlib.Path, wrong: str, said: str):
    (root / "cn" / "stacking.yaml").write_text(f"- {wrong}\n", encoding="utf-8")

    with pytest.raises(BadInput, match=said) as refusal:
        stacking.load(root)

    assert "packs/cn/stacking.yaml 第" in refusal.value.text


def test_the_command_prints_pair_effect_and_clause():
    found = CliRunner().invoke(app, ["stacking", "--on", "2022-04-15", "--packs-only"])

    assert found.exit_code == 0
    assert "不能同时享受  同一人  最低生活保障、特困人员救助供养  P5-第十四条" in found.output
    assert f"共 {len(LAW.stacking(dt.date(2022, 4, 15)))} 对" in found.output
