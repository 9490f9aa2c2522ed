"""What came back from the bank: a file's rows and their fate, the returned payments, the reconciliation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.desks.paging import COUNTY_LEVEL, actor_of, county_of, list_page, month_of, place_names, today_of
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.payments import queries, services
from doudi.payments.adapters.codes import advice, plain
from doudi.payments.models import PayRun
from doudi.payments.return_rows import MAX_BYTES
from doudi.payments.returns import return_file as file_of
from doudi.security.permissions import may
from doudi.security.web import desk

TAKEN = {"posted": "已入账", "voided": "退票", "repeated": "重复", "refused": "未受理"}
ROWS_SHOWN = 200


@desk("load_bank_return")
@require_POST
def load_return(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a return file for a run; every row gets an answer."""
    upload = request.FILES.get("file")
    if upload is None:
        raise BadInput("没有选择文件", where="回盘文件", next_step="请选择银行发回的文件")
    if (upload.size or 0) > MAX_BYTES:
        raise BadInput("文件超过 64 MB", where="回盘文件", next_step="请分开上传")
    taken = services.load_return_bytes(
        upload.read(), upload.name or "回盘", actor=actor_of(request), on=today_of(request), run_id=run_id
    )
    if taken.is_repeated:
        messages.info(request, f"这份文件已于 {taken.taken_on} 装入过,没有再记")
        return redirect("return_file", taken.pk)
    messages.success(
        request,
        f"成功 {taken.paid_count} 笔,退票 {taken.failed_count} 笔,"
        f"重复 {taken.repeated_count} 行,未受理 {taken.refused_count} 行",
    )
    return redirect("return_file", taken.pk)


@desk("view_money")
def return_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """What became of each row of a return file; those left to a person come first."""
    taken = file_of(file_id)
    wanted = request.GET.get("taken", "")
    wanted = wanted if wanted in TAKEN else ""
    counts = {
        "posted": taken.paid_count,
        "voided": taken.failed_count,
        "repeated": taken.repeated_count,
        "refused": taken.refused_count,
    }
    rows = queries.return_rows(taken.pk, taken=wanted, limit=ROWS_SHOWN)
    return render(
        request,
        "desks/returns/file.html",
        {
            "taken": taken,
            "run": taken.pay_run,
            "rows": rows,
            "counts": counts,
            "labels": TAKEN,
            "wanted": wanted,
            "shown_at_most": ROWS_SHOWN,
        },
    )


@desk("view_money")
def return_list(request: HttpRequest) -> HttpResponse:
    """List returned payments with the reason in plain words and what to do."""
    actor = actor_of(request)
    total = queries.line_count(scope_code=actor.scope_code, state="returned")
    page = list_page(request, total)
    found = queries.lines(scope_code=actor.scope_code, state="returned", offset=page.offset)
    return render(
        request,
        "desks/returns/list.html",
        {
            "lines": [
                {
                    **line,
                    "why": plain(str(line["return_code"]), str(line["return_text"])),
                    "advice": advice(str(line["return_code"])),
                }
                for line in found
            ],
            "names": place_names({str(line["division_code"]) for line in found}, today_of(request)),
            "page": page,
            "may_retry": may(actor, "make_pay_run") and codes.level(actor.scope_code) == COUNTY_LEVEL,
        },
    )


@desk("view_money")
def reconcile(request: HttpRequest) -> HttpResponse:
    """Awards, books and bank side by side: three columns that must tie."""
    known = {code: code for code in PayRun.objects.order_by().values_list("division_code", flat=True).distinct()}
    on = today_of(request)
    names = place_names(set(known), on)
    county = county_of(request, {code: names.get(code, code) for code in known})
    month = month_of(request)
    found = queries.reconcile(county, month) if county else None
    return render(
        request,
        "desks/returns/reconcile.html",
        {
            "found": found,
            "county": county,
            "county_name": place_names({county}, on).get(county, county) if county else "",
            "county_options": [(code, names.get(code, code)) for code in sorted(known)],
            "has_choice": codes.level(actor_of(request).scope_code) < COUNTY_LEVEL,
            "month": month,
            "runs": _runs_of(county, month) if county else [],
        },
    )


def _runs_of(county: str, month: Month) -> list[PayRun]:
    """List a month's runs, those paid ahead for it included."""
    found = PayRun.objects.filter(division_code=county, month__lte=str(month)).exclude(state="cancelled")
    return [run for run in found.order_by("pk")[:200] if Month.parse(run.month).until(month) <= run.months_ahead_count]


urlpatterns: list[Any] = [
    path("pay/<int:run_id>/return/", load_return, name="load_return"),
    path("pay/returns/<int:file_id>/", return_file, name="return_file"),
    path("pay/returned/", return_list, name="return_list"),
    path("pay/reconcile/", reconcile, name="reconcile"),
]
