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

    def as_dict(self) -> dict[str, Any]:
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain["write_steps"] = self.steps
        plain = {("steps" if name == "write_steps" else name): value for name, value in plain.items()}
        return {name: _plain_value(value) for name, value in plain.items()}


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
        plain: dict[str, Any] = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain["programmes"] = [one.as_dict() for one in self.programmes]
        return plain


def _plain_value(value: Any) -> Any:
    """Turn told rows into dictionaries, other values stay."""
    if isinstance(value, tuple):
        return [_plain_value(one) for one in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value
