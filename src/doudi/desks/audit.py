"""The trail, for the auditor and the administrator."""

import datetime as dt
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from doudi.audit.labels import verb_label
from doudi.audit.models import Entry
from doudi.audit.queries import TrailFilter, entries_page
from doudi.kernel.actors import ROLES
from doudi.kernel.errors import BadInput
from doudi.places import queries as places
from doudi.security.web import desk

VERB_GROUPS = (
    ("", "全部"), ("login.", "登录"), ("page.", "查阅与提交"), ("access.", "越权被拒"), ("identity.", "查看号码"),
    ("facts.", "部门数据"), ("fact.", "入户核实"), ("registry.", "人员与家庭"), ("determination.", "认定"),
    ("proposal.", "建议与审批"), ("award.", "待遇"), ("payrun.", "发放批次"), ("payline.", "发放明细"),
    ("journal.", "资金账簿"), ("report.", "报送"), ("policy.", "政策"), ("list.", "导出"), ("user.", "用户"),
    ("post.", "岗位"), ("date.", "业务日期"), ("division.", "区划"),
)  # fmt: skip
SHOWN_DETAILS = 6


def _day(request: HttpRequest, name: str) -> dt.date | None:
    text = request.GET.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"“{text}”不是日期", where="日期", next_step="请写成 2022-04-15 的样子") from None


def _detail_words(details: Any) -> list[str]:
    pairs = details.items() if isinstance(details, dict) else []
    return [f"{name}={value}" for name, value in list(pairs)[:SHOWN_DETAILS]]


def _rows(page: Page[Entry], on: dt.date) -> list[dict[str, Any]]:
    entries = list(page.object_list)
    names = places.names_of(sorted({entry.division_code for entry in entries if entry.division_code}), on)
    return [
        {
            "entry": entry,
            "when": timezone.localtime(entry.recorded_at),
            "role": ROLES.get(entry.role, "未登录"),
            "place": names.get(entry.division_code, entry.division_code) or "全国",
            "verb": verb_label(entry.verb),
            "details": _detail_words(entry.details),
            "refused": entry.verb.endswith((".refused", ".locked")),
        }
        for entry in entries
    ]


@desk("view_audit")
def audit_log(request: HttpRequest) -> HttpResponse:
    """List who did and looked at what, newest first."""
    wanted = TrailFilter(
        who=request.GET.get("who", "").strip(),
        verb=request.GET.get("verb", "").strip(),
        subject=request.GET.get("subject", "").strip(),
        since=_day(request, "since"),
        until=_day(request, "until"),
    )
    number = request.GET.get("page", "1")
    page = entries_page(wanted, int(number) if number.isdecimal() and len(number) < 9 else 1)
    groups = dict(VERB_GROUPS)
    shown = (
        ("人员", wanted.who, "who"), ("事项", groups.get(wanted.verb, wanted.verb) if wanted.verb else "", "verb"),
        ("对象", wanted.subject, "subject"), ("从", wanted.since, "since"), ("到", wanted.until, "until"),
    )  # fmt: skip
    values = {
        "page": page,
        "rows": _rows(page, request.today),  # type: ignore[attr-defined]
        "wanted": wanted,
        "groups": VERB_GROUPS,
        "chosen": [(label, value, name) for label, value, name in shown if value],
    }
    return render(request, "desks/audit/log.html", values)


urlpatterns = [path("audit/", audit_log, name="audit_log")]
