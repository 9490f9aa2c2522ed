"""The frozen columns of local rules: what was decided never changes; only its state and its end move on."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="policy_localrule",
        columns=(
            "id",
            "kind",
            "name",
            "division_code",
            "area",
            "value_int",
            "is_on",
            "published",
            "settings",
            "programmes",
            "condition",
            "since",
            "proposed_on",
            "document",
            "document_number",
            "clause",
            "batch",
            "proposed_by",
        ),
        append_only=False,
    ),
]
