"""Index figures: year-on-year rises by place, month and series, exact, with source and day of publication.

Grain: one row per place, month and series; a correction is a further row marked so, never a change.
Unit: whole hundredths of a percent.  A row may say that a place does not compile a series.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage.words import PLAIN_WORDS, SERIES, Vocabulary

NONE_WORDS = ("无", "未编制", "不编制", "none")
INDEX_LOW_BP, INDEX_HIGH_BP = 8000, 17000


@dataclasses.dataclass(frozen=True)
class IndexRow:
    """One figure; ``value_bp`` None says that the place does not compile the series."""

    place: str
    month: Month
    series: str
    value_bp: int | None
    published_on: dt.date | None = None
    source: str = ""
    is_correction: bool = False
    is_verified: bool = True
    where: str = ""
    known_on: dt.date | None = None
    number: int = 0

    @property
    def known(self) -> dt.date | None:
        """The day from which the figure could be used."""
        return self.known_on or self.published_on


def doubt(series: str, value_bp: int, words: Vocabulary = PLAIN_WORDS) -> str:
    """Say what looks wrong about a figure, "" when nothing does.

    A figure such as 103.4 is refused elsewhere; here the decimal point may have been lost.
    """
    about = words.series.get(series) or SERIES.get(series)
    if about is None or about.low_bp <= value_bp <= about.high_bp:
        return ""
    usual = f"{percent_text(about.low_bp)} 至 {percent_text(about.high_bp)}"
    told = f"{words.short(series)} {percent_text(value_bp)} 超出常见范围({usual})"
    tenth = value_bp // 10 if value_bp % 10 == 0 else None
    if tenth is not None and about.low_bp <= tenth <= about.high_bp:
        return f"{told},是不是 {percent_text(tenth)}?"
    return told


def refuse_level(series: str, value_bp: int, where: str, words: Vocabulary = PLAIN_WORDS) -> None:
    """Refuse a figure that is an index with last year as 100 instead of a rise.

    :raises BadInput: says which rise was meant.
    """
    if INDEX_LOW_BP <= value_bp <= INDEX_HIGH_BP:
        raise BadInput(
            f"{words.short(series)} 写成了 {percent_text(value_bp).rstrip('%')},这是以上年同月为 100 的指数",
            where=where,
            next_step=f"要写同比涨幅:{percent_text(value_bp - 10000)}",
        )


def percent_text(value_bp: int) -> str:
    """Show hundredths of a percent as ``3.4%``; the second decimal only when it is there."""
    sign = "-" if value_bp < 0 else ""
    whole, rest = divmod(abs(value_bp), 100)
    text = f"{rest:02d}"
    return f"{sign}{whole}.{text[0] if text[1] == '0' else text}%"


class IndexBook:
    """All figures known, by place and series; immutable."""

    def __init__(self, rows: Iterable[IndexRow]) -> None:
        self._rows: dict[tuple[str, str], dict[Month, list[IndexRow]]] = {}
        for row in rows:
            self._rows.setdefault((row.place, row.series), {}).setdefault(row.month, []).append(row)

    def find(self, place: str, series: str, month: Month, known_on: dt.date | None = None) -> IndexRow | None:
        """Give the figure as known on a day; the latest correction wins."""
        found = [
            row
            for row in self._rows.get((place, series), {}).get(month, ())
            if known_on is None or row.known is None or row.known <= known_on
        ]
        return max(found, key=lambda row: (row.is_correction, row.known or dt.date.min, row.number), default=None)

    def has(self, place: str, series: Iterable[str]) -> bool:
        """Tell whether any of the series is kept for the place at all."""
        return any((place, one) in self._rows for one in series)

    def months(self, place: str, series: Iterable[str]) -> list[Month]:
        """List the months for which any of the series has a row."""
        return sorted({month for one in series for month in self._rows.get((place, one), {})})

    def places(self) -> list[str]:
        return sorted({place for place, _ in self._rows})

    def rows(self) -> list[IndexRow]:
        return [row for months in self._rows.values() for rows in months.values() for row in rows]


def check_rows(rows: Iterable[IndexRow], is_selection: bool, words: Vocabulary = PLAIN_WORDS) -> None:
    """Refuse two figures for one month that no correction explains, and months left out in between.

    :raises BadInput: names both rows, or the months that are missing.
    """
    seen: dict[tuple[str, str, Month], IndexRow] = {}
    months: dict[tuple[str, str], dict[Month, IndexRow]] = {}
    for row in rows:
        months.setdefault((row.place, row.series), {})[row.month] = row
        if row.is_correction:
            continue
        other = seen.setdefault((row.place, row.series, row.month), row)
        if other is not row:
            raise BadInput(
                f"{row.month} 的 {words.short(row.series)} 有两个值"
                f"({other.source or '前一行'} 与 {row.source or '后一行'})",
                where=f"{other.where} 与 {row.where}",
                next_step="一个月只能有一份文件的一个值;后来更正的,在更正的一行写 correction: true",
            )
    if is_selection:
        return
    for (_, series), held in months.items():
        first, last = min(held), max(held)
        missing = [first.plus(n) for n in range(first.until(last)) if first.plus(n) not in held]
        if missing:
            after = held[min(month for month in held if month > missing[0])]
            shown = "、".join(str(one) for one in missing[:6]) + ("等" if len(missing) > 6 else "")
            raise BadInput(
                f"{words.short(series)} 缺少 {shown} 的数值",
                where=after.where,
                next_step="补上这几个月;文件本来只收若干个月的,写 months: selected(CSV 用 --selected)",
            )


def ask_about(rows: Iterable[IndexRow], is_confirmed: bool, words: Vocabulary = PLAIN_WORDS) -> list[str]:
    """List the doubts about figures that are outside what is usual.

    :raises BadInput: there are doubts and nobody has confirmed the figures.
    """
    doubts: Mapping[str, str] = {
        text: row.where for row in rows if row.value_bp is not None and (text := doubt(row.series, row.value_bp, words))
    }
    if doubts and not is_confirmed:
        raise BadInput(
            ";".join(f"{where}:{text}" if where else text for text, where in doubts.items()),
            next_step="核对公布的数值;确实如此的,加 --yes 确认",
        )
    return list(doubts)
