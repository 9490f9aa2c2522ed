"""Geometry of the simple charts: bars from a zero line, in thousandths of the width."""

import dataclasses
from collections.abc import Iterable

WIDTH = 1000


@dataclasses.dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its value in words, where it begins and how long it is."""

    label: str
    text: str
    left: int
    width: int
    is_negative: bool


def bars(rows: Iterable[tuple[str, int, str]]) -> list[Bar]:
    """Lay out bars of (label, value, text) on one scale; all begin at the zero line.

    The longest bar reaches the edge; a value that is not zero is at least two thousandths long.
    """
    found = list(rows)
    low, high = min((value for _, value, _ in found), default=0), max((value for _, value, _ in found), default=0)
    low, high = min(low, 0), max(high, 0)
    span = (high - low) or 1
    zero = -low * WIDTH // span
    laid = []
    for label, value, text in found:
        width = max(abs(value) * WIDTH // span, 2) if value else 0
        laid.append(Bar(label, text, max(zero - width, 0) if value < 0 else zero, width, value < 0))
    return laid
