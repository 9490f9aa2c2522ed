"""Payment runs: frozen from awards, checked, approved by a second person, sent, answered, closed."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}

RUN_KINDS: dict[str, str] = {"regular": "月度发放", "retry": "退票补发", "back_pay": "补发"}
RUN_STATES: dict[str, str] = {
    "frozen": "名单已冻结",
    "checked": "已校验",
    "approved": "已批准",
    "sent": "已报送银行",
    "answered": "银行已回盘",
    "closed": "已办结",
    "cancelled": "已取消",
}
LINE_STATES: dict[str, str] = {
    "frozen": "待发",
    "held": "暂缓",
    "approved": "已批准",
    "sent": "已报送",
    "paid": "已到账",
    "returned": "退票",
    "void": "已作废",
}
HOLD_REASONS: dict[str, str] = {
    "dead": "有人去世",
    "duplicate": "重复享受",
    "shared_account": "多户共用账户",
    "ended": "待遇已终止",
    "no_account": "没有收款账户",
    "card_expired": "残疾人证过期",
    "not_at_school": "成年未在校",
    "over_amount": "金额与待遇不符",
    "same_account": "退票账户未更换",
    "by_hand": "人工暂缓",
}


class PayRun(models.Model):
    """One run of one county. Grain: (county, month, kind, sequence).

    States: frozen, checked, approved, sent, answered, closed, cancelled.  ``made_by`` and
    ``approved_by`` hold the key of the natural person, so that two log-ins of one person are one.
    """

    division_code = models.CharField(**CODE)
    month = models.CharField(max_length=7)
    months_ahead_count = models.PositiveSmallIntegerField(default=0)  # advance payment of the following months
    kind = models.CharField(max_length=10)  # regular, retry, back_pay
    sequence = models.PositiveSmallIntegerField(default=1)
    retries_run_id = models.BigIntegerField(null=True)  # whose returned lines this run pays again
    state = models.CharField(max_length=10)
    line_count = models.PositiveIntegerField(default=0)  # as frozen
    held_count = models.PositiveIntegerField(default=0)
    sum_fen = models.BigIntegerField(default=0)  # as frozen
    already_paid_count = models.PositiveIntegerField(default=0)  # awards left out: paid ahead or in another run
    roster_sha256 = models.CharField(max_length=64, blank=True)
    approved_count = models.PositiveIntegerField(default=0)
    approved_fen = models.BigIntegerField(default=0)
    sealed_sha256 = models.CharField(max_length=64, blank=True)  # over the approved lines, payee and amount
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=60, blank=True)
    made_on = models.DateField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    approved_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    advance_clause = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division_code", "month", "kind", "sequence"], name="pay_run_once"),
            models.CheckConstraint(
                name="pay_run_two_people", condition=Q(approved_by="") | ~Q(approved_by=F("made_by"))
            ),
            models.CheckConstraint(
                name="pay_run_approved_by_someone",
                condition=Q(state__in=["frozen", "checked", "cancelled"]) | ~Q(approved_by=""),
            ),
            models.CheckConstraint(name="pay_run_state_known", condition=Q(state__in=list(RUN_STATES))),
        ]

    @property
    def state_label(self) -> str:
        return RUN_STATES[self.state]

    @property
    def kind_label(self) -> str:
        return RUN_KINDS[self.kind]

    @property
    def number(self) -> str:
        """The batch number that the bank's files carry."""
        letter = {"regular": "M", "retry": "R", "back_pay": "B"}[self.kind]
        return f"{self.division_code}-{self.month.replace('-', '')}-{letter}{self.sequence:02d}"


class Line(models.Model):
    """One payment for one award and month.

    States: frozen, held, approved, sent, paid, returned, void. At most one live line per
    (award, month, kind) and per (subject, programme, month, kind): a returned or void one may be replaced.
    """

    pay_run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    award_id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    programme = models.CharField(max_length=40)
    month = models.CharField(max_length=7)
    kind = models.CharField(max_length=10)  # regular, back_pay
    amount_fen = models.BigIntegerField()
    payee_account_id = models.BigIntegerField(null=True)
    account_index = models.BinaryField(null=True)
    account_masked = models.CharField(max_length=32, blank=True)
    holder_name = models.CharField(max_length=60, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    fund_source = models.CharField(max_length=30)
    direct_mark = models.CharField(max_length=2, blank=True)  # set when the money is set aside, kept to the payee
    state = models.CharField(max_length=10)
    hold_reason = models.CharField(max_length=40, blank=True)
    hold_text = models.CharField(max_length=200, blank=True)
    released_reasons = models.CharField(max_length=200, blank=True)  # holds that a person lifted, ",dead,ended,"
    release_text = models.CharField(max_length=200, blank=True)  # why a person let a held line go
    return_code = models.CharField(max_length=20, blank=True)
    return_text = models.CharField(max_length=100, blank=True)
    replaces_id = models.BigIntegerField(null=True)
    reserve_journal_id = models.BigIntegerField(null=True)
    final_journal_id = models.BigIntegerField(null=True)  # post or void
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)  # over what was frozen, not over the state

    class Meta:
        indexes = [
            models.Index(fields=["pay_run", "state"], name="line_run_state"),
            models.Index(fields=["division_code", "id"], name="line_division"),
            models.Index(fields=["household_id"], name="line_household"),
            models.Index(fields=["month", "division_code"], name="line_month"),
            models.Index(fields=["final_journal_id"], name="line_final_journal"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["award_id", "month", "kind"],
                name="line_paid_once",
                condition=~Q(state__in=["returned", "void"]),
            ),
            models.UniqueConstraint(
                F("household_id"),
                Coalesce(F("person_id"), 0),
                F("programme"),
                F("month"),
                F("kind"),
                name="line_subject_paid_once",
                condition=~Q(state__in=["returned", "void"]),
            ),
            models.UniqueConstraint(
                fields=["replaces_id"],
                name="line_replaced_once",
                condition=Q(replaces_id__isnull=False) & ~Q(state="void"),
            ),
            models.CheckConstraint(name="line_pays_something", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="line_held_says_why", condition=~Q(state="held") | ~Q(hold_reason="")),
            models.CheckConstraint(name="line_state_known", condition=Q(state__in=list(LINE_STATES))),
            models.CheckConstraint(
                name="line_booked",
                condition=Q(state__in=["frozen", "held", "void"])
                | (Q(reserve_journal_id__isnull=False) & Q(state__in=["approved", "sent"]))
                | (Q(reserve_journal_id__isnull=False) & Q(final_journal_id__isnull=False)),
            ),
        ]

    @property
    def state_label(self) -> str:
        return LINE_STATES[self.state]


class BankFile(models.Model):
    """The file handed to the bank, byte for byte. Making it again gives the same bytes."""

    pay_run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10)  # csv, xlsx
    layout = models.CharField(max_length=40, default="generic")
    sha256 = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField()
    sum_fen = models.BigIntegerField()
    path = models.CharField(max_length=200)  # below the file store, encrypted at rest
    made_by = models.CharField(max_length=60)
    made_on = models.DateField()
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pay_run", "format"], name="bank_file_once")]


class ReturnFile(models.Model):
    """The bank's answer as it came; the same bytes are taken once."""

    is_repeated = False  # not kept: this call met a file that was taken before

    pay_run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    line_count = models.PositiveIntegerField()
    paid_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    repeated_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)  # unknown or contradictory lines, left to a person
    taken_on = models.DateField()
    taken_by = models.CharField(max_length=60)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)


class ReturnLine(models.Model):
    """One line of the bank's answer and what became of it."""

    return_file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="+")
    row_number = models.PositiveIntegerField()
    line_id = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    result = models.CharField(max_length=10)  # paid, failed, unknown
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=100, blank=True)
    taken = models.CharField(max_length=12)  # posted, voided, repeated, refused
    reason = models.CharField(max_length=200, blank=True)
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["line_id"], name="return_line_line")]
        constraints = [models.UniqueConstraint(fields=["return_file", "row_number"], name="return_line_once")]
