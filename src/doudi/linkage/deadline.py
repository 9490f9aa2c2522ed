"""When a month's subsidy must have reached people: working days after publication, month end, or a set day."""

import datetime as dt

from doudi.kernel.calendar import NO_EXTRA, Extra, add_working_days
from doudi.kernel.periods import Month
from doudi.linkage.model import Deadline


def due(
    deadlines: tuple[Deadline, ...],
    index_month: Month,
    payment_month: Month,
    published_on: dt.date | None,
    extra: Extra = NO_EXTRA,
) -> tuple[dt.date | None, str]:
    """Give the earliest day, and why; no day when it hangs on a publication not yet entered.

    :raises BadInput: the holidays of the year are not known.
    """
    found: list[tuple[dt.date, str]] = []
    waiting: list[str] = []
    for one in deadlines:
        day, words = _one(one, index_month, payment_month, published_on, extra)
        if day is None:
            waiting.append(words)
        else:
            found.append((day, words))
    if waiting:
        return None, waiting[0]
    return min(found) if found else (None, "规则没有写期限")


def _one(
    deadline: Deadline, index_month: Month, payment_month: Month, published_on: dt.date | None, extra: Extra
) -> tuple[dt.date | None, str]:
    if deadline.kind == "dates":
        day = deadline.dates.get(index_month)
        if day is not None:
            return day, f"{index_month.words}的通知写明 {day}"
        if deadline.otherwise is None:
            return None, f"通知里没有写明 {index_month.words}的期限"
        return _one(deadline.otherwise, index_month, payment_month, published_on, extra)
    if deadline.kind == "day_of_payment_month":
        last = payment_month.last_day
        return last.replace(day=min(deadline.count, last.day)), f"发放月 {deadline.count} 日以前"
    if published_on is None:
        return None, "指数的公布日期还没有录入,不能推算期限"
    if deadline.kind == "month_end":
        return Month.of(published_on).last_day, f"指数公布({published_on})当月以内"
    return (
        add_working_days(published_on, deadline.count, extra),
        f"指数公布({published_on})后 {deadline.count} 个工作日以内",
    )
