"""Payment runs: the list, one run with its step bar, the second person's stop, the bank file, one payment."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.benefits.models import Award
from doudi.desks.exporting import XLSX_TYPE
from doudi.desks.paging import COUNTY_LEVEL, actor_of, list_page, month_of, place_names, today_of
from doudi.funds import queries as funds
from doudi.funds.models import FUND_SOURCES
from doudi.kernel import codes
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.kernel.money import yuan, yuan_in_words
from doudi.kernel.periods import Month
from doudi.payments import queries, services
from doudi.payments.adapters.codes import advice
from doudi.payments.models import HOLD_REASONS, LINE_STATES, RUN_KINDS, RUN_STATES, BankFile, Line, PayRun, ReturnFile
from doudi.registry.models import Household
from doudi.security.permissions import may
from doudi.security.web import desk

STEPS = {
    "frozen": "名单冻结",
    "checked": "校验",
    "approved": "第二人批准",
    "sent": "报送银行",
    "answered": "银行回盘",
    "closed": "办结",
}
DIFFERENCE_KINDS = {
    "new": "新增",
    "ended": "停发",
    "more": "增发",
    "less": "减发",
    "account": "账户变更",
    "same": "未变",
}
CAUSES = {
    "hardship": "经济状况变化",
    "death": "去世",
    "double_enrolment": "重复享受",
    "work": "就业渐退",
    "switch": "转为其他保障",
    "conditions": "不再符合条件",
    "moved": "迁出",
    "own_wish": "本人申请",
    "": "--",
}
TABS = {"held": "暂缓", "differences": "与上月差异", "lines": "全部明细", "files": "银行文件与回盘"}


@desk("view_money")
def pay_run_list(request: HttpRequest) -> HttpResponse:
    """List runs, newest first, by state and month."""
    actor = actor_of(request)
    state, month = request.GET.get("state", ""), request.GET.get("month", "").strip()
    found = PayRun.objects.order_by("-pk")
    if state in RUN_STATES:
        found = found.filter(state=state)
    if month:
        found = found.filter(month=str(Month.parse(month)))
    page = list_page(request, found.count())
    runs = list(found[page.offset : page.offset + 50])
    chosen = [("状态", RUN_STATES[state], "state")] if state in RUN_STATES else []
    chosen += [("月份", month, "month")] if month else []
    return render(
        request,
        "desks/payruns/list.html",
        {
            "runs": runs,
            "names": place_names({run.division_code for run in runs}, today_of(request)),
            "page": page,
            "chosen": chosen,
            "state": state,
            "month": month,
            "state_options": [("", "全部"), *RUN_STATES.items()],
            "may_make": may(actor, "make_pay_run") and codes.level(actor.scope_code) == COUNTY_LEVEL,
            "this_month": str(Month.of(today_of(request))),
            "kind_options": [(kind, RUN_KINDS[kind]) for kind in ("regular", "back_pay")],
        },
    )


@desk("make_pay_run")
@require_POST
def freeze_pay_run(request: HttpRequest) -> HttpResponse:
    """Freeze the list of a month; pressing twice opens the same run."""
    actor = actor_of(request)
    ahead = request.POST.get("months_ahead", "0") or "0"
    if not ahead.isdigit():
        raise BadInput("应为 0 或正整数", where="提前月数")
    run = services.freeze_run(
        codes.at_level(actor.scope_code, COUNTY_LEVEL),
        month_of(request),
        kind=request.POST.get("kind", "regular"),
        actor=actor,
        on=today_of(request),
        months_ahead=int(ahead),
    )
    messages.success(request, f"批次 {run.number} 已冻结 {run.line_count} 笔,请校验")
    return redirect("pay_run_file", run.pk)


def _run(run_id: int) -> PayRun:
    run = PayRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotPermitted()
    return run


@desk("view_money")
def pay_run_file(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: where it stands, what it pays in words, and one of four lists."""
    run, actor = _run(run_id), actor_of(request)
    tab = request.GET.get("tab", "held")
    tab = tab if tab in TABS else "held"
    states = queries.state_totals(run.pk)
    payable = [one for one in states if one.state not in ("held", "void")]
    payable_fen = sum(one.sum_fen for one in payable)
    steps = list(STEPS)
    values: dict[str, Any] = {
        "run": run,
        "place": place_names({run.division_code}, today_of(request)).get(run.division_code, run.division_code),
        "tab": tab,
        "steps": [(STEPS[name], _step_note(run, name)) for name in steps],
        "step": len(steps) if run.state == "closed" else steps.index(run.state) + 1 if run.state in steps else -1,
        "states": states,
        "state_labels": LINE_STATES,
        "payable_count": sum(one.line_count for one in payable),
        "payable_fen": payable_fen,
        "words": yuan_in_words(payable_fen),
        "programmes": queries.totals_by(run.pk, "programme"),
        "sources": [(FUND_SOURCES[key], *rest) for key, *rest in queries.totals_by(run.pk, "fund_source")],
        "tabs": TABS,
        "returned_count": next((one.line_count for one in states if one.state == "returned"), 0),
        "may_make": may(actor, "make_pay_run", run.division_code),
        "may_approve": may(actor, "approve_pay_run", run.division_code) and actor.person_key != run.made_by,
        "may_send": may(actor, "send_bank_file", run.division_code),
        "may_load": may(actor, "load_bank_return", run.division_code),
        **_tab(request, run, tab),
    }
    return render(request, "desks/payruns/file.html", values)


def _step_note(run: PayRun, name: str) -> str:
    """Say who did a step and when, where the run keeps it."""
    if name == "frozen":
        return f"{run.made_by_name} {run.made_on}"
    if name == "approved" and run.approved_on:
        return f"{run.approved_by_name} {run.approved_on}"
    return str(run.closed_on) if name == "closed" and run.closed_on else ""


def _tab(request: HttpRequest, run: PayRun, tab: str) -> dict[str, Any]:
    """Read the list of one tab; each is a fixed number of queries."""
    if tab == "held":
        reason = request.GET.get("reason", "")
        by_reason = queries.held_by_reason(run.pk)
        count = sum(n for key, n, _ in by_reason if reason in ("", key))
        page = list_page(request, count)
        return {
            "held": queries.held_lines(run.pk, reason=reason, offset=page.offset),
            "by_reason": by_reason,
            "reason": reason,
            "hold_labels": HOLD_REASONS,
            "page": page,
        }
    if tab == "differences":
        return {
            "differences": queries.differences(run.pk, run.division_code, Month.parse(run.month)),
            "difference_kinds": DIFFERENCE_KINDS,
            "causes": CAUSES,
        }
    if tab == "lines":
        state = request.GET.get("state", "")
        page = list_page(request, queries.line_count(run_id=run.pk, state=state))
        found = queries.lines(run_id=run.pk, state=state, offset=page.offset)
        return {"lines": found, "page": page, "line_state": state}
    return {
        "bank_files": list(BankFile.objects.filter(pay_run=run).order_by("pk")),
        "return_files": list(ReturnFile.objects.filter(pay_run=run).order_by("-pk")[:50]),
        "tie": queries.run_tie(run.pk),
    }


@desk("make_pay_run")
@require_POST
def check_pay_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Check a run before approval."""
    run = services.check_run(run_id, actor=actor_of(request), on=today_of(request))
    messages.success(request, f"校验完成,暂缓 {run.held_count} 笔。请由另一位财务人员批准")
    return redirect("pay_run_file", run.pk)


@desk("approve_pay_run")
def approve_pay_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Stop before money is set aside: differences and sums first, then the count typed by hand."""
    actor, on = actor_of(request), today_of(request)
    if request.method == "POST":
        typed = request.POST.get("count", "").replace(",", "").strip()
        if not typed.isdigit():
            raise BadInput("请填写要批准的笔数", where="笔数", next_step="与页面上的应发笔数核对")
        version = request.POST.get("version", "")
        run = services.approve_run(
            run_id,
            actor=actor,
            on=on,
            version=int(version) if version.isdigit() else None,
            count=int(typed),
        )
        messages.success(request, f"已批准 {run.approved_count} 笔 {yuan(run.approved_fen)} 元,资金已预留")
        return redirect("pay_run_file", run.pk)
    run = _run(run_id)
    needed = queries.funds_needed(run.pk)
    available: dict[str, int] = {}
    for row in funds.balances(run.division_code):
        if row.division_code == run.division_code:
            available[row.fund_source] = available.get(row.fund_source, 0) + row.available_fen
    total_fen = sum(needed.values())
    return render(
        request,
        "desks/payruns/approve.html",
        {
            "run": run,
            "place": place_names({run.division_code}, on).get(run.division_code, run.division_code),
            "count": sum(queries.line_counts_by_source(run.pk, "frozen").values()),
            "total_fen": total_fen,
            "words": yuan_in_words(total_fen),
            "needed": [
                (FUND_SOURCES[source], fen, available.get(source, 0), max(fen - available.get(source, 0), 0))
                for source, fen in needed.items()
            ],
            "differences": queries.differences(run.pk, run.division_code, Month.parse(run.month)),
            "difference_kinds": DIFFERENCE_KINDS,
            "causes": CAUSES,
            "is_maker": actor.person_key == run.made_by,
        },
    )


@desk("send_bank_file")
@require_POST
def make_bank_file(request: HttpRequest, run_id: int) -> HttpResponse:
    """Make the file for the bank; the same run gives the same bytes."""
    made = services.make_bank_file(
        run_id, actor=actor_of(request), on=today_of(request), format=request.POST.get("format", "csv")
    )
    messages.success(request, f"银行文件已出具:{made.line_count} 笔 {yuan(made.sum_fen)} 元,校验值 {made.sha256[:16]}")
    return redirect(f"{reverse('pay_run_file', args=[run_id])}?tab=files")


@desk("send_bank_file")
def download_bank_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Hand out the file; who took it is on the trail."""
    made, content = services.hand_out(file_id, actor=actor_of(request))
    kind = XLSX_TYPE if made.format == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{made.pay_run.number}.{made.format}')}"
    response["Cache-Control"] = "no-store"
    return response


@desk("make_pay_run")
@require_POST
def close_pay_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Close a run that ties."""
    run = services.close_run(run_id, actor=actor_of(request), on=today_of(request))
    messages.success(request, f"批次 {run.number} 已办结")
    return redirect("pay_run_file", run.pk)


@desk("make_pay_run")
@require_POST
def cancel_pay_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Drop a run that nobody approved."""
    run = services.cancel_run(run_id, reason=request.POST.get("reason", ""), actor=actor_of(request))
    messages.success(request, f"批次 {run.number} 已取消")
    return redirect("pay_run_file", run.pk)


@desk("make_pay_run")
@require_POST
def retry_pay_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Make a run that pays the returned lines again."""
    run = services.retry_returned(run_id, actor=actor_of(request), on=today_of(request))
    messages.success(request, f"补发批次 {run.number} 已编制 {run.line_count} 笔,请校验")
    return redirect("pay_run_file", run.pk)


@desk("make_pay_run")
@require_POST
def hold_payment(request: HttpRequest, line_id: int) -> HttpResponse:
    """Keep one payment back by hand."""
    line = services.hold_line(line_id, reason=request.POST.get("reason", ""), actor=actor_of(request))
    messages.success(request, f"明细 {line.pk} 已暂缓")
    return redirect("pay_run_file", line.pay_run_id)


@desk("make_pay_run")
@require_POST
def release_payment(request: HttpRequest, line_id: int) -> HttpResponse:
    """Let a held payment go, with a reason."""
    line = services.release_line(line_id, reason=request.POST.get("reason", ""), actor=actor_of(request))
    words = "已恢复待发" if line.state == "frozen" else "已转补发,请编制“补发”批次"
    messages.success(request, f"明细 {line.pk} {words}")
    return redirect("pay_run_file", line.pay_run_id)


@desk("view_money")
def payment_line(request: HttpRequest, line_id: int) -> HttpResponse:
    """One payment: award, account masked, journal entries, what the bank said."""
    line = Line.objects.select_related("pay_run").filter(pk=line_id).first()
    if line is None:
        raise NotPermitted()
    actor = actor_of(request)
    journals = [n for n in (line.reserve_journal_id, line.final_journal_id) if n]
    return render(
        request,
        "desks/payruns/line.html",
        {
            "line": line,
            "run": line.pay_run,
            "award": Award.objects.filter(pk=line.award_id).first(),
            "household": Household.objects.select_related("head").filter(pk=line.household_id).first(),
            "fund_label": FUND_SOURCES.get(line.fund_source, line.fund_source),
            "legs": funds.legs_of(journals),
            "advice": advice(line.return_code) if line.state == "returned" else "",
            "hold_label": HOLD_REASONS.get(line.hold_reason, ""),
            "replaced_by": Line.objects.filter(replaces_id=line.pk).exclude(state="void").first(),
            "may_hold": may(actor, "make_pay_run", line.pay_run.division_code)
            and line.pay_run.state in ("frozen", "checked"),
            "may_release": may(actor, "make_pay_run", line.pay_run.division_code) and line.state == "held",
        },
    )


urlpatterns: list[Any] = [
    path("pay/", pay_run_list, name="pay_run_list"),
    path("pay/freeze/", freeze_pay_run, name="freeze_pay_run"),
    path("pay/<int:run_id>/", pay_run_file, name="pay_run_file"),
    path("pay/<int:run_id>/check/", check_pay_run, name="check_pay_run"),
    path("pay/<int:run_id>/approve/", approve_pay_run, name="approve_pay_run"),
    path("pay/<int:run_id>/bank-file/", make_bank_file, name="make_bank_file"),
    path("pay/<int:run_id>/close/", close_pay_run, name="close_pay_run"),
    path("pay/<int:run_id>/cancel/", cancel_pay_run, name="cancel_pay_run"),
    path("pay/<int:run_id>/retry/", retry_pay_run, name="retry_pay_run"),
    path("pay/files/<int:file_id>/", download_bank_file, name="download_bank_file"),
    path("pay/lines/<int:line_id>/", payment_line, name="payment_line"),
    path("pay/lines/<int:line_id>/hold/", hold_payment, name="hold_payment"),
    path("pay/lines/<int:line_id>/release/", release_payment, name="release_payment"),
]
