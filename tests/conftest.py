"""One embedded server for the session, one database per worker, connected as the application's role.

The migrated database is kept as a template by the digest of everything that makes it, so the
next session starts at once.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from psycopg import sql

from doudi.kernel.actors import SYSTEM, Actor
from doudi.platform.home import APP, OWNER, load_secrets, make_folder
from doudi.platform.pgbox import SUPERUSER, THROWAWAY, PgBox

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (
    "**/migrations/*.py",
    "**/seals.py",
    "**/sql/*.sql",
    "security/rls.py",
    "audit/seals.py",
    "platform/migrate.py",
)

CAST: dict[str, Actor] = {
    "village": Actor(901, "zhouzr", "test-zhou", "周主任", "village", "231084101201"),
    "township": Actor(902, "liuxia", "test-liu", "刘霞", "township", "231084101"),
    "county": Actor(903, "chenkz", "test-chen", "陈科长", "county", "231084"),
    "county_second": Actor(904, "wangky", "test-wang", "王科员", "county", "231084"),
    "finance": Actor(905, "sunkj", "test-sun", "孙会计", "finance", "231084"),
    "finance_second": Actor(906, "wukj", "test-wu", "吴会计", "finance", "231084"),
    "province": Actor(907, "gaocz", "test-gao", "高处长", "province", "23"),
    "auditor": Actor(908, "hesj", "test-he", "何审计", "auditor", "23"),
    "administrator": Actor(909, "luogly", "test-luo", "罗管理", "administrator", ""),
    "outsider": Actor(910, "wairen", "test-wai", "外乡人", "county", "230227"),
    "system": SYSTEM,
}


@functools.cache
def _test_home() -> Path:
    given = os.environ.get("DOUDI_HOME")
    return make_folder((Path(given) if given else ROOT / "var") / "test", 0o711)


def _digest() -> str:
    made = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted((ROOT / "src/doudi").glob(pattern)):
            made.update(str(path).encode() + path.read_bytes())
    for path in sorted((ROOT / "packs").glob("*/funding.yaml")):
        made.update(path.read_bytes())
    return made.hexdigest()[:12]


@contextlib.contextmanager
def _server() -> Iterator[PgBox]:
    """Run the test server while any session needs it; the last one out stops it."""
    home = _test_home()
    with (home / ".sessions.lock").open("a") as sessions:
        fcntl.flock(sessions, fcntl.LOCK_SH)
        running = PgBox(home / "pg", THROWAWAY).start()
        try:
            yield running
        finally:
            fcntl.flock(sessions, fcntl.LOCK_UN)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(sessions, fcntl.LOCK_EX | fcntl.LOCK_NB)
                running.stop("immediate" if os.environ.get("CI") else "fast")


def _admin(server: PgBox, name: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=str(server.socket_folder), user=SUPERUSER, password=server.password(), dbname=name, autocommit=True
    )


def _point(server: PgBox, name: str, user: str, password: str) -> None:
    connection.close()
    changed = {"HOST": str(server.socket_folder), "PORT": "", "NAME": name, "USER": user, "PASSWORD": password}
    settings.DATABASES["default"].update(changed)
    connection.settings_dict.update(changed)


def _template(server: PgBox) -> str:
    """Give the name of the migrated template, made under a lock when the sources changed."""
    from django.core.management import call_command

    from doudi.platform import database
    from doudi.platform.migrate import install_guards

    name = f"doudi_template_{_digest()}"
    secrets = load_secrets(_test_home())
    with (_test_home() / ".template.lock").open("a") as lock, _admin(server) as admin:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
        _drop_leftovers(admin)
        making = f"{name}_new"
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making)))
        database.prepare(admin, making, secrets)
        with _admin(server, making) as inside:
            database.open_database(inside)
        _point(server, making, OWNER, secrets.owner_password)
        call_command("migrate", verbosity=0, interactive=False)
        install_guards()
        connection.close()
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))
    return name


def _drop_leftovers(admin: psycopg.Connection) -> None:
    """Remove databases of sessions that died, and templates beyond the newest few."""
    rows = admin.execute("select datname from pg_database where datname like 'doudi_t%' order by oid desc").fetchall()
    templates = [name for (name,) in rows if name.startswith("doudi_template_") and not name.endswith("_new")]
    gone = templates[4:]
    for (name,) in rows:
        if name.startswith("doudi_test_") and not Path(f"/proc/{name.split('_')[2]}").exists():
            gone.append(name)
    for name in gone:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def _fresh_database(server: PgBox, purpose: str) -> Iterator[str]:
    """Make a database from the template and point Django at it as the application's role."""
    template = _template(server)
    name = f"doudi_test_{os.getpid()}_{purpose}"
    with _admin(server) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        with (_test_home() / ".template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # a template can be copied by one at a time
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER)
                )
            )
        with _admin(server, name) as inside:
            from doudi.platform import database

            database.open_database(inside)
        kept = dict(connection.settings_dict)
        _point(server, name, APP, load_secrets(_test_home()).app_password)
        try:
            yield name
        finally:
            connection.close()
            connection.settings_dict.update({key: kept[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")})
            settings.DATABASES["default"].update(
                {key: kept[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
            )
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session", autouse=True)
def _own_home() -> Iterator[None]:
    """Give the session a folder of its own for keys, snapshots and bank files."""
    folder = Path(tempfile.mkdtemp(prefix="doudi-test-"))
    settings.DOUDI_HOME, before = folder, settings.DOUDI_HOME
    settings.SECRETS = load_secrets(_test_home())
    yield
    settings.DOUDI_HOME = before
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PgBox]:
    """The session's server; its superuser stands for the hand that goes past every guard."""
    with _server() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_setup(postgres: PgBox, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock(), _fresh_database(postgres, "main"):  # type: ignore[attr-defined]
        yield


@pytest.fixture
def committed_db(postgres: PgBox, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own, in which commits stay and other processes may connect; gives its name."""
    with django_db_blocker.unblock(), _fresh_database(postgres, "own") as name:  # type: ignore[attr-defined]
        yield name
        connections.close_all()


@pytest.fixture
def tamper(postgres: PgBox) -> Callable[[str], int]:
    """Run a statement in the present (committed) database as the superuser with all triggers off."""

    def run(statement: str) -> int:
        with _admin(postgres, connection.settings_dict["NAME"]) as admin:
            admin.execute("set session_replication_role = replica")
            return admin.execute(statement.encode()).rowcount

    return run


@pytest.fixture
def actors() -> dict[str, Actor]:
    """The cast: 周主任 (village), 刘霞 (township), 陈科长 and 王科员 (county), 孙会计, 吴会计 (finance)…"""
    return dict(CAST)


@pytest.fixture
def page_as(db: None) -> Callable[[str], object]:
    """Give a page client signed in as one of the cast: ``page_as("township").get("/")``."""
    from doudi.security.models import Post, User
    from doudi.security.web import POST_KEY
    from tests.pageclient import PageClient

    def sign_in(who: str) -> PageClient:
        actor = CAST[who]
        user, _ = User.objects.get_or_create(
            id=actor.user_id, defaults={"login": actor.login, "name": actor.name, "person_key": actor.person_key}
        )
        post, _ = Post.objects.get_or_create(
            user=user, defaults={"role": actor.role, "scope_code": actor.scope_code, "since": "2020-01-01"}
        )
        client = PageClient()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[POST_KEY] = post.pk
        session.save()
        return client

    return sign_in
