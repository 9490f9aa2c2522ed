"""How many people are cut into blocks that can be reckoned one by one, anywhere, in any order.

A family is always whole inside a block.  In files where each county's household numbers are a range of
their own (files in the order of places), a block is one or several whole counties; a county that is too
large for a block is cut inside itself.  ``by="county"`` keeps each county apart in any file.
"""

import dataclasses
import itertools
import json
import pathlib

import duckdb

from doudi.engine.files import TABLES, Table, quoted
from doudi.engine.inputs import Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.kernel.errors import BadInput

BLOCK_PEOPLE = 250_000
COUNTY_DIGITS = 6
WAYS = ("", "county")


@dataclasses.dataclass(frozen=True)
class Block:
    """One part of the people: ``scope`` is a condition on the files, ``counties`` are empty when it may be any."""

    number: int
    scope: str
    households: int
    counties: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name it for people: its counties, or its number."""
        if not self.counties or len(self.counties) > 3:
            return f"第 {self.number} 块"
        return "、".join(self.counties)


@dataclasses.dataclass(frozen=True)
class _County:
    code: str
    first: int
    last: int
    households: int


def cut(
    con: duckdb.DuckDBPyConnection,
    tables: dict[str, Table],
    inputs: Inputs,
    work: pathlib.Path,
    by: str = "",
    place_code: str | None = None,
) -> tuple[list[Block], dict[str, Table]]:
    """Cut two files into blocks; also gives the files to read them from.

    Files that are not in the order that the blocks need are written in order into ``work``, once.  The same
    files are always cut alike, and a cut found in ``work`` is used again.

    :raises BadInput: no such way of cutting.
    """
    if by not in WAYS:
        raise BadInput(f"不能按 {by} 分块", where="--by", next_step="可用:county")
    kept = work / "blocks.json"
    counties = _counties(con, tables[HOUSEHOLD], inputs, place_code)
    apart = all(one.last < other.first for one, other in itertools.pairwise(counties))
    one_block = tables[PERSON].row_count <= BLOCK_PEOPLE and not (by and len(counties) > 1)
    sources = tables
    if by and not apart:
        sources = _in_county_order(con, tables, inputs, work, place_code)
    elif not one_block and not all(_is_in_order(con, table) for table in tables.values()):
        sources = _in_household_order(con, tables, work)
    if kept.exists():
        return [Block(**row | {"counties": tuple(row["counties"])}) for row in json.loads(kept.read_text())], sources
    most = max(1, round(BLOCK_PEOPLE * tables[HOUSEHOLD].row_count / tables[PERSON].row_count))
    if one_block:
        codes = tuple(one.code for one in counties) if apart else ()
        blocks = [Block(1, "true", tables[HOUSEHOLD].row_count, codes)]
    elif by or apart:
        blocks = _of_counties(con, sources[HOUSEHOLD], counties, most, by, apart)
    else:
        blocks = _of_ranges(con, sources[HOUSEHOLD], most)
    kept.write_text(json.dumps([dataclasses.asdict(block) for block in blocks]))
    return blocks, sources


def _counties(
    con: duckdb.DuckDBPyConnection, households: Table, inputs: Inputs, place_code: str | None
) -> list[_County]:
    """List the counties with their ranges of household numbers, in the order of the numbers."""
    source = households.select(inputs, {"place_code"}, place_code)
    rows = con.execute(
        f"select coalesce(left(place_code, {COUNTY_DIGITS}), '') as code, min(household_id), max(household_id), "
        f"count(*) from ({source}) group by 1 order by 2, 1"
    ).fetchall()
    return [_County(*row) for row in rows]


def _is_in_order(con: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Tell whether the row groups of a file follow each other by household, as their statistics say."""
    found = con.execute(
        "select count(*) filter (where low < previous), count(*) - count(low) from (select "
        "try_cast(stats_min_value as bigint) as low, "
        "lag(try_cast(stats_max_value as bigint)) over (order by row_group_id) as previous "
        f"from parquet_metadata({quoted(table.path)}) where path_in_schema = 'household_id')"
    ).fetchone()
    return found == (0, 0)


def _ordered_copy(con: duckdb.DuckDBPyConnection, table: Table, work: pathlib.Path, query: str) -> Table:
    path = work / f"{TABLES[table.entity]}.ordered.parquet"
    if not path.exists():
        staged = path.with_suffix(".tmp")
        con.execute(f"copy ({query}) to {quoted(staged)} (format parquet, compression lz4_raw, row_group_size 50000)")
        staged.replace(path)
    return dataclasses.replace(table, path=path)


def _in_household_order(
    con: duckdb.DuckDBPyConnection, tables: dict[str, Table], work: pathlib.Path
) -> dict[str, Table]:
    return {
        entity: _ordered_copy(
            con, table, work, f"select * from read_parquet({quoted(table.path)}) order by household_id"
        )
        for entity, table in tables.items()
    }


def _in_county_order(
    con: duckdb.DuckDBPyConnection,
    tables: dict[str, Table],
    inputs: Inputs,
    work: pathlib.Path,
    place_code: str | None,
) -> dict[str, Table]:
    """Write both files in the order of counties, with the county beside each row."""
    place = tables[HOUSEHOLD].select(inputs, {"place_code"}, place_code)
    county = f"select household_id, left(place_code, {COUNTY_DIGITS}) as block_county from ({place})"
    return {
        entity: _ordered_copy(
            con,
            table,
            work,
            f"select t.*, c.block_county from read_parquet({quoted(table.path)}) t "
            f"left join ({county}) c on c.household_id = t.household_id order by c.block_county, t.household_id",
        )
        for entity, table in tables.items()
    }


def _of_counties(
    con: duckdb.DuckDBPyConnection, households: Table, counties: list[_County], most: int, by: str, apart: bool
) -> list[Block]:
    """Put whole counties together up to the size of a block; cut those that are larger."""
    groups: list[list[_County]] = []
    for one in counties:
        room = most - sum(other.households for other in groups[-1]) if groups else 0
        if groups and not by and one.households <= room:
            groups[-1].append(one)
        else:
            groups.append([one])
    blocks: list[Block] = []
    for group in groups:
        codes = tuple(one.code for one in group)
        scope = f"household_id between {group[0].first} and {group[-1].last}"
        if not apart:
            scope = f"block_county = {quoted(group[0].code)}"
        count = sum(one.households for one in group)
        for inside, share in _pieces(con, households, scope, count, most):
            blocks.append(Block(len(blocks) + 1, scope + inside, share, codes))
    return blocks


def _of_ranges(con: duckdb.DuckDBPyConnection, households: Table, most: int) -> list[Block]:
    """Cut by household number alone; a file like that may have every county in every block."""
    pieces = _pieces(con, households, "true", households.row_count, most)
    return [Block(number, f"true{inside}", share) for number, (inside, share) in enumerate(pieces, 1)]


def _pieces(
    con: duckdb.DuckDBPyConnection, households: Table, scope: str, count: int, most: int
) -> list[tuple[str, int]]:
    """Cut the households of a scope into equal ranges of at most so many; gives the added condition of each."""
    pieces = -(-count // most)
    if pieces == 1:
        return [("", count)]
    step = -(-count // pieces)
    rows = con.execute(
        f"select household_id from (select household_id, row_number() over () as place from "
        f"read_parquet({quoted(households.path)}) where {scope}) where place % {step} = 0 and place < {count}"
    ).fetchall()
    edges: list[int | None] = [None, *sorted({row[0] for row in rows}), None]
    found = []
    for low, high in itertools.pairwise(edges):
        tests = [f"household_id > {low}"] * (low is not None) + [f"household_id <= {high}"] * (high is not None)
        found.append(("".join(f" and {test}" for test in tests), step))
    return found
