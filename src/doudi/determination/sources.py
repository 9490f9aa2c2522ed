"""Collects from the rooms below what a snapshot is built from; a fixed number of queries whatever the size."""

import datetime as dt
import pathlib

import pyarrow as pa
from django.conf import settings

from doudi.determination.held import HeldAwards
from doudi.determination.snapshot import FAMILY_FIELDS, MEMBER_FIELDS, Known
from doudi.determination.tables import fetch
from doudi.facts import queries as facts
from doudi.kernel.codes import at_level, upper
from doudi.registry.enums import RELATION_CODE

MEMBERS = """
select m.person_id, m.household_id, array_position(%(relations)s::text[], m.relation::text) - 1, p.birth_date
from registry_membership m join registry_person p on p.id = m.person_id
where m.division_code >= %(low)s and m.division_code < %(high)s and m.shares_life
  and m.since <= %(on)s and (m.until is null or m.until > %(on)s)
  and (%(household)s::bigint is null or m.household_id = %(household)s)
"""
FAMILIES = """
select h.id, left(h.division_code, 9), h.area = 'rural', h.division_code
from registry_household h
where h.division_code >= %(low)s and h.division_code < %(high)s
  and h.since <= %(on)s and (h.until is null or h.until > %(on)s)
  and (%(household)s::bigint is null or h.id = %(household)s)
"""
COUNTY = 3


def snapshot_root() -> pathlib.Path:
    """Say where snapshots lie."""
    return pathlib.Path(settings.DOUDI_HOME) / "snapshots"


def relation_places() -> list[str]:
    """List the relation words so that a word's place is its code; unused codes have no word."""
    word_of = {code: word for word, code in RELATION_CODE.items()}
    return [word_of.get(code, "") for code in range(max(word_of) + 1)]


def known_of(
    place_code: str, on: dt.date, known_on: dt.date, held: HeldAwards, household_id: int | None = None
) -> Known:
    """Read who lives together on a day and what was known of them, for a division or for one family."""
    asked = {
        "low": place_code,
        "high": upper(place_code),
        "on": on,
        "household": household_id,
        "relations": relation_places(),
    }
    members, families = fetch(MEMBERS, asked, MEMBER_FIELDS), fetch(FAMILIES, asked, FAMILY_FIELDS)
    if household_id is None:
        told = facts.facts_as_known(place_code, on, known_on)
        persons, households = told.persons, told.households
    else:
        persons, households = _file_facts(household_id, on, known_on)
    loaded = facts.batches_loaded(at_level(place_code, COUNTY), known_on)
    return Known(members, families, persons, households, loaded, held)


def _file_facts(household_id: int, on: dt.date, known_on: dt.date) -> tuple[pa.Table, pa.Table]:
    """Give one family's facts in the shape of a county's."""
    lines = facts.file_facts(household_id, on, known_on)
    before = facts.file_facts(household_id, on.replace(year=on.year - 1, day=min(on.day, 28)), known_on)
    kinds = [("value_int", pa.int64()), ("value_text", pa.string()), ("since", pa.date32()), ("known_on", pa.date32())]
    tables = []
    for subject in ("person_id", "household_id"):
        rows = [(getattr(one, subject), one.name, one) for one in lines]
        rows += [(getattr(one, subject), "wage_before_fen_m", one) for one in before if one.name == "wage_fen_m"]
        kept = [
            {"name": name, subject: key, **{k: getattr(one, k) for k, _ in kinds}, "source": one.source}
            for key, name, one in rows
            if key is not None
        ]
        fields = pa.schema([(subject, pa.int64()), ("name", pa.string()), *kinds, ("source", pa.string())])
        tables.append(pa.Table.from_pylist(kept, schema=fields))
    return tables[0], tables[1]
