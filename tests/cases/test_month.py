"""A month on real rules in a real database: from facts to proposals, by two people to awards."""

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from doudi.benefits import services as benefits
from doudi.benefits.models import Award, Coverage
from doudi.cases import services as cases
from doudi.cases.models import Proposal, Step
from doudi.determination.models import Determination, Run
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import NotPermitted, Stale
from doudi.kernel.periods import Month
from doudi.security.scope import acting
from tests.cases import world
from tests.cases.world import APRIL, LINXIAN, NINGAN, ON, TOWN

pytestmark = pytest.mark.django_db


def held_family(county: str, amount: int = 10_000, **stated: int | None) -> world.Family:
    """A family on the roster for dibao, whose facts are as given."""
    batch = world.county_loaded(county)["roster"]
    one = world.family(county)
    world.say(one, county, **stated)
    world.on_roster(one, county, amount, batch)
    benefits.take_over_roster(county, SYSTEM)
    return one


def test_cycle_starts_a_missed_family_and_two_people_make_it_an_award():
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        one = world.family(NINGAN)
        world.say(one, NINGAN, transfer_income_fen_m=10_000)

        run, counts = world.cycle(NINGAN)
        proposal = world.live(programme="dibao")[0]
        world.decide(NINGAN, proposal)
        applied = world.apply(NINGAN)

    assert counts["start"] == 1
    assert (proposal.kind, proposal.state, proposal.lane) == ("start", "proposed", "clean")
    assert applied["started"] == 1
    with acting(SYSTEM):
        award = Award.objects.get(programme="dibao")
        assert (award.amount_fen_m, award.since, award.until) == (
            proposal.amount_after_fen_m,
            dt.date(2022, 5, 1),
            None,
        )
        assert award.determination_id == proposal.determination_id
        assert sorted(Coverage.objects.values_list("person_id", flat=True)) == one.person_ids
        assert run.row_count == Determination.objects.filter(run=run).count()


def test_cycle_run_twice_changes_nothing_before_and_after_the_decision():
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        one = world.family(NINGAN)
        world.say(one, NINGAN)

        first = world.cycle(NINGAN)
        second = world.cycle(NINGAN)
        for proposal in world.live():
            world.decide(NINGAN, proposal)
        applied = world.apply(NINGAN)
        again = world.apply(NINGAN)
        third = world.cycle(NINGAN)

        assert first[0] == second[0] == third[0]
        assert first[1] == second[1] == third[1]
        assert sum(applied.values()) == len(world.live())
        assert sum(again.values()) == 0
        assert Run.objects.count() == 1
        assert Proposal.objects.filter(state="withdrawn").count() == 0


def test_a_start_confirmed_in_the_next_month_is_not_proposed_again_in_either():
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        world.say(world.family(NINGAN), NINGAN)
        may, june = dt.date(2022, 5, 10), dt.date(2022, 6, 10)
        world.cycle(NINGAN)
        for proposal in world.live():
            world.decide(NINGAN, proposal, may)
        world.apply(NINGAN, APRIL, may)
        again = world.cycle(NINGAN, APRIL, ON)
        count = len(world.live())
        made = [world.cycle(NINGAN, Month.of(day), day)[1]["start"] for day in (may, may, june)]

        assert (Award.objects.get(programme="dibao").since, again[1]["start"]) == (dt.date(2022, 6, 1), count)
        assert (made, len(world.live())) == ([0, 0, 0], count)


def test_the_same_facts_are_held_in_ningan_and_pass_in_linxian():
    """S04.3, S04.4, S12.4: the freeze by HLJMCA2022-3.16 holds; a county without a decision lets the exit pass."""
    with acting(SYSTEM):
        for county in (NINGAN, LINXIAN):
            held_family(county, transfer_income_fen_m=900_000)
            world.cycle(county)
        ningan = world.live(division_code__startswith=NINGAN, programme="dibao")[0]
        linxian = world.live(division_code__startswith=LINXIAN, programme="dibao")[0]

    assert (ningan.kind, ningan.cause, ningan.state) == ("stop", "hardship", "held")
    assert ningan.hold_clause == "HLJMCA2022-3.16"
    assert (linxian.kind, linxian.cause, linxian.state, linxian.hold_clause) == ("stop", "hardship", "proposed", "")


def test_a_held_exit_cannot_be_reviewed_and_payment_goes_on():
    with acting(SYSTEM):
        held_family(NINGAN, transfer_income_fen_m=900_000)
        world.cycle(NINGAN)
        held = world.live(programme="dibao")[0]

        with pytest.raises(cases.NotInState, match="暂缓"):
            cases.review(held.pk, actor=world.actor("township", TOWN[NINGAN]), on=ON, reason="退出")
        world.apply(NINGAN)

        assert Award.objects.get(programme="dibao").until is None


def test_the_held_queue_is_offered_for_review_when_the_freeze_ends():
    """S04.3: nobody is removed automatically; the queue is spread over the set weeks."""
    after = dt.date(2023, 2, 6)
    with acting(SYSTEM):
        held_family(NINGAN, transfer_income_fen_m=900_000)
        world.cycle(NINGAN)
        held = world.live(programme="dibao")[0]

        assert cases.release_held(NINGAN, Month(2022, 5), actor=SYSTEM, on=dt.date(2022, 5, 10)) == 0
        released = cases.release_held(NINGAN, Month.of(after), actor=SYSTEM, on=after)
        again = cases.release_held(NINGAN, Month.of(after), actor=SYSTEM, on=after)
        offered = world.live(programme="dibao")[0]

        assert (released, again) == (1, 0)
        assert (offered.state, offered.previous_id, offered.since_month) == ("proposed", held.pk, "2023-02")
        assert after < offered.due_on < dt.date(2023, 3, 10)
        assert Proposal.objects.get(pk=held.pk).state == "withdrawn"
        assert Award.objects.get(programme="dibao").until is None


def test_a_local_freeze_recorded_later_holds_what_was_proposed():
    """S04.4: once 临县 records its own decision, the exit is held by that clause."""
    from doudi.policy.models import LocalRule

    with acting(SYSTEM):
        held_family(LINXIAN, transfer_income_fen_m=900_000)
        world.cycle(LINXIAN)
        passed = world.live(programme="dibao")[0]
        LocalRule.objects.create(
            kind="switch", name="exit_freeze", division_code=LINXIAN, since=dt.date(2022, 2, 10), programmes=["dibao"],
            known_on=dt.date(2022, 2, 10), document="临县民政局决定", clause="SX2021-5.8", state="confirmed",
            proposed_by="a", confirmed_by="b",
        )  # fmt: skip
        world.cycle(LINXIAN)
        held = world.live(programme="dibao")[0]

    assert (passed.state, held.state, held.hold_clause) == ("proposed", "held", "SX2021-5.8")
    assert held.previous_id == passed.pk


def test_a_death_passes_the_freeze():
    with acting(SYSTEM):
        batch = world.county_loaded(NINGAN)["roster"]
        one = world.family(NINGAN, (70,))
        world.say(one, NINGAN)
        world.on_roster(one, NINGAN, 30_000, batch)
        benefits.take_over_roster(NINGAN, SYSTEM)
        world.later(one.person_ids[0], NINGAN, "death_date", text="2022-03-20", since=dt.date(2022, 3, 20))
        world.cycle(NINGAN)
        proposal = world.live(programme="dibao")[0]
        world.decide(NINGAN, proposal)
        applied = world.apply(NINGAN)

        assert (proposal.kind, proposal.cause, proposal.state, proposal.lane) == (
            "stop",
            "death",
            "proposed",
            "flagged",
        )
        assert applied["stopped"] == 1
        award = Award.objects.get(programme="dibao")
        assert (award.until, award.end_cause) == (dt.date(2022, 4, 1), "death")
        assert award.ended_by_proposal_id == proposal.pk
        assert Coverage.objects.get().until == dt.date(2022, 4, 1)


def test_income_through_work_fades_out_over_six_months():
    """S04.2: the old amount for the months in force, then nothing; an inheritance gets no phase-out."""
    with acting(SYSTEM):
        one = held_family(LINXIAN, 20_000)
        world.later(one.person_ids[0], LINXIAN, "wage_fen_m", 300_000)
        world.cycle(LINXIAN)
        proposal = world.live(programme="dibao")[0]
        world.decide(LINXIAN, proposal)
        world.apply(LINXIAN)
        old, fading = Award.objects.filter(programme="dibao").order_by("id")
        world.cycle(LINXIAN, Month(2022, 5), dt.date(2022, 5, 16))

        assert (proposal.kind, proposal.cause) == ("phase_out", "work")
        assert (old.until, fading.since, fading.until) == (
            dt.date(2022, 4, 1), dt.date(2022, 4, 1), dt.date(2022, 10, 1),
        )  # fmt: skip
        assert (fading.amount_fen_m, fading.route, fading.previous_id) == (20_000, "phase_out", old.pk)
        assert world.live(programme="dibao", cycle_month="2022-05") == []


def test_lack_of_facts_ends_nothing_and_withdraws_what_was_proposed():
    with acting(SYSTEM):
        one = held_family(LINXIAN, transfer_income_fen_m=900_000)
        world.cycle(LINXIAN)
        assert world.live(programme="dibao")[0].kind == "stop"
        world.later(one.person_ids[0], LINXIAN, "transfer_income_fen_m", None)

        _run, counts = world.cycle(LINXIAN)

        assert world.live(programme="dibao") == []
        assert counts["needs_facts"] == 1


def test_one_person_may_not_review_and_confirm():
    """S00.2."""
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        world.say(world.family(NINGAN), NINGAN)
        world.cycle(NINGAN)
        proposal = world.live(programme="dibao")[0]
        cases.review(proposal.pk, actor=world.actor("township", TOWN[NINGAN], "甲"), on=ON)

        with pytest.raises(cases.SamePerson, match="受理人与确认人不得为同一人"):
            cases.confirm(proposal.pk, actor=world.actor("county", NINGAN, "甲"), on=ON)
        with pytest.raises(cases.SamePerson):
            cases.confirm_clean_lane(NINGAN, APRIL, actor=world.actor("county", NINGAN, "甲"), on=ON)
        step = Step.objects.get(proposal=proposal)
        with pytest.raises(IntegrityError, match="one person reviews and confirms"), transaction.atomic():
            Step.objects.create(
                proposal=proposal, stage="confirm", round=1, user_id=2, person_key=step.person_key, role="county",
                decided_on=ON, in_bulk=False, division_code=step.division_code,
            )  # fmt: skip
        assert cases.confirm(proposal.pk, actor=world.actor("county", NINGAN, "乙"), on=ON).state == "confirmed"


def test_the_database_refuses_a_confirmation_without_two_people():
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        world.say(world.family(NINGAN), NINGAN)
        world.cycle(NINGAN)
        key = world.live(programme="dibao")[0].pk

        for state in ("confirmed", "returned"):
            with pytest.raises(IntegrityError, match="may not go"), transaction.atomic():
                Proposal.objects.filter(pk=key).update(state=state)
        with pytest.raises(IntegrityError, match="sealed row"), transaction.atomic():
            Proposal.objects.filter(pk=key).update(amount_after_fen_m=1)
        Proposal.objects.filter(pk=key).update(state="reviewed")
        with pytest.raises(IntegrityError, match="without two people"), transaction.atomic():
            Proposal.objects.filter(pk=key).update(state="confirmed")


def test_the_clean_lane_goes_in_bulk_and_the_rest_by_hand():
    with acting(SYSTEM):
        batch = world.county_loaded(LINXIAN)["roster"]
        clean, doubtful = world.family(LINXIAN), world.family(LINXIAN)
        world.say(clean, LINXIAN)
        world.say(doubtful, LINXIAN, transfer_income_fen_m=900_000)
        world.on_roster(doubtful, LINXIAN, 10_000, batch)
        benefits.take_over_roster(LINXIAN, SYSTEM)
        world.cycle(LINXIAN)
        clerk, chief = world.actor("township", TOWN[LINXIAN], "刘霞"), world.actor("county", LINXIAN, "陈科长")

        reviewed = cases.review_clean_lane(LINXIAN, APRIL, actor=clerk, on=ON)
        confirmed = cases.confirm_clean_lane(LINXIAN, APRIL, actor=chief, on=ON)
        left = world.live(household_id=doubtful.household_id, programme="dibao")[0]

        assert reviewed == confirmed > 0
        assert left.state == "proposed"
        with pytest.raises(cases.ReasonNeeded):
            cases.review(left.pk, actor=clerk, on=ON)
        assert Step.objects.filter(in_bulk=True).count() == reviewed + confirmed


def test_a_returned_proposal_goes_round_again():
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        world.say(world.family(NINGAN), NINGAN)
        world.cycle(NINGAN)
        one = world.live(programme="dibao")[0]
        clerk, chief = world.actor("township", TOWN[NINGAN], "刘霞"), world.actor("county", NINGAN, "陈科长")
        cases.review(one.pk, actor=clerk, on=ON)

        with pytest.raises(cases.ReasonNeeded):
            cases.return_proposal(one.pk, actor=chief, on=ON, reason=" ")
        returned = cases.return_proposal(one.pk, actor=chief, on=ON, reason="缺入户照片")
        with pytest.raises(Stale):
            cases.review(one.pk, actor=clerk, on=ON, version=1)
        cases.review(one.pk, actor=clerk, on=ON, reason="已补", version=returned.version)
        world.cycle(NINGAN)
        cases.confirm(one.pk, actor=chief, on=ON)

        assert [(s.stage, s.round) for s in Step.objects.order_by("id")] == [
            ("review", 1), ("return", 1), ("review", 2), ("confirm", 2),
        ]  # fmt: skip


def test_permissions_with_without_and_next_county():
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        world.say(world.family(NINGAN), NINGAN)
        world.cycle(NINGAN)
        one = world.live(programme="dibao")[0]

        for stranger in (world.actor("county", NINGAN), world.actor("township", "231084102"), SYSTEM):
            with pytest.raises(NotPermitted):
                cases.review(one.pk, actor=stranger, on=ON)
        with pytest.raises(NotPermitted):
            cases.propose_county(
                NINGAN, APRIL, on=ON, run=Run.objects.get(), actor=world.actor("county", "230227"),
                held=world.awards.held_awards(NINGAN, APRIL),
            )  # fmt: skip
    with acting(world.actor("county", "230227")), pytest.raises(NotPermitted):
        cases.review(one.pk, actor=world.actor("township", TOWN[NINGAN]), on=ON)


def test_an_earlier_month_is_refused_once_a_later_one_was_run():
    with acting(SYSTEM):
        held_family(LINXIAN, transfer_income_fen_m=900_000)
        world.cycle(LINXIAN, Month(2022, 5), dt.date(2022, 5, 16))

        with pytest.raises(cases.LaterCycleExists):
            world.cycle(LINXIAN)


def test_award_ends_may_only_come_nearer():
    with acting(SYSTEM):
        held_family(NINGAN)
        award = Award.objects.get(programme="dibao")
        Award.objects.filter(pk=award.pk).update(until=dt.date(2022, 8, 1))
        Award.objects.filter(pk=award.pk).update(until=dt.date(2022, 6, 1))

        for until in (None, dt.date(2022, 7, 1)):
            with pytest.raises(IntegrityError, match="cannot be put off"), transaction.atomic():
                Award.objects.filter(pk=award.pk).update(until=until)
        with pytest.raises(IntegrityError, match="sealed row"), transaction.atomic():
            Award.objects.filter(pk=award.pk).update(amount_fen_m=1)
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from benefits_award")


def test_a_person_on_two_rosters_is_fed_once_and_the_rest_is_counted():
    with acting(SYSTEM):
        batch = world.county_loaded(NINGAN)["roster"]
        one = world.family(NINGAN)
        world.say(one, NINGAN)
        world.on_roster(one, NINGAN, 10_000, batch)
        world.on_roster(one, NINGAN, 50_000, batch, "tekun", person_id=one.person_ids[0])

        first, second = (benefits.take_over_roster(NINGAN, SYSTEM) for _ in range(2))

        assert (first, second) == (2, 0)
        fed = list(Coverage.objects.order_by("person_id").values_list("person_id", "award__programme"))
        assert fed == [
            (one.person_ids[0], "tekun"), (one.person_ids[1], "dibao"), (one.person_ids[2], "dibao"),
        ]  # fmt: skip
