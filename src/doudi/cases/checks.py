"""Checks over all proposals in scope, for ``doudi verify``; each names the first that is not as it must be."""

from django.db import connection

CHECKS: dict[str, str] = {
    "已确认而没有两个人办理": """
        select p.id from cases_proposal p
        where p.state = 'confirmed' and not exists (
            select from cases_step c join cases_step r
              on r.proposal_id = c.proposal_id and r.round = c.round and r.stage = 'review'
            where c.proposal_id = p.id and c.stage = 'confirm' and r.person_key <> c.person_key)
        order by p.id limit 1
    """,
    "没有依据的认定,或与认定不是同一对象": """
        select p.id from cases_proposal p
        left join determination_determination d on d.id = p.determination_id
        where d.id is null or (d.subject_kind, d.subject_id, d.programme, d.run_id)
              is distinct from (p.subject_kind, p.subject_id, p.programme, p.run_id)
        order by p.id limit 1
    """,
    "缺事实却提出停发": """
        select p.id from cases_proposal p join determination_determination d on d.id = p.determination_id
        where d.outcome = 2 and p.kind <> 'start' and p.cause <> 'death' order by p.id limit 1
    """,
}


def verify_cases() -> list[str]:
    """List what is broken, the first proposal of each kind; nothing when all is well."""
    found = []
    with connection.cursor() as cursor:
        for what, sql in CHECKS.items():
            cursor.execute(sql)
            row = cursor.fetchone()
            if row:
                found.append(f"建议 {row[0]}:{what}")
    return found
