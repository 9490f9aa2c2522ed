"""From which month a newly confirmed award is paid: how long after its confirmation, by programme, place and day."""

import dataclasses
import datetime as dt
from typing import Any

import pyarrow as pa
from django.db import connection

from doudi.engine.parameters import Resolved
from doudi.kernel.periods import Month
from doudi.kernel.programmes import Programme
from doudi.policy import queries as policy

START_DELAY: dict[str, str] = {
    Programme.dibao.name: "dibao_start_delay_months",
    Programme.tekun.name: "tekun_start_delay_months",
    Programme.disability_living_subsidy.name: "living_subsidy_start_delay_months",
    Programme.disability_care_subsidy.name: "care_subsidy_start_delay_months",
    Programme.orphan_allowance.name: "orphan_start_delay_months",
    Programme.unattended_child_allowance.name: "unattended_start_delay_months",
    Programme.old_age_allowance.name: "old_age_start_delay_months",
    Programme.elderly_hardship_subsidy.name: "elderly_hardship_start_delay_months",
    Programme.elderly_care_subsidy.name: "elderly_care_start_delay_months",
    Programme.veterans_pension.name: "veterans_start_delay_months",
}
DELAY_WORDS = {0: "自确认的当月起发放", 1: "自确认的次月起发放"}
DELAY_FIELDS = pa.schema(
    [
        ("place_code", pa.string()),
        ("area", pa.string()),
        ("programme", pa.string()),
        ("confirmed_on", pa.date32()),
        ("month_count", pa.int32()),
    ]
)


@dataclasses.dataclass(frozen=True)
class Beginning:
    """The month from which an award confirmed on a day is paid, and the clause that says so."""

    month: Month
    delay_months: int
    clause: str
    is_verified: bool

    @property
    def words(self) -> str:
        return DELAY_WORDS.get(self.delay_months, f"自确认后第 {self.delay_months} 个月起发放")


def beginning(programme: str, place_code: str, area: str, confirmed_on: dt.date, since_month: str = "") -> Beginning:
    """Say from which month an award confirmed on a day is paid: never before the month it was proposed for."""
    found = _resolve(programme, place_code, area, confirmed_on, policy.local_rows(confirmed_on, confirmed_on))
    delay = _months(found)
    month = Month.of(confirmed_on).plus(delay)
    if since_month:
        month = max(month, Month.parse(since_month))
    return Beginning(month, delay, found.clause if found else "", found is not None and found.verified)


def delays(needed: list[tuple[str, str, str, dt.date]]) -> pa.Table:
    """Resolve the delay for every place, area, programme and day of confirmation asked for."""
    extra = {day: policy.local_rows(day, day) for day in {row[3] for row in needed}}
    rows = [(*row, _months(_resolve(row[2], row[0], row[1], row[3], extra[row[3]]))) for row in needed]
    return pa.Table.from_pylist([dict(zip(DELAY_FIELDS.names, row, strict=True)) for row in rows], schema=DELAY_FIELDS)


def needed_delays(sql: str, asked: dict[str, Any]) -> list[tuple[str, str, str, dt.date]]:
    """List the places, areas, programmes and days of confirmation that wait to take effect."""
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _resolve(programme: str, place_code: str, area: str, on: dt.date, extra: list[Any]) -> Resolved | None:
    name = START_DELAY.get(programme)
    return policy.law().parameters.resolve(name, place_code, area, on, on, extra) if name else None


def _months(found: Resolved | None) -> int:
    """Recognitions that pay nothing have no delay of their own."""
    return 0 if found is None or found.value is None else found.value
