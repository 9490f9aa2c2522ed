"""The price pages through the client that refuses inline handlers, missing titles and unmasked numbers."""

from collections.abc import Callable

import pytest

from doudi.kernel.actors import Actor
from doudi.prices import rosters
from doudi.prices.models import Decision, Evaluation, IndexFigure, Roster, RuleRecord
from tests.pageclient import PageClient, assert_fixed_queries
from tests.payments.world import make_world
from tests.prices.world import (
    APRIL,
    COUNTY,
    MARCH,
    MET,
    NOT_MET,
    ON,
    RULE,
    county,
    entered,
    judged,
    registered,
    started,
)

pytestmark = pytest.mark.django_db
Actors = dict[str, Actor]
SignIn = Callable[[str], PageClient]
FIGURES = {
    "place": COUNTY,
    "month": "2022-03",
    "cpi": "5.2",
    "food": "21.9",
    "published": "2022-04-11",
    "source": "统计局",
}
READERS = ["township", "county", "finance", "province", "auditor"]
PAGES = ["/prices/", "/prices/figures/", "/prices/rules/"]


def _rostered(actors: Actors, count: int = 3) -> Roster:
    with county(actors) as actor:
        make_world(count)
        started(actors)
        return rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("page", PAGES)
def test_pages_open_for_readers_before_anything_was_entered(page_as: SignIn, who: str, page: str):
    assert page_as(who).get(page).status_code == 200


@pytest.mark.parametrize("who", ["village", "administrator"])
@pytest.mark.parametrize("page", PAGES)
def test_others_are_refused(page_as: SignIn, who: str, page: str):
    assert page_as(who).get(page).status_code == 403


def test_from_two_typings_to_the_roster(actors: Actors, page_as: SignIn):
    """One person types, another types again and the month is judged; a start by two; the roster; the export."""
    with county(actors):
        make_world(3)
        registered(actors)
    first, second = page_as("county"), page_as("county_second")

    assert first.post("/prices/figures/new/", FIGURES).status_code == 302
    for one in IndexFigure.objects.order_by("id"):
        answer = second.post(f"/prices/figures/{one.pk}/confirm/", {"value": FIGURES[one.series]})
    made = Evaluation.objects.latest("id")
    assert answer["Location"] == f"/prices/evaluations/{made.pk}/"
    page = first.get(f"/prices/evaluations/{made.pk}/").content.decode()
    for words in ("CPI 2022-03 同比 5.2%,达到 3.5%", "31.20", "600.00 × 5.2% = 31.20 元", "困难群众救助补助资金"):
        assert words in page
    decision = Decision.objects.get()
    assert second.post(f"/prices/decisions/{decision.pk}/confirm/").status_code == 422  # judged by this person
    assert first.post(f"/prices/decisions/{decision.pk}/confirm/").status_code == 302
    assert first.post("/prices/rosters/new/", {"place": COUNTY, "month": "2022-03"}).status_code == 302
    with county(actors):
        roster = Roster.objects.get()
    text = first.get(f"/prices/rosters/{roster.pk}/").content.decode()
    assert "93.60" in text
    assert "999***********0000" in text
    export = first.get(f"/prices/rosters/{roster.pk}/?format=csv").content.decode("utf-8-sig")
    assert export.count("价格临时补贴") == 4
    assert "31.20" in export
    ledger = first.get("/prices/").content.decode()
    assert "启动(CPI、食品 达到条件)" in ledger
    assert "curve-food" in first.get("/prices/").content.decode()


def test_cpi_typed_as_52_comes_back_with_a_second_field(page_as: SignIn):
    client = page_as("county")

    page = client.post("/prices/figures/new/", FIGURES | {"cpi": "52"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "是不是 5.2%?" in text
    assert 'name="again_cpi"' in text
    assert 'value="21.9"' in text
    assert client.post("/prices/figures/new/", FIGURES | {"cpi": "52", "again_cpi": "52"}).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"published": "2022-13-01"}, "不是日期"),
        ({"published": "2022-03-20"}, "早于 2022年3月结束"),
        ({"source": ""}, "没有填写来源"),
        ({"cpi": "103.4"}, "以上年同月为 100"),
        ({"cpi": "", "food": ""}, "没有填写数值"),
    ],
)
def test_wrong_fields_come_back_with_what_was_typed(page_as: SignIn, change: dict[str, str], words: str):
    page = page_as("county").post("/prices/figures/new/", FIGURES | change)

    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_waiting_figure_is_hidden_from_the_list_until_typed_again(page_as: SignIn):
    page_as("county").post("/prices/figures/new/", FIGURES)

    text = page_as("county_second").get("/prices/figures/").content.decode()
    assert "21.90%" not in text
    assert "再录一遍" in text


def test_below_the_line_the_cost_is_measured_and_a_decision_asked(actors: Actors, page_as: SignIn):
    with county(actors):
        registered(actors)
        made = judged(actors, MARCH, NOT_MET)
    client = page_as("county")

    form = client.get(f"/prices/evaluations/{made.pk}/").content.decode()
    assert "rise_肉" in form
    rises = {"rise_肉": "18", "rise_蛋": "12", "rise_菜": "25"}
    answer = client.post("/prices/evaluate/", {"place": COUNTY, "month": "2022-03", **rises})
    page = client.get(answer["Location"]).content.decode()
    measured = Evaluation.objects.latest("id")
    assert "33.20" in page
    assert f"{measured.decide_by} 前作出决定" in page
    sent_back = client.post(f"/prices/evaluations/{measured.pk}/decide/", {"kind": "no_subsidy", "reason": ""})
    assert sent_back.status_code == 422
    assert "没有填写理由" in sent_back.content.decode()
    assert "等待决定" in client.get("/prices/").content.decode()


def test_rule_file_with_errors_lists_every_line(page_as: SignIn):
    wrong = RULE.replace("at_least: 3.5%", "at_least: 0.03").replace("to: 分", "to: 毫")

    page = page_as("county").post("/prices/rules/new/", {"text": wrong})

    assert page.status_code == 422
    text = page.content.decode()
    assert "有 2 处需要改" in text
    assert "第 8 行" in text


def test_rule_file_is_said_back_and_confirmed_by_another(page_as: SignIn):
    first, second = page_as("county"), page_as("county_second")
    first.post("/prices/rules/new/", {"text": RULE})
    record = RuleRecord.objects.get()

    text = first.get(f"/prices/rules/{record.pk}/").content.decode()
    assert "启动条件:CPI 当月达到 3.5%" in text
    assert first.post(f"/prices/rules/{record.pk}/confirm/").status_code == 422
    assert second.post(f"/prices/rules/{record.pk}/confirm/").status_code == 302
    assert "宁安市价格补贴联动机制实施办法" in first.get("/prices/rules/?month=2022-03").content.decode()


def test_the_next_county_sees_and_does_nothing_here(actors: Actors, page_as: SignIn):
    roster = _rostered(actors)
    with county(actors):
        entered(actors, APRIL.plus(-2), MET)
    made, decision = Evaluation.objects.get(), Decision.objects.get()
    stranger = page_as("outsider")

    assert stranger.get(f"/prices/evaluations/{made.pk}/").status_code == 403
    assert stranger.get(f"/prices/rosters/{roster.pk}/").status_code == 403
    assert stranger.get(f"/prices/?place={COUNTY}").status_code == 403
    assert stranger.post("/prices/evaluate/", {"place": COUNTY, "month": "2022-03"}).status_code == 403
    assert stranger.post(f"/prices/decisions/{decision.pk}/confirm/").status_code == 403
    assert stranger.post("/prices/figures/new/", FIGURES).status_code == 403


def test_province_opens_any_county_below(actors: Actors, page_as: SignIn):
    roster = _rostered(actors)
    client = page_as("province")

    assert "宁安" in client.get(f"/prices/?place={COUNTY}").content.decode()
    assert client.get(f"/prices/rosters/{roster.pk}/").status_code == 200
    assert client.post("/prices/rosters/new/", {"place": COUNTY, "month": "2022-03"}).status_code == 403


@pytest.mark.parametrize("who", ["township", "finance", "auditor"])
def test_readers_get_no_forms(actors: Actors, page_as: SignIn, who: str):
    with county(actors):
        registered(actors)
        made = judged(actors, MARCH, MET)
    client = page_as(who)

    assert "录入一个月" not in client.get("/prices/figures/").content.decode()
    assert 'name="kind"' not in client.get(f"/prices/evaluations/{made.pk}/").content.decode()
    assert client.post("/prices/figures/new/", FIGURES).status_code == 403


def test_roster_list_needs_as_many_statements_for_many_people(actors: Actors, page_as: SignIn):
    roster = _rostered(actors, 40)
    client = page_as("county")

    assert assert_fixed_queries(client, f"/prices/rosters/{roster.pk}/", lambda: None) < 25


def test_ledger_as_a_table(actors: Actors, page_as: SignIn):
    _rostered(actors)

    text = page_as("county").get("/prices/?format=csv").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("2022-03,2022-04,")
    assert "93.60" in text
