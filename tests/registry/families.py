"""Invented families for the tests of the register."""

import datetime as dt
from typing import Any

from doudi.kernel import idno
from doudi.registry.rows import FamilyRow

TODAY = dt.date(2022, 4, 15)
COUNTY = "231084"
TOWN = "231084101"
VILLAGE = "231084101201"


def number(sequence: int, birth: dt.date = dt.date(1950, 3, 8)) -> str:
    """Invent an identity number that is nobody's."""
    return idno.make("999084", birth, sequence)


GUILAN_NO = number(222)
GRANDCHILD_NO = number(111, dt.date(2012, 6, 1))


def row(name: str, id_no: str, **other: Any) -> FamilyRow:
    """Give a row of family K1 in the village, the head unless said otherwise."""
    facts: dict[str, Any] = {"household_key": "K1", "relation": "head", "division_code": VILLAGE, "area": "rural"}
    return FamilyRow(name=name, id_no=id_no, **{**facts, **other})


def guilan_family() -> list[FamilyRow]:
    """Give 王桂兰 and her grandchild 王小丫."""
    return [row("王桂兰", GUILAN_NO), row("王小丫", GRANDCHILD_NO, relation="grandchild")]
