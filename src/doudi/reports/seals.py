"""A submitted report stays as it was submitted."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="reports_submission",
        columns=(
            "id",
            "report",
            "division_code",
            "week_end",
            "version",
            "cells",
            "typed",
            "is_zero_report",
            "is_late",
            "reason",
            "submitted_by",
            "submitted_on",
        ),
        append_only=True,
    )
]
