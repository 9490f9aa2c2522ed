"""Campaigns written and approved by two people; what depends on the place is checked when they are."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from doudi.audit.models import Entry
from doudi.campaigns import queries, services
from doudi.campaigns.errors import NotOpen, SamePerson, TitleTaken
from doudi.campaigns.models import Campaign
from doudi.kernel.errors import NotPermitted, WrongField
from doudi.places.services import load_divisions
from doudi.regions.models import RegionState
from doudi.security.scope import acting
from tests.campaigns.world import COUNTY, ROSTER_ON, approved, drafted, inside, mark

pytestmark = pytest.mark.django_db
SEVERE = {"kind": "增发救助金", "only_in": {"mark": "severe"}, "groups": [{"group": "低保", "unit": "户", "months": 1}]}


def test_draft_is_kept_with_its_fund_and_approved_by_another(actors):
    with inside(actors):
        one = approved(actors)
        again = services.approve_campaign(one.pk, actor=actors["county_second"], on=ROSTER_ON)

        assert (one.state, one.entered_by_name, one.approved_by_name) == ("approved", "陈科长", "王科员")
        assert (one.fund_source, one.fund_clause) == ("county", "T0-暂用值")
        assert again.approved_on == ROSTER_ON
        assert services.definition_of(one).groups[1].amount_fen == 30_000
        verbs = list(Entry.objects.filter(subject=f"campaign:{one.pk}").order_by("id").values_list("verb", flat=True))
        assert verbs == ["campaign.drafted", "campaign.approved"]


def test_who_wrote_it_may_not_approve_it(actors):
    with inside(actors):
        one = drafted(actors)

        with pytest.raises(SamePerson):
            services.approve_campaign(one.pk, actor=actors["county"], on=ROSTER_ON)


@pytest.mark.parametrize("who", ["township", "finance", "auditor", "outsider", "system"])
def test_other_posts_and_the_next_county_may_not_write_or_approve(actors, who):
    with inside(actors):
        one = drafted(actors)
    with acting(actors[who]):
        with pytest.raises(NotPermitted):
            services.save_draft(one.text, actor=actors[who], on=ROSTER_ON)
        with pytest.raises(NotPermitted):
            services.approve_campaign(one.pk, actor=actors[who], on=ROSTER_ON)
        with pytest.raises(NotPermitted):
            services.withdraw_campaign(one.pk, actor=actors[who])


def test_an_edit_takes_the_place_of_the_draft_and_of_nothing_else(actors):
    with inside(actors):
        one = drafted(actors)
        text = one.text.replace("200 元", "250 元")
        edited = services.save_draft(text, actor=actors["county"], on=ROSTER_ON, edits=one.pk)
        one.refresh_from_db()

        assert (one.state, edited.previous_id) == ("withdrawn", one.pk)
        services.approve_campaign(edited.pk, actor=actors["county_second"], on=ROSTER_ON)
        with pytest.raises(NotOpen, match="已批准"):
            services.save_draft(text, actor=actors["county"], on=ROSTER_ON, edits=edited.pk)
        with pytest.raises(NotOpen):
            services.withdraw_campaign(edited.pk, actor=actors["county"])


def test_two_campaigns_of_one_name_are_refused(actors):
    with inside(actors):
        one = drafted(actors)

        with pytest.raises(TitleTaken, match=f"第 {one.pk} 号"):
            drafted(actors)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basis": {"document": "文件", "clause": "HLJ2021-99.9"}}, "basis"),
        ({"fund": "失业保险基金"}, "fund"),
        ({"exclude_campaigns": ["没有这个活动"]}, "exclude_campaigns"),
    ],
)
def test_S11_4_what_the_register_does_not_bear_out_is_refused_naming_the_field(actors, changes, field):
    with inside(actors), pytest.raises(WrongField) as refusal:
        drafted(actors, **changes)

    assert refusal.value.field == field
    with inside(actors):
        assert Campaign.objects.count() == 0


def test_S11_3_a_township_that_is_not_severe_is_refused_with_its_state(actors):
    with acting(actors["system"]):
        load_divisions()
    with inside(actors):
        mark("231084101")
        mark("231084102")
        mark("231084103", "medium", "level")
        named = {"townships": ["231084101", "231084102", "231084103"]}

        with pytest.raises(WrongField, match=r"231084103\)在 2022-06-30 为“中风险”,不在“疫情严重”之内") as refusal:
            drafted(actors, **SEVERE, **named)

        assert refusal.value.field == "townships"
        assert drafted(actors, **SEVERE, townships=["231084101", "231084102"]).state == "draft"


def test_S11_3_the_state_is_asked_again_when_it_is_approved(actors):
    with inside(actors):
        mark("231084101")
        one = drafted(actors, **SEVERE, townships=["231084101"])
        RegionState.objects.update(until=dt.date(2022, 6, 15))

        with pytest.raises(WrongField, match="没有登记状态"):
            services.approve_campaign(one.pk, actor=actors["county_second"], on=ROSTER_ON)


def test_a_top_up_without_any_township_in_the_state_is_refused(actors):
    with acting(actors["system"]):
        load_divisions()
    with inside(actors), pytest.raises(WrongField, match="没有乡镇处于“疫情严重”"):
        drafted(actors, **SEVERE)


def test_the_database_keeps_what_is_written_and_decided(actors):
    with inside(actors):
        one = approved(actors)
        for change in ("title = 'x'", "text = 'x'", "roster_on = '2022-01-01'", "state = 'draft'"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"update campaigns_campaign set {change} where id = {one.pk}")
        other = drafted(actors, title="另一项")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"update campaigns_campaign set state = 'approved', approved_by = entered_by where id = {other.pk}"
            )


def test_campaigns_are_seen_by_places_above_and_below(actors):
    with inside(actors):
        one = drafted(actors)

    assert [c.pk for c in queries.campaigns("231084101")] == [one.pk]
    assert [c.pk for c in queries.campaigns("23")] == [one.pk]
    assert list(queries.campaigns("230227")) == []
    assert queries.campaign(one.pk, COUNTY) == one
