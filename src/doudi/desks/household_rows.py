"""The roster of families as a list: one query for the page, one for the count, whatever the number of rows."""

import dataclasses
import datetime as dt
from typing import Any

from django.db import connection

from doudi.kernel.codes import upper
from doudi.kernel.names import clean_name
from doudi.kernel.programmes import PROGRAMME_LABEL

PAGE_SIZE = 50
EXPORT_AT_MOST = 50_000
NONE, ANY = "none", ""

_FROM = """
from registry_household h
left join registry_person k on k.id = h.head_id
where h.division_code >= %(low)s and h.division_code < %(high)s
  and h.since <= %(on)s and (h.until is null or h.until > %(on)s)
  and (%(area)s = '' or h.area = %(area)s)
  and (%(name)s = '' or k.name ^@ %(name)s)
  and (%(programme)s = '' or
       (%(programme)s = 'none') <> exists (
           select 1 from benefits_award a
           where a.household_id = h.id and (%(programme)s = 'none' or a.programme = %(programme)s)
             and a.since <= %(on)s and (a.until is null or a.until > %(on)s)))
"""
_COUNT = "select count(*) " + _FROM
_PAGE = f"""
select page.*, members.count, coalesce(awards.programmes, ''), awards.amount_fen_m
from (
    select h.id, h.number, coalesce(k.name, '') as head, h.area, h.division_code {_FROM}
    order by h.division_code, h.number limit %(limit)s offset %(offset)s
) page
cross join lateral (
    select count(*) as count from registry_membership m
    where m.household_id = page.id and m.since <= %(on)s and (m.until is null or m.until > %(on)s)
) members
left join lateral (
    select string_agg(distinct a.programme, ',') as programmes, sum(a.amount_fen_m) as amount_fen_m
    from benefits_award a
    where a.household_id = page.id and a.since <= %(on)s and (a.until is null or a.until > %(on)s)
) awards on true
order by page.division_code, page.number
"""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What the list is asked for."""

    place: str
    on: dt.date
    area: str = ANY
    programme: str = ANY
    name: str = ANY

    def asked(self, **more: Any) -> dict[str, Any]:
        return {
            "low": self.place,
            "high": upper(self.place),
            "on": self.on,
            "area": self.area,
            "programme": self.programme,
            "name": clean_name(self.name),
            **more,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One family of the list with what it receives this month."""

    id: int
    number: str
    head_name: str
    area: str
    division_code: str
    member_count: int
    programmes: list[str]
    amount_fen_m: int | None

    @property
    def programme_words(self) -> str:
        return "、".join(PROGRAMME_LABEL.get(name, name) for name in self.programmes)


def count_of(wanted: Wanted) -> int:
    """Count the families that fit."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, wanted.asked())
        return int(cursor.fetchone()[0])


def rows_of(wanted: Wanted, *, limit: int, offset: int = 0) -> list[HouseholdRow]:
    """Give a stretch of the families that fit, by place and number."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, wanted.asked(limit=limit, offset=offset))
        return [
            HouseholdRow(
                household_id,
                number,
                head_name,
                area,
                division_code,
                member_count,
                sorted(filter(None, programmes.split(","))),
                None if fen is None else int(fen),
            )
            for household_id, number, head_name, area, division_code, member_count, programmes, fen in cursor.fetchall()
        ]
