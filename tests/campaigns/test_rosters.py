"""Who is due what: each identity once, units of person, household and square metre, supplements, two people."""

import datetime as dt
import pathlib

import pytest
import yaml
from django.db import DatabaseError, connection, transaction

from doudi.campaigns import queries, rosters, services
from doudi.campaigns.errors import (
    BeyondLimit,
    FirstRosterWaits,
    NobodyDue,
    NotOpen,
    OutsideCampaign,
    SamePerson,
    SupplementClosed,
)
from doudi.campaigns.models import Covered, GrantLine
from doudi.cases.models import Proposal, Step
from doudi.facts.models import Fact
from doudi.kernel.errors import NotPermitted
from doudi.places.services import load_divisions
from doudi.policy.models import LocalRule
from doudi.security.scope import acting
from tests.campaigns.world import (
    COUNTY,
    LATER,
    ROSTER_ON,
    TOWN,
    Family,
    approved,
    award,
    drafted,
    family,
    inside,
    mark,
    rostered,
)

pytestmark = pytest.mark.django_db
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples" / "campaigns"


def lines(roster=None):
    found = GrantLine.objects.all() if roster is None else GrantLine.objects.filter(roster=roster)
    return [
        (one.household_id, one.person_id, one.amount_fen) for one in found.order_by("household_id", "person_id", "id")
    ]


def due(one: Family, person: int | None, fen: int):
    return one.household.pk, None if person is None else one.people[person].pk, fen


def example(actors, name: str, **changes):
    """Approve an example for the county of the tests."""
    body = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    return approved(actors, **({"supplement_to": "gone"} | body | {"place": COUNTY} | changes))


def newly_approved(one: Family, decided_on: dt.date, *, since: str, kind: str = "start", programme: str = "dibao"):
    """Let a family be confirmed on a day and hold the programme from a month on."""
    proposal = Proposal.objects.create(
        cycle_month="2022-07", determination_id=1, run_id=1, subject_kind="h", subject_id=one.household.pk,
        household_id=one.household.pk, programme=programme, kind=kind, amount_after_fen_m=30_000, since_month=since[:7],
        lane="clean", state="proposed", reference_on=decided_on, due_on=decided_on, division_code=TOWN,
    )  # fmt: skip
    for stage, state, key in (("review", "reviewed", "x"), ("confirm", "confirmed", "y")):
        Step.objects.create(
            proposal=proposal, stage=stage, user_id=1, person_key=key, role="county", decided_on=decided_on,
            in_bulk=False, division_code=TOWN,
        )  # fmt: skip
        Proposal.objects.filter(pk=proposal.pk).update(state=state)
    return award(one, programme, since=since, proposal_id=proposal.pk)


# -- the real examples ------------------------------------------------------------------------------


def test_central_2013_pays_people_by_area_and_the_higher_of_two_groups(actors):
    with inside(actors):
        town, country, veteran = family(1, 2, area="urban"), family(2), family(3, area="urban")
        award(town, since="2012-01-01"), award(country, since="2012-01-01")
        award(veteran, since="2012-01-01"), award(veteran, "veterans_pension", since="2012-01-01")
        dates = {"roster_on": ROSTER_ON, "from": ROSTER_ON, "to": LATER}  # the packs begin a year after the example
        roster = rostered(actors, example(actors, "central-2013", **dates))

        assert lines(roster) == [
            due(town, 0, 30_000), due(town, 1, 30_000), due(country, 0, 20_000), due(veteran, 0, 36_000),
        ]  # fmt: skip
        assert GrantLine.objects.get(household_id=veteran.household.pk).left_aside == "城市低保"
        assert {one.fund_source for one in GrantLine.objects.all()} == {"central"}


def test_rizhao_2019_pays_households_and_people(actors):
    with inside(actors):
        town, country = family(1, 3, area="urban"), family(2, 2)
        old_town, old_country, orphan = family(3, area="urban"), family(4), family(5)
        award(town, since="2018-01-01"), award(country, since="2018-01-01")
        award(old_town, "tekun", since="2018-01-01"), award(old_country, "tekun", since="2018-01-01")
        award(orphan, "orphan_allowance", since="2018-01-01")
        roster = rostered(actors, example(actors, "rizhao-2019"))

        assert lines(roster) == [
            due(town, None, 30_000), due(country, None, 20_000), due(old_town, 0, 20_000), due(old_country, 0, 15_000),
            due(orphan, 0, 15_000),
        ]  # fmt: skip
        assert (roster.line_count, roster.person_count, roster.sum_fen) == (5, 8, 100_000)


def test_dalian_2026_serves_everyone_once_by_the_higher_amount(actors):
    with inside(actors):
        alone, edge, hundred = family(1, 2), family(2, 3), family(3, births=[dt.date(1926, 1, 31)])
        ninety_nine = family(4, births=[dt.date(1926, 2, 1)])
        edge_with_orphan = family(5, 2)
        award(alone), award(alone, "orphan_allowance", person=1)  # 800 for the family, none for the orphan beside it
        award(edge, "dibao_marginal", amount_fen=0)
        award(hundred, "old_age_allowance"), award(ninety_nine, "old_age_allowance")
        award(edge_with_orphan, "dibao_marginal", amount_fen=0)
        award(edge_with_orphan, "orphan_allowance", person=1)  # the orphan's 800 is higher than the family's 560
        roster = rostered(actors, example(actors, "dalian-2026"), on=dt.date(2026, 1, 31))

        assert lines(roster) == [
            due(alone, None, 80_000), due(edge, None, 56_000), due(hundred, 0, 80_000),
            due(edge_with_orphan, 1, 80_000), due(edge_with_orphan, None, 56_000),
        ]  # fmt: skip
        served = GrantLine.objects.get(household_id=edge_with_orphan.household.pk, person_id=None)
        assert served.person_count == 1
        assert GrantLine.objects.get(household_id=alone.household.pk).left_aside == "孤儿"
        assert ninety_nine.household.pk not in {one[0] for one in lines(roster)}


def test_heating_is_paid_by_square_metre_up_to_the_limit_and_by_household(actors):
    with inside(actors):
        large, small, unknown, country = (family(n, area=a) for n, a in enumerate(("urban", "urban", "urban", "rural")))
        for one in (large, small, unknown, country):
            award(one)
        for one, area in ((large, 60), (small, 40)):
            Fact.objects.create(
                household_id=one.household.pk, name="heated_area_m2", value_int=area, since=ROSTER_ON,
                known_on=ROSTER_ON, source="供热", division_code=TOWN,
            )  # fmt: skip
        campaign = example(actors, "heating")
        looked = rosters.preview(campaign.pk, COUNTY, actor=actors["county"], on=dt.date(2022, 10, 20))
        roster = rostered(actors, campaign, on=dt.date(2022, 10, 20))

        assert lines(roster) == [due(large, None, 172_440), due(small, None, 153_280), due(country, None, 50_000)]
        assert looked.left_out == roster.counts["left_out"] == {"no_area": 1}
        assert {one.programme for one in GrantLine.objects.all()} == {"heating_aid"}
        assert list(GrantLine.objects.order_by("household_id").values_list("quantity", flat=True)) == [45, 40, 1]


# -- who stands on it ---------------------------------------------------------------------------------


def test_the_roster_is_that_of_its_date(actors):
    with inside(actors):
        ended, begun, held = family(1), family(2), family(3)
        award(ended, until="2022-06-30"), award(begun, since="2022-07-01"), award(held, until="2022-07-01")
        roster = rostered(actors, approved(actors), on=LATER)

        assert lines(roster) == [due(held, 0, 20_000)]


def test_the_dead_and_the_excluded_are_left_out_and_counted(actors):
    with inside(actors):
        dead, living, tekun = family(1), family(2, 2), family(3)
        for one in (dead, living, tekun):
            award(one)
        award(tekun, "tekun")
        Fact.objects.create(
            person_id=dead.people[0].pk, name="death_date", value_text="2022-06-30", since=ROSTER_ON,
            known_on=ROSTER_ON, source="公安", division_code=TOWN,
        )  # fmt: skip
        groups = [{"group": "低保", "unit": "户", "amount": "200 元"}]
        roster = rostered(actors, approved(actors, groups=groups, exclude=["特困"]))

        assert lines(roster) == [due(living, None, 20_000)]
        assert roster.counts["left_out"] == {"dead": 1, "excluded": 1}


def test_whoever_another_campaign_serves_can_be_left_out(actors):
    with inside(actors):
        first, second = family(1), family(2)
        award(first)
        rostered(actors, approved(actors, title="第一次"))
        award(second)
        roster = rostered(actors, approved(actors, title="第二次", exclude_campaigns=["第一次"]))

        assert lines(roster) == [due(second, 0, 20_000)]
        assert roster.counts["left_out"] == {"elsewhere": 1}


def test_amounts_add_up_where_the_campaign_says_so(actors):
    groups = [{"group": "低保", "unit": "户", "amount": "200 元"}, {"group": "孤儿", "unit": "人", "amount": "150 元"}]
    with inside(actors):
        one = family(1, 2)
        award(one), award(one, "orphan_allowance", person=1)
        roster = rostered(actors, approved(actors, groups=groups, same_person="累加"))

        assert lines(roster) == [due(one, 1, 15_000), due(one, None, 20_000)]


def test_months_pay_what_each_receives(actors):
    groups = [{"group": "低保", "unit": "户", "months": 2}, {"group": "特困", "unit": "人", "months": 1}]
    with inside(actors):
        home, old = family(1, 2), family(2)
        award(home, amount_fen=45_678), award(old, "tekun", amount_fen=58_400)
        roster = rostered(actors, approved(actors, groups=groups))

        assert lines(roster) == [due(home, None, 91_356), due(old, 0, 58_400)]


def test_S11_3_only_the_severe_townships_of_the_date_are_rostered(actors):
    with acting(actors["system"]):
        load_divisions()
    with inside(actors):
        towns = [f"23108410{n}" for n in range(1, 6)]
        homes = [family(n, town=town) for n, town in enumerate(towns)]
        for one in homes:
            award(one)
        mark(towns[0]), mark(towns[1]), mark(towns[2], since="2022-07-01"), mark(towns[3], until="2022-06-30")
        mark(towns[4], "high", "level")
        campaign = approved(
            actors, kind="增发救助金", only_in={"mark": "severe"}, groups=[{"group": "低保", "unit": "户", "months": 1}]
        )
        roster = rostered(actors, campaign, on=LATER)

        assert lines(roster) == [due(homes[0], None, 30_000), due(homes[1], None, 30_000)]
        assert [row["code"] for row in roster.counts["townships"]] == towns[:2]


# -- supplements ----------------------------------------------------------------------------------------


def test_S11_2_the_newly_approved_are_paid_once_and_old_payees_not_again(actors):
    with inside(actors):
        old, new, late = family(1), family(2, 2), family(3)
        award(old)
        campaign = approved(actors)
        rostered(actors, campaign)
        newly_approved(new, dt.date(2022, 7, 5), since="2022-08-01")
        newly_approved(late, dt.date(2022, 10, 5), since="2022-11-01")
        supplement = rostered(actors, campaign, on=LATER, supplement=True)

        assert (supplement.kind, supplement.number) == ("supplement", 2)
        assert lines(supplement) == [due(new, 0, 20_000), due(new, 1, 20_000)]
        with pytest.raises(NobodyDue, match="新批准"):
            rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=LATER, supplement=True)
        assert len(lines()) == 3


def test_a_family_that_was_paid_as_one_is_not_paid_again_for_a_new_member(actors):
    groups = [{"group": "低保", "unit": "户", "amount": "300 元"}]
    with inside(actors):
        one = family(1)
        award(one, until="2022-07-01")
        campaign = approved(actors, groups=groups)
        rostered(actors, campaign)
        one.people += family(9).people  # joins, and the family's dibao begins anew
        newly_approved(one, dt.date(2022, 7, 5), since="2022-08-01")

        with pytest.raises(NobodyDue):
            rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=LATER, supplement=True)


def test_supplements_keep_to_their_period_and_wait_for_the_first_roster(actors):
    with inside(actors):
        award(family(1))
        without = approved(actors, title="没有补充期", supplement_to="gone")
        campaign = approved(actors)

        def supplement(one, on):
            return rosters.make_roster(one.pk, COUNTY, actor=actors["county"], on=on, supplement=True)

        with pytest.raises(FirstRosterWaits):
            supplement(campaign, LATER)
        rostered(actors, campaign)
        with pytest.raises(SupplementClosed, match="2022-09-30 结束"):
            supplement(campaign, dt.date(2022, 10, 1))
        with pytest.raises(SupplementClosed, match="没有规定补充期"):
            supplement(without, LATER)


# -- two people, the place, the database ------------------------------------------------------------------


def test_a_roster_needs_an_approved_campaign_its_date_and_a_county_of_it(actors):
    with inside(actors):
        award(family(1))
        with pytest.raises(NotOpen, match="草稿"):
            rosters.make_roster(drafted(actors).pk, COUNTY, actor=actors["county"], on=ROSTER_ON)
        campaign = approved(actors, title="已批准的")
        with pytest.raises(SupplementClosed, match="还没有到"):
            rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=dt.date(2022, 6, 29))
    with acting(actors["outsider"]), pytest.raises(OutsideCampaign):
        rosters.make_roster(campaign.pk, "230227", actor=actors["outsider"], on=ROSTER_ON)


def test_a_roster_is_approved_by_another_and_only_then_ready(actors):
    with inside(actors):
        one = family(1)
        award(one)
        campaign = approved(actors)
        made = rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=ROSTER_ON)

        with pytest.raises(SamePerson):
            rosters.approve_roster(made.pk, actor=actors["county"], on=ROSTER_ON)
        assert queries.lines_ready(COUNTY) == []
        rosters.approve_roster(made.pk, actor=actors["county_second"], on=ROSTER_ON)
        ready = queries.lines_ready(COUNTY, campaign.pk)

        assert [(line.person_id, line.amount_fen, line.label, line.fund_source) for line in ready] == [
            (one.people[0].pk, 20_000, "一次性生活补贴", "county")
        ]
        with pytest.raises(NotOpen):
            rosters.withdraw_roster(made.pk, actor=actors["county"])
        with pytest.raises(NotOpen, match="首批"):
            rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=ROSTER_ON)


def test_a_withdrawn_roster_frees_its_people(actors):
    with inside(actors):
        award(family(1))
        campaign = approved(actors)
        made = rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=ROSTER_ON)
        rosters.withdraw_roster(made.pk, actor=actors["county"])
        again = rostered(actors, campaign)

        assert (again.number, again.line_count) == (2, 1)
        assert Covered.objects.count() == 1
        assert len(queries.lines_ready(COUNTY)) == 1


def test_beyond_the_recorded_limit_somebody_above_approves(actors):
    with inside(actors):
        award(family(1))
        LocalRule.objects.create(
            kind="parameter", name="campaign_county_limit_fen", division_code=COUNTY, value_int=19_999,
            since=dt.date(2022, 1, 1), proposed_on=dt.date(2022, 1, 1), known_on=dt.date(2022, 1, 1),
            document="省厅规定", clause="HLJ2021-2.4", state="confirmed", proposed_by="a", confirmed_by="b",
        )  # fmt: skip
        made = rosters.make_roster(approved(actors).pk, COUNTY, actor=actors["county"], on=ROSTER_ON)

        with pytest.raises(BeyondLimit, match=r"200\.00 元,超过县级批准限额 199\.99"):
            rosters.approve_roster(made.pk, actor=actors["county_second"], on=ROSTER_ON)
    with acting(actors["province"]):
        assert rosters.approve_roster(made.pk, actor=actors["province"], on=ROSTER_ON).state == "approved"


@pytest.mark.parametrize("who", ["township", "finance", "auditor", "outsider"])
def test_other_posts_and_the_next_county_may_not_make_or_approve_rosters(actors, who):
    with inside(actors):
        award(family(1))
        campaign = approved(actors)
        made = rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=ROSTER_ON)
    with acting(actors[who]):
        for act in (
            lambda: rosters.make_roster(campaign.pk, COUNTY, actor=actors[who], on=ROSTER_ON),
            lambda: rosters.approve_roster(made.pk, actor=actors[who], on=ROSTER_ON),
            lambda: rosters.withdraw_roster(made.pk, actor=actors[who]),
        ):
            with pytest.raises((NotPermitted, Exception)) as refusal:
                act()
            assert refusal.type.__name__ in ("NotPermitted", "BadInput")
    if who == "outsider":
        with acting(actors[who]):
            assert GrantLine.objects.count() == 0


def test_the_database_serves_an_identity_once_and_keeps_what_is_granted(actors):
    with inside(actors):
        award(family(1))
        roster = rostered(actors, approved(actors))
        for statement in (
            "update campaigns_grantline set amount_fen = 1",
            "delete from campaigns_grantline",
            f"update campaigns_roster set sum_fen = 1 where id = {roster.pk}",
            f"update campaigns_roster set state = 'made' where id = {roster.pk}",
            "delete from campaigns_covered",
            "update campaigns_covered set line_id = 0",
            "insert into campaigns_covered (campaign_id, identity, slot, line_id, roster_id, division_code) "
            "select campaign_id, identity, slot, 0, roster_id, division_code from campaigns_covered",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_preview_keeps_nothing_and_says_what_the_roster_then_says(actors):
    with inside(actors):
        home = family(1, 3)
        award(home), award(family(2, area="urban"), "tekun")
        campaign = drafted(actors)
        looked = rosters.preview(campaign.pk, COUNTY, actor=actors["county"], on=ROSTER_ON)
        assert GrantLine.objects.count() == 0
        services.approve_campaign(campaign.pk, actor=actors["county_second"], on=ROSTER_ON)
        roster = rostered(actors, campaign)

        assert (looked.count, looked.person_count, looked.sum_fen) == (4, 4, 90_000)
        assert [(one.label, one.area, one.count, one.sum_fen) for one in looked.groups] == [
            ("低保", "rural", 3, 60_000), ("特困", "urban", 1, 30_000),
        ]  # fmt: skip
        assert [(one.code, one.sum_fen) for one in looked.townships] == [(TOWN, 90_000)]
        assert (roster.line_count, roster.sum_fen) == (4, 90_000)
        done = queries.progress(campaign.pk, COUNTY)
        assert [(one.code, one.count, one.approved_fen) for one in done] == [(TOWN, 4, 90_000)]


def test_the_number_of_statements_does_not_grow_with_the_people(actors, django_assert_max_num_queries):
    with inside(actors):
        for number in range(30):
            award(family(number, 2))
        campaign = approved(actors)

        with django_assert_max_num_queries(60):
            rosters.make_roster(campaign.pk, COUNTY, actor=actors["county"], on=ROSTER_ON)
