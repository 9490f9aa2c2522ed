"""Every planted double enrolment inside the county leads to a reduction that the freeze of 宁安市 does not hold."""

import csv
from pathlib import Path

import pytest

from doudi.benefits import services as benefits
from doudi.cases.models import Proposal
from doudi.demo import generate
from doudi.demo.month import BUSINESS_DATE, MONTH
from doudi.facts import imports
from doudi.kernel.actors import SYSTEM
from doudi.places.services import load_divisions
from doudi.registry.models import Household
from doudi.security.scope import acting
from doudi.wiring import month as chain

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNTY = "231084"


def _set_aside(folder: Path) -> list[str]:
    """List the county's own numbers of the families whose planted row is set aside, travellers left out."""
    with (folder / "plant.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "double_enrolment"]
    return [row["expected"].split()[2] for row in rows if row["expected"] != generate.TRAVELLER_OUTCOME]


def test_every_planted_double_enrolment_is_reduced_although_exits_are_frozen(tmp_path: Path) -> None:
    generate.make(tmp_path, COUNTY, people=800, seed=7)
    with acting(SYSTEM):
        load_divisions()
        for _result in imports.load_folder(tmp_path, division_code=COUNTY, known_on=BUSINESS_DATE, actor=SYSTEM):
            pass
        benefits.take_over_roster(COUNTY, SYSTEM)
        chain.run_cycle(COUNTY, MONTH, on=BUSINESS_DATE, known_on=BUSINESS_DATE, actor=SYSTEM)
        wanted = _set_aside(tmp_path)
        numbers = dict(Household.objects.values_list("id", "filed_number"))
        found = {
            numbers[one.household_id]: (one.kind, one.state, one.hold_clause, "double_enrolment" in one.flags)
            for one in Proposal.objects.filter(programme="dibao", cause="double_enrolment")
        }

    assert len(wanted) >= 3
    assert {number: found.get(number) for number in wanted} == {
        number: ("change", "proposed", "", True) for number in wanted
    }
    assert set(found) == set(wanted)
