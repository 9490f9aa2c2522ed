"""Reaching the database: the embedded server, the three roles, and the owner's connection for migrations."""

import contextlib
from collections.abc import Iterator

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from doudi.kernel.errors import BadInput, Upstream
from doudi.platform.home import APP, OWNER, READER, Secrets
from doudi.platform.pgbox import SUPERUSER, PgBox

ROLES_SEEN = "select rolname from pg_roles where rolname = any(%s)"
MIN_VERSION = 150000
EVERYTHING = "select set_config('app.r0', '', false), set_config('app.r1', ':', false)"


def is_embedded() -> bool:
    """Tell whether this installation runs its own server."""
    return not settings.DATABASE_URL


def box() -> PgBox:
    """Give the embedded server of this installation."""
    return PgBox(settings.CLUSTER_FOLDER)


def start() -> None:
    """Start the embedded server when there is one; connections then find its socket."""
    if is_embedded():
        running = box().start()
        settings.DATABASES["default"]["HOST"] = str(running.socket_folder)
        connection.settings_dict["HOST"] = str(running.socket_folder)


def admin_connection(database: str | None = None) -> psycopg.Connection:
    """Connect with the account that may make roles: the embedded superuser, or the one in DATABASE_URL.

    :raises Upstream: the server does not answer or refuses the account.
    """
    try:
        if is_embedded():
            running = box()
            return psycopg.connect(
                host=str(running.socket_folder), user=SUPERUSER, password=running.password(),
                dbname=database or "postgres", autocommit=True,
            )  # fmt: skip
        return psycopg.connect(settings.DATABASE_URL, autocommit=True)
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[0]
        raise Upstream(f"连不上数据库:{said}", next_step="请检查 DATABASE_URL 或运行 doudi status") from error


def reader_connection() -> psycopg.Connection:
    """Connect as the operators' reading role: the views, never a change."""
    place = settings.DATABASES["default"]
    connected = psycopg.connect(
        host=place["HOST"] or None, port=place.get("PORT") or None, dbname=place["NAME"],
        user=READER, password=settings.SECRETS.reader_password, autocommit=True,
    )  # fmt: skip
    connected.execute("set default_transaction_read_only = on")
    return connected


def prepare(admin: psycopg.Connection, database: str, secrets: Secrets) -> None:
    """Make the three roles with this installation's passwords, and the database they use. May be repeated.

    :raises BadInput: the account may not make roles, or the server is too old.
    """
    if admin.info.server_version < MIN_VERSION:
        raise BadInput("PostgreSQL 应为 15 及以上", where="DATABASE_URL")
    try:
        _make_roles(admin, secrets)
        made = admin.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
        if made is None:
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
    except psycopg.errors.InsufficientPrivilege as error:
        raise BadInput(
            "这个账号不能建立数据库角色",
            where="DATABASE_URL",
            next_step="请用有 CREATEROLE 权限并拥有该库的账号运行 doudi migrate",
        ) from error


def _make_roles(admin: psycopg.Connection, secrets: Secrets) -> None:
    seen = {row[0] for row in admin.execute(ROLES_SEEN, [[OWNER, APP, READER]])}
    wanted = {OWNER: secrets.owner_password, APP: secrets.app_password, READER: secrets.reader_password}
    for role, password in wanted.items():
        verb = "ALTER" if role in seen else "CREATE"
        admin.execute(
            sql.SQL("{} ROLE {} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
            )
        )


def open_database(admin: psycopg.Connection) -> None:
    """Let the roles into one database: the owner makes things, the others only use them."""
    name = sql.Identifier(str(admin.info.dbname))
    owner, users = sql.Identifier(OWNER), sql.SQL(", ").join(map(sql.Identifier, (APP, READER)))
    for statement in (
        sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, owner),
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, users),
        sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(users),
    ):
        admin.execute(statement)
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        # The operator's reading role sees everything; where the account may not set this, it sees nothing by default.
        for name_, value in (("app.r0", ""), ("app.r1", ":")):
            admin.execute(
                sql.SQL("ALTER ROLE {} SET {} TO {}").format(sql.Identifier(READER), sql.SQL(name_), sql.Literal(value))
            )


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Let Django's connection be the owner's for a while, seeing all rows; only migrations and restores do this."""
    kept = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=OWNER, PASSWORD=settings.SECRETS.owner_password)
    try:
        with connection.cursor() as cursor:
            cursor.execute(EVERYTHING)
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)
