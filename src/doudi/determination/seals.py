"""The frozen columns of determinations: everything."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(table="determination_frozentext", columns=("digest", "kind", "body"), append_only=True, key="digest"),
    Sealed(
        table="determination_run",
        columns=(
            "id",
            "kind",
            "month",
            "place_code",
            "reference_on",
            "known_on",
            "rule_digest",
            "parameter_digest",
            "sql_digest",
            "engine_version",
            "snapshot_path",
            "snapshot_sha256",
            "household_count",
            "person_count",
            "row_count",
        ),
        append_only=False,
    ),
    Sealed(
        table="determination_determination",
        columns=(
            "id",
            "run_id",
            "subject_kind",
            "subject_id",
            "household_id",
            "programme",
            "outcome",
            "amount_fen_m",
            "criteria_met",
            "criteria_unknown",
            "route",
            "division_code",
        ),
        append_only=True,
    ),
]
