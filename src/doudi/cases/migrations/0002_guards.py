"""The triggers that let a proposal go one way only, by two people."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DROP FUNCTION IF EXISTS cases_step_two_people() CASCADE;
DROP FUNCTION IF EXISTS cases_proposal_born() CASCADE;
DROP FUNCTION IF EXISTS cases_proposal_steps() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
