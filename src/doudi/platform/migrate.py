"""Bringing the database up to date: roles, tables, then the guards that no table may lack."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from doudi.audit import seals
from doudi.engine.packs import packs_root
from doudi.funds import matrix
from doudi.platform import database
from doudi.platform.home import APP, READER, write_private
from doudi.security import rls

ROOMS = Path(__file__).resolve().parents[1]
SOURCES = ("**/migrations/*.py", "**/*.sql", "**/seals.py", "security/rls.py", "platform/*.py", "places/data/*.csv")
STAMP = "up-to-date"
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
    matrix.load_pack_rules()
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


def _digest() -> str:
    """Digest everything a migration reads, so that an unchanged installation starts without migrating."""
    made = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOMS.glob(pattern)):
            made.update(str(path.relative_to(ROOMS)).encode() + path.read_bytes())
    for path in sorted(packs_root().glob("*/funding.yaml")):
        made.update(path.read_bytes())
    return made.hexdigest()


def is_current() -> bool:
    """Tell whether the database was brought up to date by exactly this version. The server must run."""
    stamp = Path(settings.DOUDI_HOME) / STAMP
    if not stamp.exists() or stamp.read_text() != _digest():
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('public.security_user') is not null")
            return bool(cursor.fetchone()[0])
    except OperationalError:
        return False


def remember() -> None:
    """Note that this version has set everything up."""
    write_private(Path(settings.DOUDI_HOME) / STAMP, _digest())
