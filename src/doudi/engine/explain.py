"""One family's outcomes in words: every step, its clause, its facts, what is unknown, what would change it."""

import dataclasses
import datetime as dt
import functools
import weakref
from collections.abc import Iterable
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
from doudi.engine.words import vocabulary
from doudi.kernel.money import yuan

if TYPE_CHECKING:
    from doudi.engine.packs import Law

ASK_POLICY = "维护政策参数的岗位(当地该日没有生效的数值)"
MOST_PARAMETERS = 20_000
_parameters_told: dict[tuple[int, str], tuple[Any, "ParameterUsed"]] = {}
RELATIONS = {0: "户主", 1: "配偶", 2: "子女", 3: "父母", 4: "孙子女", 5: "祖父母", 6: "兄弟姐妹"}


@dataclasses.dataclass(frozen=True)
class _Frame:
    """What every step of one rule shares: its document in words and the inputs it reads."""

    rule: Rule
    document: str
    inputs: tuple[tuple[str, bool], ...]
    is_household: bool


@dataclasses.dataclass(frozen=True)
class _Path:
    """The rules behind a programme in the order of reckoning, those of one member only, its parameters."""

    frames: tuple[_Frame, ...]
    own: frozenset[str]
    parameters: tuple[str, ...]


@dataclasses.dataclass
class _Outline:
    """What was worked out about one rule set, once."""

    frames: dict[str, _Frame]
    paths: dict[str, _Path]


_outlines: "weakref.WeakKeyDictionary[RuleSet, _Outline]" = weakref.WeakKeyDictionary()


def _outline(rules: RuleSet) -> _Outline:
    if rules not in _outlines:
        frames = {rule.name: _frame(rules, rule) for stage in rules.stages for rule in stage.rules}
        paths = {plan.name: _path(rules, plan, frames) for plan in rules.programmes}
        _outlines[rules] = _Outline(frames, paths)
    return _outlines[rules]


def _frame(rules: RuleSet, rule: Rule) -> _Frame:
    raw = [need for need in rule.needs if need not in rules.rules and not rules.is_parameter(need)]
    inputs = tuple((need, rules.entity_of(need) == PERSON) for need in raw if rule.kind != "total")
    return _Frame(rule, "、".join(str(cite) for cite in rule.cites), inputs, rule.entity == HOUSEHOLD)


def _path(rules: RuleSet, plan: ProgrammePlan, frames: dict[str, _Frame]) -> _Path:
    """Find what stands behind a programme; parameters of other programmes are told with those."""
    wanted = rules.needs_of([plan.value("outcome"), plan.value("criteria_met")])
    found = [
        rule
        for stage in rules.stages
        for rule in stage.rules
        if rule.name in wanted and (rule.kind != "derived" or rule.name.endswith("_granted"))
    ]
    gathered = rules.needs_of(rule.needs[0] for rule in found if rule.kind == "total" and rule.needs)
    others = {one.name for one in rules.programmes} - {plan.name}
    near = [rule for rule in found if rule.programme not in others]
    return _Path(
        tuple(frames[rule.name] for rule in found),
        frozenset(rule.name for rule in found if rule.entity == PERSON and rule.name not in gathered),
        tuple(sorted({need for rule in near for need in rule.needs if rules.is_parameter(need)})),
    )


class _Teller:
    """Writes the explanation of one reckoning; steps and facts are shared between programmes."""

    def __init__(
        self, law: "Law", reckoning: Reckoning, resolved: dict[str, Any], family: dict[str, Any], on: dt.date
    ) -> None:
        self.rules = reckoning.rules
        self.reckoning = reckoning
        self.resolved = resolved
        self.on = on
        self.vocabulary = vocabulary(law, self.rules)
        self.family = family
        self.person_labels = [
            _person_label(number, row, given)
            for number, (row, given) in enumerate(zip(reckoning.persons, family["persons"], strict=True))
        ]
        self.outline = _outline(self.rules)
        self._steps_made: dict[tuple[str, int | None], Step] = {}
        self._shared: dict[str, list[tuple[_Frame, list[Step]]]] = {}
        self.fact = functools.lru_cache(maxsize=None)(self._fact)
        self.parameter = functools.lru_cache(maxsize=None)(self._parameter)

    def tell(self, plan: ProgrammePlan, person: int | None, flips: list[Flip]) -> ProgrammeExplanation:
        decision = decision_of(self.reckoning, plan, person)
        route = next((r for r in plan.routes if r.route == decision.route_number), None)
        criteria = tuple(self._criterion(rule, person) for rule in plan.criteria)
        missing: tuple[MissingFact, ...] = ()
        if decision.outcome == NEEDS_FACTS:
            names = [plan.value("open_route"), plan.value("amount_fen_m")]
            missing = tuple(self._missing(*root) for root in unknown_roots(self.reckoning, names, person))
        path = self.outline.paths[plan.name]
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
            would_change=tuple(self._change(flip) for flip in flips),
            parameters=tuple([self.parameter(name) for name in path.parameters]) if decision.applies else (),
            write_steps=functools.partial(self._steps, plan.name, path, person),
        )

    def _steps(self, programme: str, path: _Path, person: int | None) -> list[Step]:
        """Give the steps in order; a person programme that rests on the family shows every member's."""
        if programme not in self._shared:
            everybody = range(len(self.reckoning.persons))
            self._shared[programme] = [
                (
                    frame,
                    [self.step(frame, None)]
                    if frame.is_household
                    else []
                    if person is not None and frame.rule.name in path.own
                    else [self.step(frame, member) for member in everybody],
                )
                for frame in path.frames
            ]
        steps: list[Step] = []
        for frame, shared in self._shared[programme]:
            steps += shared or (self.step(frame, person),)
        return steps

    def step(self, frame: _Frame, person: int | None) -> Step:
        key = frame.rule.name, person
        if key not in self._steps_made:
            self._steps_made[key] = self._step(frame, person)
        return self._steps_made[key]

    def _step(self, frame: _Frame, person: int | None) -> Step:
        rule, household = frame.rule, self.reckoning.household
        own = household if person is None else self.reckoning.persons[person]
        value = own[rule.name]
        label = "" if person is None else self.person_labels[person]
        if rule.kind == "criterion":
            text = self._criterion_text(rule, value, functools.partial(self.reckoning.of, person=person))
        elif rule.kind == "total":
            members = f"(共 {len(self.reckoning.persons)} 名成员)"
            text = f"{rule.label}:{self.vocabulary.value(rule.name, value)}{members}"
        else:
            needs = tuple([own[need] if need in own else household[need] for need in rule.needs])
            text = self.vocabulary.step(rule, value, needs)
        if label:
            text = f"{label} {text}"
        facts = tuple([self.fact(need, person if is_own else None) for need, is_own in frame.inputs])
        plain = None if value is UNKNOWN else value
        return Step(rule.name, rule.kind, label, text, plain, rule.clause, frame.document, facts)

    def _criterion_text(self, rule: Rule, value: Any, value_of: Any) -> str:
        if value is UNKNOWN:
            return f"{rule.label}:还不能判断" + (f",请{rule.ask}" if rule.ask else "")
        return self.vocabulary.filled(rule.yes if value else rule.no, value_of)

    def _criterion(self, rule: Rule, person: int | None) -> CriterionAnswer:
        value_of = functools.partial(self.reckoning.of, person=person)
        value = value_of(rule.name)
        return CriterionAnswer(
            id=rule.name,
            bit=rule.bit or 0,
            met=None if value is UNKNOWN else bool(value),
            label=rule.label,
            text=self._criterion_text(rule, value, value_of),
            clause=rule.clause,
            document=self.outline.frames[rule.name].document,
            ask=rule.ask,
        )

    def _fact(self, name: str, person: int | None) -> FactUsed:
        one = self.rules.inputs.get(name)
        given = self.family.get("facts") or {}
        if person is not None:
            given = self.family["persons"][person].get("facts") or given
        label = self.vocabulary.label(name)
        text = self.vocabulary.value(name, self.reckoning.of(name, person))
        who = "" if person is None else self.person_labels[person]
        about = given.get(name)
        if not about:
            return FactUsed(name, label, who, text, "", "", "", None, False)
        since, known_on = (_day(about.get(key)) for key in ("since", "known_on"))
        asked = known_on or since
        age = (self.on - asked).days if asked else None
        limit = one.stale_days if one else None
        return FactUsed(
            input=name,
            label=label,
            person=who,
            text=text,
            source=str(about.get("source") or ""),
            since=since.isoformat() if since else "",
            known_on=known_on.isoformat() if known_on else "",
            age_days=age,
            is_stale=bool(limit and age is not None and age > limit),
        )

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

    def _change(self, flip: Flip) -> Change:
        who = "" if flip.person is None else f"{self.person_labels[flip.person]}的"
        label, at = flip.input.label or flip.input.name, self.vocabulary.value(flip.input.name, flip.at)
        now = self.vocabulary.value(flip.input.name, flip.present)
        verb = {"above": f"达到 {at} 及以上", "below": f"为 {at} 及以下", "at": f"为“{at}”"}[flip.side]
        outcome = OUTCOME_LABELS[flip.outcome]
        money = f",每月 {yuan(flip.amount_fen_m)} 元" if flip.outcome == GRANTS and flip.amount_fen_m else ""
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
        money = f",每月 {yuan(amount_fen_m)} 元" if amount_fen_m else ""
        return f"符合{plan.label}{how}{money}"
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
