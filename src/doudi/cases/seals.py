"""The frozen columns of proposals and of the steps that decided them."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="cases_proposal",
        columns=(
            "id",
            "previous_id",
            "cycle_month",
            "determination_id",
            "run_id",
            "subject_kind",
            "subject_id",
            "household_id",
            "programme",
            "kind",
            "amount_before_fen_m",
            "amount_after_fen_m",
            "since_month",
            "until_month",
            "route",
            "cause",
            "person_ids",
            "lane",
            "flags",
            "hold_clause",
            "hold_until",
            "reference_on",
            "division_code",
        ),
        append_only=False,
    ),
    Sealed(
        table="cases_step",
        columns=(
            "id",
            "proposal_id",
            "stage",
            "round",
            "user_id",
            "person_key",
            "role",
            "decided_on",
            "in_bulk",
            "reason",
            "division_code",
        ),
        append_only=True,
    ),
]
