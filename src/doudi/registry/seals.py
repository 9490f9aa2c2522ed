"""The frozen columns of the register.

An account is what money was sent to: it is ended, never altered.  People, families and
memberships are not sealed: names are corrected, members merge once their papers turn up; the
audit log carries those changes.
"""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="registry_payeeaccount",
        columns=(
            "id",
            "household_id",
            "person_id",
            "account_index",
            "account_masked",
            "holder_name",
            "bank_name",
            "since",
            "division_code",
        ),
        append_only=False,
    ),
]
