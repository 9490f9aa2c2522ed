"""Write side of reports: submitting the weekly report, in versions."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.calendar import Due
from doudi.kernel.errors import BadInput, Refusal
from doudi.reports import queries
from doudi.reports.cells import CELL_BY_ID, NOT_RECORDED, Cell
from doudi.reports.models import Submission
from doudi.reports.queries import WEEKLY, Figure, Weekly
from doudi.security.permissions import require

weekly = queries.weekly


@dataclasses.dataclass(frozen=True)
class Typed:
    """A figure that a person typed, with the reason."""

    value: int
    reason: str


class NeedsZeroConfirmation(Refusal):
    message = "本周没有任何办理和发放,需要确认零报告"
    next_step = "请勾选“确认零报告”后报送"


class NeedsReason(Refusal):
    message = "第 {version} 版与上一版有差异,需要写明理由"
    next_step = "请填写更正理由;上一版会保留"


@transaction.atomic
def submit(
    division_code: str,
    week_end: dt.date,
    *,
    actor: Actor,
    on: dt.date,
    at: dt.time | None = None,
    typed: Mapping[str, Typed] | None = None,
    reason: str = "",
    note: str = "",
    zero_confirmed: bool = False,
) -> Submission:
    """Submit a division's week as the records stand, with typed figures beside the recorded ones.

    The same figures again change nothing; other figures make a new version with a reason, and the
    earlier one remains.  ``at`` is the time of day as the edge read it; without it only the day counts.

    :raises NeedsZeroConfirmation: nothing happened and nobody confirmed that.
    :raises NeedsReason: a later version without a reason.
    :raises BadInput: a typed figure differs from the records without a reason; names it.
    :source: HLJMCA2022-5.8
    """
    require(actor, "submit_report", division_code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('weekly:' || %s, 0))", [division_code])
    report = queries.weekly(division_code, week_end)
    if on < report.week.first_day:
        raise BadInput(f"{report.week.words} 还没有开始", where="报告周")
    given = _checked(report, typed or {})
    cells = [_cell(figure, given) for figure in report.figures]
    is_zero = report.has_nothing and not any(one.value for one in given.values())
    if is_zero and not zero_confirmed:
        raise NeedsZeroConfirmation()
    last = queries.versions(division_code, week_end)[:1]
    difference = _difference(last[0], cells) if last else []
    if last and not difference and last[0].missing == [list(m) for m in report.missing]:
        return last[0]
    if last and not reason.strip():
        raise NeedsReason(version=last[0].version + 1)
    made = Submission.objects.create(
        report=WEEKLY,
        division_code=division_code,
        week_end=week_end,
        version=last[0].version + 1 if last else 1,
        cells=cells,
        typed={cell_id: dataclasses.asdict(one) for cell_id, one in given.items()},
        missing=[list(one) for one in report.missing],
        difference=difference,
        is_zero_report=is_zero,
        due_at=_moment(report.due),
        is_late=is_late(report.due, on, at),
        reason=reason.strip()[:300],
        note=note.strip()[:1000],
        submitted_by=actor.person_key,
        submitted_by_name=actor.name,
        submitted_on=on,
        submitted_at=at,
    )
    _noted(made, actor)
    return made


def is_late(due: Due, on: dt.date, at: dt.time | None = None) -> bool:
    """Tell whether a submission comes after its due hour; on the due day without a time it is in time."""
    if on != due.day:
        return on > due.day
    return at is not None and at > dt.time(due.hour)


def _checked(report: Weekly, typed: Mapping[str, Typed]) -> dict[str, Typed]:
    """Keep the typed figures that say something; each that differs from the records needs a reason."""
    recorded = {figure.cell.id: figure.value for figure in report.figures}
    kept: dict[str, Typed] = {}
    for cell_id, one in typed.items():
        cell = CELL_BY_ID.get(cell_id)
        if cell is None:
            raise BadInput(f"周报没有“{cell_id}”这一项", next_step="请刷新页面")
        if one.value < 0:
            raise BadInput("不能小于 0", where=cell.label)
        if recorded[cell_id] == one.value:
            continue
        if not one.reason.strip():
            raise BadInput(
                _why(cell, recorded[cell_id], one.value), where=cell.label, next_step="请写明理由,两个数都会保留"
            )
        kept[cell_id] = Typed(one.value, one.reason.strip()[:200])
    return kept


def _why(cell: Cell, recorded: int | None, value: int) -> str:
    if recorded is None:
        return f"{NOT_RECORDED},填写 {value} 要写明来源"
    return f"填写的 {value} 与系统记录 {recorded} 不一致,要写明理由"


def _cell(figure: Figure, typed: Mapping[str, Typed]) -> dict[str, Any]:
    cell = figure.cell
    one = typed.get(cell.id)
    return {
        "id": cell.id,
        "group": cell.group,
        "label": cell.label,
        "unit": cell.unit,
        "value": one.value if one else figure.value,
        "recorded": figure.value,
        "note": one.reason if one else figure.note,
        "definition": cell.definition,
        "clause": cell.clause,
    }


def _difference(last: Submission, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    before = {one["id"]: one["value"] for one in last.cells}
    return [
        {"id": one["id"], "label": one["label"], "before": before.get(one["id"]), "after": one["value"]}
        for one in cells
        if before.get(one["id"]) != one["value"]
    ]


def _moment(due: Due) -> dt.datetime:
    return dt.datetime.combine(due.day, dt.time(due.hour), tzinfo=dt.timezone(dt.timedelta(hours=8)))


def _noted(made: Submission, actor: Actor) -> None:
    audit.record(
        "report.submitted",
        actor=actor,
        division_code=made.division_code,
        subject=f"submission:{made.pk}",
        details={
            "week_end": str(made.week_end),
            "version": made.version,
            "late": made.is_late,
            "zero": made.is_zero_report,
            "typed": sorted(made.typed),
            "missing": [code for code, _ in made.missing],
            "difference": made.difference,
            "reason": made.reason,
        },
    )
