"""Checks before money moves: dead, twice, shared account, ended, no account; and holding by hand."""

import datetime as dt

from django.db import transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.payments.adapters.codes import ACCOUNT_CODES
from doudi.payments.models import Line, PayRun
from doudi.payments.runs import NotInState, locked
from doudi.payments.sqltexts import CHECK, set_based
from doudi.security.permissions import require


@transaction.atomic
def check_run(run_id: int, *, actor: Actor, on: dt.date) -> PayRun:
    """Hold back every line with a reason against it, in words. May be run again until approval.

    Holds set by hand stay; a reason that a person lifted is not raised again.

    :source: MCA2022-6.10
    """
    run = locked(run_id)
    require(actor, "make_pay_run", run.division_code)
    if run.state not in ("frozen", "checked"):
        raise NotInState(number=run.number, state=run.state_label, verb="校验")
    Line.objects.filter(pay_run=run, state="held").exclude(hold_reason="by_hand").update(
        state="frozen", hold_reason="", hold_text=""
    )
    with set_based() as cursor:
        cursor.execute(CHECK, {"run_id": run.pk, "on": on, "account_codes": list(ACCOUNT_CODES)})
    held_count = Line.objects.filter(pay_run=run, state="held").count()
    changed = run.state != "checked" or run.held_count != held_count
    run.state, run.held_count = "checked", held_count
    run.version += 1 if changed else 0
    run.save(update_fields=["state", "held_count", "version"])
    audit.record(
        "payrun.checked",
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={"number": run.number, "held": held_count},
    )
    return run


@transaction.atomic
def hold_line(line_id: int, *, reason: str, actor: Actor) -> Line:
    """Keep one line back by hand, with a reason, without stopping the run."""
    line, run = _line_and_run(line_id)
    _may_hold(actor, run)
    if not reason.strip():
        raise BadInput("暂缓要写理由", where="理由", next_step="请写明为什么暂缓")
    if line.state == "held":
        return line
    if run.state not in ("frozen", "checked") or line.state != "frozen":
        raise NotInState(number=run.number, state=run.state_label, verb="暂缓明细")
    line.state, line.hold_reason, line.hold_text = "held", "by_hand", reason.strip()[:200]
    line.save(update_fields=["state", "hold_reason", "hold_text"])
    return _noted(line, run, "payline.held", reason, actor)


@transaction.atomic
def release_line(line_id: int, *, reason: str, actor: Actor) -> Line:
    """Let a held line go, with a reason.

    Before approval it joins the run again; afterwards it becomes void here and is paid by a back-pay run.
    """
    line, run = _line_and_run(line_id)
    _may_hold(actor, run)
    if not reason.strip():
        raise BadInput("解除暂缓要写理由", where="理由", next_step="请写明核实的情况")
    if line.state != "held":
        raise Refusal("这笔没有暂缓", next_step="请刷新页面")
    if line.hold_reason == "no_account":
        raise Refusal("没有收款账户,不能发放", next_step="请先登记账户,再重新编制或补发")
    line.state = "frozen" if run.state in ("frozen", "checked") else "void"
    line.released_reasons = f"{line.released_reasons or ','}{line.hold_reason},"[:200]
    line.release_text = reason.strip()[:200]
    line.hold_reason = line.hold_text = ""
    line.save(update_fields=["state", "released_reasons", "release_text", "hold_reason", "hold_text"])
    return _noted(line, run, "payline.released", reason, actor)


def _may_hold(actor: Actor, run: PayRun) -> None:
    """Whoever makes or approves runs of the county may hold and release."""
    try:
        require(actor, "make_pay_run", run.division_code)
    except NotPermitted:
        require(actor, "approve_pay_run", run.division_code)


def _line_and_run(line_id: int) -> tuple[Line, PayRun]:
    line = Line.objects.filter(pk=line_id).first()
    if line is None:
        raise NotPermitted()
    run = locked(line.pay_run_id)
    return Line.objects.select_for_update().get(pk=line_id), run


def _noted(line: Line, run: PayRun, verb: str, reason: str, actor: Actor) -> Line:
    run.held_count = Line.objects.filter(pay_run=run, state="held").count()
    run.version += 1
    run.save(update_fields=["held_count", "version"])
    audit.record(
        verb,
        actor=actor,
        division_code=line.division_code,
        subject=f"payline:{line.pk}",
        details={"run": run.number, "reason": reason.strip()},
    )
    return line
