"""What other rooms get to see of a division."""

import dataclasses
import datetime as dt

from doudi.kernel import codes


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A division under the name it had on the day asked for."""

    code: str
    name: str
    level: int
    kind: str
    parent_code: str
    area: str  # urban, rural, or empty above the township
    own_code: bool
    path_name: str
    source: str
    since: dt.date
    until: dt.date | None

    @property
    def level_label(self) -> str:
        return codes.LEVEL_NAMES[self.level]


@dataclasses.dataclass(frozen=True, slots=True)
class Succession:
    """A division that took over from another."""

    kind: str
    from_code: str
    to_code: str
    effective_on: dt.date
    document: str
    verified: bool
    note: str
