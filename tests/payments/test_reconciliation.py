"""What was due, what was made of it, what the books and the bank say: to the fen, nothing left unexplained."""

import datetime as dt

import pytest

from doudi.benefits.models import Award, Coverage
from doudi.payments import files, queries, services
from doudi.payments.adapters import fake_bank
from doudi.payments.models import BankFile
from doudi.security.scope import acting
from tests.payments.world import APRIL, COUNTY, ON, county, make_world, says_dead, sent_run

pytestmark = pytest.mark.django_db


def parts(found):
    return {part.key: (part.count, part.fen) for part in found.parts}


def test_before_the_run_everything_is_waiting_to_be_made(actors):
    with county(actors):
        make_world(2)
        found = queries.reconcile(COUNTY, APRIL)

    assert parts(found) == {"not_made": (2, 60_001)}
    assert (found.expected_fen, found.unexplained_fen, found.ties) == (60_001, 0, True)


def test_after_failures_every_award_has_its_place(actors):
    with county(actors) as finance:
        world = make_world(30)
        says_dead(world.people[0], "2022-02-05")
        run = sent_run(actors)
        content = files.content_of(BankFile.objects.get(pay_run=run))
        services.load_return_bytes(
            fake_bank.answer(content, seed=2, failure_permille=300), "r.csv", actor=finance, on=ON
        )
        make_world(1, start=100)
        Award.objects.filter(pk=world.awards[5].pk).update(until=dt.date(2022, 4, 1))
        Coverage.objects.filter(award_id=world.awards[5].pk).update(until=dt.date(2022, 4, 1))

        found = queries.reconcile(COUNTY, APRIL)

    assert found.ties
    assert found.unexplained_fen == 0
    known = parts(found)
    assert known["held"][0] == 1
    assert known["paid"][0] + known["returned"][0] + known.get("overpaid", (0, 0))[0] in (28, 29)
    assert found.lines_paid_fen == found.ledger_paid_fen == found.bank_paid_fen


def test_an_award_confirmed_later_waits_for_back_pay(actors):
    with county(actors):
        make_world(1)
        sent_run(actors)
        make_world(1, start=100)

        found = parts(queries.reconcile(COUNTY, APRIL))

    assert found == {"waiting": (1, 30_000), "later": (1, 30_000)}


def test_the_next_county_reconciles_to_nothing(actors):
    with county(actors):
        make_world(1)
    with acting(actors["outsider"]):
        assert queries.reconcile(COUNTY, APRIL).expected_count == 0
