"""An input with a default is never unknown: an absent column, an empty cell and an unstated value mean the default."""

import pathlib

import duckdb
import pytest

from doudi.engine import files
from doudi.engine.inputs import Input, Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.kernel.errors import BadInput

KEYS = (
    Input("person_id", PERSON, "key"),
    Input("household_id", PERSON, "key"),
    Input("household_id", HOUSEHOLD, "key"),
    Input("place_code", HOUSEHOLD, "text"),
)
EVENT = Input("event_kind", PERSON, "code", label="遭遇", values={0: "无", 1: "火灾"}, default=0)
INPUTS = Inputs((*KEYS, EVENT, Input("wage_fen_m", PERSON, "int", nullable=True, label="工资")))


def _read(tmp_path: pathlib.Path, columns: str) -> list[tuple[object, ...]]:
    path = tmp_path / "persons.parquet"
    with duckdb.connect() as con:
        con.execute(f"copy (select {columns}) to '{path}' (format parquet)")
        table = files.open_table(con, path, PERSON, INPUTS, tmp_path)
        return con.execute(table.select(INPUTS, {"event_kind", "wage_fen_m"})).fetchall()


def test_absent_column_is_the_default(tmp_path: pathlib.Path) -> None:
    assert _read(tmp_path, "1 as person_id, 2 as household_id") == [(1, 2, 0, None)]


def test_empty_cell_is_the_default_and_a_stated_value_stays(tmp_path: pathlib.Path) -> None:
    rows = "unnest([1, 3]) as person_id, 2 as household_id, unnest([null, 1]) as event_kind"
    assert _read(tmp_path, rows) == [(1, 2, 0, None), (3, 2, 1, None)]


def test_wrong_code_is_refused_although_there_is_a_default(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match="没有代码 7"):
        _read(tmp_path, "1 as person_id, 2 as household_id, 7 as event_kind")


def test_family_without_the_value_has_the_default() -> None:
    _, persons = INPUTS.checked_family({"household": {}, "persons": [{}, {"event_kind": None}, {"event_kind": 1}]})
    assert [person["event_kind"] for person in persons] == [0, 0, 1]


def test_unknown_and_default_cannot_go_together() -> None:
    with pytest.raises(BadInput, match="不能既可未知又有默认值"):
        Inputs((*KEYS, Input("x", PERSON, "int", nullable=True, default=0)))
