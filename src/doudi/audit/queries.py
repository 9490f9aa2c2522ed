"""Reading the trail."""

import dataclasses
import datetime as dt
import zoneinfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from doudi.audit.models import Entry

PLACE_TIME = zoneinfo.ZoneInfo("Asia/Shanghai")
PAGE_SIZE = 50


@dataclasses.dataclass(frozen=True)
class TrailFilter:
    """What to look for; empty means everything in scope. Days include both ends."""

    who: str = ""
    verb: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def trail_of(subject: str) -> QuerySet[Entry]:
    """Give the entries about one thing, oldest first, inside the present scope."""
    return Entry.objects.filter(subject=subject).order_by("id")


def entries(wanted: TrailFilter) -> QuerySet[Entry]:
    """Give the entries that match, newest first, inside the present scope."""
    found = Entry.objects.order_by("-id")
    if wanted.who:
        found = found.filter(login=wanted.who) | found.filter(name=wanted.who)
    if wanted.verb:
        found = found.filter(verb__startswith=wanted.verb)
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.since:
        found = found.filter(recorded_at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(recorded_at__lt=_midnight(wanted.until + dt.timedelta(days=1)))
    return found


def entries_page(wanted: TrailFilter, number: int) -> Page[Entry]:
    """Give one page of the matching entries."""
    return Paginator(entries(wanted), PAGE_SIZE).get_page(number)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), PLACE_TIME)
