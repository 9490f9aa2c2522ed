"""The triggers that keep decided rows decided, rosters on an approved campaign, and served people served."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS campaigns_state_moves_on() CASCADE;
DROP FUNCTION IF EXISTS campaigns_roster_needs_campaign() CASCADE;
DROP FUNCTION IF EXISTS campaigns_covered_keep() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
