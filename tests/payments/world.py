"""Families with awards and accounts, made in bulk: the ground that payments stand on in the tests."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from doudi.benefits.models import Award, Coverage
from doudi.facts.models import Fact
from doudi.funds import services as funds
from doudi.kernel.actors import Actor
from doudi.kernel.periods import Month
from doudi.kernel.programmes import Programme
from doudi.payments import queries, services
from doudi.payments.models import PayRun
from doudi.registry.models import Household, PayeeAccount, Person
from doudi.security import crypto
from doudi.security.scope import acting

COUNTY = "231084"
TOWNSHIP = "231084101"
APRIL = Month(2022, 4)
ON = dt.date(2022, 4, 15)
SINCE = dt.date(2021, 1, 1)


@dataclasses.dataclass
class World:
    """What was made, in the order of the families."""

    people: list[Person]
    households: list[Household]
    accounts: list[PayeeAccount]
    awards: list[Award]


def make_world(
    count: int, *, programme: str = "dibao", amount_fen: int = 30_000, start: int = 0, route: str = ""
) -> World:
    """Make families of one person, each with an account and an award; amounts differ by family."""
    known = Programme[programme]
    people = Person.objects.bulk_create(
        [
            Person(
                id_no_index=crypto.blind_index(f"person {start + n}"),
                id_no_masked="999***********0000",
                name=f"王桂{chr(0x4E00 + (start + n) % 5000)}",
                division_code=TOWNSHIP,
            )
            for n in range(count)
        ]
    )
    households = Household.objects.bulk_create(
        [
            Household(number=f"H{start + n:07d}", head=person, area="rural", division_code=TOWNSHIP, since=SINCE)
            for n, person in enumerate(people)
        ]
    )
    accounts = PayeeAccount.objects.bulk_create(
        [account_of(household, f"62{start + n:015d}") for n, household in enumerate(households)]
    )
    awards = Award.objects.bulk_create(
        [
            Award(
                batch_id=1,
                subject_kind=known.subject_kind,
                subject_id=person.pk if known.subject_kind == "p" else household.pk,
                household_id=household.pk,
                programme=programme,
                programme_number=known.number,
                amount_fen_m=amount_fen + n,
                since=SINCE,
                route=route,
                division_code=TOWNSHIP,
            )
            for n, (person, household) in enumerate(zip(people, households, strict=True))
        ]
    )
    Coverage.objects.bulk_create(
        [
            Coverage(award=a, person_id=p.pk, group_number=known.group, since=SINCE, division_code=TOWNSHIP)
            for a, p in zip(awards, people, strict=True)
        ]
    )
    return World(people, households, accounts, awards)


def account_of(household: Household, number: str, *, since: dt.date = SINCE) -> PayeeAccount:
    index = crypto.blind_index(number)
    return PayeeAccount(
        household=household,
        person=household.head,
        account_encrypted=crypto.seal(number, index),
        account_index=index,
        account_masked=crypto.mask_account(number),
        holder_name=household.head.name,
        bank_name="农村信用社",
        since=since,
        division_code=household.division_code,
    )


def change_account(account: PayeeAccount, number: str) -> PayeeAccount:
    """End an account today and give the family another."""
    PayeeAccount.objects.filter(pk=account.pk).update(until=ON)
    changed = account_of(account.household, number, since=ON)
    changed.save()
    return changed


def says_dead(person: Person, day: str, *, known_on: dt.date = ON) -> Fact:
    return Fact.objects.create(
        person_id=person.pk,
        name="death_date",
        value_text=day,
        since=dt.date.fromisoformat(day),
        known_on=known_on,
        source="公安",
        division_code=TOWNSHIP,
    )


@contextmanager
def county(actors: dict[str, Actor], who: str = "finance") -> Iterator[Actor]:
    with acting(actors[who], COUNTY) as actor:
        yield actor


def allocate_what_is_needed(run: PayRun, actor: Actor) -> None:
    for source, fen in queries.funds_needed(run.pk).items():
        funds.allocate(COUNTY, source, fen, document=f"黑财社〔2022〕{run.pk}号", actor=actor, on=ON)


def approved_run(actors: dict[str, Actor], month: Month = APRIL, **options: object) -> PayRun:
    """Bring a run to approval: one finance officer makes it, another approves."""
    run = services.freeze_run(COUNTY, month, actor=actors["finance"], on=ON, **options)
    services.check_run(run.pk, actor=actors["finance"], on=ON)
    allocate_what_is_needed(run, actors["finance"])
    return services.approve_run(run.pk, actor=actors["finance_second"], on=ON)


def sent_run(actors: dict[str, Actor], **options: object) -> PayRun:
    run = approved_run(actors, **options)
    services.make_bank_file(run.pk, actor=actors["finance"], on=ON)
    run.refresh_from_db()
    return run
