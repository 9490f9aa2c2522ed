"""The frozen columns of payments: what a line pays to whom, the files sent and received."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="payments_line",
        columns=(
            "id",
            "pay_run_id",
            "award_id",
            "household_id",
            "person_id",
            "programme",
            "month",
            "kind",
            "amount_fen",
            "payee_account_id",
            "account_index",
            "account_masked",
            "holder_name",
            "bank_name",
            "fund_source",
            "replaces_id",
            "division_code",
        ),
        append_only=False,
    ),
    Sealed(
        table="payments_bankfile",
        columns=("id", "pay_run_id", "format", "layout", "sha256", "line_count", "sum_fen", "path", "division_code"),
        append_only=True,
    ),
    Sealed(
        table="payments_returnfile",
        columns=("id", "pay_run_id", "file_name", "sha256", "line_count", "taken_on", "taken_by", "division_code"),
        append_only=False,
    ),
    Sealed(
        table="payments_returnline",
        columns=(
            "id",
            "return_file_id",
            "row_number",
            "line_id",
            "amount_fen",
            "result",
            "code",
            "text",
            "taken",
            "reason",
            "division_code",
        ),
        append_only=True,
    ),
]
