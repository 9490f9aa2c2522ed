"""The weekly report: every figure opens its rows; what the system does not know is said, never invented."""

import datetime as dt
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from doudi.desks.exporting import XLSX_TYPE
from doudi.desks.paging import actor_of, list_page, place_names, today_of
from doudi.kernel import codes
from doudi.kernel.calendar import week_of_report
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.kernel.money import fen_from_yuan
from doudi.places import queries as places
from doudi.reports import queries, services
from doudi.reports.cells import CELL_BY_ID, Cell
from doudi.reports.models import Submission
from doudi.reports.services import Typed
from doudi.reports.workbook import TITLE, workbook
from doudi.security.permissions import may, require
from doudi.security.web import desk

ONE_WEEK = dt.timedelta(days=7)


def _asked(request: HttpRequest) -> tuple[str, dt.date]:
    """Read which division and which week; the post's own division and the present week by default."""
    given = request.POST if request.method == "POST" else request.GET
    division = given.get("division", "") or actor_of(request).scope_code
    if not codes.contains(actor_of(request).scope_code, codes.check(division)):
        raise NotPermitted()
    text = given.get("week_end", "").strip()
    if not text:
        return division, week_of_report(today_of(request)).last_day
    try:
        return division, dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"日期“{text}”无法识别", where="报告周", next_step="请写成 2022-04-15") from error


@desk("view_list")
def weekly_report(request: HttpRequest) -> HttpResponse:
    """Show a division's week as the records stand, beside what was submitted."""
    division, week_end = _asked(request)
    report = queries.weekly(division, week_end)
    versions = queries.versions(division, week_end)
    groups: dict[str, list[queries.Figure]] = {}
    for figure in report.figures:
        groups.setdefault(figure.cell.group, []).append(figure)
    actor = actor_of(request)
    return render(
        request,
        "desks/weekly/report.html",
        {
            "report": report,
            "groups": groups,
            "versions": versions,
            "latest": versions[0] if versions else None,
            "submitted": {cell["id"]: cell for cell in versions[0].cells} if versions else {},
            "place": place_names({division}, week_end).get(division, division) if division else "全国",
            "division": division,
            "week_end": week_end,
            "before": week_end - ONE_WEEK,
            "after": week_end + ONE_WEEK,
            "may_submit": may(actor, "submit_report", division),
            "days_left": (report.due.day - today_of(request)).days,
            "title": TITLE,
        },
    )


@desk("view_list")
def weekly_cell(request: HttpRequest, cell_id: str) -> HttpResponse:
    """Open one figure: the rows it counts."""
    division, week_end = _asked(request)
    cell = CELL_BY_ID.get(cell_id)
    asked = request.GET.get("page", "1")
    number = max(int(asked), 1) if asked.isdigit() and len(asked) < 9 else 1
    rows, count = queries.rows_of(cell_id, division, week_end, offset=(number - 1) * 50)
    assert cell is not None
    return render(
        request,
        "desks/weekly/cell.html",
        {
            "cell": cell,
            "rows": [_shown(cell, row) for row in rows],
            "page": list_page(request, count),
            "place": place_names({division}, week_end).get(division, division) if division else "全国",
            "division": division,
            "week_end": week_end,
        },
    )


def _shown(cell: Cell, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Turn a row into table cells: money in yuan, keys as links."""
    return [
        {
            "value": row[name],
            "is_money": name.endswith(("_fen", "_fen_m")),
            "household_id": row[name] if name == "household_id" else None,
            "line_id": row[name] if name == "line_id" else None,
            "proposal_id": row[name] if name == "proposal_id" else None,
            "is_programme": name == "programme",
        }
        for name, _ in cell.columns
    ]


@desk("submit_report")
@require_POST
def submit_weekly(request: HttpRequest) -> HttpResponse:
    """Submit the week; the form carries typed figures with their reasons."""
    division, week_end = _asked(request)
    require(actor_of(request), "submit_report", division)
    made = services.submit(
        division,
        week_end,
        actor=actor_of(request),
        on=today_of(request),
        at=_time_of_day(today_of(request)),
        typed=_typed(request),
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        zero_confirmed=request.POST.get("zero") == "1",
    )
    messages.success(request, f"已报送第 {made.version} 版" + (",迟报" if made.is_late else ""))
    return redirect(f"{reverse('weekly_report')}?division={division}&week_end={week_end}")


def _time_of_day(today: dt.date) -> dt.time | None:
    """Read the clock only when the business day is the calendar day; a set business date has no hour."""
    now = timezone.localtime()
    return now.time().replace(microsecond=0) if now.date() == today else None


def _typed(request: HttpRequest) -> dict[str, Typed]:
    """Read the typed figures; an empty field says nothing.

    :raises BadInput: not a number; names the figure.
    """
    found: dict[str, Typed] = {}
    for cell_id, cell in CELL_BY_ID.items():
        text = request.POST.get(f"value_{cell_id}", "").strip()
        if not text:
            continue
        if cell.is_money:
            value = fen_from_yuan(text, field=cell.label)
        elif text.replace(",", "").isdecimal() and len(text) <= 12:
            value = int(text.replace(",", ""))
        else:
            raise BadInput(f"“{text}”不是整数", where=cell.label, next_step="请填写 0 或正整数")
        found[cell_id] = Typed(value, request.POST.get(f"reason_{cell_id}", ""))
    return found


@desk("view_list")
def weekly_export(request: HttpRequest) -> HttpResponse:
    """Give the report as XLSX, as submitted or as the records stand."""
    division, week_end = _asked(request)
    report = queries.weekly(division, week_end)
    asked = request.GET.get("version", "")
    submission = None
    if asked.isdigit():
        submission = Submission.objects.filter(
            report=queries.WEEKLY, division_code=division, week_end=week_end, version=int(asked)
        ).first()
    name = places.path_name(division, week_end) if division else "全国"
    content = workbook(report, name, submission, actor_of(request).name, today_of(request))
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{TITLE}-{division}-{week_end}.xlsx')}"
    return response


urlpatterns: list[Any] = [
    path("reports/weekly/", weekly_report, name="weekly_report"),
    path("reports/weekly/submit/", submit_weekly, name="submit_weekly"),
    path("reports/weekly/export/", weekly_export, name="weekly_export"),
    path("reports/weekly/cells/<slug:cell_id>/", weekly_cell, name="weekly_cell"),
]
