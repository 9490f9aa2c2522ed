"""Keep the planner informed: a county that was loaded a second ago is not in its statistics yet."""

from django.db import connection, models


def refresh(*tables: type[models.Model]) -> None:
    """Refresh the statistics of tables that a bulk step has just filled; a fraction of a second each."""
    with connection.cursor() as cursor:
        cursor.execute("select refresh_statistics(%s)", [[table._meta.db_table for table in tables]])
