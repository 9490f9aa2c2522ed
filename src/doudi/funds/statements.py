"""Trial balance and idle money: what an accountant and a supervisor read from the books."""

import dataclasses
import datetime as dt

from django.db import connection

from doudi.funds.journals import Pool
from doudi.funds.models import ACCOUNT_KINDS, use_label
from doudi.kernel.periods import Month


@dataclasses.dataclass(frozen=True)
class TrialRow:
    """One account over some months: opening, what came in (debit), what went out (credit), closing. Fen."""

    account_id: int
    division_code: str
    code: str
    fund_source: str
    direct_mark: str
    kind: str
    use: str
    opening_fen: int
    debit_fen: int
    credit_fen: int
    closing_fen: int
    entry_count: int

    @property
    def label(self) -> str:
        return ACCOUNT_KINDS[self.kind] + (f"·{use_label(self.use)}" if self.use else "")

    @property
    def was_used(self) -> bool:
        """Tell whether anything stood or moved in it; an account that was only opened says nothing."""
        return bool(self.opening_fen or self.entry_count)

    @property
    def source_label(self) -> str:
        return Pool(self.fund_source, self.direct_mark).label


def trial_balance_of(division_code: str, first: Month, last: Month) -> list[TrialRow]:
    """Read the trial balance of one division's own books over whole months; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, a.division_code, a.code, a.fund_source, a.direct_mark, a.kind, a.use,
                   coalesce(sum(l.amount_fen) FILTER (WHERE j.effective_on < %s), 0),
                   coalesce(sum(l.amount_fen) FILTER (WHERE j.effective_on >= %s AND l.amount_fen > 0), 0),
                   coalesce(-sum(l.amount_fen) FILTER (WHERE j.effective_on >= %s AND l.amount_fen < 0), 0),
                   coalesce(sum(l.amount_fen), 0), count(l.id) FILTER (WHERE j.effective_on >= %s)
              FROM funds_account a
              LEFT JOIN (funds_leg l JOIN funds_journal j ON j.id = l.journal_id AND j.effective_on < %s)
                     ON l.account_id = a.id
             WHERE a.division_code = %s
             GROUP BY a.id ORDER BY a.fund_source, a.direct_mark, a.kind, a.use
            """,
            [*[first.first_day] * 4, last.next_first_day, division_code],
        )
        return [TrialRow(*row[:7], *map(int, row[7:])) for row in cursor.fetchall()]


@dataclasses.dataclass(frozen=True)
class IdleMoney:
    """What of one arrival still lies unused, first in first out; ``days`` since it came."""

    division_code: str
    fund_source: str
    direct_mark: str
    journal_id: int
    document: str
    arrived_on: dt.date
    arrived_fen: int
    left_fen: int
    days: int


def idle_money(scope_code: str, on: dt.date, least_days: int) -> list[IdleMoney]:
    """List the arrivals in a division and below of which something lay unused for longer than so many days.

    What goes out is taken from the oldest arrival first; money that comes back from the bank is as old as it was.

    :source: HLJ2021-8.7, MCA2022-6.4
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH arrived AS (
                SELECT a.id AS account_id, a.division_code, a.fund_source, a.direct_mark, a.balance_fen, j.id, j.memo,
                       j.effective_on, l.amount_fen,
                       sum(l.amount_fen) OVER (PARTITION BY a.id ORDER BY j.effective_on DESC, j.id DESC) AS newest_fen
                  FROM funds_account a
                  JOIN funds_leg l ON l.account_id = a.id AND l.amount_fen > 0
                  JOIN funds_journal j ON j.id = l.journal_id AND j.kind = 'allocate' AND j.effective_on <= %(on)s
                 WHERE a.kind = 'available' AND a.balance_fen > 0
                   AND a.division_code >= %(scope)s AND a.division_code < %(scope)s || ':')
            SELECT division_code, fund_source, direct_mark, id, memo, effective_on, amount_fen,
                   least(amount_fen, balance_fen - (newest_fen - amount_fen)), %(on)s - effective_on
              FROM arrived
             WHERE newest_fen - amount_fen < balance_fen AND %(on)s - effective_on > %(days)s
             ORDER BY effective_on, id
            """,
            {"on": on, "scope": scope_code, "days": least_days},
        )
        return [IdleMoney(*row[:6], *map(int, row[6:])) for row in cursor.fetchall()]
