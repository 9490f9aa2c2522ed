"""Both worlds of a reform, reckoned together, say what two separate reckonings would say."""

import datetime as dt
import random
from typing import Any

import pytest

from doudi.engine import packs
from doudi.engine.rule import HOUSEHOLD
from doudi.engine.scalar import family_reckoning, reckon
from doudi.engine.values import UNKNOWN
from doudi.engine.worlds import new_name, plans_reached, reached_by, two_worlds
from tests.engine.families import invented_families

LAW = packs.load()
ON = dt.date(2022, 4, 15)
PLACE = "231084101"
STANDARD = "dibao_standard_fen_m_pc"
FAMILIES = invented_families(LAW.inputs, 60, seed=11, places=(PLACE,))


def _outputs(changed: list[str]) -> list[str]:
    plans = plans_reached(LAW.rules_on(ON), changed)
    return [name for plan in plans for name in (plan.value("outcome"), plan.amount_name)]


def _values(reckoning: Any, names: list[str]) -> list[Any]:
    found = []
    for name in names:
        entity = reckoning.rules.entity_of(name)
        subjects: list[int | None] = [None] if entity == HOUSEHOLD else list(range(len(reckoning.persons)))
        found += [reckoning.of(name, subject) for subject in subjects]
    return found


@pytest.mark.parametrize("seed", range(60))
def test_two_worlds_agree_with_two_reckonings(seed: int) -> None:
    chance = random.Random(seed)
    family = FAMILIES[seed]
    changed = chance.choice([[STANDARD], ["dibao_deposit_months"], [STANDARD, "single_person_permille"]])
    old, _ = family_reckoning(LAW, family, PLACE, ON)
    scale = chance.choice([500, 1050, 1500])
    household = dict(old.household)
    second = {name: household[name] for name in changed if household[name] is not UNKNOWN}
    second = {name: value * scale // 1000 for name, value in second.items()}
    rules = LAW.rules_on(ON)
    inputs = {name: household[name] for name in [*rules.inputs.names(HOUSEHOLD), *rules.parameters]}
    persons = [{name: row[name] for name in rules.inputs.names("person")} for row in old.persons]
    new = reckon(rules, inputs | second, persons)
    outputs = _outputs(changed)
    both_rules = two_worlds(rules, changed, outputs)
    both = reckon(both_rules, inputs | {new_name(name): second.get(name, UNKNOWN) for name in changed}, persons)
    assert _values(both, outputs) == _values(old, outputs)
    assert _values(both, [new_name(name) for name in outputs]) == _values(new, outputs)


def test_what_a_change_cannot_reach_is_not_doubled() -> None:
    rules = LAW.rules_on(ON)
    reached = reached_by(rules, ["single_person_permille"])
    assert "dibao_amount_fen_m" in reached
    assert "tekun_outcome" not in reached
    assert {plan.name for plan in plans_reached(rules, ["single_person_permille"])} >= {"dibao"}
    both = two_worlds(rules, ["single_person_permille"], _outputs(["single_person_permille"]))
    assert "tekun_cannot_work__new" not in both.rules
    assert "single_person_permille__new" in both.parameters
    assert both.digest != rules.digest


def test_the_first_rule_set_is_left_as_it_was() -> None:
    rules = LAW.rules_on(ON)
    digest, outputs = rules.digest, rules.outputs
    two_worlds(rules, [STANDARD], _outputs([STANDARD]))
    assert (rules.digest, rules.outputs) == (digest, outputs)
    assert not any(name.endswith("__new") for name in rules.rules)
