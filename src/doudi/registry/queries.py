"""Reads of the register, all of them set-based and within the scope that is open."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from doudi.kernel import idno
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.kernel.names import clean_name
from doudi.places import queries as places
from doudi.registry.slips import (
    Account,
    Hit,
    HouseholdFile,
    HouseholdSlip,
    KnownPerson,
    Member,
    PastMembership,
    PersonSlip,
)
from doudi.security import crypto

SHOWN_AT_MOST = 50
HOUSEHOLD_NUMBER = re.compile(r"\d{6}-\d{4}(-\d{0,6})?")

_PERSON = (
    "p.id, p.name, p.sex, p.birth_date, p.id_no_masked, coalesce(p.temporary_number, ''), p.hukou_code, p.hukou_area, "
    "p.division_code, p.merged_into_id"
)
_PERSON_WIDTH = 10
_HOUSEHOLD = (
    "h.id, h.number, h.filed_number, h.head_id, coalesce(k.name, ''), h.area, h.division_code, h.address, h.since, "
    "h.until"
)
_PRESENT = "m.since <= %(on)s and (m.until is null or m.until > %(on)s)"

# Each way of searching is a condition that its own index serves; starts_with is leakproof, LIKE is not.
_WAYS = {
    "id_no": "p.id_no_index = %(index)s",
    "last4": "p.id_no_last4 = %(text)s",
    "sound": "(p.name_initials ^@ %(text)s or p.name_pinyin ^@ %(text)s)",
    "name": "p.name ^@ %(text)s",
    "temporary": "p.temporary_number = %(text)s",
}
_SEARCH = f"""
select {_PERSON}, m.household_id, coalesce(h.number, ''), coalesce(m.relation, '')
from (select * from registry_person p where {{way}} and p.merged_into_id is null
      order by p.name, p.id limit %(limit)s) p
left join registry_membership m on m.person_id = p.id and {_PRESENT}
left join registry_household h on h.id = m.household_id
order by p.name, p.name_pinyin, p.id
"""
_SEARCH_HOUSEHOLD = f"""
select {_PERSON}, m.household_id, h.number, m.relation
from (select * from registry_household h where h.number ^@ %(text)s order by h.number limit %(limit)s) h
join registry_membership m on m.household_id = h.id and {_PRESENT}
join registry_person p on p.id = m.person_id
order by h.number, m.relation <> 'head', m.id
limit %(limit)s
"""
_MEMBERS = f"""
select {_PERSON}, m.household_id, m.relation, m.shares_life, m.since, m.until, m.division_code
from registry_membership m join registry_person p on p.id = m.person_id
where m.household_id = any(%(households)s) and (m.until is null or m.until > m.since) {{when}}
order by m.household_id, m.relation <> 'head', p.birth_date nulls last, p.id
"""


def search(text: str, on: dt.date, *, limit: int = 20) -> list[Hit]:
    """
    Find people by the start of the name, pinyin or initials, the last four characters of the
    identity number, the household number, or the whole identity number; two queries at most.

    A whole number is looked up by its blind index and never logged or shown.
    """
    clean = clean_name(text)
    if not clean:
        return []
    asked: dict[str, Any] = {"text": clean, "on": on, "limit": min(limit, SHOWN_AT_MOST)}
    sql = _SEARCH_HOUSEHOLD if HOUSEHOLD_NUMBER.fullmatch(clean) else _SEARCH.format(way=_way(clean, asked))
    rows = _rows(sql, asked)
    paths = places.path_names({row[8] for row in rows}, on) if rows else {}
    return [Hit(_person(row), row[-3], row[-2], row[-1], paths[row[8]]) for row in rows]


def household_file(household_id: int, on: dt.date) -> HouseholdFile:
    """
    Give one family as it is on a day.

    :raises NotPermitted: no such family, or outside the scope; the two are not told apart.
    """
    found = households([household_id])
    if household_id not in found:
        raise NotPermitted(household_id=household_id)
    family = found[household_id]
    members = _members([household_id], None)
    hukou = {m.person.hukou_code for m in members if m.person.hukou_code}
    return HouseholdFile(
        household=family,
        place_path=places.path_name(family.division_code, on),
        on=on,
        members=[m for m in members if m.is_present(on)],
        others=[m for m in members if not m.is_present(on)],
        accounts=accounts_of(household_id),
        hukou_names=places.path_names(hukou, on) if hukou else {},
    )


def members_on(household_ids: Iterable[int], on: dt.date) -> dict[int, list[Member]]:
    """Give the members of many families on a day, the head first, in one query."""
    wanted = list(household_ids)
    grouped: dict[int, list[Member]] = {household_id: [] for household_id in wanted}
    for member in _members(wanted, on):
        grouped[member.household_id].append(member)
    return grouped


def households(ids: Iterable[int]) -> dict[int, HouseholdSlip]:
    """Give many families by id in one query; those outside the scope are left out."""
    sql = (
        f"select {_HOUSEHOLD} from registry_household h left join registry_person k on k.id = h.head_id "
        "where h.id = any(%(ids)s)"
    )
    return {row[0]: HouseholdSlip(*row) for row in _rows(sql, {"ids": list(ids)})}


def people(ids: Iterable[int]) -> dict[int, PersonSlip]:
    """Give many people by id in one query; those outside the scope are left out."""
    sql = f"select {_PERSON} from registry_person p where p.id = any(%(ids)s)"
    return {row[0]: _person(row) for row in _rows(sql, {"ids": list(ids)})}


def person(person_id: int) -> PersonSlip:
    """
    Give one person.

    :raises NotPermitted: no such person, or outside the scope.
    """
    found = people([person_id])
    if person_id not in found:
        raise NotPermitted(person_id=person_id)
    return found[person_id]


def person_history(person_id: int) -> list[PastMembership]:
    """List the families a person lived in, oldest first; memberships that never held are left out."""
    sql = (
        "select m.household_id, h.number, m.relation, m.since, m.until, m.division_code "
        "from registry_membership m join registry_household h on h.id = m.household_id "
        "where m.person_id = %(person)s and (m.until is null or m.until > m.since) order by m.since, m.id"
    )
    return [PastMembership(*row) for row in _rows(sql, {"person": person_id})]


def find_people(id_numbers: Sequence[str], on: dt.date) -> dict[str, KnownPerson]:
    """Match normalised identity numbers to the register, set-based; numbers nobody here has are left out."""
    numbers = sorted(set(id_numbers))
    number_of = dict(zip(crypto.blind_indexes(numbers), numbers, strict=True))
    sql = f"""
        select p.id_no_index, coalesce(p.merged_into_id, p.id), p.name, m.household_id, p.division_code
        from registry_person p left join registry_membership m on m.person_id = p.id and {_PRESENT}
        where p.id_no_index = any(%(indexes)s)
    """
    rows = _rows(sql, {"indexes": list(number_of), "on": on})
    return {number_of[bytes(index)]: KnownPerson(*rest) for index, *rest in rows}


def standing_ids(person_ids: Iterable[int]) -> dict[int, int]:
    """Map the files of people who were identified later to the file that counts; the rest to themselves."""
    asked = set(person_ids)
    sql = "select id, merged_into_id from registry_person where id = any(%(ids)s) and merged_into_id is not null"
    return {**{one: one for one in asked}, **dict(_rows(sql, {"ids": list(asked)}))}


def accounts_of(household_id: int) -> list[Account]:
    """List a family's accounts, masked, the present ones first."""
    sql = (
        "select id, person_id, account_masked, holder_name, bank_name, since, until from registry_payeeaccount "
        "where household_id = %(household)s and (until is null or until > since) order by until is not null, since, id"
    )
    return [Account(*row) for row in _rows(sql, {"household": household_id})]


def overlapping_memberships() -> list[tuple[int, int, int]]:
    """List ``(person, family, other family)`` that overlap; the database refuses such rows, so this stays empty."""
    sql = """
        select a.person_id, a.household_id, b.household_id
        from registry_membership a join registry_membership b
          on b.person_id = a.person_id and b.id > a.id and daterange(a.since, a.until) && daterange(b.since, b.until)
        order by a.person_id
    """
    return [(row[0], row[1], row[2]) for row in _rows(sql, {})]


def counties_with_people() -> list[str]:
    """List the counties that have registered families inside the scope."""
    sql = "select distinct left(division_code, 6) from registry_household order by 1"
    return [row[0] for row in _rows(sql, {})]


def reveal_id_no(person_id: int) -> str:
    """
    Open a person's identity number; the caller has checked the verb and writes the audit entry.

    :raises NotPermitted: no such person, or outside the scope.
    """
    sql = "select id_no_encrypted, id_no_index from registry_person where id = %(person)s"
    rows = _rows(sql, {"person": person_id})
    if not rows:
        raise NotPermitted(person_id=person_id)
    blob, index = rows[0]
    if blob is None:
        raise BadInput("此人没有身份证号", next_step="待查明身份证号后办理并档")
    return crypto.open_sealed(bytes(blob), bytes(index))


def _way(clean: str, asked: dict[str, Any]) -> str:
    """Choose how to search, and put what that way needs into ``asked``."""
    number = idno.check_all([clean])[0]
    if isinstance(number, idno.IdNumber):
        asked["index"] = crypto.blind_index(number.number)
        return _WAYS["id_no"]
    if re.fullmatch(r"\d{3}[\dXx]", clean):
        asked["text"] = clean.upper()
        return _WAYS["last4"]
    if re.fullmatch(r"T\d{6,}", clean.upper()):
        asked["text"] = clean.upper()
        return _WAYS["temporary"]
    if clean.isascii():
        asked["text"] = clean.lower()
        return _WAYS["sound"]
    return _WAYS["name"]


def _members(household_ids: list[int], on: dt.date | None) -> list[Member]:
    sql = _MEMBERS.format(when=f"and {_PRESENT}" if on else "")
    return [
        Member(row[_PERSON_WIDTH], _person(row), *row[_PERSON_WIDTH + 1 :])
        for row in _rows(sql, {"households": household_ids, "on": on})
    ]


def _person(row: Sequence[Any]) -> PersonSlip:
    return PersonSlip(*row[:_PERSON_WIDTH])


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
