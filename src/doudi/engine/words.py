"""Values in the words of the desk: yuan, percent, yes and no, code labels."""

import functools
import string
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from doudi.engine.values import UNKNOWN
from doudi.kernel.money import yuan

if TYPE_CHECKING:
    from doudi.engine.packs import Law
    from doudi.engine.rule import Rule
    from doudi.engine.ruleset import RuleSet

UNKNOWN_WORD = "未知"
MOST_REMEMBERED = 20_000
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
    """Labels and units of every named value under one rule set; remembers what it has written."""

    def __init__(self, law: "Law", rules: "RuleSet") -> None:
        self._law = weakref.ref(law)
        self._rules = weakref.ref(rules)
        self._known: dict[str, tuple[str, str, dict[int, str]]] = {}
        self._written: dict[tuple[str, Any], str] = {}
        self._texts: dict[tuple[Any, ...], str] = {}

    def about(self, name: str) -> tuple[str, str, dict[int, str]]:
        """Give label, unit and code words of a named value."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> tuple[str, str, dict[int, str]]:
        rules, law = self._rules(), self._law()
        assert rules is not None
        assert law is not None
        rule = rules.rules.get(name)
        if rule is not None:
            return rule.label or name, rule.unit, {}
        one = rules.inputs.get(name)
        if one is not None:
            return one.label or name, one.unit, one.values
        book = law.parameters
        return book.label(name) or name, book.unit(name) or "", {}

    def label(self, name: str) -> str:
        return self.about(name)[0]

    def value(self, name: str, value: Any) -> str:
        key = name, value
        text = self._written.get(key)
        if text is None:
            _, unit, codes = self.about(name)
            text = in_words(value, unit, codes)
            if len(self._written) > MOST_REMEMBERED:
                self._written.clear()
            self._written[key] = text
        return text

    def named(self, name: str, value: Any) -> str:
        """Write label and value together."""
        return f"{self.about(name)[0]} {self.value(name, value)}"

    def step(self, rule: "Rule", value: Any, needs: tuple[Any, ...]) -> str:
        """Write a rule's result and what it was reckoned from."""
        key = (rule.name, value, *needs)
        text = self._texts.get(key)
        if text is None:
            given = "、".join([self.named(name, one) for name, one in zip(rule.needs, needs, strict=True)])
            text = f"{rule.label or rule.name}:{self.value(rule.name, value)}" + (f"({given})" if given else "")
            if len(self._texts) > MOST_REMEMBERED:
                self._texts.clear()
            self._texts[key] = text
        return text

    def filled(self, template: str, value_of: Callable[[str], Any]) -> str:
        """Fill a criterion's text; every name in braces is written with its unit."""
        return "".join(
            [text + (self.value(name, value_of(name)) if name is not None else "") for text, name in _parsed(template)]
        )


_vocabularies: "weakref.WeakKeyDictionary[RuleSet, Vocabulary]" = weakref.WeakKeyDictionary()


def vocabulary(law: "Law", rules: "RuleSet") -> Vocabulary:
    """Give the vocabulary of a rule set; made once."""
    if rules not in _vocabularies:
        _vocabularies[rules] = Vocabulary(law, rules)
    return _vocabularies[rules]
