"""Checks over all rosters in scope, for ``doudi verify``; each names the first that is not as it must be."""

from django.db import connection

from doudi.linkage.rulefile import parse
from doudi.prices.models import RuleRecord

CHECKS: dict[str, str] = {
    "没有确认的启动决定": """
        select r.id from prices_roster r left join prices_decision d on d.id = r.decision_id
        where d.id is null or d.kind <> 'start' or d.state <> 'confirmed' or d.index_month <> r.index_month
        order by r.id limit 1
    """,
    "明细与封存值不一致": """
        select r.id from prices_roster r
        left join lateral (
            select count(*) as count, coalesce(sum(l.amount_fen), 0) as fen,
                   coalesce(encode(sha256(string_agg(l.row_hash, ''::bytea order by l.id)), 'hex'), '-') as digest
            from prices_subsidyline l where l.roster_id = r.id) l on true
        where (l.count, l.fen, l.digest) is distinct from (r.line_count::bigint, r.sum_fen::numeric, r.rows_digest)
        order by r.id limit 1
    """,
    "明细的数额不是评估所定": """
        select l.roster_id from prices_subsidyline l join prices_evaluation e on e.id = l.evaluation_id
        where l.sequence = 1 and e.result #>> '{dedup,take}' <> 'sum'
          and not exists (
            select from jsonb_array_elements(e.result -> 'amounts') a
            where a ->> 'group' = l.group_name and a ->> 'area' in ('', l.area)
              and (a ->> 'amount_fen')::bigint = l.amount_fen)
        order by l.roster_id limit 1
    """,
}


def verify_prices() -> list[str]:
    """List what is broken, the first roster of each kind, and rule files whose text is not what was sealed."""
    found = []
    with connection.cursor() as cursor:
        for what, sql in CHECKS.items():
            cursor.execute(sql)
            row = cursor.fetchone()
            if row:
                found.append(f"价格补贴花名册 {row[0]}:{what}")
    found += [
        f"价格补贴规则 {record.pk}:内容与摘要不一致"
        for record in RuleRecord.objects.order_by("id")
        if parse(record.text, "规则").digest != record.digest
    ]
    return found
