"""One month at one place: was the mechanism started, by what, and what each group is paid, with every step.

Three answers: started, not started, blocked (a figure is missing).  Blocked is never taken for either.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from doudi.kernel import codes
from doudi.kernel.calendar import NO_EXTRA, Extra
from doudi.kernel.periods import Month
from doudi.linkage import compute, deadline
from doudi.linkage.compute import Lacking, Setting, Who
from doudi.linkage.indices import IndexBook, IndexRow
from doudi.linkage.inforce import InForce, RuleBook
from doudi.linkage.model import AREA_NAMES, Fund, GroupTerms, PerSize
from doudi.linkage.result import AmountRow, Evaluation, Lack, LineSeen, PaperUsed
from doudi.linkage.rises import Rises, Seen
from doudi.linkage.standards import Standards
from doudi.linkage.terms import series_in
from doudi.linkage.words import AREAS, FUNDS

STARTED, NOT_STARTED, BLOCKED, UNPAID = "started", "not_started", "blocked", "unpaid_month"
LEVELS = {"province": 1, "prefecture": 2, "county": 3}
ANY_AREA = ""


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked: a place, an index month, and as known on which day."""

    place: str
    month: Month
    known_on: dt.date | None = None
    persons: Mapping[tuple[str, str], int] = dataclasses.field(default_factory=dict)
    extra_days: Extra = dataclasses.field(default_factory=lambda: NO_EXTRA)


def evaluate(rules: RuleBook, indices: IndexBook, standards: Standards, question: Question) -> Evaluation:
    """
    Judge the month and work out the amounts.

    :raises NoRule: no file has a rule for the place and month.
    """
    rule = rules.in_force(question.place, question.month)
    place = index_place(rule, indices)
    rises = Rises(indices, place, question.known_on, rule.words)
    if rule.start is None:
        lack = Lack("启动界线", "当地规则文件(start):上级文件规定由各地确定")
        return _answer(rule, question, rises, BLOCKED, {}, [], [lack])
    verdicts: dict[str, bool | None] = {}
    seen: dict[str, tuple[Seen, ...]] = {}
    for area in AREA_NAMES:
        verdicts[area], seen[area] = _verdict(rules, rule, rises, area, question.month)
    if True not in verdicts.values() and None in verdicts.values():
        return _answer(rule, question, rises, BLOCKED, seen, [], _lacks(seen))
    if True not in verdicts.values():
        return _answer(rule, question, rises, NOT_STARTED, seen, [], [])
    if question.month.number in rule.unpaid_months:
        return _answer(rule, question, rises, UNPAID, seen, [], [])
    if rule.payment.pays_months > 1 and rule.payment.every == "quarter" and question.month.number % 3:
        return _answer(rule, question, rises, UNPAID, seen, [], [])
    setting = Setting(rule, question.month, question.place, rises, standards, seen)
    rows = [row for terms in rule.groups for row in _rows_of(setting, terms, verdicts, question)]
    lacks = [lack for row in rows for lack in row.missing]
    if not rule.groups:
        lacks.append(Lack("保障对象", "当地规则文件(groups)"))
    return _answer(rule, question, rises, STARTED, seen, rows, list(dict.fromkeys(lacks)))


def index_place(rule: InForce, indices: IndexBook) -> str:
    """Name the place whose figures decide: the nearest from the level that starts the mechanism upward.

    Figures of a place above the one whose rule applies are never used, and the nation's only for the nation.
    """
    series = series_in(rule.start)
    lowest = LEVELS.get(rule.level, 3)
    least = max(len(rule.own.place), 0 if not rule.place else 2)
    chain = [code for code in codes.chain(rule.place) if codes.level(code) <= lowest and len(code) >= least]
    if not chain:
        chain = [rule.own.place or rule.place]
    return next((code for code in chain if indices.has(code, series)), chain[0])


def _verdict(
    rules: RuleBook, rule: InForce, rises: Rises, area: str, month: Month
) -> tuple[bool | None, tuple[Seen, ...]]:
    """Judge the month for an area; under a stop condition, a started month goes on until it holds."""
    assert rule.start is not None, "the caller saw to it"
    met, seen = rises.judge(rule.start, area, month)
    if rule.stop is None or met is True:
        return met, tuple(seen)
    running: bool | None = False
    for one in rises.months(series_in(rule.start) | series_in(rule.stop)):
        if one > month or not rule.own.covers(one):
            continue
        running = _goes_on(rule, rises, area, one, running)
    return running, tuple(seen)


def _goes_on(rule: InForce, rises: Rises, area: str, month: Month, running: bool | None) -> bool | None:
    assert rule.start is not None, "the caller saw to it"
    assert rule.stop is not None, "the caller saw to it"
    started, _ = rises.judge(rule.start, area, month)
    if started is True:
        return True
    if running is False:
        return started
    stopped, _ = rises.judge(rule.stop, area, month)
    return None if stopped is None else (False if stopped else running)


# -- amounts ----------------------------------------------------------------------------------------


def _rows_of(
    setting: Setting, terms: GroupTerms, verdicts: Mapping[str, bool | None], question: Question
) -> list[AmountRow]:
    """Work out a group for both areas and, for households, for every size; equal areas make one row."""
    formula = terms.amount or setting.rule.amount
    sizes: list[int | None] = [None]
    if isinstance(formula, PerSize) and (terms.unit or setting.rule.unit) == "household":
        sizes = list(formula.sizes)
    found: list[AmountRow] = []
    for size in sizes:
        rows = [
            _row(setting, terms, area, size, verdicts[area])
            for area in AREA_NAMES
            if terms.area in ("", area) and verdicts[area] is not False
        ]
        found += _joined(rows)
    return [_counted(row, question) for row in found]


def _joined(rows: list[AmountRow]) -> list[AmountRow]:
    """Make one row of two areas that are paid the same."""
    if len(rows) != 2:
        return rows
    urban, rural = rows
    same = (urban.amount_fen, urban.unrounded) == (rural.amount_fen, rural.unrounded)
    lacking = [one.label.replace(AREAS["urban"], "").replace(AREAS["rural"], "") for one in urban.missing]
    rural_lacking = [one.label.replace(AREAS["urban"], "").replace(AREAS["rural"], "") for one in rural.missing]
    if same and lacking == rural_lacking:
        return [dataclasses.replace(urban, area=ANY_AREA)]
    return rows


def _row(setting: Setting, terms: GroupTerms, area: str, size: int | None, verdict: bool | None) -> AmountRow:
    rule = setting.rule
    fund = terms.fund or rule.funds.get(terms.group) or Fund("")
    row = AmountRow(
        group=terms.group,
        label=rule.words.group_label(terms.group),
        area=area,
        size=size,
        unit=terms.unit or rule.unit,
        fund=fund.source,
        fund_label=FUNDS.get(fund.source, ""),
        fund_clause=fund.clause,
    )
    if verdict is None:
        lacks = _lacks({area: setting.seen[area]})
        return dataclasses.replace(row, missing=tuple(lacks))
    who = Who(terms, area, size)
    try:
        worked = compute.amount(setting, who)
    except Lacking as lack:
        return dataclasses.replace(row, missing=(Lack(lack.label, lack.who),))
    assert worked.fen.denominator == 1, "amounts are rounded to whole fen at the latest here"
    return dataclasses.replace(
        row,
        amount_fen=worked.fen.numerator,
        unrounded=compute.unrounded(setting, who),
        steps=worked.steps,
        is_verified=worked.is_verified and rule.is_verified and rule.rounding.is_stated,
    )


def _counted(row: AmountRow, question: Question) -> AmountRow:
    count = question.persons.get((row.group, row.area))
    if count is None and row.area == ANY_AREA:
        parts = [question.persons.get((row.group, area)) for area in AREA_NAMES]
        count = sum(part or 0 for part in parts) if any(part is not None for part in parts) else None
    if count is None or row.amount_fen is None:
        return row
    return dataclasses.replace(row, persons=count, total_fen=count * row.amount_fen)


# -- the answer ---------------------------------------------------------------------------------------


def _lacks(seen: Mapping[str, tuple[Seen, ...]]) -> list[Lack]:
    found = [one.rise for lines in seen.values() for one in lines if one.met is None]
    return list(dict.fromkeys(Lack(one.text, "当地统计调查部门公布后录入") for one in found))


def _lines(rule: InForce, seen: Mapping[str, tuple[Seen, ...]]) -> tuple[LineSeen, ...]:
    found: list[LineSeen] = []
    for area, lines in seen.items():
        for one in lines:
            row = one.rise.rows[-1] if one.rise.rows else None
            found.append(
                LineSeen(
                    series=one.series,
                    label=rule.words.short(one.series),
                    area="" if one.line.at_least_bp.is_one else area,
                    value_bp=one.rise.value,
                    line_bp=one.line.at_least_bp.of(area),
                    met=one.met,
                    words=one.words,
                    published_on=row.published_on if row else None,
                    source=row.source if row else "",
                )
            )
    return tuple(dict.fromkeys(found))


def _published(seen: Mapping[str, tuple[Seen, ...]]) -> dt.date | None:
    """Give the publication that counts: the first one that met a line, else the last of the month."""
    rows: list[tuple[bool, IndexRow]] = [
        (bool(one.met), one.rise.rows[-1]) for lines in seen.values() for one in lines if one.rise.rows
    ]
    met = [row.published_on for is_met, row in rows if is_met and row.published_on]
    days = [row.published_on for _, row in rows if row.published_on]
    return min(met) if met else max(days, default=None)


def _papers(rule: InForce) -> tuple[PaperUsed, ...]:
    names = [*(one.name for one in rule.versions), *(one.name for one in rule.phases)]
    found = [
        PaperUsed(name, one.document, one.clause, one.url, one.note, one.is_verified)
        for name, one in zip(names, rule.papers, strict=True)
    ]
    return tuple(dict.fromkeys(found))


def _answer(
    rule: InForce,
    question: Question,
    rises: Rises,
    state: str,
    seen: Mapping[str, tuple[Seen, ...]],
    rows: list[AmountRow],
    lacks: list[Lack],
) -> Evaluation:
    published = _published(seen)
    due_on, due_words = deadline.due(rule.deadlines, question.month, rule.payment_month, published, question.extra_days)
    lines = _lines(rule, seen)
    notes = list(rule.notes)
    if state == UNPAID:
        reason = rule.unpaid_months.get(question.month.number, "按季发放,季末月一并计算")
        notes.append(f"{question.month.words}达到条件,但不单独发放:{reason}")
    if rises.place != question.place and seen:
        notes.append(f"用 {rises.place} 的指数判断")
    if rule.amount_from is not None and rule.amount_from is not rule.own:
        notes.append(f"数额按 {rule.amount_from.paper.document}")
    return Evaluation(
        place=question.place,
        name=rule.own.name,
        index_place=rises.place,
        index_month=question.month,
        payment_month=rule.payment_month,
        state=state,
        lines=lines,
        triggered_by=tuple(dict.fromkeys(one.series for one in lines if one.met)) if state != BLOCKED else (),
        papers=_papers(rule),
        phases=tuple(one.name for one in rule.phases),
        multiplier=rule.multiplier if state == STARTED else Fraction(1),
        amounts=tuple(rows),
        missing=tuple(lacks),
        published_on=published,
        due_on=due_on if state == STARTED else None,
        due_words=due_words if state == STARTED else "",
        dedup=rule.dedup,
        decide_within=rule.decide_within,
        notes=tuple(notes),
        is_verified=rule.is_verified,
        rounding_stated=rule.rounding.is_stated,
    )
