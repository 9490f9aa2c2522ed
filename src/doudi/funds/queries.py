"""Reads of the books: balances, trial balance, statements, one journal's legs."""

import dataclasses
import datetime as dt
import json

from django.db import connection

from doudi.funds.journals import Pool
from doudi.funds.models import ACCOUNT_KINDS, FUND_SOURCES


@dataclasses.dataclass(frozen=True)
class SourceBalance:
    """One fund source and direct mark of one division. Money in fen; ``allocated_fen`` is what ever came in, net."""

    division_code: str
    fund_source: str
    direct_mark: str
    allocated_fen: int
    available_fen: int
    reserved_fen: int
    paid_fen: int
    allotted_fen: int
    account_ids: dict[str, int]

    @property
    def label(self) -> str:
        return Pool(self.fund_source, self.direct_mark).label


@dataclasses.dataclass(frozen=True)
class TrialBalance:
    """Every account with what the account says and what its legs sum to."""

    rows: list[tuple[str, str, str, str, int, int]]  # division, source, kind, code, balance, sum of legs
    total_fen: int

    @property
    def ties(self) -> bool:
        return self.total_fen == 0 and all(balance == legs for *_, balance, legs in self.rows)


@dataclasses.dataclass(frozen=True)
class StatementRow:
    """One leg of an account with the balance after it."""

    journal_id: int
    kind: str
    effective_on: dt.date
    memo: str
    pay_run_id: int | None
    line_count: int
    amount_fen: int
    balance_after_fen: int


def balances(scope_code: str) -> list[SourceBalance]:
    """Read the balances of every division inside one, one row per division, source and mark. Two figures never mix."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT division_code, fund_source, direct_mark, jsonb_object_agg(kind, fen),
                   jsonb_object_agg(kind, first_id)
              FROM (SELECT division_code, fund_source, direct_mark, kind, sum(balance_fen)::bigint AS fen,
                           min(id) AS first_id
                      FROM funds_account WHERE division_code >= %s AND division_code < %s || ':'
                     GROUP BY 1, 2, 3, 4) k
             GROUP BY 1, 2, 3
             ORDER BY division_code, array_position(%s::text[], fund_source::text), direct_mark
            """,
            [scope_code, scope_code, list(FUND_SOURCES)],
        )
        found = cursor.fetchall()
    return [
        SourceBalance(
            division_code=division,
            fund_source=source,
            direct_mark=mark,
            allocated_fen=-_loaded(fen).get("source", 0),
            available_fen=_loaded(fen).get("available", 0),
            reserved_fen=_loaded(fen).get("reserved", 0),
            paid_fen=_loaded(fen).get("paid", 0),
            allotted_fen=_loaded(fen).get("allotted", 0),
            account_ids=_loaded(ids),
        )
        for division, source, mark, fen, ids in found
    ]


def pools_of(division_code: str, fund_source: str) -> list[tuple[str, int]]:
    """List the direct marks of one source in a division with what is available: marked money first, then the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT direct_mark, balance_fen FROM funds_account"
            " WHERE division_code = %s AND fund_source = %s AND kind = 'available'"
            " ORDER BY direct_mark = '', direct_mark",
            [division_code, fund_source],
        )
        return [(mark, int(fen)) for mark, fen in cursor.fetchall()]


def trial_balance(scope_code: str = "") -> TrialBalance:
    """Put every account's balance beside the sum of its legs; all balances together are zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.division_code, a.fund_source, a.kind, a.code, a.balance_fen, coalesce(s.fen, 0)
              FROM funds_account a
              LEFT JOIN (SELECT account_id, sum(amount_fen) AS fen FROM funds_leg GROUP BY account_id) s
                     ON s.account_id = a.id
             WHERE a.division_code >= %s AND a.division_code < %s || ':'
             ORDER BY a.division_code, a.code
            """,
            [scope_code, scope_code],
        )
        rows = [(d, s, k, c, int(b), int(legs)) for d, s, k, c, b, legs in cursor.fetchall()]
    return TrialBalance(rows, sum(row[4] for row in rows))


def statement(account_id: int, *, limit: int = 50, offset: int = 0) -> list[StatementRow]:
    """Read an account's legs, newest first, each with the balance after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.id, j.kind, j.effective_on, j.memo, j.pay_run_id, j.line_count, l.amount_fen,
                   sum(l.amount_fen) OVER (ORDER BY l.id)
              FROM funds_leg l JOIN funds_journal j ON j.id = l.journal_id
             WHERE l.account_id = %s ORDER BY l.id DESC LIMIT %s OFFSET %s
            """,
            [account_id, limit, offset],
        )
        return [
            StatementRow(journal, kind, on, memo, run, count, int(fen), int(after))
            for journal, kind, on, memo, run, count, fen, after in cursor.fetchall()
        ]


def statement_count(account_id: int) -> int:
    """Count an account's legs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM funds_leg WHERE account_id = %s", [account_id])
        return int(cursor.fetchone()[0])


def legs_of(journal_ids: list[int]) -> list[tuple[int, str, str, dt.date, str, str, int]]:
    """Read journals with their legs: (journal, kind, memo, day, account, source, fen)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.id, j.kind, j.memo, j.effective_on, a.kind, a.fund_source, l.amount_fen
              FROM funds_journal j JOIN funds_leg l ON l.journal_id = j.id JOIN funds_account a ON a.id = l.account_id
             WHERE j.id = ANY(%s) ORDER BY j.id, l.amount_fen
            """,
            [journal_ids],
        )
        return [
            (j, kind, memo, on, ACCOUNT_KINDS[account], FUND_SOURCES[source], int(fen))
            for j, kind, memo, on, account, source, fen in cursor.fetchall()
        ]


def _loaded(value: object) -> dict[str, int]:
    """The driver may hand jsonb over as text."""
    return json.loads(value) if isinstance(value, str) else dict(value)  # type: ignore[call-overload]
