"""Values in the words of the desk: yuan, percent, yes and no, code labels."""

import functools
import string
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from doudi.engine.values import UNKNOWN
from doudi.kernel.money import yuan

if TYPE_CHECKING:
    from doudi.engine.packs import Law
    from doudi.engine.rule import Rule
    from doudi.engine.ruleset import RuleSet

UNKNOWN_WORD = "未知"
_DATED = ("date", "yearmonth")  # 20220605, 202206; 0 is none
MOST_REMEMBERED = 8192
Writer = Callable[[Any], str]
Sentence = Callable[[Mapping[str, Any]], str]
_FEN_UNITS = {
    "fen": "元",
    "fen/month": "元/月",
    "fen/year": "元/年",
    "fen/person/month": "元/人·月",
    "fen/month/person": "元/人·月",
    "fen/day": "元/日",
    "fen/person/year": "元/人·年",
    "fen/person/day": "元/人·日",
}
_UNITS = {
    "person": "人", "persons": "人", "year": "年", "years": "岁", "quarters": "个季度", "month": "个月",
    "months": "个月", "week": "周", "weeks": "周", "day": "天", "days": "天", "working_days": "个工作日",
    "hours": "小时", "times": "倍", "count": "",
}  # fmt: skip


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
    if unit in _DATED:
        return _dated(value, unit)
    word = _UNITS.get(unit, unit)
    return f"{value} {word}" if word else str(value)


def _dated(value: int, unit: str) -> str:
    """Write 20220605 as 2022-06-05 and 202206 as 2022-06; nought means that there is none."""
    text = str(value)
    if not value:
        return "无"
    return f"{text[:-4]}-{text[-4:-2]}-{text[-2:]}" if unit == "date" else f"{text[:-2]}-{text[-2:]}"


class Vocabulary:
    """Labels and units of every named value under one rule set; remembers amounts it has written."""

    def __init__(self, law: "Law", rules: "RuleSet") -> None:
        self._law = weakref.ref(law)
        self._rules = weakref.ref(rules)
        self._known: dict[str, tuple[str, str, dict[int, str]]] = {}
        self._writers: dict[str, Writer] = {}
        self._by_unit: dict[str, Writer] = {}

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
        return book.label(name) or name, book.unit(name) or "", book.words(name)

    def label(self, name: str) -> str:
        return self.about(name)[0]

    def writer(self, name: str) -> Writer:
        """Give the function that puts a named value in words; names of one unit share what was written."""
        if name not in self._writers:
            _, unit, codes = self.about(name)
            if unit not in self._by_unit:
                self._by_unit[unit] = _remembering(unit, None)
            self._writers[name] = _remembering(unit, codes) if codes else self._by_unit[unit]
        return self._writers[name]

    def value(self, name: str, value: Any) -> str:
        return (self._writers.get(name) or self.writer(name))(value)

    def result(self, rule: "Rule") -> Sentence:
        """Make the sentence of a rule's result and what it was reckoned from."""
        parts: list[tuple[str, str | None]] = [(f"{rule.label or rule.name}:", rule.name)]
        for place, name in enumerate(rule.needs):
            parts.append((f"{'、' if place else '('}{self.label(name)} ", name))
        return self._sentence([*parts, (")" if rule.needs else "", None)])

    def total(self, rule: "Rule") -> Sentence:
        """Make the sentence of a sum over the members."""
        return self._sentence([(f"{rule.label}:", rule.name)])

    def sentence(self, template: str) -> Sentence:
        """Make the sentence of a text; every name in braces is written with its unit."""
        return self._sentence((text, name) for text, name, _, _ in string.Formatter().parse(template))

    def _sentence(self, parts: Iterable[tuple[str, str | None]]) -> Sentence:
        """Compile texts, each followed by a named value, into a function; it says hundreds of them for one family."""
        scope: dict[str, Any] = {}
        pattern = ""
        for place, (text, name) in enumerate(parts):
            pattern += text.replace("{", "{{").replace("}", "}}")
            if name is not None:
                scope |= {f"name{place}": name, f"write{place}": self.writer(name)}
                pattern += f"{{write{place}(values[name{place}])}}"
        exec(f"def say(values): return f{pattern!r}", scope)
        said: Sentence = scope["say"]
        return said


def _remembering(unit: str, codes: dict[int, str] | None) -> Writer:
    """Make a function that writes values of a unit; yes and 1 are equal to a dictionary, so types are told apart."""
    return functools.lru_cache(maxsize=MOST_REMEMBERED, typed=True)(functools.partial(in_words, unit=unit, codes=codes))


_vocabularies: "weakref.WeakKeyDictionary[RuleSet, Vocabulary]" = weakref.WeakKeyDictionary()


def vocabulary(law: "Law", rules: "RuleSet") -> Vocabulary:
    """Give the vocabulary of a rule set; made once."""
    if rules not in _vocabularies:
        _vocabularies[rules] = Vocabulary(law, rules)
    return _vocabularies[rules]
