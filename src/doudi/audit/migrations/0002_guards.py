"""The function that writes the trail, and the triggers that refuse everything else."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS audit_append_only() CASCADE;
DROP FUNCTION IF EXISTS audit_append(text, text, text, text, text, text, text, text, jsonb);
DROP FUNCTION IF EXISTS audit_text(bigint, timestamptz, text, text, text, text, text, text, text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
