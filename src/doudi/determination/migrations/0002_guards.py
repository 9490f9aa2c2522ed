"""The trigger that finishes a run once."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS determination_run_once() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("determination", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
