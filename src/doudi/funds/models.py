"""Double-entry books in whole fen by fund source, direct-fund mark, level and use. Knows no people.

Balances move by trigger from legs; a journal sums to zero at commit; nothing is edited.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from doudi.engine.funding import FUND_SOURCES
from doudi.kernel.programmes import PROGRAMME_LABEL

__all__ = ["FUND_SOURCES", "Account", "Allotment", "AllowedMove", "Budget", "Journal", "Leg", "PeriodClose", "UseRule"]

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}

# The mark that direct funds carry from the allotment to the payee.
DIRECT_MARKS: dict[str, str] = {"": "非直达资金", "01": "01 中央直达资金", "03": "03 省级直达资金"}
ACCOUNT_KINDS: dict[str, str] = {
    "source": "来源",
    "available": "可用",
    "reserved": "已预留",
    "paid": "已支付",
    "allotted": "已下达下级",
}
JOURNAL_KINDS: dict[str, str] = {
    "allocate": "收到下达",
    "allot": "下达下级",
    "recall": "收回",
    "reserve": "预留",
    "post": "支付",
    "void": "退回",
    "correct": "更正",
}
# Why an entry is corrected: a code for counting, beside the words.
CORRECTION_REASONS: dict[str, str] = {
    "twice": "重复记账",
    "wrong_amount": "金额记错",
    "wrong_source": "来源记错",
    "bank_reversal": "银行事后冲正",
    "recovered": "追缴退回",
    "other": "其他",
}


def use_label(use: str) -> str:
    """Say in words what was paid for: a programme, or a programme and a group of people."""
    name, _, group = use.partition(":")
    return PROGRAMME_LABEL.get(name, name) + (f"({group})" if group else "")


class Account(models.Model):
    """A place money can be. Kinds: source (outside), available, reserved, paid (one per use), allotted (sent down)."""

    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12)
    fund_source = models.CharField(max_length=30)
    direct_mark = models.CharField(max_length=2, blank=True)
    use = models.CharField(max_length=60, blank=True)  # what was paid for: programme, or programme:group
    division_code = models.CharField(**CODE)
    floor_fen = models.BigIntegerField(default=0, null=True)  # null: may go below zero (money's origin)
    balance_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_not_below_floor", condition=Q(floor_fen__isnull=True) | Q(balance_fen__gte=F("floor_fen"))
            ),
            models.CheckConstraint(name="account_kind_known", condition=Q(kind__in=list(ACCOUNT_KINDS))),
            models.CheckConstraint(name="account_mark_known", condition=Q(direct_mark__in=list(DIRECT_MARKS))),
            models.CheckConstraint(
                name="account_use_is_paid", condition=(Q(kind="paid") & ~Q(use="")) | (~Q(kind="paid") & Q(use=""))
            ),
            models.UniqueConstraint(
                fields=["division_code", "fund_source", "direct_mark", "kind", "use"], name="account_one_of_a_kind"
            ),
        ]

    @property
    def label(self) -> str:
        """Name the account by its kind and, when paid, by what was paid for."""
        return ACCOUNT_KINDS[self.kind] + (f"·{use_label(self.use)}" if self.use else "")


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


class UseRule(models.Model):
    """The use–source matrix as the database enforces it: this use may be paid from this source here and then.

    Rows of the packs are loaded by ``matrix.load_pack_rules``; a place's own rows are proposed by one person
    and confirmed by another.  Read from everywhere, so the place is not a scope.
    """

    use = models.CharField(max_length=60)
    place_code = models.CharField(**CODE, blank=True)
    fund_source = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()  # 0: the source that is taken when nobody chooses
    since = models.DateField()
    until = models.DateField(null=True)
    clause = models.CharField(max_length=80)
    document = models.CharField(max_length=200, blank=True)
    verified = models.BooleanField(default=True)
    proposed_by = models.CharField(max_length=60, blank=True)  # empty: from the packs
    confirmed_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use", "place_code", "since", "fund_source"], name="use_rule_once"),
            models.CheckConstraint(
                name="use_rule_two_people", condition=Q(confirmed_by="") | ~Q(confirmed_by=F("proposed_by"))
            ),
        ]


class Journal(models.Model):
    """One movement with its reason. ``idem`` makes repeating it harmless; the digest shows that it is the same."""

    idem = models.CharField(max_length=160, unique=True)
    body_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    effective_on = models.DateField()
    pay_run_id = models.BigIntegerField(null=True)
    corrects_id = models.BigIntegerField(null=True)
    reason_code = models.CharField(max_length=20, blank=True)
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
            models.Index(fields=["division_code", "effective_on"], name="journal_day"),
        ]
        constraints = [
            models.CheckConstraint(name="journal_kind_known", condition=Q(kind__in=list(JOURNAL_KINDS))),
            models.CheckConstraint(
                name="journal_correction_says_what",
                condition=~Q(kind="correct")
                | (Q(corrects_id__isnull=False) & Q(reason_code__in=list(CORRECTION_REASONS))),
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


class Allotment(models.Model):
    """Money sent from one level to the next below, or back up (negative amount), with both entries that say so."""

    from_code = models.CharField(**CODE, blank=True)
    fund_source = models.CharField(max_length=30)
    direct_mark = models.CharField(max_length=2, blank=True)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=200)
    on = models.DateField()
    upper_journal_id = models.BigIntegerField()
    lower_journal_id = models.BigIntegerField()
    made_by = models.CharField(max_length=60)
    division_code = models.CharField(**CODE)  # who received it
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "id"], name="allotment_division")]
        constraints = [
            models.CheckConstraint(name="allotment_not_zero", condition=~Q(amount_fen=0)),
            models.CheckConstraint(name="allotment_downward", condition=~Q(from_code=F("division_code"))),
        ]


class Budget(models.Model):
    """What a division planned to spend on one use in one year, under a document; a later row takes the place."""

    division_code = models.CharField(**CODE)
    year = models.PositiveSmallIntegerField()
    use = models.CharField(max_length=60)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=200)
    made_by = models.CharField(max_length=60)
    on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "year"], name="budget_division")]
        constraints = [models.CheckConstraint(name="budget_not_negative", condition=Q(amount_fen__gte=0))]


class PeriodClose(models.Model):
    """A month of one division that is shut: nothing can be dated into it or before it any more."""

    division_code = models.CharField(**CODE)
    month = models.CharField(max_length=7)
    balances = models.JSONField()  # account code → closing balance in fen
    journal_count = models.PositiveIntegerField()
    closed_by = models.CharField(max_length=60)
    closed_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division_code", "month"], name="period_closed_once")]
