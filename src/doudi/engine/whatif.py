"""What would change an outcome: tries other values of one input and runs only what rests on it.

The answers are a selection: at most three inputs an outcome; unknown inputs are tried first, then
those with a value, then those that are nought, as long as the allowed trials last.
"""

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

from doudi.engine.inputs import Input
from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import NEEDS_FACTS, ProgrammePlan, RuleSet, Stage
from doudi.engine.scalar import Reckoning, compile_stages
from doudi.engine.values import UNKNOWN

FAR_FEN = {"fen/month": 10_000_000, "fen/year": 100_000_000, "fen": 1_000_000_000}
FAR_COUNT = 100
MOST_CHANGES = 3
MOST_TRIALS = 100
Subject = tuple[ProgrammePlan, int | None]


@dataclasses.dataclass(frozen=True)
class Flip:
    """One input that alone changes one programme's outcome.

    ``at`` is the value nearest to the present one that gives ``outcome``; ``side`` says where the
    outcome holds: below, above, or exactly at the value.
    """

    input: Input
    person: int | None
    present: Any
    at: Any
    side: str
    outcome: int
    amount_fen_m: int | None


@dataclasses.dataclass(frozen=True)
class _Slice:
    """The rules that rest on one input, compiled; and whether other members are touched."""

    run: Callable[..., None]
    touches_everyone: bool
    names: frozenset[str]


_slices: "weakref.WeakKeyDictionary[RuleSet, dict[str, _Slice]]" = weakref.WeakKeyDictionary()


def _slice(rules: RuleSet, name: str, entity: str) -> _Slice:
    """Find and compile the part of the outcomes' rules that rests on an input; made once per rule set."""
    made = _slices.setdefault(rules, {})
    key = f"{entity}.{name}"
    if key not in made:
        wanted = rules.needs_of(plan.value("outcome") for plan in rules.programmes)
        changed = {name}
        alone: set[str] = set()
        everyone = {name} if entity == HOUSEHOLD else set()
        stages = []
        for stage in rules.stages:
            levels = []
            for level in stage.levels:
                touched = tuple(rule for rule in level if rule.name in wanted and not changed.isdisjoint(rule.needs))
                changed |= {rule.name for rule in touched}
                for rule in touched:
                    if rule.entity == HOUSEHOLD or not everyone.isdisjoint(rule.needs):
                        everyone.add(rule.name)
                    else:
                        alone.add(rule.name)
                levels.append(touched)
            stages.append(Stage(stage.number, stage.entity, tuple(level for level in levels if level)))
        run = compile_stages(rules, [stage for stage in stages if stage.levels], frozenset(alone))
        persons = {n for n in everyone if n in rules.rules and rules.rules[n].entity == PERSON}
        made[key] = _Slice(run, bool(persons), frozenset(changed))
    return made[key]


class Trials:
    """Runs one family again with one input changed."""

    def __init__(self, base: Reckoning, most_trials: int = MOST_TRIALS) -> None:
        self.base = base
        self.rules = base.rules
        self._left = most_trials
        self._made: dict[tuple[str, int | None, Any], Reckoning] = {}

    def run(self, one: Input, person: int | None, value: Any) -> Reckoning:
        """Reckon with the changed value as far as outcomes rest on it; the same trial is made once."""
        key = one.name, person, value
        if key not in self._made:
            self._made[key] = self._run(one, person, value)
        return self._made[key]

    def _run(self, one: Input, person: int | None, value: Any) -> Reckoning:
        self._left -= 1
        part = _slice(self.rules, one.name, one.entity)
        household = dict(self.base.household)
        persons = list(self.base.persons)
        if part.touches_everyone:
            persons = [dict(member) for member in persons]
        elif person is not None:
            persons[person] = dict(persons[person])
        if person is None:
            household[one.name] = value
        else:
            persons[person][one.name] = value
        part.run(household, persons, person or 0)
        return Reckoning(self.rules, household, persons)

    def candidates(self) -> list[tuple[Input, int | None]]:
        """List the inputs that some outcome rests on and that may be spoken of; unknown ones first, none last."""
        found: list[tuple[Input, int | None]] = []
        for one in self.rules.inputs.rows:
            if one.is_key or not one.varies or not one.nullable or one.name not in self.rules.all_needs:
                continue
            found += [(one, n) for n in range(len(self.base.persons))] if one.entity == PERSON else [(one, None)]
        return sorted(found, key=self._rank)

    def _rank(self, candidate: tuple[Input, int | None]) -> int:
        now = self.base.of(candidate[0].name, candidate[1])
        return (0 if now is UNKNOWN else 2 if now else 4) + (candidate[1] is not None)

    def flips(self, subjects: list[Subject]) -> dict[int, list[Flip]]:
        """Find, for each subject by position, the inputs that alone change its outcome."""
        found: dict[int, list[Flip]] = {position: [] for position in range(len(subjects))}
        present = [_outcome(self.base, subject) for subject in subjects]
        at_stake = [self._is_at_stake(subject) for subject in subjects]
        for one, person in self.candidates():
            part = _slice(self.rules, one.name, one.entity)
            concerned = [
                position
                for position, (plan, _) in enumerate(subjects)
                if at_stake[position] and plan.value("outcome") in part.names and len(found[position]) < MOST_CHANGES
            ]
            if concerned and self._left > 0:
                self._try_input(one, person, subjects, present, concerned, found)
        return found

    def _is_at_stake(self, subject: Subject) -> bool:
        plan, person = subject
        answer = self.base.of(plan.applies, person) if plan.applies else True
        return answer is UNKNOWN or bool(answer)

    def _try_input(
        self,
        one: Input,
        person: int | None,
        subjects: list[Subject],
        present: list[int],
        concerned: list[int],
        found: dict[int, list[Flip]],
    ) -> None:
        now = self.base.of(one.name, person)
        trials = [(value, self.run(one, person, value)) for value in _other_values(one, now)]
        for position in concerned:
            subject = subjects[position]
            answers = [(value, _outcome(result, subject), result) for value, result in trials]
            if one.type in ("bool", "code"):
                for value, outcome, result in answers:
                    if outcome not in (present[position], NEEDS_FACTS):
                        amount = _amount(result, subject)
                        found[position].append(Flip(one, person, now, value, "at", outcome, amount))
                        break
            elif now is UNKNOWN:
                found[position] += self._unknown_edges(one, person, subject, answers)
            else:
                for value, outcome, _ in answers:
                    if outcome not in (present[position], NEEDS_FACTS) and self._affords(now, value):
                        found[position].append(self._edge(one, person, subject, now, value, outcome))
                        break

    def _affords(self, near: int, far: int) -> bool:
        """Tell whether the trials left suffice to search between two values."""
        return abs(far - near).bit_length() <= self._left

    def _edge(self, one: Input, person: int | None, subject: Subject, near: Any, far: int, outcome: int) -> Flip:
        """Halve towards the value nearest to ``near`` that still gives the other outcome."""
        side = "above" if far > near else "below"
        while abs(far - near) > 1:
            middle = (near + far) // 2
            if _outcome(self.run(one, person, middle), subject) == outcome:
                far = middle
            else:
                near = middle
        result = self.run(one, person, far)
        present = self.base.of(one.name, person)
        return Flip(one, person, present, far, side, outcome, _amount(result, subject))

    def _unknown_edges(
        self, one: Input, person: int | None, subject: Subject, answers: list[tuple[Any, int, Reckoning]]
    ) -> list[Flip]:
        """Say up to where, and from where on, an unknown number decides the outcome."""
        (low, at_low, _), (high, at_high, _) = answers[0], answers[-1]
        flips: list[Flip] = []
        if not self._affords(low, high):
            return flips
        if at_low != NEEDS_FACTS and at_low != at_high:
            flips.append(self._edge(one, person, subject, high, low, at_low))
        if at_high != NEEDS_FACTS and at_high != at_low:
            flips.append(self._edge(one, person, subject, low, high, at_high))
        return flips


def _outcome(reckoning: Reckoning, subject: Subject) -> int:
    plan, person = subject
    return int(reckoning.of(plan.value("outcome"), person))


def _amount(reckoning: Reckoning, subject: Subject) -> int | None:
    plan, person = subject
    amount = reckoning.of(plan.value("amount_fen_m"), person)
    return None if amount is UNKNOWN else amount


def _other_values(one: Input, now: Any) -> list[Any]:
    """Choose the values to try: both truths, each code, or the two ends of a number."""
    if one.type == "bool":
        return [value for value in (True, False) if now is UNKNOWN or value is not now]
    if one.type == "code":
        return [value for value in one.values or range(5) if now is UNKNOWN or value != now]
    low = one.low if one.low is not None else 0
    high = one.high if one.high is not None else FAR_FEN.get(one.unit, FAR_COUNT)
    if now is UNKNOWN:
        return [low, high]
    return [value for value in (low, max(high, now)) if value != now]


def unknown_roots(reckoning: Reckoning, names: list[str], person: int | None) -> list[tuple[str, int | None]]:
    """Follow unknown values back to the inputs and parameters that cause them."""
    rules = reckoning.rules
    found: dict[tuple[str, int | None], None] = {}
    seen: set[tuple[str, int | None]] = set()
    stack: list[tuple[str, int | None]] = [(name, person) for name in names]
    while stack:
        name, member = stack.pop()
        member = member if rules.entity_of(name) == PERSON else None
        if (name, member) in seen or reckoning.of(name, member) is not UNKNOWN:
            continue
        seen.add((name, member))
        rule: Rule | None = rules.rules.get(name)
        if rule is None:
            found[name, member] = None
        elif rule.kind == "total":
            stack += [(rule.needs[0], n) for n in range(len(reckoning.persons))]
        else:
            stack += [(need, member if member is not None else person) for need in rule.needs]
    return sorted(found, key=lambda one: (one[1] is not None, one[1] or 0, one[0]))
