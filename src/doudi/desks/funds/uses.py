"""What may be paid from where: the matrix in force at a place, with its clauses; a place's own rule by two people."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.desks.paging import actor_of, place_names, today_of
from doudi.engine.funding import FUND_SOURCES
from doudi.funds import matrix
from doudi.funds.models import UseRule
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme
from doudi.security.permissions import may
from doudi.security.web import desk

GROUPS = ("低保", "特困", "优抚", "失业保险金", "失业补助金", "孤儿", "事实无人抚养儿童", "低保边缘")


@desk("view_money")
def fund_uses(request: HttpRequest) -> HttpResponse:
    """Show, use by use, which sources may pay for it here, the clause, and what waits for a second person."""
    actor, on = actor_of(request), today_of(request)
    uses = [p.name for p in Programme if p.pays] + [f"price_subsidy:{group}" for group in GROUPS]
    found = matrix.allowed(actor.scope_code, on, uses)
    waiting = list(
        UseRule.objects.filter(place_code=actor.scope_code, confirmed_by="").exclude(proposed_by="").order_by("since")
    )
    return render(
        request,
        "desks/funds/uses.html",
        {
            "rows": [found[use] for use in uses if use in found],
            "sources": list(FUND_SOURCES.items()),
            "waiting": waiting,
            "source_names": FUND_SOURCES,
            "names": place_names({one.place_code for one in found.values()} - {""}, on),
            "may_record": may(actor, "allocate_funds") and bool(actor.scope_code),
            "is_own": {row.pk: row.proposed_by == actor.person_key for row in waiting},
            "use_options": [(p.name, p.label) for p in Programme if p.pays],
        },
    )


@desk("allocate_funds")
@require_POST
def fund_use_propose(request: HttpRequest) -> HttpResponse:
    """Record what the place's own document says about one use."""
    actor = actor_of(request)
    since, until = _day(request, "since"), _day(request, "until")
    if since is None:
        raise BadInput("没有写起日", where="起日", next_step="请写成 2022-04-15 的样子")
    matrix.propose(
        request.POST.get("use", ""),
        actor.scope_code,
        tuple(request.POST.getlist("source")),
        since=since,
        until=until,
        clause=request.POST.get("clause", "").strip()[:80],
        document=request.POST.get("document", ""),
        actor=actor,
    )
    messages.success(request, "已登记,待另一人确认后生效")
    return redirect("fund_uses")


@desk("allocate_funds")
@require_POST
def fund_use_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm as a second person."""
    actor, since = actor_of(request), _day(request, "since")
    if since is None:
        raise BadInput("没有写起日", where="起日")
    matrix.confirm(request.POST.get("use", ""), actor.scope_code, since, actor=actor)
    messages.success(request, "已确认,自起日起按此列支")
    return redirect("fund_uses")


def _day(request: HttpRequest, name: str) -> dt.date | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"“{text}”不是日期", where="日期", next_step="请写成 2022-04-15 的样子") from error


urlpatterns: list[Any] = [
    path("funds/uses/", fund_uses, name="fund_uses"),
    path("funds/uses/propose/", fund_use_propose, name="fund_use_propose"),
    path("funds/uses/confirm/", fund_use_confirm, name="fund_use_confirm"),
]
