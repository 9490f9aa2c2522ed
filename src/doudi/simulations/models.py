"""Simulated reforms as they were reckoned: the reform's text, the people it was tried on, the effects."""

from typing import Any

from django.db import models

CODE: dict[str, Any] = {"max_length": 12, "db_collation": "C"}


class Simulation(models.Model):
    """One reform tried on the counties of one division. Never edited; a new trial is a new row.

    ``runs`` names, by county, the determination run whose snapshot the people came from.  ``result`` holds
    counts and sums only (see ``laying.laid_out``), no person.
    """

    division_code = models.CharField(**CODE)
    title = models.CharField(max_length=120)
    reform_text = models.TextField()  # YAML, as it can be filed and run again
    reform_digest = models.CharField(max_length=64)
    runs = models.JSONField()
    result = models.JSONField()
    engine_version = models.CharField(max_length=40)
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=60)
    made_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    row_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "id"], name="simulation_division")]
