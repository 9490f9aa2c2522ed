"""Backing up and restoring: the database and the files that belong to it, in one archive."""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from doudi.audit.verify import verify_chain
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import BadInput, Refusal, Upstream
from doudi.platform import database
from doudi.platform.home import OWNER, make_folder
from doudi.platform.migrate import install_guards
from doudi.platform.pgbox import find_binaries
from doudi.platform.serve import running_pid
from doudi.platform.verify import Checked, checks
from doudi.security.scope import acting

FORM = "doudi-backup-1"
LEFT_OUT = {"pg", "test", "venv", "secrets.json", "serve.pid", "up-to-date", "cache", "drill"}
KEYS = "keys.json"
SEES_ALL = "-c app.r0= -c app.r1=:"
DRILL = "doudi_drill"


@dataclasses.dataclass(frozen=True)
class Backup:
    """What an archive holds."""

    path: Path
    byte_count: int
    file_count: int
    entry_count: int
    sha256: str
    has_keys: bool


def _tool(name: str) -> Path:
    cluster = database.box().cluster if database.is_embedded() else Path("/nonexistent")
    binaries = database.box().binaries if database.is_embedded() else find_binaries(cluster)
    return binaries / name


def _run(tool: str, *args: str) -> None:
    where = connection.settings_dict
    env = {**os.environ, "PGPASSWORD": settings.SECRETS.owner_password, "PGOPTIONS": SEES_ALL}
    port = ["-p", where["PORT"]] if where["PORT"] else []
    command = [str(_tool(tool)), "-h", where["HOST"], *port, "-U", OWNER, *args]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [""]
        raise Upstream(f"{tool} 没有成功:{lines[0]}", next_step="请检查磁盘空间和数据库状态")


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _files(home: Path, with_keys: bool) -> list[Path]:
    found = []
    for top in sorted(home.iterdir()):
        if top.name in LEFT_OUT or top.name.startswith(".") or (top.name == KEYS and not with_keys):
            continue
        found += [top] if top.is_file() else [path for path in sorted(top.rglob("*")) if path.is_file()]
    return found


def backup(target: Path, *, on: dt.datetime, with_keys: bool = True) -> Backup:
    """Write one archive: the database, the snapshots, bank files and (unless left out) the keys.

    The archive opens everything when it holds the keys; it is readable by its owner only.

    :raises BadInput: the file exists or cannot be written.
    """
    if target.exists():
        raise BadInput(f"{target} 已存在,没有覆盖", where="FILE", next_step="请换一个文件名")
    if not target.parent.is_dir():
        raise BadInput(f"没有文件夹 {target.parent}", where="FILE")
    home = Path(settings.DOUDI_HOME)
    with acting(SYSTEM):
        chain = verify_chain()
    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
        dump = Path(temporary) / "database.dump"
        _run("pg_dump", "-Fc", "--enable-row-security", "-f", str(dump), connection.settings_dict["NAME"])
        files = _files(home, with_keys)
        manifest = {
            "form": FORM,
            "made_at": on.isoformat(timespec="seconds"),
            "entry_count": chain.entry_count,
            "heads": {head.chain: [head.seq, head.hash] for head in chain.heads},
            "has_keys": with_keys,
            "sha256": {"database.dump": _digest(dump)}
            | {f"home/{path.relative_to(home)}": _digest(path) for path in files},
        }
        (Path(temporary) / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
        aside = Path(temporary) / "archive.tar"
        with tarfile.open(aside, "w") as archive:
            archive.add(Path(temporary) / "manifest.json", "manifest.json")
            archive.add(dump, "database.dump")
            for path in files:
                archive.add(path, f"home/{path.relative_to(home)}")
        aside.chmod(0o600)
        aside.rename(target)
    return Backup(target, target.stat().st_size, len(files), chain.entry_count, _digest(target), with_keys)


@contextlib.contextmanager
def _unpacked(source: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    if not source.is_file():
        raise BadInput(f"没有文件 {source}", where="FILE")
    with tempfile.TemporaryDirectory(dir=settings.DOUDI_HOME, prefix=".restore-") as temporary:
        folder = Path(temporary)
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            manifest = json.loads((folder / "manifest.json").read_text())
        except (tarfile.TarError, OSError, ValueError) as error:
            raise BadInput(f"{source} 不是备份文件", where="FILE", next_step="请用 doudi backup 生成的文件") from error
        if manifest.get("form") != FORM:
            raise BadInput("备份的格式不同", where="FILE")
        for name, wanted in manifest["sha256"].items():
            inside = folder / name
            if not inside.is_file() or _digest(inside) != wanted:
                raise BadInput(f"备份里的 {name} 已损坏", where="FILE", next_step="请换一份备份")
        yield folder, manifest


def _make_database(name: str) -> None:
    with database.admin_connection() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        database.prepare(admin, name, settings.SECRETS)
    with database.admin_connection(name) as inside:
        database.open_database(inside)


def _drop_database(name: str) -> None:
    with database.admin_connection() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _fill(dump: Path, name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "-d", name, str(dump))
    with database.as_owner():
        call_command("migrate", verbosity=0, interactive=False)  # the archive may be older than the product
        install_guards()


def _need_embedded() -> None:
    if not database.is_embedded():
        raise Refusal(
            "DATABASE_URL 指定的数据库由它的管理员恢复",
            next_step="把归档里的 database.dump 用 pg_restore 恢复到空库,再运行 doudi migrate 和 doudi verify",
        )


def restore(source: Path) -> dict[str, object]:
    """Put an archive in the place of the present database and files; give its manifest.

    The archive is checked and unpacked in full before anything is replaced.

    :raises Refusal: the pages are being served.
    :raises BadInput: the archive is damaged.
    """
    _need_embedded()
    if running_pid():
        raise Refusal("网页服务正在运行", next_step="请先运行 doudi stop")
    database.start()
    home, name = Path(settings.DOUDI_HOME), connection.settings_dict["NAME"]
    with _unpacked(source) as (folder, manifest):
        _make_database(name)
        _fill(folder / "database.dump", name)
        for path in sorted((folder / "home").rglob("*")) if (folder / "home").is_dir() else []:
            place = home / path.relative_to(folder / "home")
            if path.is_file():
                make_folder(place.parent)
                path.chmod(0o600)
                path.replace(place)
    return manifest


def drill(source: Path, sample: int) -> list[Checked]:
    """Restore an archive beside the present data, verify it, and remove it again.

    :raises BadInput: the archive is damaged.
    """
    _need_embedded()
    database.start()
    home, name = settings.DOUDI_HOME, connection.settings_dict["NAME"]
    with _unpacked(source) as (folder, _):
        try:
            _make_database(DRILL)
            _fill(folder / "database.dump", DRILL)
            settings.DOUDI_HOME = folder / "home"
            return list(checks(sample, []))
        finally:
            settings.DOUDI_HOME = home
            connection.close()
            connection.settings_dict["NAME"] = name
            _drop_database(DRILL)
