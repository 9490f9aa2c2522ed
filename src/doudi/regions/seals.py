"""The frozen columns of region states: what was decided never changes; only its state and its end move on."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="regions_regionstate",
        columns=(
            "id",
            "kind",
            "value",
            "grade",
            "track",
            "division_code",
            "since",
            "document",
            "document_number",
            "source_file",
            "batch",
            "proposed_on",
            "proposed_by",
        ),
        append_only=False,
    ),
]
