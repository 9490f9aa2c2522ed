"""After a hand went past every guard of the database, the check names the roster that is wrong."""

from collections.abc import Callable

import pytest

from doudi.kernel.actors import Actor
from doudi.prices import checks, rosters
from doudi.prices.models import RuleRecord
from tests.payments.world import make_world
from tests.prices.world import COUNTY, MARCH, ON, county, started


@pytest.mark.slow
def test_verify_names_what_a_hand_changed(
    actors: dict[str, Actor], committed_db: str, tamper: Callable[[str], int]
) -> None:
    with county(actors) as actor:
        make_world(2)
        started(actors)
        roster = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        record = RuleRecord.objects.get()
        assert checks.verify_prices() == []

    first = "(SELECT min(id) FROM prices_subsidyline)"
    tamper(f"UPDATE prices_subsidyline SET amount_fen = amount_fen + 100 WHERE id = {first}")
    tamper("UPDATE prices_decision SET state = 'withdrawn'")
    tamper("UPDATE prices_rulerecord SET text = replace(text, '600 元', '900 元')")

    with county(actors):
        found = checks.verify_prices()
    assert found == [
        f"价格补贴花名册 {roster.pk}:没有确认的启动决定",
        f"价格补贴花名册 {roster.pk}:明细与封存值不一致",
        f"价格补贴花名册 {roster.pk}:明细的数额不是评估所定",
        f"价格补贴规则 {record.pk}:内容与摘要不一致",
    ]
