"""Submitted reports: the cells as they stood, their versions, and why a typed figure differs."""

from typing import Any

from django.db import models
from django.db.models import Q

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Submission(models.Model):
    """One version of one division's weekly report. Grain: (division, week end, version)."""

    report = models.CharField(max_length=30)
    division_code = models.CharField(**CODE)
    week_end = models.DateField()
    version = models.PositiveSmallIntegerField()
    cells = models.JSONField()  # [{id, label, unit, value, recorded, definition, clause}]
    typed = models.JSONField(default=dict)  # cell id → {value, reason, recorded}
    missing = models.JSONField(default=list)  # roll-up: divisions that had not reported, [code, name]
    difference = models.JSONField(default=list)  # to the version before: [{id, label, before, after}]
    is_zero_report = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    is_late = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)  # why a later version
    note = models.CharField(max_length=1000, blank=True)
    submitted_by = models.CharField(max_length=60)
    submitted_by_name = models.CharField(max_length=60, blank=True)
    submitted_on = models.DateField()
    submitted_at = models.TimeField(null=True)  # time of day as the edge read it, for lateness
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "division_code", "week_end", "version"], name="submission_version"
            ),
            models.CheckConstraint(name="submission_later_version_says_why", condition=Q(version=1) | ~Q(reason="")),
        ]
