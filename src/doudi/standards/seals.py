"""The frozen columns of rise plans: who made what for when; a draft's lines may change until it is submitted."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="standards_riseplan",
        columns=("id", "title", "standard", "division_code", "since", "is_early", "made_on", "made_by"),
        append_only=False,
    ),
]
