"""After a hand went past every guard of the database, the check names the first row that is wrong."""

import pytest

from doudi.funds import checks as ledger
from doudi.payments import checks, queries
from doudi.payments.models import Line
from tests.payments.world import APRIL, COUNTY, county, make_world, sent_run


@pytest.mark.slow
def test_verify_names_what_a_hand_changed(actors, committed_db, tamper):
    with county(actors):
        make_world(2)
        run = sent_run(actors)
        first = Line.objects.order_by("id").first()
        assert ledger.verify_ledger() + checks.verify_payments() == []

    tamper("UPDATE funds_leg SET amount_fen = amount_fen + 1 WHERE id = (SELECT min(id) FROM funds_leg)")
    tamper(f"UPDATE payments_line SET holder_name = '别人' WHERE id = {first.pk}")
    tamper(f"UPDATE payments_line SET amount_fen = amount_fen + 100 WHERE id = {first.pk}")

    with county(actors):
        books, payments = ledger.verify_ledger(), checks.verify_payments()
        found = queries.reconcile(COUNTY, APRIL)
    assert "分录合计为 1 分" in books[0]
    assert any("余额" in text for text in books)
    assert f"批次 {run.pk} 的名单与冻结时不一致" in payments[0]
    assert any(f"明细 {first.pk} 没有对应的待遇,或金额与待遇不符" in text for text in payments)
    assert not found.ties
    assert found.unexplained_fen > 0
