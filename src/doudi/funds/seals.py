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
            "reason_code",
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
    Sealed(
        table="funds_allotment",
        columns=(
            "id",
            "from_code",
            "fund_source",
            "direct_mark",
            "amount_fen",
            "document",
            "on",
            "upper_journal_id",
            "lower_journal_id",
            "made_by",
            "division_code",
        ),
        append_only=True,
    ),
    Sealed(
        table="funds_budget",
        columns=("id", "division_code", "year", "use", "amount_fen", "document", "made_by", "on"),
        append_only=True,
    ),
    Sealed(
        table="funds_periodclose",
        columns=("id", "division_code", "month", "balances", "journal_count", "closed_by", "closed_on"),
        append_only=True,
    ),
]
