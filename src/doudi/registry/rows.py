"""What the register takes in and what it answers."""

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True)
class FamilyRow:
    """One person of one family as a file or a clerk states it.

    ``household_key`` binds the rows of a family and is how the county's own files call it.
    ``id_no`` is normalised, or empty for a person without papers.
    """

    household_key: str
    name: str
    id_no: str
    relation: str
    division_code: str
    area: str
    since: dt.date | None = None
    household_number: str = ""
    temporary_number: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    shares_life: bool = True
    hukou_code: str = ""
    hukou_area: str = ""
    address: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was not followed, and why; the register is as it was for that person."""

    row: int  # position in the rows given
    kind: str  # two_families, repeated, name_differs, registered_elsewhere
    person_id: int | None
    household_id: int | None  # the family the person is in already
    text: str


@dataclasses.dataclass(frozen=True)
class Registered:
    """What came of a batch; ids stand at the positions of the rows."""

    new_people: int
    new_households: int
    new_memberships: int
    person_ids: list[int | None]
    household_ids: list[int | None]
    conflicts: list[Conflict]


@dataclasses.dataclass(frozen=True, slots=True)
class AccountRow:
    """The account to which a family's money goes, or one person's when ``person_id`` is given."""

    household_id: int
    person_id: int | None
    account: str
    holder_name: str
    bank_name: str
    since: dt.date
