"""Do the payments still tell the truth? Each finding names the first row that does not."""

from django.db import connection

from doudi.payments.sqltexts import LINE_TEXT

FINDINGS: list[tuple[str, str]] = [
    (
        "批次 {0} 的名单与冻结时不一致",
        f"""
        SELECT r.id FROM payments_payrun r
          LEFT JOIN LATERAL (
               SELECT count(*) AS n, coalesce(sum(amount_fen), 0) AS fen,
                      encode(sha256(convert_to(string_agg({LINE_TEXT}, E'\\n' ORDER BY id), 'UTF8')), 'hex') AS digest
                 FROM payments_line l WHERE l.pay_run_id = r.id) s ON true
         WHERE r.roster_sha256 <> ''
           AND (s.digest IS DISTINCT FROM r.roster_sha256 OR s.n <> r.line_count OR s.fen <> r.sum_fen)
         ORDER BY r.id LIMIT 1
        """,
    ),
    (
        "批次 {0} 的已批准明细与批准时不一致",
        f"""
        SELECT r.id FROM payments_payrun r
          LEFT JOIN LATERAL (
               SELECT count(*) AS n, coalesce(sum(amount_fen), 0) AS fen,
                      encode(sha256(convert_to(string_agg({LINE_TEXT}, E'\\n' ORDER BY id), 'UTF8')), 'hex') AS digest
                 FROM payments_line l WHERE l.pay_run_id = r.id AND l.reserve_journal_id IS NOT NULL) s ON true
         WHERE r.sealed_sha256 <> ''
           AND (s.digest IS DISTINCT FROM r.sealed_sha256 OR s.n <> r.approved_count OR s.fen <> r.approved_fen)
         ORDER BY r.id LIMIT 1
        """,
    ),
    (
        "批次 {0} 由同一人编制和批准",
        "SELECT id FROM payments_payrun WHERE approved_by = made_by AND approved_by <> '' ORDER BY id LIMIT 1",
    ),
    (
        "明细 {0} 没有对应的待遇,或金额与待遇不符",
        """
        SELECT l.id FROM payments_line l LEFT JOIN benefits_award a ON a.id = l.award_id
         WHERE l.state <> 'void' AND (a.id IS NULL OR a.amount_fen_m <> l.amount_fen) ORDER BY l.id LIMIT 1
        """,
    ),
    (
        "明细 {0} 与明细 {1} 为同一家庭、项目、月份重复发放",
        """
        SELECT min(id), max(id) FROM payments_line WHERE state NOT IN ('returned', 'void')
         GROUP BY household_id, coalesce(person_id, 0), programme, month, kind HAVING count(*) > 1 ORDER BY 1 LIMIT 1
        """,
    ),
    (
        "凭证 {0} 的金额与所记明细不符(相差 {1} 分)",
        """
        SELECT j.id, g.fen - coalesce(s.fen, 0)
          FROM funds_journal j
          JOIN (SELECT journal_id, sum(amount_fen) AS fen FROM funds_leg WHERE amount_fen > 0 GROUP BY journal_id) g
            ON g.journal_id = j.id
          LEFT JOIN (
               SELECT reserve_journal_id AS journal_id, sum(amount_fen) AS fen FROM payments_line
                WHERE reserve_journal_id IS NOT NULL GROUP BY reserve_journal_id
               UNION ALL
               SELECT final_journal_id, sum(amount_fen) FROM payments_line
                WHERE final_journal_id IS NOT NULL GROUP BY final_journal_id) s ON s.journal_id = j.id
         WHERE j.pay_run_id IS NOT NULL AND j.kind IN ('reserve', 'post', 'void') AND g.fen <> coalesce(s.fen, 0)
         ORDER BY j.id LIMIT 1
        """,
    ),
    (
        "明细 {0} 的状态“{1}”与银行回盘不符",
        """
        SELECT l.id, l.state FROM payments_line l
          LEFT JOIN payments_returnline r ON r.line_id = l.id AND r.taken IN ('posted', 'voided')
         WHERE l.state IN ('paid', 'returned')
           AND r.taken IS DISTINCT FROM CASE l.state WHEN 'paid' THEN 'posted' ELSE 'voided' END
         ORDER BY l.id LIMIT 1
        """,
    ),
    (
        "银行文件 {0} 的笔数或金额与批准的不符",
        """
        SELECT b.id FROM payments_bankfile b JOIN payments_payrun r ON r.id = b.pay_run_id
         WHERE b.line_count <> r.approved_count OR b.sum_fen <> r.approved_fen ORDER BY b.id LIMIT 1
        """,
    ),
]


def verify_payments() -> list[str]:
    """Check rosters, approvals, double payment, journals and bank answers in scope; empty is sound."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for text, query in FINDINGS:
            cursor.execute(query)
            row = cursor.fetchone()
            if row is not None:
                found.append("发放:" + text.format(*row))
    return found
