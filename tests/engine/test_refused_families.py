"""What cannot be a family's application is refused with its reason: as a family file, as bulk files, by command."""

import datetime as dt
import pathlib
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from doudi.cli import law as commands
from doudi.engine import explain, files, packs
from doudi.engine.rule import PERSON
from doudi.kernel.errors import BadInput

LAW = packs.load()
ON = dt.date(2022, 4, 15)


def _family(**member: Any) -> dict[str, Any]:
    return {"household": {"is_rural": True}, "persons": [{"age_years": 40, **member}]}


def _persons_file(folder: pathlib.Path, wage: list[int]) -> pathlib.Path:
    count = len(wage)
    columns: dict[str, Any] = {"person_id": list(range(count)), "household_id": [1] * count, "wage_fen_m": wage}
    for one in LAW.inputs.of(PERSON):
        if not one.may_be_empty and one.name not in columns:
            columns[one.name] = pa.array([0] * count, pa.int64()).cast(pa.bool_() if one.type == "bool" else pa.int64())
    path = folder / "persons.parquet"
    pq.write_table(pa.table({name: pa.array(value) for name, value in columns.items()}), path)
    return path


def test_S04_7_a_negative_income_is_refused_in_a_family_file_and_by_command(tmp_path: pathlib.Path):
    family = _family(wage_fen_m=-1)
    path = tmp_path / "family.yaml"
    path.write_text(yaml.safe_dump(family), encoding="utf-8")

    with pytest.raises(BadInput, match="wage_fen_m"):
        LAW.inputs.checked_family(family)
    with pytest.raises(BadInput, match="wage_fen_m"):
        commands.explain(path, "231084", "2022-04-15", "", True, True)


def test_S04_7_a_negative_income_is_refused_in_a_bulk_file(tmp_path: pathlib.Path):
    path = _persons_file(tmp_path, [0, -1])

    with duckdb.connect(":memory:") as con, pytest.raises(BadInput, match="wage_fen_m"):
        files.open_table(con, path, PERSON, LAW.inputs, tmp_path)


def test_S04_7_an_empty_member_list_is_refused_in_a_family_file_and_by_command(tmp_path: pathlib.Path):
    family = {"household": {"is_rural": True}, "persons": []}
    path = tmp_path / "family.yaml"
    path.write_text(yaml.safe_dump(family), encoding="utf-8")

    with pytest.raises(BadInput, match="至少一个 persons"):
        LAW.inputs.checked_family(family)
    with pytest.raises(BadInput):
        commands.explain(path, "231084", "2022-04-15", "", True, True)


def test_S04_7_a_bulk_file_without_members_is_refused(tmp_path: pathlib.Path):
    path = _persons_file(tmp_path, [])

    with duckdb.connect(":memory:") as con, pytest.raises(BadInput):
        files.open_table(con, path, PERSON, LAW.inputs, tmp_path)


def test_S04_7_a_member_of_another_dibao_household_is_refused_with_the_reason():
    told = explain.explain(LAW, _family(is_covered_elsewhere=True), "231084", ON)
    dibao = next(one for one in told.programmes if one.programme == "dibao")

    assert dibao.outcome == "refuses"
    spoken = [one.met for one in dibao.criteria if any(word in one.text for word in ("别", "其他", "重复"))]
    assert spoken == [False]
