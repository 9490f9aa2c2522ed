"""Proposals that bulk runs make and people decide: township review, then county confirmation by another person."""

from typing import Any

from django.db import models
from django.db.models import Q

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Proposal(models.Model):
    """Start, change, stop or phase out one programme for one subject from one month.

    Grain: (cycle month, subject, programme) among those not withdrawn. ``held`` ones wait behind a
    freeze and are not decided. What is proposed never changes; a new proposal takes its place.
    """

    previous_id = models.BigIntegerField(null=True)  # the proposal whose place this one takes
    cycle_month = models.CharField(max_length=7)
    determination_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    subject_kind = models.CharField(max_length=1)
    subject_id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    programme = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)  # start, change, stop, phase_out
    amount_before_fen_m = models.BigIntegerField(default=0)
    amount_after_fen_m = models.BigIntegerField(default=0)
    since_month = models.CharField(max_length=7)
    until_month = models.CharField(max_length=7, blank=True)  # phase-out: first month no longer paid
    route = models.CharField(max_length=20, blank=True)
    cause = models.CharField(max_length=20, blank=True)  # see enums.CAUSES
    person_ids = models.JSONField(default=list)  # the people whom the amount feeds
    lane = models.CharField(max_length=10)  # clean, flagged
    flags = models.JSONField(default=list)  # codes of what a person must look at
    hold_clause = models.CharField(max_length=80, blank=True)
    hold_until = models.DateField(null=True)  # first day on which the freeze no longer holds, if known
    state = models.CharField(max_length=10)  # proposed, held, reviewed, confirmed, returned, withdrawn
    reference_on = models.DateField()  # the business day on which it was proposed
    due_on = models.DateField()  # to be reviewed by, in working days
    applied_on = models.DateField(null=True)  # the business day on which it became an award, or ended one
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "state", "id"], name="proposal_division"),
            models.Index(fields=["household_id"], name="proposal_household"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "programme", "cycle_month"],
                name="proposal_once_a_cycle",
                condition=~Q(state="withdrawn"),
            ),
            models.CheckConstraint(name="proposal_held_says_why", condition=~Q(state="held") | ~Q(hold_clause="")),
        ]


class Step(models.Model):
    """Who decided what, when, and on what. Append-only; a trigger refuses one person in two stages."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10)  # review, confirm, return
    round = models.PositiveSmallIntegerField(default=1)
    user_id = models.BigIntegerField()
    person_key = models.CharField(max_length=60)  # the natural person behind the log-in
    role = models.CharField(max_length=20)
    decided_on = models.DateField()
    in_bulk = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "stage", "round"], name="step_once")]
