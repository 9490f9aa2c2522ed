"""Reads of standards: the table by scheme, place, area and class with its history, and the rounds of rises."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from doudi.engine import bounds
from doudi.engine.parameters import AREAS, Declaration, ParameterBook, ParameterRow, Resolved
from doudi.engine.words import in_words
from doudi.kernel import codes
from doudi.kernel.errors import NotPermitted
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.standards import amounts, measure
from doudi.standards.amounts import Amount
from doudi.standards.measure import Demand, Line, Measured
from doudi.standards.models import RiseLine, RisePlan

DIBAO = "dibao_standard_fen_m_pc"
RISE_TARGET = "dibao_rise_target_permille"
POVERTY_LINE = "poverty_line_fen_y"
MONTHS_NEEDED = "linkage_months_before_early_rise"
EARLY_CLAUSE = "LN2020-5.3"


@dataclasses.dataclass(frozen=True)
class StandardLine:
    """One published standard: for which place, area and class, from when to when, by which document."""

    about: Declaration
    row: ParameterRow
    until: dt.date | None  # by its own end, or because a newer one took over
    is_in_force: bool

    @property
    def published(self) -> str:
        """Give the figure as its document prints it."""
        return self.row.published or in_words(self.row.value, self.about.unit)

    @property
    def monthly(self) -> str:
        return in_words(self.row.value, self.about.unit)

    @property
    def is_late(self) -> bool:
        """Tell whether it became known only after it began."""
        return self.row.known_on > self.row.since


def schemes() -> list[str]:
    """List the schemes that have published standards, in the order of their packs."""
    found = [one for one in policy.law().parameters.declarations.values() if one.standard]
    return list(dict.fromkeys(one.standard for one in sorted(found, key=lambda one: (one.programme, one.name))))


def standards_table(
    place_code: str, on: dt.date, *, scheme: str = "", area: str = "", with_history: bool = False
) -> list[StandardLine]:
    """List the standards of a place, of those above it and of those below it; all dates when asked for history."""
    book = policy.law().parameters
    wanted = {name: one for name, one in book.declarations.items() if one.standard and scheme in ("", one.standard)}
    local = [row for row in policy.local_rows() if isinstance(row, ParameterRow)]
    found = list(standard_lines(book, [*book.rows, *local], wanted, on))
    chain = codes.chain(place_code)
    kept = [
        line
        for line in found
        if (line.row.place in chain or codes.contains(place_code, line.row.place))
        and (not area or line.row.concerns(area))
        and (with_history or line.is_in_force)
    ]
    order = {name: number for number, name in enumerate(wanted)}
    kept.sort(key=lambda line: line.row.since, reverse=True)
    kept.sort(key=lambda line: (order[line.row.name], line.row.place, line.row.area != "urban"))
    return kept


def standard_lines(
    book: ParameterBook, rows: Iterable[ParameterRow], wanted: dict[str, Declaration], on: dt.date
) -> Iterable[StandardLine]:
    """Put each value beside the day on which it ends or a newer one of its place and area takes over."""
    held: dict[tuple[str, str, str], list[ParameterRow]] = {}
    for row in rows:
        if row.name in wanted:
            held.setdefault((row.name, row.place, row.area), []).append(row)
    for own in held.values():
        own.sort(key=lambda row: (row.since, row.known_on, row.local_id or 0))
        for row, later in zip(own, [*own[1:], None], strict=True):
            ends = [day for day in (row.until, later.since if later else None) if day is not None]
            until = min(ends) if ends else None
            is_in_force = row.since <= on and (until is None or on < until) and row.known_on <= on
            yield StandardLine(wanted[row.name], row, until, is_in_force)


def present_amount(place_code: str, area: str, on: dt.date, standard: str = DIBAO) -> Amount | None:
    """Give the standard in force, as published where its document is known; None where no text gives one."""
    found = policy.law().parameters.resolve(standard, place_code, area, on, None, policy.local_rows(on))
    if found is None or found.value is None:
        return None
    return amounts.read(found.published) if found.published else Amount(found.value, "月")


# -- rounds of rises ------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Yardstick:
    """What a round is measured against at a place on a day: targets by area, poverty line, months needed.

    ``floor`` is None where no text makes the poverty line a floor, or nobody knows it.
    """

    targets: dict[str, int | None]
    floor: Resolved | None
    floor_clause: str
    months_needed: int | None

    def target(self, area: str) -> int | None:
        return self.targets.get(area)

    def floor_fen_y(self, line: Line) -> int | None:
        return self.floor.value if self.floor and line.area == "rural" else None


def yardstick(place_code: str, on: dt.date, extra: Iterable[Any]) -> Yardstick:
    """Read what a round of a place is measured against; ``extra`` are the local rows."""
    book, extra = policy.law().parameters, tuple(extra)
    binding = [
        bound
        for bound in book.bounds
        if bound.parameter == POVERTY_LINE and codes.contains(bound.place, place_code) and bound.since <= on
    ]
    floor = book.resolve(POVERTY_LINE, place_code, "rural", on, None, extra) if binding else None
    targets = {area: book.resolve(RISE_TARGET, place_code, area, on, None, extra) for area in AREAS}
    months = book.resolve(MONTHS_NEEDED, place_code, "rural", on, None, extra)
    return Yardstick(
        targets={area: found.value if found else None for area, found in targets.items()},
        floor=floor,
        floor_clause=binding[0].clause if binding else "",
        months_needed=months.value if months else None,
    )


def measured(lines: list[Line], stick: Yardstick) -> Measured:
    """
    Measure lines against a yardstick.

    :raises BadInput: see :func:`doudi.standards.measure.measure`.
    """
    return measure.measure(lines, stick.target, stick.floor_fen_y)


def plans(division_code: str) -> QuerySet[RisePlan]:
    """List the rounds of a division and below, the newest first."""
    return RisePlan.objects.filter(
        division_code__gte=division_code, division_code__lt=codes.upper(division_code)
    ).order_by("-id")


def plan(plan_id: int) -> RisePlan:
    """Give one round.

    :raises NotPermitted: no such round within the scope.
    """
    found = RisePlan.objects.filter(pk=plan_id).first()
    if found is None:
        raise NotPermitted("无权限:没有这份提标方案,或不在您的辖区")
    return found


def lines_of(one: RisePlan) -> list[RiseLine]:
    """List the lines of a round by place and area."""
    return list(RiseLine.objects.filter(plan=one).order_by("division_code", "-area"))


def as_lines(found: Iterable[RiseLine], on: dt.date) -> list[Line]:
    """Turn stored lines into what is measured, with the names of the day."""
    rows = list(found)
    names = places.names_of({row.division_code for row in rows}, on)
    return [
        Line(
            place=row.division_code, name=names[row.division_code], area=row.area, before_fen_y=row.before_fen_y,
            after_fen_y=row.after_fen_y, recipients=row.recipients, subsidy_fen_y=row.subsidy_fen_y,
        )
        for row in rows
    ]  # fmt: skip


def reform_text(one: RisePlan, found: Iterable[RiseLine]) -> str:
    """Write a round as a reform file, with which the number of newly entitled and the cost are simulated."""
    lines = [
        f"reform: {one.title}",
        f"on: {one.since}",
        "change:",
        *(
            f'  - {{parameter: {one.standard}, place: "{row.division_code}", area: {row.area}, set: {row.after_fen_m}, '
            f"because: 提标方案{one.pk}}}"
            for row in found
        ),
        "must_hold: [nobody_below_before]",
    ]
    return "\n".join(lines) + "\n"


def floor_breach(one: RisePlan, row: RiseLine) -> str:
    """Say which bound of a higher text a line breaks; empty when none."""
    book = policy.law().parameters
    value = ParameterRow(
        name=one.standard, place=row.division_code, area=row.area, value=row.after_fen_m, since=one.since, until=None,
        known_on=one.since, document=one.title, clause="", verified=True, published=row.after,
    )  # fmt: skip
    found = bounds.breaches(book, value, policy.local_rows(one.since))
    return found[0].text if found else ""


def demands_of(one: RisePlan, result: Measured, stick: Yardstick) -> list[Demand]:
    """Lay out the conditions of an early rise; it is held to the area that rises least against its own target."""
    targets = [area for area in result.areas if area.target_permille is not None]
    hardest = min(targets or result.areas, key=lambda area: area.rise - Fraction(area.target_permille or 0, 1000))
    return measure.early_rise(
        months_run=one.months_run or 0,
        months_needed=stick.months_needed,
        approval=one.approval,
        rise=hardest.rise,
        target_permille=hardest.target_permille,
    )


def figures(result: Measured, stick: Yardstick) -> dict[str, Any]:
    """Give the figures of a round as they are kept with it: words, because they must read the same for ever."""
    return {
        "areas": [
            {
                "area": area.area,
                "recipients": area.recipients,
                "before": measure.yuan_a_month(area.before_fen_y),
                "after": measure.yuan_a_month(area.after_fen_y),
                "rise": measure.percent(area.rise),
                "target_permille": area.target_permille,
                "is_met": area.is_met,
            }
            for area in result.areas
        ],
        "ratio": [measure.times(result.overall.before), measure.times(result.overall.after)] if result.overall else [],
        "extra_fen_y": result.extra_fen_y,
        "poverty_line_fen_y": stick.floor.value if stick.floor else None,
    }
