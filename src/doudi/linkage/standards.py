"""Where a formula's standards come from: typed in, written in rule files, or the platform's own table."""

import dataclasses
from collections.abc import Callable, Iterable
from fractions import Fraction

from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage import reading
from doudi.linkage.model import StandardRow
from doudi.linkage.words import AREAS, Vocabulary


@dataclasses.dataclass(frozen=True)
class Found:
    """A standard's value in fen a month, and where it was read."""

    fen: Fraction
    source: str
    is_verified: bool = True


Fallback = Callable[[str, str, str, Month], Found | None]


@dataclasses.dataclass(frozen=True)
class Standards:
    """Looks a standard up: what was typed goes before files, the nearest place before those above it."""

    typed: tuple[StandardRow, ...] = ()
    rows: tuple[StandardRow, ...] = ()
    fallback: Fallback | None = None

    def find(self, standard: str, area: str, place: str, month: Month) -> Found | None:
        """Give the value in force in a month; of one place the one that begins last."""
        chain = codes.chain(place)
        for rows in (self.typed, self.rows):
            held = [
                row
                for row in rows
                if row.standard == standard
                and row.area in ("", area)
                and (row.place in chain or rows is self.typed)
                and row.covers(month)
            ]
            if held:
                best = max(held, key=lambda row: (len(row.place), row.first, bool(row.area)))
                return Found(best.fen, best.source, best.is_verified)
        return self.fallback(standard, area, place, month) if self.fallback else None


def typed_rows(texts: Iterable[str], words: Vocabulary) -> tuple[StandardRow, ...]:
    """Read ``低保=850``, ``城市低保=590`` or ``低保@2019-02=690`` of a command; figures without a unit are yuan.

    :raises BadInput: no such standard, or not an amount.
    """
    found = []
    for text in texts:
        name, mark, amount = text.partition("=")
        name, _, since = name.partition("@")
        known = words.standard_of(name)
        if not mark or known is None:
            raise BadInput(
                f"“{text}”无法识别",
                where="--standard",
                next_step="写成 低保=850、城市低保=590、孤儿=1200 的样子;本地另有的标准先写进规则文件的 own.standards",
            )
        fen = reading.money_of(amount, "标准", where=f"--standard {name}", bare_yuan=True)
        first = Month.parse(since) if since else Month(1990, 1)
        found.append(StandardRow(known[0], known[1], first, None, fen, "录入"))
    return tuple(found)


def shown(area: str) -> str:
    return AREAS.get(area, "城乡")
