"""Reads of the division tree; a name is always the one of the day asked for.

``on`` left out means the latest name.  Divisions are public, so nothing here is scoped.
"""

import collections
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from doudi.kernel import codes
from doudi.kernel.errors import Refusal
from doudi.places.models import CalendarDay
from doudi.places.slips import Place, Succession

COLUMNS = "code, name, level, kind, parent_code, area, own_code, path_name, source, since, until"
LATEST = dt.date.max
FOUND_AT_MOST = 50

_ON = "since <= %(on)s and (until is null or until > %(on)s)"

_DIVISIONS = f"""
select {COLUMNS} from (
  select distinct on (code) {COLUMNS} from places_division
  where code = any(%(codes)s) and (%(latest)s or ({_ON}))
  order by code, since desc
) as d order by code
"""

_BELOW = f"""
select {COLUMNS} from places_division
where {{where}} and ((%(latest)s and until is null) or (not %(latest)s and {_ON}))
order by code
"""

_SEARCH = f"""
select {COLUMNS} from places_division
where code >= %(scope)s and code < %(scope_end)s
  and ((%(latest)s and until is null) or (not %(latest)s and {_ON}))
  and (name ^@ %(text)s or strpos(name, %(text)s) > 0 or strpos(path_name, %(text)s) > 0
       or pinyin ^@ %(sound)s or initials ^@ %(sound)s or code ^@ %(text)s)
order by (name = %(text)s or code = %(text)s) desc, name ^@ %(text)s desc, pinyin ^@ %(sound)s desc,
         strpos(name, %(text)s) > 0 desc, level, code
limit %(limit)s
"""

_SUCCESSORS = """
with recursive later(origin, code, kind, from_code, effective_on, document, verified, note) as (
  select from_code, to_code, kind, from_code, effective_on, document, verified, note
  from places_divisionchange where from_code = any(%(codes)s) and effective_on <= %(on)s and from_code <> to_code
  union
  select l.origin, c.to_code, c.kind, c.from_code, c.effective_on, c.document, c.verified, c.note
  from later l join places_divisionchange c
    on c.from_code = l.code and c.from_code <> c.to_code
   and c.effective_on > l.effective_on and c.effective_on <= %(on)s
)
select origin, kind, from_code, code, effective_on, document, verified, note from later
order by origin, effective_on, from_code, code
"""


class UnknownDivision(Refusal):
    """Nobody registered the code for that day."""

    message = "没有登记区划 {code}{when}"
    next_step = "请用 doudi places find 按名称查找代码"


def division(code: str, on: dt.date | None = None) -> Place:
    """Give the division under its name of the day; without a day its latest name.

    :raises UnknownDivision: the code was not in force on the day, or never was.
    """
    found = divisions([code], on)
    if code not in found:
        raise UnknownDivision(code=code or "全国", when=f"({on})" if on else "")
    return found[code]


def divisions(wanted: Iterable[str], on: dt.date | None = None) -> dict[str, Place]:
    """Give many divisions by code in one query; unknown codes are left out."""
    return {place.code: place for place in _places(_DIVISIONS, {"codes": sorted(set(wanted))}, on)}


def names_of(wanted: Iterable[str], on: dt.date | None = None) -> dict[str, str]:
    """Give the names of many codes in one query; a code nobody registered is its own name."""
    asked = set(wanted)
    found = divisions(asked, on)
    return {code: found[code].name if code in found else code for code in asked}


def name(code: str, on: dt.date | None = None) -> str:
    """Give the name of the day, or the code itself when nobody registered it."""
    return names_of([code], on)[code]


def path_name(code: str, on: dt.date | None = None) -> str:
    """Spell out where the division lies, from the province down, by the names of the day."""
    return path_names([code], on)[code]


def path_names(wanted: Iterable[str], on: dt.date | None = None) -> dict[str, str]:
    """Spell out many places in one query; the nation is named only when asked for itself."""
    asked = set(wanted)
    chains = {code: [c for c in reversed(codes.chain(code)) if c or not code] for code in asked}
    found = names_of({c for chain in chains.values() for c in chain}, on)
    return {code: "".join(found[c] for c in chain if found[c] != c or c == code) for code, chain in chains.items()}


def children(code: str, on: dt.date | None = None) -> list[Place]:
    """List the divisions directly below on the day, by code."""
    return _places(_BELOW.format(where="parent_code = %(code)s and code <> %(code)s"), {"code": code}, on)


def below(code: str, level: int, on: dt.date | None = None) -> list[Place]:
    """List the divisions of one level in a subtree on the day, by code."""
    where = "code >= %(code)s and code < %(code_end)s and level = %(level)s"
    return _places(_BELOW.format(where=where), {"code": code, "code_end": codes.upper(code), "level": level}, on)


def search(text: str, on: dt.date | None = None, *, scope: str = "", limit: int = 20) -> list[Place]:
    """Find divisions by a part of the name, by pinyin, by initials or by code; the closest first."""
    clean = "".join(text.split())
    if not clean:
        return []
    # An absent sound must not match: no pinyin begins with a control character.
    sound = clean.lower() if clean.isascii() else "\x01"
    asked = {
        "text": clean,
        "sound": sound,
        "scope": scope,
        "scope_end": codes.upper(scope),
        "limit": min(limit, FOUND_AT_MOST),
    }
    return _places(_SEARCH, asked, on)


def name_history(code: str) -> list[Place]:
    """List every name the code ever had, oldest first."""
    sql = f"select {COLUMNS} from places_division where code = %(code)s order by since"
    return _places(sql, {"code": code}, None)


def successor_codes(code: str, on: dt.date) -> list[str]:
    """Say which divisions stand on the day for one that may be gone; a division in force stands for itself."""
    return recut([code], on)[code]


def recut(wanted: Iterable[str], on: dt.date) -> dict[str, list[str]]:
    """Map codes of any time to the tree of a day, in two queries; an empty list: nobody knows where it went.

    A report over old records groups by these.  A code with two successors was split: its
    records cannot be assigned without their own codes.
    """
    asked = sorted(set(wanted))
    after: dict[str, set[str]] = collections.defaultdict(set)
    for origin, step in _successions(asked, on):
        after[origin].add(step.to_code)
    candidates = {code for later in after.values() for code in later}.union(asked)
    standing = set(divisions(candidates, on))
    return {
        code: [code] if code in standing else sorted(later for later in after[code] if later in standing)
        for code in asked
    }


def successions(code: str, on: dt.date) -> list[Succession]:
    """List the decisions by which a division became others, up to the day."""
    return [step for _origin, step in _successions([code], on)]


def extra_days() -> Mapping[dt.date, bool]:
    """Give the days that users declared working or free, for ``kernel.calendar``."""
    return dict(CalendarDay.objects.values_list("day", "is_working"))


def _successions(asked: list[str], on: dt.date) -> list[tuple[str, Succession]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUCCESSORS, {"codes": asked, "on": on})
        return [
            (origin, Succession(kind, from_code, to_code, day, document, verified, note))
            for origin, kind, from_code, to_code, day, document, verified, note in cursor
        ]


def _places(sql: str, asked: dict[str, Any], on: dt.date | None) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**asked, "on": on or LATEST, "latest": on is None})
        return [Place(*row) for row in cursor]
