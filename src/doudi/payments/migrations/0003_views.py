"""Read-only views for operators: what is due, payment lines, the ledger, the trail."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "views.sql").read_text(encoding="utf-8")

UNDO = "DROP VIEW IF EXISTS view_expected_payments, view_payment_lines, view_ledger, view_audit"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_guards"),
        ("funds", "0002_guards"),
        ("benefits", "0001_initial"),
        ("cases", "0001_initial"),
        ("registry", "0001_initial"),
        ("audit", "0001_initial"),
    ]
    operations = [migrations.RunSQL(SQL, UNDO)]
