"""Reads of facts: everything known of a county on a day about a day, and one family's facts with their sources."""

import dataclasses
import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection

from doudi.facts.models import Batch
from doudi.kernel.codes import upper

_COLUMNS = {
    "subject_id": pa.int64(),
    "is_person": pa.int8(),
    "name": pa.string(),
    "value_int": pa.int64(),
    "value_text": pa.string(),
    "since": pa.date32(),
    "known_on": pa.date32(),
    "source": pa.string(),
    "batch_id": pa.int64(),
    "id": pa.int64(),
}
# A person without papers who was identified later keeps the facts of both files.
_EXPORT = """
copy (
    select coalesce(p.merged_into_id, f.person_id, f.household_id), (f.person_id is not null)::int, f.name,
           f.value_int, f.value_text, f.since, f.known_on, f.source, f.batch_id, f.id
    from facts_fact f
    left join registry_person p on p.id = f.person_id and p.merged_into_id is not null
    where f.division_code >= %(low)s and f.division_code < %(high)s
      and f.since <= %(about)s and f.known_on <= %(known_on)s and (f.until is null or f.until > %(about)s)
) to stdout (format csv)
"""
_LATEST = """
with said as (
    select * from raw
    union all by name
    select * replace ('wage_before_fen_m' as name) from raw where name = 'wage_fen_m' and since <= $year_before
)
select subject_id as {subject}, name, value_int, value_text, since, known_on, source, batch_id
from said where is_person = {is_person}
qualify row_number() over (partition by subject_id, name order by since desc, known_on desc, id desc) = 1
order by subject_id, name
"""
_ROSTER = """
copy (
    select distinct on (household_id, person_id, programme)
           id, batch_id, household_id, person_id, programme, amount_fen_m, since, division_code
    from facts_rosterline
    where division_code >= %(low)s and division_code < %(high)s
    order by household_id, person_id, programme, batch_id desc, id desc
) to stdout (format csv)
"""
_ROSTER_COLUMNS = {
    "line_id": pa.int64(),
    "batch_id": pa.int64(),
    "household_id": pa.int64(),
    "person_id": pa.int64(),
    "programme": pa.string(),
    "amount_fen_m": pa.int64(),
    "since": pa.date32(),
    "division_code": pa.string(),
}
_FILE_FACTS = """
select distinct on (f.person_id, f.household_id, f.name)
       f.id, coalesce(p.merged_into_id, f.person_id), f.household_id, f.name, f.value_int, f.value_text, f.since,
       f.known_on, f.source, f.said_by, f.batch_id, coalesce(b.file_name, ''), f.row_number
from facts_fact f
left join facts_batch b on b.id = f.batch_id
left join registry_person p on p.id = f.person_id and p.merged_into_id is not null
where (f.household_id = %(household)s or f.person_id = any(%(people)s))
  and f.since <= %(about)s and f.known_on <= %(known_on)s and (f.until is null or f.until > %(about)s)
order by f.person_id, f.household_id, f.name, f.since desc, f.known_on desc, f.id desc
"""
_ENROLLED_TWICE = """
select coalesce(p.name, ''), coalesce(p.id_no_masked, ''), coalesce(h.number, ''), coalesce(h.division_code, ''),
       coalesce(b.file_name, ''), r.row_number
from facts_rejectedrow r
left join facts_batch b on b.id = r.batch_id
left join registry_person p on p.id = r.person_id
left join registry_household h on h.id = r.other_household_id
where r.household_id = %(household)s and r.kind = 'set_aside' and r.other_household_id is not null
  and r.batch_id = (select max(n.batch_id) from facts_rosterline n where n.household_id = %(household)s)
order by r.row_number
"""
_PEOPLE = """
select m.person_id from registry_membership m
where m.household_id = %(household)s and (m.until is null or m.until > m.since)
union
select p.id from registry_membership m join registry_person p on p.merged_into_id = m.person_id
where m.household_id = %(household)s
"""


@dataclasses.dataclass(frozen=True)
class KnownFacts:
    """Arrow tables, one value per subject and name.

    ``persons``: person_id, name, value_int, value_text, since, known_on, source, batch_id;
    ``households`` the same with household_id.
    """

    persons: pa.Table
    households: pa.Table


@dataclasses.dataclass(frozen=True, slots=True)
class FactLine:
    """One statement with where it comes from, for the family file."""

    id: int
    person_id: int | None
    household_id: int | None
    name: str
    value_int: int | None
    value_text: str | None
    since: dt.date
    known_on: dt.date
    source: str
    said_by: str
    batch_id: int | None
    file_name: str
    row_number: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolledTwice:
    """A person of the roster's row that was set aside; who or where is empty when it lies outside the scope."""

    person_name: str
    id_no_masked: str
    other_number: str
    other_division_code: str
    file_name: str
    row_number: int


def facts_as_known(county_code: str, about: dt.date, known_on: dt.date) -> KnownFacts:
    """
    Give what was known on a day about a day, of everyone in the division: the latest since, then
    the latest known, then the latest written.

    The wage of a year before ``about`` comes along as ``wage_before_fen_m``.
    """
    asked = {"low": county_code, "high": upper(county_code), "about": about, "known_on": known_on}
    raw = _copied(_EXPORT, asked, _COLUMNS)
    with duckdb.connect(":memory:") as memory:
        memory.register("raw", raw)
        year_before = {"year_before": _year_before(about)}
        persons, households = (
            memory.execute(_LATEST.format(subject=subject, is_person=flag), year_before).to_arrow_table()
            for subject, flag in (("person_id", 1), ("household_id", 0))
        )
    return KnownFacts(persons, households)


def batches_loaded(county_code: str, known_on: dt.date) -> set[str]:
    """List the kinds of files that the county had loaded by a day."""
    found = Batch.objects.filter(division_code=county_code, known_on__lte=known_on)
    return set(found.values_list("kind", flat=True).distinct())


def roster_awards(county_code: str) -> pa.Table:
    """
    Give the latest roster line of every family or person and programme of a county.

    Columns: line_id, batch_id, household_id, person_id (null for a family's), programme,
    amount_fen_m, since, division_code.
    """
    return _copied(_ROSTER, {"low": county_code, "high": upper(county_code)}, _ROSTER_COLUMNS)


def file_facts(household_id: int, about: dt.date, known_on: dt.date) -> list[FactLine]:
    """List a family's facts, its members' included, one per subject and name; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"household": household_id})
        people = [row[0] for row in cursor.fetchall()]
        asked: dict[str, Any] = {"household": household_id, "people": people, "about": about, "known_on": known_on}
        cursor.execute(_FILE_FACTS, asked)
        return [FactLine(*row) for row in cursor.fetchall()]


def fact_history(fact_ids: Iterable[int]) -> dict[int, int]:
    """Count, for each fact, how many statements of the same subject and name there are."""
    sql = """
        select f.id, (select count(*) from facts_fact o where o.name = f.name
                      and o.person_id is not distinct from f.person_id
                      and o.household_id is not distinct from f.household_id)
        from facts_fact f where f.id = any(%s)
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(fact_ids)])
        return dict(cursor.fetchall())


def enrolled_twice(household_id: int) -> list[EnrolledTwice]:
    """List the people whom the latest roster names in this family although they belong to another one."""
    with connection.cursor() as cursor:
        cursor.execute(_ENROLLED_TWICE, {"household": household_id})
        return [EnrolledTwice(*row) for row in cursor.fetchall()]


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def _copied(sql: str, asked: dict[str, Any], columns: dict[str, pa.DataType]) -> pa.Table:
    """Run a COPY of a query on the open connection, so that it sees this transaction and its scope."""
    with connection.cursor() as cursor:
        out = io.BytesIO()
        with cursor.copy(sql, asked) as copy:
            for block in copy:
                out.write(block)
    if not out.tell():
        return pa.table({name: pa.array([], kind) for name, kind in columns.items()})
    return pa_csv.read_csv(
        pa.py_buffer(out.getvalue()),
        read_options=pa_csv.ReadOptions(column_names=list(columns)),
        convert_options=pa_csv.ConvertOptions(
            column_types=columns, strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
    )
