"""Checks between several inputs of one person or one household: what cannot be true together is not let in.

Grain: one check per line of ``packs/cn/checks.yaml``.  ``wrong`` lists comparisons; a row of which all
hold is refused.  A comparison is ``name op other``, where ``other`` is a whole number or another input of
the same subject and ``name % number`` stands for the remainder.  What is unknown holds nothing against it.
The same text is worked out for one family and as SQL over a file.
"""

import dataclasses
import operator
import pathlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from doudi.kernel.errors import BadInput

FIELDS = {"entity", "wrong", "text", "next_step"}
_SYMBOLS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
_COMPARISON = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:%\s*(\d+))?\s*(<=|>=|<>|<|>|=)\s*(-?\d+|[a-z][a-z0-9_]*)\s*")


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One comparison of an input with a number or with another input."""

    name: str
    modulus: int | None
    symbol: str
    other: int | str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.other) if isinstance(self.other, str) else (self.name,)

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether it certainly holds; an unknown value says nothing."""
        left, right = row.get(self.name), row.get(self.other) if isinstance(self.other, str) else self.other
        if not isinstance(left, int) or not isinstance(right, int):
            return False
        return _SYMBOLS[self.symbol](left % self.modulus if self.modulus else left, right)

    def sql(self, standing: Mapping[str, str]) -> str:
        """Write it with what stands for each input in the file."""
        left = standing[self.name] + (f" % {self.modulus}" if self.modulus else "")
        right = standing[self.other] if isinstance(self.other, str) else str(self.other)
        return f"({left} {self.symbol} {right})"


@dataclasses.dataclass(frozen=True)
class Check:
    """What cannot be: comparisons that may not all hold, and how to say so."""

    entity: str
    wrong: tuple[Comparison, ...]
    text: str
    next_step: str = "请核对后改正"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.wrong for name in one.names))

    def refuses(self, row: Mapping[str, Any]) -> bool:
        return all(one.holds(row) for one in self.wrong)

    def sql(self, constant: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
        """Write the condition of a wrong row; empty when a file cannot have one.

        ``constant`` gives the inputs that are the same in every row, None for unknown.
        """
        if any(name in constant and constant[name] is None for name in self.names):
            return ""
        for one in self.wrong:
            if set(one.names) <= set(constant) and not one.holds(constant):
                return ""
        standing = {name: _standing(name, constant, defaults.get(name)) for name in self.names}
        return " and ".join(one.sql(standing) for one in self.wrong)


def _standing(name: str, constant: Mapping[str, Any], default: Any) -> str:
    if name in constant:
        return str(constant[name]).lower()
    return name if default is None else f"coalesce({name}, {str(default).lower()})"


def first_refusal(checks: Iterable[Check], entity: str, row: Mapping[str, Any]) -> Check | None:
    """Give the first check that a row does not pass."""
    return next((one for one in checks if one.entity == entity and one.refuses(row)), None)


def load(path: pathlib.Path, known: Mapping[str, Collection[str]]) -> tuple[Check, ...]:
    """Read ``checks.yaml``; ``known`` gives the inputs of persons and of households. No file, no checks.

    :raises BadInput: a comparison that cannot be read, or an input that does not exist.
    """
    if not path.exists():
        return ()
    import yaml

    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(f"读不到核对规则:{error}", where=str(path)) from error
    return tuple(_check(row, known, f"{path.name} 第 {number} 条") for number, row in enumerate(rows, 1))


def _check(row: Any, known: Mapping[str, Collection[str]], where: str) -> Check:
    lacking = {"entity", "wrong", "text"} - set(row)
    strange = set(row) - FIELDS
    if lacking or strange or row["entity"] not in known:
        raise BadInput("核对规则须有 entity、wrong、text,entity 为 person 或 household", where=where)
    wrong = tuple(_comparison(text, where) for text in row["wrong"])
    check = Check(row["entity"], wrong, row["text"], row.get("next_step", "请核对后改正"))
    unknown = [name for name in check.names if name not in known[check.entity]]
    if unknown or not wrong:
        raise BadInput(f"核对规则用到的 {'、'.join(unknown) or '条件'} 不是输入项", where=where)
    return check


def _comparison(text: str, where: str) -> Comparison:
    found = _COMPARISON.fullmatch(str(text))
    if not found:
        raise BadInput(f"读不懂“{text}”", where=where, next_step="写成 甲 > 乙、甲 = 0 或 甲 % 100 > 12")
    name, modulus, symbol, other = found.groups()
    is_number = other.lstrip("-").isdigit()
    return Comparison(name, int(modulus) if modulus else None, symbol, int(other) if is_number else other)
