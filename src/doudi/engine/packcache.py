"""What reading the packs came to, kept in the user's own cache folder for the next start.

The key is a digest over every file of the packs, the source of the engine and the kernel, and the version of
Python: whatever changes, the packs are read anew.  Nothing is kept or used when the folder could have been
written by somebody else.  ``DOUDI_CACHE=off`` turns it off.
"""

import contextlib
import hashlib
import os
import pathlib
import pickle
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
MOST_KEPT = 24
ENDING = ".kept"


def kept(root: pathlib.Path, name: str, make: Callable[[], T]) -> T:
    """Give what ``make`` gives for the packs as they are now; it runs only when that is not at hand."""
    folder = _folder()
    if folder is None:
        return make()
    key = digest_of(root)
    path = folder / f"{name}-{key}{ENDING}"
    with contextlib.suppress(OSError, ValueError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
        text = path.read_bytes()
        if hashlib.sha256(text[32:]).digest() == text[:32]:
            found: T = pickle.loads(text[32:])
            return found
    value = make()
    if digest_of(root) == key:  # the packs did not change while they were read
        with contextlib.suppress(OSError, pickle.PicklingError):
            _store(path, value)
    return value


def digest_of(root: pathlib.Path) -> str:
    """Hash everything that reading the packs rests on."""
    package = pathlib.Path(__file__).resolve().parent
    found = hashlib.sha256(f"{sys.version} {root.resolve()}".encode())
    for folder in (root, package, package.parent / "kernel"):
        for path in sorted(_files(folder)):
            with open(path, "rb") as file:
                text = file.read()
            found.update(f"\n{path} {len(text)}\n".encode())
            found.update(text)
    return found.hexdigest()[:32]


def _files(folder: pathlib.Path) -> list[str]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        found += [os.path.join(place, name) for name in names if not name.startswith(".")]
    return found


def _folder() -> pathlib.Path | None:
    """Find the cache folder; None when there is none that only this user can write to."""
    if os.environ.get("DOUDI_CACHE") == "off":
        return None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = pathlib.Path(base) / "doudi"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except OSError:
        return None
    return folder if state.st_uid == os.getuid() and not state.st_mode & 0o022 else None


def _store(path: pathlib.Path, value: object) -> None:
    text = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    staged = path.with_suffix(f".{os.getpid()}.tmp")
    staged.write_bytes(hashlib.sha256(text).digest() + text)
    staged.replace(path)
    others = sorted(path.parent.glob(f"*{ENDING}"), key=lambda one: one.stat().st_mtime, reverse=True)
    for stale in others[MOST_KEPT:]:
        stale.unlink(missing_ok=True)
