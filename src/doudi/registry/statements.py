"""Named SQL statements of this room: blocks that begin with ``-- name: word`` in ``sql/*.sql``."""

import functools
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "sql"


@functools.cache
def statements(stem: str) -> dict[str, str]:
    """Read the statements of a file by name."""
    parts = re.split(r"^-- name: (\w+)\n", (FOLDER / f"{stem}.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))
