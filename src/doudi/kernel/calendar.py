"""Working days, the report week and the Spring Festival; pure dates, no clock.

The calendar library knows the holidays and make-up days that the State Council published.
For other years, and for local exceptions, ``extra`` says for single days whether they are
working days; a year counts as known when ``extra`` has at least one day of it.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping

import chinese_calendar
from lunar_python import Lunar

from doudi.kernel.errors import BadInput

Extra = Mapping[dt.date, bool]
NO_EXTRA: Extra = {}
FRIDAY = 4
ONE_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class DueRule:
    """What to do when the day on which a report is due is not a working day."""

    name: str
    label: str


PREVIOUS_WORKING_DAY = DueRule("previous_working_day", "D11:周五不是工作日的,提前到之前最近的工作日")
NEXT_WORKING_DAY = DueRule("next_working_day", "D11:周五不是工作日的,顺延到之后最近的工作日")
SAME_DAY = DueRule("same_day", "D11:周五不是工作日的,仍为周五当日")
DUE_RULES = {rule.name: rule for rule in (PREVIOUS_WORKING_DAY, NEXT_WORKING_DAY, SAME_DAY)}


@dataclasses.dataclass(frozen=True)
class Due:
    """When a report is due, and by which rule."""

    day: dt.date
    hour: int
    rule: DueRule

    @property
    def words(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.hour:02d}:00({self.rule.label})"


@dataclasses.dataclass(frozen=True)
class ReportWeek:
    """Seven days, Saturday to Friday, both included."""

    first_day: dt.date
    last_day: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day

    @property
    def words(self) -> str:
        return f"{self.first_day:%Y-%m-%d}(周六)至 {self.last_day:%Y-%m-%d}(周五)"


def is_working(day: dt.date, extra: Extra = NO_EXTRA) -> bool:
    """Tell whether offices work on the day; ``extra`` goes before the library.

    :raises BadInput: the year's holidays are known to neither.
    """
    if day in extra:
        return extra[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        if any(known.year == day.year for known in extra):
            return day.weekday() < 5
        raise BadInput(
            f"{day.year} 年的放假安排还没有录入,不能推算工作日",
            next_step=f"请先录入 {day.year} 年的节假日和调休上班日",
        ) from None


def add_working_days(day: dt.date, count: int, extra: Extra = NO_EXTRA) -> dt.date:
    """Give the ``count``-th working day after the day; a negative count goes back.

    The day itself is never counted.  A count of 0 gives the day back, working or not.

    :raises BadInput: the way leads through a year whose holidays are not known.
    """
    step = ONE_DAY if count > 0 else -ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working(day, extra)
    return day


def working_days_between(first: dt.date, last: dt.date, extra: Extra = NO_EXTRA) -> int:
    """Count the working days after the first day up to and including the last."""
    return sum(is_working(first + dt.timedelta(days=n), extra) for n in range(1, (last - first).days + 1))


def week_of_report(day: dt.date) -> ReportWeek:
    """Find the Saturday-to-Friday week that a day belongs to (HLJMCA2022-5.8, boundary D11)."""
    last = day + dt.timedelta(days=(FRIDAY - day.weekday()) % 7)
    return ReportWeek(last - dt.timedelta(days=6), last)


def report_due(day: dt.date, rule: DueRule = PREVIOUS_WORKING_DAY, *, hour: int = 17, extra: Extra = NO_EXTRA) -> Due:
    """Say when the weekly report of the day's week is due: its Friday, moved by the rule when offices are closed.

    :raises BadInput: the year's holidays are not known.
    """
    friday = week_of_report(day).last_day
    if rule == SAME_DAY or is_working(friday, extra):
        return Due(friday, hour, rule)
    step = -1 if rule == PREVIOUS_WORKING_DAY else 1
    return Due(add_working_days(friday, step, extra), hour, rule)


def due_rule(name: str) -> DueRule:
    """Find a due rule by its name.

    :raises BadInput: no rule has that name.
    """
    if name not in DUE_RULES:
        raise BadInput(f"没有名为“{name}”的周报期限规则", next_step=f"可选:{'、'.join(DUE_RULES)}")
    return DUE_RULES[name]


def spring_festival(year: int) -> dt.date:
    """Give the first day of the lunar year that begins in this year."""
    solar = Lunar.fromYmd(year, 1, 1).getSolar()
    return dt.date(solar.getYear(), solar.getMonth(), solar.getDay())


def eve_of_spring_festival(year: int) -> dt.date:
    """Give 除夕, the hard deadline for what must be done before the festival (D12)."""
    return spring_festival(year) - ONE_DAY
