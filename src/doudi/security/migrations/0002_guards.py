"""The triggers that keep posts apart."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS security_post_lines() CASCADE;
DROP FUNCTION IF EXISTS security_user_person() CASCADE;
DROP FUNCTION IF EXISTS security_line(text);
"""


class Migration(migrations.Migration):
    dependencies = [("security", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
