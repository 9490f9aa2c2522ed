"""What is the same for everyone in a run is worked out once, before any SQL is written.

A parameter with one value at all places in hand, or an input that the files do not have, is a plain
value here.  The rules run on plain values as they do for one family, so whole conditions and rules
fall away; what is left is a formula text for each rule that still depends on somebody.
"""

import dataclasses
import re
from collections.abc import Collection, Mapping
from typing import Any

from doudi.engine.rule import Rule
from doudi.engine.ruleset import RuleSet
from doudi.engine.sqltext import Sql, text_of
from doudi.engine.values import UNKNOWN

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EMPTY_OF = {"sum": 0, "any": False, "all": True}


@dataclasses.dataclass(frozen=True)
class Folded:
    """Rules reduced to what differs between people.

    ``values`` tells for every name how later text writes it, or its plain value; ``formulas`` has the text of
    each rule left; ``notes`` the plain values that went into it, for the reader.
    """

    rules: RuleSet
    values: dict[str, Any]
    formulas: dict[str, str]
    notes: dict[str, str]

    def text(self, name: str) -> str:
        """Write a name, or its plain value."""
        return text_of(self.values[name])


def fold(
    rules: RuleSet,
    unknown_parameters: Collection[str],
    least: Mapping[str, int],
    constants: Mapping[str, Any],
    never_unknown: Collection[str],
    with_columns: bool,
) -> Folded:
    """Reduce a rule set; arguments as in :func:`doudi.engine.sqlgen.generate`."""
    values: dict[str, Any] = {}
    for one in rules.inputs.rows:
        nullable = one.nullable and one.name not in never_unknown
        values[one.name] = Sql(one.name, nullable, 0 if one.type == "bool" else one.low)
    for name in rules.parameters:
        values[name] = Sql(name, name in unknown_parameters, least.get(name, 0))
    values |= {name: value for name, value in constants.items() if name in rules.all_needs}
    formulas: dict[str, str] = {}
    left: list[Rule] = []
    notes: dict[str, str] = {}
    for rule in (rule for stage in rules.stages for rule in stage.rules):
        if rule.kind == "total":
            values[rule.name] = _total(rule, values)
            if isinstance(values[rule.name], Sql):
                left.append(rule)
                if rule.how != "count":
                    left += _standing(
                        rule.needs[0], "bigint" if rule.how == "sum" else "boolean", rules, values, formulas
                    )
            continue
        assert rule.function is not None, rule.name
        value: Any = rule.function(*[values[need] for need in rule.needs])
        values[rule.name] = value
        if isinstance(value, Sql):
            words = set(_WORD.findall(value.text))
            left.append(dataclasses.replace(rule, needs=tuple(need for need in rule.needs if need in words)))
            formulas[rule.name] = value.text
            values[rule.name] = Sql(rule.name, value.nullable, value.low)
            notes[rule.name] = _note(rule, values, constants)
    if with_columns:
        for name in rules.outputs:
            kind = "boolean" if isinstance(values[name], bool) else "bigint"
            left += _standing(name, kind, rules, values, formulas)
    outputs = [name for name in rules.outputs if name in formulas or isinstance(values[name], Sql)]
    return Folded(rules.narrowed(outputs, left), values, formulas, notes)


def _total(rule: Rule, values: Mapping[str, Any]) -> Any:
    """Tell what a total over the members can be; it is plain only when it does not depend on their number."""
    if rule.how == "count":
        return Sql(rule.name, False, 0)
    member = values[rule.needs[0]]
    if not isinstance(member, Sql):
        if member is not UNKNOWN and member == _EMPTY_OF[rule.how]:
            return _EMPTY_OF[rule.how]
        return Sql(rule.name, member is UNKNOWN, None if member is UNKNOWN or member < 0 else 0)
    return Sql(rule.name, member.nullable, 0 if member.low is not None and member.low >= 0 else None)


def _standing(name: str, kind: str, rules: RuleSet, values: Mapping[str, Any], formulas: dict[str, str]) -> list[Rule]:
    """Keep a rule's plain value as a column, where a total gathers it or a reader looks for it."""
    if isinstance(values[name], Sql) or name not in rules.rules:
        return []
    formulas[name] = f"cast({text_of(values[name])} as {kind})"
    return [dataclasses.replace(rules.rules[name], needs=())]


def _note(rule: Rule, values: Mapping[str, Any], constants: Mapping[str, Any]) -> str:
    said = [f"{need} = {text_of(values[need])}" for need in rule.needs if need in constants]
    return ", ".join(said)
