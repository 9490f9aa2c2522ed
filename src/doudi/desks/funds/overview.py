"""The money by source: what came in, is free, set aside, paid. Every figure opens its entries."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.desks.paging import COUNTY_LEVEL, actor_of, place_names, today_of
from doudi.funds import queries, services
from doudi.funds.models import DIRECT_MARKS, FUND_SOURCES, Account
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.money import fen_from_yuan, yuan, yuan_in_words
from doudi.places import queries as places
from doudi.registry import queries as registry
from doudi.security.permissions import may, require
from doudi.security.web import desk

FIGURES = ("allocated", "allotted", "available", "reserved", "paid")


def _counties(request: HttpRequest) -> list[tuple[str, str]]:
    """List the counties money may be sent to from this post."""
    actor = actor_of(request)
    if codes.level(actor.scope_code) >= COUNTY_LEVEL:
        code = codes.at_level(actor.scope_code, COUNTY_LEVEL)
        return [(code, place_names({code}, today_of(request)).get(code, code))]
    found = set(Account.objects.values_list("division_code", flat=True).distinct())
    found |= set(registry.counties_with_people())
    names = place_names(found, today_of(request))
    return [(code, names.get(code, code)) for code in sorted(found)]


def below_options(actor: Actor, on: dt.date) -> list[tuple[str, str]]:
    """List the divisions directly below this post's own, to which money may be sent."""
    if codes.level(actor.scope_code) > COUNTY_LEVEL:
        return []
    return [(place.code, place.name) for place in places.children(actor.scope_code, on)]


@desk("view_money")
def fund_overview(request: HttpRequest) -> HttpResponse:
    """Show sources down, uses across, one table per county; two sources are never added up in a row."""
    actor = actor_of(request)
    rows = queries.balances(actor.scope_code)
    names = place_names({row.division_code for row in rows}, today_of(request))
    counties: dict[str, list[queries.SourceBalance]] = {}
    for row in rows:
        counties.setdefault(row.division_code, []).append(row)
    return render(
        request,
        "desks/funds/overview.html",
        {
            "counties": counties,
            "names": names,
            "totals": {
                code: {key: sum(getattr(row, f"{key}_fen") for row in found) for key in FIGURES}
                for code, found in counties.items()
            },
            "may_allocate": may(actor, "allocate_funds"),
            "county_options": _counties(request) if may(actor, "allocate_funds") else [],
            "source_options": list(FUND_SOURCES.items()),
            "mark_options": list(DIRECT_MARKS.items()),
            "below_options": below_options(actor, today_of(request)) if may(actor, "allocate_funds") else [],
            "may_close": may(actor, "close_books"),
        },
    )


@desk("allocate_funds")
@require_POST
def allocate_funds(request: HttpRequest) -> HttpResponse:
    """Stop before money is written in: first the amount in words, then the entry."""
    actor, on = actor_of(request), today_of(request)
    county, source = request.POST.get("county", ""), request.POST.get("source", "")
    document = request.POST.get("document", "").strip()
    require(actor, "allocate_funds", codes.check(county))
    mark = request.POST.get("mark", "")
    amount_fen = fen_from_yuan(request.POST.get("amount", ""))
    if request.POST.get("confirmed") == "1":
        journal = services.allocate(county, source, amount_fen, document=document, direct_mark=mark, actor=actor, on=on)
        messages.success(request, f"已记录下达 {yuan(amount_fen)} 元,凭证 {journal.pk}")
        return redirect("fund_overview")
    pool = services.check_allocation(source, amount_fen, document, mark)
    return render(
        request,
        "desks/funds/allocate.html",
        {
            "county": county,
            "county_name": place_names({county}, on).get(county, county),
            "source": source,
            "mark": mark,
            "source_label": pool.label,
            "amount_fen": amount_fen,
            "words": yuan_in_words(amount_fen),
            "document": document,
        },
    )


urlpatterns: list[Any] = [
    path("funds/", fund_overview, name="fund_overview"),
    path("funds/allocate/", allocate_funds, name="allocate_funds"),
]
