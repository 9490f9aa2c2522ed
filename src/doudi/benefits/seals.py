"""The frozen columns of awards: everything but the end."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="benefits_award",
        columns=(
            "id",
            "proposal_id",
            "batch_id",
            "determination_id",
            "previous_id",
            "subject_kind",
            "subject_id",
            "household_id",
            "programme",
            "programme_number",
            "amount_fen_m",
            "since",
            "route",
            "division_code",
        ),
        append_only=False,
    ),
    Sealed(
        table="benefits_coverage",
        columns=("id", "award_id", "person_id", "group_number", "since", "division_code"),
        append_only=False,
    ),
]
