"""Submitted reports: the cells as they stood, their versions, and why a typed figure differs."""

from django.db import models

CODE = {"max_length": 12, "db_collation": "C"}


class Submission(models.Model):
    """One version of one division's weekly report. Grain: (division, week end, version)."""

    report = models.CharField(max_length=30)
    division_code = models.CharField(**CODE)
    week_end = models.DateField()
    version = models.PositiveSmallIntegerField()
    cells = models.JSONField()  # [{id, label, unit, value, definition, clause}]
    typed = models.JSONField(default=dict)  # cell id → {value, reason}
    is_zero_report = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    is_late = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)  # why a later version
    submitted_by = models.CharField(max_length=60)
    submitted_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "division_code", "week_end", "version"], name="submission_version")
        ]
