"""What surrounds every page: place, post, business date, navigation, and the switches in force."""

import dataclasses
import datetime as dt
from typing import Any

from django.contrib import messages as django_messages
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import cached_property

from doudi.desks.navigation import Drawer, navigation
from doudi.kernel.actors import Actor
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.security.permissions import may
from doudi.ui.jinja_env import page_url_or_none

SWITCH_WORDS = {
    "exit_freeze": ("暂缓退出执行中", "因家庭困难情形变化的停发、减发先行暂缓,去世的照常办理"),
    "review_freeze": ("暂缓复核执行中", "定期复核暂停"),
    "phase_out": ("渐退期执行中", "就业增收的家庭可渐退"),
    "advance_payment": ("提前发放执行中", "可以预发后续月份"),
    "weekly_report": ("每周报送执行中", "每周五前报送"),
}
SHOWN_ON_TOP = ("exit_freeze", "review_freeze", "advance_payment")


@dataclasses.dataclass(frozen=True)
class Banner:
    """One switch in force, said in a line."""

    name: str
    title: str
    text: str
    clause: str
    href: str | None


class Shell:
    """The frame of one page. Everything is looked up once, when the page asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def actor(self) -> Actor | None:
        return getattr(self._request, "actor", None)

    @cached_property
    def today(self) -> dt.date | None:
        return getattr(self._request, "today", None)

    @cached_property
    def home(self) -> str:
        return page_url_or_none("workbench") or "/"

    @cached_property
    def search(self) -> str | None:
        if self.actor is None or self.actor.role in ("administrator", "finance"):
            return None
        return page_url_or_none("search")

    def may(self, verb: str) -> bool:
        """Tell whether the post holds a verb, so that a page offers no link that would be refused."""
        return self.actor is not None and may(self.actor, verb)

    def clause_name(self, clause_id: str) -> str:
        """Name an article by its document; a clause of a notice keeps its number, by which offices speak of it."""
        library = policy.library()
        clause = library.clauses.get(clause_id)
        if clause is None or clause.is_notice or clause.document not in library.documents:
            return clause_id
        document = library.documents[clause.document]
        return f"{document.short or document.title} {clause.number}"

    @cached_property
    def navigation(self) -> list[Drawer]:
        return navigation(self.actor.role, self._request.path) if self.actor else []

    @cached_property
    def place_name(self) -> str:
        if self.actor is None or self.today is None:
            return ""
        if not self.actor.scope_code:
            return "全国"
        try:
            return places.path_name(self.actor.scope_code, self.today) or self.actor.scope_code
        except DatabaseError:  # a refusal page after a failed statement still has to be drawn
            return self.actor.scope_code

    @cached_property
    def banners(self) -> list[Banner]:
        if self.actor is None or self.today is None or self.actor.role == "administrator":
            return []
        try:
            return switch_banners(self.actor.scope_code, self.today, SHOWN_ON_TOP)
        except DatabaseError:
            return []

    @property
    def messages(self) -> Any:
        return django_messages.get_messages(self._request)


def switch_banners(place_code: str, on: dt.date, names: tuple[str, ...]) -> list[Banner]:
    """Say which of the named switches are in force for a place on a day, each with its clause."""
    law, rows = policy.law(), policy.local_rows(on, on)
    found = []
    for name in names:
        state = law.switches.in_force(name, place_code, on, extra=rows)
        if state is None:
            continue
        title, text = SWITCH_WORDS[name]
        if state.until:
            text = f"{text},至 {state.until.isoformat()} 止"
        href = page_url_or_none("clause_file", state.clause) if state.clause else None
        found.append(Banner(name, title, text, state.clause, href))
    return found


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every template the frame; settings name this function as a context processor."""
    return {"shell": Shell(request)}
