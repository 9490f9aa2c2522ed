"""Budgets by year and use, and what the books say was spent."""

import datetime as dt

from django.db import connection

from doudi.audit import services as audit
from doudi.funds.models import Budget
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.money import MAX_FEN, yuan
from doudi.kernel.periods import Month
from doudi.kernel.programmes import Programme
from doudi.security.permissions import require


def record(
    division_code: str, year: int, use: str, amount_fen: int, *, document: str, actor: Actor, on: dt.date
) -> Budget:
    """Record the budget of one use for a year; a later row for the same year and use takes its place.

    :raises BadInput: names the field.
    :source: HLJ2021-8.6, SX2021-6.2
    """
    require(actor, "allocate_funds", division_code)
    if use not in Programme.__members__ or not Programme[use].pays:
        raise BadInput(f"没有用途“{use}”", where="用途")
    if not 0 <= amount_fen <= MAX_FEN:
        raise BadInput("预算金额不能小于 0", where="金额")
    if not document.strip():
        raise BadInput("没有写依据文件", where="依据文件")
    made = Budget.objects.create(
        division_code=division_code, year=year, use=use, amount_fen=amount_fen, document=document.strip()[:200],
        made_by=actor.person_key, on=on,
    )  # fmt: skip
    audit.record(
        "budget.recorded",
        actor=actor,
        division_code=division_code,
        subject=f"budget:{made.pk}",
        details={"year": year, "use": use, "yuan": yuan(amount_fen)},
    )
    return made


def of_year(division_code: str, year: int) -> dict[str, int]:
    """Give the latest budget of each use of a division for a year, in fen."""
    rows = Budget.objects.filter(division_code=division_code, year=year).order_by("use", "-id").distinct("use")
    return {row.use: row.amount_fen for row in rows}


def spent_by_use(scope_code: str, year: int, on: dt.date) -> dict[str, int]:
    """Sum what was paid in a year up to a day, by programme, in a division and below; net of corrections."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT split_part(a.use, ':', 1), sum(l.amount_fen)
              FROM funds_account a JOIN funds_leg l ON l.account_id = a.id JOIN funds_journal j ON j.id = l.journal_id
             WHERE a.kind = 'paid' AND a.division_code >= %s AND a.division_code < %s || ':'
               AND j.effective_on >= make_date(%s, 1, 1) AND j.effective_on <= least(%s, make_date(%s, 12, 31))
             GROUP BY 1
            """,
            [scope_code, scope_code, year, on, year],
        )
        return {use: int(fen) for use, fen in cursor.fetchall()}


def last_paid_month(scope_code: str, on: dt.date) -> Month | None:
    """Name the month of the last payment of this year, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(effective_on) FROM funds_journal
             WHERE kind = 'post' AND division_code >= %s AND division_code < %s || ':' AND effective_on <= %s
            """,
            [scope_code, scope_code, on],
        )
        last = cursor.fetchone()[0]
    return Month.of(last) if last is not None and last.year == on.year else None
