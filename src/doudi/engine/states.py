"""The state of a place on a day: epidemic level, marks such as 严重, and modes such as a disaster response.

Grain: one row per place, kind and period.  A rule file may tie a value or a switch to a state
(``when: {level: [medium, high]}``); it then holds while the state lasts and ends with it.
The level of a place is the one recorded nearest upward; marks and modes of every place above hold too.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from doudi.kernel import codes
from doudi.kernel.errors import BadInput

LEVELS: dict[str, str] = {"low": "低风险", "medium": "中风险", "high": "高风险"}
MARKS: dict[str, str] = {"severe": "疫情严重", "sealed": "封控"}
MODES: dict[str, str] = {
    "epidemic": "疫情防控期",
    "routine_control": "常态化防控",
    "spring_festival": "春节",
    "disaster": "灾害响应",
    "cold": "寒潮",
    "bad_weather": "恶劣天气",
    "price_linkage": "物价联动",
}
KINDS: dict[str, dict[str, str]] = {"level": LEVELS, "mark": MARKS, "mode": MODES}
KIND_LABEL = {"level": "风险等级", "mark": "标记", "mode": "模式"}
GRADES: dict[int, str] = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}


@dataclasses.dataclass(frozen=True)
class StateRow:
    """One state of one place for a period; ``grade`` is the level of a disaster response, 1 the gravest."""

    kind: str
    value: str
    place: str
    since: dt.date
    until: dt.date | None
    known_on: dt.date
    document: str = ""
    grade: int | None = None
    local_id: int | None = None

    def in_force(self, on: dt.date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)

    @property
    def words(self) -> str:
        """Name the state as people say it."""
        grade = f"({GRADES[self.grade]})" if self.grade else ""
        return f"{KINDS[self.kind][self.value]}{grade}"


@dataclasses.dataclass(frozen=True)
class Part:
    """One demand of a condition: a state of a kind with one of the values, and one of the grades if any are named."""

    kind: str
    values: tuple[str, ...]
    grades: tuple[int, ...] = ()

    def fits(self, row: StateRow) -> bool:
        return row.kind == self.kind and row.value in self.values and (not self.grades or row.grade in self.grades)

    @property
    def words(self) -> str:
        named = "、".join(KINDS[self.kind][value] for value in self.values)
        return named + (f"({'、'.join(GRADES[grade] for grade in self.grades)})" if self.grades else "")


@dataclasses.dataclass(frozen=True)
class Condition:
    """When a value or a switch holds: any of the alternatives, each of which needs all its parts; empty is always."""

    alternatives: tuple[tuple[Part, ...], ...] = ()

    @property
    def is_always(self) -> bool:
        return not self.alternatives

    def met_by(self, rows: Iterable[StateRow]) -> tuple[StateRow, ...] | None:
        """Give the states that meet it, or None. A condition that always holds needs none."""
        if self.is_always:
            return ()
        held = tuple(rows)
        for parts in self.alternatives:
            found = [next((row for row in held if part.fits(row)), None) for part in parts]
            if None not in found:
                return tuple(dict.fromkeys(row for row in found if row is not None))
        return None

    @property
    def words(self) -> str:
        """Say when it holds; empty when it always does."""
        return "或".join("且".join(part.words for part in parts) for parts in self.alternatives)

    def plain(self) -> list[dict[str, Any]]:
        """Give the form in which files and tables hold it; :func:`condition_of` reads it back."""
        found: list[dict[str, Any]] = []
        for parts in self.alternatives:
            body: dict[str, Any] = {part.kind: list(part.values) for part in parts}
            grades = [grade for part in parts for grade in part.grades]
            found.append(body | ({"grade": grades} if grades else {}))
        return found


ALWAYS = Condition()


def condition_of(given: Any, where: str = "") -> Condition:
    """Read a condition such as ``{level: [medium, high]}``, ``{mark: severe}``, or a list of which any suffices.

    :raises BadInput: a kind, value or grade that does not exist.
    """
    if given in (None, [], {}, ""):
        return ALWAYS
    bodies = given if isinstance(given, list) else [given]
    return Condition(tuple(_parts(body, where) for body in bodies))


def _parts(body: Any, where: str) -> tuple[Part, ...]:
    if not isinstance(body, dict):
        raise BadInput(
            f"when 读不懂“{body}”", where=where, next_step="写成 {level: [medium, high]}、{mark: severe} 或它们的列表"
        )
    plain = {str(key): value for key, value in body.items() if not str(key).startswith("__")}
    wrong = set(plain) - {*KINDS, "grade"}
    if wrong or not set(plain) & set(KINDS):
        named = "、".join(sorted(wrong)) or "空的 when"
        raise BadInput(f"when 不认识 {named}", where=where, next_step=f"可用:{'、'.join(KINDS)}、grade")
    grades = tuple(_grade(one, where) for one in _listed(plain.pop("grade", [])))
    if grades and set(plain) != {"mode"}:
        raise BadInput("grade 只用于灾害响应的 mode", where=where, next_step="写成 {mode: disaster, grade: [1, 2]}")
    return tuple(
        Part(kind, tuple(_value(kind, one, where) for one in _listed(plain[kind])), grades if kind == "mode" else ())
        for kind in KINDS
        if kind in plain
    )


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _value(kind: str, given: Any, where: str) -> str:
    if given not in KINDS[kind]:
        step = f"可用:{'、'.join(f'{value}({label})' for value, label in KINDS[kind].items())}"
        raise BadInput(f"没有“{given}”这种{KIND_LABEL[kind]}", where=where, next_step=step)
    return str(given)


def _grade(given: Any, where: str) -> int:
    if isinstance(given, bool) or given not in GRADES:
        raise BadInput(f"响应级别应为 1 至 4,读到“{given}”", where=where, next_step="1 为一级,最重")
    return int(given)


class Surroundings:
    """The states in force on a day, by place; built once and asked for many places."""

    def __init__(self, rows: Iterable[Any], on: dt.date, known_on: dt.date | None = None) -> None:
        self._at: dict[str, list[StateRow]] = {}
        for row in rows:
            if isinstance(row, StateRow) and row.in_force(on) and (known_on is None or row.known_on <= known_on):
                self._at.setdefault(row.place, []).append(row)

    @property
    def is_empty(self) -> bool:
        return not self._at

    def around(self, place: str) -> tuple[StateRow, ...]:
        """List what holds at a place: its nearest level, and the marks and modes of it and of all above it."""
        if not self._at:
            return ()
        found: list[StateRow] = []
        has_level = False
        for code in codes.chain(place):
            held = self._at.get(code, ())
            found += (row for row in held if row.kind != "level" or not has_level)
            has_level = has_level or any(row.kind == "level" for row in held)
        return tuple(found)

    def meets(self, condition: Condition, place: str) -> bool:
        """Tell whether a condition holds at a place."""
        return condition.is_always or condition.met_by(self.around(place)) is not None


def first_day_without(condition: Condition, place: str, rows: Iterable[Any], on: dt.date) -> dt.date | None:
    """Give the first later day on which a condition that holds now no longer does; None when no end is known."""
    held = [row for row in rows if isinstance(row, StateRow)]
    chain = set(codes.chain(place))
    near = [row for row in held if row.place in chain]
    days = sorted({day for row in near for day in (row.since, row.until) if day is not None and day > on})
    return next((day for day in days if not Surroundings(near, day).meets(condition, place)), None)
