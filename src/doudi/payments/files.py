"""The file for the bank: made from the approved lines, sealed on disk, the same bytes every time.

Account numbers are opened here and nowhere else in this room.
"""

import base64
import csv
import datetime as dt
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.kernel.money import plain_yuan
from doudi.kernel.periods import Month
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.payments.layouts import GENERIC, Layout
from doudi.payments.models import BankFile, Line, PayRun
from doudi.payments.runs import NotInState, locked, roster_digest
from doudi.security import crypto
from doudi.security.permissions import require

FORMATS = ("csv", "xlsx")
MADE_AT = dt.datetime(2000, 1, 1)  # in the document's properties, so that equal content is equal bytes


class RosterChanged(Refusal):
    message = "批次 {number} 的明细与批准时不一致,不能出银行文件"
    next_step = "请运行 doudi verify 找出第一处不一致,并报告管理员"


class FileChanged(Refusal):
    message = "银行文件 {path} 与出具时不一致,已拒绝"
    next_step = "文件可能被改动;请核对备份,并报告管理员"


@transaction.atomic
def make_bank_file(
    run_id: int, *, actor: Actor, on: dt.date, format: str = "csv", layout: Layout = GENERIC
) -> BankFile:
    """Make the file for the bank from an approved run and mark its lines as sent.

    Making it again returns the same file; the other format of the same run has the same lines.

    :raises RosterChanged: what would be paid differs from what was approved.
    """
    run = locked(run_id)
    require(actor, "send_bank_file", run.division_code)
    if format not in FORMATS:
        raise BadInput(f"格式“{format}”不支持", where="格式", next_step="可用 csv 或 xlsx")
    standing = BankFile.objects.filter(pay_run=run, format=format).first()
    if standing is not None:
        return standing
    if run.state not in ("approved", "sent", "answered"):
        raise NotInState(number=run.number, state=run.state_label, verb="出银行文件")
    if roster_digest(run.pk, states=("approved", "sent", "paid", "returned")) != run.sealed_sha256:
        raise RosterChanged(number=run.number)
    content = render(run, format, layout)
    digest = hashlib.sha256(content).hexdigest()
    path = f"bank/{run.division_code}/{run.number}.{format}.sealed"
    _keep(path, content, digest)
    made = BankFile.objects.create(
        pay_run=run,
        format=format,
        layout=layout.name,
        sha256=digest,
        line_count=run.approved_count,
        sum_fen=run.approved_fen,
        path=path,
        made_by=actor.person_key,
        made_on=on,
        division_code=run.division_code,
    )
    if run.state == "approved":
        Line.objects.filter(pay_run=run, state="approved").update(state="sent")
        run.state = "sent"
        run.version += 1
        run.save(update_fields=["state", "version"])
    _noted("payrun.bank_file_made", made, run, actor)
    return made


def content_of(bank_file: BankFile) -> bytes:
    """Open the sealed file and compare it with the digest that was written down.

    :raises FileChanged: the bytes on disk are not the ones that were made.
    """
    path = _store() / bank_file.path
    if not path.is_file():
        raise Refusal(f"银行文件 {bank_file.path} 不在文件库中", next_step="请从备份恢复文件库")
    try:
        text = crypto.open_sealed(path.read_bytes(), bytes.fromhex(bank_file.sha256))
        content = base64.b64decode(text, validate=True)
    except Exception as error:
        raise FileChanged(path=bank_file.path) from error
    if hashlib.sha256(content).hexdigest() != bank_file.sha256:
        raise FileChanged(path=bank_file.path)
    return content


@transaction.atomic
def hand_out(bank_file_id: int, *, actor: Actor) -> tuple[BankFile, bytes]:
    """Give the file to the person who takes it to the bank, and write down who took it."""
    made = BankFile.objects.select_related("pay_run").filter(pk=bank_file_id).first()
    if made is None:
        raise NotPermitted()
    require(actor, "send_bank_file", made.division_code)
    content = content_of(made)
    _noted("payrun.bank_file_taken", made, made.pay_run, actor)
    return made, content


def render(run: PayRun, format: str, layout: Layout = GENERIC) -> bytes:
    """Write the approved lines in a layout. The same run gives the same bytes."""
    rows = _rows(run)
    return _csv(rows, layout) if format == "csv" else _xlsx(rows, layout)


def _rows(run: PayRun) -> Iterator[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, l.holder_name, p.account_encrypted, p.account_index, l.account_index, l.bank_name,
                   l.amount_fen, l.programme, l.month
              FROM payments_line l JOIN registry_payeeaccount p ON p.id = l.payee_account_id
             WHERE l.pay_run_id = %s AND l.reserve_journal_id IS NOT NULL ORDER BY l.id
            """,
            [run.pk],
        )
        found = cursor.fetchall()
    if len(found) != run.approved_count:
        raise RosterChanged(number=run.number)
    for line_id, holder, sealed, index, frozen_index, bank, fen, programme, month in found:
        if bytes(index) != bytes(frozen_index):
            raise RosterChanged(number=run.number)
        yield {
            "batch": run.number,
            "line": str(line_id),
            "holder": holder,
            "account": crypto.open_sealed(bytes(sealed), bytes(index)),
            "bank": bank,
            "yuan": plain_yuan(fen),
            "purpose": f"{Month.parse(month).words}{PROGRAMME_LABEL[programme]}",
        }


def _csv(rows: Iterator[dict[str, str]], layout: Layout) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(layout.out_columns.values())
    for row in rows:
        writer.writerow([row[field] for field in layout.out_columns])
    try:
        return out.getvalue().encode(layout.encoding)
    except UnicodeEncodeError as error:
        raise Refusal(
            f"有的字写不进 {layout.encoding} 编码:{error.object[error.start : error.end]}",
            next_step="请改用 UTF-8 或 GB18030 的列对应",
        ) from error


def _xlsx(rows: Iterator[dict[str, str]], layout: Layout) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE_AT})
    sheet = book.add_worksheet("明细")
    head = book.add_format({"bold": True})
    money = book.add_format({"num_format": "0.00"})
    for number, name in enumerate(layout.out_columns.values()):
        sheet.write_string(0, number, name, head)
        sheet.set_column(number, number, 22)
    for row_number, row in enumerate(rows, start=1):
        for number, field in enumerate(layout.out_columns):
            # Numbers of accounts and lines are text: spreadsheets eat long ones.
            if field == "yuan":
                sheet.write_number(row_number, number, float(row[field]), money)
            else:
                sheet.write_string(row_number, number, row[field])
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _keep(path: str, content: bytes, digest: str) -> None:
    """Write the sealed bytes so that a reader sees the whole file or none, readable by the owner alone."""
    target = _store() / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = crypto.seal(base64.b64encode(content).decode("ascii"), bytes.fromhex(digest))
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(sealed)
    os.chmod(name, 0o600)
    os.replace(name, target)


def _store() -> Path:
    return Path(settings.DOUDI_HOME) / "files"


def _noted(verb: str, made: BankFile, run: PayRun, actor: Actor) -> None:
    audit.record(
        verb,
        actor=actor,
        division_code=run.division_code,
        subject=f"payrun:{run.pk}",
        details={"number": run.number, "format": made.format, "lines": made.line_count, "sha256": made.sha256},
    )
