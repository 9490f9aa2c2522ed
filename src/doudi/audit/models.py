"""The trail: one gapless, hash-chained list of entries per county. Written only by a function of the database."""

from django.db import models


class Entry(models.Model):
    """Who did what to which thing. Grain: (chain, seq). Never edited.

    ``hash`` covers the hash before, the number, the moment, the person, the verb, the subject and the details.
    """

    chain = models.CharField(max_length=10, db_collation="C")
    seq = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    login = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    person_key = models.CharField(max_length=60)
    role = models.CharField(max_length=20)
    verb = models.CharField(max_length=60)
    division_code = models.CharField(max_length=12, db_collation="C")
    subject = models.CharField(max_length=200)
    details = models.JSONField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "-id"], name="entry_division"),
            models.Index(fields=["login", "-id"], name="entry_login"),
            models.Index(fields=["subject"], name="entry_subject"),
        ]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="entry_gapless")]


class Head(models.Model):
    """The last entry of a chain; its row is locked while an entry is added."""

    chain = models.CharField(max_length=10, primary_key=True, db_collation="C")
    seq = models.BigIntegerField()
    hash = models.BinaryField()
