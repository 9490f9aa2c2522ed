"""The law is complete on every date on which anything changes in any pack, and on the day before it."""

import datetime as dt

import pytest

from doudi.engine import packs
from doudi.engine.sqlgen import generate
from doudi.engine.switches import NAMES

LAW = packs.load()
PLACES = ["231084101", "230102001", "141124100", "140105001", "210727100", "210106001"]
FIRST = dt.date(2014, 5, 1)


def _days() -> list[dt.date]:
    rows = [*LAW.parameters.rows, *LAW.switches.rows]
    found = {day for row in rows for day in (row.since, row.until) if day}
    found |= set(LAW.change_days())
    found |= {day - dt.timedelta(days=1) for day in found}
    return sorted(day for day in found if day >= FIRST)


def _covered(on: dt.date) -> list[str]:
    """List the places whose packs speak of the day."""
    return [p for p in PLACES if on >= next(pack.since for pack in LAW.parameters.packs if pack.place == p[:2])]


@pytest.mark.parametrize("on", _days(), ids=str)
def test_every_changing_date_can_be_reckoned(on: dt.date) -> None:
    rules = LAW.rules_on(on)
    places = _covered(on)
    table = LAW.parameters.table(places, on)
    assert table.arrow.num_rows == 2 * len(places)
    plan = generate(rules, rules.parameters, LAW.least_parameters)
    assert plan.statements
    for place in places:
        for name in NAMES:
            state = LAW.switches.in_force(name, place, on)
            assert state is None or state.clause
    for row in table.provenance:
        assert row["source"], row


def test_days_are_many() -> None:
    assert len(_days()) > 40


def test_every_value_and_rule_cites_something_known() -> None:
    known = {clause.id for clause in LAW.clauses}
    documents = {clause.document for clause in LAW.clauses}
    assert [row.name for row in LAW.parameters.rows if not row.document] == []
    cited = {row.clause for row in LAW.parameters.rows if row.clause}
    assert {clause for clause in cited if clause.split("-")[0] not in documents and clause not in known} == set()
    assert {cite.id for rule in LAW.every_rule for cite in rule.cites} <= known
