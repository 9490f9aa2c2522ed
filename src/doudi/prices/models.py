"""Index figures, rule files, monthly evaluations, decisions, rosters and what each person is due.

What concerns places only (figures, rules, evaluations, decisions) carries ``place_code``: it is
published and read by everyone below.  What concerns people carries ``division_code``, the scope.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from doudi.kernel.programmes import Programme

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}
LABEL = Programme.price_subsidy.label
TWO_PEOPLE = ~Q(state="confirmed") | (~Q(confirmed_by="") & ~Q(confirmed_by=F("entered_by")))


class Entered(models.Model):
    """What one person entered and another confirmed; people are named by ``person_key``."""

    entered_by = models.CharField(max_length=60)
    entered_by_name = models.CharField(max_length=60, blank=True)
    entered_on = models.DateField()
    confirmed_by = models.CharField(max_length=60, blank=True)
    confirmed_by_name = models.CharField(max_length=60, blank=True)
    confirmed_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        abstract = True


class IndexFigure(Entered):
    """A year-on-year rise of one series at one place for one month.

    Grain: place, month, series; a correction is a further row that names the one it replaces.
    Unit: hundredths of a percent; no value: the place does not compile the series.
    """

    place_code = models.CharField(**CODE)
    month = models.DateField()  # the first of the month
    series = models.CharField(max_length=40)
    value_bp = models.IntegerField(null=True)
    published_on = models.DateField()
    source = models.CharField(max_length=200)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    doubt = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="entered")  # entered, confirmed, withdrawn

    class Meta:
        indexes = [models.Index(fields=["place_code", "month", "series"], name="price_index_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "month", "series"],
                name="price_index_once",
                condition=Q(corrects__isnull=True) & ~Q(state="withdrawn"),
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                name="price_index_corrected_once",
                condition=Q(corrects__isnull=False) & ~Q(state="withdrawn"),
            ),
            models.CheckConstraint(name="price_index_two_people", condition=TWO_PEOPLE),
            models.CheckConstraint(
                name="price_index_state", condition=Q(state__in=["entered", "confirmed", "withdrawn"])
            ),
        ]


class RuleRecord(Entered):
    """A rule file that an office registered: its text as it was, and the digest of the text."""

    place_code = models.CharField(**CODE)
    name = models.CharField(max_length=60)
    document = models.CharField(max_length=300)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="entered")  # entered, confirmed, withdrawn

    class Meta:
        indexes = [models.Index(fields=["place_code"], name="price_rule_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "digest"], name="price_rule_once", condition=~Q(state="withdrawn")
            ),
            models.CheckConstraint(name="price_rule_two_people", condition=TWO_PEOPLE),
        ]


class Evaluation(models.Model):
    """A month judged at a place, with what went in and every step. Never changed; a new one is made."""

    place_code = models.CharField(**CODE)
    index_month = models.DateField()
    payment_month = models.DateField()
    state = models.CharField(max_length=12)  # started, not_started, unpaid_month
    summary = models.CharField(max_length=300)
    inputs = models.JSONField()
    inputs_digest = models.CharField(max_length=64)
    rule_digest = models.CharField(max_length=64)
    result = models.JSONField()
    due_on = models.DateField(null=True)
    decide_by = models.DateField(null=True)
    measured_fen = models.BigIntegerField(null=True)
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=60, blank=True)
    made_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["place_code", "index_month", "id"], name="price_evaluation_place")]
        constraints = [
            models.CheckConstraint(
                name="price_evaluation_state", condition=Q(state__in=["started", "not_started", "unpaid_month"])
            )
        ]


class Decision(Entered):
    """What a place decided on an evaluation.

    ``start``; ``one_off`` (below the line, money is given all the same) and ``no_subsidy`` (below the
    line, nothing is given, with the reason) take two people.  ``stop`` follows from the figures alone.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    place_code = models.CharField(**CODE)
    index_month = models.DateField()
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, blank=True)
    document = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="entered")  # entered, confirmed, withdrawn

    class Meta:
        indexes = [models.Index(fields=["place_code", "index_month"], name="price_decision_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "index_month"],
                name="price_decision_once",
                condition=~Q(state="withdrawn") & ~Q(kind="stop"),
            ),
            models.UniqueConstraint(
                fields=["place_code", "index_month"], name="price_stop_once", condition=Q(kind="stop")
            ),
            models.CheckConstraint(
                name="price_decision_kind", condition=Q(kind__in=["start", "stop", "one_off", "no_subsidy"])
            ),
            models.CheckConstraint(name="price_decision_two_people", condition=Q(kind="stop") | TWO_PEOPLE),
        ]


class GroupList(models.Model):
    """A list file of people of groups the register knows nothing of, for one county and index month."""

    division_code = models.CharField(**CODE)
    index_month = models.DateField()
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    department = models.CharField(max_length=80)
    taken_count = models.PositiveIntegerField()
    rejected_count = models.PositiveIntegerField()
    rejections = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="taken")  # taken, withdrawn
    loaded_by = models.CharField(max_length=60)
    loaded_by_name = models.CharField(max_length=60, blank=True)
    loaded_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "index_month", "file_sha256"],
                name="price_list_once",
                condition=Q(state="taken"),
            )
        ]


class GroupMember(models.Model):
    """A person of a list file. Identity and account are encrypted in the column, as in the register."""

    group_list = models.ForeignKey(GroupList, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(**CODE)
    index_month = models.DateField()
    group_name = models.CharField(max_length=40)
    area = models.CharField(max_length=5)
    name = models.CharField(max_length=60)
    id_no_encrypted = models.BinaryField()
    id_no_index = models.BinaryField()
    id_no_masked = models.CharField(max_length=18)
    account_encrypted = models.BinaryField(null=True)
    account_index = models.BinaryField(null=True)
    account_masked = models.CharField(max_length=32, blank=True)
    holder_name = models.CharField(max_length=60, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    row_number = models.PositiveIntegerField()
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "index_month"], name="price_member_division")]


class Roster(models.Model):
    """Who is due what for an index month in a county, frozen. Number 1 is the month's; later ones add to it."""

    division_code = models.CharField(**CODE)
    index_month = models.DateField()
    payment_month = models.DateField()
    number = models.PositiveSmallIntegerField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    line_count = models.PositiveIntegerField()
    sum_fen = models.BigIntegerField()
    counts = models.JSONField()
    rows_digest = models.CharField(max_length=64)
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=60, blank=True)
    made_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division_code", "index_month", "number"], name="price_roster_number")
        ]


class SubsidyLine(models.Model):
    """What one person is due under one roster, why, and from which fund. Grain: identity and roster.

    ``identity`` is the blind index of the identity number (or the person's key without one).  A person has
    one first line a month in the whole country, which the database keeps; a later line only adds to it.
    """

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="+")
    evaluation_id = models.BigIntegerField()
    division_code = models.CharField(**CODE)
    index_month = models.DateField()
    sequence = models.PositiveSmallIntegerField()  # 1 for the first line of an identity in the month
    identity = models.BinaryField()
    person_id = models.BigIntegerField(null=True)
    household_id = models.BigIntegerField(null=True)
    award_id = models.BigIntegerField(null=True)
    member_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60)
    group_name = models.CharField(max_length=40)
    area = models.CharField(max_length=5)
    left_aside = models.CharField(max_length=300, blank=True)
    amount_fen = models.BigIntegerField()
    fund_source = models.CharField(max_length=40)
    fund_clause = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=20, default=LABEL)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["roster", "id"], name="price_line_roster"),
            models.Index(fields=["division_code", "index_month"], name="price_line_division"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["identity", "index_month", "sequence"], name="price_line_once"),
            models.CheckConstraint(name="price_line_pays", condition=Q(amount_fen__gt=0)),
        ]
