"""What would change an outcome: which condition alone decides it, and which input turns that condition.

First each condition of a programme is forced to its other answer; those that change the outcome
alone are its levers.  Then each input that a lever rests on gets other values, and only the rules
between the two run again; the value nearest to the present one that turns the lever is found by
halving, and a full trial confirms what it does to the outcome.

The answers are a selection: at most three inputs an outcome; unknown inputs are tried first, then
those with a value, then those that are nought, as long as the allowed trials last.
"""

import dataclasses
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from doudi.engine.inputs import Input
from doudi.engine.probes import Probe, compile_probe
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import GRANTS, NEEDS_FACTS, REFUSES, ProgrammePlan, RuleSet
from doudi.engine.scalar import Reckoning
from doudi.engine.values import UNKNOWN

FAR_FEN = {"fen/month": 10_000_000, "fen/year": 100_000_000, "fen": 100_000_000}
FAR_COUNT = 100
MOST_CHANGES = 3
MOST_TRIALS = 50
Subject = tuple[ProgrammePlan, int | None]
Place = tuple[str, int | None]


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
class _Lever:
    """A condition whose other answer alone changes the outcome."""

    name: str
    person: int | None
    wanted: bool


@dataclasses.dataclass
class _Graph:
    """What was worked out about one rule set, once."""

    probes: dict[tuple[str, str], Probe]
    inputs: dict[str, tuple[tuple[Input, bool], ...]]


_graphs: "weakref.WeakKeyDictionary[RuleSet, _Graph]" = weakref.WeakKeyDictionary()


def _graph(rules: RuleSet) -> _Graph:
    if rules not in _graphs:
        _graphs[rules] = _Graph({}, {})
    return _graphs[rules]


def _inputs_behind(rules: RuleSet, name: str) -> tuple[tuple[Input, bool], ...]:
    """List the inputs a value rests on that the explanation may speak of.

    With each goes whether other members' values of it can matter to a person's condition.
    """
    wanted = rules.needs_of([name])
    return tuple(
        (one, _probe(rules, one.name, name).touches_everyone)
        for one in rules.inputs.rows
        if one.name in wanted and one.varies and one.nullable and not one.is_key
    )


def _probe(rules: RuleSet, name: str, target: str) -> Probe:
    """Compile what lies between a name and a target; made once per rule set."""
    made = _graph(rules).probes
    if (name, target) not in made:
        made[name, target] = compile_probe(rules, name, target)
    return made[name, target]


class Trials:
    """Runs one family again with one value changed."""

    def __init__(self, base: Reckoning, most_trials: int = MOST_TRIALS) -> None:
        self.base = base
        self.rules = base.rules
        self._left = most_trials
        graph = _graph(self.rules)
        self._probes, self._inputs = graph.probes, graph.inputs
        self._edges: dict[tuple[str, int | None, str, int | None, bool], list[tuple[Any, str, Any]]] = {}

    def run(self, name: str, person: int | None, value: Any, target: str, of: int | None) -> Any:
        """Give the value that ``target`` (of member ``of``) has when one value is changed."""
        self._left -= 1
        probe = self._probe(name, target)
        return probe.run(self.base.household, self.base.persons, person or 0, of or 0, value)

    def _probe(self, name: str, target: str) -> Probe:
        return self._probes.get((name, target)) or _probe(self.rules, name, target)

    def _outcome(self, name: str, person: int | None, value: Any, subject: Subject) -> int:
        return int(self.run(name, person, value, subject[0].value("outcome"), subject[1]))

    def flips(self, subjects: list[Subject]) -> dict[int, list[Flip]]:
        """Find, for each subject by position, the inputs that alone change its outcome."""
        found: dict[int, list[Flip]] = {position: [] for position in range(len(subjects))}
        for position, subject in enumerate(subjects):
            if self._is_at_stake(subject):
                for flip in self._flips_of(subject):
                    found[position].append(flip)
                    if len(found[position]) >= MOST_CHANGES:
                        break
        return found

    def _is_at_stake(self, subject: Subject) -> bool:
        plan, person = subject
        answer = self.base.of(plan.applies, person) if plan.applies else True
        return answer is UNKNOWN or bool(answer)

    def _flips_of(self, subject: Subject) -> Iterator[Flip]:
        person = subject[1]
        present = _outcome(self.base, subject)
        told: set[tuple[str, int | None, str]] = set()
        for one, member, lever in self._candidates(self._levers(subject), person):
            for at, side, near in self._edges_of(one, member, lever):
                if (one.name, member, side) in told or self._left <= 0:
                    continue
                at = self._confirmed(one, member, subject, at, side, near)
                outcome = self._outcome(one.name, member, at, subject)
                if outcome not in (present, NEEDS_FACTS) and not self._is_moot(one, member, subject, near, outcome):
                    told.add((one.name, member, side))
                    now = self.base.of(one.name, member)
                    amount = self.run(one.name, member, at, subject[0].amount_name, subject[1])
                    yield Flip(one, member, now, at, side, outcome, None if amount is UNKNOWN else amount)

    def _is_moot(self, one: Input, member: int | None, subject: Subject, near: Any, outcome: int) -> bool:
        """Tell whether an unknown input gives this outcome at its other end, too, so that it decides nothing."""
        if self.base.of(one.name, member) is not UNKNOWN or near is UNKNOWN:
            return False
        return self._outcome(one.name, member, near, subject) == outcome

    def _confirmed(self, one: Input, member: int | None, subject: Subject, at: Any, side: str, near: Any) -> Any:
        """Where the outcome had already changed nearer by than the lever, halve again on the outcome."""
        if side == "at":
            return at
        outcome = self._outcome(one.name, member, at, subject)

        def is_same(value: int) -> bool:
            return self._outcome(one.name, member, value, subject) == outcome

        before = at + (1 if side == "below" else -1)
        return at if before == near or not is_same(before) else _halve(near, before, is_same)

    def _levers(self, subject: Subject) -> list[_Lever]:
        """Force the programme's conditions to their other answer; keep those that decide the outcome alone.

        Only conditions that can stand in the way are tried: failing or unknown ones of a refusal, unknown
        ones where facts are needed, those met of a grant.
        """
        plan, person = subject
        present = _outcome(self.base, subject)
        levers = []
        for rule in plan.criteria:
            if self._left <= 0:
                break
            member = person if rule.entity == PERSON else None
            now = self.base.of(rule.name, member)
            if present == (REFUSES if now is True else GRANTS if now is False else -1):
                continue
            if present == NEEDS_FACTS and now is not UNKNOWN:
                continue
            for wanted in (True, False) if now is UNKNOWN else (not now,):
                outcome = self._outcome(rule.name, member, wanted, subject)
                if outcome not in (present, NEEDS_FACTS):
                    levers.append(_Lever(rule.name, member, wanted))
        return levers

    def _candidates(self, levers: list[_Lever], person: int | None) -> list[tuple[Input, int | None, _Lever]]:
        """List the inputs behind the levers: unknown ones first, then those with a value, then noughts."""
        everybody: list[int | None] = list(range(len(self.base.persons)))
        found: list[tuple[Input, int | None, _Lever]] = []
        for lever in levers:
            behind = self._inputs.get(lever.name)
            if behind is None:
                behind = self._inputs[lever.name] = _inputs_behind(self.rules, lever.name)
            for one, is_gathered in behind:
                if one.entity == HOUSEHOLD:
                    found.append((one, None, lever))
                elif lever.person is not None and not is_gathered:
                    found.append((one, lever.person, lever))
                else:
                    found += [(one, member, lever) for member in everybody]
        return sorted(found, key=lambda candidate: self._rank(candidate[0], candidate[1], person))

    def _rank(self, one: Input, member: int | None, person: int | None) -> int:
        now = self.base.of(one.name, member)
        return (0 if now is UNKNOWN else 4 if now else 8) + (2 if member != person else 0) + (member is not None)

    def _edges_of(self, one: Input, member: int | None, lever: _Lever) -> list[tuple[Any, str, Any]]:
        """Find the values of an input nearest to the present one that turn the lever, and on which side."""
        key = (one.name, member, lever.name, lever.person, lever.wanted)
        if key not in self._edges:
            self._edges[key] = [] if self._left <= 0 else list(self._search(one, member, lever))
        return self._edges[key]

    def _search(self, one: Input, member: int | None, lever: _Lever) -> Iterator[tuple[Any, str, Any]]:
        def turns(value: Any) -> bool:
            return self.run(one.name, member, value, lever.name, lever.person) is lever.wanted

        if self._probe(one.name, lever.name).is_empty:
            return
        now = self.base.of(one.name, member)
        values = _other_values(one, now)
        if one.type in ("bool", "code"):
            yield from ((value, "at", now) for value in values if turns(value))
            return
        mirror = self._edges.get((one.name, member, lever.name, lever.person, not lever.wanted))
        if now is UNKNOWN and mirror:
            (at, side, near), *_ = mirror
            beyond = at + (1 if side == "below" else -1)
            if turns(beyond):
                yield beyond, "above" if side == "below" else "below", values[0] if near == values[-1] else values[-1]
                return
        answers = [(value, turns(value)) for value in values]
        if now is UNKNOWN and all(answer for _, answer in answers):
            return
        for value, answer in answers:
            near = now if now is not UNKNOWN else answers[0][0] if value == answers[-1][0] else answers[-1][0]
            if answer and abs(value - near).bit_length() <= self._left:
                side = "above" if value > near else "below"
                yield _halve(near, value, turns), side, near


def _halve(near: int, far: int, turns: Callable[[int], bool]) -> int:
    """Give the value nearest to ``near`` that turns, knowing that ``far`` does."""
    while abs(far - near) > 1:
        middle = (near + far) // 2
        if turns(middle):
            far = middle
        else:
            near = middle
    return far


def _outcome(reckoning: Reckoning, subject: Subject) -> int:
    plan, person = subject
    return int(reckoning.of(plan.value("outcome"), person))


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


def unknown_roots(reckoning: Reckoning, names: list[str], person: int | None) -> list[Place]:
    """Follow unknown values back to the inputs and parameters that cause them."""
    rules = reckoning.rules
    found: dict[Place, None] = {}
    seen: set[Place] = set()
    stack: list[Place] = [(name, person) for name in names]
    while stack:
        name, member = stack.pop()
        member = member if rules.entity_of(name) == PERSON else None
        if (name, member) in seen or reckoning.of(name, member) is not UNKNOWN:
            continue
        seen.add((name, member))
        rule = rules.rules.get(name)
        if rule is None:
            found[name, member] = None
        elif rule.kind == "total":
            stack += [(rule.needs[0], n) for n in range(len(reckoning.persons))]
        else:
            needs = [(need, member if member is not None else person) for need in rule.needs]
            stack += needs
            found |= dict.fromkeys(_held_open_by(reckoning, needs))
    return sorted(found, key=lambda one: (one[1] is not None, one[1] or 0, one[0]))


def _held_open_by(reckoning: Reckoning, needs: list[Place]) -> list[Place]:
    """Name the stated facts that leave a value open although none is unknown: an expired certificate, say."""
    rules = reckoning.rules
    placed = [(name, person if rules.entity_of(name) == PERSON else None) for name, person in needs]
    if any(reckoning.of(name, member) is UNKNOWN for name, member in placed):
        return []
    inputs = [(one, rules.inputs.get(one[0])) for one in placed if one[0] not in rules.rules]
    return [place for place, about in inputs if about is not None and about.default is not None]
