"""Whatever is done to the books in whatever order: conservation, floors and harmless repetition."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from doudi.funds import checks, queries, services
from doudi.funds.services import NotEnoughMoney
from tests.payments.world import COUNTY, county

ON = dt.date(2022, 4, 15)
FEN = st.integers(min_value=1, max_value=100_000)
SOURCE = st.sampled_from(["central", "county"])


class Undone(Exception):
    """Ends one example; its rows go away with it."""


def machine_for(actor):
    class Books(RuleBasedStateMachine):
        """A model in plain numbers beside the database."""

        def __init__(self):
            super().__init__()
            self.step = 0
            self.model = {
                (source, kind): 0 for source in ("central", "county") for kind in ("available", "reserved", "paid")
            }
            self.frame = transaction.atomic()
            self.frame.__enter__()
            services.open_accounts(COUNTY, actor=actor, fund_sources=("central", "county"))

        def teardown(self):
            self.frame.__exit__(Undone, Undone(), None)

        def move(self, source, out, into, fen):
            if out:
                self.model[source, out] -= fen
            self.model[source, into] += fen

        def write(self, verb, source, fen, key):
            return verb(COUNTY, source, fen, idem=key, pay_run_id=1, line_count=1, memo="试", actor=actor, on=ON)

        @rule(source=SOURCE, fen=FEN)
        def allocate(self, source, fen):
            self.step += 1
            for _ in range(2):
                services.allocate(COUNTY, source, fen, document=f"文 {self.step}", actor=actor, on=ON)
            self.move(source, None, "available", fen)

        @rule(source=SOURCE, fen=FEN)
        def reserve(self, source, fen):
            self.step += 1
            if fen > self.model[source, "available"]:
                with pytest.raises(NotEnoughMoney):
                    self.write(services.reserve, source, fen, f"k{self.step}")
                return
            first = self.write(services.reserve, source, fen, f"k{self.step}")
            assert self.write(services.reserve, source, fen, f"k{self.step}") == first
            self.move(source, "available", "reserved", fen)

        @rule(source=SOURCE, fen=FEN, paid=st.booleans())
        def answer(self, source, fen, paid):
            self.step += 1
            fen = min(fen, self.model[source, "reserved"])
            if fen:
                if paid:
                    self.write(services.post, source, {"dibao": fen}, f"k{self.step}")
                else:
                    self.write(services.void, source, fen, f"k{self.step}")
                self.move(source, "reserved", "paid" if paid else "available", fen)

        @invariant()
        def database_says_the_same(self):
            found = {
                (row.fund_source, kind): fen
                for row in queries.balances(COUNTY)
                for kind, fen in (
                    ("available", row.available_fen),
                    ("reserved", row.reserved_fen),
                    ("paid", row.paid_fen),
                )
            }
            assert found == self.model
            assert checks.verify_ledger() == []

    return Books


@pytest.mark.django_db
@pytest.mark.slow
def test_books_hold_in_any_order(actors):
    with county(actors) as finance:
        run_state_machine_as_test(
            machine_for(finance),
            settings=settings(
                max_examples=8,
                stateful_step_count=12,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
