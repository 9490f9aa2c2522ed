"""Small invented families in a real database, and the steps of a month on them."""

import dataclasses
import datetime as dt
from typing import Any

from doudi.benefits import queries as awards
from doudi.benefits import services as benefits
from doudi.cases import services as cases
from doudi.cases.models import Proposal
from doudi.determination import services as determination
from doudi.determination.models import Run
from doudi.facts.models import Batch, Fact, RosterLine
from doudi.kernel.actors import SYSTEM, Actor
from doudi.kernel.periods import Month
from doudi.registry.models import Household, Membership, Person
from doudi.security.scope import acting

NINGAN, LINXIAN = "231084", "141124"
TOWN = {NINGAN: "231084101", LINXIAN: "141124100"}
APRIL = Month(2022, 4)
ON = dt.date(2022, 4, 15)
LONG_AGO = dt.date(2021, 1, 1)
FULL_LISTS = ("social_insurance", "disability", "deaths", "vehicles", "real_estate", "companies", "roster")
PLAIN_PERSON = {
    "is_student": 0,
    "work_cost_fen_m": 0,
    "business_income_fen_m": 0,
    "transfer_income_fen_m": 0,
    "is_seriously_ill": 0,
    "medical_self_paid_fen_y": 0,
    "supporters_able": 1,
    "self_care_failed_count": 0,
    "in_institution": 0,
    "wage_fen_m": 0,
    "pension_fen_m": 0,
}
PLAIN_FAMILY = {"farm_income_fen_m": 0, "support_income_fen_m": 0, "deposits_fen": 0, "rigid_spending_fen_y": 0}


@dataclasses.dataclass
class Family:
    """A family of the test, with its people in order."""

    household_id: int
    person_ids: list[int]


def actor(role: str, scope: str, key: str = "") -> Actor:
    name = key or role
    return Actor(user_id=1, login=name, person_key=f"person-{name}", name=name, role=role, scope_code=scope)


def county_loaded(county: str, kinds: tuple[str, ...] = FULL_LISTS) -> dict[str, Batch]:
    """Say that the county has loaded its full lists."""
    return {
        kind: Batch.objects.create(
            department=kind, kind=kind, file_name=f"{kind}.csv", sha256=f"{county}{kind}".ljust(64, "0"),
            division_code=county, row_count=1, taken_count=1, rejected_count=0, known_on=LONG_AGO, loaded_by="测试",
        )
        for kind in kinds
    }  # fmt: skip


def family(county: str, ages: tuple[int, ...] = (40, 38, 10), *, area: str = "rural", code: str = "") -> Family:
    """Register one family whose members share their life; the first is the head."""
    code = code or TOWN[county] + "201"
    count = Person.objects.count()
    people = [
        Person.objects.create(
            temporary_number=f"临{county}{count + n}", name=f"张{'甲乙丙丁戊'[n]}",
            birth_date=dt.date(2022 - age, 1, 1), division_code=code,
        )
        for n, age in enumerate(ages)
    ]  # fmt: skip
    home = Household.objects.create(
        number=f"{county}-2022-{count}", head=people[0], area=area, division_code=code, since=LONG_AGO
    )
    for n, person in enumerate(people):
        relation = ("head", "spouse", "child", "child", "child")[n]
        Membership.objects.create(household=home, person=person, relation=relation, since=LONG_AGO, division_code=code)
    return Family(home.pk, [p.pk for p in people])


def say(one: Family, county: str, since: dt.date = LONG_AGO, **stated: int | None) -> None:
    """State plain facts of everyone in the family, and what is given: of the head, or of the family."""
    code = TOWN[county] + "201"
    about = {"since": since, "known_on": since, "source": "入户调查", "division_code": code}
    for place, person_id in enumerate(one.person_ids):
        told = {**PLAIN_PERSON, **{k: v for k, v in stated.items() if place == 0 and k not in PLAIN_FAMILY}}
        for name, value in told.items():
            Fact.objects.create(person_id=person_id, name=name, value_int=value, **about)
    for name, value in {**PLAIN_FAMILY, **{k: v for k, v in stated.items() if k in PLAIN_FAMILY}}.items():
        Fact.objects.create(household_id=one.household_id, name=name, value_int=value, **about)


def later(
    person_id: int, county: str, name: str, value: int | None = None, text: str | None = None, **more: Any
) -> None:
    """State one further fact of a person."""
    about = {"since": ON, "known_on": ON, "source": "社会保险", "division_code": TOWN[county] + "201", **more}
    Fact.objects.create(person_id=person_id, name=name, value_int=value, value_text=text, **about)


def on_roster(one: Family, county: str, amount: int, batch: Batch, programme: str = "dibao", **more: Any) -> None:
    RosterLine.objects.create(
        batch=batch, household_id=one.household_id, programme=programme, amount_fen_m=amount, since=LONG_AGO,
        row_number=1, division_code=TOWN[county] + "201", **more,
    )  # fmt: skip


def cycle(county: str, month: Month = APRIL, on: dt.date = ON) -> tuple[Run, dict[str, int]]:
    """Run a month's cycle as the system."""
    held = awards.held_awards(county, month)
    run = determination.determine_county(county, month, on=on, known_on=on, actor=SYSTEM, held=held)
    return run, cases.propose_county(county, month, on=on, run=run, actor=SYSTEM, held=held)


def decide(county: str, one: Proposal, on: dt.date = ON) -> Proposal:
    """Review and confirm one proposal by two people."""
    cases.review(one.pk, actor=actor("township", TOWN[county], "刘霞"), on=on, reason="已入户核实")
    return cases.confirm(one.pk, actor=actor("county", county, "陈科长"), on=on, reason="同意")


def apply(county: str, month: Month = APRIL, on: dt.date = ON) -> dict[str, int]:
    return benefits.apply_confirmed(county, month, actor=actor("county", county, "陈科长"), on=on)


def live(**where: Any) -> list[Proposal]:
    return list(Proposal.objects.filter(**where).exclude(state="withdrawn").order_by("id"))


__all__ = ["SYSTEM", "acting"]
