"""What holds at a place for an index month: the local rule, what it leaves to the rules above, and the phases.

A phase changes lines, groups, multiplier and deadline without touching the base rule:
a line is only ever lowered, groups are only ever added, and of several multipliers the greatest
counts once.  The later document decides a deadline.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from fractions import Fraction

from doudi.kernel import codes
from doudi.kernel.errors import Refusal
from doudi.kernel.periods import Month
from doudi.linkage.model import (
    Base,
    Bound,
    ByArea,
    Condition,
    Deadline,
    Dedup,
    Formula,
    Fund,
    GroupTerms,
    Line,
    Paper,
    Payment,
    Phase,
    Rounding,
    RuleFile,
    StandardRow,
    Version,
)
from doudi.linkage.terms import series_in
from doudi.linkage.words import Vocabulary

DECIDE_WITHIN = 10
UNSTATED = Rounding(((1, "nearest"),), is_stated=False)


class NoRule(Refusal):
    """No file has a rule for the place and month."""

    message = "{place} 在 {month} 没有价格补贴联动规则"
    next_step = "请先登记当地的规则文件(见 docs/how-to/add-a-price-rule.md)"


@dataclasses.dataclass(frozen=True)
class InForce:
    """The rule of one place and index month, put together; ``versions`` are its sources, nearest first."""

    place: str
    month: Month
    versions: tuple[Version, ...]
    phases: tuple[Phase, ...]
    words: Vocabulary
    start: Condition | None
    start_from: Version | None
    stop: Condition | None
    level: str
    groups: tuple[GroupTerms, ...]
    amount: Formula | None
    amount_from: Version | Phase | None
    base: Base
    rounding: Rounding
    minimum: Bound | None
    maximum: Bound | None
    multiplier: Fraction
    payment: Payment
    deadlines: tuple[Deadline, ...]
    funds: Mapping[str, Fund]
    dedup: Dedup
    standard_month: str
    unit: str
    unpaid_months: Mapping[int, str]
    decide_within: int
    notes: tuple[str, ...]

    @property
    def own(self) -> Version:
        """The nearest version."""
        return self.versions[0]

    @property
    def payment_month(self) -> Month:
        if self.payment.every == "quarter":
            quarter_end = Month(self.month.year, (self.month.number - 1) // 3 * 3 + 3)
            return quarter_end.plus(self.payment.months_later)
        return self.month.plus(self.payment.months_later)

    @property
    def is_verified(self) -> bool:
        return all(one.is_verified for one in self.papers)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """List the documents, nearest first, those of the phases last."""
        return (*(one.paper for one in self.versions), *(one.paper for one in self.phases))


class RuleBook:
    """The rules, phases and standards of several files; immutable."""

    def __init__(self, files: Iterable[RuleFile]) -> None:
        self.files = tuple(files)
        self.versions: tuple[Version, ...] = tuple(one for file in self.files for one in file.versions)
        self.phases: tuple[Phase, ...] = tuple(one for file in self.files for one in file.phases)
        self.standards: tuple[StandardRow, ...] = tuple(one for file in self.files for one in file.standards)

    def with_file(self, file: RuleFile) -> "RuleBook":
        """Give a book in which this file stands for its place, instead of what the book says of it."""
        return RuleBook([*(one for one in self.files if one.place != file.place or not file.place), file])

    def version(self, place: str, month: Month) -> Version | None:
        """Give the version of exactly this place."""
        found = [one for one in self.versions if one.place == place and one.covers(month)]
        return found[-1] if found else None

    def chain(self, place: str, month: Month) -> tuple[Version, ...]:
        """List the versions that speak for a place, nearest first, the nation's last."""
        found = (self.version(code, month) for code in codes.chain(place))
        return tuple(one for one in found if one is not None)

    def in_force(self, place: str, month: Month) -> InForce:
        """
        Put together what holds at a place for an index month.

        :raises NoRule: nobody has a rule for it.
        """
        versions = self.chain(place, month)
        if not versions:
            raise NoRule(place=place or "全国", month=month)
        phases = self._phases(place, month, versions[0])
        return _put_together(place, month, versions, phases)

    def _phases(self, place: str, month: Month, own: Version) -> tuple[Phase, ...]:
        chain = codes.chain(place)
        return tuple(
            phase
            for phase in self.phases
            if phase.place in chain and phase.covers(month) and (own.takes_outer_phases or phase.place == own.place)
        )

    def baskets(self, place: str) -> list[RuleFile]:
        """List the files with a basket that speak for a place, nearest first."""
        chain = codes.chain(place)
        return sorted((one for one in self.files if one.basket and one.place in chain), key=lambda one: -len(one.place))


def _put_together(place: str, month: Month, versions: tuple[Version, ...], phases: tuple[Phase, ...]) -> InForce:
    words = Vocabulary()
    for held in (*(one.words for one in versions), *(one.words for one in phases)):
        words = words.with_(held)
    start_from = next((one for one in versions if one.start is not None or one.is_start_local), None)
    start = start_from.start if start_from is not None else None
    lowered, notes = _lowered(start, phases, words)
    amount, amount_from = _amount(versions, phases)
    minimum = next((one.minimum for one in _nearest(phases) if one.minimum), None)
    return InForce(
        place=place,
        month=month,
        versions=versions,
        phases=phases,
        words=words,
        start=lowered,
        start_from=start_from,
        stop=next((one.stop for one in versions if one.stop is not None), None),
        level=next((one.level for one in versions if one.level), ""),
        groups=_groups(versions, phases),
        amount=amount,
        amount_from=amount_from,
        base=next((one.base for one in versions if one.base is not None), Base()),
        rounding=next((one.rounding for one in versions if one.rounding is not None), UNSTATED),
        minimum=minimum or next((one.minimum for one in versions if one.minimum is not None), None),
        maximum=next((one.maximum for one in versions if one.maximum is not None), None),
        multiplier=max((one.multiplier for one in phases), default=Fraction(1)),
        payment=next((one.payment for one in versions if one.payment is not None), Payment()),
        deadlines=_deadlines(versions, phases, month),
        funds={group: fund for one in reversed(versions) for group, fund in one.funds.items()},
        dedup=next((one.dedup for one in versions if one.dedup is not None), Dedup()),
        standard_month=next((one.standard_month for one in versions if one.standard_month), "index"),
        unit=next((one.unit for one in versions if one.unit), "person"),
        unpaid_months=next((one.unpaid_months for one in versions if one.unpaid_months), {}),
        decide_within=next((one.decide_within for one in versions if one.decide_within), DECIDE_WITHIN),
        notes=tuple(notes),
    )


def _nearest(phases: tuple[Phase, ...]) -> list[Phase]:
    """Order phases so that the most local, then the latest, comes first."""
    return sorted(phases, key=lambda one: (len(one.place), one.first), reverse=True)


def _amount(versions: tuple[Version, ...], phases: tuple[Phase, ...]) -> tuple[Formula | None, Version | Phase | None]:
    sources: list[Version | Phase] = [*_nearest(phases), *versions]
    found = next((one for one in sources if one.amount is not None), None)
    return (found.amount, found) if found is not None else (None, None)


def _groups(versions: tuple[Version, ...], phases: tuple[Phase, ...]) -> tuple[GroupTerms, ...]:
    """Take the nearest list; add what the rules above and the phases name and it does not."""
    source = next((one for one in versions if one.groups), None)
    if source is None:
        found: list[GroupTerms] = []
    else:
        found = list(source.groups)
        if source.widens_groups:
            outer = [terms for one in versions[versions.index(source) + 1 :] for terms in one.groups]
            found += _not_yet(found, [dataclasses.replace(one, base=None, amount=None) for one in outer])
    for phase in phases:
        found += _not_yet(found, phase.groups)
    return tuple(found)


def _not_yet(held: list[GroupTerms], more: Iterable[GroupTerms]) -> list[GroupTerms]:
    names = {one.group for one in held}
    fresh: dict[str, GroupTerms] = {}
    for one in more:
        if one.group not in names:
            fresh.setdefault(one.group, one)
    return list(fresh.values())


def _deadlines(versions: tuple[Version, ...], phases: tuple[Phase, ...], month: Month) -> tuple[Deadline, ...]:
    """Let the later document decide; a day that a notice sets for the month itself always counts."""
    own = next((one for one in versions if one.deadlines), None)
    if own is not None and any(month in one.dates for one in own.deadlines):
        return own.deadlines
    later = max((one for one in phases if one.deadlines), key=lambda one: (one.first, len(one.place)), default=None)
    if later is not None and (own is None or later.first > own.first):
        return later.deadlines
    return own.deadlines if own is not None else ()


def _lowered(
    start: Condition | None, phases: tuple[Phase, ...], words: Vocabulary
) -> tuple[Condition | None, list[str]]:
    """Lower the lines of a condition to those of the phases; say which line a phase leaves to the place."""
    lines: dict[str, ByArea[int]] = {}
    notes: list[str] = []
    for phase in phases:
        for series, line in phase.lines.items():
            held = lines.get(series, line)
            lines[series] = ByArea(min(held.urban, line.urban), min(held.rural, line.rural))
        if phase.lines and start is not None and not set(phase.lines) & series_in(start):
            notes.append(
                f"{phase.name}调低的是 {'、'.join(words.short(one) for one in phase.lines)} 的界线;"
                "本地启动条件不看它,应参照调低后的界线另行规定,现按本地界线判断"
            )
    return (_lower(start, lines) if start is not None and lines else start), notes


def _lower(condition: Condition, lines: Mapping[str, ByArea[int]]) -> Condition:
    if not isinstance(condition, Line):
        return dataclasses.replace(condition, parts=tuple(_lower(one, lines) for one in condition.parts))
    line = lines.get(condition.reading.series)
    if line is None or condition.reading.months > 1:
        return condition
    held = condition.at_least_bp
    lowered = ByArea(min(held.urban, line.urban), min(held.rural, line.rural))
    if lowered == held:
        return condition
    return dataclasses.replace(condition, at_least_bp=lowered, is_strict=False)
