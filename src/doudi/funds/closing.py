"""Shutting a month: afterwards nothing can be dated into it; mistakes are corrected in the open month."""

import datetime as dt

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.funds import statements
from doudi.funds.models import PeriodClose
from doudi.kernel.actors import Actor
from doudi.kernel.errors import Refusal
from doudi.kernel.periods import Month
from doudi.security.permissions import require


class NotYet(Refusal):
    message = "{month}还没有过完,不能结账"
    next_step = "月末以后再结账"


class OutOfOrder(Refusal):
    message = "{month}不能结账:{why}"
    next_step = "请按月份顺序结账"


class BooksDoNotTie(Refusal):
    message = "{month}账簿不平,不能结账:{what}"
    next_step = "请运行 doudi verify 找出第一处不一致"


@transaction.atomic
def close_month(division_code: str, month: Month, *, actor: Actor, on: dt.date) -> PeriodClose:
    """Shut a month of one division, keeping every account's closing balance. Repeating gives the same close.

    :raises NotYet: the month is not over.
    :raises OutOfOrder: an earlier month with entries is open, or a later one is shut.
    :raises BooksDoNotTie: a balance differs from its entries.
    """
    require(actor, "close_books", division_code)
    standing = PeriodClose.objects.filter(division_code=division_code, month=str(month)).first()
    if standing is not None:
        return standing
    if on < month.next_first_day:
        raise NotYet(month=month.words)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('books:' || %s, 0))", [division_code])
    _refuse_out_of_order(division_code, month)
    rows = statements.trial_balance_of(division_code, month, month)
    total = sum(row.closing_fen for row in rows)
    if total or any(row.opening_fen + row.debit_fen - row.credit_fen != row.closing_fen for row in rows):
        raise BooksDoNotTie(month=month.words, what=f"合计 {total} 分")
    made = PeriodClose.objects.create(
        division_code=division_code,
        month=str(month),
        balances={row.code: row.closing_fen for row in rows},
        journal_count=sum(row.entry_count for row in rows),
        closed_by=actor.person_key,
        closed_on=on,
    )
    audit.record(
        "books.closed",
        actor=actor,
        division_code=division_code,
        subject=f"close:{made.pk}",
        details={"month": str(month), "accounts": len(rows)},
    )
    return made


def _refuse_out_of_order(division_code: str, month: Month) -> None:
    last = PeriodClose.objects.filter(division_code=division_code).order_by("-month").first()
    if last is not None and last.month > str(month):
        raise OutOfOrder(month=month.words, why=f"{Month.parse(last.month).words}已经结账")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(to_char(effective_on, 'YYYY-MM')) FROM funds_journal WHERE division_code = %s"
            " AND to_char(effective_on, 'YYYY-MM') > %s AND effective_on < %s",
            [division_code, last.month if last else "", month.first_day],
        )
        earlier = cursor.fetchone()[0]
    if earlier:
        raise OutOfOrder(month=month.words, why=f"{Month.parse(earlier).words}有凭证,还没有结账")
