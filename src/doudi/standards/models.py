"""Rounds of rises: which standards an office proposes, measured before they are adopted."""

from typing import Any

from django.db import models
from django.db.models import Q

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class RisePlan(models.Model):
    """A round of rises of one standard, from a day on. Grain: one plan of one office.

    A draft may be changed; what was submitted is sealed with its figures, and adopted by local records.
    """

    title = models.CharField(max_length=100)
    standard = models.CharField(max_length=60)  # the parameter
    division_code = models.CharField(**CODE)
    since = models.DateField()  # from when the new standards would hold
    is_early = models.BooleanField(default=False)
    months_run = models.PositiveSmallIntegerField(null=True)  # of the price linkage, for an early rise
    approval = models.CharField(max_length=200, blank=True)  # the government's file, for an early rise
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default="draft")  # draft, submitted, adopted, withdrawn
    measured = models.JSONField(default=dict)  # the figures on the day of submission
    made_on = models.DateField()
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=60, blank=True)
    submitted_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "id"], name="rise_plan_place")]
        constraints = [
            models.CheckConstraint(
                name="rise_plan_state", condition=Q(state__in=["draft", "submitted", "adopted", "withdrawn"])
            ),
            models.CheckConstraint(
                name="rise_plan_early",
                condition=Q(is_early=False) | ~Q(state__in=["submitted", "adopted"]) | ~Q(approval=""),
            ),
        ]


class RiseLine(models.Model):
    """One place and area of a plan: the standard before and after as published, and who lives on it."""

    plan = models.ForeignKey(RisePlan, on_delete=models.CASCADE, related_name="+")
    division_code = models.CharField(**CODE)
    area = models.CharField(max_length=5)  # urban, rural
    before = models.CharField(max_length=40)  # as published: 700 元/月
    before_fen_y = models.BigIntegerField()
    after = models.CharField(max_length=40)
    after_fen_y = models.BigIntegerField()
    after_fen_m = models.BigIntegerField()
    recipients = models.PositiveIntegerField()
    subsidy_fen_y = models.BigIntegerField(null=True)  # price subsidy per recipient over the last year

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "division_code", "area"], name="rise_line_once"),
            models.CheckConstraint(name="rise_line_positive", condition=Q(before_fen_y__gt=0, after_fen_y__gt=0)),
            models.CheckConstraint(name="rise_line_area", condition=Q(area__in=["urban", "rural"])),
        ]
