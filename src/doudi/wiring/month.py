"""The monthly chain, strung together from the rooms. Every step may be run again; nothing happens twice.

Callers have opened a scope (``security.scope.acting``) that covers the county.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from doudi.benefits import queries as awards
from doudi.benefits import services as benefits
from doudi.cases import services as cases
from doudi.determination import services as determination
from doudi.facts import imports
from doudi.kernel.actors import Actor
from doudi.kernel.periods import Month

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class CycleResult:
    """What one county's cycle came to. Counts are of families or people, by kind of proposal."""

    division_code: str
    run_id: int
    household_count: int
    person_count: int
    proposal_counts: dict[str, int]


def load_department_files(folder: Path, county_code: str, *, known_on: dt.date, actor: Actor, say: Say) -> int:
    """Load every file of a county's folder, roster first, and take over the roster's awards.

    Repeating is safe: a file already taken is named as repeated and adds nothing.
    Returns the number of rows taken.
    """
    taken = 0
    for result in imports.load_folder(folder, division_code=county_code, known_on=known_on, actor=actor):
        counts = f"装入 {result.taken_count} 行,退回 {result.rejected_count} 行,搁置 {result.set_aside_count} 行"
        say(f"  {result.department}·{result.kind}:{'重复批次,未再装入' if result.repeated else counts}")
        taken += result.taken_count
    count = benefits.take_over_roster(county_code, actor)
    say(f"  接续在册待遇 {count} 项")
    return taken


def run_cycle(county_code: str, month: Month, *, on: dt.date, known_on: dt.date, actor: Actor) -> CycleResult:
    """Determine everyone of the county as known on a day about a day, and propose what should change."""
    held = awards.held_awards(county_code, month)
    run = determination.determine_county(county_code, month, on=on, known_on=known_on, actor=actor, held=held)
    counts = cases.propose_county(county_code, month, on=on, run=run, actor=actor, held=held)
    return CycleResult(county_code, run.pk, run.household_count, run.person_count, dict(counts))


def decide_clean_lane(
    county_code: str, month: Month, *, on: dt.date, reviewer: Actor, confirmer: Actor
) -> dict[str, int]:
    """Review the clean lane at the townships, confirm it at the county, and turn the confirmed into awards.

    The two actors must be different people; the database refuses otherwise.
    """
    reviewed = cases.review_clean_lane(county_code, month, actor=reviewer, on=on)
    confirmed = cases.confirm_clean_lane(county_code, month, actor=confirmer, on=on)
    applied = benefits.apply_confirmed(county_code, month, actor=confirmer, on=on)
    return {"reviewed": reviewed, "confirmed": confirmed, **{f"award_{k}": v for k, v in applied.items()}}
