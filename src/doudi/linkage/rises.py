"""Reads rises out of the figures, month by month or over several, and judges conditions with three values."""

import dataclasses
import datetime as dt
from fractions import Fraction
from math import floor

from doudi.kernel.periods import Month
from doudi.linkage.indices import IndexBook, IndexRow, percent_text
from doudi.linkage.model import Condition, Line, Reading, Several
from doudi.linkage.words import AREAS, FOOD_TOBACCO, Vocabulary


@dataclasses.dataclass(frozen=True)
class Rise:
    """A rise in hundredths of a percent; unknown when ``missing`` says which figures are lacking."""

    value: Fraction | None
    text: str
    rows: tuple[IndexRow, ...] = ()
    missing: tuple[tuple[str, Month], ...] = ()
    is_compiled: bool = True
    least: Fraction | None = None

    @property
    def is_unknown(self) -> bool:
        return self.is_compiled and self.value is None


@dataclasses.dataclass(frozen=True)
class Seen:
    """One line as it was judged for an area: met, not met, or unknown."""

    line: Line
    area: str
    rise: Rise
    met: bool | None
    words: str

    @property
    def series(self) -> str:
        return self.line.reading.series


class Rises:
    """The figures of one place as known on a day."""

    def __init__(self, book: IndexBook, place: str, known_on: dt.date | None, words: Vocabulary) -> None:
        self.place = place
        self._book = book
        self._known_on = known_on
        self._words = words

    def months(self, series: set[str]) -> list[Month]:
        return self._book.months(self.place, series)

    def read(self, reading: Reading, month: Month) -> Rise:
        """Give the rise of a series for a month, over as many months as the rule says."""
        count = month.number if reading.how == "year_to_date" else reading.months
        months = [month.plus(n - count + 1) for n in range(count)]
        name = self._words.short(reading.series)
        rows = [self._book.find(self.place, reading.series, one, self._known_on) for one in months]
        missing = tuple((reading.series, one) for one, row in zip(months, rows, strict=True) if row is None)
        held = tuple(row for row in rows if row is not None)
        if missing:
            hint = self._food_hint(reading.series, missing[0][1])
            told = f"{name} {'、'.join(str(one) for _, one in missing)} 还没有录入{hint}"
            return Rise(None, told, held, missing)
        values = [row.value_bp for row in held if row.value_bp is not None]
        if len(values) < len(held):
            return Rise(None, f"当地不编制 {name}", held, is_compiled=False)
        latest = Fraction(values[-1])
        if reading.how in ("average", "year_to_date"):
            mean = Fraction(sum(values), len(values))
            told = f"{name} {months[0]} 至 {month} 平均 {bp_text(mean)}"
            return Rise(mean, told, held, least=mean)
        if reading.how == "each" and count > 1:
            told = f"{name} {months[0]} 至 {month} 逐月 {'、'.join(percent_text(one) for one in values)}"
            return Rise(latest, told, held, least=Fraction(min(values)))
        return Rise(latest, f"{name} {month} 同比 {percent_text(values[-1])}", held, least=latest)

    def _food_hint(self, series: str, month: Month) -> str:
        other = self._book.find(self.place, FOOD_TOBACCO, month, self._known_on)
        if series != "food" or other is None or other.value_bp is None:
            return ""
        return f"(只有食品烟酒 {percent_text(other.value_bp)},不能当作食品)"

    def judge(self, condition: Condition, area: str, month: Month) -> tuple[bool | None, list[Seen]]:
        """Judge a condition for urban or rural persons; unknown stays unknown unless it cannot matter."""
        if isinstance(condition, Line):
            seen = self._judge_line(condition, area, month)
            return seen.met, [seen]
        assert isinstance(condition, Several), "there are two kinds of condition"
        judged = [self.judge(part, area, month) for part in condition.parts]
        verdicts = [met for met, _ in judged]
        decisive = not condition.needs_all
        seen_lines = [one for _, lines in judged for one in lines]
        if decisive in verdicts:
            return decisive, seen_lines
        return (None if None in verdicts else not decisive), seen_lines

    def _judge_line(self, line: Line, area: str, month: Month) -> Seen:
        rise = self.read(line.reading, month)
        bp = line.at_least_bp.of(area)
        need = f"{'超过' if line.is_strict else '达到'} {percent_text(bp)}"
        if not line.at_least_bp.is_one:
            need = f"{AREAS[area]}{need}"
        if not rise.is_compiled:
            return Seen(line, area, rise, False, f"{rise.text},“{need}”这一条不适用")
        if rise.value is None or rise.least is None:
            return Seen(line, area, rise, None, f"{rise.text},不能判断是否{need}")
        met = rise.least > bp if line.is_strict else rise.least >= bp
        return Seen(line, area, rise, met, f"{rise.text},{'' if met else '没有'}{need}")


def factor_text(factor: Fraction) -> str:
    """Show a factor as a decimal where it is one with few digits: 1.5, 2; else as a fraction."""
    tenths = factor * 10_000
    if tenths.denominator != 1:
        return str(factor)
    whole, rest = divmod(tenths.numerator, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def share_text(fraction: Fraction) -> str:
    """Show a share as people say it: 1/12, 8%."""
    scaled = fraction * 10_000
    if (fraction.numerator == 1 and fraction.denominator <= 12) or scaled.denominator != 1:
        return str(fraction)
    return bp_text(scaled).replace(".0%", "%")


def bp_text(value: Fraction) -> str:
    """Show an exact rise; more than two decimals get a mark."""
    if value.denominator == 1:
        return percent_text(value.numerator)
    near = floor(value + Fraction(1, 2))
    return f"{percent_text(near)[:-1]}…%"
