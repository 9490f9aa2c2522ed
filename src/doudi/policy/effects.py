"""What the state of a place and the measures in force do there on a day, each with its clause and its end."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from doudi.engine.parameters import AREA_LABEL, AREAS, ParameterRow
from doudi.engine.states import Condition, StateRow, Surroundings, first_day_without
from doudi.engine.switches import SwitchState
from doudi.engine.words import in_words
from doudi.policy import queries


@dataclasses.dataclass(frozen=True)
class Effect:
    """One value or switch that differs, or is on, because of a state or a measure.

    ``back_on`` is the first day without it, None while no end is known.
    """

    kind: str  # value, switch, or lacking: a text asks for a value here that nobody has decided
    name: str
    label: str
    text: str
    usual: str
    place_code: str
    clause: str
    document: str
    since: dt.date
    back_on: dt.date | None
    because: str
    programmes: tuple[str, ...] = ()
    note: str = ""
    local_id: int | None = None
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def last_day(self) -> dt.date | None:
        return None if self.back_on is None else self.back_on - dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Effects:
    """Everything that is special at a place on a day."""

    place_code: str
    on: dt.date
    states: tuple[StateRow, ...]
    values: tuple[Effect, ...]
    switches: tuple[Effect, ...]

    @property
    def all(self) -> tuple[Effect, ...]:
        return self.values + self.switches


def effects_at(place_code: str, on: dt.date, *, more: Iterable[Any] = ()) -> Effects:
    """
    List the values and switches that a state or a measure changes at a place.

    ``more`` adds rows that are not in force yet, for a preview.

    :raises MissingPack: no pack covers the place or the day.
    """
    extra = [*queries.local_rows(None, None), *more]
    around = Surroundings(extra, on).around(place_code)
    values = _values(place_code, on, extra, around)
    values += _lacking(place_code, on, extra, around, {one.name for one in values})
    states = queries.law().switches.all_in_force(place_code, on, extra)
    return Effects(
        place_code, on, around, tuple(values), tuple(_switch(state, place_code, on, extra, around) for state in states)
    )


def _values(place_code: str, on: dt.date, extra: list[Any], around: tuple[StateRow, ...]) -> list[Effect]:
    """Find the values that come from a condition being met; one line where town and country are the same."""
    book = queries.law().parameters
    plain = [row for row in extra if not isinstance(row, StateRow)]
    found: dict[tuple[str, str], list[tuple[str, Effect]]] = {}
    for name in book.names:
        for area in AREAS:
            rows = book.candidates(name, place_code, area, extra)
            if all(row.when.is_always for row in rows):
                continue
            resolved = book.resolve(name, place_code, area, on, None, extra)
            if resolved is None or not resolved.when:
                continue
            key = (resolved.place, resolved.since, resolved.when, resolved.local_id)
            chosen = next(row for row in rows if (row.place, row.since, row.when.words, row.local_id) == key)
            usual = book.resolve(name, place_code, area, on, None, plain)
            unit = book.unit(name)
            effect = Effect(
                kind="value", name=name, label=book.label(name), text=in_words(resolved.value, unit),
                usual=in_words(usual.value, unit) if usual else "", place_code=resolved.place, clause=resolved.clause,
                document=resolved.source, since=resolved.since, because=_because(chosen.when, around),
                back_on=_end(resolved.until, chosen, place_code, extra, on), note=resolved.note,
                local_id=resolved.local_id,
            )  # fmt: skip
            found.setdefault((name, effect.text), []).append((area, effect))
    return [
        held[0][1]
        if len(held) == len(AREAS)
        else dataclasses.replace(held[0][1], label=f"{held[0][1].label}({AREA_LABEL[held[0][0]]})")
        for held in found.values()
    ]


def _lacking(
    place_code: str, on: dt.date, extra: list[Any], around: tuple[StateRow, ...], decided: set[str]
) -> list[Effect]:
    """Find what a text asks of a place in this state and nobody has decided yet."""
    book, texts = queries.law().parameters, queries.library()
    found = []
    for about in book.declarations.values():
        asked = about.in_state
        if asked is None or about.name in decided or on < asked.since or not asked.when.met_by(around):
            continue
        usual = book.resolve(about.name, place_code, "rural", on, None, extra)
        effect = Effect(
            kind="lacking", name=about.name, label=about.label, text="尚未登记", place_code=place_code,
            usual=in_words(usual.value, about.unit) if usual else "", clause=asked.clause,
            document=texts.title_of(texts.clauses[asked.clause].document), since=asked.since,
            back_on=first_day_without(asked.when, place_code, extra, on), because=_because(asked.when, around),
        )  # fmt: skip
        found.append(effect)
    return found


def _end(until: dt.date | None, row: ParameterRow, place_code: str, extra: list[Any], on: dt.date) -> dt.date | None:
    return _earlier(until, first_day_without(row.when, place_code, extra, on))


def _switch(state: SwitchState, place_code: str, on: dt.date, extra: list[Any], around: tuple[StateRow, ...]) -> Effect:
    ends = None if state.when.is_always else first_day_without(state.when, place_code, extra, on)
    return Effect(
        kind="switch", name=state.name, label=state.label, text="", usual="", place_code=state.place_code,
        clause=state.clause, document=state.document, since=state.since, back_on=_earlier(state.until, ends),
        because=_because(state.when, around), programmes=state.programmes, note=state.note, local_id=state.local_id,
        settings=tuple(state.settings.items()),
    )  # fmt: skip


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    known = [day for day in (one, other) if day is not None]
    return min(known) if known else None


def _because(when: Condition, around: tuple[StateRow, ...]) -> str:
    met = when.met_by(around)
    return "、".join(dict.fromkeys(row.words for row in met)) if met else ""
