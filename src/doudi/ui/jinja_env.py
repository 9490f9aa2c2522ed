"""The Jinja environment of every page: addresses, static files, filters, and a trap for missing values."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import jinja2
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from markupsafe import Markup, escape

from doudi.kernel.money import yuan, yuan_in_words
from doudi.kernel.periods import Month
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.ui import words
from doudi.ui.story import story_of

missing_log = logging.getLogger("doudi.ui.missing")

PAGES_ROUND = 2


class Missing(jinja2.ChainableUndefined):
    """A value the view forgot. It prints nothing, but says so in the log, where tests look."""

    def __str__(self) -> str:
        if self._undefined_name is not None:  # an inline "if" without "else" has no name
            missing_log.warning("页面缺少变量:%s", self._undefined_name)
        return ""

    def __html__(self) -> str:
        return str(self)


def page_url(name: str, *args: Any, **kwargs: Any) -> str:
    """Give the address of a page; a page that does not exist is an error."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def page_url_or_none(name: str, *args: Any, **kwargs: Any) -> str | None:
    """Give the address of a page, or None when no such page is installed."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return None


def with_query(request: Any, **changes: Any) -> str:
    """Give the present query string with some values changed; None or an empty value removes one."""
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


def query_of(values: Mapping[str, Any]) -> str:
    """Give a query string of the values that are not empty."""
    return f"?{urlencode({k: v for k, v in values.items() if v not in (None, '')})}"


def page_numbers(number: int, count: int) -> list[int | None]:
    """Give the page numbers a pager shows; None stands for a gap."""
    near = {1, count, *range(max(1, number - PAGES_ROUND), min(count, number + PAGES_ROUND) + 1)}
    shown: list[int | None] = []
    for page in sorted(near):
        if shown and shown[-1] is not None and page - shown[-1] > 1:
            shown.append(None)
        shown.append(page)
    return shown


def money(fen: int | None) -> str:
    return "" if isinstance(fen, jinja2.Undefined) else yuan(fen)


def money_words(fen: int) -> str:
    return yuan_in_words(fen)


def month_words(value: str | dt.date | Month | None) -> str:
    """Show a month as 2022年4月; an empty one as ``--``."""
    if not value:
        return "--"
    if isinstance(value, Month):
        return value.words
    return (Month.of(value) if isinstance(value, dt.date) else Month.parse(value)).words


def date_text(value: dt.date | dt.datetime | None) -> str:
    """Show a day as 2022-04-15, a moment with its minute; an empty one as ``--``."""
    if not value:
        return "--"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def masked(text: str | None, head: int = 3, tail: int = 4) -> str:
    """Hide the middle of a number, whatever came in."""
    if not text:
        return "--"
    if "*" in text or len(text) <= head + tail:
        return text
    return f"{text[:head]}{'*' * (len(text) - head - tail)}{text[-tail:]}"


def programme_label(name: str) -> str:
    return PROGRAMME_LABEL.get(name, name)


def count_text(value: int | None) -> str:
    """Show a count with separators; unknown as ``--``."""
    return "--" if value is None else f"{value:,}"


def spaced(value: Any) -> Markup:
    """Keep the line breaks of a plain text."""
    return Markup("<br>").join(escape(line) for line in str(value or "").splitlines())


FILTERS: dict[str, Callable[..., Any]] = {
    "yuan": money,
    "yuan_words": money_words,
    "month_words": month_words,
    "date": date_text,
    "masked": masked,
    "programme": programme_label,
    "count_text": count_text,
    "spaced": spaced,
}


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment; settings name this function."""
    options.update(undefined=Missing, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    env = jinja2.Environment(**options)
    env.globals.update(
        url=page_url,
        url_or_none=page_url_or_none,
        static=static,
        with_query=with_query,
        query_of=query_of,
        page_numbers=page_numbers,
        status_of=words.status,
        story_of=story_of,
    )
    env.filters.update(FILTERS)
    return env
