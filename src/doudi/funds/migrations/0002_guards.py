"""The triggers that keep the books, and the list of moves money may make."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text(encoding="utf-8")

UNDO = """
DELETE FROM funds_allowedmove;
DROP FUNCTION IF EXISTS funds_account_guard() CASCADE;
DROP FUNCTION IF EXISTS funds_append_only() CASCADE;
DROP FUNCTION IF EXISTS funds_journal_balances() CASCADE;
DROP FUNCTION IF EXISTS funds_move_balances() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
