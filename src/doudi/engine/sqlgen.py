"""The rules of a day as readable SQL for DuckDB: one statement per stage, the clause beside each line.

Tables expected: ``persons_in``, ``households_in`` (typed inputs of one block) and
``parameters`` (place_row, place_code, is_rural, one column per parameter).  Tables made: ``h0``,
``p1``, ``h2``, ...; the last of each kind holds the results.  Parameters are not carried from table
to table but joined by ``place_row`` where they are used.
"""

import dataclasses
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from doudi.engine import sqlresults
from doudi.engine.fold import Folded, fold
from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import RuleSet, Stage
from doudi.engine.sqlresults import KEYS

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
    """Walks the stages once; remembers which table has which value."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self.rules = folded.rules
        self.table = {HOUSEHOLD: "households_in", PERSON: "persons_in"}
        self.has: dict[str, list[str]] = {HOUSEHOLD: [], PERSON: []}
        self.repeated: tuple[tuple[Rule, ...], ...] = ()
        self.statements: list[Statement] = []
        self.pending = list(self.rules.stages)

    def write(self) -> list[Statement]:
        while self.pending:
            stage = self.pending[0]
            is_repeated = stage.entity == PERSON and self._is_repeatable(stage)
            if stage.entity == PERSON and not is_repeated:
                self._need_households()  # while the stage is still pending: it may need values of households
            self.pending.pop(0)
            if is_repeated:
                self.repeated = stage.levels
                continue
            if stage.entity == PERSON:
                stage = Stage(stage.number, PERSON, (*self.repeated, *stage.levels))
                self.repeated = ()
            self._write_stage(stage)
        self._need_households()
        if self.table[PERSON] == "persons_in":
            self._write_stage(Stage(1, PERSON, self.repeated))
        return self.statements

    def _is_repeatable(self, stage: Stage) -> bool:
        """Tell whether a first person stage is so small that working it out twice beats storing it."""
        later = any(one.entity == PERSON for one in self.pending if one is not stage)
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
            ctes, top = self._levels(list(self.repeated), "m", top)
        gathered = [self._gather(rule) for rule in totals]
        body = f"a as (\n  select household_id,\n{_lines(gathered)}\n  from {top}\n  group by household_id\n)"
        return [*ctes, body]

    def _gather(self, rule: Rule) -> tuple[str, str]:
        """Write the aggregate of one total."""
        if rule.how == "count":
            return f"count(*) as {rule.name}", rule.clause
        name, nullable = rule.needs[0], self.folded.values[rule.name].nullable
        if rule.how == "sum":
            text = f"cast(sum(cast({name} as bigint)) as bigint)"
            if nullable:
                text = f"case when count({name}) = count(*) then {text} end"
        elif rule.how == "any":
            text = f"bool_or({name})"
            if nullable:
                text = f"case when {text} then true when count({name}) = count(*) then false end"
        else:
            text = f"bool_and({name})"
            if nullable:
                text = f"case when not {text} then false when count({name}) = count(*) then true end"
        return f"{text} as {rule.name}", rule.clause

    # -- the rules --------------------------------------------------------------------------

    def _levels(self, levels: list[tuple[Rule, ...]], prefix: str, top: str) -> tuple[list[str], str]:
        ctes: list[str] = []
        for number, level in enumerate((level for level in levels if level), 1):
            columns = [(f"{self.folded.formulas[rule.name]} as {rule.name}", self._remark(rule)) for rule in level]
            ctes.append(f"{prefix}{number} as (\n  select *,\n{_lines(columns)}\n  from {top}\n)")
            top = f"{prefix}{number}"
        return ctes, top

    def _remark(self, rule: Rule) -> str:
        note = self.folded.notes.get(rule.name, "")
        return f"{rule.clause} ({note})" if note else rule.clause


def _lines(columns: list[tuple[str, str]]) -> str:
    """Write one column a line with its clause as a comment."""
    last = len(columns) - 1
    return "\n".join(
        f"    {text}{'' if place == last else ','}{f'  -- {clause}' if clause else ''}"
        for place, (text, clause) in enumerate(columns)
    )


def generate(
    rules: RuleSet,
    unknown_parameters: Collection[str] = (),
    least: Mapping[str, int] | None = None,
    constants: Mapping[str, Any] | None = None,
    never_unknown: Collection[str] = (),
    with_columns: bool = True,
) -> SqlPlan:
    """Write the rule set as SQL.

    ``unknown_parameters`` are those that no text sets at some of the places in hand; the text
    treats them as possibly unknown.  ``least`` gives parameters' declared least values (0 otherwise).
    ``constants`` are parameters and inputs with one value for everybody in hand, ``never_unknown`` inputs
    without a gap: both make the text shorter and bind it to these people.  ``with_columns`` off leaves out of
    the tables what is the same for everybody; the queries of the results write it all the same.

    :raises NotSql: a rule has no exact meaning in SQL, e.g. a divisor that may be zero.
    """
    folded = fold(rules, unknown_parameters, least or {}, constants or {}, never_unknown, with_columns)
    writer = _Writer(folded)
    statements = writer.write()
    tables = writer.table
    return SqlPlan(
        tuple(statements),
        persons=sqlresults.wide(rules, folded, PERSON, tables[PERSON]),
        households=sqlresults.wide(rules, folded, HOUSEHOLD, tables[HOUSEHOLD]),
        determinations=sqlresults.long(rules, folded, tables),
    )
