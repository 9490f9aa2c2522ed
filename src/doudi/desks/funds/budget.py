"""Does the money last the year: budget, what was spent, what the roster costs, the gap and when it runs out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.benefits import queries as benefits
from doudi.desks.paging import actor_of, today_of
from doudi.funds import budgets
from doudi.funds.forecast import forecast
from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan, yuan
from doudi.kernel.periods import Month
from doudi.kernel.programmes import PROGRAMME_LABEL, Programme
from doudi.security.permissions import may
from doudi.security.web import desk


@desk("view_money")
def fund_budget(request: HttpRequest) -> HttpResponse:
    """Forecast the year of every use from the latest budget, the books and this month's roster."""
    actor, on = actor_of(request), today_of(request)
    month = Month.of(on)
    planned = budgets.of_year(actor.scope_code, on.year)
    spent = budgets.spent_by_use(actor.scope_code, on.year, on)
    monthly = {one.programme: one.sum_fen for one in benefits.awards_in_month(actor.scope_code, month)}
    known = planned.keys() | spent.keys() | monthly.keys()
    uses = [p.name for p in Programme if p.pays and p.name in known]
    paid_to = budgets.last_paid_month(actor.scope_code, on) or month.plus(-1)
    rows = [
        (use, PROGRAMME_LABEL[use], planned.get(use), forecast(
            planned.get(use, 0), spent.get(use, 0), monthly.get(use, 0), paid_to
        ))
        for use in uses
    ]  # fmt: skip
    return render(
        request,
        "desks/funds/budget.html",
        {
            "rows": rows,
            "year": on.year,
            "paid_to": paid_to,
            "may_record": may(actor, "allocate_funds") and bool(actor.scope_code),
            "use_options": [(p.name, p.label) for p in Programme if p.pays],
        },
    )


@desk("allocate_funds")
@require_POST
def fund_budget_record(request: HttpRequest) -> HttpResponse:
    """Record a budget; a later one for the same year and use takes its place, the earlier stays readable."""
    actor, on = actor_of(request), today_of(request)
    year = request.POST.get("year", "")
    if not year.isascii() or not year.isdigit() or not 2014 <= int(year) <= 2100:
        raise BadInput("年度应为四位数", where="年度", next_step="例如 2022")
    made = budgets.record(
        actor.scope_code,
        int(year),
        request.POST.get("use", ""),
        fen_from_yuan(request.POST.get("amount", "")),
        document=request.POST.get("document", ""),
        actor=actor,
        on=on,
    )
    messages.success(request, f"已登记 {made.year} 年预算 {yuan(made.amount_fen)} 元")
    return redirect("fund_budget")


urlpatterns: list[Any] = [
    path("funds/budget/", fund_budget, name="fund_budget"),
    path("funds/budget/record/", fund_budget_record, name="fund_budget_record"),
]
