"""The frozen columns of the books."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="funds_journal",
        columns=(
            "id",
            "idem",
            "body_sha256",
            "kind",
            "effective_on",
            "pay_run_id",
            "corrects_id",
            "memo",
            "line_count",
            "made_by",
            "division_code",
        ),
        append_only=True,
    ),
    Sealed(
        table="funds_leg", columns=("id", "journal_id", "account_id", "amount_fen", "division_code"), append_only=True
    ),
]
