"""The life of a run: frozen, checked, approved by a second person, sent, answered, closed."""

import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.funds import queries as funds_queries
from doudi.funds import services as funds
from doudi.funds.journals import NotEnoughMoney, Pool
from doudi.funds.models import FUND_SOURCES
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal, Stale
from doudi.kernel.money import yuan
from doudi.kernel.periods import Month
from doudi.payments import queries
from doudi.payments.funding import fund_of
from doudi.payments.models import RUN_KINDS, Line, PayRun
from doudi.payments.sqltexts import FREEZE, RETRY, ROSTER_DIGEST
from doudi.policy import queries as policy
from doudi.security.permissions import require
from doudi.security.statistics import refresh

DEFAULT_MONTHS_AHEAD = 2


class AlreadyPaidAhead(Refusal):
    message = "{month}的待遇已提前发放(批次 {number})"
    next_step = "新增的待遇请编制“补发”批次"


class NothingToPay(Refusal):
    message = "{month}没有应发而未发的待遇"
    next_step = "请先确认建议、形成待遇,再编制发放批次"


class NotInState(Refusal):
    message = "批次 {number} 现在是“{state}”,不能{verb}"
    next_step = "请刷新页面查看批次进度"


class SamePerson(Refusal):
    message = "编制人与批准人不能是同一个人"
    next_step = "请由另一位财务人员批准"


class DoesNotTie(Refusal):
    message = "银行、账簿与明细不一致,不能办结:{what}"
    next_step = "请在“对账”页逐项核对"


@transaction.atomic
def freeze_run(
    county_code: str,
    month: Month,
    *,
    kind: str = "regular",
    actor: Actor,
    on: dt.date,
    months_ahead: int = 0,
    fund_sources: Mapping[str, str] | None = None,
) -> PayRun:
    """Freeze the list of what is due: one line per award in force and month, to the account valid today.

    Repeating returns the same run. ``kind`` back_pay takes only what no other run of the month pays.

    :raises AlreadyPaidAhead: an earlier run paid this month ahead.
    :raises NothingToPay: no award is due.
    :source: HLJMCA2022-1.7; advance payment: SX2021-2.1
    """
    require(actor, "make_pay_run", county_code)
    if kind not in ("regular", "back_pay"):
        raise BadInput(f"批次种类“{kind}”不能直接编制", next_step="可用 regular(月度发放)或 back_pay(补发)")
    sources = fund_of(county_code, on, fund_sources, actor=actor)
    _one_at_a_time(county_code)
    standing = _standing(county_code, month, kind)
    if standing is not None:
        return standing
    if kind == "regular":
        _refuse_when_paid_ahead(county_code, month)
    clause = _advance_clause(county_code, months_ahead, on)
    run = _new_run(county_code, month, kind, actor, on, months_ahead_count=months_ahead, advance_clause=clause)
    months = [month.plus(n) for n in range(months_ahead + 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            FREEZE,
            {
                "run_id": run.pk,
                "county": county_code,
                "on": on,
                "months": [str(m) for m in months],
                "first_days": [m.first_day for m in months],
                "programmes": list(sources),
                "sources": list(sources.values()),
            },
        )
    refresh(Line)
    return _seal_roster(run, actor, queries.awards_in_force_count(county_code, months))


@transaction.atomic
def retry_returned(run_id: int, *, actor: Actor, on: dt.date) -> PayRun:
    """Make a run that pays a run's returned lines again, each naming the line it replaces.

    Repeating returns the open retry run. A line is replaced once at most.
    """
    old = locked(run_id)
    require(actor, "make_pay_run", old.division_code)
    _one_at_a_time(old.division_code)
    standing = PayRun.objects.filter(retries_run_id=old.pk, state__in=["frozen", "checked"]).first()
    if standing is not None:
        return standing
    if old.state not in ("sent", "answered", "closed"):
        raise NotInState(number=old.number, state=old.state_label, verb="补发退票")
    run = _new_run(old.division_code, Month.parse(old.month), "retry", actor, on, retries_run_id=old.pk)
    with connection.cursor() as cursor:
        cursor.execute(RETRY, {"run_id": run.pk, "old_run_id": old.pk, "on": on})
        if cursor.rowcount == 0:
            raise Refusal(f"批次 {old.number} 没有待补发的退票", next_step="退票都已补发,或还没有回盘")
    return _seal_roster(run, actor, 0)


@transaction.atomic
def approve_run(
    run_id: int,
    *,
    actor: Actor,
    on: dt.date,
    version: int | None = None,
    count: int | None = None,
) -> PayRun:
    """Approve what is not held back, as a second person, and set the money aside by fund source.

    ``count`` is the number of payments the approver typed; ``version`` what they had seen.
    Repeating by the same person changes nothing.

    :raises SamePerson: the maker approves their own run.
    :raises NotEnoughMoney: names the gap of the first source that lacks.
    """
    run = locked(run_id)
    require(actor, "approve_pay_run", run.division_code)
    if run.approved_by and run.approved_by == actor.person_key:
        return run
    if actor.person_key == run.made_by:
        raise SamePerson()
    if run.state != "checked":
        raise NotInState(number=run.number, state=run.state_label, verb="批准")
    if version is not None and version != run.version:
        raise Stale()
    needed = queries.funds_needed(run.pk)
    payable_count = Line.objects.filter(pay_run=run, state="frozen").count()
    if not payable_count:
        raise Refusal("没有可发的明细,全部暂缓", next_step="请处理暂缓的明细,或取消批次")
    if count is not None and count != payable_count:
        raise BadInput(f"填写的笔数 {count} 与应发 {payable_count} 笔不符", where="笔数", next_step="请核对后重新填写")
    run.sealed_sha256 = roster_digest(run.pk, states=("frozen",))
    run.approved_count, run.approved_fen = payable_count, sum(needed.values())
    run.state, run.approved_by, run.approved_on = "approved", actor.person_key, on
    run.approved_by_name = actor.name
    run.version += 1
    run.save()
    _reserve(run, needed, actor, on)
    audit.record(
        "payrun.approved",
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={"number": run.number, "lines": payable_count, "fen": run.approved_fen, "sha256": run.sealed_sha256},
    )
    return run


@transaction.atomic
def cancel_run(run_id: int, *, reason: str, actor: Actor) -> PayRun:
    """Drop a run that nobody approved yet; its lines become void and may be frozen again."""
    run = locked(run_id)
    require(actor, "make_pay_run", run.division_code)
    if run.state == "cancelled":
        return run
    if run.state not in ("frozen", "checked"):
        raise NotInState(number=run.number, state=run.state_label, verb="取消")
    if not reason.strip():
        raise BadInput("取消批次要写理由", where="理由")
    Line.objects.filter(pay_run=run).update(state="void")
    run.state = "cancelled"
    run.version += 1
    run.save(update_fields=["state", "version"])
    audit.record(
        "payrun.cancelled",
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={"number": run.number, "reason": reason.strip()},
    )
    return run


@transaction.atomic
def close_run(run_id: int, *, actor: Actor, on: dt.date) -> PayRun:
    """Close a run whose bank answer, books and lines agree to the fen.

    :raises DoesNotTie: names what differs.
    """
    run = locked(run_id)
    require(actor, "make_pay_run", run.division_code)
    if run.state == "closed":
        return run
    if run.state != "answered":
        raise NotInState(number=run.number, state=run.state_label, verb="办结")
    tie = queries.run_tie(run.pk)
    if tie.differences:
        raise DoesNotTie(what=";".join(tie.differences))
    run.state, run.closed_on = "closed", on
    run.version += 1
    run.save(update_fields=["state", "closed_on", "version"])
    audit.record(
        "payrun.closed",
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={"number": run.number, "paid_fen": tie.lines_paid_fen, "returned_fen": tie.lines_returned_fen},
    )
    return run


def locked(run_id: int) -> PayRun:
    """Fetch a run for a change; one that is not visible is not permitted."""
    run = PayRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotPermitted()
    return run


def roster_digest(run_id: int, *, states: tuple[str, ...] = ()) -> str:
    """Digest what a run's lines pay to whom, in order; with states, only lines in them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce({ROSTER_DIGEST}, '') FROM payments_line"
            " WHERE pay_run_id = %s AND (%s OR state = ANY(%s))",
            [run_id, not states, list(states)],
        )
        return str(cursor.fetchone()[0])


def _reserve(run: PayRun, needed: Mapping[str, int], actor: Actor, on: dt.date) -> None:
    """Set the money aside, direct funds first; each line learns from which pool it is paid."""
    for source, fen in sorted(needed.items()):
        left_fen = fen
        pools = funds_queries.pools_of(run.division_code, source)
        for mark, available_fen in pools:
            if left_fen:
                left_fen -= _reserve_from(run, Pool(source, mark), min(available_fen, left_fen), actor, on)
        if left_fen:
            have = sum(available_fen for _, available_fen in pools)
            raise NotEnoughMoney(
                source=FUND_SOURCES[source],
                available=yuan(have),
                needed=yuan(fen),
                gap=yuan(max(fen - have, left_fen)),
                gap_fen=max(fen - have, left_fen),
            )


def _reserve_from(run: PayRun, pool: Pool, most_fen: int, actor: Actor, on: dt.date) -> int:
    """Take whole lines in their order as long as the pool lasts; give how much was set aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount_fen), 0), max(id) FROM (SELECT id, amount_fen,"
            "       sum(amount_fen) OVER (ORDER BY id) AS so_far FROM payments_line"
            " WHERE pay_run_id = %s AND state = 'frozen' AND fund_source = %s) c WHERE so_far <= %s",
            [run.pk, pool.fund_source, most_fen],
        )
        count, fen, last_id = cursor.fetchone()
        if not count:
            return 0
        journal = funds.reserve(
            run.division_code,
            pool.fund_source,
            int(fen),
            direct_mark=pool.direct_mark,
            idem=f"run:{run.pk}:reserve:{pool.fund_source}" + (f":{pool.direct_mark}" if pool.direct_mark else ""),
            pay_run_id=run.pk,
            line_count=count,
            memo=f"{run.number} 批准预留({pool.label})",
            actor=actor,
            on=on,
        )
        cursor.execute(
            "UPDATE payments_line SET state = 'approved', reserve_journal_id = %s, direct_mark = %s"
            " WHERE pay_run_id = %s AND state = 'frozen' AND fund_source = %s AND id <= %s",
            [journal.pk, pool.direct_mark, run.pk, pool.fund_source, last_id],
        )
    return int(fen)


def _one_at_a_time(county_code: str) -> None:
    """Two people who freeze one county at one moment go one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('payrun:' || %s, 0))", [county_code])


def _standing(county_code: str, month: Month, kind: str) -> PayRun | None:
    found = PayRun.objects.filter(division_code=county_code, month=str(month), kind=kind).exclude(state="cancelled")
    if kind == "back_pay":
        found = found.filter(state__in=["frozen", "checked"])
    return found.order_by("-sequence").first()


def _refuse_when_paid_ahead(county_code: str, month: Month) -> None:
    ahead = (
        PayRun.objects.filter(division_code=county_code, kind="regular", month__lt=str(month), months_ahead_count__gt=0)
        .exclude(state="cancelled")
        .order_by("-month")
    )
    for run in ahead[:12]:
        if Month.parse(run.month).plus(run.months_ahead_count) >= month:
            raise AlreadyPaidAhead(month=month.words, number=run.number)


def _advance_clause(county_code: str, months_ahead: int, on: dt.date) -> str:
    """Find the clause that lets the place pay ahead.

    :raises Refusal: no such decision is in force, or it allows fewer months.
    """
    if months_ahead == 0:
        return ""
    if months_ahead < 0:
        raise BadInput("提前的月数不能小于 0", where="提前月数")
    state = policy.law().switches.in_force("advance_payment", county_code, on, extra=policy.local_rows(on, on))
    if state is None:
        raise Refusal("本地没有“提前发放”的决定", next_step="请先由县级记录提前发放的文件和期限")
    most = int((state.settings or {}).get("months_ahead", DEFAULT_MONTHS_AHEAD))
    if months_ahead > most:
        raise Refusal(f"“提前发放”最多提前 {most} 个月({state.clause})", next_step="请减少提前的月数")
    return str(state.clause)


def _new_run(county_code: str, month: Month, kind: str, actor: Actor, on: dt.date, **more: object) -> PayRun:
    last = PayRun.objects.filter(division_code=county_code, month=str(month), kind=kind).order_by("-sequence").first()
    return PayRun.objects.create(
        division_code=county_code,
        month=str(month),
        kind=kind,
        sequence=last.sequence + 1 if last else 1,
        state="frozen",
        made_by=actor.person_key,
        made_by_name=actor.name,
        made_on=on,
        **more,
    )


def _seal_roster(run: PayRun, actor: Actor, awards_count: int) -> PayRun:
    """Write down count, sum and digest of the frozen list; from here on the database keeps them."""
    totals = queries.line_totals(run.pk)
    if not totals.line_count:
        raise NothingToPay(month=Month.parse(run.month).words)
    run.line_count, run.sum_fen = totals.line_count, totals.sum_fen
    run.already_paid_count = max(awards_count - totals.line_count, 0)
    run.roster_sha256 = roster_digest(run.pk)
    run.save(update_fields=["line_count", "sum_fen", "already_paid_count", "roster_sha256"])
    audit.record(
        "payrun.frozen",
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={
            "number": run.number,
            "kind": RUN_KINDS[run.kind],
            "lines": run.line_count,
            "fen": run.sum_fen,
            "yuan": yuan(run.sum_fen),
            "sha256": run.roster_sha256,
            "advance_clause": run.advance_clause,
        },
    )
    return run
