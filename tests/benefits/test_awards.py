"""Awards from confirmed proposals: dates, waiting instead of feeding twice, what is held going into a month."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from doudi.benefits import queries
from doudi.benefits import services as benefits
from doudi.benefits.models import Award, Coverage
from doudi.cases.models import Proposal, Step
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import NotPermitted
from doudi.kernel.periods import Month
from doudi.security.scope import acting
from tests.cases import world
from tests.cases.world import APRIL, LINXIAN, ON, TOWN

pytestmark = pytest.mark.django_db

VILLAGE = TOWN[LINXIAN] + "201"
COUNTER = iter(range(1, 10_000))


def confirmed(one: world.Family, **more: Any) -> Proposal:
    """A proposal that two people have confirmed; a start of dibao for the whole family unless said otherwise."""
    fields = {
        "cycle_month": "2022-04", "determination_id": next(COUNTER), "run_id": 1, "subject_kind": "h",
        "subject_id": one.household_id, "household_id": one.household_id, "programme": "dibao", "kind": "start",
        "amount_after_fen_m": 60_000, "since_month": "2022-04", "person_ids": one.person_ids, "lane": "clean",
        "state": "proposed", "reference_on": ON, "due_on": ON, "division_code": VILLAGE, **more,
    }  # fmt: skip
    proposal = Proposal.objects.create(**fields)
    for stage, state, key in (("review", "reviewed", "甲"), ("confirm", "confirmed", "乙")):
        Step.objects.create(
            proposal=proposal, stage=stage, user_id=1, person_key=key, role="county", decided_on=ON, in_bulk=False,
            division_code=VILLAGE,
        )  # fmt: skip
        Proposal.objects.filter(pk=proposal.pk).update(state=state)
    return proposal


def spans(programme: str = "dibao") -> list[tuple[int, str, str | None]]:
    found = Award.objects.filter(programme=programme).order_by("id").values_list("amount_fen_m", "since", "until")
    return [(fen, since.isoformat(), until and until.isoformat()) for fen, since, until in found]


def test_a_change_replaces_and_a_stop_ends_and_repeating_changes_nothing():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        confirmed(one)
        world.apply(LINXIAN)
        confirmed(one, cycle_month="2022-05", since_month="2022-05", kind="change", amount_after_fen_m=80_000)
        may = world.apply(LINXIAN, Month(2022, 5), dt.date(2022, 5, 10))
        confirmed(one, cycle_month="2022-07", since_month="2022-07", kind="stop", amount_after_fen_m=0, person_ids=[])
        july = world.apply(LINXIAN, Month(2022, 7), dt.date(2022, 7, 10))
        again = world.apply(LINXIAN, Month(2022, 7), dt.date(2022, 7, 11))

        assert (may["changed"], july["stopped"], sum(again.values())) == (1, 1, 0)
        assert spans() == [(60_000, "2022-04-01", "2022-05-01"), (80_000, "2022-05-01", "2022-07-01")]
        assert set(Coverage.objects.values_list("until", flat=True)) == {dt.date(2022, 5, 1), dt.date(2022, 7, 1)}


def test_what_takes_away_never_reaches_back_and_what_gives_does():
    with acting(SYSTEM):
        poorer, gone = world.family(LINXIAN), world.family(LINXIAN)
        for one in (poorer, gone):
            confirmed(one)
        world.apply(LINXIAN)
        confirmed(poorer, cycle_month="2022-05", since_month="2022-05", kind="change", amount_after_fen_m=70_000)
        confirmed(gone, cycle_month="2022-05", since_month="2022-05", kind="stop", amount_after_fen_m=0, person_ids=[])

        world.apply(LINXIAN, Month(2022, 8), dt.date(2022, 8, 3))

        assert spans() == [
            (60_000, "2022-04-01", "2022-05-01"),
            (60_000, "2022-04-01", "2022-08-01"),
            (70_000, "2022-05-01", None),
        ]


def test_a_start_that_would_feed_a_person_twice_waits_whole():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        confirmed(one)
        world.apply(LINXIAN)
        person = {"subject_kind": "p", "subject_id": one.person_ids[0], "programme": "tekun", "cycle_month": "2022-05"}
        tekun = confirmed(one, since_month="2022-05", person_ids=[one.person_ids[0]], **person)
        waiting = world.apply(LINXIAN, Month(2022, 5), dt.date(2022, 5, 10))
        assert (waiting["waiting"], waiting["started"], spans("tekun")) == (1, 0, [])

        confirmed(
            one, cycle_month="2022-05", since_month="2022-05", kind="change", amount_after_fen_m=40_000,
            amount_before_fen_m=60_000, person_ids=one.person_ids[1:], cause="switch",
        )  # fmt: skip
        both = world.apply(LINXIAN, Month(2022, 5), dt.date(2022, 5, 11))

        assert (both["waiting"], both["started"], both["changed"]) == (0, 1, 1)
        assert spans("tekun") == [(60_000, "2022-05-01", None)]
        assert Proposal.objects.get(pk=tekun.pk).applied_on == dt.date(2022, 5, 11)


def test_a_second_start_of_the_same_programme_waits():
    with acting(SYSTEM):
        one = world.family(LINXIAN)
        confirmed(one)
        world.apply(LINXIAN)
        confirmed(one, cycle_month="2022-06", since_month="2022-06")

        assert world.apply(LINXIAN, Month(2022, 6), dt.date(2022, 6, 10))["waiting"] == 1
        assert len(spans()) == 1


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
        totals = queries.awards_in_month(LINXIAN, APRIL)
        assert [(t.label, t.paying_count, t.sum_fen) for t in totals] == [("最低生活保障", 1, 60_000)]
        assert [a.amount_fen_m for a in queries.household_awards(one.household_id)] == [60_000]


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
