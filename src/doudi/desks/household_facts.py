"""A family's facts as the file shows them: in words, with source, age and who can supply what is unknown."""

import dataclasses
import datetime as dt

from doudi.engine import packs
from doudi.engine.inputs import Input
from doudi.facts import queries as facts
from doudi.facts.kinds import KINDS
from doudi.facts.queries import FactLine
from doudi.kernel.money import yuan
from doudi.registry.slips import Member

UNIT_WORDS = {"fen": "元", "fen/month": "元/月", "fen/year": "元/年", "years": "岁", "count": ""}
LISTED_BY = {
    name: kind.label
    for kind in KINDS.values()
    if kind.is_full_list
    for name in (*kind.person_facts, *([kind.counted] if kind.counted else []))
}
SURVEYED = [name for kind in KINDS.values() if not kind.is_full_list for name in kind.person_facts]
HOUSEHOLD = KINDS["home_survey"].household_facts
EXTRA_LABELS = {
    "death_date": "死亡日期",
    "birth_date": "出生日期",
    "disability_card_until": "残疾人证有效期至",
    "father_since": "父亲状况起始日",
    "mother_since": "母亲状况起始日",
}


@dataclasses.dataclass(frozen=True)
class ShownFact:
    """One line: a value in words or None when nobody has said it."""

    name: str
    label: str
    value: str | None
    source: str = ""
    since: dt.date | None = None
    known_on: dt.date | None = None
    age: str = ""
    is_stale: bool = False
    batch_id: int | None = None
    row: str = ""
    who: str = ""


@dataclasses.dataclass(frozen=True)
class FactSheet:
    """The facts of one subject: what is known, what is not, and what the complete lists do not name."""

    title: str
    person_id: int | None
    known: list[ShownFact]
    unknown: list[ShownFact]
    not_listed: list[str]


def inputs_by_name() -> dict[str, Input]:
    """Give the declared inputs by name, for labels, units and who can supply them."""
    return {one.name: one for one in packs.load().inputs.rows}


def value_words(fact: FactLine, declared: Input | None) -> str:
    """Write a value the way people read it."""
    if fact.value_text is not None:
        return fact.value_text
    if fact.value_int is None:
        return "经查仍不清楚"
    if declared is None:
        return str(fact.value_int)
    if declared.type == "bool":
        return "是" if fact.value_int else "否"
    if declared.values:
        return declared.values.get(fact.value_int, str(fact.value_int))
    if declared.unit.startswith("fen"):
        return f"{yuan(fact.value_int)} {UNIT_WORDS.get(declared.unit, '元')}"
    return f"{fact.value_int} {UNIT_WORDS.get(declared.unit, declared.unit)}".strip()


def _shown(fact: FactLine, declared: Input | None, today: dt.date) -> ShownFact:
    days = (today - fact.known_on).days
    stale_days = declared.stale_days if declared else None
    said_by = f" · {fact.said_by}" if fact.said_by else ""
    return ShownFact(
        name=fact.name,
        label=declared.label if declared else EXTRA_LABELS.get(fact.name, fact.name),
        value=value_words(fact, declared),
        source=f"{fact.source}{said_by}",
        since=fact.since,
        known_on=fact.known_on,
        age="今天获知" if days == 0 else f"{days} 天前获知",
        is_stale=stale_days is not None and (today - max(fact.since, fact.known_on)).days > stale_days,
        batch_id=fact.batch_id,
        row=f"{fact.file_name} 第 {fact.row_number} 行" if fact.file_name and fact.row_number else fact.file_name,
    )


def sheets_of(household_id: int, members: list[Member], county_code: str, today: dt.date) -> list[FactSheet]:
    """Give the family's own facts first, then each member's."""
    declared = inputs_by_name()
    lines = facts.file_facts(household_id, today, today)
    loaded = facts.batches_loaded(county_code, today)
    sheets = [_sheet("家庭", None, [f for f in lines if f.household_id], HOUSEHOLD, declared, set(), today)]
    for member in members:
        own = [f for f in lines if f.person_id == member.person.id]
        sheets.append(_sheet(member.person.name, member.person.id, own, SURVEYED, declared, loaded, today))
    return sheets


def _sheet(
    title: str,
    person_id: int | None,
    lines: list[FactLine],
    expected: tuple[str, ...] | list[str],
    declared: dict[str, Input],
    loaded: set[str],
    today: dt.date,
) -> FactSheet:
    known = [_shown(fact, declared.get(fact.name), today) for fact in lines]
    names = {fact.name for fact in lines}
    labels = {kind.label for kind in KINDS.values() if kind.name in loaded}
    missing = [declared[name] for name in expected if name in declared]
    not_listed = []
    if person_id is not None:
        listed = {LISTED_BY[name] for name in names if name in LISTED_BY}
        not_listed = sorted({label for label in LISTED_BY.values() if label in labels and label not in listed})
        missing += [declared[n] for n, label in LISTED_BY.items() if label not in labels and n in declared]
    asked = [one for one in missing if one.name not in names and one.default is None]
    unknown = [ShownFact(one.name, one.label, None, who=one.ask) for one in asked]
    order = list(declared)
    known.sort(key=lambda fact: order.index(fact.name) if fact.name in order else len(order))
    return FactSheet(title, person_id, known, unknown, not_listed)
