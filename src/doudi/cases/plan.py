"""What should change, worked out for everyone at once: determinations beside what is held.

Grain: one row per subject and programme for which something should change.  Nothing is written here.
"""

import dataclasses
import pathlib
from typing import Any

import duckdb
import pyarrow as pa

from doudi.cases.enums import BY_CONDITION, REMARKS
from doudi.determination.held import HeldAwards
from doudi.kernel.periods import Month

DETERMINATION_FIELDS = pa.schema(
    [
        ("id", pa.int64()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.int64()),
        ("household_id", pa.int64()),
        ("programme", pa.string()),
        ("outcome", pa.int32()),
        ("amount_fen_m", pa.int64()),
        ("route", pa.string()),
        ("division_code", pa.string()),
    ]
)
FREEZE_FIELDS = pa.schema(
    [("place_code", pa.string()), ("programme", pa.string()), ("clause", pa.string()), ("until", pa.date32())]
)
PHASE_OUT_FIELDS = pa.schema(
    [
        ("place_code", pa.string()),
        ("programme", pa.string()),
        ("clause", pa.string()),
        ("month_count", pa.int64()),
        ("pay_permille", pa.int64()),
    ]
)
FLAG_FIELDS = pa.schema([("household_id", pa.int64()), ("code", pa.string())])
UNVERIFIED_FIELDS = pa.schema([("place_code", pa.string()), ("is_rural", pa.bool_()), ("programme", pa.string())])
PLAN = (pathlib.Path(__file__).parent / "sql" / "plan.sql").read_text(encoding="utf-8")
PLAN_FIELDS = pa.schema(
    [
        ("determination_id", pa.int64()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.int64()),
        ("household_id", pa.int64()),
        ("programme", pa.string()),
        ("kind", pa.string()),
        ("amount_before_fen_m", pa.int64()),
        ("amount_after_fen_m", pa.int64()),
        ("since_month", pa.string()),
        ("until_month", pa.string()),
        ("route", pa.string()),
        ("cause", pa.string()),
        ("person_ids", pa.string()),
        ("lane", pa.string()),
        ("flags", pa.string()),
        ("hold_clause", pa.string()),
        ("hold_until", pa.date32()),
        ("state", pa.string()),
        ("division_code", pa.string()),
    ]
)


@dataclasses.dataclass(frozen=True)
class Ground:
    """Everything a plan rests on, as Arrow tables. ``persons``, ``households``, ``facts`` are the run's snapshot."""

    determinations: pa.Table
    persons: pa.Table
    households: pa.Table
    facts: pa.Table
    held: HeldAwards
    freezes: pa.Table
    phase_outs: pa.Table
    flags: pa.Table
    unverified: pa.Table


def plan(ground: Ground, month: Month) -> pa.Table:
    """
    Work out what should begin, change, end or fade out from a month on.

    Missing facts never end anything. A freeze holds exits and reductions that come from a family's means;
    deaths, double enrolment and a move to other support pass it (D4).

    :source: HLJMCA2022-3.16; HLJ2021-4.9; SX2021-5.8; MCA2022-1.5; 最低生活保障审核确认办法 第三十三条
    """
    with duckdb.connect(":memory:") as memory:
        memory.execute("set threads = 2")
        for name in ("determinations", "persons", "households", "facts", "freezes", "phase_outs", "flags"):
            memory.register(name, getattr(ground, name))
        memory.register("unverified", ground.unverified)
        memory.register("awards", ground.held.awards)
        memory.register("coverage", ground.held.coverage)
        asked: dict[str, Any] = {
            "first": month.first_day,
            "remarks": sorted(REMARKS),
            "by_condition": sorted(BY_CONDITION),
        }
        return memory.execute(PLAN, asked).to_arrow_table().cast(PLAN_FIELDS)
