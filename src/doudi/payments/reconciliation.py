"""Does what was due, what the books say and what the bank did agree, to the fen?"""

import dataclasses
from typing import Any

from django.db.backends.utils import CursorWrapper

from doudi.kernel.periods import Month
from doudi.payments.sqltexts import set_based

# What becomes of an award that is due, in the order of the page.
PARTS: dict[str, str] = {
    "paid": "已到账",
    "waiting": "已报送,等银行结果",
    "making": "批次编制中",
    "held": "暂缓",
    "returned": "退票,待补发",
    "void": "已作废,待补发",
    "later": "批次冻结后新确认,待补发",
    "under_other": "已按调整前的待遇发放",
    "not_made": "本月批次尚未编制",
    "overpaid": "已发放,其后待遇终止(待追缴,减项)",
    "unexplained": "无法解释",
}


@dataclasses.dataclass(frozen=True)
class Part:
    """A share of what was due, with its explanation."""

    key: str
    count: int
    fen: int

    @property
    def label(self) -> str:
        return PARTS[self.key]


@dataclasses.dataclass(frozen=True)
class Reconciliation:
    """One county and month: due, by what became of it; and paid, by who says so."""

    county_code: str
    month: str
    expected_count: int
    expected_fen: int
    parts: list[Part]
    lines_paid_fen: int
    ledger_paid_fen: int
    bank_paid_fen: int
    ledger_reserved_fen: int
    lines_reserved_fen: int
    first_unexplained: str

    @property
    def unexplained_fen(self) -> int:
        """Zero when awards, lines, books and bank tell one story. Absolute amounts: faults never cancel out."""
        return (
            sum(abs(p.fen) for p in self.parts if p.key == "unexplained")
            + abs(self.expected_fen - sum(p.fen for p in self.parts if p.key not in ("overpaid", "unexplained")))
            * (not any(p.key == "unexplained" for p in self.parts))
            + abs(self.lines_paid_fen - self.ledger_paid_fen)
            + abs(self.lines_paid_fen - self.bank_paid_fen)
            + abs(self.lines_reserved_fen - self.ledger_reserved_fen)
        )

    @property
    def ties(self) -> bool:
        return self.unexplained_fen == 0 and not any(p.key == "unexplained" for p in self.parts)


# A full join of what is due with what was made of it; one row per award or stray line.
PAIRED = """
WITH due AS (
    SELECT a.id, a.household_id, CASE WHEN a.subject_kind = 'p' THEN a.subject_id ELSE 0 END AS person_id,
           a.programme, a.amount_fen_m AS fen, a.recorded_at
      FROM benefits_award a
     WHERE a.division_code >= %(county)s AND a.division_code < %(county)s || ':'
       AND a.since <= %(first_day)s AND (a.until IS NULL OR a.until > %(first_day)s) AND a.amount_fen_m > 0),
line AS (
    SELECT DISTINCT ON (l.award_id) l.*
      FROM payments_line l
     WHERE l.month = %(month)s AND l.kind = 'regular'
       AND l.division_code >= %(county)s AND l.division_code < %(county)s || ':'
     ORDER BY l.award_id, (l.state = 'void'), (l.state = 'returned'), l.id DESC),
run AS (
    SELECT min(recorded_at) AS frozen_at FROM payments_payrun
     WHERE division_code = %(county)s AND state <> 'cancelled' AND kind = 'regular'
       AND month <= %(month)s
       AND (to_date(month, 'YYYY-MM') + make_interval(months => months_ahead_count)) >= %(first_day)s),
paired AS (
    SELECT coalesce(d.id, l.award_id) AS award_id, l.id AS line_id, coalesce(d.fen, 0) AS due_fen,
           coalesce(l.amount_fen, 0) AS line_fen,
           CASE
             WHEN d.id IS NOT NULL AND l.id IS NOT NULL AND d.fen <> l.amount_fen THEN 'unexplained'
             WHEN d.id IS NOT NULL AND l.state = 'paid' THEN 'paid'
             WHEN d.id IS NOT NULL AND l.state IN ('approved', 'sent') THEN 'waiting'
             WHEN d.id IS NOT NULL AND l.state = 'frozen' THEN 'making'
             WHEN d.id IS NOT NULL AND l.state = 'held' THEN 'held'
             WHEN d.id IS NOT NULL AND l.state = 'returned' THEN 'returned'
             WHEN d.id IS NOT NULL AND EXISTS (
                    SELECT 1 FROM line o
                     WHERE o.household_id = d.household_id AND coalesce(o.person_id, 0) = d.person_id
                       AND o.programme = d.programme AND o.award_id <> d.id AND o.state NOT IN ('returned', 'void'))
                  THEN 'under_other'
             WHEN d.id IS NOT NULL AND run.frozen_at IS NULL THEN 'not_made'
             WHEN d.id IS NOT NULL AND l.state = 'void' THEN 'void'
             WHEN d.id IS NOT NULL AND d.recorded_at > run.frozen_at THEN 'later'
             WHEN d.id IS NOT NULL THEN 'unexplained'
             WHEN l.state IN ('void', 'returned', 'held', 'frozen') THEN 'nothing'
             WHEN a.id IS NOT NULL AND EXISTS (
                    SELECT 1 FROM due e WHERE e.household_id = l.household_id AND e.person_id = coalesce(l.person_id, 0)
                       AND e.programme = l.programme) THEN 'nothing'
             WHEN a.until IS NOT NULL AND a.until <= %(first_day)s THEN 'overpaid'
             ELSE 'unexplained' END AS part
      FROM due d FULL JOIN line l ON l.award_id = d.id CROSS JOIN run
      LEFT JOIN benefits_award a ON a.id = l.award_id AND d.id IS NULL)
"""


def reconcile(county_code: str, month: Month) -> Reconciliation:
    """Compare awards in force, payment lines, ledger and bank answers for one county and month.

    Every award that is due falls into exactly one part; ``unexplained`` must be empty.
    """
    keys: dict[str, Any] = {"county": county_code, "month": str(month), "first_day": month.first_day}
    with set_based() as cursor:
        cursor.execute(
            PAIRED
            + "SELECT part, count(*), sum(due_fen), sum(line_fen), min(award_id) FILTER (WHERE part = 'unexplained')"
            + " FROM paired WHERE part <> 'nothing' GROUP BY part",
            keys,
        )
        found = {part: (count, int(due), int(line), first) for part, count, due, line, first in cursor.fetchall()}
        paid = _paid_three_ways(cursor, keys)
    parts = []
    for key in PARTS:
        if key in found:
            count, due, line, _ = found[key]
            parts.append(Part(key, count, max(due, line) if key in ("overpaid", "unexplained") and not due else due))
    expected = [(count, due) for key, (count, due, _, _) in found.items() if key != "overpaid" and due]
    first = found.get("unexplained", (0, 0, 0, None))[3]
    return Reconciliation(
        county_code=county_code,
        month=str(month),
        expected_count=sum(count for count, _ in expected),
        expected_fen=sum(fen for _, fen in expected),
        parts=parts,
        first_unexplained=f"待遇 {first}" if first else "",
        **paid,
    )


def _paid_three_ways(cursor: CursorWrapper, keys: dict[str, Any]) -> dict[str, int]:
    """Sum what was paid for the month as the lines, the journals and the bank's answers say it.

    A journal may carry several months of a run paid ahead.  Its amount is compared with all its lines;
    the month's ledger figure is the month's lines plus whatever a journal does not agree by.
    """
    cursor.execute(
        """
        WITH mine AS (
            SELECT l.id, l.amount_fen, l.state, l.final_journal_id, l.reserve_journal_id FROM payments_line l
             WHERE l.month = %(month)s AND l.division_code >= %(county)s AND l.division_code < %(county)s || ':'),
        booked AS (
            SELECT j.id, (SELECT coalesce(sum(g.amount_fen), 0) FROM funds_leg g
                           WHERE g.journal_id = j.id AND g.amount_fen > 0)
                       - (SELECT coalesce(sum(l.amount_fen), 0) FROM payments_line l
                           WHERE l.final_journal_id = j.id AND l.state = 'paid') AS off_fen
              FROM funds_journal j
             WHERE j.kind = 'post' AND j.pay_run_id IN (
                   SELECT pay_run_id FROM payments_line WHERE id IN (SELECT id FROM mine))),
        reserved AS (
            SELECT j.id, (SELECT coalesce(sum(g.amount_fen), 0) FROM funds_leg g
                           WHERE g.journal_id = j.id AND g.amount_fen > 0)
                       - (SELECT coalesce(sum(l.amount_fen), 0) FROM payments_line l
                           WHERE l.reserve_journal_id = j.id) AS off_fen
              FROM funds_journal j
             WHERE j.kind = 'reserve' AND j.pay_run_id IN (
                   SELECT pay_run_id FROM payments_line WHERE id IN (SELECT id FROM mine)))
        SELECT (SELECT coalesce(sum(amount_fen), 0) FROM mine WHERE state = 'paid'),
               (SELECT coalesce(sum(amount_fen), 0) FROM mine WHERE state = 'paid' AND final_journal_id IS NOT NULL)
                 + (SELECT coalesce(sum(abs(off_fen)), 0) FROM booked),
               (SELECT coalesce(sum(r.amount_fen), 0) FROM payments_returnline r JOIN mine m ON m.id = r.line_id
                 WHERE r.taken = 'posted'),
               (SELECT coalesce(sum(amount_fen), 0) FROM mine WHERE reserve_journal_id IS NOT NULL)
                 + (SELECT coalesce(sum(abs(off_fen)), 0) FROM reserved),
               (SELECT coalesce(sum(amount_fen), 0) FROM mine WHERE reserve_journal_id IS NOT NULL)
        """,
        keys,
    )
    row = cursor.fetchone()
    names = ("lines_paid_fen", "ledger_paid_fen", "bank_paid_fen", "ledger_reserved_fen", "lines_reserved_fen")
    return {name: int(value) for name, value in zip(names, row, strict=True)}
