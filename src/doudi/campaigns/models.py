"""Campaigns of one-off payments: what a document grants, rosters of a county, what each is due.

What concerns places only carries ``place_code``; what concerns people carries ``division_code``, the scope.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Campaign(models.Model):
    """A campaign as its document says it, entered by one person and approved by another.

    Grain: one wording. What is written never changes: an edit of a draft is a further row that withdraws it.
    """

    previous_id = models.BigIntegerField(null=True)
    place_code = models.CharField(**CODE)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    roster_on = models.DateField()
    since = models.DateField()
    to_on = models.DateField()
    supplement_to = models.DateField(null=True)
    fund_source = models.CharField(max_length=30)
    fund_clause = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="draft")  # draft, approved, withdrawn
    entered_by = models.CharField(max_length=60)
    entered_by_name = models.CharField(max_length=60, blank=True)
    entered_on = models.DateField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    approved_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["place_code", "id"], name="campaign_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "title"], name="campaign_title_once", condition=~Q(state="withdrawn")
            ),
            models.CheckConstraint(name="campaign_period", condition=Q(to_on__gte=F("since"))),
            models.CheckConstraint(
                name="campaign_two_people",
                condition=~Q(state="approved") | (~Q(approved_by="") & ~Q(approved_by=F("entered_by"))),
            ),
        ]


class Roster(models.Model):
    """Who in a county is due what under a campaign, frozen. Number 1 is the first; later ones are supplements."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(**CODE)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)  # first, supplement
    as_of = models.DateField()
    line_count = models.PositiveIntegerField()
    person_count = models.PositiveIntegerField()
    sum_fen = models.BigIntegerField()
    counts = models.JSONField()
    rows_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="made")  # made, approved, withdrawn
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=60, blank=True)
    made_on = models.DateField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    approved_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "division_code", "number"], name="campaign_roster_number"),
            models.UniqueConstraint(
                fields=["campaign", "division_code"],
                name="campaign_first_roster_once",
                condition=Q(kind="first") & ~Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="campaign_roster_two_people",
                condition=~Q(state="approved") | (~Q(approved_by="") & ~Q(approved_by=F("made_by"))),
            ),
        ]


class GrantLine(models.Model):
    """What one person or one household is due under a roster, why, and from which fund."""

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="+")
    campaign_id = models.BigIntegerField()
    division_code = models.CharField(**CODE)
    unit = models.CharField(max_length=10)  # person, household, area
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    award_id = models.BigIntegerField()
    group_number = models.PositiveSmallIntegerField()
    group_label = models.CharField(max_length=60)
    area = models.CharField(max_length=5)
    quantity = models.PositiveIntegerField()  # square metres, or months; else 1
    amount_fen = models.BigIntegerField()
    person_count = models.PositiveSmallIntegerField()  # people whom it covers
    left_aside = models.CharField(max_length=300, blank=True)  # other groups they belong to
    programme = models.CharField(max_length=40)
    fund_source = models.CharField(max_length=30)
    fund_clause = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=20)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["roster", "id"], name="campaign_line_roster"),
            models.Index(fields=["division_code", "campaign_id"], name="campaign_line_division"),
            models.Index(fields=["household_id"], name="campaign_line_household"),
        ]
        constraints = [models.CheckConstraint(name="campaign_line_pays", condition=Q(amount_fen__gt=0))]


class Covered(models.Model):
    """That an identity is served by a campaign, in the whole country once (or once a group where amounts add up).

    Rows of a roster that is withdrawn are removed, so that a new one can be made.
    """

    campaign_id = models.BigIntegerField()
    identity = models.BinaryField()
    slot = models.PositiveSmallIntegerField()  # 0, or the group's number where amounts add up
    line_id = models.BigIntegerField()
    roster_id = models.BigIntegerField()
    division_code = models.CharField(**CODE)

    class Meta:
        indexes = [models.Index(fields=["roster_id"], name="campaign_covered_roster")]
        constraints = [
            models.UniqueConstraint(fields=["campaign_id", "identity", "slot"], name="campaign_covered_once")
        ]
