"""Trial balance of one division over a month, as page and sheet; shutting the month."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.desks.exporting import answer
from doudi.desks.paging import actor_of, month_of, place_names, today_of
from doudi.funds import closing, statements
from doudi.funds.models import Account, PeriodClose
from doudi.kernel.errors import BadInput
from doudi.security.permissions import may
from doudi.security.web import desk

HEADER = ["资金来源", "账户", "期初余额(元)", "本期增加(元)", "本期减少(元)", "期末余额(元)", "笔数"]


@desk("view_money")
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Show every account's opening, movements and closing; all closings together are nought."""
    actor, on, month = actor_of(request), today_of(request), month_of(request)
    names = _divisions(request)
    division = request.GET.get("division") or next(iter(names), "")
    if names and division not in names:
        raise BadInput("请从列表中选择地区", where="地区")
    rows = [row for row in statements.trial_balance_of(division, month, month) if row.was_used]
    if request.GET.get("format") in ("csv", "xlsx"):
        cells = [
            [
                row.source_label,
                row.label,
                *(fen / 100 for fen in (row.opening_fen, row.debit_fen, row.credit_fen, row.closing_fen)),
                row.entry_count,
            ]
            for row in rows
        ]
        foot = [f"{names.get(division, division)} {month.words} 试算平衡表", f"导出:{actor.name} {on}"]
        return answer(f"试算平衡-{division}-{month}", request.GET["format"], HEADER, cells, foot)
    shut = PeriodClose.objects.filter(division_code=division, month__gte=str(month)).order_by("month").first()
    return render(
        request,
        "desks/funds/trial.html",
        {
            "rows": rows,
            "month": month,
            "division": division,
            "names": names,
            "division_options": list(names.items()),
            "totals": {
                key: sum(getattr(row, f"{key}_fen") for row in rows)
                for key in ("opening", "debit", "credit", "closing")
            },
            "shut": shut,
            "may_close": may(actor, "close_books") and shut is None and on >= month.next_first_day and bool(rows),
        },
    )


def _divisions(request: HttpRequest) -> dict[str, str]:
    """List the divisions with books inside this post's own, the post's own first."""
    found = sorted(set(Account.objects.values_list("division_code", flat=True).distinct()))
    names = place_names(set(found) - {""}, today_of(request))
    return {code: names.get(code, code or "全国") for code in found}


@desk("close_books")
@require_POST
def close_month(request: HttpRequest) -> HttpResponse:
    """Shut a month: asked twice, never undone."""
    actor, on, month = actor_of(request), today_of(request), month_of(request)
    division = request.POST.get("division", "")
    if request.POST.get("confirmed") == "1":
        closing.close_month(division, month, actor=actor, on=on)
        messages.success(request, f"{month.words}已结账")
        return redirect(f"{reverse('trial_balance')}?division={division}&month={month}")
    name = place_names({division}, on).get(division, division)
    return render(request, "desks/funds/close.html", {"division": division, "division_name": name, "month": month})


urlpatterns: list[Any] = [
    path("funds/trial/", trial_balance, name="trial_balance"),
    path("funds/close/", close_month, name="close_month"),
]
