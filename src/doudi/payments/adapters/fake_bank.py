"""A bank for tests and demonstrations: answers a bank file with a share of failures, the same for the same seed."""

import csv
import hashlib
import io

from doudi.kernel.errors import BadInput
from doudi.payments.adapters.codes import RETURN_CODES
from doudi.payments.layouts import GENERIC, Layout

# Out of a thousand failures, by code: wrong name and closed accounts are the common ones.
SHARES = {"A01": 120, "A02": 330, "A03": 240, "A04": 90, "A05": 140, "B01": 80}


def answer(bank_file: bytes, *, seed: int = 1, failure_permille: int = 8, layout: Layout = GENERIC) -> bytes:
    """Answer a CSV bank file in the layout's return columns.

    Whether a line fails depends on the seed and its number alone, so the order of lines does not matter.
    """
    if not 0 <= failure_permille <= 1000:
        raise BadInput("失败比例应在 0 到 1000‰ 之间", where="失败比例")
    text = bank_file.decode(layout.encoding)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(layout.in_columns.values())
    for row in csv.DictReader(io.StringIO(text, newline="")):
        line = row[layout.out_columns["line"]]
        code = _code(seed, line, failure_permille)
        given = {
            "batch": row[layout.out_columns["batch"]],
            "line": line,
            "yuan": row[layout.out_columns["yuan"]],
            "result": "失败" if code else "成功",
            "code": code,
            "text": RETURN_CODES[code][0] if code else "",
        }
        writer.writerow([given[field] for field in layout.in_columns])
    return out.getvalue().encode(layout.encoding)


def _code(seed: int, line: str, failure_permille: int) -> str:
    """Draw a failure code, or none, from the digest of seed and line."""
    drawn = int.from_bytes(hashlib.sha256(f"{seed}:{line}".encode()).digest()[:8], "big")
    if drawn % 1000 >= failure_permille:
        return ""
    point = (drawn // 1000) % 1000
    for code, share in SHARES.items():
        if point < share:
            return code
        point -= share
    return "B01"
