"""Reads of payments: totals, differences, what ties. Every figure is one statement, whatever the size."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from doudi.kernel.periods import Month
from doudi.payments import reconciliation
from doudi.payments.models import LINE_STATES
from doudi.payments.sqltexts import set_based

reconcile = reconciliation.reconcile


@dataclasses.dataclass(frozen=True)
class Totals:
    """Count and sum of lines."""

    line_count: int
    sum_fen: int


@dataclasses.dataclass(frozen=True)
class StateTotal:
    """Lines of one run in one state."""

    state: str
    line_count: int
    sum_fen: int

    @property
    def label(self) -> str:
        return LINE_STATES[self.state]


@dataclasses.dataclass(frozen=True)
class Difference:
    """What changed against the month before, by kind and cause. Grain: (kind, cause, programme)."""

    kind: str
    cause: str
    programme: str
    count: int
    before_fen: int
    after_fen: int

    @property
    def change_fen(self) -> int:
        return self.after_fen - self.before_fen


@dataclasses.dataclass(frozen=True)
class RunTie:
    """One run's lines beside its bank files and its journals; ``differences`` is empty when they agree."""

    lines_approved_fen: int
    lines_paid_fen: int
    lines_returned_fen: int
    open_count: int
    ledger_reserved_fen: int
    ledger_paid_fen: int
    ledger_void_fen: int
    bank_sent_fen: int | None
    bank_paid_fen: int
    bank_failed_fen: int

    @property
    def differences(self) -> list[str]:
        found = []
        if self.open_count:
            found.append(f"还有 {self.open_count} 笔没有银行结果")
        pairs = [
            ("预留", self.ledger_reserved_fen, "批准", self.lines_approved_fen),
            ("账簿已付", self.ledger_paid_fen, "明细已到账", self.lines_paid_fen),
            ("账簿退回", self.ledger_void_fen, "明细退票", self.lines_returned_fen),
            ("银行成功", self.bank_paid_fen, "明细已到账", self.lines_paid_fen),
            ("银行失败", self.bank_failed_fen, "明细退票", self.lines_returned_fen),
        ]
        if self.bank_sent_fen is not None:
            pairs.append(("银行文件", self.bank_sent_fen, "批准", self.lines_approved_fen))
        for name, left, other, right in pairs:
            if left != right:
                found.append(f"{name} {left} 分与{other} {right} 分相差 {left - right} 分")
        return found


def line_totals(run_id: int, state: str = "") -> Totals:
    """Count and sum a run's lines, all of them or those in one state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount_fen), 0) FROM payments_line"
            " WHERE pay_run_id = %s AND (%s = '' OR state = %s)",
            [run_id, state, state],
        )
        count, fen = cursor.fetchone()
    return Totals(count, int(fen))


def state_totals(run_id: int) -> list[StateTotal]:
    """Count a run's lines by state, in the order of the steps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*), sum(amount_fen) FROM payments_line WHERE pay_run_id = %s GROUP BY state", [run_id]
        )
        found = {state: StateTotal(state, count, int(fen)) for state, count, fen in cursor.fetchall()}
    return [found[state] for state in LINE_STATES if state in found]


def funds_needed(run_id: int) -> dict[str, int]:
    """Sum what a run still has to pay, by fund source: the lines that are not held back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fund_source, sum(amount_fen) FROM payments_line"
            " WHERE pay_run_id = %s AND state = 'frozen' GROUP BY fund_source ORDER BY fund_source",
            [run_id],
        )
        return {source: int(fen) for source, fen in cursor.fetchall()}


def line_counts_by_source(run_id: int, state: str) -> dict[str, int]:
    """Count a run's lines in one state by fund source."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fund_source, count(*) FROM payments_line WHERE pay_run_id = %s AND state = %s GROUP BY fund_source",
            [run_id, state],
        )
        return dict(cursor.fetchall())


def totals_by(run_id: int, column: str) -> list[tuple[str, int, int, int]]:
    """Group a run's lines by programme or fund source: (key, all lines, payable lines, payable fen)."""
    if column not in ("programme", "fund_source"):
        raise AssertionError(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {column}, count(*), count(*) FILTER (WHERE state NOT IN ('held', 'void')),
                   coalesce(sum(amount_fen) FILTER (WHERE state NOT IN ('held', 'void')), 0)
              FROM payments_line WHERE pay_run_id = %s GROUP BY {column} ORDER BY {column}
            """,
            [run_id],
        )
        return [(key, total, payable, int(fen)) for key, total, payable, fen in cursor.fetchall()]


def awards_in_force_count(county_code: str, months: Iterable[Month]) -> int:
    """Count (award, month) pairs that are due in a county."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM unnest(%s::date[]) AS m (first_day)
              JOIN benefits_award a ON a.division_code >= %s AND a.division_code < %s || ':'
               AND a.since <= m.first_day AND (a.until IS NULL OR a.until > m.first_day) AND a.amount_fen_m > 0
            """,
            [[m.first_day for m in months], county_code, county_code],
        )
        return int(cursor.fetchone()[0])


DIFFERENCES = """
WITH this AS (
    SELECT l.household_id, coalesce(l.person_id, 0) AS person_id, l.programme, l.amount_fen AS fen, l.award_id,
           l.account_index
      FROM payments_line l WHERE l.pay_run_id = %(run_id)s AND l.month = %(month)s AND l.state <> 'void'),
last AS (
    SELECT a.household_id, CASE WHEN a.subject_kind = 'p' THEN a.subject_id ELSE 0 END AS person_id, a.programme,
           a.amount_fen_m AS fen, a.id AS award_id, a.end_cause
      FROM benefits_award a
     WHERE a.division_code >= %(county)s AND a.division_code < %(county)s || ':'
       AND a.since <= %(last_day)s AND (a.until IS NULL OR a.until > %(last_day)s) AND a.amount_fen_m > 0),
paid AS (
    SELECT DISTINCT ON (l.household_id, coalesce(l.person_id, 0), l.programme)
           l.household_id, coalesce(l.person_id, 0) AS person_id, l.programme, l.account_index
      FROM payments_line l
     WHERE l.month = %(last_month)s AND l.division_code >= %(county)s AND l.division_code < %(county)s || ':'
       AND l.state = 'paid' ORDER BY 1, 2, 3, l.id DESC),
compared AS (
    SELECT coalesce(t.programme, b.programme) AS programme, coalesce(b.fen, 0) AS before_fen,
           coalesce(t.fen, 0) AS after_fen, coalesce(t.household_id, b.household_id) AS household_id,
           CASE WHEN b.award_id IS NULL THEN 'new' WHEN t.award_id IS NULL THEN 'ended'
                WHEN t.fen > b.fen THEN 'more' WHEN t.fen < b.fen THEN 'less'
                WHEN p.account_index IS NOT NULL AND p.account_index <> t.account_index THEN 'account'
                ELSE 'same' END AS kind,
           coalesce(CASE WHEN t.award_id IS NULL THEN b.end_cause ELSE pr.cause END, '') AS cause
      FROM this t
      FULL JOIN last b ON b.household_id = t.household_id AND b.person_id = t.person_id AND b.programme = t.programme
      LEFT JOIN paid p ON p.household_id = t.household_id AND p.person_id = t.person_id AND p.programme = t.programme
      LEFT JOIN benefits_award a ON a.id = t.award_id
      LEFT JOIN cases_proposal pr ON pr.id = a.proposal_id AND a.id IS DISTINCT FROM b.award_id)
"""


def differences(run_id: int, county_code: str, month: Month) -> list[Difference]:
    """Compare a run with what was in force the month before, by kind of change and its cause."""
    with set_based() as cursor:
        cursor.execute(
            DIFFERENCES
            + "SELECT kind, cause, programme, count(*), sum(before_fen), sum(after_fen) FROM compared"
            + " GROUP BY kind, cause, programme"
            + " ORDER BY array_position(ARRAY['new','ended','more','less','account','same'], kind), cause, programme",
            {
                "run_id": run_id,
                "county": county_code,
                "month": str(month),
                "last_month": str(month.plus(-1)),
                "last_day": month.plus(-1).first_day,
            },
        )
        return [Difference(k, c, p, n, int(b), int(a)) for k, c, p, n, b, a in cursor.fetchall()]


def run_tie(run_id: int) -> RunTie:
    """Put one run's lines, journals and bank files side by side."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.approved_fen, l.paid_fen, l.returned_fen, l.open_count,
                   j.reserved_fen, j.paid_fen, j.void_fen, b.sent_fen, r.paid_fen, r.failed_fen
              FROM (SELECT coalesce(sum(amount_fen) FILTER (WHERE reserve_journal_id IS NOT NULL), 0) AS approved_fen,
                           coalesce(sum(amount_fen) FILTER (WHERE state = 'paid'), 0) AS paid_fen,
                           coalesce(sum(amount_fen) FILTER (WHERE state = 'returned'), 0) AS returned_fen,
                           count(*) FILTER (WHERE state IN ('frozen', 'approved', 'sent')) AS open_count
                      FROM payments_line WHERE pay_run_id = %(run)s) l,
                   (SELECT coalesce(sum(g.amount_fen) FILTER (WHERE j.kind = 'reserve'), 0) AS reserved_fen,
                           coalesce(sum(g.amount_fen) FILTER (WHERE j.kind = 'post'), 0) AS paid_fen,
                           coalesce(sum(g.amount_fen) FILTER (WHERE j.kind = 'void'), 0) AS void_fen
                      FROM funds_journal j JOIN funds_leg g ON g.journal_id = j.id AND g.amount_fen > 0
                     WHERE j.pay_run_id = %(run)s) j,
                   (SELECT min(sum_fen) AS sent_fen FROM payments_bankfile WHERE pay_run_id = %(run)s) b,
                   (SELECT coalesce(sum(x.amount_fen) FILTER (WHERE x.taken = 'posted'), 0) AS paid_fen,
                           coalesce(sum(x.amount_fen) FILTER (WHERE x.taken = 'voided'), 0) AS failed_fen
                      FROM payments_returnline x JOIN payments_returnfile f ON f.id = x.return_file_id
                     WHERE f.pay_run_id = %(run)s) r
            """,
            {"run": run_id},
        )
        row = cursor.fetchone()
    return RunTie(*(None if value is None else int(value) for value in row))  # type: ignore[arg-type]


def held_lines(run_id: int, *, reason: str = "", limit: int = 50, offset: int = 0) -> list[dict[str, object]]:
    """List a run's held lines with the family's head and the reason in words."""
    return _rows(
        """
        SELECT l.id, l.household_id, l.programme, l.month, l.amount_fen, l.account_masked, l.holder_name,
               l.hold_reason, l.hold_text, h.number AS household_number, p.name AS head_name, l.division_code
          FROM payments_line l JOIN registry_household h ON h.id = l.household_id
          LEFT JOIN registry_person p ON p.id = coalesce(l.person_id, h.head_id)
         WHERE l.pay_run_id = %s AND l.state = 'held' AND (%s = '' OR l.hold_reason = %s)
         ORDER BY l.hold_reason, l.id LIMIT %s OFFSET %s
        """,
        [run_id, reason, reason, limit, offset],
    )


def held_by_reason(run_id: int) -> list[tuple[str, int, int]]:
    """Count and sum a run's held lines by reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hold_reason, count(*), sum(amount_fen) FROM payments_line"
            " WHERE pay_run_id = %s AND state = 'held' GROUP BY hold_reason ORDER BY hold_reason",
            [run_id],
        )
        return [(reason, count, int(fen)) for reason, count, fen in cursor.fetchall()]


def lines(
    *, run_id: int | None = None, scope_code: str = "", state: str = "", limit: int = 50, offset: int = 0
) -> list[dict[str, object]]:
    """List lines of a run, or of a division, with the names a clerk knows them by."""
    return _rows(
        """
        SELECT l.id, l.pay_run_id, l.household_id, l.programme, l.month, l.amount_fen, l.account_masked, l.holder_name,
               l.bank_name, l.state, l.hold_text, l.return_code, l.return_text, l.fund_source, l.division_code,
               h.number AS household_number, p.name AS head_name,
               (SELECT max(r.id) FROM payments_line r WHERE r.replaces_id = l.id AND r.state <> 'void') AS replaced_by
          FROM payments_line l JOIN registry_household h ON h.id = l.household_id
          LEFT JOIN registry_person p ON p.id = coalesce(l.person_id, h.head_id)
         WHERE (%s::bigint IS NULL OR l.pay_run_id = %s) AND (%s = '' OR l.state = %s)
           AND l.division_code >= %s AND l.division_code < %s || ':'
         ORDER BY l.id DESC LIMIT %s OFFSET %s
        """,
        [run_id, run_id, state, state, scope_code, scope_code, limit, offset],
    )


def line_count(*, run_id: int | None = None, scope_code: str = "", state: str = "") -> int:
    """Count the lines that ``lines`` would list."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM payments_line WHERE (%s::bigint IS NULL OR pay_run_id = %s)"
            " AND (%s = '' OR state = %s) AND division_code >= %s AND division_code < %s || ':'",
            [run_id, run_id, state, state, scope_code, scope_code],
        )
        return int(cursor.fetchone()[0])


def payments_of(household_id: int, *, limit: int = 60) -> list[dict[str, object]]:
    """List a family's payments, newest month first, each with its fund and state."""
    return _rows(
        """
        SELECT id, pay_run_id, award_id, person_id, programme, month, amount_fen, account_masked, fund_source, state,
               hold_text, return_text, replaces_id
          FROM payments_line WHERE household_id = %s ORDER BY month DESC, id DESC LIMIT %s
        """,
        [household_id, limit],
    )


def return_rows(return_file_id: int, *, taken: str = "", limit: int = 200) -> list[dict[str, object]]:
    """List what became of the rows of a return file; refused ones first."""
    return _rows(
        """
        SELECT row_number, line_id, amount_fen, result, code, text, taken, reason FROM payments_returnline
         WHERE return_file_id = %s AND (%s = '' OR taken = %s)
         ORDER BY array_position(ARRAY['refused','voided','repeated','posted'], taken::text), row_number LIMIT %s
        """,
        [return_file_id, taken, taken, limit],
    )


def _rows(query: str, parameters: Sequence[Any]) -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
