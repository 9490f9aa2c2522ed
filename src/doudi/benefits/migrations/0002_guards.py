"""The triggers that let an award only end, or end earlier."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS benefits_end_only() CASCADE;
DROP FUNCTION IF EXISTS benefits_end_says_why() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
