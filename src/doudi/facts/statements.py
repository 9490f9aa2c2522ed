"""From a department's accepted rows to facts about registered people and their families."""

import collections
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from doudi.facts.checks import NOT_REGISTERED, SET_ASIDE, Problem, Stated
from doudi.facts.kinds import SELF_CARE, Kind
from doudi.facts.store import NewFact
from doudi.kernel.names import clean_name
from doudi.registry.rows import AccountRow
from doudi.registry.slips import KnownPerson

TEXT_FACTS = frozenset({"death_date", "disability_card_until", "father_since", "mother_since"})


def match(
    rows: list[Stated], known: Mapping[str, KnownPerson]
) -> tuple[list[tuple[Stated, KnownPerson]], list[Problem]]:
    """Match rows by identity number and check the name; whatever does not fit both is not taken."""
    matched: list[tuple[Stated, KnownPerson]] = []
    problems: list[Problem] = []
    for row in rows:
        person = known.get(row.id_no)
        if person is None:
            reason = "该身份证号不在本县登记的在册和低收入人员之中"
            problems.append(Problem(row.row_number, "身份证号", reason, NOT_REGISTERED))
        elif person.name != row.name and clean_name(person.name) != row.name:
            reason = f"身份证号相符而姓名不同:文件写“{row.name}”,登记为“{person.name}”"
            problems.append(Problem(row.row_number, "姓名", reason, SET_ASIDE, person.person_id))
        else:
            matched.append((row, person))
    return matched, problems


def facts_of(kind: Kind, matched: list[tuple[Stated, KnownPerson]], known_on: dt.date) -> Iterator[NewFact]:
    """State what the rows say. An empty cell states nothing."""
    if kind.counted:
        yield from _counted(kind.counted, matched, known_on)
        return
    told: set[tuple[int, str]] = set()
    for row, person in matched:
        values = _derived(row.values)
        since = min(values.get(kind.since_key) or known_on, known_on)
        for name in kind.person_facts:
            value = values.get(name)
            if value is not None:
                is_text = name in TEXT_FACTS
                yield NewFact(
                    person.person_id,
                    None,
                    name,
                    None if is_text else value,
                    value.isoformat() if is_text else None,
                    since,
                    row.row_number,
                    person.division_code,
                )
        for name in kind.household_facts:
            value = values.get(name)
            if value is not None and person.household_id and (person.household_id, name) not in told:
                told.add((person.household_id, name))
                yield NewFact(None, person.household_id, name, value, None, since, row.row_number, person.division_code)


def own_accounts(matched: list[tuple[Stated, KnownPerson]], since: dt.date) -> list[AccountRow]:
    """Read off the accounts that belong to one person: a child's money goes to the guardian or the institution."""
    return [
        AccountRow(
            household_id=person.household_id,
            person_id=person.person_id,
            account=row.values["account"],
            holder_name=row.values.get("holder_name") or row.name,
            bank_name=row.values.get("bank_name") or "",
            since=since,
        )
        for row, person in matched
        if row.values.get("account") and person.household_id
    ]


def family_disagreements(
    kind: Kind, matched: list[tuple[Stated, KnownPerson]]
) -> tuple[list[tuple[Stated, KnownPerson]], list[Problem]]:
    """Leave out rows that contradict an earlier row about the same family."""
    first: dict[tuple[int, str], tuple[int, int]] = {}
    kept: list[tuple[Stated, KnownPerson]] = []
    problems: list[Problem] = []
    for row, person in matched:
        clash = None
        for name in kind.household_facts:
            value = row.values.get(name)
            if value is None or not person.household_id:
                continue
            number, said = first.setdefault((person.household_id, name), (row.row_number, value))
            if said != value:
                clash = (name, number)
        if clash:
            header = kind.column(clash[0]).header
            reason = f"与第 {clash[1]} 行同一家庭的“{header}”不一致"
            problems.append(Problem(row.row_number, header, reason, SET_ASIDE, person.person_id))
        else:
            kept.append((row, person))
    return kept, problems


def _derived(values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the number of failed self-care items once all six are answered."""
    answers = [values.get(f"care_{n}") for n in range(len(SELF_CARE))]
    if all(answer is not None for answer in answers):
        return {**values, "self_care_failed_count": sum(not answer for answer in answers)}
    return dict(values)


def _counted(name: str, matched: list[tuple[Stated, KnownPerson]], known_on: dt.date) -> Iterator[NewFact]:
    counts = collections.Counter(person.person_id for _row, person in matched)
    seen: set[int] = set()
    for row, person in matched:
        if person.person_id not in seen:
            seen.add(person.person_id)
            count = counts[person.person_id]
            yield NewFact(person.person_id, None, name, count, None, known_on, row.row_number, person.division_code)
