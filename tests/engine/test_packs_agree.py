"""The real packs: three executions agree on every day the text changes, and unknown never turns into a decision."""

import ast
import datetime as dt
import pathlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.engine import packs
from doudi.engine.explain import explain
from doudi.engine.ruleset import NoRulesThatDay
from doudi.engine.scalar import decide
from doudi.engine.sqlgen import generate
from doudi.kernel.errors import BadInput
from tests.engine.families import invented_families
from tests.engine.test_executions_agree import assert_agree
from tests.engine.test_explain import _assert_no_contradiction, _with

PLACES = ("231084101", "141124101", "210727101", "230102001")
ON = dt.date(2022, 4, 15)
LAW = packs.load()
EVERYBODYS = ("dibao", "tekun", "dibao_marginal", "rigid_expenditure", "disability_living_subsidy")
DAYS = [dt.date(2020, 3, 1), dt.date(2021, 2, 1), dt.date(2021, 7, 1), ON, dt.date(2022, 11, 1), dt.date(2025, 3, 1)]


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("unknown_share", [0.01, 0.2])
def test_executions_agree_on_the_packs(tmp_path: pathlib.Path, on: dt.date, unknown_share: float) -> None:
    families = invented_families(LAW.inputs, 250, seed=on.toordinal(), unknown_share=unknown_share, places=PLACES)

    assert_agree(LAW, families, tmp_path, on)


@pytest.mark.parametrize("on", LAW.change_days(), ids=str)
def test_every_day_of_change_has_rules_that_can_be_written_as_sql(on: dt.date) -> None:
    rules = LAW.rules_on(on)

    plan = generate(rules, rules.parameters, LAW.least_parameters)

    assert "dibao" in {one.name for one in rules.programmes}
    assert len(plan.statements) >= 3


def test_a_day_before_every_text_is_refused() -> None:
    with pytest.raises(NoRulesThatDay, match="2010-01-01"):
        LAW.rules_on(dt.date(2010, 1, 1))


def test_pack_rules_keep_to_the_language() -> None:
    paths = sorted(LAW.root.glob("*/**/rules.py"))

    assert paths
    assert {path.as_posix(): packs.lint(ast.parse(path.read_text(encoding="utf-8"))) for path in paths} == {
        path.as_posix(): [] for path in paths
    }


def test_every_rule_cites_a_clause_of_the_library() -> None:
    known = {clause.id for clause in LAW.clauses}

    assert {cite.id for rule in LAW.every_rule for cite in rule.cites} - known == set()


def _values_of(one: Any) -> list[Any]:
    if one.type == "bool":
        return [True, False]
    if one.values:
        return list(one.values)
    return [value for value in (0, 1, 17, 60, 44_100, 5_000_000) if one.floor <= value <= one.ceiling]


def _is_accepted(family: dict[str, Any]) -> bool:
    try:
        LAW.inputs.checked_family(family)
    except BadInput:
        return False
    return True


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), on=st.sampled_from(DAYS))
def test_resolving_an_unknown_never_contradicts_the_packs(seed: int, on: dt.date) -> None:
    (one,) = invented_families(LAW.inputs, 1, seed, unknown_share=0.25, places=PLACES)
    before = decide(LAW, one, None, on)
    for entity, rows in (("household", [one["household"]]), ("person", one["persons"])):
        for position, row in enumerate(rows):
            for known in LAW.inputs.of(entity):
                if known.nullable and known.type != "text" and row.get(known.name) is None:
                    for value in _values_of(known):
                        person = None if entity == "household" else position
                        known_now = _with(one, known.name, person, value)
                        if _is_accepted(known_now):
                            _assert_no_contradiction(before, decide(LAW, known_now, None, on))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), more=st.integers(1, 300_000))
def test_more_income_never_raises_dibao_under_the_packs(seed: int, more: int) -> None:
    (one,) = invented_families(LAW.inputs, 1, seed, unknown_share=0.0, places=PLACES)
    one["household"]["held_dibao"] = False
    for person in one["persons"]:
        person["supporters_able"] = True

    before = next(d for d in decide(LAW, one, None, ON) if d.programme == "dibao")
    richer = _with(one, "transfer_income_fen_m", 0, one["persons"][0]["transfer_income_fen_m"] + more)
    after = next(d for d in decide(LAW, richer, None, ON) if d.programme == "dibao")

    if before.route in ("", "household") and after.route in ("", "household"):
        assert (after.amount_fen_m or 0) <= (before.amount_fen_m or 0)


def test_needs_facts_always_names_what_is_missing() -> None:
    for one in invented_families(LAW.inputs, 60, seed=4, unknown_share=0.1, places=PLACES):
        for told in explain(LAW, one, None, ON).programmes:
            assert bool(told.missing) == (told.outcome == "needs_facts")
            assert all(fact.who for fact in told.missing)


def test_every_criterion_is_true_false_and_unknown_in_some_family() -> None:
    seen: dict[str, set[bool | None]] = {}
    for seed in range(3):
        for one in invented_families(LAW.inputs, 250, seed, unknown_share=0.03, places=PLACES):
            for told in decide(LAW, one, None, ON):
                for rule in LAW.rules_on(ON).programme(told.programme).criteria:
                    bit = 1 << (rule.bit or 0)
                    answer = None if told.criteria_unknown & bit else bool(told.criteria_met & bit)
                    seen.setdefault(rule.name, set()).add(answer)

    # What only an application or a decision of the place brings is both true and false in the worked cases
    # (tests/policy/test_cases.py); here stand the conditions of the programmes that every family is asked about.
    rules = LAW.rules_on(ON)
    asked = {rule.name for name in EVERYBODYS for rule in rules.programme(name).criteria}
    poor = {name for name, answers in seen.items() if name in asked and not {True, False} <= answers}
    # Invented families are too seldom on dibao for the two that rest on it.
    assert poor <= {"rigid_is_opened", "marginal_not_dibao", "living_subsidy_family_fits"}, poor
