"""One rule set, two worlds: the law as it is and as a reform would make it, reckoned side by side.

Only rules that rest on a changed parameter are doubled; what both worlds share is worked out once.
The value of the second world has the same name with ``__new`` behind it.
"""

import copy
import dataclasses
from collections.abc import Collection, Iterable

from doudi.engine.rule import Rule
from doudi.engine.ruleset import ProgrammePlan, RuleSet

NEW = "__new"
_CACHED = ("all_needs", "digest", "parameters")


def new_name(name: str) -> str:
    return f"{name}{NEW}"


def reached_by(rules: RuleSet, changed: Collection[str]) -> frozenset[str]:
    """Name every rule whose value can change when the parameters do."""
    known: dict[str, bool] = {}

    def depends(name: str) -> bool:
        if name not in known:
            rule = rules.rules.get(name)
            known[name] = name in changed if rule is None else any([depends(need) for need in rule.needs])
        return known[name]

    return frozenset(name for name in rules.rules if depends(name))


def plans_reached(rules: RuleSet, changed: Collection[str]) -> tuple[ProgrammePlan, ...]:
    """List the programmes whose outcome or amount can change."""
    reached = reached_by(rules, changed)
    return tuple(plan for plan in rules.programmes if plan.value("outcome") in reached or plan.amount_name in reached)


def two_worlds(rules: RuleSet, changed: Collection[str], outputs: Iterable[str]) -> RuleSet:
    """Give a rule set with both worlds of the outputs and nothing else.

    Needs, beside every parameter of the first world, one column ``<parameter>__new`` for each changed
    one that the outputs rest on.
    """
    outputs = list(outputs)
    reached = reached_by(rules, changed) & rules.needs_of(outputs)
    both = copy.copy(rules)
    for name in _CACHED:
        both.__dict__.pop(name, None)
    twins = {name: _twin(rules.rules[name], reached, changed) for name in rules.rules if name in reached}
    both.rules = rules.rules | {twin.name: twin for twin in twins.values()}
    both._parameters = rules._parameters | {new_name(name) for name in changed}
    both.outputs = tuple(dict.fromkeys([*outputs, *(new_name(name) for name in outputs if name in reached)]))
    both._placed = {}
    both.stages = both.plan(both.outputs)
    both.used = frozenset(rule.name for stage in both.stages for rule in stage.rules)
    return both


def _twin(rule: Rule, reached: Collection[str], changed: Collection[str]) -> Rule:
    needs = tuple(new_name(need) if need in reached or need in changed else need for need in rule.needs)
    return dataclasses.replace(rule, name=new_name(rule.name), needs=needs)
