"""One family's outcomes in words: every step, its clause, its facts, what is unknown, what would change it."""

import dataclasses
import datetime as dt
import functools
import operator
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import GRANTS, NEEDS_FACTS, OUTCOME_LABELS, OUTCOME_NAMES, ProgrammePlan, RuleSet
from doudi.engine.scalar import Reckoning, decision_of, family_reckoning
from doudi.engine.told import (
    Change,
    CriterionAnswer,
    Explanation,
    FactUsed,
    MissingFact,
    ParameterUsed,
    ProgrammeExplanation,
    Step,
)
from doudi.engine.values import UNKNOWN
from doudi.engine.version import ENGINE_VERSION
from doudi.engine.whatif import MOST_TRIALS, Flip, Trials, unknown_roots
from doudi.engine.words import Sentence, Vocabulary, vocabulary
from doudi.kernel import codes
from doudi.kernel.money import yuan

if TYPE_CHECKING:
    from doudi.engine.packs import Law

ASK_POLICY = "维护政策参数的岗位(当地该日没有生效的数值)"
MOST_PARAMETERS = 20_000
_parameters_told: dict[tuple[int, str], tuple[Any, "ParameterUsed"]] = {}
RELATIONS = {0: "户主", 1: "配偶", 2: "子女", 3: "父母", 4: "孙子女", 5: "祖父母", 6: "兄弟姐妹"}


Values = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Frame:
    """What every step of one rule shares: its sentences, its document in words, the picker of the facts it reads.

    A criterion speaks through ``answers``, by its truth value; any other rule through ``result``.
    """

    rule: Rule
    name: str
    kind: str
    clause: str
    document: str
    is_household: bool
    facts_in: Callable[["_Facts"], tuple[FactUsed, ...]]
    result: Sentence
    answers: dict[Any, Sentence]


@dataclasses.dataclass(frozen=True)
class _Path:
    """The rules behind a programme in the order of reckoning, with those of one member only marked; its parameters."""

    criteria: tuple[_Frame, ...]
    frames: tuple[tuple[_Frame, bool], ...]
    parameters: tuple[str, ...]


@dataclasses.dataclass
class _Paths:
    """The paths of a rule set, by the documents that hold at a place; ``regions`` are the places with documents."""

    regions: tuple[str, ...]
    by_region: dict[tuple[str, ...], dict[str, _Path]] = dataclasses.field(default_factory=dict)


_paths: "weakref.WeakKeyDictionary[RuleSet, _Paths]" = weakref.WeakKeyDictionary()


def _paths_of(rules: RuleSet, words: Vocabulary, place: str) -> dict[str, _Path]:
    """Work out the path of each programme; once per rule set and region."""
    if rules not in _paths:
        cited = {cite.place for stage in rules.stages for rule in stage.rules for cite in rule.cites}
        _paths[rules] = _Paths(tuple(sorted(cited - {""})))
    made = _paths[rules]
    region = tuple(one for one in made.regions if codes.contains(one, place))
    if region not in made.by_region:
        frames = {rule.name: _frame(rules, rule, words, place) for stage in rules.stages for rule in stage.rules}
        made.by_region[region] = {plan.name: _path(rules, plan, frames) for plan in rules.programmes}
    return made.by_region[region]


def _frame(rules: RuleSet, rule: Rule, words: Vocabulary, place: str) -> _Frame:
    raw = [need for need in rule.needs if need not in rules.rules and not rules.is_parameter(need)]
    answers: dict[Any, Sentence] = {}
    if rule.kind == "criterion":
        unknown = f"{rule.label}:还不能判断" + (f",请{rule.ask}" if rule.ask else "")
        answers = {True: words.sentence(rule.yes), False: words.sentence(rule.no), UNKNOWN: lambda _: unknown}
    cites = rule.cites_at(place)
    return _Frame(
        rule,
        rule.name,
        rule.kind,
        "、".join(cite.id for cite in cites),
        "、".join(str(cite) for cite in cites),
        rule.entity == HOUSEHOLD,
        _picker(raw if rule.kind != "total" else ()),
        words.total(rule) if rule.kind == "total" else words.result(rule),
        answers,
    )


def _picker(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Make the function that gives the values under some names as a tuple."""
    if len(names) > 1:
        return operator.itemgetter(*names)
    return (lambda values: (values[names[0]],)) if names else lambda _: ()


def _behind(rules: RuleSet, plan: ProgrammePlan) -> tuple[set[str], set[str]]:
    """Name what a programme rests on, and which of it are results of other programmes."""
    found: set[str] = set()
    borrowed: set[str] = set()
    stack = [plan.value("outcome"), plan.value("criteria_met")]
    while stack:
        name = stack.pop()
        rule = rules.rules.get(name)
        if name in found or rule is None:
            continue
        found.add(name)
        if rule.kind == "derived" and rule.programme != plan.name:
            borrowed.add(name)
        else:
            stack.extend(rule.needs)
    return found, borrowed


def _path(rules: RuleSet, plan: ProgrammePlan, frames: dict[str, _Frame]) -> _Path:
    """Find what stands behind a programme; of another programme only the result, which is told with that one."""
    wanted, borrowed = _behind(rules, plan)
    found = [
        rule
        for stage in rules.stages
        for rule in stage.rules
        if rule.name in wanted and (rule.kind != "derived" or rule.name.endswith("_granted") or rule.name in borrowed)
    ]
    gathered = rules.needs_of(rule.needs[0] for rule in found if rule.kind == "total" and rule.needs)
    others = {one.name for one in rules.programmes} - {plan.name}
    near = [rule for rule in found if rule.programme not in others]
    return _Path(
        tuple(frames[rule.name] for rule in plan.criteria),
        tuple((frames[rule.name], rule.entity == PERSON and rule.name not in gathered) for rule in found),
        tuple(sorted({need for rule in near for need in rule.needs if rules.is_parameter(need)})),
    )


class _Facts(dict[str, FactUsed]):
    """The facts of the household or of one member by name, each written when it is first asked for.

    A member also sees those of the household, ``shared``.  It knows nothing of the teller, so that an
    explanation holds no circle and is freed as soon as nobody reads it any more.
    """

    def __init__(
        self, rules: RuleSet, words: Vocabulary, values: Values, given: Values, who: str, on: dt.date,
        shared: "_Facts | None" = None,
    ) -> None:  # fmt: skip
        self._rules = rules
        self._words = words
        self._values = values
        self._given = given
        self._who = who
        self._on = on
        self._shared = shared

    def __missing__(self, name: str) -> FactUsed:
        if self._shared is not None and self._rules.entity_of(name) == HOUSEHOLD:
            fact = self._shared[name]
        else:
            label, text = self._words.label(name), self._words.value(name, self._values[name])
            about = self._given.get(name)
            if about:
                fact = self._with_origin(name, label, text, about)
            else:
                fact = FactUsed(name, label, self._who, text, "", "", "", None, False)
        self[name] = fact
        return fact

    def _with_origin(self, name: str, label: str, text: str, about: Values) -> FactUsed:
        since, known_on = (_day(about.get(key)) for key in ("since", "known_on"))
        asked = known_on or since
        age = (self._on - asked).days if asked else None
        one = self._rules.inputs.get(name)
        limit = one.stale_days if one else None
        return FactUsed(
            input=name,
            label=label,
            person=self._who,
            text=text,
            source=str(about.get("source") or ""),
            since=since.isoformat() if since else "",
            known_on=known_on.isoformat() if known_on else "",
            age_days=age,
            is_stale=bool(limit and age is not None and age > limit),
        )


class _Teller:
    """Writes the explanation of one reckoning; steps and facts are shared between programmes."""

    def __init__(
        self, law: "Law", reckoning: Reckoning, resolved: dict[str, Any], family: dict[str, Any], on: dt.date
    ) -> None:
        self.rules = reckoning.rules
        self.reckoning = reckoning
        self.resolved = resolved
        self.vocabulary = vocabulary(law, self.rules)
        self.family = family
        self.person_labels = [
            _person_label(number, row, given)
            for number, (row, given) in enumerate(zip(reckoning.persons, family["persons"], strict=True))
        ]
        self.paths = _paths_of(self.rules, self.vocabulary, reckoning.household["place_code"])
        household = reckoning.household
        self.values: dict[int | None, Values] = {None: household}
        self.values |= {number: household | own for number, own in enumerate(reckoning.persons)}
        self.facts = self._facts(on)
        self._steps_made: dict[tuple[str, int | None], Step] = {}
        self._everybody: dict[str, list[Step]] = {}
        self._parameters_of: dict[int, tuple[ParameterUsed, ...]] = {}
        self._criteria_made: dict[tuple[str, int | None], CriterionAnswer] = {}

    def _facts(self, on: dt.date) -> dict[int | None, _Facts]:
        given = self.family.get("facts") or {}
        shared = _Facts(self.rules, self.vocabulary, self.values[None], given, "", on)
        found: dict[int | None, _Facts] = {None: shared}
        for number, label in enumerate(self.person_labels):
            own = self.family["persons"][number].get("facts") or given
            found[number] = _Facts(self.rules, self.vocabulary, self.values[number], own, label, on, shared)
        return found

    def tell(self, plan: ProgrammePlan, person: int | None, flips: list[Flip]) -> ProgrammeExplanation:
        decision = decision_of(self.reckoning, plan, person)
        route = next((r for r in plan.routes if r.route == decision.route_number), None)
        path = self.paths[plan.name]
        criteria = tuple([self.criterion(frame, person) for frame in path.criteria])
        missing: tuple[MissingFact, ...] = ()
        if decision.outcome == NEEDS_FACTS:
            names = [plan.value("open_route"), plan.amount_name]
            missing = tuple(self._missing(*root) for root in unknown_roots(self.reckoning, names, person))
        return ProgrammeExplanation(
            programme=plan.name,
            label=plan.label,
            person=person,
            person_label="" if person is None else self.person_labels[person],
            outcome=OUTCOME_NAMES[decision.outcome],
            outcome_label=OUTCOME_LABELS[decision.outcome],
            amount_fen_m=decision.amount_fen_m,
            amount_fen=decision.amount_fen_m,
            route=decision.route,
            route_label=route.label if route else "",
            applies=decision.applies,
            summary=_summary(plan, decision.outcome, decision.amount_fen_m, criteria, missing, route),
            criteria=criteria,
            missing=missing,
            would_change=tuple(self._change(plan, flip) for flip in flips),
            parameters=self._parameters(path) if decision.applies else (),
            write_steps=functools.partial(self._steps, path, person),
        )

    def _steps(self, path: _Path, person: int | None) -> list[Step]:
        """Give the steps in order; a person programme that rests on the family shows every member's."""
        steps: list[Step] = []
        for frame, is_own in path.frames:
            if is_own and person is not None:
                steps.append(self.step(frame, person))
            else:
                steps += self._everybody.get(frame.name) or self._of_everybody(frame)
        return steps

    def _of_everybody(self, frame: _Frame) -> list[Step]:
        """Give the household's step of a rule, or every member's."""
        members: Iterable[int | None] = [None] if frame.is_household else range(len(self.reckoning.persons))
        self._everybody[frame.name] = steps = [self.step(frame, member) for member in members]
        return steps

    def step(self, frame: _Frame, person: int | None) -> Step:
        key = frame.name, person
        made = self._steps_made.get(key)
        if made is None:
            self._steps_made[key] = made = self._step(frame, person)
        return made

    def _step(self, frame: _Frame, person: int | None) -> Step:
        values = self.values[person]
        value = values[frame.name]
        if frame.answers:
            text = self.criterion(frame, person).text
        elif frame.kind == "total":
            text = f"{frame.result(values)}(共 {len(self.reckoning.persons)} 名成员)"
        else:
            text = frame.result(values)
        label = ""
        if person is not None:
            label = self.person_labels[person]
            text = f"{label} {text}"
        plain = None if value is UNKNOWN else value
        facts = frame.facts_in(self.facts[person])
        return Step(frame.name, frame.kind, label, text, plain, frame.clause, frame.document, facts)

    def criterion(self, frame: _Frame, person: int | None) -> CriterionAnswer:
        """Answer a condition; one of the household reads the same for every member."""
        key = frame.name, None if frame.is_household else person
        made = self._criteria_made.get(key)
        if made is None:
            self._criteria_made[key] = made = self._criterion(frame, self.values[key[1]])
        return made

    def _criterion(self, frame: _Frame, values: Values) -> CriterionAnswer:
        value, rule = values[frame.name], frame.rule
        return CriterionAnswer(
            frame.name,
            rule.bit or 0,
            None if value is UNKNOWN else bool(value),
            rule.label,
            frame.answers[value](values),
            frame.clause,
            frame.document,
            rule.ask,
        )

    def _parameters(self, path: _Path) -> tuple[ParameterUsed, ...]:
        """Tell the parameters of a programme; they are the same for every member."""
        made = self._parameters_of.get(id(path))
        if made is None:
            self._parameters_of[id(path)] = made = tuple([self._parameter(name) for name in path.parameters])
        return made

    def _parameter(self, name: str) -> ParameterUsed:
        one = self.resolved.get(name)
        key = id(one), name
        if one is not None and key in _parameters_told and _parameters_told[key][0] is one:
            return _parameters_told[key][1]
        told = self._tell_parameter(name, one)
        if one is not None:
            if len(_parameters_told) > MOST_PARAMETERS:
                _parameters_told.clear()
            _parameters_told[key] = one, told
        return told

    def _tell_parameter(self, name: str, one: Any) -> ParameterUsed:
        value = self.reckoning.household[name]

        def text_of(attribute: str) -> str:
            found = getattr(one, attribute, None)
            return "" if found is None else str(found)

        return ParameterUsed(
            name=name,
            label=self.vocabulary.label(name),
            text=self.vocabulary.value(name, value),
            value=_plain(value),
            place=text_of("place"),
            source=text_of("source"),
            clause=text_of("clause"),
            verified=bool(getattr(one, "verified", False)),
            since=text_of("since"),
            until=text_of("until"),
        )

    def _missing(self, name: str, person: int | None) -> MissingFact:
        one = self.rules.inputs.get(name)
        who = ASK_POLICY if self.rules.is_parameter(name) else (one.ask if one else "") or "入户调查"
        return MissingFact(name, self.vocabulary.label(name), "" if person is None else self.person_labels[person], who)

    def _change(self, plan: ProgrammePlan, flip: Flip) -> Change:
        who = "" if flip.person is None else f"{self.person_labels[flip.person]}的"
        label, at = flip.input.label or flip.input.name, self.vocabulary.value(flip.input.name, flip.at)
        now = self.vocabulary.value(flip.input.name, flip.present)
        verb = {"above": f"达到 {at} 及以上", "below": f"为 {at} 及以下", "at": f"为“{at}”"}[flip.side]
        outcome = OUTCOME_LABELS[flip.outcome]
        money = _money(plan, flip.amount_fen_m) if flip.outcome == GRANTS else ""
        text = f"其他不变,{who}{label}(现为 {now}){verb}时,结论为“{outcome}”{money}"
        person = "" if flip.person is None else self.person_labels[flip.person]
        return Change(flip.input.name, label, person, text, OUTCOME_NAMES[flip.outcome], flip.amount_fen_m)


def _plain(value: Any) -> int | bool | None:
    return None if value is UNKNOWN else value


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date) or value is None:
        return value
    return dt.date.fromisoformat(str(value)[:10])


def _person_label(number: int, row: dict[str, Any], given: dict[str, Any]) -> str:
    if given.get("name"):
        return str(given["name"])
    relation = row.get("relation_code")
    return RELATIONS.get(relation, f"成员{number + 1}") if isinstance(relation, int) else f"成员{number + 1}"


def _money(plan: ProgrammePlan, amount_fen: int | None) -> str:
    """Say how much, by month or in all; nothing when there is no amount."""
    return f",{'一次性' if plan.is_once else '每月'} {yuan(amount_fen)} 元" if amount_fen else ""


def _summary(
    plan: ProgrammePlan,
    outcome: int,
    amount_fen_m: int | None,
    criteria: tuple[CriterionAnswer, ...],
    missing: tuple[MissingFact, ...],
    route: Rule | None,
) -> str:
    """Say the outcome in one sentence: what was granted, what failed, or what is lacking."""
    if outcome == GRANTS:
        how = f"({route.label})" if route and len(plan.routes) > 1 else ""
        return f"符合{plan.label}{how}{_money(plan, amount_fen_m)}"
    if outcome == NEEDS_FACTS:
        lacks = "、".join(dict.fromkeys(f"{one.person}{one.label}" for one in missing))
        return f"{plan.label}还不能判断,缺少:{lacks or '相关事实'}"
    failed = ";".join(one.text for one in criteria if one.met is False)
    return f"不符合{plan.label}" + (f":{failed}" if failed else "")


def explain(
    law: "Law",
    family: dict[str, Any],
    place_code: str | None,
    on: dt.date,
    known_on: dt.date | None = None,
    extra: Iterable[Any] = (),
    most_trials: int = MOST_TRIALS,
) -> Explanation:
    """
    Decide every programme for one family and say why.

    ``most_trials`` bounds the search for what would change an outcome.  ``family`` is
    ``{"household": {...}, "persons": [{...}], "facts": {input: {source, since, known_on}}}``;
    a person may carry ``name`` and ``facts`` of the person's own.

    :raises BadInput: the family is not as the inputs are declared.
    :raises NoRulesThatDay: no text covers the date.
    """
    reckoning, resolved = family_reckoning(law, family, place_code, on, known_on, extra)
    subjects: list[tuple[ProgrammePlan, int | None]] = []
    for plan in reckoning.rules.programmes:
        members: Iterable[int | None] = [None] if plan.entity == HOUSEHOLD else range(len(reckoning.persons))
        subjects += [(plan, member) for member in members]
    teller = _Teller(law, reckoning, resolved, family, on)
    flips = Trials(reckoning, most_trials).flips(subjects)
    told = [teller.tell(plan, person, flips[place]) for place, (plan, person) in enumerate(subjects)]
    return Explanation(
        place_code=reckoning.household["place_code"],
        on=on.isoformat(),
        known_on=(known_on or on).isoformat(),
        rule_digest=reckoning.rules.digest,
        engine_version=ENGINE_VERSION,
        programmes=tuple(told),
    )
