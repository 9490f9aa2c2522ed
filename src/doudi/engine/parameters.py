"""Dated policy values by place: what amount, limit or length was in force where, and who says so.

Grain: one row per name, place, area and beginning.  Money is stored as whole fen a month; the
published figure is kept in words beside it.  The nearest place upward that says anything on the
day wins; within a place the newest beginning wins; of two rows with one beginning the one learned
later wins.  ``known_on`` is the second axis: what was learned after it is not yet seen.
A row with a condition (``when``) counts only where and while the state of the place meets it, and then
goes before the plain rows of its place; when the state ends, the plain value is back by itself.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from doudi.engine.bounds import Bound
from doudi.engine.packfiles import Pack
from doudi.engine.states import ALWAYS, Condition, StateRow, Surroundings
from doudi.kernel import codes
from doudi.kernel.errors import BadInput

AREAS = ("urban", "rural")
AREA_LABEL = {"": "城乡", "urban": "城市", "rural": "农村"}
LEVELS = {"nation": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}


class MissingPack(BadInput):
    """Nobody has written the law of this place or time."""


@dataclasses.dataclass(frozen=True)
class ParameterRow:
    """One value for one place and period, with its source; ``value`` None says "decided to be open"."""

    name: str
    place: str
    area: str
    value: int | None
    since: dt.date
    until: dt.date | None
    known_on: dt.date
    document: str
    clause: str
    verified: bool
    quality: str = ""
    url: str = ""
    note: str = ""
    published: str = ""
    where: str = ""
    local_id: int | None = None
    when: Condition = ALWAYS

    def in_force(self, on: dt.date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)

    def concerns(self, area: str) -> bool:
        return self.area in ("", area)


@dataclasses.dataclass(frozen=True)
class Resolved:
    """The value in force for one place, area and day, and who says so."""

    name: str
    value: int | None
    place: str
    area: str
    source: str
    clause: str
    verified: bool
    since: dt.date
    until: dt.date | None
    known_on: dt.date
    quality: str
    url: str
    note: str
    published: str
    local_id: int | None
    when: str = ""


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a text asks for in a state: a value of its own, which the place has to decide."""

    when: Condition
    clause: str
    since: dt.date


@dataclasses.dataclass(frozen=True)
class Declaration:
    """What a parameter is: its words, its unit, who may set it and between which bounds.

    ``standard`` names the scheme when the parameter is a published benefit standard; ``in_state`` says in which
    state of a place a text asks for another value.  ``words`` say what single values mean, e.g. nought is no limit.
    """

    name: str
    label: str
    unit: str
    set_by: tuple[int, ...]
    legal: str
    low: int
    high: int | None
    about: str
    programme: str
    where: str
    standard: str = ""
    in_state: Expected | None = None
    words: dict[int, str] = dataclasses.field(default_factory=dict, hash=False)


@dataclasses.dataclass(frozen=True)
class ParameterTable:
    """Values for many places at once: dense rows of place and area, one column per parameter."""

    arrow: pa.Table
    digest: str
    provenance: tuple[dict[str, Any], ...]


class ParameterBook:
    """All parameters of the packs; immutable."""

    def __init__(
        self,
        declarations: Iterable[Declaration],
        rows: Iterable[ParameterRow],
        packs: Sequence[Pack],
        bounds: Iterable[Bound] = (),
    ) -> None:
        self.declarations = {one.name: one for one in declarations}
        self.rows = tuple(rows)
        self.bounds = tuple(bounds)
        self.packs = tuple(packs)
        self._provinces = {pack.place: pack for pack in packs}
        self._by_name: dict[str, dict[str, list[ParameterRow]]] = {name: {} for name in self.declarations}
        for row in self.rows:
            self._by_name[row.name].setdefault(row.place, []).append(row)
        for places in self._by_name.values():
            for held in places.values():
                check_overlaps(held)
        self._conditional = frozenset(row.name for row in self.rows if not row.when.is_always)
        self._cache: dict[tuple[Any, ...], Resolved | None] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.declarations))

    def label(self, name: str) -> str:
        return self.declarations[name].label if name in self.declarations else ""

    def unit(self, name: str) -> str:
        return self.declarations[name].unit if name in self.declarations else ""

    def words(self, name: str) -> dict[int, str]:
        """Give what single values of a parameter mean, for those that have such words."""
        return self.declarations[name].words if name in self.declarations else {}

    @property
    def digest(self) -> str:
        """Hash every row of every date."""
        return _digest([_plain(row) for row in sorted(self.rows, key=_order)])

    def change_days(self) -> list[dt.date]:
        """List the days on which some value begins or ends."""
        return sorted({day for row in self.rows for day in (row.since, row.until) if day})

    def check_covered(self, place_code: str, on: dt.date) -> None:
        """Refuse a place or a day for which no pack is written.

        :raises MissingPack: names the pack that is lacking.
        """
        nation = self._provinces[""]
        if on < nation.since:
            raise MissingPack(
                f"全国政策包 {nation.name} 自 {nation.since} 起,没有 {on} 的政策文本",
                next_step=f"请选择 {nation.since} 以后的日期,或补充更早的政策包",
            )
        province = place_code[:2]
        pack = self._provinces.get(province)
        if pack is None:
            known = "、".join(f"{one.title}({one.name})" for one in self.packs if one.place)
            raise MissingPack(
                f"没有 {province} 的政策包 cn_{province},不知道当地标准", next_step=f"现有省级政策包:{known}"
            )
        if on < pack.since:
            raise MissingPack(f"政策包 {pack.name} 自 {pack.since} 起,没有 {on} 的政策文本")

    def resolve(
        self,
        name: str,
        place_code: str,
        area: str,
        on: dt.date,
        known_on: dt.date | None = None,
        extra: Iterable[Any] = (),
    ) -> Resolved | None:
        """Give the value in force, or None where no text gives one.

        :raises MissingPack: no pack covers the place or the day.
        """
        extra = tuple(extra)
        local = [row for row in extra if isinstance(row, ParameterRow) and row.name == name]
        self.check_covered(place_code, on)
        around = Surroundings(extra, on, known_on).around(place_code) if self._is_conditional(name, local) else ()
        return self._found(name, place_code, area, on, known_on, local, around)

    def _is_conditional(self, name: str, local: Sequence[ParameterRow]) -> bool:
        return name in self._conditional or any(not row.when.is_always for row in local)

    def _found(
        self,
        name: str,
        place_code: str,
        area: str,
        on: dt.date,
        known_on: dt.date | None,
        local: Sequence[ParameterRow],
        around: tuple[StateRow, ...],
    ) -> Resolved | None:
        """Resolve one parameter where the states around the place are known; plain answers are kept."""
        key = (name, place_code, area, on, known_on)
        is_plain = not local and not (around and name in self._conditional)
        if is_plain and key in self._cache:
            return self._cache[key]
        places = dict(self._by_name.get(name, {}))
        for row in local:
            places[row.place] = [*places.get(row.place, []), row]
        found = _nearest(places, codes.chain(place_code), area, on, known_on, around)
        answer = None if found is None else _resolved(found)
        if is_plain:
            if len(self._cache) > 50_000:
                self._cache.clear()
            self._cache[key] = answer
        return answer

    def candidates(self, name: str, place_code: str, area: str, extra: Iterable[Any] = ()) -> list[ParameterRow]:
        """List every value of a parameter that a place could have, of all days, the nearest place first."""
        chain = codes.chain(place_code)
        own = self._by_name.get(name, {})
        local = [row for row in extra if isinstance(row, ParameterRow) and row.name == name and row.place in chain]
        rows = [row for place in chain for row in own.get(place, ())] + local
        return sorted((row for row in rows if row.concerns(area)), key=lambda row: -len(row.place))

    def in_force(
        self,
        place_code: str,
        area: str,
        on: dt.date,
        known_on: dt.date | None = None,
        extra: Iterable[Any] = (),
        names: Iterable[str] | None = None,
    ) -> dict[str, Resolved | None]:
        """Give every parameter, or the named ones, of a place and day by name.

        :raises MissingPack: no pack covers the place or the day.
        """
        extra = tuple(extra)
        self.check_covered(place_code, on)
        around = Surroundings(extra, on, known_on).around(place_code)
        local = _by_name(extra)
        wanted = self.names if names is None else names
        return {name: self._found(name, place_code, area, on, known_on, local.get(name, ()), around) for name in wanted}

    def table(
        self, place_codes: Iterable[str], on: dt.date, known_on: dt.date | None = None, extra: Iterable[Any] = ()
    ) -> ParameterTable:
        """
        Resolve every parameter for many places.

        Grain: one row per place and area. Key: place_code, is_rural. Null where no text gives a value.
        Places that no row singles out, and whose states meet the same conditions, share their holder's values,
        so a nation of townships costs little.

        :raises MissingPack: no pack covers a place or the day.
        """
        extra = tuple(extra)
        local = _by_name(extra)
        rows = [*self.rows, *(row for held in local.values() for row in held)]
        special = {row.place for row in rows} | {""}
        conditions = list(dict.fromkeys(row.when for row in rows if not row.when.is_always))
        surroundings = Surroundings(extra if conditions else (), on, known_on)
        asked = sorted(set(place_codes))
        for province in sorted({place[:2] for place in asked}):
            self.check_covered(province, on)
        held: dict[tuple[str, str, tuple[Condition, ...]], int] = {}
        values: list[dict[str, Resolved | None]] = []
        numbers: list[int] = []
        for place in asked:
            holder = next(code for code in codes.chain(place) if code in special or len(code) == 2)
            around = surroundings.around(place)
            met = tuple(one for one in conditions if one.met_by(around) is not None) if around else ()
            for area in AREAS:
                if (holder, area, met) not in held:
                    held[holder, area, met] = len(values)
                    values.append(
                        {
                            name: self._found(name, holder, area, on, known_on, local.get(name, ()), around)
                            for name in self.names
                        }
                    )
                numbers.append(held[holder, area, met])
        return _dense(self.names, asked, numbers, values)


def _by_name(extra: Iterable[Any]) -> dict[str, list[ParameterRow]]:
    found: dict[str, list[ParameterRow]] = {}
    for row in extra:
        if isinstance(row, ParameterRow):
            found.setdefault(row.name, []).append(row)
    return found


def _dense(
    names: Sequence[str], places: list[str], numbers: list[int], values: list[dict[str, Resolved | None]]
) -> ParameterTable:
    """Lay the holders' values out over the places; row ``2 n`` is a place's urban area, the next its rural one."""
    columns: dict[str, Any] = {
        "place_code": pa.array([place for place in places for _ in AREAS], pa.string()),
        "is_rural": pa.array([area == "rural" for _ in places for area in AREAS], pa.bool_()),
    }
    for name in names:
        held = [None if one[name] is None else one[name].value for one in values]  # type: ignore[union-attr]
        columns[name] = pa.array([held[number] for number in numbers], pa.int64())
    origins = {(o.name, o.place, o.area, o.since): _origin(o) for one in values for o in one.values() if o is not None}
    provenance = tuple(origins[key] for key in sorted(origins))
    plain = [{name: None if one is None else one.value for name, one in row.items()} for row in values]
    return ParameterTable(pa.table(columns), _digest([places, numbers, plain, provenance]), provenance)


def _origin(one: Resolved) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, dt.date) else value for key, value in vars(one).items()}


def rank(row: ParameterRow) -> tuple[Any, ...]:
    """Order the values of one place: a conditional one before a plain one, then the newest, then the last learned."""
    return not row.when.is_always, row.since, row.known_on, row.local_id or 0


def _nearest(
    places: dict[str, list[ParameterRow]],
    chain: list[str],
    area: str,
    on: dt.date,
    known_on: dt.date | None,
    around: tuple[StateRow, ...],
) -> ParameterRow | None:
    for place in chain:
        seen = [
            row
            for row in places.get(place, ())
            if row.concerns(area)
            and row.in_force(on)
            and (known_on is None or row.known_on <= known_on)
            and row.when.met_by(around) is not None
        ]
        if seen:
            return max(seen, key=rank)
    return None


def _resolved(row: ParameterRow) -> Resolved:
    return Resolved(
        row.name, row.value, row.place, row.area, row.document, row.clause, row.verified, row.since, row.until,
        row.known_on, row.quality, row.url, row.note, row.published, row.local_id, row.when.words,
    )  # fmt: skip


def _order(row: ParameterRow) -> tuple[Any, ...]:
    return row.name, row.place, row.area, row.since, row.known_on


def _plain(row: ParameterRow) -> list[Any]:
    return [
        str(value)
        for value in (*_order(row), row.value, row.until, row.document, row.clause, row.verified, row.when.plain())
    ]


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, default=str).encode()).hexdigest()


def check_overlaps(rows: Sequence[ParameterRow]) -> None:
    """Refuse two values of one place for the same beginning, and two closed periods that cross.

    An open value followed by a newer one is no overlap: the newer one takes over.

    :raises BadInput: names both rows.
    """
    for number, row in enumerate(rows):
        for other in rows[:number]:
            if row.when != other.when or not (row.concerns(other.area) or other.concerns(row.area)):
                continue
            if row.since == other.since and row.known_on == other.known_on:
                two = "" if row.document == other.document else f",分别出自《{other.document}》和《{row.document}》"
                raise BadInput(
                    f"参数 {row.name} 在 {row.place or '全国'} 自 {row.since} 起有两个值{two}",
                    where=f"{other.where} 与 {row.where}",
                    next_step="删去一个,或写明不同的 from 或 known",
                )
            if crosses(row, other):
                raise BadInput(
                    f"参数 {row.name} 在 {row.place or '全国'} 的两段期间交叉",
                    where=f"{other.where} 与 {row.where}",
                    next_step="调整 from 和 until,使两段不交叉",
                )


def crosses(row: ParameterRow, other: ParameterRow) -> bool:
    """Tell whether two closed periods overlap without one lying inside the other."""
    if row.until is None or other.until is None or row.since == other.since:
        return False
    first, second = sorted((row, other), key=lambda one: one.since)
    assert first.until is not None
    assert second.until is not None
    return second.since < first.until < second.until


def load(packs_root: pathlib.Path) -> ParameterBook:
    """Read every ``params.yaml`` of every pack.

    :raises BadInput: names file and line of every problem.
    """
    from doudi.engine import parameter_files

    return parameter_files.load(packs_root)
