"""A second opinion: the same rule functions on Polars expressions, stage by stage."""

import functools
from typing import Any

import polars as pl

from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import NEEDS_FACTS, RuleSet
from doudi.engine.values import UNKNOWN, Expression


def bare(value: Any) -> Any:
    """Unwrap to a Polars expression."""
    if isinstance(value, Columns):
        return value.expression
    return pl.lit(None) if value is UNKNOWN else pl.lit(value, pl.Boolean if isinstance(value, bool) else pl.Int64)


class Columns(Expression):
    """A Polars expression as the rules see it."""

    __slots__ = ("expression",)
    __hash__ = None

    def __init__(self, expression: pl.Expr) -> None:
        self.expression = expression

    def choose(self, then: Any, otherwise: Any) -> "Columns":
        chosen = pl.when(self.expression).then(bare(then)).otherwise(bare(otherwise))
        return Columns(pl.when(self.expression.is_not_null()).then(chosen))

    def negated(self) -> "Columns":
        return Columns(~self.expression)

    def is_missing(self) -> "Columns":
        return Columns(self.expression.is_null())

    def is_certain(self) -> "Columns":
        return Columns(self.expression.fill_null(False))

    def as_number(self) -> "Columns":
        return Columns(self.expression.cast(pl.Int64))

    def _extreme(self, other: Any, larger: bool) -> "Columns":
        a, b = self.expression, bare(other)
        first = a >= b if larger else a <= b
        return Columns(pl.when(a.is_not_null() & b.is_not_null()).then(pl.when(first).then(a).otherwise(b)))

    def most_of(self, other: Any) -> "Columns":
        return self._extreme(other, True)

    def least_of(self, other: Any) -> "Columns":
        return self._extreme(other, False)

    def __floordiv__(self, divisor: Any) -> "Columns":
        return Columns(self.expression // bare(divisor))

    def __rfloordiv__(self, dividend: Any) -> "Columns":
        return Columns(bare(dividend) // self.expression)


def _operator(name: str, reverse: bool = False) -> Any:
    def apply(self: Columns, other: Any) -> Columns:
        left, right = (bare(other), self.expression) if reverse else (self.expression, bare(other))
        return Columns(getattr(left, name)(right))

    return apply


for _name in ("add", "sub", "mul", "and", "or"):
    setattr(Columns, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(Columns, f"__r{_name}__", _operator(f"__{_name}__", True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Columns, f"__{_name}__", _operator(f"__{_name}__"))


def _column(rule: Rule) -> pl.Expr:
    value = rule.function(*[Columns(pl.col(need)) for need in rule.needs])
    return bare(value).alias(rule.name)


def _gathered(rule: Rule) -> pl.Expr:
    if rule.how == "count":
        return pl.len().cast(pl.Int64).alias(rule.name)
    member = pl.col(rule.needs[0])
    whole = member.null_count() == 0
    if rule.how == "sum":
        value = pl.when(whole).then(member.cast(pl.Int64).sum())
    elif rule.how == "any":
        some = member.fill_null(False).any()
        value = pl.when(some).then(True).when(whole).then(False)
    else:
        broken = (~member).fill_null(False).any()
        value = pl.when(broken).then(False).when(whole).then(True)
    return value.alias(rule.name)


def decide(
    rules: RuleSet, persons: pl.DataFrame, households: pl.DataFrame, parameters: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the wide results: persons and households."""
    households = households.join(parameters, on=["place_code", "is_rural"], how="left")
    for stage in rules.stages:
        if stage.entity == PERSON:
            needed = {n for r in stage.rules for n in r.needs if rules.entity_of(n) == HOUSEHOLD}
            new = sorted(needed - set(persons.columns))
            persons = persons.join(households.select("household_id", *new), on="household_id", how="inner")
            persons = functools.reduce(lambda f, level: f.with_columns(map(_column, level)), stage.levels, persons)
            continue
        totals = [rule for rule in stage.rules if rule.kind == "total"]
        if totals:
            households = households.join(
                persons.group_by("household_id").agg(map(_gathered, totals)), on="household_id", how="inner"
            )
        for level in stage.levels:
            households = households.with_columns(_column(rule) for rule in level if rule.kind != "total")
    return _outputs(rules, PERSON, persons), _outputs(rules, HOUSEHOLD, households)


def _outputs(rules: RuleSet, entity: str, frame: pl.DataFrame) -> pl.DataFrame:
    keys = ["person_id", "household_id"] if entity == PERSON else ["household_id"]
    columns: list[pl.Expr] = []
    for plan in rules.programmes:
        if plan.entity != entity:
            continue
        known = pl.col(plan.value("outcome")) != NEEDS_FACTS
        for name in plan.output_names:
            column = pl.col(name).cast(pl.Int64)
            columns.append(pl.when(known).then(column).alias(name) if name == plan.amount_name else column)
    return frame.select(*keys, *columns).sort(*reversed(keys))
