"""The inputs of a determination: who lives together on the day, and what was known of them.

Grain: ``persons`` one row per member who shares the family's life, ``households`` one row per
family with such members, ``facts`` one row per subject and input that somebody stated.
"""

import dataclasses
import datetime as dt
import hashlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Collection

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from doudi.determination.held import HeldAwards
from doudi.engine.inputs import Input, Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.kernel.errors import Upstream

FULL_LISTS = frozenset(
    {"social_insurance", "disability", "deaths", "vehicles", "real_estate", "companies", "children", "veterans"}
)
NAMES = ("persons", "households", "facts")
HELD_ROUTES = {"": 1, "household": 1, "single_person": 2, "phase_out": 3}
EXCLUSIVE_GROUP = 1

MEMBER_FIELDS = pa.schema(
    [
        ("person_id", pa.int64()),
        ("household_id", pa.int64()),
        ("relation_code", pa.int64()),
        ("birth_date", pa.date32()),
    ]
)
FAMILY_FIELDS = pa.schema(
    [
        ("household_id", pa.int64()),
        ("place_code", pa.string()),
        ("is_rural", pa.bool_()),
        ("division_code", pa.string()),
    ]
)

HELD_BY_PERSON = {
    "held_living_subsidy": "disability_living_subsidy",
    "held_care_subsidy": "disability_care_subsidy",
    "held_orphan": "orphan_allowance",
    "held_unattended": "unattended_child_allowance",
    "held_old_age": "old_age_allowance",
    "held_elderly_hardship": "elderly_hardship_subsidy",
    "held_elderly_care": "elderly_care_subsidy",
    "held_veterans": "veterans_pension",
}
DATED_TEXTS = ("birth_date", "disability_card_until", "father_since", "mother_since")
LEANING = {"father_state_months", "mother_state_months"}  # worked out, from a fact of the same name among others
# Whole months since a parent's state began, where no term was stated.
STATE_MONTHS = "greatest(coalesce(f.{0}_state_months, date_sub('month', x.{0}_since, $on), 0), 0)"

# What the snapshot works out itself; every other input is a fact of the same name.
PERSON_COLUMNS = {
    "person_id": "m.person_id",
    "household_id": "m.household_id",
    "age_years": "case when coalesce(m.birth_date, x.birth_date) <= $on "
    "then date_sub('year', coalesce(m.birth_date, x.birth_date), $on) end",
    "is_dead": "coalesce(x.death_date <= $on, false)",
    "relation_code": "m.relation_code",
    "held_tekun": "coalesce(g.tekun, false)",
    "held_tekun_fen_m": "coalesce(g.tekun_fen_m, 0)",
    "is_covered_elsewhere": "coalesce(e.elsewhere, false)",
    "disability_card_valid": "coalesce(x.disability_card_until > $on, true)",
    "father_state_months": STATE_MONTHS.format("father"),
    "mother_state_months": STATE_MONTHS.format("mother"),
    **{name: f"coalesce(g.{name}, false)" for name in HELD_BY_PERSON},
}
HOUSEHOLD_COLUMNS = {
    "household_id": "h.household_id",
    "place_code": "h.place_code",
    "is_rural": "h.is_rural",
    "held_dibao": "d.household_id is not null",
    "held_dibao_fen_m": "coalesce(d.amount_fen_m, 0)",
    "held_dibao_route": "coalesce(d.route_code, 0)",
}
DATED_FACT = "max(try_cast(value_text as date)) filter (where name = '{0}') as {0}"
PERSON_SOURCES = """
with said as ({pivot}),
x as (
    select person_id, {dates},
           min(try_cast(value_text as date)) filter (where name = 'death_date') as death_date
    from person_facts where value_text is not null group by 1),
g as (
    select subject_id as person_id, bool_or(programme = 'tekun') as tekun,
           sum(amount_fen_m) filter (where programme = 'tekun') as tekun_fen_m,
           {held}
    from awards where subject_kind = 'p' group by 1),
e as (
    select m.person_id, true as elsewhere
    from members m join coverage c on c.person_id = m.person_id and c.household_id <> m.household_id
    where c.group_number = {group} group by 1)
select {columns}
from members m
left join said f on f.person_id = m.person_id
left join x on x.person_id = m.person_id
left join g on g.person_id = m.person_id
left join e on e.person_id = m.person_id
order by m.household_id, m.person_id
"""
HOUSEHOLD_SOURCES = """
with said as ({pivot}),
d as (
    select household_id, sum(amount_fen_m) as amount_fen_m, max({routes}) as route_code
    from awards where subject_kind = 'h' and programme = 'dibao' group by 1)
select {columns}, h.division_code
from families h
left join said f on f.household_id = h.household_id
left join d on d.household_id = h.household_id
where h.household_id in (select household_id from members)
order by h.household_id
"""
FACTS = """
select 'p' as subject_kind, f.person_id as subject_id, m.household_id, f.name, f.value_int, f.value_text,
       f.since, f.known_on, f.source
from person_facts f join members m on m.person_id = f.person_id
union all
select 'h', f.household_id, f.household_id, f.name, f.value_int, f.value_text, f.since, f.known_on, f.source
from household_facts f where f.household_id in (select household_id from members)
order by 3, 1, 2, 4
"""


@dataclasses.dataclass(frozen=True)
class Known:
    """Everything a snapshot is built from, as Arrow tables, and which full lists the county has loaded."""

    members: pa.Table
    families: pa.Table
    person_facts: pa.Table
    household_facts: pa.Table
    loaded: Collection[str]
    held: HeldAwards


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The three tables of a snapshot."""

    persons: pa.Table
    households: pa.Table
    facts: pa.Table


@dataclasses.dataclass(frozen=True)
class Filed:
    """A snapshot on disk: where it lies below the snapshot folder, and its hash."""

    path: str
    sha256: str


def build(inputs: Inputs, known: Known, on: dt.date) -> Snapshot:
    """
    Put the inputs of everyone together as they stood on a day.

    Who is not on a full list has none of what it lists, once a file of that kind was loaded; before
    that it is unknown. A fact stated as unknown stays unknown.
    """
    with duckdb.connect(":memory:") as memory:
        memory.execute("set threads = 1")
        for name in ("members", "families", "person_facts", "household_facts"):
            memory.register(name, getattr(known, name))
        memory.register("awards", known.held.awards)
        memory.register("coverage", known.held.coverage)
        loaded = set(known.loaded)
        found = memory.execute("select count(*) from person_facts where name = 'wage_before_fen_m'").fetchone()
        if not (found and found[0]):
            loaded.discard("wage a year before")
        else:
            loaded.add("wage a year before")
        routes = "case route " + " ".join(f"when '{k}' then {v}" for k, v in HELD_ROUTES.items()) + " else 1 end"
        persons = PERSON_SOURCES.format(
            pivot=_pivot("person", inputs.of(PERSON), set(PERSON_COLUMNS) - LEANING),
            columns=_columns(inputs.of(PERSON), PERSON_COLUMNS, loaded),
            group=EXCLUSIVE_GROUP,
            dates=", ".join(DATED_FACT.format(name) for name in DATED_TEXTS),
            held=", ".join(f"bool_or(programme = '{value}') as {name}" for name, value in HELD_BY_PERSON.items()),
        )
        households = HOUSEHOLD_SOURCES.format(
            pivot=_pivot("household", inputs.of(HOUSEHOLD), HOUSEHOLD_COLUMNS),
            columns=_columns(inputs.of(HOUSEHOLD), HOUSEHOLD_COLUMNS, loaded),
            routes=routes,
        )
        return Snapshot(
            memory.execute(persons, {"on": on}).to_arrow_table(),
            memory.execute(households).to_arrow_table(),
            memory.execute(FACTS).to_arrow_table(),
        )


def _pivot(subject: str, inputs: Collection[Input], own: Collection[str]) -> str:
    names = [one.name for one in inputs if one.name not in own and not one.is_of_application]
    parts = [
        f"max(value_int) filter (where name = '{name}') as {name}, bool_or(name = '{name}') as {name}_said"
        for name in names
    ]
    return f"select {subject}_id, {', '.join(parts)} from {subject}_facts group by 1"


def _columns(inputs: Collection[Input], own: dict[str, str], loaded: Collection[str]) -> str:
    parts = []
    for one in inputs:
        value = own.get(one.name)
        if value is None:
            value = "null" if one.is_of_application else f"f.{one.name}"
            source = "wage a year before" if one.name == "wage_before_fen_m" else one.feed
            if one.feed in FULL_LISTS and source in loaded:
                value = f"case when f.{one.name}_said then f.{one.name} else 0 end"
            value = f"({value}) <> 0" if one.type == "bool" else value
            if one.default is not None:
                value = f"coalesce({value}, {str(one.default).lower()})"
        parts.append(f"cast({value} as {one.sql_type}) as {one.name}")
    return ", ".join(parts)


# -- files ----------------------------------------------------------------------------------


def file_away(snapshot: Snapshot, root: pathlib.Path, place: str) -> Filed:
    """Write the snapshot once as Parquet, read-only; the same content lands on the same path."""
    folder = root / place
    folder.mkdir(parents=True, exist_ok=True)
    staged = pathlib.Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))
    try:
        for name in NAMES:
            pq.write_table(getattr(snapshot, name), staged / f"{name}.parquet", compression="zstd", row_group_size=4096)
        sha256 = digest_of(staged)
        target = folder / sha256[:16]
        if not target.exists():
            for name in NAMES:
                (staged / f"{name}.parquet").chmod(0o440)
            os.replace(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Filed(f"{place}/{sha256[:16]}", sha256)


def digest_of(folder: pathlib.Path) -> str:
    """Hash the three files of a snapshot together.

    :raises Upstream: a file is gone.
    """
    found = hashlib.sha256()
    for name in NAMES:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise Upstream(f"快照文件 {path} 不见了", next_step="请从备份恢复快照文件夹")
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()
