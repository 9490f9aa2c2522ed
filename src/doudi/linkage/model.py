"""What a rule file says, once read: versions by index month, phases, groups, conditions, formulas.

Immutable.  Periods are index months, both ends included, as notices write them.  Amounts are
exact fractions of a fen; lines and rises are whole hundredths of a percent (``_bp``).
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Generic, TypeVar

from doudi.kernel.periods import Month
from doudi.linkage.words import Vocabulary

AREA_NAMES = ("urban", "rural")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class ByArea(Generic[T]):
    """One value for urban and one for rural persons, often the same."""

    urban: T
    rural: T

    def of(self, area: str) -> T:
        return self.urban if area == "urban" else self.rural

    @property
    def is_one(self) -> bool:
        return self.urban == self.rural


# -- indices and conditions -------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Reading:
    """How a rise is read from one series: a single month, or several months together."""

    series: str
    months: int = 1
    how: str = "single"  # single, average, each, year_to_date


@dataclasses.dataclass(frozen=True)
class Line:
    """A condition on one series: reached at ``at_least``, or only above it when ``is_strict``."""

    reading: Reading
    at_least_bp: ByArea[int]
    is_strict: bool = False
    where: str = ""


@dataclasses.dataclass(frozen=True)
class Several:
    """Conditions of which one, or all, must hold."""

    needs_all: bool
    parts: tuple["Condition", ...]


Condition = Line | Several


@dataclasses.dataclass(frozen=True)
class IndexOf:
    """Which rise enters a formula.

    ``pick``: ``only`` (one series), ``higher``, ``lower``, ``average`` of several, ``triggered``
    (the one whose line was met; of several met the one that ``both`` says).
    ``less_bp`` is taken off; ``points`` rounds the rise itself to whole steps.
    """

    pick: str
    readings: tuple[Reading, ...] = ()
    both: str = "higher"
    less_bp: int = 0
    step_bp: int = 0
    step_how: str = "nearest"


# -- formulas ---------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Base:
    """The standard a formula starts from.

    ``standard`` "own" is the group's own.  ``area`` is whose: the person's own, always urban,
    always rural, or the plain average of the two.
    """

    standard: str = "dibao"
    area: str = "person"  # person, urban, rural, average
    months_back: int = 0
    share: Fraction = Fraction(1)
    value: ByArea[Fraction] | None = None


@dataclasses.dataclass(frozen=True)
class Product:
    """Standard × rise."""

    base: Base | None
    index: IndexOf


@dataclasses.dataclass(frozen=True)
class Share:
    """A fraction or percentage of the standard, whatever the rise."""

    base: Base | None
    fraction: Fraction


@dataclasses.dataclass(frozen=True)
class Fixed:
    """A sum of money."""

    fen: ByArea[Fraction]


@dataclasses.dataclass(frozen=True)
class Points:
    """Money per point of rise above ``over_bp``: full points, begun points, or exactly."""

    index: IndexOf
    each_fen: ByArea[Fraction]
    over_bp: int
    step_bp: int
    count: str  # full, begun, exact
    start_fen: ByArea[Fraction]


@dataclasses.dataclass(frozen=True)
class Tier:
    """From this rise, up to but excluding ``below_bp``, this formula."""

    from_bp: int
    below_bp: int | None
    formula: "Formula"
    where: str = ""


@dataclasses.dataclass(frozen=True)
class Tiers:
    """The formula of the tier in which the rise lies."""

    index: IndexOf
    tiers: tuple[Tier, ...]


@dataclasses.dataclass(frozen=True)
class PerArea:
    """One formula for urban, one for rural persons."""

    formulas: ByArea["Formula"]


@dataclasses.dataclass(frozen=True)
class PerGroup:
    """A formula by group and area ("" for both), and one for the groups not named."""

    formulas: Mapping[tuple[str, str], "Formula"]
    otherwise: "Formula | None"


@dataclasses.dataclass(frozen=True)
class PerTrigger:
    """A formula by the series whose line was met; of several the higher, lower, or all together."""

    formulas: Mapping[str, "Formula"]
    both: str  # higher, lower, sum


@dataclasses.dataclass(frozen=True)
class Combined:
    """The highest, the lowest or the sum of several formulas."""

    how: str  # highest, lowest, sum
    parts: tuple["Formula", ...]


@dataclasses.dataclass(frozen=True)
class PerSize:
    """Money by the number of persons in the household; the last size covers all larger ones."""

    sizes: Mapping[int, ByArea[Fraction]]


Formula = Product | Share | Fixed | Points | Tiers | PerArea | PerGroup | PerTrigger | Combined | PerSize


# -- the rest of a rule -----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Rounding:
    """Steps of rounding in their order; ``is_stated`` False when the document does not say."""

    steps: tuple[tuple[int, str], ...] = ()  # (unit in fen, nearest | up | down)
    is_stated: bool = True
    before_multiplier: bool = False


@dataclasses.dataclass(frozen=True)
class Bound:
    """A least or greatest amount; ``grows`` when a multiplier also multiplies the bound."""

    fen: ByArea[Fraction] | None
    groups: Mapping[str, ByArea[Fraction]] = dataclasses.field(default_factory=dict)
    grows: bool = False

    def of(self, group: str, area: str) -> Fraction | None:
        found = self.groups.get(group, self.fen)
        return None if found is None else found.of(area)


@dataclasses.dataclass(frozen=True)
class Deadline:
    """When the money must be paid at the latest; of several the earliest."""

    kind: str  # working_days, month_end, day_of_payment_month, dates
    count: int = 0
    dates: Mapping[Month, dt.date] = dataclasses.field(default_factory=dict)
    otherwise: "Deadline | None" = None


@dataclasses.dataclass(frozen=True)
class Fund:
    """Where a group's money comes from, and by which clause."""

    source: str
    clause: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True)
class GroupTerms:
    """A group as a rule or phase names it, with whatever is special to it."""

    group: str
    base: Base | None = None
    times: Fraction = Fraction(1)
    amount: Formula | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    fund: Fund | None = None
    is_multiplied: bool = True
    unit: str = ""  # person, household; "" as the rule says
    area: str = ""  # only urban or only rural members of the group
    where: str = ""


@dataclasses.dataclass(frozen=True)
class Payment:
    """When and how often: payment month after the index month, month or quarter, months in one payment."""

    months_later: int = 1
    every: str = "month"
    pays_months: int = 1


@dataclasses.dataclass(frozen=True)
class Dedup:
    """How a person in several groups is paid once."""

    take: str = "highest"  # highest, first, sum
    priority: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Paper:
    """The document behind a version or phase."""

    document: str
    clause: str = ""
    url: str = ""
    note: str = ""
    is_verified: bool = True


@dataclasses.dataclass(frozen=True)
class Version:
    """A place's rule for index months ``first`` to ``last``; a part that is None comes from above."""

    place: str
    name: str
    first: Month
    last: Month | None
    paper: Paper
    where: str
    file: str
    start: Condition | None = None
    is_start_local: bool = False
    stop: Condition | None = None
    level: str = ""
    groups: tuple[GroupTerms, ...] = ()
    amount: Formula | None = None
    base: Base | None = None
    rounding: Rounding | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    payment: Payment | None = None
    deadlines: tuple[Deadline, ...] = ()
    funds: Mapping[str, Fund] = dataclasses.field(default_factory=dict)
    dedup: Dedup | None = None
    standard_month: str = ""
    unit: str = ""
    unpaid_months: Mapping[int, str] = dataclasses.field(default_factory=dict)
    decide_within: int = 0
    takes_outer_phases: bool = True
    widens_groups: bool = True
    words: Vocabulary = dataclasses.field(default_factory=Vocabulary)

    def covers(self, month: Month) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


@dataclasses.dataclass(frozen=True)
class Phase:
    """What a document changes for some index months, on top of whatever rule a place has."""

    name: str
    place: str
    first: Month
    last: Month | None
    paper: Paper
    where: str
    file: str
    lines: Mapping[str, ByArea[int]] = dataclasses.field(default_factory=dict)
    groups: tuple[GroupTerms, ...] = ()
    multiplier: Fraction = Fraction(1)
    deadlines: tuple[Deadline, ...] = ()
    amount: Formula | None = None
    minimum: Bound | None = None
    words: Vocabulary = dataclasses.field(default_factory=Vocabulary)

    def covers(self, month: Month) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


@dataclasses.dataclass(frozen=True)
class StandardRow:
    """A standard's value at a place from a month on, as a document says."""

    standard: str
    area: str  # urban, rural, "" for both
    first: Month
    last: Month | None
    fen: Fraction
    source: str
    place: str = ""
    is_verified: bool = True
    where: str = ""

    def covers(self, month: Month) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


@dataclasses.dataclass(frozen=True)
class RuleFile:
    """Everything one file says."""

    file: str
    place: str
    name: str
    versions: tuple[Version, ...]
    phases: tuple[Phase, ...]
    standards: tuple[StandardRow, ...]
    basket: tuple["BasketItem", ...]
    words: Vocabulary
    digest: str
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class BasketItem:
    """What a poor household spends on one thing, per person and month."""

    item: str
    fen: Fraction
    source: str = ""
