"""What people hold going into a month, as the rules and the proposals see it; made by the room of benefits."""

import dataclasses
import hashlib

import pyarrow as pa

AWARD_FIELDS = pa.schema(
    [
        ("award_id", pa.int64()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.int64()),
        ("household_id", pa.int64()),
        ("programme", pa.string()),
        ("amount_fen_m", pa.int64()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("route", pa.string()),
    ]
)
COVERAGE_FIELDS = pa.schema(
    [
        ("award_id", pa.int64()),
        ("person_id", pa.int64()),
        ("household_id", pa.int64()),
        ("programme", pa.string()),
        ("group_number", pa.int8()),
    ]
)


@dataclasses.dataclass(frozen=True)
class HeldAwards:
    """Arrow tables: ``awards`` (one row per award in force), ``coverage`` (one row per person an award feeds)."""

    awards: pa.Table
    coverage: pa.Table

    @property
    def digest(self) -> str:
        """Hash both tables; equal content gives equal digests."""
        found = hashlib.sha256()
        for table in (self.awards, self.coverage):
            found.update(repr(table.to_pydict()).encode())
        return found.hexdigest()


def nothing_held() -> HeldAwards:
    """Give the state of a county where nobody holds anything."""
    return HeldAwards(AWARD_FIELDS.empty_table(), COVERAGE_FIELDS.empty_table())
