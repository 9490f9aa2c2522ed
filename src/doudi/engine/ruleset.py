"""The rules in force on a day, as a graph: what needs what, in which order, with which outcome.

A stage is a run of rules of one kind of subject: even stages households, odd stages persons.
A stage only needs earlier stages, so an executor can treat it as one statement.
"""

import copy
import dataclasses
import datetime as dt
import difflib
import functools
import hashlib
import inspect
import json
import operator
from collections.abc import Callable, Iterable
from typing import Any

from doudi.engine.inputs import Inputs
from doudi.engine.lang import Programme, RuleError, certainly, missing, where
from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.values import UNKNOWN
from doudi.kernel.errors import BadInput, Refusal

REFUSES, GRANTS, NEEDS_FACTS = 0, 1, 2
OUTCOME_NAMES = {REFUSES: "refuses", GRANTS: "grants", NEEDS_FACTS: "needs_facts"}
OUTCOME_LABELS = {REFUSES: "不符合", GRANTS: "符合", NEEDS_FACTS: "还不能判断"}


class NoRulesThatDay(Refusal):
    """No text covers the date; the engine does not guess."""

    message = "{on} 没有可用的规则:{why}"
    next_step = "请换一个日期,或在 packs/ 里补上该日期的规则"


@dataclasses.dataclass(frozen=True)
class ProgrammePlan:
    """How one programme's outcome comes about on a day."""

    name: str
    label: str
    entity: str
    routes: tuple[Rule, ...]
    amounts: tuple[Rule, ...]
    criteria: tuple[Rule, ...]
    applies: str
    is_once: bool = False

    @functools.cached_property
    def route_names(self) -> dict[int, str]:
        return {rule.route or 0: rule.route_name for rule in self.routes}

    @property
    def has_routes(self) -> bool:
        return any(rule.route_name for rule in self.routes)

    def value(self, suffix: str) -> str:
        return f"{self.name}_{suffix}"

    @functools.cached_property
    def amount_name(self) -> str:
        """Name the amount: fen per month, or fen in all for aid given once."""
        return self.value("amount_fen" if self.is_once else "amount_fen_m")

    @property
    def output_names(self) -> tuple[str, ...]:
        suffixes = ["criteria_met", "criteria_unknown"] + (["route"] if self.has_routes else [])
        return (self.value("outcome"), self.amount_name, *(self.value(suffix) for suffix in suffixes))

    @property
    def planned_names(self) -> tuple[str, ...]:
        """Name what a run reckons for this programme: the outputs, and for whom a row is written."""
        return (*self.output_names, *([self.applies] if self.applies else []))


@dataclasses.dataclass(frozen=True)
class Stage:
    """Rules of one subject kind in an order that works, level by level."""

    number: int
    entity: str
    levels: tuple[tuple[Rule, ...], ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for level in self.levels for rule in level)


def _by_route(pairs: list[tuple[int, int]]) -> Callable[..., Any]:
    """Make the function that picks by route; pairs are (route, position of its value)."""
    places = dict(pairs)

    def amount(route: Any, *values: Any) -> Any:
        if route is UNKNOWN:
            return UNKNOWN if pairs else 0
        if type(route) is int:
            return values[places[route]] if route in places else 0
        result: Any = 0
        for number_of_route, position in reversed(pairs):
            result = where(route == number_of_route, values[position], result)
        return result

    return amount


def _first_open(numbers: list[int]) -> Callable[..., Any]:
    """Make the function that gives the first route not certainly closed; plain values take a short way."""

    def route(*entitled: Any) -> Any:
        for place, holds in enumerate(entitled):
            if holds is True:
                return numbers[place]
            if holds is UNKNOWN:
                return UNKNOWN
            if holds is not False:
                rest = route(*([False] * (place + 1)), *entitled[place + 1 :])
                return where(holds, numbers[place], rest)
        return 0

    return route


def _word(bits: list[int], pick: Callable[[Any], Any]) -> Callable[..., Any]:
    def word(*values: Any) -> Any:
        parts = [where(pick(value), 1 << bit, 0) for bit, value in zip(bits, values, strict=True)]
        told = [part for part in parts if type(part) is not int or part]
        return functools.reduce(operator.add, told) if told else 0

    return word


def _granted(open_route: Any) -> Any:
    return open_route > 0


def _outcome(open_route: Any, amount_fen_m: Any) -> Any:
    if open_route is UNKNOWN or amount_fen_m is UNKNOWN:
        return NEEDS_FACTS
    if type(open_route) is int and type(amount_fen_m) is int:
        return GRANTS if open_route > 0 else REFUSES
    known = where(certainly(open_route > 0), GRANTS, REFUSES)
    return where(missing(open_route) | missing(amount_fen_m), NEEDS_FACTS, known)


def _final_route(open_route: Any, outcome: Any) -> Any:
    return where(certainly(open_route > 0) & (outcome == GRANTS), open_route, 0)


def _derived(plan: ProgrammePlan) -> Iterable[Rule]:
    """Make the values that follow from a programme's routes, amounts and criteria."""
    cites = plan.routes[0].cites
    rule = functools.partial(Rule, kind="derived", entity=plan.entity, programme=plan.name, cites=cites)
    at = plan.value
    numbers = [one.route or 0 for one in plan.routes]
    yield rule(
        at("open_route"), needs=tuple(one.name for one in plan.routes), function=_first_open(numbers), label="途径"
    )
    yield rule(at("granted"), needs=(at("open_route"),), function=_granted, label=f"{plan.label}符合条件")
    positions = {one.route: place for place, one in enumerate(plan.amounts)}
    pairs = [(n, positions[n if n in positions else None]) for n in numbers if n in positions or None in positions]
    yield rule(
        plan.amount_name,
        needs=(at("open_route"), *(one.name for one in plan.amounts)),
        function=_by_route(pairs),
        label=f"{plan.label}{'金额' if plan.is_once else '月金额'}",
        unit="fen" if plan.is_once else "fen/month",
    )
    yield rule(at("outcome"), needs=(at("open_route"), plan.amount_name), function=_outcome, label="结论")
    if plan.has_routes:
        yield rule(at("route"), needs=(at("open_route"), at("outcome")), function=_final_route, label="途径")
    bits = [one.bit or 0 for one in plan.criteria]
    names = tuple(one.name for one in plan.criteria)
    yield rule(at("criteria_met"), needs=names, function=_word(bits, certainly), label="成立的条件")
    yield rule(at("criteria_unknown"), needs=names, function=_word(bits, missing), label="未知的条件")


class RuleSet:
    """The rules of one day, checked and ordered; immutable, safe to share."""

    def __init__(
        self,
        programmes: Iterable[Programme],
        inputs: Inputs,
        parameters: Iterable[str],
        on: dt.date,
        sources: dict[tuple[str, int], str] | None = None,
    ) -> None:
        self.inputs = inputs
        self.on = on
        self._parameters = frozenset(parameters)
        self._person_inputs = frozenset(inputs.names(PERSON))
        self._household_inputs = frozenset(inputs.names(HOUSEHOLD))
        self._sources = sources or {}
        programmes = list(programmes)
        every = [rule for programme in programmes for rule in programme.rules]
        check_numbers(every)
        self.rules: dict[str, Rule] = {}
        for rule in (one.standing_on(on) for one in every if one.in_force(on)):
            if rule.cites:  # without a text in force that day there is no rule
                self._take(rule)
        self.programmes = tuple(self._programme_plans(programmes))
        if not self.programmes:
            raise NoRulesThatDay(on=on, why="没有一个项目有认定条款")
        for plan in self.programmes:
            for rule in _derived(plan):
                self._take(rule)
        self.outputs = tuple(name for plan in self.programmes for name in plan.planned_names)
        self._placed: dict[str, tuple[int, int]] = {}
        self.stages = self.plan(self.outputs)
        self.used = frozenset(rule.name for stage in self.stages for rule in stage.rules)

    def _take(self, rule: Rule) -> None:
        if not rule.cites:
            raise RuleError(f"规则 {rule.name} 的依据在 {self.on} 都不在施行", where=rule.where)
        if rule.name in self.rules:
            raise RuleError(
                f"规则 {rule.name} 在 {self.on} 有两个版本同时有效",
                where=f"{self.rules[rule.name].where} 与 {rule.where}",
                next_step="用 since/until 划清生效日期",
            )
        if rule.name in self._parameters or rule.name in self._person_inputs or rule.name in self._household_inputs:
            raise RuleError(f"规则 {rule.name} 与输入项或参数同名", where=rule.where)
        self.rules[rule.name] = rule

    def _programme_plans(self, programmes: list[Programme]) -> Iterable[ProgrammePlan]:
        names = dict.fromkeys(one.name for one in programmes)
        about = {one.name: one for one in programmes}
        for name in names:
            own = [rule for rule in self.rules.values() if rule.programme == name]
            routes = sorted((r for r in own if r.kind == "entitled"), key=lambda r: r.route or 0)
            if not routes:
                continue
            applies = next((r.name for r in own if r.kind == "applies"), "")
            criteria = sorted((r for r in own if r.kind == "criterion"), key=lambda r: r.bit or 0)
            amounts = [r for r in own if r.kind == "amount"]
            plan = ProgrammePlan(
                name,
                about[name].label,
                about[name].entity,
                tuple(routes),
                tuple(amounts),
                tuple(criteria),
                applies,
                about[name].is_once,
            )
            self._check_plan(plan)
            yield plan

    def _check_plan(self, plan: ProgrammePlan) -> None:
        if plan.entity not in (PERSON, HOUSEHOLD):
            raise RuleError(f"项目 {plan.name} 没有说明主体是人还是户")
        for kind, key in (("entitled", "route"), ("criterion", "bit"), ("amount", "route")):
            rules = {"entitled": plan.routes, "criterion": plan.criteria, "amount": plan.amounts}[kind]
            values = [getattr(rule, key) for rule in rules]
            if len(set(values)) < len(values):
                raise RuleError(f"项目 {plan.name} 的 {kind} 在 {self.on} 有重复的编号 {values}")
        known_routes = {rule.route for rule in plan.routes} | {None}
        for rule in plan.amounts:
            if rule.route not in known_routes:
                raise RuleError(f"金额 {rule.name} 指向没有的途径 {rule.route}", where=rule.where)
        if plan.entity == HOUSEHOLD:
            for rule in (*plan.routes, *plan.amounts, *plan.criteria):
                if rule.entity != HOUSEHOLD:
                    raise RuleError(f"{plan.label}按户认定,规则 {rule.name} 却写成按人", where=rule.where)

    # -- order ------------------------------------------------------------------------------

    def entity_of(self, name: str) -> str:
        """Tell whether a named value belongs to a person or to a household."""
        if name in self.rules:
            return self.rules[name].entity
        if name in self._household_inputs or name in self._parameters:
            return HOUSEHOLD
        return PERSON

    def is_parameter(self, name: str) -> bool:
        return name in self._parameters

    @functools.cached_property
    def all_needs(self) -> frozenset[str]:
        """Every name some result rests on."""
        return frozenset(self.needs_of(self.outputs))

    def needs_of(self, outputs: Iterable[str]) -> set[str]:
        """Collect every name the outputs rest on: rules, inputs and parameters."""
        found: set[str] = set()
        stack = list(outputs)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                if name in self.rules:
                    stack.extend(self.rules[name].needs)
        return found

    def plan(self, outputs: Iterable[str]) -> tuple[Stage, ...]:
        """Order the rules that the outputs rest on; what nobody asks for falls away.

        :raises RuleError: a circle, or a name that is neither rule, input nor parameter.
        """
        wanted = self.needs_of(outputs)
        rules = [rule for name, rule in self.rules.items() if name in wanted]
        rules.sort(key=lambda rule: self._place(rule.name, ()))
        stage_of = self._latest_stages(rules)
        level_of: dict[str, int] = {}
        stages: dict[int, dict[int, list[Rule]]] = {}
        for rule in rules:
            stage = stage_of[rule.name]
            inside = [level_of[need] for need in rule.needs if stage_of.get(need) == stage]
            level_of[rule.name] = 0 if rule.kind == "total" else max(inside, default=0) + 1
            stages.setdefault(stage, {}).setdefault(level_of[rule.name], []).append(rule)
        return tuple(
            Stage(stage, PERSON if stage % 2 else HOUSEHOLD, tuple(tuple(levels[level]) for level in sorted(levels)))
            for stage, levels in sorted(stages.items())
        )

    def _latest_stages(self, rules: list[Rule]) -> dict[str, int]:
        """Move each rule to the stage that first uses it, so that fewer values are carried along.

        A rule that only the results use stays in the earliest stage it can have.
        """
        limit: dict[str, int] = {}
        stage_of: dict[str, int] = {}
        for rule in reversed(rules):
            stage = limit.get(rule.name, self._place(rule.name, ())[0])
            stage_of[rule.name] = stage
            for need in rule.needs:
                crosses = rule.kind == "total" or self.entity_of(need) != rule.entity
                latest = stage - 1 if crosses else stage
                limit[need] = min(limit.get(need, latest), latest)
        return stage_of

    def _place(self, name: str, path: tuple[str, ...]) -> tuple[int, int]:
        if name in self._placed:
            return self._placed[name]
        if name in path:
            raise RuleError(f"规则互相依赖成环:{' → '.join((*path, name))}")
        if name not in self.rules:
            if name in self._person_inputs and name not in self._household_inputs:
                return 1, 0
            if name in self._household_inputs or name in self._parameters:
                return 0, 0
            raise RuleError(
                f"规则 {path[-1] if path else ''} 用到的 {name} 既不是规则,也不是输入项或参数",
                where=self.rules[path[-1]].where if path else "",
                next_step=f"核对拼写,或该名称在 {self.on} 没有生效的版本",
            )
        rule = self.rules[name]
        placed = [(self._place(need, (*path, name)), self.entity_of(need), need) for need in rule.needs]
        self._placed[name] = self._stage_and_level(rule, placed)
        return self._placed[name]

    def _stage_and_level(self, rule: Rule, needs: list[tuple[tuple[int, int], str, str]]) -> tuple[int, int]:
        if rule.kind == "total":
            if rule.how == "count":
                return 2, 0
            (stage, _), entity, need = needs[0]
            if entity != PERSON:
                raise RuleError(f"汇总 {rule.name} 的 {need} 是户的值,不能按成员相加", where=rule.where)
            return stage + 1, 0
        stage = 1 if rule.entity == PERSON else 0
        for (need_stage, _), entity, need in needs:
            if entity == rule.entity:
                stage = max(stage, need_stage)
            elif rule.entity == PERSON:
                stage = max(stage, need_stage + 1)
            else:
                raise RuleError(
                    f"按户的规则 {rule.name} 直接用了成员的值 {need}",
                    where=rule.where,
                    next_step="先用 total、anyone 或 everyone 汇总",
                )
        inside = [level for (need_stage, level), entity, _ in needs if need_stage == stage and entity == rule.entity]
        return stage, max(inside, default=0) + 1

    def narrowed(
        self,
        outputs: Iterable[str],
        more_rules: Iterable[Rule] = (),
        more_parameters: Iterable[str] = (),
        programmes: Iterable[str] | None = None,
    ) -> "RuleSet":
        """Give a rule set that reckons the named values and what they rest on, nothing else.

        ``more_rules`` replace or join the rules; ``programmes`` are those to report (all by default).

        :raises BadInput: a name that is no rule of this day.
        """
        narrow = copy.copy(self)
        for name in ("all_needs", "digest", "parameters"):
            narrow.__dict__.pop(name, None)
        narrow.rules = self.rules | {rule.name: rule for rule in more_rules}
        narrow._parameters = self._parameters | frozenset(more_parameters)
        narrow.outputs = tuple(dict.fromkeys(outputs))
        for name in narrow.outputs:
            if name not in narrow.rules:
                close = difflib.get_close_matches(name, narrow.rules, 1)
                hint = f"是不是 {close[0]}?" if close else "可用的名称见 packs 里的规则"
                raise BadInput(f"{self.on} 没有名为 {name} 的规则或结果", next_step=hint)
        if programmes is not None:
            narrow.programmes = tuple(self.programme(name) for name in dict.fromkeys(programmes))
        narrow._placed = {}
        narrow.stages = narrow.plan(narrow.outputs)
        narrow.used = frozenset(rule.name for stage in narrow.stages for rule in stage.rules)
        return narrow

    def for_programmes(self, names: Iterable[str]) -> "RuleSet":
        """Give a rule set that decides the named programmes alone.

        :raises NoRulesThatDay: one of them has no rules on this day.
        """
        plans = [self.programme(name) for name in names]
        outputs = [name for plan in plans for name in plan.planned_names]
        return self.narrowed(outputs, programmes=[plan.name for plan in plans])

    # -- identity ---------------------------------------------------------------------------

    @functools.cached_property
    def digest(self) -> str:
        """Hash everything that decides a result or its words on this day."""
        rows = [self._fingerprint(self.rules[name]) for name in sorted(self.used)]
        content = [self.inputs.fingerprint, list(self.outputs), rows]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def _fingerprint(self, rule: Rule) -> list[Any]:
        source = ""
        if rule.function and rule.kind != "derived":
            source = self._sources.get((rule.file, rule.line)) or inspect.getsource(rule.function)
        words = [rule.clause, rule.label, rule.unit, rule.yes, rule.no, rule.ask]
        numbers = [rule.bit, rule.route, rule.route_name, rule.how]
        return [rule.name, rule.kind, rule.entity, rule.programme, list(rule.needs), source, words, numbers]

    @functools.cached_property
    def parameters(self) -> tuple[str, ...]:
        """Name the parameters that some result rests on."""
        return tuple(sorted(self.all_needs & self._parameters))

    def inputs_used(self, entity: str) -> tuple[str, ...]:
        return tuple(one.name for one in self.inputs.of(entity) if one.name in self.all_needs)

    def programme(self, name: str) -> ProgrammePlan:
        """Find a programme.

        :raises NoRulesThatDay: it has no rules on this day.
        """
        for plan in self.programmes:
            if plan.name == name:
                return plan
        raise NoRulesThatDay(on=self.on, why=f"项目 {name} 没有认定条款")


def check_numbers(rules: Iterable[Rule]) -> None:
    """Refuse a bit or route number that means two things, on any dates.

    :raises RuleError: names both rules.
    """
    taken: dict[tuple[str, str, int | None], Rule] = {}
    for rule in rules:
        for kind, key in (("criterion", rule.bit), ("entitled", rule.route)):
            if rule.kind != kind:
                continue
            other = taken.setdefault((rule.programme, kind, key), rule)
            if other.name != rule.name:
                raise RuleError(
                    f"{rule.programme} 的编号 {key} 同时给了 {other.name} 和 {rule.name}",
                    where=rule.where,
                    next_step="编号一经使用不得改作他用,请取新的编号",
                )
