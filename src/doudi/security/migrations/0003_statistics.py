"""Let a bulk step refresh the planner's statistics of the tables it filled."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "statistics.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("security", "0002_guards")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION IF EXISTS refresh_statistics(text[])")]
