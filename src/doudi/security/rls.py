"""Row-level security on every table with a division, and the check that none was forgotten."""

from typing import Any

from django.db import connection

from doudi.kernel.errors import Upstream

COLUMN = "division_code"
# Rules and states of the places above must be readable below, and neither names a person.
UNSCOPED = frozenset({"policy_localrule", "regions_regionstate"})
TRAIL = "audit_entry"  # read by scope, written by its own function for any place
POLICY = "division_scope"
RANGE = (
    "division_code COLLATE \"C\" >= current_setting('app.r0', true) "
    "AND division_code COLLATE \"C\" < current_setting('app.r1', true)"
)

TABLES = """
select c.relname, c.relrowsecurity, c.relforcerowsecurity,
       exists (select from pg_policy p where p.polrelid = c.oid)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
join pg_attribute a on a.attrelid = c.oid and a.attname = 'division_code' and not a.attisdropped
where c.relkind in ('r', 'p') order by c.relname
"""

OPEN_VIEWS = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
where c.relkind = 'm' or (c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions), false))
order by c.relname
"""

POWERS = """
select r.rolsuper, r.rolbypassrls,
       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
               where c.relkind = 'r' and pg_has_role(current_user, c.relowner, 'USAGE'))
from pg_roles r where r.rolname = current_user
"""


def install(cursor: Any) -> list[str]:
    """Force the scope on every table with a division; return the tables. The connection must be the owner's."""
    cursor.execute(TABLES)
    tables = [row[0] for row in cursor.fetchall() if row[0] not in UNSCOPED]
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
        if table == TRAIL:
            cursor.execute(f"CREATE POLICY {POLICY} ON {table} FOR SELECT USING ({RANGE})")
            cursor.execute(f"DROP POLICY IF EXISTS appended ON {table}")
            cursor.execute(f"CREATE POLICY appended ON {table} FOR INSERT WITH CHECK (true)")
        else:
            cursor.execute(f"CREATE POLICY {POLICY} ON {table} FOR ALL USING ({RANGE}) WITH CHECK ({RANGE})")
    return tables


def gaps() -> list[str]:
    """Name what would show rows outside a scope: tables without a forced policy, views that run as their owner."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        found = [
            f"表 {table} 没有强制行级权限"
            for table, enabled, forced, has_policy in cursor.fetchall()
            if table not in UNSCOPED and not (enabled and forced and has_policy)
        ]
        cursor.execute(OPEN_VIEWS)
        return found + [f"视图 {name} 绕过行级权限" for (name,) in cursor.fetchall()]


def connection_powers() -> list[str]:
    """Name what the present database account may do that a page or command must not."""
    with connection.cursor() as cursor:
        cursor.execute(POWERS)
        is_super, bypasses, owns = cursor.fetchone()
    return [
        text
        for wrong, text in (
            (is_super, "数据库账号是超级用户"),
            (bypasses, "数据库账号可绕过行级权限"),
            (owns, "数据库账号拥有数据表"),
        )
        if wrong
    ]


def self_check() -> None:
    """Refuse to serve when the scope would not hold.

    :raises Upstream: names every gap.
    """
    wrong = connection_powers() + gaps()
    if wrong:
        raise Upstream(";".join(wrong), next_step="请运行 doudi migrate;网页必须用 doudi_app 账号连接")
