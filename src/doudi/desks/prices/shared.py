"""What the pages of the price subsidy share: the place asked for, words for places, fields that were sent back."""

import datetime as dt
from collections.abc import Iterable

from django.http import HttpRequest

from doudi.desks.paging import actor_of, place_names, today_of
from doudi.kernel import codes
from doudi.kernel.errors import NotPermitted
from doudi.kernel.periods import Month
from doudi.places import queries as places
from doudi.policy import queries as policy

COUNTY_LEVEL = 3


class Filled(dict[str, str]):
    """What was typed or complained of, by field; a field nobody touched is empty."""

    def __missing__(self, field: str) -> str:
        return ""


def place_of(request: HttpRequest) -> str:
    """Read the place asked for; by default the post's own, a township's or village's its county.

    :raises BadInput: not a code. :raises NotPermitted: outside what the post may see.
    """
    own = actor_of(request).scope_code[:6]
    asked = (request.POST if request.method == "POST" else request.GET).get("place", "").strip()
    if not asked:
        return own
    place = codes.from_padded(asked)
    if not codes.contains(own, place) and place not in codes.chain(own):
        raise NotPermitted(next_step="不在您的辖区内,由所在地的相应岗位办理", division_code=place)
    return place[:6]


def names_of(wanted: Iterable[str], on: dt.date) -> dict[str, str]:
    """Name places as they are called; the nation has no code."""
    return place_names({code for code in wanted if code}, on) | {"": "全国"}


def places_to_choose(request: HttpRequest) -> list[tuple[str, str]]:
    """List the places a post may open: its own and those directly below and above it."""
    own, on = actor_of(request).scope_code[:6], today_of(request)
    if codes.level(own) >= COUNTY_LEVEL:
        found = [code for code in codes.chain(own) if code]
    else:
        below = [one.code for one in places.children(own, on)]
        counties = [one.code for one in places.below(own, COUNTY_LEVEL, on)] if own else []
        found = [*([own] if own else []), *below, *(code for code in counties if code not in below)]
    names = names_of(found, on)
    return [(code, names.get(code, code)) for code in found]


def known_clauses() -> frozenset[str]:
    """Give the clauses that have a page, so that only they become links."""
    return frozenset(policy.library().clauses)


def month_or_last(request: HttpRequest) -> Month:
    """Read the index month asked for; by default the month before the business month."""
    asked = (request.POST if request.method == "POST" else request.GET).get("month", "").strip()
    return Month.parse(asked) if asked else Month.of(today_of(request)).plus(-1)
