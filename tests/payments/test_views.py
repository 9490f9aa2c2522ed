"""The operators' views: what is due, lines, ledger and trail, inside the scope and without account numbers."""

import pytest
from django.db import connection

from doudi.security.scope import acting
from tests.payments.world import county, make_world, sent_run

pytestmark = pytest.mark.django_db
VIEWS = ("view_expected_payments", "view_payment_lines", "view_ledger", "view_audit")


def counted(view):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {view}")
        return cursor.fetchone()[0]


def test_views_show_the_chain_of_a_county(actors):
    with county(actors):
        make_world(2)
        sent_run(actors)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(expected_fen), min(line_state), min(month) FROM view_expected_payments")
            assert cursor.fetchone() == (60_001, "sent", "2022-04")
            cursor.execute("SELECT sum(amount_fen), min(account_masked) FROM view_payment_lines")
            fen, account = cursor.fetchone()
            cursor.execute("SELECT sum(amount_fen), count(*) FROM view_ledger")
            assert cursor.fetchone() == (0, 4)
        assert fen == 60_001
        assert account.startswith("****")
        assert counted("view_audit") > 0


@pytest.mark.parametrize("view", VIEWS)
def test_views_show_the_next_county_nothing(actors, view):
    with county(actors):
        make_world(1)
        sent_run(actors)
    with acting(actors["outsider"]):
        assert counted(view) == 0
