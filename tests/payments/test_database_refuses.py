"""What the database itself refuses about payments, past every service: steps, frozen content, one person twice."""

import pytest
from django.db import DatabaseError, connection, transaction

from doudi.payments import checks, services
from doudi.payments.models import Line
from doudi.security.scope import acting
from tests.payments.world import APRIL, COUNTY, ON, approved_run, county, make_world, sent_run

pytestmark = pytest.mark.django_db


def refused(statement, *parameters, constraint=""):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    if constraint:
        assert error.value.__cause__.diag.constraint_name == constraint


STATES = ("frozen", "held", "approved", "sent", "paid", "returned", "void")
STEPS = {
    ("frozen", "held"),
    ("frozen", "approved"),
    ("frozen", "void"),
    ("held", "frozen"),
    ("held", "void"),
    ("approved", "sent"),
    ("sent", "paid"),
    ("sent", "returned"),
}


def test_only_listed_steps_of_a_line_pass(actors):
    with county(actors) as finance:
        make_world(4)
        run = sent_run(actors)
        may = services.freeze_run(COUNTY, APRIL.plus(1), actor=finance, on=ON)
        held = Line.objects.filter(pay_run=may).first()
        services.hold_line(held.pk, reason="待查", actor=finance)
        standing = {
            "sent": Line.objects.filter(pay_run=run).first().pk,
            "frozen": Line.objects.filter(pay_run=may, state="frozen").first().pk,
            "held": held.pk,
        }
        for old, line_id in standing.items():
            for new in STATES:
                if old != new and (old, new) not in STEPS:
                    refused("UPDATE payments_line SET state = %s, hold_reason = 'x' WHERE id = %s", new, line_id)


def test_a_line_is_not_approved_without_an_approved_run(actors):
    with county(actors) as finance:
        make_world(1)
        services.freeze_run(COUNTY, APRIL, actor=finance, on=ON)

        refused("UPDATE payments_line SET state = 'approved', reserve_journal_id = 1", constraint="line_needs_approval")


@pytest.mark.parametrize(
    "change",
    [
        "amount_fen = amount_fen + 1",
        "payee_account_id = payee_account_id + 1",
        "account_index = '\\x00'",
        "holder_name = '别人'",
        "award_id = award_id + 1",
        "month = '2022-05'",
        "fund_source = 'county'",
        "reserve_journal_id = reserve_journal_id + 1",
    ],
)
def test_what_a_line_pays_to_whom_is_frozen(actors, change):
    with county(actors):
        make_world(1)
        approved_run(actors)

        refused(f"UPDATE payments_line SET {change}")
        assert checks.verify_payments() == []


def test_one_person_cannot_make_and_approve(actors):
    with county(actors) as finance:
        make_world(1)
        run = services.freeze_run(COUNTY, APRIL, actor=finance, on=ON)
        services.check_run(run.pk, actor=finance, on=ON)

        refused(
            "UPDATE payments_payrun SET state = 'approved', approved_by = made_by WHERE id = %s",
            run.pk,
            constraint="pay_run_two_people",
        )
        refused(
            "UPDATE payments_payrun SET state = 'approved' WHERE id = %s",
            run.pk,
            constraint="pay_run_approved_by_someone",
        )
        refused("UPDATE payments_payrun SET made_by = 'someone' WHERE id = %s", run.pk, constraint="pay_run_frozen")


def test_a_run_keeps_what_was_frozen_and_approved(actors):
    with county(actors):
        make_world(1)
        run = approved_run(actors)
        for change in ("roster_sha256 = ''", "sum_fen = 1", "approved_by = 'x'", "sealed_sha256 = 'x'"):
            refused(f"UPDATE payments_payrun SET {change} WHERE id = %s", run.pk)
        refused("UPDATE payments_payrun SET state = 'frozen' WHERE id = %s", run.pk, constraint="pay_run_steps")


def test_an_award_is_not_paid_twice_in_a_month(actors):
    with county(actors) as finance:
        make_world(1)
        services.freeze_run(COUNTY, APRIL, actor=finance, on=ON)
        columns = [f.column for f in Line._meta.fields if f.name not in ("id", "row_hash")]
        listed = ", ".join(columns)

        refused(f"INSERT INTO payments_line ({listed}) SELECT {listed} FROM payments_line")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM payments_line",
        "DELETE FROM payments_payrun",
        "DELETE FROM payments_bankfile",
        "UPDATE payments_bankfile SET sha256 = 'x'",
    ],
)
def test_nothing_is_removed(actors, statement):
    with county(actors):
        make_world(1)
        sent_run(actors)
        refused(statement)


def test_the_next_county_changes_no_row(actors):
    with county(actors):
        make_world(1)
        sent_run(actors)
    with acting(actors["outsider"]), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_line SET return_text = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("SELECT count(*) FROM payments_line")
        assert cursor.fetchone()[0] == 0


def test_verify_is_sound_while_only_words_change(actors):
    with county(actors):
        make_world(2)
        run = approved_run(actors)
        assert checks.verify_payments() == []
        with connection.cursor() as cursor:
            cursor.execute("UPDATE payments_line SET return_text = '只改说明' WHERE pay_run_id = %s", [run.pk])
        assert checks.verify_payments() == []
