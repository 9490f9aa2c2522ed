"""The explanation: words, clauses, sources, what is missing, and changes that hold when tried."""

import copy
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.engine.explain import explain
from doudi.engine.inputs import BadInput
from doudi.engine.scalar import decide
from tests.engine.families import SmallLaw, invented_families
from tests.engine.small_law import ON

LAW = SmallLaw()


def family(**household: Any) -> dict[str, Any]:
    person = {
        "name": "张三",
        "age_years": 43,
        "wage_fen_m": 70_000,
        "work_cost_fen_m": 0,
        "business_income_fen_m": 0,
        "disability_grade": 0,
        "supporters_able": True,
        "vehicle_count": 0,
    }
    about = {"is_rural": False, "deposits_fen": 100_000, "rigid_spending_fen_y": 0} | household
    return {"household": about, "persons": [person]}


def test_explain_says_amount_route_and_clause() -> None:
    told = explain(LAW, family(), "231084101", ON).of("dibao")

    assert (told.outcome, told.amount_fen_m, told.route) == ("grants", 9_000, "household")
    assert told.summary == "符合最低生活保障(整户),每月 90.00 元"
    poor = next(c for c in told.criteria if c.id == "dibao_poor")
    assert (poor.met, poor.clause) == (True, "TEST1-8")
    assert poor.text == "人均560.00 元/月低于650.00 元/月"
    assert next(p for p in told.parameters if p.name == "standard_fen_m_pc").text == "650.00 元/月"
    assert all(step.clause for step in told.steps)


def test_explain_names_what_is_missing_and_who_has_it() -> None:
    told = explain(LAW, family(deposits_fen=None), "231084101", ON).of("dibao")

    assert (told.outcome, told.amount_fen_m) == ("needs_facts", None)
    assert [(m.input, m.who) for m in told.missing] == [("deposits_fen", "银行核对")]
    assert {c.text for c in told.would_change if c.input == "deposits_fen"} == {
        "其他不变,存款(现为 未知)为 15,600.00 元 及以下时,结论为“符合”,每月 90.00 元",
        "其他不变,存款(现为 未知)达到 15,600.01 元 及以上时,结论为“不符合”",
    }


def test_explain_says_when_a_parameter_is_missing() -> None:
    told = explain(LAW, family(), "231085101", ON).of("dibao")

    assert told.outcome == "needs_facts"
    assert told.missing[0].input == "standard_fen_m_pc"
    assert "政策参数" in told.missing[0].who


def test_explain_leaves_out_unknowns_that_do_not_matter() -> None:
    poor = family(deposits_fen=None)
    poor["persons"][0]["vehicle_count"] = 1

    told = explain(LAW, poor, "231084101", ON).of("dibao")

    assert told.outcome == "refuses"
    assert told.missing == ()
    assert told.summary == "不符合最低生活保障:有车"


def test_explain_shows_source_and_age_of_facts() -> None:
    poor = family()
    poor["persons"][0]["facts"] = {"wage_fen_m": {"source": "社保", "since": "2021-01-01", "known_on": "2021-03-01"}}

    told = explain(LAW, poor, "231084101", ON).of("dibao")

    wage = next(f for step in told.steps for f in step.facts if f.input == "wage_fen_m")
    assert (wage.source, wage.age_days, wage.is_stale, wage.person) == ("社保", 410, True, "张三")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wage_fen_m": -1}, "不能小于 0"),
        ({"wage_fen_m": "多"}, "应为整数"),
        ({"wage_fen_m": 12.5}, "应为整数"),
        ({"age_years": 131}, "不能大于 130"),
        ({"disability_grade": 9}, "没有代码 9"),
        ({"is_dead": "不"}, "应为是或否"),
        ({"wages_fen_m": 1}, "没有名为 wages_fen_m"),
    ],
)
def test_a_bad_family_is_refused_with_member_and_field(change: dict[str, Any], words: str) -> None:
    bad = family()
    bad["persons"][0] |= change

    with pytest.raises(BadInput, match=words) as refusal:
        explain(LAW, bad, "231084101", ON)

    assert "persons[1]" in refusal.value.where


def _with(one: dict[str, Any], name: str, person: int | None, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(one)
    (changed["household"] if person is None else changed["persons"][person])[name] = value
    return changed


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_resolving_an_unknown_never_contradicts_a_decision(seed: int) -> None:
    """What was granted or refused with something unknown stays so whatever it turns out to be."""
    (one,) = invented_families(LAW.inputs, 1, seed, unknown_share=0.4)
    before = decide(LAW, one, None, ON)
    for entity, rows in (("household", [one["household"]]), ("person", one["persons"])):
        for position, row in enumerate(rows):
            for known in LAW.inputs.of(entity):
                if row.get(known.name) is not None or not known.nullable:
                    continue
                for value in _values_of(known):
                    after = decide(
                        LAW, _with(one, known.name, None if entity == "household" else position, value), None, ON
                    )
                    _assert_no_contradiction(before, after)


def _values_of(known: Any) -> list[Any]:
    if known.type == "bool":
        return [True, False]
    return list(known.values) if known.values else [0, 60, 50_000, 5_000_000] if "fen" in known.unit else [0, 60, 100]


def _assert_no_contradiction(before: list[Any], after: list[Any]) -> None:
    for old, new in zip(before, after, strict=True):
        if old.outcome != 2:
            assert (new.outcome, new.amount_fen_m, new.route) == (old.outcome, old.amount_fen_m, old.route)
        assert new.criteria_met & old.criteria_met == old.criteria_met
        assert new.criteria_unknown & ~old.criteria_unknown == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_change_told_is_true(seed: int) -> None:
    from doudi.engine.rule import HOUSEHOLD
    from doudi.engine.scalar import decision_of, family_reckoning
    from doudi.engine.whatif import Trials

    (one,) = invented_families(LAW.inputs, 1, seed, unknown_share=0.2)
    reckoning, _ = family_reckoning(LAW, one, None, ON)
    subjects = [
        (plan, member)
        for plan in reckoning.rules.programmes
        for member in ([None] if plan.entity == HOUSEHOLD else range(len(one["persons"])))
    ]
    for position, flips in Trials(reckoning, 5_000).flips(subjects).items():
        plan, member = subjects[position]
        for flip in flips:
            changed, _ = family_reckoning(LAW, _with(one, flip.input.name, flip.person, flip.at), None, ON)
            decision = decision_of(changed, plan, member)
            assert decision.outcome == flip.outcome != decision_of(reckoning, plan, member).outcome
            if flip.side != "at":
                step = 1 if flip.side == "below" else -1
                near, _ = family_reckoning(LAW, _with(one, flip.input.name, flip.person, flip.at + step), None, ON)
                assert decision_of(near, plan, member).outcome != flip.outcome


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), more=st.integers(1, 200_000))
def test_more_income_never_raises_the_gap(seed: int, more: int) -> None:
    (one,) = invented_families(LAW.inputs, 1, seed, unknown_share=0.0)
    one["household"]["held_dibao"] = False

    before = next(d for d in decide(LAW, one, None, ON) if d.programme == "dibao")
    richer = _with(one, "wage_fen_m", 0, one["persons"][0]["wage_fen_m"] + more)
    was_tekun = next(d for d in decide(LAW, one, None, ON) if d.programme == "tekun" and d.person == 0)
    after = next(d for d in decide(LAW, richer, None, ON) if d.programme == "dibao")

    if was_tekun.outcome == 0:
        assert after.amount_fen_m <= before.amount_fen_m


def test_decide_does_not_look_at_the_order_of_members() -> None:
    for one in invented_families(LAW.inputs, 60, seed=11, unknown_share=0.2):
        turned = {"household": one["household"], "persons": one["persons"][::-1]}
        there = decide(LAW, one, None, ON)
        back = decide(LAW, turned, None, ON)
        size = len(one["persons"])
        key = lambda d, p: (d.programme, -1 if p is None else p)  # noqa: E731
        first = sorted((key(d, d.person), d.outcome, d.amount_fen_m, d.criteria_met) for d in there)
        other = sorted(
            (key(d, None if d.person is None else size - 1 - d.person), d.outcome, d.amount_fen_m, d.criteria_met)
            for d in back
        )
        assert first == other


def test_explain_reads_the_day() -> None:
    told = explain(LAW, family(), "231084101", dt.date(2021, 6, 1))

    assert "dibao_phase_out" not in {step.rule for step in told.of("dibao").steps}
