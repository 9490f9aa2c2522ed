"""The answer for one month, in a form that prints, goes to JSON and is kept."""

import dataclasses
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from doudi.kernel.periods import Month
from doudi.linkage.model import Dedup
from doudi.linkage.rises import bp_text
from doudi.linkage.rounding import yuan_text
from doudi.linkage.words import AREAS

STATE_WORDS = {
    "started": "启动",
    "not_started": "不启动",
    "blocked": "还不能判断",
    "unpaid_month": "达到条件,本月不单独发放",
}


@dataclasses.dataclass(frozen=True)
class Lack:
    """What is missing, and who can supply it."""

    label: str
    who: str


@dataclasses.dataclass(frozen=True)
class LineSeen:
    """One condition as judged; ``area`` "" when both areas have the same line."""

    series: str
    label: str
    area: str
    value_bp: Fraction | None
    line_bp: int
    met: bool | None
    words: str
    published_on: dt.date | None
    source: str


@dataclasses.dataclass(frozen=True)
class PaperUsed:
    """A document that the answer rests on."""

    of: str
    document: str
    clause: str
    url: str
    note: str
    is_verified: bool


@dataclasses.dataclass(frozen=True)
class AmountRow:
    """What one member of a group is paid; ``area`` "" when urban and rural are the same."""

    group: str
    label: str
    area: str
    size: int | None
    unit: str
    fund: str
    fund_label: str
    fund_clause: str
    amount_fen: int | None = None
    unrounded: Fraction | None = None
    steps: tuple[str, ...] = ()
    missing: tuple[Lack, ...] = ()
    is_verified: bool = True
    persons: int | None = None
    total_fen: int | None = None

    @property
    def title(self) -> str:
        size = f" {self.size} 人户" if self.size else ""
        return f"{AREAS.get(self.area, '')}{self.label}{size}"


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a month's figures mean at a place, and on what it rests."""

    place: str
    name: str
    index_place: str
    index_month: Month
    payment_month: Month
    state: str
    lines: tuple[LineSeen, ...]
    triggered_by: tuple[str, ...]
    papers: tuple[PaperUsed, ...]
    phases: tuple[str, ...]
    multiplier: Fraction
    amounts: tuple[AmountRow, ...]
    missing: tuple[Lack, ...]
    published_on: dt.date | None
    due_on: dt.date | None
    due_words: str
    dedup: Dedup
    decide_within: int
    notes: tuple[str, ...]
    is_verified: bool
    rounding_stated: bool

    @property
    def triggered(self) -> bool | None:
        """Whether the mechanism is started; None when that cannot be said."""
        if self.state == "blocked":
            return None
        return self.state != "not_started"

    @property
    def summary(self) -> str:
        """Say the outcome in one sentence."""
        head = f"{self.name} {self.index_month.words}"
        if self.state == "blocked":
            return f"{head}:还不能判断,缺少{';'.join(one.label for one in self.missing)}"
        by = "、".join(dict.fromkeys(one.label for one in self.lines if one.met))
        if self.state == "not_started":
            return f"{head}:不启动,没有一项条件达到,当月不发"
        if self.state == "unpaid_month":
            return f"{head}:{by} 达到条件,本月不单独发放"
        cause = f"{by} 达到条件" if by else "前期启动后尚未达到中止条件"
        return f"{head}:启动({cause}),{self.payment_month.words}发放价格临时补贴"

    def amount(self, group: str, area: str = "") -> AmountRow | None:
        """Find the row of a group for an area; "" finds the one for both, or the only one."""
        held = [one for one in self.amounts if one.group == group]
        exact = [one for one in held if one.area == area] or [one for one in held if not one.area]
        if exact:
            return exact[0]
        return held[0] if not area and len(held) == 1 else None

    def as_dict(self) -> dict[str, Any]:
        """Lay the answer out for JSON; money in fen and in yuan, exact products as text."""
        return {
            "place": self.place,
            "name": self.name,
            "index_place": self.index_place,
            "index_month": str(self.index_month),
            "payment_month": str(self.payment_month),
            "state": self.state,
            "state_label": STATE_WORDS[self.state],
            "triggered": self.triggered,
            "triggered_by": list(self.triggered_by),
            "summary": self.summary,
            "conditions": [_line(one) for one in self.lines],
            "documents": [
                {
                    "of": one.of,
                    "document": one.document,
                    "clause": one.clause,
                    "url": one.url,
                    "note": one.note,
                    "verified": one.is_verified,
                }
                for one in self.papers
            ],
            "phases": list(self.phases),
            "multiplier": _plain(self.multiplier),
            "amounts": [_amount(one) for one in self.amounts],
            "published_on": _day(self.published_on),
            "due_on": _day(self.due_on),
            "due_words": self.due_words,
            "roster_month": str(self.index_month),
            "dedup": {"take": self.dedup.take, "priority": list(self.dedup.priority)},
            "label": "价格临时补贴",
            "decide_within_working_days": self.decide_within,
            "missing": [{"label": one.label, "who": one.who} for one in self.missing],
            "notes": list(self.notes),
            "verified": self.is_verified,
            "rounding_stated": self.rounding_stated,
        }


def _line(one: LineSeen) -> dict[str, Any]:
    return {
        "series": one.series,
        "label": one.label,
        "area": one.area,
        "value": None if one.value_bp is None else bp_text(one.value_bp),
        "line": bp_text(Fraction(one.line_bp)),
        "met": one.met,
        "text": one.words,
        "published_on": _day(one.published_on),
        "source": one.source,
    }


def _amount(one: AmountRow) -> dict[str, Any]:
    return {
        "group": one.group,
        "label": one.label,
        "area": one.area,
        "area_label": AREAS.get(one.area, "城乡"),
        "household_size": one.size,
        "unit": one.unit,
        "amount_fen": one.amount_fen,
        "amount_yuan": None if one.amount_fen is None else yuan_text(Fraction(one.amount_fen)),
        "unrounded_yuan": None if one.unrounded is None else yuan_text(one.unrounded),
        "steps": list(one.steps),
        "fund_source": one.fund or None,
        "fund_label": one.fund_label,
        "fund_clause": one.fund_clause,
        "persons": one.persons,
        "total_fen": one.total_fen,
        "verified": one.is_verified,
        "missing": [{"label": lack.label, "who": lack.who} for lack in one.missing],
    }


def _plain(value: Fraction) -> str:
    return str(Decimal(value.numerator) / Decimal(value.denominator))


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
