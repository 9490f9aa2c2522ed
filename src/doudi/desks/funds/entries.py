"""Accounts and their entries; one entry with both sides; correcting by another entry."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from doudi.desks.paging import actor_of, list_page, place_names, today_of
from doudi.funds import queries, services
from doudi.funds.journals import Pool
from doudi.funds.models import ACCOUNT_KINDS, CORRECTION_REASONS, JOURNAL_KINDS, Account, AllowedMove, Journal, Leg
from doudi.kernel.errors import BadInput, DoudiError, NotPermitted
from doudi.kernel.money import fen_from_yuan
from doudi.security.permissions import may
from doudi.security.web import desk


@desk("view_money")
def fund_account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show an account's entries, newest first, each with the balance after it."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotPermitted()
    page = list_page(request, queries.statement_count(account.pk))
    return render(
        request,
        "desks/funds/account.html",
        {
            "account": account,
            "kind_label": account.label,
            "source_label": Pool(account.fund_source, account.direct_mark).label,
            "place": _place(account.division_code, today_of(request)),
            "rows": queries.statement(account.pk, offset=page.offset),
            "journal_kinds": JOURNAL_KINDS,
            "page": page,
        },
    )


@desk("view_money")
def journal_file(request: HttpRequest, journal_id: int) -> HttpResponse:
    """Show one entry with both sides, what it corrects or is corrected by; correct it with a reason."""
    one = Journal.objects.filter(pk=journal_id).first()
    if one is None:
        raise NotPermitted()
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            made = _correct(request, one)
        except BadInput as error:
            errors = [("", error.text)]
        else:
            messages.success(request, f"已追加更正凭证 {made.pk}")
            return redirect("journal_file", made.pk)
    legs = list(Leg.objects.select_related("account").filter(journal=one).order_by("amount_fen"))
    return render(
        request,
        "desks/funds/journal.html",
        {
            "one": one,
            "kind_label": JOURNAL_KINDS[one.kind],
            "reason_label": CORRECTION_REASONS.get(one.reason_code, ""),
            "legs": [(leg, leg.account.label) for leg in legs],
            "pool_label": Pool(legs[0].account.fund_source, legs[0].account.direct_mark).label if legs else "",
            "place": _place(one.division_code, today_of(request)),
            "corrections": list(Journal.objects.filter(corrects_id=one.pk).order_by("id")),
            "may_correct": may(actor_of(request), "allocate_funds") and one.kind != "correct",
            "moves": _moves(legs),
            "reasons": list(CORRECTION_REASONS.items()),
            "key": request.POST.get("key") or uuid.uuid4().hex,
            "errors": errors,
        },
        status=422 if errors else 200,
    )


def _moves(legs: list[Leg]) -> list[tuple[str, str]]:
    """List the directions in which an entry may be corrected: what it moved, moved back."""
    touched = {leg.account.kind: leg.account for leg in legs}
    allowed = AllowedMove.objects.filter(journal_kind="correct").values_list("from_kind", "to_kind")
    found = []
    for out, into in allowed:
        if out in touched and (into in touched or into == "available"):
            spent = touched[out]
            name = f"paid:{spent.use}" if out == "paid" else out
            found.append((f"{name}>{into}", f"{spent.label} → {ACCOUNT_KINDS[into]}"))
    return found


def _correct(request: HttpRequest, one: Journal) -> Journal:
    out, _, into = request.POST.get("move", "").partition(">")
    if not out or not into:
        raise BadInput("请选择从哪里到哪里", where="方向")
    return services.correct(
        one.pk,
        from_kind=out,
        to_kind=into,
        amount_fen=fen_from_yuan(request.POST.get("amount", "")),
        reason_code=request.POST.get("reason_code", ""),
        reason=request.POST.get("reason", ""),
        idem=f"correct:{one.pk}:{request.POST.get('key', '')[:40]}",
        actor=actor_of(request),
        on=today_of(request),
    )


def _place(code: str, on: dt.date) -> str:
    try:
        return place_names({code}, on).get(code, code)
    except DoudiError:
        return code


urlpatterns: list[Any] = [
    path("funds/accounts/<int:account_id>/", fund_account, name="fund_account"),
    path("funds/journals/<int:journal_id>/", journal_file, name="journal_file"),
]
