"""What an explanation holds: plain rows that pages, commands and files can show."""

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any


@dataclasses.dataclass(slots=True)
class FactUsed:
    """An input as it stood: value in words, who said it, how old it is."""

    input: str
    label: str
    person: str
    text: str
    source: str
    since: str
    known_on: str
    age_days: int | None
    is_stale: bool


@dataclasses.dataclass(slots=True)
class Step:
    """One rule's result in words; ``value`` is as computed, null when unknown."""

    rule: str
    kind: str
    person: str
    text: str
    value: int | bool | None
    clause: str
    document: str
    facts: tuple[FactUsed, ...]


@dataclasses.dataclass(slots=True)
class CriterionAnswer:
    """A condition: met is true, false, or null when it cannot be known."""

    id: str
    bit: int
    met: bool | None
    label: str
    text: str
    clause: str
    document: str
    ask: str


@dataclasses.dataclass(slots=True)
class MissingFact:
    """What is unknown and who can supply it."""

    input: str
    label: str
    person: str
    who: str


@dataclasses.dataclass(slots=True)
class Change:
    """A single input that would change the outcome, all else equal."""

    input: str
    label: str
    person: str
    text: str
    outcome: str
    amount_fen_m: int | None


@dataclasses.dataclass(slots=True)
class ParameterUsed:
    """A policy value with its origin."""

    name: str
    label: str
    text: str
    value: int | bool | None
    place: str
    source: str
    clause: str
    verified: bool
    since: str
    until: str


def _plain_maker(kind: type) -> Callable[[Any], dict[str, Any]]:
    """Make the function that turns a flat row of a kind into a dictionary; thousands are turned for one family."""
    items = ", ".join(f"{field.name!r}: one.{field.name}" for field in dataclasses.fields(kind))
    scope: dict[str, Any] = {}
    exec(f"def plain(one): return {{{items}}}", scope)
    made: Callable[[Any], dict[str, Any]] = scope["plain"]
    return made


_plain_fact = _plain_maker(FactUsed)
_plain_step = _plain_maker(Step)
_plain_criterion = _plain_maker(CriterionAnswer)
_plain_missing = _plain_maker(MissingFact)
_plain_change = _plain_maker(Change)
_plain_parameter = _plain_maker(ParameterUsed)


class _Plain:
    """Turns told rows into dictionaries; a row that several programmes share becomes one dictionary."""

    def __init__(self) -> None:
        self._made: dict[int, dict[str, Any]] = {}

    def steps(self, rows: tuple[Step, ...]) -> list[dict[str, Any]]:
        made = self._made
        return [made.get(id(one)) or self._step(one) for one in rows]

    def _step(self, step: Step) -> dict[str, Any]:
        made = self._made
        plain = made[id(step)] = _plain_step(step)
        if step.facts:
            plain["facts"] = tuple([made.get(id(fact)) or self._row(fact, _plain_fact) for fact in step.facts])
        return plain

    def rows(self, rows: tuple[Any, ...], plain: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
        made = self._made
        return [made.get(id(one)) or self._row(one, plain) for one in rows]

    def _row(self, row: Any, plain: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        self._made[id(row)] = made = plain(row)
        return made


@dataclasses.dataclass
class ProgrammeExplanation:
    """Why one programme gives one subject what it gives; ``person`` is the member's position.

    The steps are written when they are first read.
    """

    programme: str
    label: str
    person: int | None
    person_label: str
    outcome: str
    outcome_label: str
    amount_fen_m: int | None
    amount_fen: int | None
    route: str
    route_label: str
    applies: bool
    summary: str
    criteria: tuple[CriterionAnswer, ...]
    missing: tuple[MissingFact, ...]
    would_change: tuple[Change, ...]
    parameters: tuple[ParameterUsed, ...]
    write_steps: Callable[[], Iterable[Step]] = dataclasses.field(repr=False, compare=False)

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every rule's result in the order of reckoning; none for a member whom the programme does not concern."""
        return tuple(self.write_steps()) if self.applies else ()

    def as_dict(self, shared: _Plain | None = None) -> dict[str, Any]:
        """Give the explanation as plain values; ``shared`` lets programmes told together share their rows."""
        rows = shared or _Plain()
        plain = dict(vars(self))
        del plain["write_steps"]
        return plain | {
            "criteria": rows.rows(self.criteria, _plain_criterion),
            "missing": rows.rows(self.missing, _plain_missing),
            "would_change": rows.rows(self.would_change, _plain_change),
            "parameters": rows.rows(self.parameters, _plain_parameter),
            "steps": rows.steps(self.steps),
        }


@dataclasses.dataclass(frozen=True)
class Explanation:
    """All programmes of one family on one day."""

    place_code: str
    on: str
    known_on: str
    rule_digest: str
    engine_version: str
    programmes: tuple[ProgrammeExplanation, ...]

    def of(self, programme: str, person: int | None = None) -> ProgrammeExplanation:
        """Find one programme's explanation for the household or for one member."""
        return next(one for one in self.programmes if one.programme == programme and one.person == person)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values; a step that several programmes rest on is one and the same dictionary."""
        plain: dict[str, Any] = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        shared = _Plain()
        plain["programmes"] = [one.as_dict(shared) for one in self.programmes]
        return plain
