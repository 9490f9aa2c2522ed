"""One family: the rules compiled once into one straight-line Python function.

Every value is kept, because the explanation needs the steps.
"""

import dataclasses
import datetime as dt
import functools
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import GRANTS, NEEDS_FACTS, OUTCOME_NAMES, ProgrammePlan, RuleSet
from doudi.engine.values import UNKNOWN

if TYPE_CHECKING:
    from doudi.engine.packs import Law

Values = dict[str, Any]
_compiled: "weakref.WeakKeyDictionary[RuleSet, Any]" = weakref.WeakKeyDictionary()


@dataclasses.dataclass
class Reckoning:
    """Every named value of one family: inputs, parameters and the result of each rule."""

    rules: RuleSet
    household: Values
    persons: list[Values]

    def of(self, name: str, person: int | None = None) -> Any:
        """Look a value up; a person sees the values of the household."""
        if person is not None and name in self.persons[person]:
            return self.persons[person][name]
        return self.household[name]


@dataclasses.dataclass(frozen=True)
class ProgrammeDecision:
    """What one programme gives one subject; ``person`` is the member's position, None for the household."""

    programme: str
    label: str
    person: int | None
    outcome: int
    amount_fen_m: int | None
    criteria_met: int
    criteria_unknown: int
    route: str
    route_number: int
    applies: bool

    @property
    def outcome_name(self) -> str:
        return OUTCOME_NAMES[self.outcome]


def total_of(how: str, values: list[Any]) -> Any:
    """Gather the members' values; unknown as Kleene and as sums have it."""
    if how == "count":
        return len(values)
    if how == "sum":
        return sum(values)  # one unknown makes the sum unknown
    decisive = how == "any"
    answer: Any = not decisive
    for value in values:
        if value is decisive:
            return decisive
        if value is UNKNOWN:
            answer = UNKNOWN
    return answer


def compiled(rules: RuleSet) -> Any:
    """Give the generated function ``(household, persons) -> None`` that fills both in; made once per rule set."""
    if rules not in _compiled:
        _compiled[rules] = _compile(rules)
    return _compiled[rules]


def _compile(rules: RuleSet) -> Any:
    scope: dict[str, Any] = {"total_of": total_of}
    lines = ["def reckon(h, persons):"]
    loaded: set[str] = set()
    for stage in rules.stages:
        own = {rule.name for rule in stage.rules}
        needs = dict.fromkeys(need for rule in stage.rules for need in rule.needs if need not in own)
        for name in needs:
            if rules.entity_of(name) == HOUSEHOLD and name not in loaded:
                loaded.add(name)
                lines.append(f"    {name} = h['{name}']")
        scope |= {f"_{rule.name}": rule.function for rule in stage.rules if rule.function}
        if stage.entity == HOUSEHOLD:
            lines += [f"    h['{rule.name}'] = {rule.name} = {_call(rule)}" for rule in stage.rules]
            loaded |= own
            continue
        lines.append("    for p in persons:")
        lines += [f"        {name} = p['{name}']" for name in needs if rules.entity_of(name) == PERSON]
        lines += [f"        p['{rule.name}'] = {rule.name} = {_call(rule)}" for rule in stage.rules]
    exec(compile("\n".join(lines), f"<rules {rules.digest[:12]}>", "exec"), scope)
    return scope["reckon"]


def _call(rule: Rule) -> str:
    if rule.kind != "total":
        return f"_{rule.name}({', '.join(rule.needs)})"
    if rule.how == "count":
        return "len(persons)"
    return f"total_of('{rule.how}', [p['{rule.needs[0]}'] for p in persons])"


def reckon(rules: RuleSet, household: Values, persons: list[Values]) -> Reckoning:
    """Run the rules on checked inputs (household including parameters); the inputs are not changed."""
    result = Reckoning(rules, dict(household), [dict(person) for person in persons])
    compiled(rules)(result.household, result.persons)
    return result


def decisions(reckoning: Reckoning) -> list[ProgrammeDecision]:
    """Read the programmes' outcomes off a reckoning, household programmes once, person programmes per member."""
    found = []
    for plan in reckoning.rules.programmes:
        subjects = [None] if plan.entity == HOUSEHOLD else range(len(reckoning.persons))
        found += [decision_of(reckoning, plan, subject) for subject in subjects]
    return found


def decision_of(reckoning: Reckoning, plan: ProgrammePlan, person: int | None) -> ProgrammeDecision:
    """Read one programme's outcome for one subject."""
    value = functools.partial(reckoning.of, person=person)
    outcome = value(plan.value("outcome"))
    amount = value(plan.amount_name)
    applies = True
    if plan.applies:
        answer = value(plan.applies)
        applies = answer is UNKNOWN or bool(answer)
    number = value(plan.value("open_route")) if outcome == GRANTS else 0
    return ProgrammeDecision(
        programme=plan.name,
        label=plan.label,
        person=person,
        outcome=outcome,
        amount_fen_m=None if outcome == NEEDS_FACTS else amount,
        criteria_met=value(plan.value("criteria_met")),
        criteria_unknown=value(plan.value("criteria_unknown")),
        route=plan.route_names.get(number, ""),
        route_number=number,
        applies=applies,
    )


def family_reckoning(
    law: "Law",
    family: dict[str, Any],
    place_code: str | None,
    on: dt.date,
    known_on: dt.date | None = None,
    extra: Iterable[Any] = (),
) -> tuple[Reckoning, dict[str, Any]]:
    """Check a family, resolve its parameters and run the rules; also gives the resolved parameters.

    ``place_code`` may be None when the family file carries it.

    :raises BadInput: the family is not as the inputs are declared.
    :raises NoRulesThatDay: no text covers the date.
    """
    rules = law.rules_on(on)
    if place_code is not None and isinstance(family, dict):
        family = family | {"household": (family.get("household") or {}) | {"place_code": place_code}}
    household, persons = law.inputs.checked_family(family)
    resolved = law.parameters_for(rules, household["place_code"], bool(household["is_rural"]), on, known_on, extra)
    for name, one in resolved.items():
        household[name] = UNKNOWN if one is None or one.value is None else one.value
    return reckon(rules, household, persons), resolved


def decide(
    law: "Law",
    family: dict[str, Any],
    place_code: str | None,
    on: dt.date,
    known_on: dt.date | None = None,
    extra: Iterable[Any] = (),
) -> list[ProgrammeDecision]:
    """Decide every programme for one family; see :func:`family_reckoning`."""
    return decisions(family_reckoning(law, family, place_code, on, known_on, extra)[0])
