"""What is known about one rule: its function, its clause, its words. No behaviour."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from doudi.kernel import codes
from doudi.kernel.periods import in_period

PERSON, HOUSEHOLD = "person", "household"


@dataclasses.dataclass(frozen=True)
class Cite:
    """A place in a document; ``id`` is how the policy library names the clause.

    ``place`` is the division whose document it is, empty for the nation.
    """

    document: str
    clause: str
    title: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    place: str = ""

    def in_force(self, on: dt.date) -> bool:
        return in_period(on, self.since, self.until)

    @property
    def id(self) -> str:
        return f"{self.document}-{self.clause}"

    def __str__(self) -> str:
        return f"{self.title or self.document} {self.clause}"


@dataclasses.dataclass(frozen=True)
class Document:
    """A legal document; ``law("HLJMCA2022")["3.16"]`` is one clause of it."""

    id: str
    title: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    place: str = ""

    def __getitem__(self, clause: str) -> Cite:
        return Cite(self.id, clause, self.title, self.since, self.until, self.place)


@dataclasses.dataclass(frozen=True)
class Rule:
    """One sentence of the law as a function of named values.

    ``kind`` is fact, criterion, entitled, amount, applies, total or derived.  ``how`` says how a
    total gathers the members: count, sum, any, all.  ``bit`` and ``route`` are given once and
    never reused.
    """

    name: str
    kind: str
    entity: str
    programme: str
    needs: tuple[str, ...]
    function: Callable[..., Any] | None = None
    cites: tuple[Cite, ...] = ()
    label: str = ""
    unit: str = ""
    bit: int | None = None
    yes: str = ""
    no: str = ""
    ask: str = ""
    route: int | None = None
    route_name: str = ""
    how: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    file: str = ""
    line: int = 0
    source: str = ""

    def in_force(self, on: dt.date) -> bool:
        return in_period(on, self.since, self.until)

    def standing_on(self, on: dt.date) -> "Rule":
        """Give the rule with those of its clauses that are in force on a day; a rule may keep none."""
        cites = tuple(cite for cite in self.cites if cite.in_force(on))
        return self if len(cites) == len(self.cites) else dataclasses.replace(self, cites=cites)

    def cites_at(self, place: str) -> tuple[Cite, ...]:
        """Give the clauses that hold at a place; all of them when none is of there or of the nation."""
        return tuple(cite for cite in self.cites if codes.contains(cite.place, place)) or self.cites

    @functools.cached_property
    def clause(self) -> str:
        return "、".join(cite.id for cite in self.cites)

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"
