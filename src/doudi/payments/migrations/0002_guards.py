"""The triggers that let a payment go one way only."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS payments_keep() CASCADE;
DROP FUNCTION IF EXISTS payments_run_steps() CASCADE;
DROP FUNCTION IF EXISTS payments_line_born() CASCADE;
DROP FUNCTION IF EXISTS payments_line_steps() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
