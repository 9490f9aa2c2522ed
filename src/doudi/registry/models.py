"""People, families, who lives with whom from when to when, and the accounts that receive money.

Identity and account numbers are encrypted in the column; a keyed blind index finds them;
lists use the masked form.  ``division_code`` is where the person or family lives (their scope).
"""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from doudi.places.ranges import DateRange, PointRange

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Person(models.Model):
    """One human being. Grain: person. Facts about them live in the facts room."""

    id_no_encrypted = models.BinaryField(null=True)
    id_no_index = models.BinaryField(null=True, unique=True)
    id_no_masked = models.CharField(max_length=18, blank=True)
    id_no_last4 = models.CharField(max_length=4, blank=True, db_collation="C")
    temporary_number = models.CharField(max_length=20, null=True, unique=True)  # a person without papers
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60, db_collation="C")
    name_pinyin = models.CharField(max_length=120, blank=True, db_collation="C")
    name_initials = models.CharField(max_length=20, blank=True, db_collation="C")
    sex = models.CharField(max_length=1, blank=True)  # M, F or empty when not known
    birth_date = models.DateField(null=True)
    hukou_code = models.CharField(**CODE, blank=True)
    hukou_area = models.CharField(max_length=5, blank=True)
    division_code = models.CharField(**CODE)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "id"], name="person_division"),
            models.Index(fields=["name"], name="person_name"),
            models.Index(fields=["name_initials"], name="person_initials"),
            models.Index(fields=["name_pinyin"], name="person_pinyin"),
            models.Index(fields=["id_no_last4"], name="person_last4"),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_identified", condition=Q(id_no_index__isnull=False) | Q(temporary_number__isnull=False)
            )
        ]


class Household(models.Model):
    """People who share their life. Grain: family over its life span."""

    number = models.CharField(max_length=30, unique=True, db_collation="C")
    filed_number = models.CharField(max_length=40, blank=True, db_collation="C")  # as the county's own files call it
    head = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=5)  # urban or rural: which standard applies
    division_code = models.CharField(**CODE)
    address = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "id"], name="household_division"),
            models.Index(fields=["filed_number"], name="household_filed"),
        ]


class Membership(models.Model):
    """A person in a family for a period; nobody is in two families on one day."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=12)
    shares_life = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True)
    division_code = models.CharField(**CODE)

    class Meta:
        indexes = [models.Index(fields=["division_code", "household"], name="membership_division")]
        constraints = [
            ExclusionConstraint(
                name="membership_one_household",
                expressions=[(PointRange(F("person")), "&&"), (DateRange(F("since"), F("until")), "&&")],
            )
        ]


class PayeeAccount(models.Model):
    """The bank account a family's or a person's money goes to. Grain: account over a period."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")  # holder, if registered
    account_encrypted = models.BinaryField()
    account_index = models.BinaryField(db_index=True)
    account_masked = models.CharField(max_length=32)
    holder_name = models.CharField(max_length=60)
    bank_name = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField(null=True)
    division_code = models.CharField(**CODE)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "household"], name="payee_division")]


class NumberSeries(models.Model):
    """The last number given in a series; holds no personal data, so it is the same for every scope."""

    key = models.CharField(max_length=30, primary_key=True, db_collation="C")
    last = models.BigIntegerField(default=0)
