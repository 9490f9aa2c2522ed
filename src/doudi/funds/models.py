"""Double-entry books in whole fen by fund source. Knows no people.

Balances move by trigger from legs; a journal sums to zero at commit; nothing is edited.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}

FUND_SOURCES: dict[str, str] = {
    "central": "中央困难群众救助补助资金",
    "provincial": "省级资金",
    "prefecture": "市级资金",
    "county": "县级资金",
}
ACCOUNT_KINDS: dict[str, str] = {"source": "来源", "available": "可用", "reserved": "已预留", "paid": "已支付"}
JOURNAL_KINDS: dict[str, str] = {
    "allocate": "下达",
    "reserve": "预留",
    "post": "支付",
    "void": "退回",
    "correct": "更正",
}


class Account(models.Model):
    """A place money can be. Kinds: source (outside), available, reserved, paid."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    fund_source = models.CharField(max_length=30)
    division_code = models.CharField(**CODE)
    floor_fen = models.BigIntegerField(default=0, null=True)  # null: may go below zero (money's origin)
    balance_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_not_below_floor", condition=Q(floor_fen__isnull=True) | Q(balance_fen__gte=F("floor_fen"))
            ),
            models.CheckConstraint(name="account_kind_known", condition=Q(kind__in=list(ACCOUNT_KINDS))),
            models.UniqueConstraint(fields=["division_code", "fund_source", "kind"], name="account_one_of_a_kind"),
        ]


class AllowedMove(models.Model):
    """Pairs of account kinds between which a kind of journal may move money. Everything else is refused."""

    journal_kind = models.CharField(max_length=12)
    from_kind = models.CharField(max_length=12)
    to_kind = models.CharField(max_length=12)
    clause = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journal_kind", "from_kind", "to_kind"], name="allowed_move_once")
        ]


class Journal(models.Model):
    """One movement with its reason. ``idem`` makes repeating it harmless; the digest shows that it is the same."""

    idem = models.CharField(max_length=120, unique=True)
    body_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)  # allocate, reserve, post, void, correct
    effective_on = models.DateField()
    pay_run_id = models.BigIntegerField(null=True)
    corrects_id = models.BigIntegerField(null=True)
    memo = models.CharField(max_length=200)
    line_count = models.PositiveIntegerField(default=0)
    made_by = models.CharField(max_length=60)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["pay_run_id"], name="journal_pay_run"),
            models.Index(fields=["division_code", "id"], name="journal_division"),
        ]
        constraints = [
            models.CheckConstraint(name="journal_kind_known", condition=Q(kind__in=list(JOURNAL_KINDS))),
            models.CheckConstraint(
                name="journal_correction_says_what", condition=~Q(kind="correct") | Q(corrects_id__isnull=False)
            ),
        ]


class Leg(models.Model):
    """One side of a journal; signed fen, never zero; positive adds to the account."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="leg_account")]
        constraints = [
            models.CheckConstraint(name="leg_not_zero", condition=~Q(amount_fen=0)),
            models.UniqueConstraint(fields=["journal", "account"], name="leg_once_an_account"),
        ]
