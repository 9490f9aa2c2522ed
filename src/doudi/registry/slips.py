"""What other rooms and the pages get to see of people and families; numbers are always masked here."""

import dataclasses
import datetime as dt

from doudi.kernel.periods import in_period
from doudi.registry.enums import AREAS, RELATION_CODE, RELATION_LABEL, SEXES


@dataclasses.dataclass(frozen=True, slots=True)
class PersonSlip:
    """One human being as lists show them."""

    id: int
    name: str
    sex: str
    birth_date: dt.date | None
    id_no_masked: str
    temporary_number: str
    hukou_code: str
    hukou_area: str
    division_code: str
    merged_into: int | None

    @property
    def sex_label(self) -> str:
        return SEXES[self.sex]

    @property
    def papers(self) -> str:
        return self.id_no_masked or f"临时编号 {self.temporary_number}"

    def age(self, on: dt.date) -> int | None:
        """Full years on the day; unknown birth, unknown age."""
        born = self.birth_date
        if born is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A person in a family over a period."""

    household_id: int
    person: PersonSlip
    relation: str
    shares_life: bool
    since: dt.date
    until: dt.date | None
    division_code: str

    @property
    def relation_label(self) -> str:
        return RELATION_LABEL.get(self.relation, self.relation)

    @property
    def relation_code(self) -> int:
        return RELATION_CODE.get(self.relation, RELATION_CODE["other"])

    def is_present(self, on: dt.date) -> bool:
        return in_period(on, self.since, self.until)


@dataclasses.dataclass(frozen=True, slots=True)
class HouseholdSlip:
    """A family as lists show it."""

    id: int
    number: str
    filed_number: str
    head_id: int | None
    head_name: str
    area: str
    division_code: str
    address: str
    since: dt.date
    until: dt.date | None

    @property
    def area_label(self) -> str:
        return AREAS.get(self.area, "未知")


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """Where money goes, masked."""

    id: int
    person_id: int | None
    account_masked: str
    holder_name: str
    bank_name: str
    since: dt.date
    until: dt.date | None


@dataclasses.dataclass(frozen=True)
class HouseholdFile:
    """One family on one day: present members first, then those who left or are yet to come."""

    household: HouseholdSlip
    place_path: str
    on: dt.date
    members: list[Member]
    others: list[Member]
    accounts: list[Account]
    hukou_names: dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """One person found, with what tells namesakes apart."""

    person: PersonSlip
    household_id: int | None
    household_number: str
    relation: str
    place_path: str

    @property
    def relation_label(self) -> str:
        return RELATION_LABEL.get(self.relation, self.relation)


@dataclasses.dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person found by identity number, for matching department files."""

    person_id: int
    name: str
    household_id: int | None
    division_code: str


@dataclasses.dataclass(frozen=True, slots=True)
class PastMembership:
    """One stretch of a person's life in a family."""

    household_id: int
    household_number: str
    relation: str
    since: dt.date
    until: dt.date | None
    division_code: str
