"""Bringing the database up to date: roles, tables, then the guards that no table may lack."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from doudi.audit import seals
from doudi.platform import database
from doudi.platform.home import APP, READER
from doudi.security import rls

READ_ONLY_FOR_APP = ("audit_entry", "audit_head", "django_migrations")
CLOSED_TO_READER = ("security_", "django_session", "axes_", "auth_", "audit_head")

GRANTS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER};
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APP};
"""
TABLE_NAMES = (
    "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname = 'public' and c.relkind in ('r', 'p')"
)


def migrate() -> list[str]:
    """Make roles and database, run the migrations as the owner, install the guards. May be repeated.

    Returns the names of the tables under row-level security.
    """
    database.start()
    name = connection.settings_dict["NAME"]
    with database.admin_connection() as admin:
        database.prepare(admin, name, settings.SECRETS)
    with database.admin_connection(name) as admin:
        database.open_database(admin)
    with database.as_owner():
        call_command("migrate", verbosity=0, interactive=False)
        return install_guards()


def install_guards() -> list[str]:
    """Force the scope on every table with a division, put the seals on, give the roles their rights.

    The connection must be the owner's. Returns the tables under row-level security.
    """
    with connection.cursor() as cursor:
        scoped = rls.install(cursor)
        sealed = seals.install(cursor)
        _grant(cursor, sealed)
    return scoped


def _grant(cursor: Any, sealed: list[str]) -> None:
    cursor.execute(GRANTS)
    cursor.execute(TABLE_NAMES)
    tables = [row[0] for row in cursor.fetchall()]
    append_only = {one.table for one in seals.all_sealed() if one.append_only}
    for table in READ_ONLY_FOR_APP:
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {APP}")
    for table in sealed:
        cursor.execute(f"REVOKE {'UPDATE, DELETE' if table in append_only else 'DELETE'} ON {table} FROM {APP}")
    for table in tables:
        if table.startswith(CLOSED_TO_READER):
            cursor.execute(f"REVOKE SELECT ON {table} FROM {READER}")
