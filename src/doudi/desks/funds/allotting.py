"""Sending money to the level below, taking it back, and splitting a sum by need."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.desks.funds.overview import below_options
from doudi.desks.paging import actor_of, list_page, place_names, today_of
from doudi.funds import allotments, statements
from doudi.funds.journals import Pool
from doudi.funds.models import Allotment
from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan, yuan, yuan_in_words
from doudi.policy import queries as policy
from doudi.security.permissions import may
from doudi.security.web import desk

IDLE_DAYS = 30
PAGE = 50


@desk("allocate_funds")
@require_POST
def allot_funds(request: HttpRequest) -> HttpResponse:
    """Stop before money is sent down: first the amount in words, then both entries at once."""
    actor, on = actor_of(request), today_of(request)
    to_code, document = request.POST.get("to", ""), request.POST.get("document", "").strip()
    pool = Pool(request.POST.get("source", ""), request.POST.get("mark", "")).checked()
    amount_fen = fen_from_yuan(request.POST.get("amount", ""))
    options = dict(below_options(actor, on))
    if to_code not in options:
        raise BadInput("请从列表中选择接收地区", where="接收地区")
    if request.POST.get("confirmed") == "1":
        made = allotments.allot(actor.scope_code, to_code, pool, amount_fen, document=document, actor=actor, on=on)
        messages.success(request, f"已向{options[to_code]}下达 {yuan(amount_fen)} 元,凭证 {made.upper_journal_id}")
        return redirect("allotment_list")
    allotments.check(actor.scope_code, to_code, amount_fen, document)
    return render(
        request,
        "desks/funds/allot.html",
        {
            "to": to_code,
            "to_name": options[to_code],
            "source": pool.fund_source,
            "mark": pool.direct_mark,
            "pool_label": pool.label,
            "amount_fen": amount_fen,
            "words": yuan_in_words(amount_fen),
            "document": document,
        },
    )


@desk("view_money")
def allotment_list(request: HttpRequest) -> HttpResponse:
    """List what was sent down inside this division, newest first, and what lies idle."""
    on, actor = today_of(request), actor_of(request)
    found = Allotment.objects.order_by("-id")
    page = list_page(request, found.count())
    rows = list(found[page.offset : page.offset + PAGE])
    days = idle_days(actor.scope_code, on)
    idle = statements.idle_money(actor.scope_code, on, days)
    wanted = {row.division_code for row in rows} | {row.from_code for row in rows} | {one.division_code for one in idle}
    return render(
        request,
        "desks/funds/allotments.html",
        {
            "rows": rows,
            "labels": {row.pk: Pool(row.fund_source, row.direct_mark).label for row in rows},
            "idle": idle,
            "idle_labels": {one.journal_id: Pool(one.fund_source, one.direct_mark).label for one in idle},
            "idle_days": days,
            "names": place_names(wanted - {""}, on),
            "page": page,
            "may_allocate": may(actor, "allocate_funds"),
        },
    )


def idle_days(place_code: str, on: dt.date) -> int:
    """Say after how many days money counts as idle: the place's own value, else thirty."""
    if not place_code:
        return IDLE_DAYS
    found = policy.law().parameters.resolve("fund_idle_days", place_code, "urban", on, on, policy.local_rows(on, on))
    return found.value if found is not None and found.value is not None else IDLE_DAYS


urlpatterns: list[Any] = [
    path("funds/allot/", allot_funds, name="allot_funds"),
    path("funds/allotments/", allotment_list, name="allotment_list"),
]
