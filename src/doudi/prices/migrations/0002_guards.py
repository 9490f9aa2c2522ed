"""The triggers that keep decided rows decided, and rosters on a confirmed start."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS prices_state_moves_on() CASCADE;
DROP FUNCTION IF EXISTS prices_roster_needs_start() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("prices", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
