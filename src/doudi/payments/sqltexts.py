"""Named statements of this room, read once."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

FOLDER = Path(__file__).parent / "sql"


def statement(name: str) -> str:
    """Read one statement from the room's ``sql`` folder."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


FREEZE = statement("freeze")
RETRY = statement("retry")
CHECK = statement("check")
TAKE_RETURN = statement("take_return")

# What a line pays to whom, as text, in order; its digest seals a roster.
LINE_TEXT = "concat_ws('|', id, award_id, month, amount_fen, encode(account_index, 'hex'), holder_name, fund_source)"
ROSTER_DIGEST = f"encode(sha256(convert_to(string_agg({LINE_TEXT}, E'\\n' ORDER BY id), 'UTF8')), 'hex')"


@contextlib.contextmanager
def set_based() -> Iterator[CursorWrapper]:
    """Give a cursor whose joins are never row by row.

    A table that was filled a moment ago has no statistics yet; the planner then believes it to be small
    and loops, which turned a check of 60,000 lines from two seconds into minutes.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")
