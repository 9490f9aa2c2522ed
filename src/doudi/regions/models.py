"""What state a division is in: epidemic level, marks, and modes, each for a period and by a decision."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from doudi.places.ranges import CodeKey, DateRange, PointRange

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}
NO_OVERLAP = "region_state_no_overlap"


class RegionState(models.Model):
    """A level, mark or mode of one division for a period, recorded by one person and confirmed by another.

    Grain: one decision about one division. In force once confirmed; ends by itself at ``until``.
    ``track`` numbers what excludes what: all levels share one, each mark and each mode has its own.
    """

    kind = models.CharField(max_length=5)  # level, mark, mode
    value = models.CharField(max_length=20)
    grade = models.PositiveSmallIntegerField(null=True)  # of a disaster response, 1 the gravest
    track = models.PositiveSmallIntegerField()
    division_code = models.CharField(**CODE)
    since = models.DateField()
    until = models.DateField(null=True)  # the first day on which it no longer holds
    known_on = models.DateField(null=True)  # the business day on which it was confirmed
    document = models.CharField(max_length=200)
    document_number = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    source_file = models.CharField(max_length=200, blank=True)
    batch = models.CharField(max_length=40, blank=True)  # rows of one file share it
    state = models.CharField(max_length=10, default="proposed")  # proposed, confirmed, withdrawn
    proposed_on = models.DateField()
    proposed_by = models.CharField(max_length=60)
    proposed_by_name = models.CharField(max_length=60, blank=True)
    confirmed_by = models.CharField(max_length=60, blank=True)
    confirmed_by_name = models.CharField(max_length=60, blank=True)
    ended_by_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "since"], name="region_state_place"),
            models.Index(fields=["state", "since"], name="region_state_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="region_state_period", condition=Q(until__isnull=True) | Q(until__gt=F("since"))
            ),
            models.CheckConstraint(name="region_state_kind", condition=Q(kind__in=["level", "mark", "mode"])),
            models.CheckConstraint(name="region_state_grade", condition=Q(grade__isnull=True) | Q(grade__range=(1, 4))),
            models.CheckConstraint(
                name="region_state_state", condition=Q(state__in=["proposed", "confirmed", "withdrawn"])
            ),
            models.CheckConstraint(
                name="region_state_two_people",
                condition=~Q(state="confirmed")
                | (~Q(confirmed_by="") & ~Q(confirmed_by=F("proposed_by")) & Q(known_on__isnull=False)),
            ),
            ExclusionConstraint(
                name=NO_OVERLAP,
                expressions=[
                    (CodeKey(F("division_code")), "&&"),
                    (PointRange(F("track")), "&&"),
                    (DateRange(F("since"), F("until")), "&&"),
                ],
                condition=~Q(state="withdrawn"),
            ),
        ]
