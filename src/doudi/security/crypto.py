"""Identity and account numbers: encrypted in the column, found by a keyed index, shown masked.

The key file lies under DOUDI_HOME, apart from the database. Several data keys may live side by
side: the newest writes, the key's number in every value says which one reads.
"""

import base64
import functools
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from doudi.kernel.errors import Upstream

FORM = 1
NONCE_BYTES = 12
HEAD_BYTES = 3
KEY_FILE = "keys.json"
INVISIBLE = dict.fromkeys(map(ord, " \t\r\n'’\u200b\u200c\u200d\u2060\ufeff\u00a0\u3000"))


class SealBroken(Upstream):
    """A value cannot be opened: it was moved, changed, or its key is missing."""

    message = "加密内容无法打开"
    next_step = "请系统管理员核对密钥文件,并运行 doudi verify"


class KeyRing:
    """The keys of one installation: one for the index, several for the data."""

    def __init__(self, index_key: bytes, data_keys: dict[int, bytes]) -> None:
        self.index_key = index_key
        self.newest = max(data_keys)
        self._ciphers = {number: AESGCM(key) for number, key in data_keys.items()}

    def cipher(self, number: int) -> AESGCM:
        try:
            return self._ciphers[number]
        except KeyError:
            raise SealBroken(f"缺少编号为 {number} 的密钥") from None


def make_keys(path: Path) -> None:
    """Make the key file unless it exists; only its owner can read it."""
    fresh = {
        "index": base64.b64encode(secrets.token_bytes(32)).decode(),
        "data": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(fresh, out)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(aside, path)  # fails when another process was first; then its keys are the keys
    except FileExistsError:
        return
    finally:
        aside.unlink()


@functools.lru_cache(maxsize=4)
def _load(path: Path, changed_ns: int) -> KeyRing:
    if path.stat().st_mode & 0o077:
        raise Upstream(f"密钥文件 {path} 可被其他用户读取", next_step=f"请执行 chmod 600 {path}")
    kept = json.loads(path.read_text())
    return KeyRing(
        base64.b64decode(kept["index"]), {int(number): base64.b64decode(key) for number, key in kept["data"].items()}
    )


def key_ring() -> KeyRing:
    """Give the installation's keys; made at the first use.

    :raises Upstream: others may read the file.
    """
    path = Path(settings.DOUDI_HOME) / KEY_FILE
    if not path.exists():
        make_keys(path)
    return _load(path, path.stat().st_mtime_ns)


def add_data_key() -> int:
    """Add a data key that writes from now on; return its number. Old values stay readable."""
    path = Path(settings.DOUDI_HOME) / KEY_FILE
    key_ring()
    kept = json.loads(path.read_text())
    number = max(map(int, kept["data"])) + 1
    kept["data"][str(number)] = base64.b64encode(secrets.token_bytes(32)).decode()
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(kept, out)
    aside.replace(path)
    return number


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(INVISIBLE).upper()


def blind_index(text: str) -> bytes:
    """Give the keyed index of a number, the same for every way of writing it."""
    return hmac.digest(key_ring().index_key, _plain(text).encode(), hashlib.sha256)


def blind_indexes(texts: Sequence[str]) -> list[bytes]:
    """Give the keyed indexes of many numbers."""
    key = key_ring().index_key
    return [hmac.digest(key, _plain(text).encode(), hashlib.sha256) for text in texts]


def _sealed(ring: KeyRing, text: str, index: bytes, nonce: bytes) -> bytes:
    head = bytes((FORM,)) + ring.newest.to_bytes(2, "big")
    return head + nonce + ring.cipher(ring.newest).encrypt(nonce, text.encode(), head + index)


def seal(text: str, index: bytes | memoryview) -> bytes:
    """Encrypt a number bound to its index; the same bytes beside another index do not open."""
    return _sealed(key_ring(), text, bytes(index), os.urandom(NONCE_BYTES))


def seal_all(texts: Sequence[str], indexes: Sequence[bytes] | None = None) -> list[bytes]:
    """Encrypt many numbers, each bound to its index (computed when not given)."""
    ring = key_ring()
    bound = blind_indexes(texts) if indexes is None else indexes
    noise = os.urandom(NONCE_BYTES * len(texts))
    return [
        _sealed(ring, text, bytes(index), noise[at * NONCE_BYTES : (at + 1) * NONCE_BYTES])
        for at, (text, index) in enumerate(zip(texts, bound, strict=True))
    ]


def open_sealed(blob: bytes | memoryview, index: bytes | memoryview) -> str:
    """Decrypt a number.

    :raises SealBroken: changed bytes, another index, or a missing key.
    """
    raw = bytes(blob)
    head, nonce, body = raw[:HEAD_BYTES], raw[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], raw[HEAD_BYTES + NONCE_BYTES :]
    if len(raw) < HEAD_BYTES + NONCE_BYTES or head[0] != FORM:
        raise SealBroken
    try:
        return key_ring().cipher(int.from_bytes(head[1:], "big")).decrypt(nonce, body, head + bytes(index)).decode()
    except InvalidTag:
        raise SealBroken from None


def mask_id_no(text: str) -> str:
    """Show the first three and the last four characters of an identity number."""
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 7 else "*" * len(text)


def mask_account(text: str) -> str:
    """Show the last four characters of an account number."""
    return "*" * max(len(text) - 4, 0) + text[-4:] if len(text) > 4 else "*" * len(text)


def mask_name(text: str) -> str:
    """Show the first character of a name."""
    return text[:1] + "*" * max(len(text) - 1, 1) if text else ""
