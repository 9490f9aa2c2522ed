"""The pages of proposals and reasons, as each post sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from doudi.benefits import services as benefits
from doudi.benefits.models import Award
from doudi.cases.models import Proposal, Step
from doudi.kernel.actors import SYSTEM
from doudi.security.models import BusinessDate
from doudi.security.scope import acting
from tests.cases import world
from tests.cases.world import NINGAN, ON
from tests.pageclient import count_queries

pytestmark = pytest.mark.django_db
LIST = "/proposals/"


@pytest.fixture(autouse=True)
def _business_day() -> None:
    BusinessDate.objects.create(value=ON, set_by="测试")


@pytest.fixture
def month() -> dict[str, Proposal]:
    """A county after its cycle: one start in the clean lane, one death by hand, one exit held, one family unclear."""
    with acting(SYSTEM):
        batch = world.county_loaded(NINGAN)["roster"]
        clean, rich, dead, unclear = (world.family(NINGAN, ages) for ages in ((40, 38), (50, 48), (70,), (30,)))
        world.say(clean, NINGAN)
        world.say(rich, NINGAN, transfer_income_fen_m=900_000)
        world.say(dead, NINGAN)
        world.say(unclear, NINGAN, deposits_fen=None)
        world.on_roster(rich, NINGAN, 10_000, batch)
        world.on_roster(dead, NINGAN, 10_000, batch)
        benefits.take_over_roster(NINGAN, SYSTEM)
        world.later(dead.person_ids[0], NINGAN, "death_date", text="2022-03-02")
        world.cycle(NINGAN)
        of = {one.household_id: one for one in world.live(programme="dibao")}
        return {
            "clean": of[clean.household_id],
            "held": of[rich.household_id],
            "dead": of[dead.household_id],
        }


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_list_shows_states_and_lanes_with_counts_and_the_clause_that_holds(
    page_as: Callable[[str], Any], month: dict[str, Proposal]
):
    client = page_as("township")

    proposed, held = text_of(client.get(LIST)), text_of(client.get(f"{LIST}?state=held"))

    assert "成批审核一致事项" in proposed
    assert "有成员死亡" in proposed
    assert "还剩" in proposed
    assert "HLJMCA2022-3.16" in held
    assert "开始本月认定" not in proposed


@pytest.mark.parametrize("who", ["village", "township", "county", "province", "auditor"])
def test_list_and_files_are_readable_for_every_post_that_may_see_them(
    page_as: Callable[[str], Any], month: dict[str, Proposal], who: str
):
    client = page_as(who)

    for state in ("proposed", "held", "reviewed", "returned", "confirmed", "withdrawn"):
        assert client.get(f"{LIST}?state={state}").status_code == 200
    assert client.get(f"{LIST}?programme=tekun&kind=stop&flag=exit&month=2022-04&lane=clean").status_code == 200
    assert client.get(reverse("needs_facts_list")).status_code == 200
    for one in month.values():
        assert client.get(reverse("proposal_file", args=[one.pk])).status_code == 200
        assert client.get(reverse("explanation", args=[one.determination_id])).status_code == 200


def test_the_next_county_sees_nothing(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    client = page_as("outsider")

    assert "张甲" not in text_of(client.get(LIST))
    for name, key in (("proposal_file", month["clean"].pk), ("explanation", month["clean"].determination_id)):
        refused = client.get(reverse(name, args=[key]))
        assert refused.status_code == 403
        assert "无权限" in text_of(refused)
    assert client.get(f"{LIST}?place={NINGAN}").status_code == 403


def test_wrong_conditions_are_refused_in_words(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    client = page_as("county")

    for query in ("state=x", "lane=x", "programme=x", "kind=x", "flag=x", "month=2022-13", "place=12345"):
        assert client.get(f"{LIST}?{query}").status_code == 422, query


def test_the_whole_way_by_buttons(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    clerk, chief, other = page_as("township"), page_as("county"), page_as("county_second")
    bulk_review, bulk_confirm = reverse("proposal_bulk", args=["review"]), reverse("proposal_bulk", args=["confirm"])
    with acting(SYSTEM):
        count = Proposal.objects.filter(state="proposed", lane="clean").count()

    assert f"审核 {count} 件" in text_of(clerk.get(bulk_review))
    assert clerk.post(bulk_review, {"count": "999"}).status_code == 422
    assert clerk.post(bulk_review, {"count": str(count)}).status_code == 302
    assert clerk.get(bulk_confirm).status_code == 403
    assert "一致事项" in text_of(chief.get(bulk_confirm))
    assert chief.post(bulk_confirm, {"count": str(count)}).status_code == 302
    decide = reverse("proposal_decide", args=[month["dead"].pk])
    page = text_of(clerk.get(reverse("proposal_file", args=[month["dead"].pk])))
    assert ">同意</button>" in page
    assert clerk.post(decide, {"act": "review", "version": "1"}).status_code == 422
    assert clerk.post(decide, {"act": "review", "version": "9", "reason": "核实"}).status_code == 409
    assert clerk.post(decide, {"act": "review", "version": "1", "reason": "死亡证明已核"}).status_code == 302
    assert other.post(decide, {"act": "return", "reason": "请补注销证明"}).status_code == 302
    assert clerk.post(decide, {"act": "review", "reason": "已补"}).status_code == 302
    assert chief.post(decide, {"act": "confirm", "reason": "同意"}).status_code == 302

    with acting(SYSTEM):
        assert Proposal.objects.get(pk=month["dead"].pk).state == "confirmed"
        assert Award.objects.get(ended_by_proposal_id=month["dead"].pk).end_cause == "death"
        assert Award.objects.filter(proposal_id=month["clean"].pk).count() == 1
        assert Step.objects.filter(proposal_id=month["dead"].pk).count() == 4
    done = text_of(chief.get(reverse("proposal_file", args=[month["dead"].pk])))
    assert "待遇生效" in done
    assert "死亡证明已核" in done
    assert "同意</button>" not in done


def test_pages_say_from_which_month_a_new_award_is_paid(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    clerk, chief = page_as("township"), page_as("county")
    page, bulk_review = reverse("proposal_file", args=[month["clean"].pk]), reverse("proposal_bulk", args=["review"])
    with acting(SYSTEM):
        count = Proposal.objects.filter(state="proposed", lane="clean").count()

    before, lane = text_of(clerk.get(page)), text_of(clerk.get(bulk_review))
    stopped = text_of(clerk.get(reverse("proposal_file", args=[month["dead"].pk])))
    clerk.post(bulk_review, {"count": str(count)})
    chief.post(reverse("proposal_bulk", args=["confirm"]), {"count": str(count)})
    BusinessDate.objects.create(value=ON.replace(month=8), set_by="测试")
    after = text_of(clerk.get(page))

    assert "如今日确认,2022年5月起(自确认的次月起发放)" in before
    assert "P1-第二十一条" in before or "最低生活保障审核确认办法 第二十一条" in before
    assert "如今日确认,2022年5月起(自确认的次月起发放)" in lane
    assert "自确认的次月起发放" not in stopped
    assert "<dd>2022年5月起(自确认的次月起发放)" in after
    assert "自 2022年5月起发放" in after


def test_only_the_right_post_gets_buttons_and_others_see_whose_turn_it_is(
    page_as: Callable[[str], Any], month: dict[str, Proposal]
):
    page = reverse("proposal_file", args=[month["clean"].pk])

    assert "同意</button>" in text_of(page_as("township").get(page))
    for who in ("county", "auditor", "province", "village"):
        seen = text_of(page_as(who).get(page))
        assert "同意</button>" not in seen
        assert "等乡镇(街道)经办审核" in seen
    held = text_of(page_as("township").get(reverse("proposal_file", args=[month["held"].pk])))
    assert "同意</button>" not in held
    assert "不会自动停发" in held
    refused = page_as("auditor").post(reverse("proposal_decide", args=[month["clean"].pk]), {"act": "review"})
    assert refused.status_code == 403


def test_the_county_runs_the_cycle_and_releases_by_buttons(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    client = page_as("county")

    assert "开始本月认定" in text_of(client.get(LIST))
    assert client.post(reverse("proposal_cycle"), {"month": "2022-04"}).status_code == 302
    assert "没有可以恢复办理的" in text_of(client.post(reverse("proposal_release"), follow=True))
    assert page_as("township").post(reverse("proposal_cycle"), {"month": "2022-04"}).status_code == 403
    with acting(SYSTEM):
        assert Proposal.objects.filter(state="withdrawn").count() == 0


def test_the_explanation_tells_steps_clauses_and_today(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    client = page_as("township")
    address = reverse("explanation", args=[month["held"].determination_id])
    with acting(SYSTEM):
        person = month["held"].household_id
        head = (
            world.Membership.objects.filter(household_id=person).order_by("id").values_list("person_id", flat=True)[0]
        )
        world.later(head, NINGAN, "transfer_income_fen_m", 0)

    decided, now = text_of(client.get(address)), text_of(client.get(f"{address}?as=now"))

    assert "不符合" in decided
    assert "入户调查" in decided
    assert "社会救助暂行办法" in decided
    assert "人均月收入" in decided
    assert "每月" in now
    assert "只供对照" in now


def test_needs_facts_says_what_is_missing_and_who_has_it(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    page = text_of(page_as("township").get(reverse("needs_facts_list")))

    assert "家庭金融资产" in page
    assert "银行" in page


def test_exports_say_who_and_which_conditions(page_as: Callable[[str], Any], month: dict[str, Proposal]):
    client = page_as("county")

    csv = client.get(f"{LIST}?state=proposed&export=csv").content.decode("utf-8-sig")
    book = client.get(f"{LIST}?state=held&export=xlsx")

    assert "有成员死亡" in csv
    assert "陈科长" in csv
    assert book.content[:2] == b"PK"


def test_the_list_costs_the_same_queries_for_one_row_and_for_more(
    page_as: Callable[[str], Any], month: dict[str, Proposal]
):
    client = page_as("township")
    client.get(LIST)
    addresses = (f"{LIST}?state=held", f"{LIST}?state=proposed", reverse("needs_facts_list"))
    counts = [count_queries(client, address) for address in addresses]
    with acting(SYSTEM):
        for _ in range(3):
            world.say(world.family(NINGAN), NINGAN, deposits_fen=None)
            world.say(world.family(NINGAN), NINGAN)
        world.cycle(NINGAN)

    assert [count_queries(client, address) for address in addresses] == counts
