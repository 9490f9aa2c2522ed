"""Months and half-open periods ``[since, until)``; pure dates, no clock, no time zone."""

import dataclasses
import datetime as dt
import re

from doudi.kernel.errors import BadInput


@dataclasses.dataclass(frozen=True, order=True)
class Month:
    """A calendar month, the grain of entitlement and payment."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 2200 and 1 <= self.number <= 12):
            raise BadInput(f"月份 {self.year}-{self.number:02d} 不存在", next_step="请写成 2022-04")

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2022-04``, ``202204`` or ``2022年4月``.

        :raises BadInput: anything else.
        """
        found = re.fullmatch(r"\s*(\d{4})[-./年]?(\d{1,2})月?\s*", text or "")
        if not found:
            raise BadInput(f"月份“{text}”无法识别", next_step="请写成 2022-04")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: dt.date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def next_first_day(self) -> dt.date:
        return self.plus(1).first_day

    @property
    def last_day(self) -> dt.date:
        return self.next_first_day - dt.timedelta(days=1)

    def plus(self, months: int) -> "Month":
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def until(self, other: "Month") -> int:
        """Months from this one to the other; negative when the other is earlier."""
        return (other.year - self.year) * 12 + other.number - self.number

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def words(self) -> str:
        return f"{self.year}年{self.number}月"


def in_period(day: dt.date, since: dt.date | None, until: dt.date | None) -> bool:
    """Tell whether the day lies in ``[since, until)``; None is open on that side."""
    return (since is None or since <= day) and (until is None or day < until)
