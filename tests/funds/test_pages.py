"""The money pages of a finance officer: send down, idle, trial balance, shut, correct, uses, budget."""

import datetime as dt
from collections.abc import Callable

import pytest

from doudi.funds import services
from doudi.funds.models import Account, Allotment, Journal, PeriodClose, UseRule
from doudi.kernel.actors import Actor
from doudi.places.services import load_divisions
from doudi.security.models import BusinessDate
from doudi.security.scope import acting
from tests.pageclient import PageClient
from tests.payments.world import COUNTY, TOWNSHIP, county, make_world

pytestmark = pytest.mark.django_db
Sign = Callable[[str], PageClient]
MARCH = dt.date(2022, 3, 10)


def received(actors: dict[str, Actor], fen: int = 1_000_000, on: dt.date = MARCH) -> Journal:
    with county(actors) as finance:
        return services.allocate(
            COUNTY, "central", fen, direct_mark="01", document="黑财社〔2022〕1号", actor=finance, on=on
        )


def test_money_is_sent_to_a_township_after_a_stop(actors: dict[str, Actor], page_as: Sign):
    load_divisions()
    received(actors)
    client = page_as("finance")
    assert "下达到下级" in client.get("/funds/").text
    form = {"to": TOWNSHIP, "source": "central", "mark": "01", "amount": "500.00", "document": "宁财社〔2022〕2号"}
    stop = client.post("/funds/allot/", form).text
    assert "伍佰元整" in stop
    with acting(actors["finance"]):
        assert Allotment.objects.count() == 0
    page = client.post("/funds/allot/", form | {"confirmed": "1"}, follow=True).text
    assert "宁财社〔2022〕2号" in page
    assert "闲置的钱" in page
    with acting(actors["finance"]):
        assert Allotment.objects.get().amount_fen == 50_000


def test_a_place_outside_cannot_be_chosen(actors: dict[str, Actor], page_as: Sign):
    received(actors)
    form = {"to": "230227", "source": "central", "mark": "", "amount": "5", "document": "文", "confirmed": "1"}
    assert "请从列表中选择接收地区" in page_as("finance").post("/funds/allot/", form).text


def test_the_trial_balance_is_shown_exported_and_shut(actors: dict[str, Actor], page_as: Sign):
    received(actors)
    client = page_as("finance")
    page = client.get("/funds/trial/?month=2022-03").text
    assert "10,000.00" in page
    assert "已预留" not in page
    assert client.get("/funds/trial/?month=2022-03&format=xlsx").content[:2] == b"PK"
    stop = client.post("/funds/close/", {"division": COUNTY, "month": "2022-03"}).text
    assert "也不能撤销" in stop
    done = client.post("/funds/close/", {"division": COUNTY, "month": "2022-03", "confirmed": "1"}, follow=True).text
    assert "2022年3月已结账" in done
    with acting(actors["finance"]):
        assert PeriodClose.objects.get().month == "2022-03"


def test_an_entry_is_corrected_by_another_one(actors: dict[str, Actor], page_as: Sign):
    first = received(actors)
    client = page_as("finance")
    page = client.get(f"/funds/journals/{first.pk}/").text
    assert "更正这笔凭证" in page
    form = {
        "move": "available>source",
        "amount": "100.00",
        "reason_code": "wrong_amount",
        "reason": "多记一百元",
        "key": "k1",
    }
    assert "多记一百元" in client.post(f"/funds/journals/{first.pk}/", form, follow=True).text
    client.post(f"/funds/journals/{first.pk}/", form, follow=True)
    wrong = client.post(f"/funds/journals/{first.pk}/", form | {"amount": "99999999", "key": "k2"})
    assert wrong.status_code == 422
    with acting(actors["finance"]):
        assert Journal.objects.filter(kind="correct").count() == 1
        available = Account.objects.get(division_code=COUNTY, kind="available", direct_mark="01")
        assert available.balance_fen == 990_000


def test_a_rule_of_the_place_waits_for_a_second_person(actors: dict[str, Actor], page_as: Sign):
    client = page_as("finance")
    assert "失业保险基金" in client.get("/funds/uses/").text
    form = {"use": "dibao", "source": ["county"], "since": "2022-04-01", "document": "宁财社〔2022〕3号"}
    assert "待另一人确认" in client.post("/funds/uses/propose/", form, follow=True).text
    own = client.post("/funds/uses/confirm/", {"use": "dibao", "since": "2022-04-01"})
    assert "必须是两个人" in own.text
    page_as("finance_second").post("/funds/uses/confirm/", {"use": "dibao", "since": "2022-04-01"}, follow=True)
    assert UseRule.objects.get(place_code=COUNTY).confirmed_by


def test_a_budget_is_recorded_and_compared(actors: dict[str, Actor], page_as: Sign):
    client = page_as("finance")
    assert "还没有预算" in client.get("/funds/budget/").text
    form = {"year": "2022", "use": "dibao", "amount": "1200", "document": "宁财预〔2022〕1号"}
    assert "1,200.00" in client.post("/funds/budget/record/", form, follow=True).text
    assert "年度应为四位数" in client.post("/funds/budget/record/", form | {"year": "二二"}).text


def test_the_forecast_stands_beside_a_running_roster(actors: dict[str, Actor], page_as: Sign):
    with county(actors):
        make_world(3, amount_fen=30_000)
    BusinessDate.objects.create(value=dt.date(2022, 4, 15), set_by="测试")
    client = page_as("finance")
    form = {"year": "2022", "use": "dibao", "amount": "1000", "document": "宁财预〔2022〕1号"}
    page = client.post("/funds/budget/record/", form, follow=True).text
    assert "900.03" in page
    assert "2022年5月" in page


@pytest.mark.parametrize("path", ["/funds/trial/", "/funds/allotments/", "/funds/uses/", "/funds/budget/"])
def test_who_may_see_the_money_pages(actors: dict[str, Actor], page_as: Sign, path: str):
    received(actors)
    for who in ("finance", "county", "auditor", "province"):
        assert page_as(who).get(path).status_code == 200
    assert page_as("township").get(path).status_code == 403


def test_the_next_county_cannot_open_an_entry(actors: dict[str, Actor], page_as: Sign):
    first = received(actors)
    assert page_as("outsider").get(f"/funds/journals/{first.pk}/").status_code == 403
    assert page_as("county").post("/funds/close/", {"division": COUNTY, "month": "2022-03"}).status_code == 403
