"""Geometry of the history chart: rises of several series by month, their lines, and the months that were started."""

import dataclasses
from collections.abc import Mapping, Sequence

from doudi.kernel.periods import Month
from doudi.linkage.indices import percent_text

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 960, 260, 52, 30, 14
MOST_LABELS = 12
STEPS_BP = (100, 200, 500, 1000, 2000, 5000)


@dataclasses.dataclass(frozen=True)
class Mark:
    """A labelled height or month."""

    at: int
    label: str


@dataclasses.dataclass(frozen=True)
class Curve:
    """One series: its points as an SVG path, and each point with its words."""

    series: str
    label: str
    path: str
    points: tuple[tuple[int, int, str], ...]


@dataclasses.dataclass(frozen=True)
class History:
    """The chart of a place: everything in whole pixels of a fixed viewbox."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    zero: int
    heights: tuple[Mark, ...]
    months: tuple[Mark, ...]
    curves: tuple[Curve, ...]
    started: tuple[tuple[int, int, str], ...]  # left edge, width, words


def history(
    months: Sequence[Month],
    values: Mapping[str, Mapping[Month, int]],
    labels: Mapping[str, str],
    started: Mapping[Month, str],
) -> History | None:
    """Lay the chart out; None when there is nothing to draw."""
    every = [value for by_month in values.values() for value in by_month.values()]
    if not months or not every:
        return None
    low, high = min(*every, 0), max(*every, 100)
    step = next((one for one in STEPS_BP if (high - low) // one <= 6), STEPS_BP[-1])
    low, high = low // step * step, -(-high // step) * step
    right, bottom = WIDTH - 12, HEIGHT - BOTTOM
    span = max(len(months) - 1, 1)

    def x(place: int) -> int:
        return LEFT + 10 + (right - LEFT - 20) * place // span

    def y(value: int) -> int:
        return bottom - (bottom - TOP) * (value - low) // (high - low)

    curves = []
    for series, by_month in values.items():
        points = [
            (x(place), y(by_month[month]), f"{month} {labels[series]} {percent_text(by_month[month])}")
            for place, month in enumerate(months)
            if month in by_month
        ]
        if points:
            curves.append(Curve(series, labels[series], _path(months, by_month, x, y), tuple(points)))
    every_nth = -(-len(months) // MOST_LABELS)
    width = max((right - LEFT - 20) // span, 8)
    return History(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=right,
        bottom=bottom,
        zero=y(0),
        heights=tuple(Mark(y(value), percent_text(value)) for value in range(low, high + 1, step)),
        months=tuple(Mark(x(n), str(month)) for n, month in enumerate(months) if n % every_nth == 0),
        curves=tuple(curves),
        started=tuple(
            (max(x(n) - width // 2, LEFT), min(x(n) + width // 2, right) - max(x(n) - width // 2, LEFT), started[month])
            for n, month in enumerate(months)
            if month in started
        ),
    )


def _path(months: Sequence[Month], by_month: Mapping[Month, int], x, y) -> str:  # type: ignore[no-untyped-def]
    """Draw from month to month; a month without a figure breaks the line."""
    parts = []
    pen_down = False
    for place, month in enumerate(months):
        if month not in by_month:
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{x(place)} {y(by_month[month])}")
        pen_down = True
    return " ".join(parts)
