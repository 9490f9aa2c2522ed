"""What the law in the packs grants the invented families, so that the roster they stand on is right.

The roster of the demo is not computed here by a formula of its own: the rules that will judge it
in the month have set it up as well, for the situation before the planted changes.
"""

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.demo import welfare
from doudi.demo.families import RELATIONS, Family, Member
from doudi.engine import bulk, packs

MOST_MEMBERS = 16


@dataclasses.dataclass(slots=True)
class Grants:
    """Monthly amounts in fen by family and by person, for each programme that is granted."""

    household: dict[int, dict[str, int]]
    person: dict[tuple[int, int], dict[str, int]]
    routes: dict[int, str]


def granted(families: list[Family], on: dt.date, extra: Iterable[Any] = ()) -> Grants:
    """Ask the rules in force on a day about every family as it is; nobody holds anything yet."""
    with tempfile.TemporaryDirectory(prefix="doudi-demo-") as folder:
        persons, households = Path(folder) / "persons.parquet", Path(folder) / "households.parquet"
        out = Path(folder) / "long.parquet"
        pq.write_table(pa.Table.from_pylist(list(_persons(families, on))), persons)
        pq.write_table(pa.Table.from_pylist([_household_row(n, f) for n, f in enumerate(families)]), households)
        bulk.decide_long(packs.load(), persons, households, out, on, extra=tuple(extra))
        rows = pq.read_table(out).to_pylist()
    grants = Grants({}, {}, {})
    for row in rows:
        if row["outcome"] != 1:
            continue
        family, amount = row["household_id"] - 1, row["amount_fen_m"] or 0
        if row["subject_kind"] == "h":
            grants.household.setdefault(family, {})[row["programme"]] = amount
            if row["programme"] == "dibao":
                grants.routes[family] = row["route"] or ""
        else:
            member = (row["subject_id"] - 1) % MOST_MEMBERS
            grants.person.setdefault((family, member), {})[row["programme"]] = amount
    return grants


def _persons(families: list[Family], on: dt.date) -> Iterable[dict[str, Any]]:
    for number, family in enumerate(families):
        for place, member in enumerate(family.members):
            yield _person_row(number, place, member, on)


def _person_row(family: int, place: int, member: Member, on: dt.date) -> dict[str, Any]:
    return {
        "person_id": family * MOST_MEMBERS + place + 1,
        "household_id": family + 1,
        "age_years": member.age_on(on),
        "is_dead": False,
        "relation_code": RELATIONS[member.relation],
        "is_student": member.is_student,
        "wage_fen_m": member.wage_fen_m,
        "wage_before_fen_m": member.wage_before_fen_m,
        "work_cost_fen_m": member.work_cost_fen_m,
        "pension_fen_m": member.pension_fen_m,
        "business_income_fen_m": member.business_income_fen_m,
        "transfer_income_fen_m": member.transfer_income_fen_m,
        "disability_kind": member.disability_kind,
        "disability_grade": member.disability_grade,
        "is_seriously_ill": member.is_seriously_ill,
        "medical_self_paid_fen_y": member.medical_self_paid_fen_y,
        "vehicle_count": member.vehicle_count,
        "dwelling_count": member.dwelling_count,
        "company_count": member.company_count,
        "supporters_able": member.supporters_able,
        "self_care_failed_count": len(member.failed),
        "in_institution": member.in_institution,
        "father_state": member.father_state,
        "father_state_months": member.father_term_months or welfare.months_lost(member.father_state),
        "mother_state": member.mother_state,
        "mother_state_months": member.mother_term_months or welfare.months_lost(member.mother_state),
        "has_applied": member.has_applied,
        "veteran_class": member.veteran_class,
        "veteran_service_years": member.service_years,
        "held_tekun": False,
        "held_tekun_fen_m": 0,
        "held_living_subsidy": False,
        "held_care_subsidy": False,
        "is_covered_elsewhere": False,
    }


def _household_row(number: int, family: Family) -> dict[str, Any]:
    return {
        "household_id": number + 1,
        "place_code": family.village[:9],
        "is_rural": family.area == "rural",
        "farm_income_fen_m": family.farm_income_fen_m,
        "support_income_fen_m": family.support_income_fen_m,
        "deposits_fen": family.deposits_fen,
        "rigid_spending_fen_y": family.rigid_spending_fen_y,
        "held_dibao": False,
        "held_dibao_fen_m": 0,
        "held_dibao_route": 0,
    }
