"""Payment runs: frozen from awards, checked, approved by a second person, sent, answered, closed."""

from django.db import models
from django.db.models import F, Q

CODE = {"max_length": 12, "db_collation": "C"}


class PayRun(models.Model):
    """One run of one county. Grain: (county, month, kind, sequence).

    States: frozen, checked, approved, sent, answered, closed, cancelled.
    """

    division_code = models.CharField(**CODE)
    month = models.CharField(max_length=7)
    months_ahead_count = models.PositiveSmallIntegerField(default=0)  # advance payment of the following months
    kind = models.CharField(max_length=10)  # regular, retry, back_pay
    sequence = models.PositiveSmallIntegerField(default=1)
    fund_source = models.CharField(max_length=30)
    state = models.CharField(max_length=10)
    line_count = models.PositiveIntegerField(default=0)
    held_count = models.PositiveIntegerField(default=0)
    sum_fen = models.BigIntegerField(default=0)
    roster_sha256 = models.CharField(max_length=64, blank=True)
    made_by = models.CharField(max_length=60)
    made_on = models.DateField()
    approved_by = models.CharField(max_length=60, blank=True)
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
        ]


class Line(models.Model):
    """One payment for one award and month.

    States: frozen, held, approved, sent, paid, returned, void. At most one live line per
    (award, month, kind): a returned or void one may be replaced.
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
    state = models.CharField(max_length=10)
    hold_reason = models.CharField(max_length=40, blank=True)  # dead, duplicate, shared_account, ended, no_account, by_hand
    hold_text = models.CharField(max_length=200, blank=True)
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
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["award_id", "month", "kind"], name="line_paid_once", condition=~Q(state__in=["returned", "void"])
            ),
            models.CheckConstraint(name="line_pays_something", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="line_held_says_why", condition=~Q(state="held") | ~Q(hold_reason="")),
        ]


class BankFile(models.Model):
    """The file handed to the bank, byte for byte. Making it again gives the same bytes."""

    pay_run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10)  # csv, xlsx
    sha256 = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField()
    sum_fen = models.BigIntegerField()
    path = models.CharField(max_length=200)  # below the file store, encrypted at rest
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pay_run", "format"], name="bank_file_once")]


class ReturnFile(models.Model):
    """The bank's answer as it came; the same bytes are taken once."""

    pay_run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    line_count = models.PositiveIntegerField()
    paid_count = models.PositiveIntegerField()
    failed_count = models.PositiveIntegerField()
    refused_count = models.PositiveIntegerField(default=0)  # unknown or contradictory lines, left to a person
    taken_on = models.DateField()
    taken_by = models.CharField(max_length=60)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)


class ReturnLine(models.Model):
    """One line of the bank's answer and what became of it."""

    return_file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="+")
    row_number = models.PositiveIntegerField()
    line_id = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    result = models.CharField(max_length=10)  # paid, failed
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=100, blank=True)
    taken = models.CharField(max_length=12)  # posted, voided, repeated, refused
    reason = models.CharField(max_length=200, blank=True)
    division_code = models.CharField(**CODE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["return_file", "row_number"], name="return_line_once")]
