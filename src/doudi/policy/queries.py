"""Reading the law and what places have recorded on top of it."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from doudi.engine import packs, parameters, switches
from doudi.engine.library import Clause, Document, Library, read_library
from doudi.engine.packs import Law
from doudi.engine.parameters import AREAS, Declaration, ParameterRow, Resolved
from doudi.engine.states import StateRow, condition_of
from doudi.engine.switches import SwitchRow, SwitchState
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.linkage import rulebook
from doudi.policy.models import LocalRule
from doudi.regions import queries as regions

Local = ParameterRow | SwitchRow | StateRow


def law() -> Law:
    """Give the law as the packs say it; read once."""
    return packs.load()


def library() -> Library:
    """Give documents and clauses; read once."""
    return read_library(law().root)


def local_rows(on: dt.date | None = None, known_on: dt.date | None = None) -> list[Local]:
    """List the confirmed local rules, and the states of divisions they may depend on, as the engine's extra rows.

    ``on`` leaves out what is not in force that day; ``known_on`` leaves out what was confirmed later.
    """
    rules = LocalRule.objects.filter(state="confirmed")
    if on is not None:
        rules = rules.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)
    if known_on is not None:
        rules = rules.filter(known_on__lte=known_on)
    return [*(as_row(rule) for rule in rules.order_by("id")), *regions.state_rows(on, known_on)]


def as_row(rule: LocalRule) -> ParameterRow | SwitchRow:
    """Turn a local rule into what the engine resolves."""
    known_on, when = rule.known_on or rule.proposed_on or rule.since, condition_of(rule.condition)
    document = f"{rule.document}({rule.document_number})" if rule.document_number else rule.document
    if rule.kind == "switch":
        return SwitchRow(
            name=rule.name, place=rule.division_code, since=rule.since, until=rule.until, known_on=known_on,
            clause=rule.clause, document=document, programmes=tuple(rule.programmes), settings=dict(rule.settings),
            is_on=rule.is_on, note=rule.note, where=f"地方登记 {rule.pk}", local_id=rule.pk, when=when,
        )  # fmt: skip
    return ParameterRow(
        name=rule.name, place=rule.division_code, area=rule.area, value=rule.value_int, since=rule.since,
        until=rule.until, known_on=known_on, document=document, clause=rule.clause, verified=True, quality="local",
        note=rule.note, published=rule.published, where=f"地方登记 {rule.pk}", local_id=rule.pk, when=when,
    )  # fmt: skip


def local_rules_at(division_code: str, kind: str) -> QuerySet[LocalRule]:
    """List the local rules of a division, of those above it and of those below it."""
    below = Q(division_code__gte=division_code, division_code__lt=codes.upper(division_code))
    above = Q(division_code__in=codes.chain(division_code))
    return LocalRule.objects.filter(below | above, kind=kind).order_by("-recorded_at", "-id")


@dataclasses.dataclass(frozen=True)
class ParameterInForce:
    """A parameter at a place on a day: what it is, and the value with its source, or None."""

    about: Declaration
    area: str
    resolved: Resolved | None


def parameters_in_force(
    place_code: str, area: str, on: dt.date, known_on: dt.date | None = None
) -> list[ParameterInForce]:
    """List every parameter of a place and day in the order of the programmes, as known on a day or by now.

    :raises BadInput: an unknown area, or no pack covers the place or the day.
    """
    if area not in AREAS:
        raise BadInput(f"没有“{area}”这种区域", where="area", next_step="可用:urban 城市、rural 农村")
    book = law().parameters
    extra = local_rows(on, known_on)
    found = book.in_force(place_code, area, on, known_on, extra)
    order = sorted(book.declarations.values(), key=lambda one: (one.programme, one.name))
    return [ParameterInForce(about, area, found[about.name]) for about in order]


def switches_in_force(place_code: str, on: dt.date) -> list[SwitchState]:
    """List the switches that are on at a place."""
    return law().switches.all_in_force(place_code, on, local_rows(on, on))


# -- what depends on a clause ---------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class RuleUse:
    """A rule that cites a clause."""

    name: str
    label: str
    kind: str
    programme: str
    since: dt.date | None
    until: dt.date | None
    where: str
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class ValueUse:
    """A parameter value that cites a clause."""

    name: str
    label: str
    row: ParameterRow


@dataclasses.dataclass(frozen=True)
class Dependents:
    """Everything in force at some time that rests on one clause."""

    clause: Clause
    document: Document
    rules: tuple[RuleUse, ...]
    values: tuple[ValueUse, ...]
    declared: tuple[Declaration, ...]
    switches: tuple[SwitchRow, ...]
    options: tuple[SwitchRow, ...]
    local: tuple[LocalRule, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.rules or self.values or self.declared or self.switches or self.options or self.local)


def clause(clause_id: str) -> Clause:
    """Find a clause.

    :raises BadInput: no clause has this id.
    """
    found = library().clauses.get(clause_id)
    if found is None:
        near = [one for one in library().clauses if clause_id and one.startswith(clause_id.split("-")[0])]
        hint = f"该文件的条款从 {near[0]} 到 {near[-1]}" if near else "可用 doudi policy clauses 查找"
        raise BadInput(f"没有编号为“{clause_id}”的条款", where="条款", next_step=hint)
    return found


def dependents_of(clause_id: str) -> Dependents:
    """
    Collect the rules, values, switches and local decisions that rest on a clause.

    :raises BadInput: no clause has this id.
    """
    about = clause(clause_id)
    present = law()
    rules = tuple(
        RuleUse(rule.name, rule.label, rule.kind, rule.programme, rule.since, rule.until, rule.where)
        for rule in present.every_rule
        if any(cite.id == clause_id for cite in rule.cites)
    )
    book = present.parameters
    values = tuple(ValueUse(row.name, book.label(row.name), row) for row in book.rows if row.clause == clause_id)
    declared = tuple(one for one in book.declarations.values() if one.legal == clause_id)
    switches = tuple(row for row in present.switches.rows if row.clause == clause_id)
    options = tuple(row for row in present.switches.options if row.clause == clause_id)
    local = tuple(LocalRule.objects.filter(clause=clause_id, state="confirmed").order_by("division_code", "since"))
    return Dependents(about, library().documents[about.document], rules, values, declared, switches, options, local)


def expired_basis(on: dt.date) -> dict[str, list[RuleUse]]:
    """Find rules in force on a day that cite a document no longer in force, by document id."""
    texts = library()
    found: dict[str, list[RuleUse]] = {}
    for rule in law().every_rule:
        if not rule.in_force(on):
            continue
        standing = [cite for cite in rule.cites if _stands(texts, cite.document, on)]
        if standing:
            continue
        for cite in rule.cites:
            use = RuleUse(rule.name, rule.label, rule.kind, rule.programme, rule.since, rule.until, rule.where)
            found.setdefault(cite.document, []).append(use)
    return found


def _stands(texts: Library, document_id: str, on: dt.date) -> bool:
    document = texts.documents.get(document_id)
    return document is not None and document.in_force(on)


def problems() -> list[str]:
    """List what is wrong in the packs beyond what loading refuses: clauses nobody knows, texts that are expired."""
    unreadable = _unreadable()
    if unreadable:
        return unreadable
    texts = library()
    present = law()
    found = [
        f"{rule.where}:规则 {rule.name} 引用了条款库没有的 {cite.id}"
        for rule in present.every_rule
        for cite in rule.cites
        if cite.id not in texts.clauses
    ]
    book = present.parameters
    found += [
        f"{row.where}:参数 {row.name} 引用了条款库没有的 {row.clause}"
        for row in book.rows
        if row.clause and row.clause not in texts.clauses
    ]
    found += [
        f"{one.where}:参数 {one.name} 的法律依据 {one.legal} 不在条款库"
        for one in book.declarations.values()
        if one.legal and one.legal not in texts.clauses
    ]
    return found + _problems_of_days(present)


def _unreadable() -> list[str]:
    """List what loading refuses, of every kind of file."""
    root = packs.packs_root()
    found: list[str] = []
    for read in (read_library, parameters.load, switches.load, packs.load, rulebook.load_rules, rulebook.load_indices):
        try:
            read(root)
        except BadInput as error:
            found += error.text.splitlines()
    return list(dict.fromkeys(found))


def _problems_of_days(present: Law) -> list[str]:
    """Build the rule set of every day on which something begins or ends."""
    found = []
    for day in change_days(present):
        try:
            present.rules_on(day)
        except BadInput as error:
            found.append(f"{day}:{error.text}")
        expired = expired_basis(day)
        found += [
            f"{day}:规则 {'、'.join(use.name for use in uses)} 的依据 {document} 当日不在施行"
            for document, uses in expired.items()
        ]
    return found


def change_days(present: Law) -> list[dt.date]:
    """List every day on which a rule, a value, a switch or a document begins or ends."""
    first = present.parameters.packs[0].since
    documents: Iterable[dt.date] = (
        day for one in library().documents.values() for day in (one.since, one.until) if day is not None
    )
    days = {*present.change_days(), *present.parameters.change_days(), *present.switches.change_days(), *documents}
    return sorted(day for day in days | {first} if day >= first)
