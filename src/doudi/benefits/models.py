"""Awards: what is paid to whom from when to when, each under an approved proposal or a taken-over roster."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from doudi.places.ranges import DateRange, SubjectKey

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Award(models.Model):
    """One programme at one monthly amount for one subject. ``[since, until)`` in whole months.

    Only the end may change, from open to a day or to an earlier day (a trigger keeps it).
    """

    proposal_id = models.BigIntegerField(null=True)
    batch_id = models.BigIntegerField(null=True)  # taken over from the civil-affairs roster
    determination_id = models.BigIntegerField(null=True)
    previous_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=1)
    subject_id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    programme = models.CharField(max_length=40)
    programme_number = models.PositiveSmallIntegerField()
    amount_fen_m = models.BigIntegerField()
    since = models.DateField()
    until = models.DateField(null=True)
    route = models.CharField(max_length=20, blank=True)
    end_cause = models.CharField(max_length=20, blank=True)
    ended_by_proposal_id = models.BigIntegerField(null=True)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "id"], name="award_division"),
            models.Index(fields=["household_id"], name="award_household"),
            models.Index(fields=["subject_id", "programme"], name="award_subject"),
            models.Index(fields=["ended_by_proposal_id"], name="award_ended_by"),
        ]
        constraints = [
            ExclusionConstraint(
                name="award_no_overlap",
                expressions=[
                    (SubjectKey(F("subject_id"), F("programme_number")), "&&"),
                    (DateRange(F("since"), F("until")), "&&"),
                ],
            ),
            models.UniqueConstraint(
                fields=["proposal_id"], name="award_once_a_proposal", condition=Q(proposal_id__isnull=False)
            ),
            models.CheckConstraint(
                name="award_has_ground", condition=Q(proposal_id__isnull=False) | Q(batch_id__isnull=False)
            ),
            models.CheckConstraint(name="award_amount_not_negative", condition=Q(amount_fen_m__gte=0)),
            models.CheckConstraint(name="award_period", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
        ]


class Coverage(models.Model):
    """The people an award feeds; programmes of one group exclude each other per person and month."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField()
    group_number = models.PositiveSmallIntegerField()
    since = models.DateField()
    until = models.DateField(null=True)
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id"], name="coverage_person")]
        constraints = [
            ExclusionConstraint(
                name="coverage_one_of_a_group",
                expressions=[
                    (SubjectKey(F("person_id"), F("group_number")), "&&"),
                    (DateRange(F("since"), F("until")), "&&"),
                ],
                condition=Q(group_number__gt=0),
            )
        ]
