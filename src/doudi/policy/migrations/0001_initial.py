from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LocalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=60)),
                ("division_code", models.CharField(db_collation="C", max_length=12)),
                ("area", models.CharField(blank=True, max_length=5)),
                ("value_int", models.BigIntegerField(null=True)),
                ("is_on", models.BooleanField(default=True)),
                ("settings", models.JSONField(default=dict)),
                ("programmes", models.JSONField(default=list)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("known_on", models.DateField()),
                ("document", models.CharField(max_length=200)),
                ("document_number", models.CharField(blank=True, max_length=80)),
                ("clause", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("state", models.CharField(default="proposed", max_length=10)),
                ("proposed_by", models.CharField(max_length=60)),
                ("proposed_by_name", models.CharField(blank=True, max_length=60)),
                ("confirmed_by", models.CharField(blank=True, max_length=60)),
                ("confirmed_by_name", models.CharField(blank=True, max_length=60)),
                ("withdrawn_by_name", models.CharField(blank=True, max_length=60)),
                ("version", models.PositiveIntegerField(default=1)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                ("row_hash", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["name", "division_code"], name="local_rule_place")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                        name="local_rule_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["parameter", "switch"])), name="local_rule_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "confirmed", "withdrawn"])),
                        name="local_rule_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            models.Q(
                                models.Q(("confirmed_by", ""), _negated=True),
                                models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="local_rule_two_people",
                    ),
                ],
            },
        ),
    ]
