"""Reads: figures and rules in force, evaluations, decisions, rosters, the ledger, and the lines ready for payment."""

import dataclasses
import datetime as dt
import hashlib
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from doudi.engine import packs
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage import rulebook, rulefile
from doudi.linkage.indices import IndexBook, IndexRow
from doudi.linkage.inforce import NoRule, RuleBook
from doudi.linkage.words import PLAIN_WORDS, Vocabulary
from doudi.prices.models import Decision, Evaluation, GroupList, IndexFigure, Roster, RuleRecord, SubsidyLine

SERIES_SHOWN = ("cpi", "food", "scpi", "grain")
READY = """
select l.id, l.roster_id, l.division_code, l.person_id, l.household_id, l.award_id, l.member_id, l.name, l.group_name,
       l.area, l.amount_fen, l.fund_source, l.fund_clause, l.label, l.index_month, encode(l.row_hash, 'hex'),
       coalesce(p.id_no_masked, m.id_no_masked, ''), coalesce(m.account_masked, ''), coalesce(m.holder_name, ''),
       coalesce(m.bank_name, '')
from prices_subsidyline l
join prices_roster r on r.id = l.roster_id
left join registry_person p on p.id = l.person_id
left join prices_groupmember m on m.id = l.member_id
where r.division_code = %(county)s and r.payment_month = %(first)s
order by l.id
"""


@dataclasses.dataclass(frozen=True)
class ReadyLine:
    """A line that a payment run may take: to whom, how much, from which fund, on what ground.

    ``person_id`` and ``household_id`` lead to the account in the register; someone who came by a list file
    and is not in the register has ``member_id`` alone, with the account of the list.
    """

    line_id: int
    roster_id: int
    division_code: str
    person_id: int | None
    household_id: int | None
    award_id: int | None
    member_id: int | None
    name: str
    group: str
    area: str
    amount_fen: int
    fund_source: str
    fund_clause: str
    label: str
    index_month: dt.date
    row_hash: str
    id_no_masked: str
    account_masked: str
    holder_name: str
    bank_name: str


def lines_ready(county_code: str, month: Month) -> list[ReadyLine]:
    """
    List what is due in a payment month, for the payment run that takes it.

    Grain: one row per line of a frozen roster; a person may have a second line that adds to the first.
    Units: fen. The payment run keeps which ``line_id`` it took; this room does not pay and does not forget.
    """
    with connection.cursor() as cursor:
        cursor.execute(READY, {"county": county_code, "first": month.first_day})
        return [ReadyLine(*row) for row in cursor.fetchall()]


# -- figures and rules ----------------------------------------------------------------------------------


def index_book(place_code: str, known_on: dt.date | None = None) -> IndexBook:
    """Give the confirmed figures of a place and of those above it, as known on a day."""
    figures = IndexFigure.objects.filter(place_code__in=codes.chain(place_code), state="confirmed")
    if known_on is not None:
        figures = figures.filter(confirmed_on__lte=known_on)
    return IndexBook(
        IndexRow(
            one.place_code,
            Month.of(one.month),
            one.series,
            one.value_bp,
            one.published_on,
            one.source,
            one.corrects_id is not None,
            True,
            f"指数 {one.pk}",
            one.confirmed_on,
            one.pk,
        )
        for one in figures.order_by("id")
    )


def rule_book(known_on: dt.date | None = None) -> RuleBook:
    """Give the rules of the packs with the registered files in their places; of one place the latest counts."""
    book = rulebook.load_rules(packs.packs_root())
    for record in _records(known_on):
        book = book.with_file(rulefile.parse(record.text, f"登记的规则 {record.pk}"))
    return book


def _records(known_on: dt.date | None) -> list[RuleRecord]:
    records = RuleRecord.objects.filter(state="confirmed")
    if known_on is not None:
        records = records.filter(confirmed_on__lte=known_on)
    return list(records.order_by("confirmed_on", "id"))


def rule_digest(place_code: str, month: Month, known_on: dt.date | None = None) -> str:
    """Give one digest of all files that speak for a place and month."""
    book = rule_book(known_on)
    rule = book.in_force(place_code, month)
    used = {one.file for one in rule.versions} | {one.file for one in rule.phases}
    texts = sorted(f"{file.file}:{file.digest}" for file in book.files if file.file in used)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def words_at(place_code: str, month: Month, known_on: dt.date | None = None) -> Vocabulary:
    """Give the words of the rules that speak for a place and month."""
    try:
        return rule_book(known_on).in_force(place_code, month).words
    except NoRule:
        return PLAIN_WORDS


def figures_at(place_code: str) -> QuerySet[IndexFigure]:
    """List the figures of one place, the newest month first."""
    return IndexFigure.objects.filter(place_code=place_code).order_by("-month", "series", "-id")


def figures_waiting(scope_code: str) -> QuerySet[IndexFigure]:
    """List the figures that wait for a second person, in a division and below it."""
    return _below(IndexFigure.objects.filter(state="entered"), scope_code).order_by("month", "place_code", "id")


def rule_records(scope_code: str) -> QuerySet[RuleRecord]:
    """List the registered files of a division, of those above it and below it."""
    return _seen(RuleRecord.objects.all(), scope_code).order_by("-id")


def rule_record(record_id: int, scope_code: str) -> RuleRecord:
    """Find a registered file that the division may see.

    :raises BadInput: there is none.
    """
    found = _seen(RuleRecord.objects.filter(pk=record_id), scope_code).first()
    if found is None:
        raise BadInput(f"没有第 {record_id} 号规则文件", next_step="请从列表进入")
    return found


# -- evaluations and decisions ---------------------------------------------------------------------------


def evaluations(scope_code: str) -> QuerySet[Evaluation]:
    """List the evaluations of a division, of those above it and below it, the newest month first."""
    return _seen(Evaluation.objects.all(), scope_code).order_by("-index_month", "-id")


def latest_evaluation(place_code: str, month: Month) -> Evaluation | None:
    """Give the newest evaluation of a place and month."""
    found = Evaluation.objects.filter(place_code=place_code, index_month=month.first_day)
    return found.order_by("-id").first()


def decisions_of(place_code: str, month: Month) -> list[Decision]:
    """List the decisions of a place and month that were not withdrawn."""
    found = Decision.objects.filter(place_code=place_code, index_month=month.first_day).exclude(state="withdrawn")
    return list(found.order_by("id"))


def start_decision(place_code: str, month: Month) -> Decision | None:
    """Give the confirmed start that holds for a place: its own, or that of the nearest place above it."""
    found = Decision.objects.filter(
        place_code__in=codes.chain(place_code), index_month=month.first_day, kind="start", state="confirmed"
    )
    return max(found, key=lambda one: len(one.place_code), default=None)


@dataclasses.dataclass(frozen=True)
class Waiting:
    """An evaluation that demands a decision, and by when."""

    evaluation: Evaluation
    decision: Decision | None
    is_late: bool


def waiting(scope_code: str, on: dt.date) -> list[Waiting]:
    """List what must be decided: starts proposed, and extra costs measured below the line."""
    found = _below(Evaluation.objects.filter(Q(state="started") | Q(decide_by__isnull=False)), scope_code)
    newest: dict[tuple[str, dt.date], Evaluation] = {}
    for one in found.order_by("id"):
        newest[one.place_code, one.index_month] = one
    decided = {
        (one.place_code, one.index_month): one
        for one in _below(Decision.objects.exclude(state="withdrawn").exclude(kind="stop"), scope_code)
    }
    rows = [Waiting(one, decided.get(key), bool(one.decide_by and one.decide_by < on)) for key, one in newest.items()]
    return [row for row in rows if row.decision is None or row.decision.state != "confirmed"]


# -- rosters ------------------------------------------------------------------------------------------------


def rosters(scope_code: str) -> QuerySet[Roster]:
    """List the rosters in scope, the newest month first."""
    return _in(Roster.objects.all(), scope_code).order_by("-index_month", "-number", "division_code")


def roster(roster_id: int) -> Roster | None:
    """Find a roster in scope."""
    return Roster.objects.filter(pk=roster_id).select_related("decision", "evaluation").first()


def roster_lines(roster_id: int) -> QuerySet[SubsidyLine]:
    """List the lines of a roster in their order."""
    return SubsidyLine.objects.filter(roster_id=roster_id).order_by("id")


def group_lists(county_code: str, month: Month) -> list[GroupList]:
    """List the list files of a county and index month."""
    return list(
        GroupList.objects.filter(division_code=county_code, index_month=month.first_day, state="taken").order_by("id")
    )


@dataclasses.dataclass(frozen=True)
class LedgerMonth:
    """A month at a place: how it was judged, what was decided, what was put on rosters."""

    month: Month
    evaluation: Evaluation
    decisions: tuple[Decision, ...]
    line_count: int
    sum_fen: int


def ledger(place_code: str) -> list[LedgerMonth]:
    """List the months of a place that were judged, the newest first, with decisions and sums."""
    newest: dict[dt.date, Evaluation] = {}
    for one in Evaluation.objects.filter(place_code=place_code).order_by("id"):
        newest[one.index_month] = one
    decided: dict[dt.date, list[Decision]] = {}
    chain = Decision.objects.filter(place_code__in=codes.chain(place_code)).exclude(state="withdrawn").order_by("id")
    for decision in chain:
        if decision.place_code == place_code or decision.kind == "start":
            decided.setdefault(decision.index_month, []).append(decision)
    sums: dict[dt.date, dict[str, Any]] = {
        row["index_month"]: row
        for row in _in(Roster.objects.all(), place_code)
        .values("index_month")
        .annotate(lines=Sum("line_count"), fen=Sum("sum_fen"))
    }
    return [
        LedgerMonth(
            Month.of(day),
            one,
            tuple(decided.get(day, ())),
            int(sums.get(day, {}).get("lines") or 0),
            int(sums.get(day, {}).get("fen") or 0),
        )
        for day, one in sorted(newest.items(), reverse=True)
    ]


def _below(rows: QuerySet[Any], scope_code: str) -> QuerySet[Any]:
    return rows.filter(place_code__gte=scope_code, place_code__lt=codes.upper(scope_code))


def _seen(rows: QuerySet[Any], scope_code: str) -> QuerySet[Any]:
    below = Q(place_code__gte=scope_code, place_code__lt=codes.upper(scope_code))
    return rows.filter(below | Q(place_code__in=codes.chain(scope_code)))


def _in(rows: QuerySet[Any], scope_code: str) -> QuerySet[Any]:
    return rows.filter(division_code__gte=scope_code, division_code__lt=codes.upper(scope_code))
