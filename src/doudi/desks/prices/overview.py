"""The ledger of a place: months judged and decided, what waits for a decision, the history of its figures."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.desks.exporting import answer
from doudi.desks.paging import actor_of, today_of
from doudi.desks.prices import chart
from doudi.desks.prices.shared import month_or_last, names_of, place_of, places_to_choose
from doudi.kernel.money import plain_yuan
from doudi.kernel.periods import Month
from doudi.linkage.words import PLAIN_WORDS
from doudi.prices import queries
from doudi.prices.errors import KIND_WORDS, STATE_WORDS
from doudi.security.permissions import may
from doudi.security.web import desk

MOST_MONTHS = 36
EVALUATION_WORDS = {"started": "启动", "not_started": "不启动", "unpaid_month": "本月不单独发放"}
HEADER = ["指数月", "发放月", "评估", "决定", "期限", "人数", "金额(元)"]


@desk("view_prices")
def price_overview(request: HttpRequest) -> HttpResponse:
    """Show a place's months with what was decided and paid, what waits, and the chart of its figures."""
    actor, on, place = actor_of(request), today_of(request), place_of(request)
    months = queries.ledger(place)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _export(request, place, months)
    waiting = queries.waiting(actor.scope_code[:6], on)
    names = names_of([place, *(one.evaluation.place_code for one in waiting)], on)
    return render(
        request,
        "desks/prices/overview.html",
        {
            "place": place,
            "names": names,
            "choices": places_to_choose(request),
            "months": months,
            "waiting": waiting,
            "kinds": KIND_WORDS,
            "states": STATE_WORDS,
            "evaluation_words": EVALUATION_WORDS,
            "chart": _chart(place, months),
            "month": month_or_last(request),
            "may_evaluate": may(actor, "evaluate_prices", place),
            "may_enter": may(actor, "enter_price_index", place),
            "today": on,
        },
    )


def _chart(place: str, months: list[queries.LedgerMonth]) -> chart.History | None:
    book = queries.index_book(place)
    held = {series: book.months(place, [series]) for series in queries.SERIES_SHOWN}
    every = sorted({month for found in held.values() for month in found})[-MOST_MONTHS:]
    if not every:
        return None
    span = [every[0].plus(n) for n in range(every[0].until(every[-1]) + 1)][-MOST_MONTHS:]
    values: dict[str, dict[Month, int]] = {}
    for series, found in held.items():
        rows = {month: book.find(place, series, month) for month in found if month in span}
        figures = {month: row.value_bp for month, row in rows.items() if row and row.value_bp is not None}
        if figures:
            values[series] = figures
    started = {row.month: f"{row.month} 启动" for row in months if row.evaluation.state == "started"}
    return chart.history(span, values, {name: PLAIN_WORDS.short(name) for name in values}, started)


def _export(request: HttpRequest, place: str, months: list[queries.LedgerMonth]) -> HttpResponse:
    actor, on = actor_of(request), today_of(request)
    rows: list[list[Any]] = [
        [
            str(row.month),
            str(Month.of(row.evaluation.payment_month)),
            row.evaluation.summary,
            "、".join(f"{KIND_WORDS[one.kind]}({STATE_WORDS[one.state]})" for one in row.decisions),
            str(row.evaluation.due_on or ""),
            row.line_count,
            plain_yuan(row.sum_fen),
        ]
        for row in months
    ]
    foot = [f"{names_of([place], on).get(place, place)} 价格补贴台账", f"{actor.name} {on} 导出"]
    return answer(f"价格补贴台账-{place}", request.GET["format"], HEADER, rows, foot)


urlpatterns = [path("prices/", price_overview, name="price_overview")]
