"""The one folder that holds everything an installation makes, and the secrets in it.

Nothing here imports the framework: settings read it while they load.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import secrets as random
from collections.abc import Iterator
from pathlib import Path

from doudi.kernel.errors import BadInput

REPOSITORY = Path(__file__).resolve().parents[3]
OWNER, APP, READER = "doudi_owner", "doudi_app", "doudi_reader"


@dataclasses.dataclass(frozen=True)
class Secrets:
    """What only this installation knows. Passwords belong to the three database roles."""

    secret_key: str
    owner_password: str
    app_password: str
    reader_password: str


def home_folder() -> Path:
    """Give DOUDI_HOME, by default ``var`` in the product's folder.

    :raises BadInput: it names a file.
    """
    given = os.environ.get("DOUDI_HOME", "").strip()
    folder = Path(given).expanduser() if given else REPOSITORY / "var"
    folder = folder if folder.is_absolute() else Path.cwd() / folder
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} 不是文件夹", where="DOUDI_HOME", next_step="请指定一个文件夹")
    return folder


def make_folder(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder and those above it; only the last one gets the mode.

    :raises BadInput: it cannot be made or written.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
    except OSError as error:
        raise BadInput(f"不能建立文件夹 {folder}:{error.strerror}", next_step="请换一个可写的 DOUDI_HOME") from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(path)


def read_private(path: Path) -> str:
    """Read a secret file.

    :raises BadInput: others may read it, or we may not.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} 可被其他用户读取", next_step=f"请执行 chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except PermissionError as error:
        raise BadInput(f"不能读取 {path}", next_step="请用当初安装的用户运行") from error


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time through."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def load_secrets(folder: Path) -> Secrets:
    """Read the installation's secrets; make them at the first start."""
    path = folder / "secrets.json"
    if not path.exists():
        make_folder(folder, 0o711)  # the server's user passes through; the files inside are closed one by one
        with locked(folder / ".secrets.lock"):
            if not path.exists():
                fresh = Secrets(random.token_urlsafe(48), *(random.token_urlsafe(24) for _ in range(3)))
                write_private(path, json.dumps(dataclasses.asdict(fresh), indent=1))
    return Secrets(**json.loads(read_private(path)))
