"""Families on several programmes, with townships and states: the ground that campaigns stand on in the tests."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import yaml

from doudi.benefits.models import Award, Coverage
from doudi.campaigns import rosters, services
from doudi.campaigns.models import Campaign, Roster
from doudi.kernel.actors import Actor
from doudi.kernel.programmes import Programme
from doudi.regions.models import RegionState
from doudi.registry.models import Household, Person
from doudi.security import crypto
from doudi.security.scope import acting

COUNTY = "231084"
TOWN = "231084101"
ROSTER_ON = dt.date(2022, 6, 30)
LATER = dt.date(2022, 7, 20)
BODY = {
    "title": "一次性生活补贴", "kind": "一次性生活补贴", "place": COUNTY, "basis": {"document": "县政府文件"},
    "roster_on": ROSTER_ON, "from": ROSTER_ON, "to": dt.date(2022, 9, 30), "supplement_to": dt.date(2022, 9, 30),
    "groups": [
        {"group": "低保", "unit": "人", "amount": "200 元"}, {"group": "特困", "unit": "人", "amount": "300 元"},
    ],
}  # fmt: skip


@dataclasses.dataclass
class Family:
    """One family and the people in it."""

    household: Household
    people: list[Person]


def family(
    number: int, size: int = 1, *, area: str = "rural", town: str = TOWN, births: Sequence[dt.date] = ()
) -> Family:
    """Register a family; numbers must differ."""
    people = [
        Person.objects.create(
            id_no_index=crypto.blind_index(f"campaign person {number}-{place}"), id_no_masked="999***********0000",
            name=f"王{chr(0x4E00 + number * 10 + place)}", birth_date=births[place] if births else dt.date(1960, 1, 1),
            division_code=town,
        )
        for place in range(size)
    ]  # fmt: skip
    household = Household.objects.create(
        number=f"C{number:06d}", head=people[0], area=area, division_code=town, since=dt.date(2020, 1, 1)
    )
    return Family(household, people)


def award(
    one: Family, programme: str = "dibao", *, person: int = 0, amount_fen: int = 30_000, since: str = "2021-01-01",
    until: str | None = None, proposal_id: int | None = None,
) -> Award:  # fmt: skip
    """Let a family, or one of its people, hold a programme."""
    known = Programme[programme]
    begins, ends = dt.date.fromisoformat(since), dt.date.fromisoformat(until) if until else None
    made = Award.objects.create(
        batch_id=None if proposal_id else 1, proposal_id=proposal_id, subject_kind=known.subject_kind,
        subject_id=one.people[person].pk if known.subject_kind == "p" else one.household.pk,
        household_id=one.household.pk, programme=programme, programme_number=known.number, amount_fen_m=amount_fen,
        since=begins, until=ends, division_code=one.household.division_code,
    )  # fmt: skip
    fed = [one.people[person]] if known.subject_kind == "p" else one.people
    Coverage.objects.bulk_create(
        Coverage(
            award=made, person_id=p.pk, group_number=0, since=begins, until=ends,
            division_code=one.household.division_code,
        )
        for p in fed
    )  # fmt: skip
    return made


def mark(
    township: str, value: str = "severe", kind: str = "mark", since: str = "2022-06-01", until: str | None = None
) -> None:
    """Record and confirm a state of a township."""
    RegionState.objects.create(
        kind=kind, value=value, track=9, division_code=township, since=dt.date.fromisoformat(since),
        until=dt.date.fromisoformat(until) if until else None, known_on=dt.date.fromisoformat(since),
        document="县疫情防控指挥部决定", state="confirmed", proposed_on=dt.date.fromisoformat(since),
        proposed_by="a", confirmed_by="b",
    )  # fmt: skip


def drafted(actors: dict[str, Actor], **changes: object) -> Campaign:
    text = yaml.safe_dump({k: v for k, v in (BODY | changes).items() if v != "gone"}, allow_unicode=True)
    return services.save_draft(text, actor=actors["county"], on=ROSTER_ON)


def approved(actors: dict[str, Actor], **changes: object) -> Campaign:
    """Have 陈科长 write a campaign and 王科员 approve it."""
    one = drafted(actors, **changes)
    return services.approve_campaign(one.pk, actor=actors["county_second"], on=ROSTER_ON)


def rostered(actors: dict[str, Actor], one: Campaign, on: dt.date = ROSTER_ON, **more: bool) -> Roster:
    made = rosters.make_roster(one.pk, COUNTY, actor=actors["county"], on=on, **more)
    return rosters.approve_roster(made.pk, actor=actors["county_second"], on=on)


def inside(actors: dict[str, Actor], who: str = "county"):  # type: ignore[no-untyped-def]
    return acting(actors[who])
