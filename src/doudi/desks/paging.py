"""Small helps shared by the money pages: who asks, which county, which page of a list."""

import dataclasses
import datetime as dt

from django.http import HttpRequest

from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.places import queries as places

PAGE_SIZE = 50
COUNTY_LEVEL = 3


@dataclasses.dataclass(frozen=True)
class ListPage:
    """A page of a list: which rows, of how many."""

    number: int
    row_count: int

    @property
    def page_count(self) -> int:
        return max(-(-self.row_count // PAGE_SIZE), 1)

    @property
    def offset(self) -> int:
        return (self.number - 1) * PAGE_SIZE


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def today_of(request: HttpRequest) -> dt.date:
    return request.today  # type: ignore[attr-defined]


def list_page(request: HttpRequest, row_count: int, name: str = "page") -> ListPage:
    """Read the page number; one beyond the list is the last page."""
    asked = request.GET.get(name, "1")
    number = int(asked) if asked.isdigit() and len(asked) < 9 else 1
    return ListPage(min(max(number, 1), max(-(-row_count // PAGE_SIZE), 1)), row_count)


def month_of(request: HttpRequest, name: str = "month") -> Month:
    """Read the month asked for; the business month when none is.

    :raises BadInput: not a month.
    """
    asked = (request.POST if request.method == "POST" else request.GET).get(name, "")
    return Month.parse(asked) if asked.strip() else Month.of(today_of(request))


def county_of(request: HttpRequest, known: dict[str, str]) -> str:
    """Read the county asked for among those known; a post of one county has no choice.

    :raises BadInput: a county outside the list.
    """
    actor = actor_of(request)
    if codes.level(actor.scope_code) >= COUNTY_LEVEL:
        return codes.at_level(actor.scope_code, COUNTY_LEVEL)
    asked = (request.POST if request.method == "POST" else request.GET).get("county", "")
    if not asked:
        return next(iter(known), "")
    if asked not in known:
        raise BadInput(f"没有县“{asked}”的批次", where="县", next_step="请从列表中选择")
    return asked


def place_names(wanted: set[str], on: dt.date) -> dict[str, str]:
    """Name divisions as they were called on a day; one without a name shows its code."""
    return places.names_of(wanted, on) if wanted else {}
