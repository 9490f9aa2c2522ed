"""Floors and ceilings that a higher text sets for values below it; no newer or nearer value goes around them.

Grain: one row per parameter, place, area and period.  A bound is checked when a file is loaded and when an
office records a value: a value that begins while the bound holds must keep to it.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from doudi.engine import packfiles
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan, yuan

if TYPE_CHECKING:
    from doudi.engine.parameters import ParameterBook, ParameterRow

KINDS = {"above": "高于", "at_least": "不低于", "at_most": "不高于", "below": "低于"}
FIELDS = {"place", "area", "from", "until", "source", "note", *KINDS}
MONTHS = 12


@dataclasses.dataclass(frozen=True)
class Bound:
    """What a value may not go beyond: a fixed number, or the value of another parameter at the same place."""

    name: str
    place: str
    area: str
    kind: str
    value: int | None
    parameter: str
    since: dt.date
    until: dt.date | None
    clause: str
    note: str
    where: str

    def concerns(self, row: "ParameterRow") -> bool:
        """Tell whether a value begins under this bound."""
        return (
            row.name == self.name
            and codes.contains(self.place, row.place)
            and (not self.area or row.area in ("", self.area))
            and self.since <= row.since
            and (self.until is None or row.since < self.until)
        )

    def allows(self, number: int, limit: int) -> bool:
        return {
            "above": number > limit,
            "at_least": number >= limit,
            "at_most": number <= limit,
            "below": number < limit,
        }[self.kind]


@dataclasses.dataclass(frozen=True)
class Breach:
    """A value that goes beyond a bound, in words, with the clause that forbids it."""

    bound: Bound
    row: "ParameterRow"
    text: str


def yearly(number: int, unit: str, published: str) -> int:
    """Give a figure by the year, as published where it was published so; other units stay as they are."""
    if "year" in unit or "month" not in unit:
        return number
    if published.endswith("年"):
        return fen_from_yuan(published.split("元")[0].strip())
    return number * MONTHS


def breaches(book: "ParameterBook", row: "ParameterRow", extra: Iterable[Any] = ()) -> list[Breach]:
    """List the bounds that a value would break; a bound whose own value is unknown binds nobody."""
    if row.value is None:
        return []
    found = []
    unit = book.unit(row.name)
    for bound in book.bounds:
        if not bound.concerns(row):
            continue
        limit, limit_unit, words = _limit(book, bound, row, tuple(extra))
        if limit is None:
            continue
        basis = yearly(row.value, unit, row.published), yearly(limit, limit_unit, "")
        if not bound.allows(*basis):
            found.append(Breach(bound, row, _words(book, bound, row, basis, words)))
    return found


def _limit(
    book: "ParameterBook", bound: Bound, row: "ParameterRow", extra: tuple[Any, ...]
) -> tuple[int | None, str, str]:
    if not bound.parameter:
        return bound.value, book.unit(bound.name), ""
    other = book.resolve(bound.parameter, row.place, bound.area or row.area or "rural", row.since, None, extra)
    words = book.label(bound.parameter) + ("" if other is None or other.verified else "(未核实)")
    return (None if other is None else other.value), book.unit(bound.parameter), words


def _words(book: "ParameterBook", bound: Bound, row: "ParameterRow", basis: tuple[int, int], limit_words: str) -> str:
    unit = book.unit(row.name)
    is_money = unit.startswith("fen")
    suffix = "元/年" if is_money and ("month" in unit or "year" in unit) else "元" if is_money else ""
    number, limit = (f"{yuan(one)} {suffix}" if is_money else str(one) for one in basis)
    told = f"{book.label(row.name)} {number}".strip()
    note = f",{bound.note}" if bound.note else ""
    return f"{told},应{KINDS[bound.kind]}{limit_words} {limit}".rstrip() + f"({bound.clause}{note})"


def read(
    body: dict[str, Any],
    name: str,
    unit: str,
    pack_place: str,
    clauses: Iterable[str],
    names: Iterable[str],
    where: str,
) -> Bound:
    """Read one bound of a parameter file.

    :raises BadInput: an unknown attribute, no or several limits, an unknown parameter, clause or place.
    """
    wrong = set(body) - FIELDS - {packfiles.LINE}
    if wrong:
        raise BadInput(f"参数 {name} 的界限有不认识的属性 {'、'.join(sorted(map(str, wrong)))}", where=where)
    kinds = [kind for kind in KINDS if kind in body]
    if len(kinds) != 1:
        raise BadInput(
            f"参数 {name} 的界限要写且只写一个 {'、'.join(KINDS)}", where=where, next_step="例如 at_least: 1000"
        )
    given = body[kinds[0]]
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise BadInput(f"参数 {name} 的界限“{given}”应为整数或参数名", where=where)
    if isinstance(given, str) and given not in set(names):
        raise BadInput(f"参数 {name} 的界限引用了没有声明的参数 {given}", where=where)
    source = body.get("source")
    clause = str(source.get("clause", "")) if isinstance(source, dict) else ""
    if clause not in set(clauses):
        raise BadInput(f"参数 {name} 的界限没有依据条款", where=where, next_step="写 source: {clause: 文件-条款}")
    since, until = packfiles.date_in(body, "from", where), packfiles.date_in(body, "until", where)
    if since is None or (until is not None and until <= since):
        raise BadInput(f"参数 {name} 的界限起止日期不对", where=where)
    place = codes.check(str(body.get("place", pack_place)))
    if not codes.contains(pack_place, place):
        raise BadInput(f"{place} 不在这个政策包的范围", where=where)
    area = str(body.get("area", ""))
    if area not in ("", "urban", "rural"):
        raise BadInput(f"没有“{area}”这种区域", where=where, next_step="可用:urban、rural")
    number, parameter = (given, "") if isinstance(given, int) else (None, given)
    return Bound(name, place, area, kinds[0], number, parameter, since, until, clause, str(body.get("note", "")), where)
