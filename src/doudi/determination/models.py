"""What the rules concluded, from which inputs, under which text. Never edited; a new one is made."""

from typing import Any

from django.db import models

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class FrozenText(models.Model):
    """A text that determinations rely on, kept by its digest: rule SQL, criterion words, resolved parameters."""

    digest = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=20)  # sql, words, parameters
    body = models.TextField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)


class Run(models.Model):
    """One evaluation of one county (or one family) as known on a day about a day.

    ``snapshot_path`` is relative to the snapshot folder; the three Parquet files in it are hashed together.
    ``rows_digest`` is written once, when the determinations are in.  It holds no personal data and is read
    from below, so its place is not a scope.
    """

    kind = models.CharField(max_length=10)  # monthly, single
    month = models.CharField(max_length=7)
    place_code = models.CharField(**CODE)
    reference_on = models.DateField()
    known_on = models.DateField()
    rule_digest = models.CharField(max_length=64)
    parameter_digest = models.CharField(max_length=64)
    sql_digest = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    snapshot_path = models.CharField(max_length=200)
    snapshot_sha256 = models.CharField(max_length=64)
    household_count = models.PositiveIntegerField()
    person_count = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    rows_digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "month", "snapshot_sha256", "rule_digest", "parameter_digest", "reference_on"],
                name="run_same_inputs_once",
            )
        ]


class Determination(models.Model):
    """One programme for one subject in one run. Outcome: 0 refuses, 1 grants, 2 needs facts."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_kind = models.CharField(max_length=1)  # h household, p person
    subject_id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    programme = models.CharField(max_length=40)
    outcome = models.PositiveSmallIntegerField()
    amount_fen_m = models.BigIntegerField(null=True)
    criteria_met = models.BigIntegerField()
    criteria_unknown = models.BigIntegerField()
    route = models.CharField(max_length=20, blank=True)
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["household_id", "run"], name="determination_household"),
            models.Index(fields=["division_code", "id"], name="determination_division"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "subject_kind", "subject_id", "programme"], name="determination_once"
            )
        ]
