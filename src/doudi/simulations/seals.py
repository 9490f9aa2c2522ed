"""The frozen columns of simulations: all of them."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="simulations_simulation",
        columns=(
            "id",
            "division_code",
            "title",
            "reform_text",
            "reform_digest",
            "runs",
            "result",
            "engine_version",
            "made_by",
            "made_by_name",
            "made_on",
        ),
        append_only=True,
    ),
]
