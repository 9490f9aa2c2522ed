"""Values in the words of the desk: yuan, percent, yes and no, code labels."""

import functools
import string
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from doudi.engine.values import UNKNOWN
from doudi.kernel.money import yuan

if TYPE_CHECKING:
    from doudi.engine.packs import Law
    from doudi.engine.ruleset import RuleSet

UNKNOWN_WORD = "未知"
_FEN_UNITS = {
    "fen": "元",
    "fen/month": "元/月",
    "fen/year": "元/年",
    "fen/person/month": "元/人·月",
    "fen/month/person": "元/人·月",
    "fen/day": "元/日",
}
_UNITS = {"person": "人", "persons": "人", "year": "年", "years": "岁", "month": "个月", "months": "个月", "count": ""}


def in_words(value: Any, unit: str = "", codes: dict[int, str] | None = None) -> str:
    """Write a value; fen become yuan, permille become percent."""
    if value is UNKNOWN or value is None:
        return UNKNOWN_WORD
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return value
    if codes and value in codes:
        return codes[value]
    if unit in _FEN_UNITS:
        return f"{yuan(value)} {_FEN_UNITS[unit]}"
    if unit == "permille":
        whole, tenths = divmod(abs(value), 10)
        return f"{'-' if value < 0 else ''}{whole}{f'.{tenths}' if tenths else ''}%"
    word = _UNITS.get(unit, unit)
    return f"{value} {word}" if word else str(value)


@functools.lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((text, name) for text, name, _, _ in string.Formatter().parse(template))


class Vocabulary:
    """Labels and units of every named value under one rule set."""

    def __init__(self, law: "Law", rules: "RuleSet") -> None:
        self._law = law
        self._rules = rules
        self._known: dict[str, tuple[str, str, dict[int, str]]] = {}

    def about(self, name: str) -> tuple[str, str, dict[int, str]]:
        """Give label, unit and code words of a named value."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> tuple[str, str, dict[int, str]]:
        rule = self._rules.rules.get(name)
        if rule is not None:
            return rule.label or name, rule.unit, {}
        one = self._rules.inputs.get(name)
        if one is not None:
            return one.label or name, one.unit, one.values
        book = self._law.parameters
        return book.label(name) or name, book.unit(name) or "", {}

    def label(self, name: str) -> str:
        return self.about(name)[0]

    def value(self, name: str, value: Any) -> str:
        _, unit, codes = self.about(name)
        return in_words(value, unit, codes)

    def named(self, name: str, value: Any) -> str:
        """Write label and value together."""
        label, unit, codes = self.about(name)
        return f"{label} {in_words(value, unit, codes)}"

    def filled(self, template: str, value_of: Callable[[str], Any]) -> str:
        """Fill a criterion's text; every name in braces is written with its unit."""
        return "".join(
            text + (self.value(name, value_of(name)) if name is not None else "") for text, name in _parsed(template)
        )
