"""Awards from confirmed proposals: from which month, waiting instead of feeding twice, what is held into a month."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from doudi.benefits import queries
from doudi.benefits import services as benefits
from doudi.benefits.checks import verify_awards
from doudi.benefits.models import Award, Coverage
from doudi.benefits.starts import beginning
from doudi.cases.models import Proposal, Step
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import NotPermitted
from doudi.kernel.periods import Month
from doudi.policy.models import LocalRule
from doudi.security.scope import acting
from tests.cases import world
from tests.cases.world import APRIL, LINXIAN, NINGAN, ON, TOWN

pytestmark = pytest.mark.django_db

VILLAGE = TOWN[LINXIAN] + "201"
MARCH = dt.date(2022, 3, 15)
MAY, JUNE = dt.date(2022, 5, 10), dt.date(2022, 6, 10)
COUNTER = iter(range(1, 10_000))


def confirmed(one: world.Family, on: dt.date = ON, **more: Any) -> Proposal:
    """A proposal that two people confirmed on a day; a start of dibao for the whole family unless said otherwise."""
    month = str(Month.of(on))
    fields = {
        "cycle_month": month, "determination_id": next(COUNTER), "run_id": 1, "subject_kind": "h",
        "subject_id": one.household_id, "household_id": one.household_id, "programme": "dibao", "kind": "start",
        "amount_after_fen_m": 60_000, "since_month": month, "person_ids": one.person_ids, "lane": "clean",
        "state": "proposed", "reference_on": ON, "due_on": ON, "division_code": VILLAGE, **more,
    }  # fmt: skip
    proposal = Proposal.objects.create(**fields)
    for stage, state, key in (("review", "reviewed", "甲"), ("confirm", "confirmed", "乙")):
        Step.objects.create(
            proposal=proposal, stage=stage, user_id=1, person_key=key, role="county", decided_on=on, in_bulk=False,
            division_code=VILLAGE,
        )  # fmt: skip
        Proposal.objects.filter(pk=proposal.pk).update(state=state)
    return proposal


def spans(programme: str = "dibao") -> list[tuple[int, str, str | None]]:
    found = Award.objects.filter(programme=programme).order_by("id").values_list("amount_fen_m", "since", "until")
    return [(fen, since.isoformat(), until and until.isoformat()) for fen, since, until in found]


def running(one: world.Family, **more: Any) -> None:
    """Let the family be confirmed in March: its award runs from April."""
    confirmed(one, MARCH, **more)
    world.apply(LINXIAN, Month(2022, 3), MARCH)


def tekun_of(one: world.Family) -> dict[str, Any]:
    head = one.person_ids[0]
    return {"subject_kind": "p", "subject_id": head, "programme": "tekun", "person_ids": [head]}


def test_a_change_replaces_and_a_stop_ends_and_repeating_changes_nothing():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        running(one)
        confirmed(one, MAY, kind="change", amount_after_fen_m=80_000)
        may = world.apply(LINXIAN, Month(2022, 5), MAY)
        july = dt.date(2022, 7, 10)
        confirmed(one, july, kind="stop", amount_after_fen_m=0, person_ids=[])
        stopped = world.apply(LINXIAN, Month(2022, 7), july)
        again = world.apply(LINXIAN, Month(2022, 7), dt.date(2022, 7, 11))

        assert (may["changed"], stopped["stopped"], sum(again.values())) == (1, 1, 0)
        assert spans() == [(60_000, "2022-04-01", "2022-05-01"), (80_000, "2022-05-01", "2022-07-01")]
        assert set(Coverage.objects.values_list("until", flat=True)) == {dt.date(2022, 5, 1), dt.date(2022, 7, 1)}


def test_what_takes_away_never_reaches_back_and_what_gives_more_does():
    with acting(SYSTEM):
        poorer, gone = world.family(LINXIAN), world.family(LINXIAN)
        for one in (poorer, gone):
            confirmed(one, MARCH)
        world.apply(LINXIAN, Month(2022, 3), MARCH)
        confirmed(poorer, MAY, kind="change", amount_after_fen_m=70_000)
        confirmed(gone, MAY, kind="stop", amount_after_fen_m=0, person_ids=[])

        world.apply(LINXIAN, Month(2022, 8), dt.date(2022, 8, 3))

        assert spans() == [
            (60_000, "2022-04-01", "2022-05-01"),
            (60_000, "2022-04-01", "2022-08-01"),
            (70_000, "2022-05-01", None),
        ]


# -- from which month a new award is paid ---------------------------------------------------


@pytest.mark.parametrize(
    ("programme", "begins"),
    [("dibao", "2022-05-01"), ("tekun", "2022-05-01"), ("disability_care_subsidy", "2022-04-01"),
     ("disability_living_subsidy", "2022-04-01")],
)  # fmt: skip
def test_a_new_award_begins_the_month_after_its_confirmation(programme: str, begins: str):
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        confirmed(one, **({**tekun_of(one), "programme": programme} if programme != "dibao" else {}))
        assert world.apply(LINXIAN)["started"] == 1

        assert spans(programme) == [(60_000, begins, None)]


def test_the_day_of_confirmation_counts_not_the_cycle_nor_the_day_of_applying():
    with acting(SYSTEM):
        late, early = world.family(LINXIAN), world.family(LINXIAN)
        confirmed(late, MAY, cycle_month="2022-04", since_month="2022-04")
        confirmed(early, MAY, since_month="2022-08")
        world.apply(LINXIAN, Month(2022, 5), dt.date(2022, 7, 1))

        assert spans() == [(60_000, "2022-06-01", None), (60_000, "2022-08-01", None)]


def test_the_delay_is_a_value_of_its_place_and_day():
    def local(code: str, months: int) -> None:
        LocalRule.objects.create(
            kind="parameter", name="living_subsidy_start_delay_months", division_code=code, since=dt.date(2022, 1, 1),
            known_on=dt.date(2022, 1, 1), value_int=months, document="临县民政局决定", clause="", state="confirmed",
            proposed_by="a", confirmed_by="b",
        )  # fmt: skip

    with acting(SYSTEM):
        one = world.family(LINXIAN)
        local(LINXIAN, 2)
        local(NINGAN, 7)
        confirmed(one, **{**tekun_of(one), "programme": "disability_living_subsidy"})
        world.apply(LINXIAN)

        assert spans("disability_living_subsidy") == [(60_000, "2022-06-01", None)]
        told = beginning("disability_living_subsidy", VILLAGE, "rural", ON)
        assert (str(told.month), told.words) == ("2022-06", "自确认后第 2 个月起发放")


def test_beginnings_are_told_with_their_clause():
    with acting(SYSTEM):
        dibao = beginning("dibao", VILLAGE, "rural", ON)
        care = beginning("disability_care_subsidy", VILLAGE, "urban", ON)
        later = beginning("dibao", VILLAGE, "rural", ON, "2022-09")
        recognition = beginning("dibao_marginal", VILLAGE, "rural", ON)

    assert (str(dibao.month), dibao.words, dibao.clause) == ("2022-05", "自确认的次月起发放", "P1-第二十一条")
    assert dibao.is_verified
    assert (str(care.month), care.words, care.is_verified) == ("2022-04", "自确认的当月起发放", False)
    assert str(later.month) == "2022-09"
    assert (str(recognition.month), recognition.clause) == ("2022-04", "")


def test_verify_names_a_new_award_that_begins_before_its_confirmation():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        early = confirmed(one, MAY)
        Proposal.objects.filter(pk=early.pk).update(applied_on=MAY)
        assert verify_awards() == []
        award = Award.objects.create(
            proposal_id=early.pk, determination_id=early.determination_id, subject_kind="h", programme_number=1,
            subject_id=one.household_id, household_id=one.household_id, programme="dibao", amount_fen_m=60_000,
            since=dt.date(2022, 4, 1), division_code=VILLAGE,
        )  # fmt: skip

        assert verify_awards() == [f"待遇 {award.pk}:新增待遇早于确认的当月"]


# -- one support after another --------------------------------------------------------------


def test_a_start_that_would_feed_a_person_twice_waits_whole():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        running(one)
        tekun = confirmed(one, MAY, **tekun_of(one))
        waiting = world.apply(LINXIAN, Month(2022, 5), MAY)
        assert (waiting["waiting"], waiting["started"], spans("tekun")) == (1, 0, [])

        confirmed(
            one, MAY, kind="change", amount_after_fen_m=40_000, amount_before_fen_m=60_000,
            person_ids=one.person_ids[1:], cause="switch",
        )  # fmt: skip
        both = world.apply(LINXIAN, Month(2022, 5), dt.date(2022, 5, 11))

        assert (both["waiting"], both["started"], both["changed"]) == (0, 1, 1)
        assert spans("tekun") == [(60_000, "2022-06-01", None)]
        assert spans() == [(60_000, "2022-04-01", "2022-06-01"), (40_000, "2022-06-01", None)]
        assert Proposal.objects.get(pk=tekun.pk).applied_on == dt.date(2022, 5, 11)


@pytest.mark.parametrize("first", ["dibao", "tekun"])
def test_who_goes_from_dibao_to_tekun_has_no_month_without(first: str):
    with acting(SYSTEM):
        one = world.family(LINXIAN, (70,))
        running(one)
        give_up = {"kind": "stop", "amount_after_fen_m": 0, "person_ids": [], "cause": "switch"}
        for programme in (first, "tekun" if first == "dibao" else "dibao"):
            confirmed(one, MAY, **(tekun_of(one) if programme == "tekun" else give_up))
            world.apply(LINXIAN, Month(2022, 5), MAY)

        assert (spans(), spans("tekun")) == ([(60_000, "2022-04-01", "2022-06-01")], [(60_000, "2022-06-01", None)])


def test_what_is_given_up_ends_when_a_start_confirmed_earlier_begins():
    with acting(SYSTEM):
        one = world.family(LINXIAN, (70,))
        running(one)
        confirmed(one, **tekun_of(one))
        confirmed(one, MAY, kind="stop", amount_after_fen_m=0, person_ids=[], cause="switch")
        world.apply(LINXIAN, Month(2022, 5), MAY)

        assert (spans(), spans("tekun")) == ([(60_000, "2022-04-01", "2022-05-01")], [(60_000, "2022-05-01", None)])


@pytest.mark.parametrize("at_once", [True, False])
def test_a_start_that_waited_begins_when_the_other_support_has_ended(at_once: bool):
    with acting(SYSTEM):
        one = world.family(LINXIAN, (70,))
        running(one)
        if at_once:
            confirmed(one, **tekun_of(one))
        confirmed(one, MAY, kind="stop", amount_after_fen_m=0, person_ids=[], cause="hardship")
        assert world.apply(LINXIAN, Month(2022, 5), JUNE)["waiting"] == 0
        if not at_once:
            confirmed(one, **tekun_of(one))
            world.apply(LINXIAN, Month(2022, 5), JUNE)

        assert (spans(), spans("tekun")) == ([(60_000, "2022-04-01", "2022-06-01")], [(60_000, "2022-06-01", None)])


def test_a_second_start_of_the_same_programme_waits():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        running(one)
        confirmed(one, JUNE)

        assert world.apply(LINXIAN, Month(2022, 6), JUNE)["waiting"] == 1
        assert len(spans()) == 1


def test_a_start_may_follow_an_award_that_ends_before_it_begins():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        running(one)
        confirmed(one, kind="stop", amount_after_fen_m=0, person_ids=[], cause="hardship")
        world.apply(LINXIAN, Month(2022, 4), MAY)
        confirmed(one, MAY, cycle_month="2022-05", since_month="2022-04")
        applied = world.apply(LINXIAN, Month(2022, 5), MAY)

        assert (applied["started"], applied["waiting"]) == (1, 0)
        assert spans() == [(60_000, "2022-04-01", "2022-05-01"), (60_000, "2022-06-01", None)]


def test_the_database_refuses_overlaps_whatever_the_way_in():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        confirmed(one)
        world.apply(LINXIAN)
        award = Award.objects.get()
        copy = {f.name: getattr(award, f.name) for f in award._meta.fields if f.name not in ("id", "row_hash")}

        with pytest.raises(IntegrityError, match="award_no_overlap"), transaction.atomic():
            Award.objects.create(**{**copy, "proposal_id": None, "batch_id": 1})
        with pytest.raises(IntegrityError, match="coverage_one_of_a_group"), transaction.atomic():
            Coverage.objects.create(
                award=award, person_id=one.person_ids[0], group_number=1, since=ON, division_code=VILLAGE
            )


def test_held_awards_are_blind_to_what_the_month_itself_began():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        confirmed(one)
        before = queries.held_awards(LINXIAN, APRIL)
        world.apply(LINXIAN)
        after, may = queries.held_awards(LINXIAN, APRIL), queries.held_awards(LINXIAN, Month(2022, 5))

        assert before.digest == after.digest
        assert before.awards.num_rows == 0
        assert may.awards.column("amount_fen_m").to_pylist() == [60_000]
        assert sorted(may.coverage.column("person_id").to_pylist()) == one.person_ids
        assert queries.awards_in_month(LINXIAN, APRIL) == []
        totals = queries.awards_in_month(LINXIAN, Month(2022, 5))
        assert [(t.label, t.paying_count, t.sum_fen) for t in totals] == [("最低生活保障", 1, 60_000)]
        assert [a.amount_fen_m for a in queries.household_awards(one.household_id)] == [60_000]


def test_what_an_earlier_cycle_confirmed_is_held_although_it_begins_later():
    with acting(SYSTEM):
        new, old, gone = (world.family(LINXIAN) for _ in range(3))
        for one in (old, gone):
            confirmed(one, MARCH)
        world.apply(LINXIAN, Month(2022, 3), MARCH)
        april = {"cycle_month": "2022-04", "since_month": "2022-04"}
        confirmed(new, MAY, **april)
        confirmed(old, JUNE, kind="change", amount_after_fen_m=50_000, amount_before_fen_m=60_000, **april)
        confirmed(gone, JUNE, kind="stop", amount_after_fen_m=0, person_ids=[], **april)
        world.apply(LINXIAN, Month(2022, 5), JUNE)
        april_held, may_held = queries.held_awards(LINXIAN, APRIL), queries.held_awards(LINXIAN, Month(2022, 5))

        assert [a["household_id"] for a in april_held.awards.to_pylist()] == [old.household_id, gone.household_id]
        assert [(a["household_id"], a["amount_fen_m"], str(a["since"])) for a in may_held.awards.to_pylist()] == [
            (new.household_id, 60_000, "2022-06-01"), (old.household_id, 50_000, "2022-06-01"),
        ]  # fmt: skip
        assert sorted(may_held.coverage.column("person_id").to_pylist()) == new.person_ids + old.person_ids


def test_permissions_with_without_and_next_county():
    with acting(SYSTEM):
        for stranger in (world.actor("township", TOWN[LINXIAN]), world.actor("county", "230227"), SYSTEM):
            with pytest.raises(NotPermitted):
                benefits.apply_confirmed(LINXIAN, APRIL, actor=stranger, on=ON)
        with pytest.raises(NotPermitted):
            benefits.take_over_roster(LINXIAN, world.actor("county", "230227"))
        one = world.family(LINXIAN)
        confirmed(one)
        world.apply(LINXIAN)
    with acting(world.actor("county", "230227")):
        assert not Award.objects.exists()
        assert queries.household_awards(one.household_id) == []
