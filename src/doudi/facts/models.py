"""What departments and families said, when it holds, and when we learned it.

Facts are never edited: a later fact of the same name and subject supersedes.
"""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Batch(models.Model):
    """One file of one department as it was taken in. Grain: file; the same bytes are taken once per county."""

    department = models.CharField(max_length=30)
    kind = models.CharField(max_length=30)
    period = models.CharField(max_length=7, blank=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    division_code = models.CharField(**CODE)
    confidentiality = models.CharField(max_length=20, default="internal")
    row_count = models.PositiveIntegerField()
    taken_count = models.PositiveIntegerField()
    rejected_count = models.PositiveIntegerField()
    set_aside_count = models.PositiveIntegerField(default=0)  # matched by number, name differs
    known_on = models.DateField()  # business date of learning
    loaded_by = models.CharField(max_length=60)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division_code", "kind", "sha256"], name="batch_taken_once")]


class RejectedRow(models.Model):
    """A row that was not taken, with the reason in words. The personal content stays in the error file."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    row_number = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)  # rejected, set_aside
    person_id = models.BigIntegerField(null=True)  # the near match that was set aside
    household_id = models.BigIntegerField(null=True)  # the family of the row, when the person is in another one
    other_household_id = models.BigIntegerField(null=True)  # the family that keeps the person
    division_code = models.CharField(**CODE)

    class Meta:
        indexes = [models.Index(fields=["batch", "row_number"], name="rejected_row_batch")]


class RosterLine(models.Model):
    """What the civil-affairs roster says is paid now. Grain: (batch, family, person or none, programme)."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)  # programmes for one person
    programme = models.CharField(max_length=40)
    amount_fen_m = models.BigIntegerField()
    since = models.DateField()
    row_number = models.PositiveIntegerField()
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "id"], name="roster_line_division"),
            models.Index(fields=["household_id"], name="roster_line_household"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "household_id", "person_id", "programme"],
                name="roster_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="roster_line_not_negative", condition=Q(amount_fen_m__gte=0)),
        ]


class Fact(models.Model):
    """One statement about one person or family.

    Grain: (subject, name, source, since, known_on).  ``value_int`` carries money in fen, counts,
    codes and yes/no as 1/0; ``value_text`` dates (ISO) and words.  Both empty: known to be unknown.
    """

    person_id = models.BigIntegerField(null=True)
    household_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=40)
    value_int = models.BigIntegerField(null=True)
    value_text = models.CharField(max_length=200, null=True)
    since = models.DateField()
    until = models.DateField(null=True)
    known_on = models.DateField()
    source = models.CharField(max_length=60)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    row_number = models.PositiveIntegerField(null=True)
    said_by = models.CharField(max_length=60, blank=True)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "name"], name="fact_person", condition=Q(person_id__isnull=False)),
            models.Index(
                fields=["household_id", "name"], name="fact_household", condition=Q(household_id__isnull=False)
            ),
            # Rows of a batch lie together, so a range index finds them for almost nothing.
            BrinIndex(fields=["batch"], name="fact_batch", pages_per_range=32),
            models.Index(fields=["division_code", "id"], name="fact_division"),
        ]
        constraints = [
            models.CheckConstraint(
                name="fact_one_subject",
                condition=Q(person_id__isnull=True, household_id__isnull=False)
                | Q(person_id__isnull=False, household_id__isnull=True),
            )
        ]
