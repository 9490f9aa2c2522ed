"""Reads of the weekly report: its figures, the rows behind one, its versions, who has not reported."""

import dataclasses
import datetime as dt
from typing import Any

from django.db import connection

from doudi.kernel import codes
from doudi.kernel.calendar import Due, ReportWeek, report_due, week_of_report
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.periods import Month
from doudi.places import queries as places
from doudi.reports.cells import CELL_BY_ID, CELLS, NOT_RECORDED, Cell
from doudi.reports.models import Submission

WEEKLY = "weekly"
COUNTY_LEVEL = 3


@dataclasses.dataclass(frozen=True)
class Figure:
    """One cell with its value; None: the system keeps no such record, which is not zero."""

    cell: Cell
    value: int | None

    @property
    def note(self) -> str:
        return "" if self.cell.is_recorded else NOT_RECORDED


@dataclasses.dataclass(frozen=True)
class Weekly:
    """One division's week as the records stand now."""

    division_code: str
    week: ReportWeek
    due: Due
    figures: list[Figure]
    missing: list[tuple[str, str]]  # roll-up: counties that have not reported, (code, name)
    reported: list[tuple[str, str, int]]  # roll-up: (code, name, version)
    is_rollup: bool

    @property
    def has_nothing(self) -> bool:
        """Nothing happened this week; who is covered stays out of it."""
        return not any(figure.value for figure in self.figures if figure.cell.group != "保障对象")


def weekly(division_code: str, week_end: dt.date) -> Weekly:
    """Compute a division's week: a county and below from its records, above it from what counties reported.

    :raises BadInput: the day is not a Friday.
    """
    week = week_of_report(week_end)
    if week.last_day != week_end:
        raise BadInput(f"{week_end} 不是周五", where="报告周", next_step=f"该日所在的报告周截至 {week.last_day}")
    due = report_due(week_end, extra=places.extra_days())
    if codes.level(division_code) >= COUNTY_LEVEL:
        return Weekly(division_code, week, due, _figures(division_code, week), [], [], False)
    return _rolled_up(division_code, week, due)


def rows_of(
    cell_id: str, division_code: str, week_end: dt.date, *, limit: int = 50, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """Open one figure: the rows it counts, and how many there are.

    :raises Refusal: the system keeps no rows for it.
    """
    cell = CELL_BY_ID.get(cell_id)
    if cell is None or not cell.is_recorded:
        raise Refusal("这一项系统尚无记录,没有明细可看", next_step="请看填报人写的说明")
    keys = _keys(division_code, week_of_report(week_end))
    order = cell.columns[0][0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT q.*, count(*) OVER () AS row_count FROM ({cell.rows}) q ORDER BY q.{order}"
            " LIMIT %(limit)s OFFSET %(offset)s",
            {**keys, "limit": limit, "offset": offset},
        )
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return rows, int(rows[0]["row_count"]) if rows else 0


def versions(division_code: str, week_end: dt.date) -> list[Submission]:
    """List what was submitted for a week, newest first."""
    return list(
        Submission.objects.filter(report=WEEKLY, division_code=division_code, week_end=week_end).order_by("-version")
    )


def _keys(division_code: str, week: ReportWeek) -> dict[str, Any]:
    return {
        "scope": division_code,
        "first": week.first_day,
        "last": week.last_day,
        "month": str(Month.of(week.last_day)),
    }


def _figures(division_code: str, week: ReportWeek) -> list[Figure]:
    """Compute all recorded cells in one statement."""
    recorded = [cell for cell in CELLS if cell.is_recorded]
    columns = ", ".join(f"(SELECT {cell.value} FROM ({cell.rows}) q{n})" for n, cell in enumerate(recorded))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", _keys(division_code, week))
        row = cursor.fetchone()
    values = {cell.id: int(value) for cell, value in zip(recorded, row, strict=True)}
    return [Figure(cell, values.get(cell.id)) for cell in CELLS]


def _rolled_up(division_code: str, week: ReportWeek, due: Due) -> Weekly:
    """Add up the newest version of every county below; name the counties that have none."""
    counties = counties_below(division_code, week.last_day)
    newest = {
        one.division_code: one
        for one in Submission.objects.filter(
            report=WEEKLY, week_end=week.last_day, division_code__in=list(counties)
        ).order_by("division_code", "version")
    }
    sums: dict[str, int | None] = {cell.id: None for cell in CELLS}
    for one in newest.values():
        for given in one.cells:
            if given["value"] is not None and given["id"] in sums:
                sums[given["id"]] = (sums[given["id"]] or 0) + int(given["value"])
    return Weekly(
        division_code=division_code,
        week=week,
        due=due,
        figures=[Figure(cell, sums[cell.id]) for cell in CELLS],
        missing=[(code, name) for code, name in counties.items() if code not in newest],
        reported=[(code, counties[code], one.version) for code, one in newest.items()],
        is_rollup=True,
    )


def counties_below(division_code: str, on: dt.date) -> dict[str, str]:
    """Name the counties inside a division on a day."""
    return {place.code: place.name for place in places.below(division_code, COUNTY_LEVEL, on)}
