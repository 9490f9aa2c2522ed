"""The rules of a day as readable SQL for DuckDB: one statement per stage, the clause beside each line.

Tables expected: ``persons_in``, ``households_in`` (typed inputs of one block) and
``parameters`` (place_row, place_code, is_rural, one column per parameter).  Tables made: ``h0``,
``p1``, ``h2``, ...; the last of each kind holds the results.  Parameters are not carried from table
to table but joined by ``place_row`` where they are used.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import NEEDS_FACTS, ProgrammePlan, RuleSet, Stage
from doudi.engine.sqltext import Sql, text_of

KEYS = {PERSON: ("person_id", "household_id"), HOUSEHOLD: ("household_id",)}
MOST_REPEATED = 6
EMPTY_TOTAL = {"sum": "0", "count": "0", "any": "false", "all": "true"}


@dataclasses.dataclass(frozen=True)
class Statement:
    """One stage: the temporary table it makes and the query that fills it."""

    table: str
    query: str

    @property
    def text(self) -> str:
        return f"create or replace temp table {self.table} as\n{self.query}"


@dataclasses.dataclass(frozen=True)
class SqlPlan:
    """The whole reckoning of a block, and how to read the results."""

    statements: tuple[Statement, ...]
    persons: str
    households: str
    determinations: str

    @property
    def text(self) -> str:
        """Give everything as one filed text."""
        parts = [f"{statement.text};" for statement in self.statements]
        parts += [f"-- {name}\n{getattr(self, name)};" for name in ("persons", "households", "determinations")]
        return "\n\n".join(parts) + "\n"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class _Writer:
    """Walks the stages once; remembers what each named value can be and which table has it."""

    def __init__(self, rules: RuleSet, unknown_parameters: Iterable[str], least: Mapping[str, int]) -> None:
        self.rules = rules
        self.known: dict[str, Sql] = {}
        for one in rules.inputs.rows:
            self.known[one.name] = Sql(one.name, one.nullable, 0 if one.type == "bool" else one.low)
        unknown = frozenset(unknown_parameters)
        for name in rules.parameters:
            self.known[name] = Sql(name, name in unknown, least.get(name, 0))
        self.table = {HOUSEHOLD: "households_in", PERSON: "persons_in"}
        self.has: dict[str, list[str]] = {HOUSEHOLD: [], PERSON: []}
        self.repeated: tuple[tuple[Rule, ...], ...] = ()
        self.statements: list[Statement] = []
        self.pending = list(rules.stages)

    def write(self) -> list[Statement]:
        while self.pending:
            stage = self.pending.pop(0)
            if stage.entity == PERSON and self._is_repeatable(stage):
                self.repeated = stage.levels
                continue
            if stage.entity == PERSON:
                self._need_households()
                stage = Stage(stage.number, PERSON, (*self.repeated, *stage.levels))
                self.repeated = ()
            self._write_stage(stage)
        self._need_households()
        if self.table[PERSON] == "persons_in":
            self._write_stage(Stage(1, PERSON, self.repeated))
        return self.statements

    def _is_repeatable(self, stage: Stage) -> bool:
        """Tell whether a first person stage is so small that working it out twice beats storing it."""
        later = any(one.entity == PERSON for one in self.pending)
        own = {rule.name for rule in stage.rules}
        needs = {need for rule in stage.rules for need in rule.needs} - own
        alone = all(self.rules.entity_of(need) == PERSON for need in needs)
        return stage.number == 1 and later and alone and len(own) <= MOST_REPEATED

    def _need_households(self) -> None:
        """Make the first household table when a person stage comes before any household stage."""
        if self.table[HOUSEHOLD] == "households_in":
            self._write_stage(Stage(0, HOUSEHOLD, ()))

    def _needed_after(self, entity: str) -> list[str]:
        """Name what the stages still to come, and the results, take from tables of this entity."""
        later = [
            rule
            for levels in (self.repeated, *(one.levels for one in self.pending))
            for level in levels
            for rule in level
        ]
        wanted = dict.fromkeys([*(need for rule in later for need in rule.needs), *self.rules.outputs])
        return [
            name
            for name in wanted
            if self.rules.entity_of(name) == entity and name not in KEYS[entity] and not self.rules.is_parameter(name)
        ]

    def _write_stage(self, stage: Stage) -> None:
        own = {rule.name for rule in stage.rules}
        raw = self.table[stage.entity].endswith("_in")
        keep = [
            name
            for name in self._needed_after(stage.entity)
            if name in own or name in self.has[stage.entity] or (raw and name not in self.rules.rules)
        ]
        base = (self._person_base if stage.entity == PERSON else self._household_base)(stage, keep, own)
        body, top = self._levels([tuple(r for r in level if r.kind != "total") for level in stage.levels], "r", "b")
        columns = ", ".join([*KEYS[stage.entity], *(["place_row"] if stage.entity == HOUSEHOLD else []), *keep])
        query = "with " + ",\n".join([*base, *body]) + f"\nselect {columns}\nfrom {top}"
        table = f"{'p' if stage.entity == PERSON else 'h'}{stage.number}"
        self.statements.append(Statement(table, query))
        self.table[stage.entity], self.has[stage.entity] = table, keep

    def _uses(self, stage: Stage, own: set[str]) -> list[str]:
        return list(dict.fromkeys(n for rule in stage.rules for n in rule.needs if n not in own))

    # -- the FROM of a stage ----------------------------------------------------------------

    def _person_base(self, stage: Stage, keep: list[str], own: set[str]) -> list[str]:
        uses = self._uses(stage, own)
        mine = [n for n in dict.fromkeys([*uses, *keep]) if self.rules.entity_of(n) == PERSON and n not in own]
        columns = [f"p.{n}" for n in [*KEYS[PERSON], *(n for n in mine if n not in KEYS[PERSON])]]
        theirs = [n for n in uses if self.rules.entity_of(n) == HOUSEHOLD and n not in KEYS[HOUSEHOLD]]
        columns += [f"q.{n}" if self.rules.is_parameter(n) else f"h.{n}" for n in theirs]
        text = f"\n  from {self.table[PERSON]} p\n  join {self.table[HOUSEHOLD]} h on h.household_id = p.household_id"
        if any(self.rules.is_parameter(n) for n in theirs):
            text += "\n  join parameters q on q.place_row = h.place_row"
        return [f"b as (\n  select {', '.join(columns)}{text}\n)"]

    def _household_base(self, stage: Stage, keep: list[str], own: set[str]) -> list[str]:
        totals = [rule for rule in stage.rules if rule.kind == "total"]
        uses = [n for n in self._uses(stage, own) if self.rules.entity_of(n) == HOUSEHOLD]
        mine = [n for n in dict.fromkeys([*uses, *keep]) if n not in own and n not in KEYS[HOUSEHOLD]]
        first = self.table[HOUSEHOLD] == "households_in"
        columns = ["h.household_id", "q.place_row" if first else "h.place_row"]
        columns += [f"q.{n}" if self.rules.is_parameter(n) else f"h.{n}" for n in mine]
        text = f"\n  from {self.table[HOUSEHOLD]} h"
        if first:
            text += "\n  join parameters q on q.place_code = h.place_code and q.is_rural = h.is_rural"
        elif any(self.rules.is_parameter(n) for n in mine):
            text += "\n  join parameters q on q.place_row = h.place_row"
        ctes = self._totals(totals) if totals else []
        if totals:
            text += "\n  left join a on a.household_id = h.household_id"
            columns += [
                f"case when a.household_id is null then {EMPTY_TOTAL[rule.how]} else a.{rule.name} end as {rule.name}"
                for rule in totals
            ]
        return [*ctes, f"b as (\n  select {', '.join(columns)}{text}\n)"]

    def _totals(self, totals: list[Rule]) -> list[str]:
        """Write the gathering of members; a repeated person stage is worked out on the way."""
        ctes: list[str] = []
        top = self.table[PERSON]
        if self.repeated:
            known = dict(self.known)
            ctes, top = self._levels(list(self.repeated), "m", top)
            gathered = [self._gather(rule) for rule in totals]
            self.known = known | {rule.name: self.known[rule.name] for rule in totals}
        else:
            gathered = [self._gather(rule) for rule in totals]
        body = f"a as (\n  select household_id,\n{_lines(gathered)}\n  from {top}\n  group by household_id\n)"
        return [*ctes, body]

    def _gather(self, rule: Rule) -> tuple[str, str]:
        """Write the aggregate of one total; also record what its value can be."""
        if rule.how == "count":
            self.known[rule.name] = Sql(rule.name, False, 0)
            return f"count(*) as {rule.name}", rule.clause
        member = self.known[rule.needs[0]]
        self.known[rule.name] = Sql(rule.name, member.nullable, _not_negative(member.low))
        name = member.text
        if rule.how == "sum":
            text = f"cast(sum(cast({name} as bigint)) as bigint)"
            if member.nullable:
                text = f"case when count({name}) = count(*) then {text} end"
        elif rule.how == "any":
            text = f"bool_or({name})"
            if member.nullable:
                text = f"case when {text} then true when count({name}) = count(*) then false end"
        else:
            text = f"bool_and({name})"
            if member.nullable:
                text = f"case when not {text} then false when count({name}) = count(*) then true end"
        return f"{text} as {rule.name}", rule.clause

    # -- the rules --------------------------------------------------------------------------

    def _levels(self, levels: list[tuple[Rule, ...]], prefix: str, top: str) -> tuple[list[str], str]:
        ctes: list[str] = []
        for number, level in enumerate((level for level in levels if level), 1):
            columns = [(f"{self._formula(rule)} as {rule.name}", rule.clause) for rule in level]
            ctes.append(f"{prefix}{number} as (\n  select *,\n{_lines(columns)}\n  from {top}\n)")
            top = f"{prefix}{number}"
        return ctes, top

    def _formula(self, rule: Rule) -> str:
        assert rule.function is not None, rule.name
        value: Any = rule.function(*[self.known[need] for need in rule.needs])
        if not isinstance(value, Sql):
            low = value if isinstance(value, int) and not isinstance(value, bool) else None
            value = Sql(text_of(value), False, low)
        self.known[rule.name] = Sql(rule.name, value.nullable, value.low)
        return value.text


def _not_negative(low: int | None) -> int | None:
    return 0 if low is not None and low >= 0 else None


def _lines(columns: list[tuple[str, str]]) -> str:
    """Write one column a line with its clause as a comment."""
    last = len(columns) - 1
    return "\n".join(
        f"    {text}{'' if place == last else ','}{f'  -- {clause}' if clause else ''}"
        for place, (text, clause) in enumerate(columns)
    )


def _wide_columns(plan: ProgrammePlan) -> list[str]:
    columns = [
        f"cast({plan.value('outcome')} as tinyint) as {plan.value('outcome')}",
        f"case when {plan.value('outcome')} <> {NEEDS_FACTS} then cast({plan.amount_name} as bigint) end"
        f" as {plan.amount_name}",
        f"cast({plan.value('criteria_met')} as bigint) as {plan.value('criteria_met')}",
        f"cast({plan.value('criteria_unknown')} as bigint) as {plan.value('criteria_unknown')}",
    ]
    if plan.has_routes:
        columns.append(f"cast({plan.value('route')} as tinyint) as {plan.value('route')}")
    return columns


def _wide(rules: RuleSet, entity: str, table: str) -> str:
    columns = list(KEYS[entity])
    for plan in rules.programmes:
        if plan.entity == entity:
            columns += _wide_columns(plan)
    return "select\n  " + ",\n  ".join(columns) + f"\nfrom {table}\norder by {', '.join(reversed(KEYS[entity]))}"


def _long(plan: ProgrammePlan, table: str) -> str:
    kind, subject = ("p", "person_id") if plan.entity == PERSON else ("h", "household_id")
    route = "''"
    if plan.has_routes:
        cases = " ".join(f"when {number} then '{name}'" for number, name in plan.route_names.items())
        route = f"case {plan.value('route')} {cases} else '' end"
    columns = [
        f"'{kind}' as subject_kind",
        f"{subject} as subject_id",
        "household_id",
        f"'{plan.name}' as programme",
        f"cast({plan.value('outcome')} as tinyint) as outcome",
        f"case when {plan.value('outcome')} <> {NEEDS_FACTS} then cast({plan.amount_name} as bigint) end"
        " as amount_fen_m",
        f"cast({plan.value('criteria_met')} as bigint) as criteria_met",
        f"cast({plan.value('criteria_unknown')} as bigint) as criteria_unknown",
        f"{route} as route",
    ]
    scope = f"\nwhere coalesce({plan.applies}, true)" if plan.applies else ""
    return "select " + ",\n  ".join(columns) + f"\nfrom {table}{scope}"


def generate(rules: RuleSet, unknown_parameters: Iterable[str] = (), least: Mapping[str, int] | None = None) -> SqlPlan:
    """Write the rule set as SQL.

    ``unknown_parameters`` are those that no text sets at some of the places in hand; the text
    treats them as possibly unknown.  ``least`` gives parameters' declared least values (0 otherwise).

    :raises NotSql: a rule has no exact meaning in SQL, e.g. a divisor that may be zero.
    """
    writer = _Writer(rules, unknown_parameters, least or {})
    statements = writer.write()
    tables = writer.table
    return SqlPlan(
        tuple(statements),
        persons=_wide(rules, PERSON, tables[PERSON]),
        households=_wide(rules, HOUSEHOLD, tables[HOUSEHOLD]),
        determinations="\nunion all\n".join(
            _long(plan, tables[plan.entity]) for plan in rules.programmes if not plan.is_once
        ),
    )
