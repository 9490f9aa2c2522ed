"""The bank's answer: taken line by line once, whatever the order, repetition or splitting of files."""

import datetime as dt
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import transaction

from doudi.audit import services as audit
from doudi.funds import services as funds
from doudi.funds.journals import Pool
from doudi.funds.models import Journal
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.payments.layouts import GENERIC, Layout
from doudi.payments.models import Line, PayRun, ReturnFile, ReturnLine
from doudi.payments.return_rows import ReturnRow, read_rows
from doudi.payments.runs import NotInState, locked
from doudi.payments.sqltexts import TAKE_RETURN, set_based
from doudi.security.permissions import require
from doudi.security.statistics import refresh

STEPS = {
    "posted": ("paid", "post", "银行已支付"),
    "voided": ("returned", "void", "银行退票"),
}


def load_return(
    path: Path, *, actor: Actor, on: dt.date, run_id: int | None = None, layout: Layout = GENERIC
) -> ReturnFile:
    """Take a bank's return file from disk; see ``load_return_bytes``."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput("文件打不开", where=str(path), next_step="请核对路径") from error
    return load_return_bytes(content, path.name, actor=actor, on=on, run_id=run_id, layout=layout)


@transaction.atomic
def load_return_bytes(
    content: bytes,
    file_name: str,
    *,
    actor: Actor,
    on: dt.date,
    run_id: int | None = None,
    layout: Layout = GENERIC,
) -> ReturnFile:
    """Post what the bank paid, void what it returned, and refuse what does not fit, row by row with a reason.

    Without a run the batch number or the first known line of the file names it.  The same bytes are taken
    once; a line is booked once, whatever file says so again.

    :raises BadInput: the file cannot be read at all; nothing is written.
    """
    digest = hashlib.sha256(content).hexdigest()
    rows = read_rows(content, file_name, layout)
    run = locked(run_id if run_id is not None else _run_of(rows, file_name))
    require(actor, "load_bank_return", run.division_code)
    standing = ReturnFile.objects.filter(sha256=digest).first()
    if standing is not None:
        standing.is_repeated = True
        return standing
    if run.state not in ("sent", "answered", "closed"):
        raise NotInState(number=run.number, state=run.state_label, verb="装入回盘")
    taken = ReturnFile.objects.create(
        pay_run=run,
        file_name=file_name[:200],
        sha256=digest,
        line_count=len(rows),
        taken_on=on,
        taken_by=actor.person_key,
        division_code=run.division_code,
    )
    _take(taken, run, rows)
    _book(taken, run, actor, on)
    _count(taken)
    if run.state == "sent" and not Line.objects.filter(pay_run=run, state="sent").exists():
        run.state = "answered"
        run.version += 1
        run.save(update_fields=["state", "version"])
    audit.record(
        "payrun.return_taken",
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={
            "number": run.number,
            "sha256": digest,
            "rows": taken.line_count,
            "paid": taken.paid_count,
            "failed": taken.failed_count,
            "repeated": taken.repeated_count,
            "refused": taken.refused_count,
        },
    )
    return taken


def _run_of(rows: list[ReturnRow], file_name: str) -> int:
    """Find the run a file answers: most rows decide, so that one stray row does not."""
    line_ids = [row.line_id for row in rows if row.line_id is not None]
    counted = Counter(Line.objects.filter(pk__in=line_ids).values_list("pay_run_id", flat=True))
    if counted:
        return counted.most_common(1)[0][0]
    batches = {row.batch for row in rows if row.batch}
    for run in PayRun.objects.filter(state__in=["sent", "answered", "closed"]).order_by("-pk")[:500]:
        if run.number in batches:
            return run.pk
    raise BadInput("没有一行属于已报送的批次", where=file_name, next_step="请核对是否选错了文件,或用 --run 指明批次")


def _take(taken: ReturnFile, run: PayRun, rows: list[ReturnRow]) -> None:
    with set_based() as cursor:
        cursor.execute(
            TAKE_RETURN,
            {
                "file_id": taken.pk,
                "run_id": run.pk,
                "number": run.number,
                "county": run.division_code,
                "row_numbers": [row.row_number for row in rows],
                "batches": [row.batch for row in rows],
                "line_ids": [row.line_id for row in rows],
                "amounts": [row.amount_fen for row in rows],
                "results": [row.result for row in rows],
                "codes": [row.code for row in rows],
                "texts": [row.text for row in rows],
                "faults": [row.fault for row in rows],
            },
        )
    refresh(ReturnLine)


def _book(taken: ReturnFile, run: PayRun, actor: Actor, on: dt.date) -> None:
    """Write one journal per result and pool, and mark the lines with it; what is paid is booked by its use."""
    with set_based() as cursor:
        cursor.execute(
            "SELECT r.taken, l.fund_source, l.direct_mark, l.programme, count(*), sum(l.amount_fen)"
            "  FROM payments_returnline r JOIN payments_line l ON l.id = r.line_id"
            " WHERE r.return_file_id = %s AND r.taken IN ('posted', 'voided') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            [taken.pk],
        )
        sums: dict[tuple[str, Pool], dict[str, tuple[int, int]]] = {}
        for what, source, mark, programme, count, fen in cursor.fetchall():
            sums.setdefault((what, Pool(source, mark)), {})[programme] = (count, int(fen))
    for (what, pool), by_use in sums.items():
        count = sum(lines for lines, _ in by_use.values())
        journal = _journal_of(taken, run, what, pool, {use: fen for use, (_, fen) in by_use.items()}, count, actor, on)
        state = STEPS[what][0]
        with set_based() as cursor:
            cursor.execute(
                "UPDATE payments_line l SET state = %s, final_journal_id = %s, return_code = r.code,"
                "       return_text = CASE WHEN %s = 'returned' THEN r.text ELSE '' END"
                "  FROM payments_returnline r"
                " WHERE r.return_file_id = %s AND r.taken = %s AND l.id = r.line_id AND l.fund_source = %s"
                "   AND l.direct_mark = %s",
                [state, journal.pk, state, taken.pk, what, pool.fund_source, pool.direct_mark],
            )
            if cursor.rowcount != count:
                raise Refusal("回盘期间明细有变化,没有入账", next_step="请重新装入回盘文件")


def _journal_of(
    taken: ReturnFile, run: PayRun, what: str, pool: Pool, by_use: dict[str, int], count: int, actor: Actor, on: dt.date
) -> Journal:
    _, kind, words = STEPS[what]
    mark = f":{pool.direct_mark}" if pool.direct_mark else ""
    about: dict[str, Any] = {
        "idem": f"return:{taken.sha256}:{kind}:{pool.fund_source}{mark}",
        "pay_run_id": run.pk,
        "line_count": count,
        "memo": f"{run.number} {words}({pool.label})",
        "actor": actor,
        "on": on,
        "direct_mark": pool.direct_mark,
    }
    if kind == "post":
        return funds.post(run.division_code, pool.fund_source, by_use, **about)
    return funds.void(run.division_code, pool.fund_source, sum(by_use.values()), **about)


def _count(taken: ReturnFile) -> None:
    counts = Counter(ReturnLine.objects.filter(return_file=taken).values_list("taken", flat=True))
    taken.paid_count, taken.failed_count = counts["posted"], counts["voided"]
    taken.repeated_count, taken.refused_count = counts["repeated"], counts["refused"]
    taken.save(update_fields=["paid_count", "failed_count", "repeated_count", "refused_count"])


def return_file(return_file_id: int) -> ReturnFile:
    """Fetch a return file; one that is not visible is not permitted."""
    found = ReturnFile.objects.select_related("pay_run").filter(pk=return_file_id).first()
    if found is None:
        raise NotPermitted()
    return found
