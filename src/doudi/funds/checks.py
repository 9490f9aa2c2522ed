"""Does the ledger still tell the truth? Each finding names the first row that does not."""

from django.db import connection

from doudi.kernel.money import yuan

FINDINGS: list[tuple[str, str]] = [
    (
        "凭证 {0}({1})的分录合计为 {2} 分,应为 0",
        """
        SELECT j.id, j.idem, coalesce(sum(l.amount_fen), 0) AS fen
          FROM funds_journal j LEFT JOIN funds_leg l ON l.journal_id = j.id
         GROUP BY j.id, j.idem HAVING count(l.id) < 2 OR coalesce(sum(l.amount_fen), 0) <> 0 ORDER BY j.id LIMIT 1
        """,
    ),
    (
        "分录 {0} 没有凭证 {1}",
        """
        SELECT l.id, l.journal_id FROM funds_leg l
         WHERE NOT EXISTS (SELECT 1 FROM funds_journal j WHERE j.id = l.journal_id) ORDER BY l.id LIMIT 1
        """,
    ),
    (
        "账户 {0}({1})余额 {2} 分,分录合计 {3} 分",
        """
        SELECT a.id, a.code, a.balance_fen, coalesce(s.fen, 0)
          FROM funds_account a
          LEFT JOIN (SELECT account_id, sum(amount_fen) AS fen FROM funds_leg GROUP BY account_id) s
                 ON s.account_id = a.id
         WHERE a.balance_fen <> coalesce(s.fen, 0) ORDER BY a.id LIMIT 1
        """,
    ),
    (
        "账户 {0}({1})余额 {2} 分,低于下限 {3} 分",
        """
        SELECT id, code, balance_fen, floor_fen FROM funds_account
         WHERE floor_fen IS NOT NULL AND balance_fen < floor_fen ORDER BY id LIMIT 1
        """,
    ),
    (
        "凭证 {0} 混用了资金来源或地区",
        """
        SELECT l.journal_id FROM funds_leg l JOIN funds_account a ON a.id = l.account_id
          JOIN funds_journal j ON j.id = l.journal_id
         GROUP BY l.journal_id
        HAVING count(DISTINCT a.fund_source || ' ' || a.direct_mark) > 1 OR bool_or(a.division_code <> j.division_code)
         ORDER BY l.journal_id LIMIT 1
        """,
    ),
    (
        "凭证 {0}({1})的资金从“{2}”到“{3}”,不在允许之列",
        """
        SELECT j.id, j.kind, o.kind, i.kind
          FROM funds_journal j
          JOIN funds_leg lo ON lo.journal_id = j.id AND lo.amount_fen < 0 JOIN funds_account o ON o.id = lo.account_id
          JOIN funds_leg li ON li.journal_id = j.id AND li.amount_fen > 0 JOIN funds_account i ON i.id = li.account_id
         WHERE NOT EXISTS (SELECT 1 FROM funds_allowedmove m
                            WHERE m.journal_kind = j.kind AND m.from_kind = o.kind AND m.to_kind = i.kind)
         ORDER BY j.id LIMIT 1
        """,
    ),
    (
        "下达 {0} 的两张凭证不相等:上级 {1} 分,下级 {2} 分",
        """
        SELECT o.id, coalesce(u.fen, 0), coalesce(d.fen, 0)
          FROM funds_allotment o
          LEFT JOIN LATERAL (SELECT sum(l.amount_fen) AS fen
                               FROM funds_leg l JOIN funds_account a ON a.id = l.account_id
                              WHERE l.journal_id = o.upper_journal_id AND a.kind = 'allotted') u ON true
          LEFT JOIN LATERAL (SELECT sum(l.amount_fen) AS fen
                               FROM funds_leg l JOIN funds_account a ON a.id = l.account_id
                              WHERE l.journal_id = o.lower_journal_id AND a.kind = 'available') d ON true
         WHERE coalesce(u.fen, 0) <> o.amount_fen OR coalesce(d.fen, 0) <> o.amount_fen ORDER BY o.id LIMIT 1
        """,
    ),
    (
        "{1} 已结账,账户 {0} 当时余额 {2} 分,现在算出 {3} 分",
        """
        SELECT a.code, c.month, (c.balances ->> a.code)::bigint, s.fen
          FROM funds_periodclose c JOIN funds_account a ON a.division_code = c.division_code
          JOIN LATERAL (SELECT coalesce(sum(l.amount_fen), 0) AS fen FROM funds_leg l
                          JOIN funds_journal j ON j.id = l.journal_id
                         WHERE l.account_id = a.id AND to_char(j.effective_on, 'YYYY-MM') <= c.month) s ON true
         WHERE coalesce((c.balances ->> a.code)::bigint, 0) <> s.fen ORDER BY c.month, a.code LIMIT 1
        """,
    ),
]


def verify_ledger() -> list[str]:
    """Check sums, balances, floors and moves of everything in scope; an empty list is a sound ledger.

    The digests of the rows themselves are checked with every other sealed table.
    """
    found: list[str] = []
    with connection.cursor() as cursor:
        for text, query in FINDINGS:
            cursor.execute(query)
            row = cursor.fetchone()
            if row is not None:
                found.append("账簿:" + text.format(*row))
        cursor.execute("SELECT coalesce(sum(balance_fen), 0) FROM funds_account")
        total = int(cursor.fetchone()[0])
    if total:
        found.append(f"账簿:全部账户合计 {yuan(total)} 元,应为 0")
    return found
