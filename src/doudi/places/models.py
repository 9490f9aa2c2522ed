"""Administrative divisions with validity dates, their mergers, and days that are not as the calendar says."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from doudi.places.ranges import CodeKey, DateRange

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Division(models.Model):
    """One node of the tree under one name. Grain: code and period of that name."""

    code = models.CharField(**CODE)
    name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField()  # 0 nation, 1 province, 2 prefecture, 3 county, 4 township, 5 village
    kind = models.CharField(max_length=30)
    parent_code = models.CharField(**CODE, blank=True)
    area = models.CharField(max_length=5, blank=True)  # urban or rural where the node settles it
    own_code = models.BooleanField(default=False)  # the code is ours, not national
    pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=30, blank=True)
    path_name = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["parent_code", "code"]), models.Index(fields=["code"])]
        constraints = [
            ExclusionConstraint(
                name="division_no_overlap",
                expressions=[(CodeKey(F("code")), "&&"), (DateRange(F("since"), F("until")), "&&")],
            ),
            models.CheckConstraint(name="division_period", condition=Q(until__isnull=True) | Q(until__gt=F("since"))),
        ]


class DivisionChange(models.Model):
    """A merge, split, rename or move of divisions. Grain: one (from, to) pair of one decision."""

    kind = models.CharField(max_length=10)  # merge, split, rename, move
    from_code = models.CharField(**CODE)
    to_code = models.CharField(**CODE)
    effective_on = models.DateField()
    document = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_code", "to_code", "effective_on"], name="division_change_once")
        ]


class CalendarDay(models.Model):
    """A day that a user declared working or free, for years the calendar library does not know."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)
