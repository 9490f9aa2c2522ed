"""Writing what a batch states: copied into a temporary table, then inserted by one statement.

Nothing here commits: everything happens in the caller's transaction, inside the open scope.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from doudi.facts.checks import Problem
from doudi.facts.models import Batch, RejectedRow
from doudi.kernel.codes import upper


class NewFact(NamedTuple):
    """One statement to be written; exactly one of the two subjects is given."""

    person_id: int | None
    household_id: int | None
    name: str
    value_int: int | None
    value_text: str | None
    since: dt.date
    row_number: int | None
    division_code: str


class NewLine(NamedTuple):
    """One roster line to be written."""

    household_id: int
    person_id: int | None
    programme: str
    amount_fen_m: int
    since: dt.date
    row_number: int
    division_code: str


_STAGE_FACTS = """
create temporary table fact_row (
    person_id bigint, household_id bigint, name text, value_int bigint, value_text text, since date,
    row_number integer, division_code text
) on commit drop
"""
_ADD_FACTS = """
insert into facts_fact (person_id, household_id, name, value_int, value_text, since, until, known_on, source,
                        batch_id, row_number, said_by, division_code, recorded_at)
select person_id, household_id, name, value_int, value_text, since, null, %(known_on)s, %(source)s,
       %(batch)s, row_number, %(said_by)s, division_code, now()
from fact_row
"""
_STAGE_LINES = """
create temporary table roster_row (
    household_id bigint, person_id bigint, programme text, amount_fen_m bigint, since date,
    row_number integer, division_code text
) on commit drop
"""
_ADD_LINES = """
insert into facts_rosterline (batch_id, household_id, person_id, programme, amount_fen_m, since, row_number,
                              division_code)
select %(batch)s, household_id, person_id, programme, amount_fen_m, since, row_number, division_code
from roster_row
"""

# A complete list that no longer names a person says "none" about them; a silent old value would stay otherwise.
_NO_LONGER_LISTED = """
insert into facts_fact (person_id, household_id, name, value_int, value_text, since, until, known_on, source,
                        batch_id, row_number, said_by, division_code, recorded_at)
select old.person_id, null, old.name, 0, null, greatest(%(since)s, old.since), null, %(known_on)s, %(source)s,
       %(batch)s, null, '', old.division_code, now()
from (
    select distinct on (person_id, name) person_id, name, value_int, since, division_code
    from facts_fact
    where name = any(%(names)s) and division_code >= %(low)s and division_code < %(high)s
      and batch_id is distinct from %(batch)s
    order by person_id, name, since desc, known_on desc, id desc
) old
where old.value_int <> 0
  and not exists (select 1 from facts_fact new where new.batch_id = %(batch)s and new.person_id = old.person_id
                  and new.name = old.name)
  and not exists (select 1 from facts_rejectedrow r where r.batch_id = %(batch)s and r.person_id = old.person_id)
"""
_DIGEST = """
select coalesce(encode(sha256(string_agg(row_hash, ''::bytea order by id)), 'hex'), '')
from {table} where batch_id = %(batch)s
"""


def add_batch(batch: Batch, problems: Sequence[Problem]) -> Batch:
    """Write the batch and the rows that were not taken."""
    batch.save(force_insert=True)
    rows = [
        RejectedRow(
            batch=batch,
            row_number=p.row_number,
            field=p.field[:60],
            reason=p.reason[:300],
            kind=p.kind,
            person_id=p.person_id,
            household_id=p.household_id,
            other_household_id=p.other_household_id,
            division_code=p.division_code or batch.division_code,
        )
        for p in problems
    ]
    RejectedRow.objects.bulk_create(rows, batch_size=2_000)
    return batch


def add_facts(batch: Batch, facts: Iterable[NewFact], *, source: str, said_by: str = "") -> int:
    """Write a batch's facts and give how many there are."""
    with connection.cursor() as cursor:
        _stage(cursor, "fact_row", _STAGE_FACTS, facts)
        cursor.execute(
            _ADD_FACTS, {"known_on": batch.known_on, "source": source, "batch": batch.pk, "said_by": said_by}
        )
        count = int(cursor.rowcount)
        cursor.execute("drop table fact_row")
    return count


def add_lines(batch: Batch, lines: Iterable[NewLine]) -> int:
    """Write a roster's lines and give how many there are."""
    with connection.cursor() as cursor:
        _stage(cursor, "roster_row", _STAGE_LINES, lines)
        cursor.execute(_ADD_LINES, {"batch": batch.pk})
        count = int(cursor.rowcount)
        cursor.execute("drop table roster_row")
    return count


def end_unlisted(batch: Batch, names: Sequence[str], since: dt.date, *, source: str) -> int:
    """State "none" for people whom an earlier list named and this one does not."""
    asked: dict[str, Any] = {
        "names": list(names),
        "since": since,
        "known_on": batch.known_on,
        "source": source,
        "batch": batch.pk,
        "low": batch.division_code,
        "high": upper(batch.division_code),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NO_LONGER_LISTED, asked)
        return int(cursor.rowcount)


def digest(batch: Batch) -> str:
    """Give one digest over everything the batch wrote, in order."""
    with connection.cursor() as cursor:
        parts = []
        for table in ("facts_fact", "facts_rosterline"):
            cursor.execute(_DIGEST.format(table=table), {"batch": batch.pk})
            parts.append(str(cursor.fetchone()[0]))
    return ":".join(part for part in parts if part)


def _stage(cursor: Any, table: str, create: str, rows: Iterable[tuple[Any, ...]]) -> None:
    cursor.execute(f"drop table if exists {table}")
    cursor.execute(create)
    with cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)
