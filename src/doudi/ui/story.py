"""Cuts an explanation into what a reader needs first and what opens on demand."""

import dataclasses
from typing import Any

FAMILY = "全家"
LEFT_OUT = ("criterion", "derived")


@dataclasses.dataclass(frozen=True)
class Chapter:
    """The steps about one person, or about the whole family."""

    title: str
    steps: list[Any]


@dataclasses.dataclass(frozen=True)
class Story:
    """``main`` carries the conclusion; ``chapters`` hold every other step, in the order of reckoning."""

    main: list[Any]
    chapters: list[Chapter]
    step_count: int
    unverified_count: int


def _of(thing: Any, name: str, default: Any = None) -> Any:
    return thing.get(name, default) if isinstance(thing, dict) else getattr(thing, name, default)


def _carries(step: Any, subject: str, amount_fen: int | None) -> bool:
    """Tell whether a step gives the route or the amount of the conclusion itself."""
    if (_of(step, "person") or "") != subject:
        return False
    if _of(step, "kind") == "entitled":
        return _of(step, "value") is True
    return _of(step, "kind") == "amount" and amount_fen is not None and _of(step, "value") == amount_fen


def _main(steps: list[Any], subject: str, amount_fen: int) -> list[Any]:
    """Give the route taken and the last reckoning of its amount; other routes may come to the same figure earlier."""
    carrying = [step for step in steps if _carries(step, subject, amount_fen)]
    amounts = [step for step in carrying if _of(step, "kind") == "amount"]
    return [step for step in carrying if _of(step, "kind") == "entitled" or step is amounts[-1]]


def story_of(explanation: Any) -> Story:
    """Order an explanation for reading: the steps that carry the conclusion first, the others by person."""
    steps = list(_of(explanation, "steps") or [])
    subject, amount = _of(explanation, "person_label") or "", _of(explanation, "amount_fen")
    main = _main(steps, subject, amount) if amount else []
    if not any(_of(step, "kind") for step in steps):  # told without kinds: every step is part of the story
        return Story(steps, [], len(steps), 0)
    by_person: dict[str, list[Any]] = {}
    for step in steps:
        if _of(step, "kind") not in LEFT_OUT:
            by_person.setdefault(_of(step, "person") or "", []).append(step)
    subjects = sorted(by_person, key=lambda person: (person != subject, person != ""))
    chapters = [Chapter(person or FAMILY, by_person[person]) for person in subjects]
    unverified = sum(1 for one in _of(explanation, "parameters") or [] if not _of(one, "verified"))
    return Story(main, chapters, sum(len(one.steps) for one in chapters), unverified)
