"""Why a place has this value on this day: every value it could have, and what speaks for or against each."""

import dataclasses
import datetime as dt

from doudi.engine.parameters import AREAS, Declaration, ParameterRow, Resolved, rank
from doudi.engine.states import StateRow, Surroundings, first_day_without
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.policy import queries


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One value a place could have, and why it is or is not the one in force."""

    row: ParameterRow
    is_chosen: bool
    verdict: str


@dataclasses.dataclass(frozen=True)
class Why:
    """A parameter at a place, area and day with its candidates, the nearest first."""

    about: Declaration
    resolved: Resolved | None
    candidates: tuple[Candidate, ...]
    states: tuple[StateRow, ...]
    back_on: dt.date | None
    usual: Resolved | None


def why(name: str, place_code: str, area: str, on: dt.date, known_on: dt.date | None = None) -> Why:
    """
    Lay open how a value was chosen, as known on a day or by now.

    :raises BadInput: no such parameter or area, or no pack covers the place or the day.
    """
    book = queries.law().parameters
    if name not in book.declarations:
        raise BadInput(f"没有名为“{name}”的参数", where="参数", next_step="请从参数列表进入")
    if area not in AREAS:
        raise BadInput(f"没有“{area}”这种区域", where="城乡", next_step="可用:城市、农村")
    extra = queries.local_rows(None, None)
    resolved = book.resolve(name, place_code, area, on, known_on, extra)
    around = Surroundings(extra, on, known_on).around(place_code)
    rows = book.candidates(name, place_code, area, extra)
    chosen = next((row for row in rows if resolved is not None and _is(row, resolved)), None)
    found = tuple(Candidate(row, row is chosen, _verdict(row, chosen, on, known_on, around)) for row in rows)
    back_on, usual = None, None
    if chosen is not None and not chosen.when.is_always:
        plain = [row for row in extra if not isinstance(row, StateRow)]
        usual = book.resolve(name, place_code, area, on, known_on, plain)
        back_on = first_day_without(chosen.when, place_code, extra, on)
    return Why(book.declarations[name], resolved, found, around, back_on, usual)


def _is(row: ParameterRow, one: Resolved) -> bool:
    return (row.place, row.area, row.since, row.known_on, row.local_id, row.when.words) == (
        one.place, one.area, one.since, one.known_on, one.local_id, one.when,
    )  # fmt: skip


def _verdict(
    row: ParameterRow,
    chosen: ParameterRow | None,
    on: dt.date,
    known_on: dt.date | None,
    around: tuple[StateRow, ...],
) -> str:
    if row.since > on:
        return f"{row.since} 起才生效"
    if row.until is not None and row.until <= on:
        return f"{row.until} 起已不适用"
    if known_on is not None and row.known_on > known_on:
        return f"{row.known_on} 才获知,当时还不知道"
    if row.when.met_by(around) is None:
        return f"只在{row.when.words}时适用,当日不符"
    assert chosen is not None, "a value in force is chosen over none"
    if row is chosen:
        return "生效:" + (f"当日{row.when.words}" if not row.when.is_always else "最近的地方、最新的规定")
    if row.place != chosen.place:
        return f"{codes.LEVEL_NAMES[codes.level(chosen.place)]}另有规定,离得更近"
    if not chosen.when.is_always and row.when.is_always:
        return f"当日{chosen.when.words},用特殊情形下的值"
    assert rank(row) < rank(chosen), "the first in rank is chosen"
    return "同一地方有更新的规定" if row.since < chosen.since else "同一起始日,后获知的取代先获知的"
