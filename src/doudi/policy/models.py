"""Local parameters and switches that officials record on top of the packs."""

from django.db import models
from django.db.models import F, Q


class LocalRule(models.Model):
    """A value or switch decided for one place and period, by a document, by two people.

    Grain: one decision. In force once confirmed, and known from that day; ends by itself at ``until``.
    People are named by ``person_key``, so that two log-ins of one person are not two people.
    """

    kind = models.CharField(max_length=10)  # parameter, switch
    name = models.CharField(max_length=60)
    division_code = models.CharField(max_length=12, db_collation="C")
    area = models.CharField(max_length=5, blank=True)
    value_int = models.BigIntegerField(null=True)
    is_on = models.BooleanField(default=True)  # a switch row that is off ends what came before it
    published = models.CharField(max_length=40, blank=True)  # the figure as the document prints it
    settings = models.JSONField(default=dict)
    programmes = models.JSONField(default=list)
    condition = models.JSONField(default=list)  # the states it needs, as engine.states writes them; empty is always
    since = models.DateField()
    until = models.DateField(null=True)
    proposed_on = models.DateField(null=True)
    known_on = models.DateField(null=True)  # the business day on which it was confirmed
    document = models.CharField(max_length=200)
    document_number = models.CharField(max_length=80, blank=True)
    clause = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    batch = models.CharField(max_length=40, blank=True)  # records made and confirmed together share it
    state = models.CharField(max_length=10, default="proposed")  # proposed, confirmed, withdrawn
    proposed_by = models.CharField(max_length=60)
    proposed_by_name = models.CharField(max_length=60, blank=True)
    confirmed_by = models.CharField(max_length=60, blank=True)
    confirmed_by_name = models.CharField(max_length=60, blank=True)
    withdrawn_by_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["name", "division_code"], name="local_rule_place")]
        constraints = [
            models.CheckConstraint(name="local_rule_period", condition=Q(until__isnull=True) | Q(until__gt=F("since"))),
            models.CheckConstraint(name="local_rule_kind", condition=Q(kind__in=["parameter", "switch"])),
            models.CheckConstraint(
                name="local_rule_state", condition=Q(state__in=["proposed", "confirmed", "withdrawn"])
            ),
            models.CheckConstraint(
                name="local_rule_two_people",
                condition=~Q(state="confirmed") | (~Q(confirmed_by="") & ~Q(confirmed_by=F("proposed_by"))),
            ),
        ]
