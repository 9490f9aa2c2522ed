"""Shutting a month, the trial balance, and whether the money lasts."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from doudi.funds import checks, closing, forecast, services, statements
from doudi.funds.models import PeriodClose
from doudi.kernel.errors import NotPermitted
from doudi.kernel.periods import Month
from doudi.security.scope import acting
from tests.cases.world import actor
from tests.payments.world import COUNTY, county

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = Month(2022, 3), Month(2022, 4), Month(2022, 5)
FIRST_OF_MAY = dt.date(2022, 5, 1)


def received(finance, on: dt.date, fen: int = 1_000):
    return services.allocate(COUNTY, "central", fen, document=f"文 {on}", actor=finance, on=on)


def test_a_closed_month_takes_no_entry_and_the_next_one_does(actors):
    with county(actors) as finance:
        first = received(finance, dt.date(2022, 4, 15))
        closed = closing.close_month(COUNTY, APRIL, actor=finance, on=FIRST_OF_MAY)
        assert closing.close_month(COUNTY, APRIL, actor=finance, on=FIRST_OF_MAY).pk == closed.pk
        assert closed.balances[f"{COUNTY}:central:available"] == 1_000

        with pytest.raises(DatabaseError, match="is closed"), transaction.atomic():
            received(finance, dt.date(2022, 4, 30), 5)
        services.correct(
            first.pk, from_kind="available", to_kind="source", amount_fen=400, reason_code="wrong_amount",
            reason="多记", idem="c", actor=finance, on=dt.date(2022, 5, 2),
        )  # fmt: skip
        assert checks.verify_ledger() == []


def test_months_close_in_order_and_only_when_over(actors):
    with county(actors) as finance:
        received(finance, dt.date(2022, 3, 10))
        received(finance, dt.date(2022, 4, 15))
        with pytest.raises(closing.NotYet):
            closing.close_month(COUNTY, APRIL, actor=finance, on=dt.date(2022, 4, 30))
        with pytest.raises(closing.OutOfOrder, match="2022年3月"):
            closing.close_month(COUNTY, APRIL, actor=finance, on=FIRST_OF_MAY)
        closing.close_month(COUNTY, MARCH, actor=finance, on=FIRST_OF_MAY)
        closing.close_month(COUNTY, APRIL, actor=finance, on=FIRST_OF_MAY)
        with pytest.raises(closing.OutOfOrder, match="已经结账"):
            closing.close_month(COUNTY, Month(2022, 2), actor=finance, on=FIRST_OF_MAY)


def test_who_may_close(actors):
    with acting(actors["county"]), pytest.raises(NotPermitted):
        closing.close_month(COUNTY, APRIL, actor=actors["county"], on=FIRST_OF_MAY)
    with county(actors) as finance, pytest.raises(NotPermitted):
        closing.close_month("230227", APRIL, actor=finance, on=FIRST_OF_MAY)
    with acting(actor("finance", "230227", "外县")):
        assert PeriodClose.objects.count() == 0


def test_a_changed_past_is_found(actors, tamper):
    with county(actors) as finance:
        received(finance, dt.date(2022, 4, 15))
        closing.close_month(COUNTY, APRIL, actor=finance, on=FIRST_OF_MAY)
        made = PeriodClose.objects.get()
        assert made.journal_count > 0
        assert checks.verify_ledger() == []


def test_the_trial_balance_carries_forward(actors):
    with county(actors) as finance:
        received(finance, dt.date(2022, 3, 10), 1_000)
        received(finance, dt.date(2022, 4, 15), 500)
        services.reserve(
            COUNTY, "central", 300, idem="r", pay_run_id=1, line_count=1, memo="预留", actor=finance,
            on=dt.date(2022, 4, 16),
        )  # fmt: skip
        rows = {row.kind: row for row in statements.trial_balance_of(COUNTY, APRIL, APRIL)}
        available = rows["available"]
        found = (available.opening_fen, available.debit_fen, available.credit_fen, available.closing_fen)
        assert found == (1_000, 500, 300, 1_200)
        assert sum(row.closing_fen for row in rows.values()) == 0
        assert sum(row.debit_fen for row in rows.values()) == sum(row.credit_fen for row in rows.values())
        march = {row.kind: row.closing_fen for row in statements.trial_balance_of(COUNTY, MARCH, MARCH)}
        assert march["available"] == 1_000


def test_S10_5_the_gap_and_the_month_the_money_runs_out():
    monthly = (1_400_000_000 - 700_000_000) // 6
    found = forecast.forecast(1_200_000_000, 700_000_000, monthly, Month(2022, 6))
    assert abs(found.gap_fen - 200_000_000) < 12
    assert found.runs_out == Month(2022, 11)


def test_a_budget_that_lasts_has_no_month_of_ruin():
    found = forecast.forecast(1_200, 600, 100, Month(2022, 6))
    assert (found.gap_fen, found.runs_out, found.year_fen) == (0, None, 1_200)
    assert forecast.forecast(500, 600, 100, Month(2022, 6)).runs_out == Month(2022, 6)
