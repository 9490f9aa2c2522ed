"""Reads of region states: as the engine takes them, at one place, and township by township."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from doudi.engine.states import StateRow, Surroundings
from doudi.kernel import codes
from doudi.places import queries as places
from doudi.places.slips import Place
from doudi.regions.models import RegionState

TOWNSHIP = 4


def state_rows(on: dt.date | None = None, known_on: dt.date | None = None) -> list[StateRow]:
    """List the confirmed states as the engine's rows.

    ``on`` leaves out what is not in force that day; ``known_on`` leaves out what was confirmed later.
    """
    found = RegionState.objects.filter(state="confirmed")
    if on is not None:
        found = found.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)
    if known_on is not None:
        found = found.filter(known_on__lte=known_on)
    return [as_row(one) for one in found.order_by("id")]


def as_row(one: RegionState) -> StateRow:
    """Turn a recorded state into what the engine asks about."""
    document = f"{one.document}({one.document_number})" if one.document_number else one.document
    return StateRow(
        kind=one.kind, value=one.value, place=one.division_code, since=one.since, until=one.until,
        known_on=one.known_on or one.proposed_on, document=document, grade=one.grade, local_id=one.pk,
    )  # fmt: skip


def around(place_code: str, on: dt.date, known_on: dt.date | None = None) -> tuple[StateRow, ...]:
    """List what holds at a place on a day: the nearest level, and the marks and modes of it and of all above."""
    chain = codes.chain(place_code)
    found = RegionState.objects.filter(state="confirmed", division_code__in=chain, since__lte=on)
    found = found.filter(Q(until__isnull=True) | Q(until__gt=on))
    return Surroundings([as_row(one) for one in found.order_by("id")], on, known_on).around(place_code)


def states_at(division_code: str) -> QuerySet[RegionState]:
    """List the states recorded for a division, for those above it and for those below it, the newest first."""
    below = Q(division_code__gte=division_code, division_code__lt=codes.upper(division_code))
    return RegionState.objects.filter(below | Q(division_code__in=codes.chain(division_code))).order_by("-since", "-id")


def waiting(division_code: str) -> QuerySet[RegionState]:
    """List what waits for a second person in a division."""
    return RegionState.objects.filter(
        state="proposed", division_code__gte=division_code, division_code__lt=codes.upper(division_code)
    ).order_by("id")


@dataclasses.dataclass(frozen=True)
class TownshipState:
    """One township of a county on a day with everything that holds there."""

    place: Place
    level: StateRow | None
    others: tuple[StateRow, ...]

    @property
    def is_own_level(self) -> bool:
        """Tell whether the level was recorded for the township itself and not for the county."""
        return self.level is not None and self.level.place == self.place.code


def townships(county_code: str, on: dt.date) -> list[TownshipState]:
    """List the townships of a county, or of anything above, with their states; two queries."""
    return states_of(places.below(county_code, TOWNSHIP, on), on)


def states_of(wanted: Iterable[Place], on: dt.date) -> list[TownshipState]:
    """Put the states in force beside places; one query."""
    surroundings = Surroundings(state_rows(on), on)
    found = []
    for place in wanted:
        held = surroundings.around(place.code)
        level = next((row for row in held if row.kind == "level"), None)
        found.append(TownshipState(place, level, tuple(row for row in held if row.kind != "level")))
    return found
