"""Checks over all awards in scope, for ``doudi verify``; each names the first that is not as it must be."""

from django.db import connection

CHECKS: dict[str, str] = {
    "与其确认的建议不一致": """
        select a.id from benefits_award a left join cases_proposal p on p.id = a.proposal_id
        where a.proposal_id is not null and (
            p.id is null or p.state <> 'confirmed' or p.applied_on is null
            or (p.subject_kind, p.subject_id, p.programme, p.amount_after_fen_m, p.determination_id)
               is distinct from (a.subject_kind, a.subject_id, a.programme, a.amount_fen_m, a.determination_id))
        order by a.id limit 1
    """,
    "新增待遇早于确认的当月": """
        select a.id from benefits_award a
        join cases_proposal p on p.id = a.proposal_id and p.kind = 'start'
        join cases_step s on s.proposal_id = p.id and s.stage = 'confirm'
        where a.since < date_trunc('month', s.decided_on) order by a.id limit 1
    """,
    "没有确认的建议却被终止": """
        select a.id from benefits_award a left join cases_proposal p on p.id = a.ended_by_proposal_id
        where a.ended_by_proposal_id is not null and (p.id is null or p.state <> 'confirmed')
        order by a.id limit 1
    """,
    "暂缓期内因家庭经济状况被终止": """
        select a.id from benefits_award a join cases_proposal p on p.id = a.ended_by_proposal_id
        where p.hold_clause <> '' order by a.id limit 1
    """,
    "保障对象的期间长于待遇": """
        select a.id from benefits_award a join benefits_coverage c on c.award_id = a.id
        where c.since < a.since or coalesce(c.until, 'infinity') > coalesce(a.until, 'infinity')
        order by a.id limit 1
    """,
}


def verify_awards() -> list[str]:
    """List what is broken, the first award of each kind; nothing when all is well."""
    found = []
    with connection.cursor() as cursor:
        for what, sql in CHECKS.items():
            cursor.execute(sql)
            row = cursor.fetchone()
            if row:
                found.append(f"待遇 {row[0]}:{what}")
    return found
