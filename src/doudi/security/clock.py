"""The business date, read at the edge only."""

import datetime as dt
import zoneinfo

from doudi.security.models import BusinessDate

PLACE_TIME = zoneinfo.ZoneInfo("Asia/Shanghai")


def calendar_date() -> dt.date:
    """Give today by the calendar of the place. Posts and log-ins run on it, whatever the business date."""
    return dt.datetime.now(PLACE_TIME).date()


def business_date() -> dt.date:
    """Give the day the offices work on: the one that was set, or the calendar's today."""
    value = BusinessDate.objects.order_by("-id").values_list("value", flat=True).first()
    return value or calendar_date()
