"""Months judged and decided: S08.1, S08.2, S08.6, gaps, re-judging, two people."""

import datetime as dt

import pytest

from doudi.kernel.actors import Actor
from doudi.kernel.errors import NeedsFacts, NotPermitted
from doudi.prices import decisions, evaluations, figures, queries
from doudi.prices.errors import AlreadyDecided, MonthSkipped, NotDecidable, SamePerson, Superseded, WrongField
from doudi.prices.models import Decision, Evaluation
from doudi.security.scope import acting
from tests.prices.world import (
    APRIL,
    COUNTY,
    MARCH,
    MET,
    NOT_MET,
    ON,
    county,
    entered,
    judged,
    registered,
    started,
)

pytestmark = pytest.mark.django_db
Actors = dict[str, Actor]
RISES = {"肉": 1800, "蛋": 1200, "菜": 2500}
MAY = dt.date(2022, 5, 20)


def test_S08_1_a_month_that_reaches_the_line_proposes_its_start_the_same_day(actors: Actors):
    with county(actors):
        registered(actors)
        made = judged(actors, MARCH, MET)

        proposal = Decision.objects.get(evaluation=made)
    assert (made.state, made.due_on) == ("started", dt.date(2022, 5, 9))
    assert (proposal.kind, proposal.state, proposal.entered_on) == ("start", "entered", ON)
    dibao = next(row for row in made.result["amounts"] if row["group"] == "dibao")
    assert dibao["amount_fen"] == 3120
    assert dibao["fund_clause"] == "HLJ2021-1.10"


def test_start_holds_after_a_second_person(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        proposal = Decision.objects.get(evaluation=judged(actors, MARCH, MET))
        assert queries.start_decision(COUNTY, MARCH) is None
        with pytest.raises(SamePerson):
            decisions.confirm_decision(proposal.pk, actor=actor, on=ON)
        decisions.confirm_decision(proposal.pk, actor=actors["county_second"], on=ON)

    assert queries.start_decision(COUNTY, MARCH) == Decision.objects.get()


def test_a_missing_figure_blocks_and_nothing_is_recorded(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        entered(actors, MARCH, {"cpi": "3.0"})

        with pytest.raises(NeedsFacts) as refusal:
            evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=ON)
    assert "食品 2022-03 还没有录入" in refusal.value.missing[0]["label"]
    assert not Evaluation.objects.exists()


def test_an_unconfirmed_figure_does_not_count(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        draft = figures.Draft(COUNTY, MARCH, MET, dt.date(2022, 4, 10), "统计局")
        figures.enter_figures(draft, actor=actor, on=ON)

        with pytest.raises(NeedsFacts):
            evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=ON)


def test_a_month_left_out_blocks_the_next(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        judged(actors, MARCH.plus(-2), NOT_MET)
        entered(actors, MARCH, MET)

        with pytest.raises(MonthSkipped, match="2022-02 还没有评估,不能跳到 2022-03"):
            evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=ON)


def test_the_same_inputs_give_the_same_evaluation(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        first = judged(actors, MARCH, MET)

        again = evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=dt.date(2022, 4, 16))
    assert again == first
    assert Decision.objects.count() == 1


def test_S08_2_below_the_line_the_measured_cost_demands_a_decision(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        entered(actors, MARCH, NOT_MET)
        made = evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=ON, rises_bp=RISES)

        waiting = queries.waiting(COUNTY, ON)
    assert (made.state, made.measured_fen) == ("not_started", 3320)
    assert made.decide_by == dt.date(2022, 4, 28)  # ten working days; Sunday 24 April is made up
    assert [(one.evaluation, one.is_late) for one in waiting] == [(made, False)]
    assert queries.waiting(COUNTY, MAY)[0].is_late


def test_S08_2_the_decision_names_its_reason_and_takes_two(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        entered(actors, MARCH, NOT_MET)
        made = evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=ON, rises_bp=RISES)
        with pytest.raises(WrongField, match="理由"):
            decisions.propose_decision(made.pk, "no_subsidy", reason=" ", actor=actor, on=ON)
        with pytest.raises(NotDecidable):
            decisions.propose_decision(made.pk, "start", reason="想发", actor=actor, on=ON)
        proposal = decisions.propose_decision(made.pk, "one_off", reason="菜价上涨", actor=actor, on=ON)
        with pytest.raises(AlreadyDecided):
            decisions.propose_decision(made.pk, "no_subsidy", reason="财力不足", actor=actor, on=ON)
        decisions.confirm_decision(proposal.pk, actor=actors["county_second"], on=ON)

    assert queries.waiting(COUNTY, ON) == []


def test_S08_6_the_month_after_a_start_that_is_below_both_lines_is_stopped(actors: Actors):
    with county(actors) as actor:
        started(actors)
        draft = figures.Draft(COUNTY, APRIL, NOT_MET, dt.date(2022, 5, 11), "统计局")
        for one in figures.enter_figures(draft, actor=actor, on=MAY):
            figures.confirm_figure(one.pk, NOT_MET[one.series], actor=actors["county_second"], on=MAY)
        made = evaluations.evaluate_month(COUNTY, APRIL, actor=actor, on=MAY)

        kinds = [(one.kind, one.state) for one in queries.decisions_of(COUNTY, APRIL)]
    assert made.state == "not_started"
    assert kinds == [("stop", "confirmed")]
    assert [row.month for row in queries.ledger(COUNTY)] == [APRIL, MARCH]


def test_a_correction_leads_to_a_new_evaluation_and_the_old_one_stays(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        first = judged(actors, MARCH, MET)
        proposal = Decision.objects.get(evaluation=first)
        later = dt.date(2022, 4, 20)
        for values in ({"cpi": "2.0"}, {"food": "1.0"}):
            draft = figures.Draft(COUNTY, MARCH, values, dt.date(2022, 4, 19), "统计局", reason="更正")
            for one in figures.enter_figures(draft, actor=actor, on=later):
                figures.confirm_figure(one.pk, values[one.series], actor=actors["county_second"], on=later)
        second = evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=later)

        with pytest.raises(Superseded):
            decisions.confirm_decision(proposal.pk, actor=actors["county_second"], on=later)
    assert (first.state, second.state) == ("started", "not_started")
    assert Evaluation.objects.get(pk=first.pk).result["triggered"] is True


def test_start_of_the_province_holds_in_its_counties(actors: Actors):
    with acting(actors["province"]) as actor:
        draft = figures.Draft("2310", MARCH, MET, dt.date(2022, 4, 10), "统计局")
        made = figures.enter_figures(draft, actor=actor, on=ON)
        second = Actor(990, "second", "test-second", "另一处长", "province", "23")
        for one in made:
            figures.confirm_figure(one.pk, MET[one.series], actor=second, on=ON)
        evaluation = evaluations.evaluate_month("2310", MARCH, actor=actor, on=ON)
        decisions.confirm_decision(Decision.objects.get(evaluation=evaluation).pk, actor=second, on=ON)

    held = queries.start_decision(COUNTY, MARCH)
    assert held is not None
    assert held.place_code == "2310"
    assert queries.start_decision("230227", MARCH) is None


@pytest.mark.parametrize("who", ["village", "township", "finance", "auditor", "administrator", "outsider"])
def test_who_may_not_judge_or_decide(actors: Actors, who: str):
    with county(actors):
        registered(actors)
        made = judged(actors, MARCH, MET)
        proposal = Decision.objects.get(evaluation=made)
        with pytest.raises(NotPermitted):
            evaluations.evaluate_month(COUNTY, MARCH, actor=actors[who], on=ON)
        with pytest.raises(NotPermitted):
            decisions.confirm_decision(proposal.pk, actor=actors[who], on=ON)


def test_the_system_judges_and_decides_nothing(actors: Actors):
    with county(actors, "system") as actor:
        registered(actors)
        made = judged(actors, MARCH, MET)
        assert evaluations.evaluate_month(COUNTY, MARCH, actor=actor, on=ON) == made
        with pytest.raises(NotPermitted):
            decisions.confirm_decision(Decision.objects.get().pk, actor=actor, on=ON)


def test_months_that_waited_are_judged_when_the_gap_closes(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        judged(actors, MARCH.plus(-2), NOT_MET)
        entered(actors, MARCH, MET)
        assert evaluations.evaluate_if_complete(COUNTY, MARCH, actor=actor, on=ON) is None

        entered(actors, MARCH.plus(-1), NOT_MET)
        made = evaluations.evaluate_if_complete(COUNTY, MARCH.plus(-1), actor=actor, on=ON)

    assert made is not None
    assert made.state == "not_started"
    assert [row.evaluation.state for row in queries.ledger(COUNTY)] == ["started", "not_started", "not_started"]


def test_a_start_confirmed_late_still_stops_with_the_month_after(actors: Actors):
    with county(actors):
        registered(actors)
        first = judged(actors, MARCH.plus(-1), MET)
        judged(actors, MARCH, NOT_MET)
        assert queries.decisions_of(COUNTY, MARCH) == []

        proposal = Decision.objects.get(evaluation=first)
        decisions.confirm_decision(proposal.pk, actor=actors["county_second"], on=ON)

    assert [one.kind for one in queries.decisions_of(COUNTY, MARCH)] == ["stop"]
