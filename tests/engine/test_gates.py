"""What several inputs cannot be together is refused, in one family and in a file alike."""

import pathlib
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doudi.engine import files, gates, inputs, packs
from doudi.engine.gates import Check, Comparison
from doudi.engine.inputs import Input, Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.kernel.errors import BadInput

KEYS = (
    Input("person_id", PERSON, "key"),
    Input("household_id", PERSON, "key"),
    Input("household_id", HOUSEHOLD, "key"),
    Input("place_code", HOUSEHOLD, "text"),
    Input("is_rural", HOUSEHOLD, "bool"),
)
MONTHS = (
    Input("applied_month", PERSON, "int", default=0, label="申请月份"),
    Input("last_month", PERSON, "int", nullable=True, label="最后收入月份"),
)
LATE = Check(
    PERSON,
    (Comparison("applied_month", None, ">", 0), Comparison("last_month", None, ">", "applied_month")),
    "收入月份晚于申请月份",
)
SMALL = Inputs((*KEYS, *MONTHS), (LATE,))
LAW = packs.load()


def _family(**person: Any) -> dict[str, Any]:
    return {"household": {"is_rural": True, "place_code": "231084101"}, "persons": [{}, person]}


def _open(folder: pathlib.Path, **columns: list[Any]) -> files.Table:
    count = len(next(iter(columns.values())))
    keys = {"person_id": list(range(count)), "household_id": [1] * count}
    schema = pa.schema([(name, pa.int64()) for name in (*keys, *columns)])
    pq.write_table(pa.table(keys | columns, schema=schema), folder / "persons.parquet")
    with duckdb.connect(":memory:") as con:
        return files.open_table(con, folder / "persons.parquet", PERSON, SMALL, folder)


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ({"applied_month": 202206, "last_month": 202207}, True),
        ({"applied_month": 202206, "last_month": 202206}, False),
        ({"applied_month": 202206, "last_month": None}, False),
        ({"last_month": 202207}, False),
    ],
)
def test_a_family_and_a_file_are_refused_alike(row: dict[str, Any], refused: bool, tmp_path: pathlib.Path):
    columns = {name: [None, value] for name, value in row.items()}
    if not refused:
        SMALL.checked_family(_family(**row))
        assert _open(tmp_path, **columns).row_count == 2
        return
    with pytest.raises(BadInput, match="收入月份晚于申请月份") as one:
        SMALL.checked_family(_family(**row))
    with pytest.raises(BadInput, match="第 2 行:收入月份晚于申请月份"):
        _open(tmp_path, **columns)
    assert one.value.where == "persons[2]"


def test_a_file_with_one_value_throughout_is_judged_without_reading_rows():
    assert LATE.sql({"applied_month": 0}, {"applied_month": 0}) == ""
    assert LATE.sql({"last_month": None}, {"applied_month": 0}) == ""
    assert LATE.sql({}, {"applied_month": 0}) == (
        "(coalesce(applied_month, 0) > 0) and (last_month > coalesce(applied_month, 0))"
    )


def test_one_bad_value_throughout_a_file_is_found(tmp_path: pathlib.Path):
    with pytest.raises(BadInput, match="第 1 行"):
        _open(tmp_path, applied_month=[202206, 202206], last_month=[202207, 202207])


def test_a_remainder_tells_a_month_that_does_not_exist():
    check = Check(PERSON, (Comparison("applied_month", 100, ">", 12),), "没有这个月份")

    assert check.refuses({"applied_month": 202213})
    assert not check.refuses({"applied_month": 202212})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {entity: person, wrong: [applied_month], text: 不通}", "读不懂"),
        ("- {entity: person, wrong: [unheard_of > 0], text: 不通}", "unheard_of 不是输入项"),
        ("- {entity: person, wrong: [], text: 不通}", "不是输入项"),
        ("- {entity: village, wrong: [applied_month > 0], text: 不通}", "entity"),
        ("- {entity: person, wrong: [applied_month > 0]}", "text"),
        ("- {entity: person, wrong: [applied_month > 0], text: 通, because: 多余}", "entity"),
        ("- [", "读不到"),
    ],
)
def test_a_check_that_cannot_be_read_is_named(text: str, words: str, tmp_path: pathlib.Path):
    path = tmp_path / "checks.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadInput, match=words):
        gates.load(path, {PERSON: {"applied_month"}, HOUSEHOLD: set()})


def test_a_folder_without_checks_has_none(tmp_path: pathlib.Path):
    (tmp_path / "inputs.yaml").write_text("- {name: x, entity: person, type: int}", encoding="utf-8")

    assert inputs.load(tmp_path / "inputs.yaml").checks == ()


@pytest.mark.parametrize("check", LAW.inputs.checks, ids=lambda check: check.text)
def test_every_check_of_the_packs_speaks_of_numbers_that_are_there(check: Check):
    kinds = {one.name: one.type for one in LAW.inputs.of(check.entity)}

    assert {kinds[name] for name in check.names} <= {"int", "code"}
    assert not check.refuses({name: one.default for name, one in ((n, LAW.inputs.get(n)) for n in check.names) if one})


def _told(household: dict[str, Any], person: dict[str, Any]) -> str:
    family = _family(**person)
    family["household"] |= household
    with pytest.raises(BadInput) as refused:
        LAW.inputs.checked_family(family)
    return refused.value.text


@pytest.mark.parametrize(("amount_fen", "words"), [(0, "不能小于 1"), (-10_000, "不能小于 1"), (10**11, "不能大于")])
def test_S06_7_an_amount_of_nothing_or_a_thousand_million_is_refused(amount_fen: int, words: str):
    assert words in _told({"aid_kind": 1, "aid_cause": 13, "aid_proposed_fen": amount_fen}, {})


def test_S06_7_an_event_in_the_future_is_refused():
    household = {"aid_kind": 1, "aid_cause": 13, "aid_application_date": 20220605}

    assert "困难发生日期晚于申请日期" in _told(household | {"aid_event_date": 20220606}, {})


def test_S07_6_income_months_that_overlap_or_lie_after_the_application_are_refused():
    applied = {"jobless_application_month": 202206}

    assert "晚于申请月份" in _told({}, applied | {"jobless_last_income_month": 202207})
    assert "重叠" in _told({}, applied | {"jobless_last_income_month": 202203, "jobless_no_income_from": 202203})
    assert "日历" in _told({}, {"jobless_application_month": 202213})
