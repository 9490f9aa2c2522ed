"""How a batch of families enters the register: staged once, then merged by statements over the whole set."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from doudi.kernel import codes, idno, names
from doudi.kernel.errors import BadInput
from doudi.registry.enums import AREAS, RELATIONS
from doudi.registry.models import Household, Membership, Person
from doudi.registry.rows import Conflict, FamilyRow, Registered
from doudi.registry.statements import statements
from doudi.security import crypto
from doudi.security.statistics import refresh

STAGED = (
    "n", "household_key", "household_number", "name", "id_index", "id_sealed", "id_masked", "id_last4",
    "temporary_number", "pinyin", "initials", "sex", "birth_date", "relation", "shares_life", "division_code", "area",
    "since", "hukou_code", "hukou_area", "address",
)  # fmt: skip
CONFLICTS = {
    "two_families": "此人当日已在另一家庭{number}",
    "repeated": "同一家庭中重复出现",
    "name_differs": "身份证号相同而姓名不同",
    "registered_elsewhere": "已在其他地区登记",
}


def next_numbers(key: str, count: int) -> int:
    """Take ``count`` numbers of a series and give the last; two transactions never get the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into registry_numberseries as s (key, last) values (%s, %s) "
            "on conflict (key) do update set last = s.last + excluded.last returning last",
            [key, count],
        )
        return int(cursor.fetchone()[0])


def take_in(rows: Sequence[FamilyRow], *, on: dt.date, division_code: str) -> Registered:
    """Stage the rows and merge them.

    :raises BadInput: a row without name, family or a known relation, or outside the division.
    """
    _check(rows, division_code)
    sql = statements("register")
    county = division_code[:6]
    with connection.cursor() as cursor:
        cursor.execute(sql["unstage"])
        cursor.execute(sql["stage"])
        _stage(cursor, rows, on)
        cursor.execute(sql["index_stage"])
        cursor.execute(sql["index_people"])
        cursor.execute("analyze family_row")
        new_people = _identified(cursor, sql)
        refresh(Person)
        new_households = _households(cursor, sql, on, county)
        refresh(Household)
        new_people += _without_papers(cursor, sql, county)
        _mark_doubles(cursor, sql)
        cursor.execute(sql["change_relations"], {"on": on})
        cursor.execute(sql["add_memberships"])
        new_memberships = cursor.rowcount
        refresh(Person, Membership)
        cursor.execute(sql["set_heads"])
        cursor.execute(sql["refresh_households"])
        cursor.execute(sql["answers"])
        answers = cursor.fetchall()
        cursor.execute(sql["unstage"])
    return Registered(
        new_people,
        new_households,
        new_memberships,
        [person for _n, person, *_rest in answers],
        [household for _n, _person, household, *_rest in answers],
        [
            Conflict(n, kind, person, other, CONFLICTS[kind].format(number=f" {number}" if number else ""))
            for n, person, _household, kind, other, number in answers
            if kind
        ],
    )


def _identified(cursor: Any, sql: dict[str, str]) -> int:
    """Match or add the people with an identity number."""
    cursor.execute(sql["match_identified"])
    cursor.execute(sql["match_temporary"])
    cursor.execute(sql["mark_other_name"])
    cursor.execute(sql["mark_other_name_within"])
    cursor.execute(sql["add_identified"])
    added = int(cursor.rowcount)
    cursor.execute(sql["match_identified"])
    cursor.execute(sql["mark_elsewhere"])
    return added


def _households(cursor: Any, sql: dict[str, str], on: dt.date, county: str) -> int:
    """Find each family by its number, the county's own number, or its head; make the rest."""
    cursor.execute(sql["match_household_by_number"])
    cursor.execute(sql["match_household_by_filed_number"], {"county": county, "county_end": codes.upper(county)})
    cursor.execute(sql["match_household_by_head"], {"on": on})
    cursor.execute("analyze family_row")
    # Before families are made: one whose every member belongs elsewhere is not made.
    _mark_doubles(cursor, sql)
    cursor.execute(sql["new_household_keys"])
    count = int(cursor.fetchone()[0])
    if not count:
        return 0
    prefix = f"{county}-{on.year}-"
    cursor.execute(sql["add_households"], {"prefix": prefix, "count": count, "last": next_numbers(prefix, count)})
    cursor.execute(sql["mark_household_elsewhere"])
    return count


def _mark_doubles(cursor: Any, sql: dict[str, str]) -> None:
    """Mark people who appear twice in the batch, or who are in another family already."""
    cursor.execute(sql["mark_repeated"])
    cursor.execute(sql["mark_two_families"])


def _without_papers(cursor: Any, sql: dict[str, str], county: str) -> int:
    """Match people without papers within their family, and number the rest."""
    cursor.execute(sql["match_without_papers"])
    cursor.execute(sql["count_without_papers"])
    count = int(cursor.fetchone()[0])
    if count:
        prefix = f"T{county}"
        last = next_numbers(prefix, count)
        cursor.execute(sql["give_temporary_numbers"], {"prefix": prefix, "count": count, "last": last})
    cursor.execute(sql["add_without_papers"])
    added = int(cursor.rowcount)
    cursor.execute(sql["match_temporary"])
    return added


def _stage(cursor: Any, rows: Sequence[FamilyRow], on: dt.date) -> None:
    with cursor.copy(f"copy family_row ({', '.join(STAGED)}) from stdin") as copy:
        for row in _staged(rows, on):
            copy.write_row(row)


def _staged(rows: Sequence[FamilyRow], on: dt.date) -> Iterator[tuple[object, ...]]:
    numbers = [row.id_no for row in rows if row.id_no]
    indexes = crypto.blind_indexes(numbers)
    secrets = dict(zip(numbers, zip(indexes, crypto.seal_all(numbers, indexes), strict=True), strict=True))
    clean = [names.clean_name(row.name) for row in rows]
    for n, (row, name, (sound, letters)) in enumerate(zip(rows, clean, names.sounds_of(clean), strict=True)):
        index, sealed = secrets.get(row.id_no, (None, None))
        masked = crypto.mask_id_no(row.id_no) if row.id_no else ""
        read = _from_number(row)
        yield (
            n, row.household_key or row.household_number, row.household_number, name, index, sealed, masked,
            row.id_no[-4:], row.temporary_number, sound[:120], letters[:20], *read, row.relation, row.shares_life,
            row.division_code, row.area, row.since or on, row.hukou_code, row.hukou_area, row.address,
        )  # fmt: skip


def _from_number(row: FamilyRow) -> tuple[str, dt.date | None]:
    """Take sex and birth from the number; a person without papers has what the row says."""
    if not row.id_no:
        return row.sex, row.birth_date
    number = row.id_no
    sex = idno.MALE if int(number[16]) % 2 else idno.FEMALE
    return sex, dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _check(rows: Sequence[FamilyRow], division_code: str) -> None:
    for n, row in enumerate(rows, 1):
        wrong = "".join(_wrong(row, division_code))
        if wrong:
            raise BadInput(wrong, where=f"第 {n} 行")


def _wrong(row: FamilyRow, division_code: str) -> Iterable[str]:
    if not row.name.strip():
        yield "缺少姓名;"
    if not (row.household_key or row.household_number):
        yield "缺少家庭编号;"
    if row.relation not in RELATIONS:
        yield f"与户主关系“{row.relation}”无法识别;"
    if row.area not in AREAS:
        yield f"城乡“{row.area}”无法识别;"
    if not codes.contains(division_code, row.division_code):
        yield f"区划 {row.division_code} 不在 {division_code} 之内;"
