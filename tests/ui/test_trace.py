"""The trace: from a payment line to its clause on one page, for those who may see money, inside their divisions."""

from collections.abc import Callable

import pytest

from doudi.kernel.actors import Actor
from doudi.payments.models import Line
from doudi.security.scope import acting
from tests.pageclient import PageClient
from tests.ui import rows

pytestmark = pytest.mark.django_db
Cast = dict[str, Actor]
SignIn = Callable[[str], PageClient]
STAGES = ["一笔钱", "账簿分录", "发放批次", "待遇", "审核确认", "认定", "事实", "条款"]


def approved_line(actors: Cast) -> Line:
    with acting(actors["county"]):
        family = rows.make_family()
        proposal = rows.make_proposal(family)
        rows.confirm(proposal, actors["township"], actors["county_second"])
        return rows.make_line(family, rows.make_award(family, proposal=proposal), maker=actors["finance"])


def roster_line(actors: Cast) -> Line:
    with acting(actors["county"]):
        family = rows.make_family()
        return rows.make_line(family, rows.make_award(family, roster=rows.make_roster()), maker=actors["finance"])


def test_trace_shows_every_stage_in_order(actors: Cast, page_as: SignIn):
    line = approved_line(actors)
    for colleague in ("township", "county_second"):
        page_as(colleague)  # makes their log-ins, so that their names are known

    html = page_as("auditor").get(f"/trace/{line.pk}/").content.decode()

    places = [html.rindex(f"<h2>{stage}</h2>") for stage in STAGES]
    assert places == sorted(places)
    for piece in ("949.99", "玖佰肆拾玖元玖角玖分", "王桂兰", "孙会计", "材料齐全", "刘霞", "王科员"):
        assert piece in html
    assert f"/proposals/{line.award_id}" in html or "事项" in html


def test_trace_of_a_taken_over_award_names_the_roster(actors: Cast, page_as: SignIn):
    line = roster_line(actors)

    html = page_as("auditor").get(f"/trace/{line.pk}/").content.decode()

    assert "接续原在册名单" in html
    assert "民政局" in html


@pytest.mark.parametrize("post", ["county", "finance", "province"])
def test_trace_is_open_to_those_who_answer_for_money(actors: Cast, page_as: SignIn, post: str):
    line = roster_line(actors)

    assert page_as(post).get(f"/trace/{line.pk}/").status_code == 200


@pytest.mark.parametrize("post", ["township", "village", "administrator", "outsider"])
def test_trace_is_refused_to_others_in_words(actors: Cast, page_as: SignIn, post: str):
    line = roster_line(actors)

    page = page_as(post).get(f"/trace/{line.pk}/")

    assert page.status_code == 403
    assert "无权限" in page.content.decode()
    assert "王桂兰" not in page.content.decode()
