"""Double-entry books in whole fen by fund source. Knows no people.

Balances move by trigger from legs; a journal sums to zero at commit; nothing is edited.
"""

from django.db import models
from django.db.models import F, Q

CODE = {"max_length": 12, "db_collation": "C"}


class Account(models.Model):
    """A place money can be. Kinds: source (outside), available, reserved, paid."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    fund_source = models.CharField(max_length=30)  # central, provincial, prefecture, county
    division_code = models.CharField(**CODE)
    floor_fen = models.BigIntegerField(default=0, null=True)  # null: may go below zero (money's origin)
    balance_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_not_below_floor", condition=Q(floor_fen__isnull=True) | Q(balance_fen__gte=F("floor_fen"))
            ),
            models.UniqueConstraint(fields=["division_code", "fund_source", "kind"], name="account_one_of_a_kind"),
        ]


class AllowedMove(models.Model):
    """Pairs of account kinds between which money may move, with the reason for it. Everything else is refused."""

    from_kind = models.CharField(max_length=12)
    to_kind = models.CharField(max_length=12)
    clause = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["from_kind", "to_kind"], name="allowed_move_once")]


class Journal(models.Model):
    """One movement with its reason. ``idem`` makes repeating it harmless."""

    idem = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12)  # allocate, reserve, post, void, correct
    effective_on = models.DateField()
    pay_run_id = models.BigIntegerField(null=True)
    memo = models.CharField(max_length=200)
    line_count = models.PositiveIntegerField(default=0)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)


class Leg(models.Model):
    """One side of a journal; signed fen, never zero; positive adds to the account."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="leg_account")]
        constraints = [models.CheckConstraint(name="leg_not_zero", condition=~Q(amount_fen=0))]
