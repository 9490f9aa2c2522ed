"""Money between levels: both books at once, direct marks kept, idle money seen, split to the fen."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.funds import allotments, checks, queries, services, statements
from doudi.funds.journals import NotEnoughMoney, Pool
from doudi.funds.models import Account, Allotment
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.security.scope import acting
from tests.cases.world import actor
from tests.payments.world import COUNTY, TOWNSHIP

pytestmark = pytest.mark.django_db
PROVINCE, CITY, NEXT = "23", "2310", "231081"
ON = dt.date(2021, 1, 10)
DIRECT = Pool("central", "01")
HLJ = actor("province", PROVINCE, "处长")
FINANCE = actor("finance", COUNTY, "孙会计")


def received(fen: int, pool: Pool = DIRECT, code: str = PROVINCE, on: dt.date = ON) -> None:
    services.allocate(
        code, pool.fund_source, fen, direct_mark=pool.direct_mark, document="财社〔2021〕1号", actor=HLJ, on=on
    )


def sent(
    fen: int, to: str = CITY, source: str = PROVINCE, on: dt.date = ON, document: str = "黑财社〔2021〕1号"
) -> Allotment:
    return allotments.allot(source, to, DIRECT, fen, document=document, actor=HLJ, on=on)


def balance(code: str, kind: str, pool: Pool = DIRECT) -> int:
    found = Account.objects.filter(
        division_code=code, kind=kind, fund_source=pool.fund_source, direct_mark=pool.direct_mark
    ).first()
    return found.balance_fen if found else 0


def test_money_goes_down_level_by_level_and_keeps_its_mark():
    with acting(HLJ):
        received(10_000)
        sent(8_000)
        sent(5_000, COUNTY, CITY)
        sent(1_000, TOWNSHIP, COUNTY)

        assert (balance(PROVINCE, "available"), balance(PROVINCE, "allotted")) == (2_000, 8_000)
        assert (balance(CITY, "available"), balance(CITY, "allotted")) == (3_000, 5_000)
        assert (balance(COUNTY, "available"), balance(TOWNSHIP, "available")) == (4_000, 1_000)
        assert balance(COUNTY, "available", Pool("central")) == 0
        assert checks.verify_ledger() == []
        assert queries.trial_balance(PROVINCE).ties


def test_the_same_paper_is_sent_once():
    with acting(HLJ):
        received(10_000)
        assert sent(8_000).pk == sent(8_000).pk
        assert balance(CITY, "available") == 8_000


def test_more_than_there_is_cannot_be_sent():
    with acting(HLJ):
        received(100)
        with pytest.raises(NotEnoughMoney, match=r"还差 0\.01 元"):
            sent(101)
        assert Allotment.objects.count() == 0


def test_unused_money_comes_back_and_used_money_does_not():
    with acting(HLJ):
        received(10_000)
        sent(8_000)
        sent(5_000, COUNTY, CITY)
        back = allotments.recall(PROVINCE, CITY, DIRECT, 3_000, document="收回结余", actor=HLJ, on=ON, idem="1")
        again = allotments.recall(PROVINCE, CITY, DIRECT, 3_000, document="收回结余", actor=HLJ, on=ON, idem="1")
        assert back.pk == again.pk
        assert (balance(PROVINCE, "available"), balance(CITY, "available")) == (5_000, 0)
        with pytest.raises(NotEnoughMoney):
            allotments.recall(PROVINCE, CITY, DIRECT, 1, document="收回结余", actor=HLJ, on=ON, idem="2")
        assert checks.verify_ledger() == []


@pytest.mark.parametrize(
    ("to", "fen", "document", "where"),
    [
        (PROVINCE, 1, "文", "接收地区"),
        ("14", 1, "文", "接收地区"),
        (TOWNSHIP + "201", 1, "文", "接收地区"),
        (CITY, 0, "文", "金额"),
        (CITY, 1, " ", "文号"),
    ],
)
def test_wrong_allotments_name_the_field(to, fen, document, where):
    with acting(HLJ):
        received(100)
        with pytest.raises(BadInput) as refusal:
            sent(fen, to, document=document)
        assert refusal.value.where == where


def test_an_unknown_direct_mark_is_refused():
    with acting(HLJ), pytest.raises(BadInput, match="直达标识"):
        services.allocate(PROVINCE, "central", 1, direct_mark="02", document="文", actor=HLJ, on=ON)


def test_who_may_send_money():
    with acting(HLJ):
        received(100)
    for who in (FINANCE, actor("county", PROVINCE, "别人"), actor("province", "14", "外省")):
        with acting(HLJ), pytest.raises(NotPermitted):
            allotments.allot(PROVINCE, CITY, DIRECT, 1, document="文", actor=who, on=ON)


def test_a_county_reads_what_it_received_but_not_its_neighbour():
    with acting(HLJ):
        received(10_000)
        sent(5_000, COUNTY)
        sent(5_000, NEXT)
    with acting(FINANCE):
        assert [one.division_code for one in Allotment.objects.all()] == [COUNTY]
        assert {row.division_code for row in queries.balances("")} == {COUNTY}


def test_S10_4_money_that_lies_thirty_days_is_seen_by_city_and_province():
    with acting(HLJ):
        received(800_000_000)
        sent(800_000_000)
        for scope in (CITY, PROVINCE):
            assert statements.idle_money(scope, dt.date(2021, 2, 9), 30) == []
            (found,) = statements.idle_money(scope, dt.date(2021, 2, 10), 30)
            assert (found.division_code, found.left_fen, found.days) == (CITY, 800_000_000, 31)
    with acting(FINANCE):
        assert statements.idle_money(COUNTY, dt.date(2021, 2, 10), 30) == []


def test_the_oldest_money_is_used_first():
    with acting(HLJ):
        received(10_000)
        sent(3_000)
        sent(4_000, on=dt.date(2021, 1, 20), document="黑财社〔2021〕2号")
        sent(5_000, COUNTY, CITY, on=dt.date(2021, 1, 25))
        idle = statements.idle_money(CITY, dt.date(2021, 3, 1), 30)
        found = [(one.arrived_on, one.left_fen) for one in idle if one.division_code == CITY]
        assert found == [(dt.date(2021, 1, 20), 2_000)]


def test_split_tilts_towards_severe_areas_and_loses_nothing():
    shares = allotments.split(1_000_001, {"231084": 100, "231081": 100}, {"231084": 1200})
    assert [(one.division_code, one.amount_fen) for one in shares] == [("231081", 454_546), ("231084", 545_455)]


@given(
    total=st.integers(0, 10**12),
    needs=st.dictionaries(st.sampled_from([f"2310{n:02d}" for n in range(20)]), st.integers(0, 10**9), min_size=1),
    tilt=st.integers(1000, 2000),
)
def test_a_split_adds_up_and_follows_need(total, needs, tilt):
    if not any(needs.values()):
        with pytest.raises(BadInput):
            allotments.split(total, needs)
        return
    tilted = {code: tilt for code in list(needs)[:3]}
    shares = allotments.split(total, needs, tilted)
    assert sum(one.amount_fen for one in shares) == total
    for one in shares:
        for other in shares:
            if one.need * one.tilt_permille > other.need * other.tilt_permille:
                assert one.amount_fen >= other.amount_fen
