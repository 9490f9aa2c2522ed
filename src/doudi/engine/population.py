"""The people of two files, read block by block for a reckoning that writes nothing.

For questions over everybody (what would a reform do); deciding and keeping is in ``bulk``.
"""

import contextlib
import dataclasses
import itertools
import pathlib
import tempfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from doudi.engine.files import Table, open_table, quoted
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import RuleSet
from doudi.engine.sqlgen import generate
from doudi.kernel import codes
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.packs import Law

BLOCK_PEOPLE = 1_100_000
MEMORY_LIMIT = "650MB"
Progress = Callable[[int, int], None]
Block = tuple[duckdb.DuckDBPyConnection, dict[str, str]]


@dataclasses.dataclass(frozen=True)
class Population:
    """Checked files, open for reading. Person and household tables of a block are made anew for each one."""

    law: "Law"
    con: duckdb.DuckDBPyConnection
    tables: dict[str, Table]
    place_code: str | None

    @property
    def household_count(self) -> int:
        return self.tables[HOUSEHOLD].row_count

    @property
    def person_count(self) -> int:
        return self.tables[PERSON].row_count

    @property
    def places(self) -> list[str]:
        """List the places of the households.

        :raises BadInput: a place code that is none.
        """
        source = self.tables[HOUSEHOLD].select(self.law.inputs, {"place_code"}, self.place_code)
        found = [
            row[0] for row in self.con.execute(f"select distinct place_code from ({source}) order by 1").fetchall()
        ]
        for place in found:
            try:
                codes.check(place or "?")
            except BadInput as error:
                raise BadInput(error.text, where=self.tables[HOUSEHOLD].path.name, next_step=error.step) from error
        return found

    def each_block(self, rules: RuleSet, parameters: pa.Table, progress: Progress | None = None) -> Iterator[Block]:
        """Reckon block after block; gives the connection and the names of the last table of each kind.

        ``parameters``: rows of place_code and is_rural, one column for each parameter of the rule set.
        """
        present = set(parameters.column_names)
        unknown = [n for n in rules.parameters if n not in present or parameters.column(n).null_count]
        self.con.register("parameter_rows", parameters)
        columns = [f"cast({n if n in present else 'null'} as bigint) as {n}" for n in rules.parameters]
        self.con.execute(
            "create or replace temp table parameters as select row_number() over () as place_row, place_code, "
            f"is_rural{''.join(f', {column}' for column in columns)} from parameter_rows"
        )
        plan = generate(rules, unknown, self.law.least_parameters)
        last = {PERSON if one.table[0] == "p" else HOUSEHOLD: one.table for one in plan.statements}
        ranges = _ranges(self.con, self.tables[PERSON])
        for number, scope in enumerate(ranges):
            for entity, name in ((HOUSEHOLD, "households_in"), (PERSON, "persons_in")):
                query = self.tables[entity].select(self.law.inputs, rules.all_needs, self.place_code) + scope
                self.con.execute(f"create or replace temp view {name} as {query}")
            for statement in plan.statements:
                self.con.execute(statement.text)
            yield self.con, last
            if progress:
                progress(number + 1, len(ranges))


@contextlib.contextmanager
def opened(
    law: "Law",
    persons_path: pathlib.Path | str,
    households_path: pathlib.Path | str,
    place_code: str | None = None,
) -> Iterator[Population]:
    """Open and check two files (Parquet or CSV); nothing else on the machine can be reached through them.

    :raises BadInput: names file, column and row.
    """
    paths = {PERSON: pathlib.Path(persons_path).resolve(), HOUSEHOLD: pathlib.Path(households_path).resolve()}
    for path in paths.values():
        if not path.is_file():
            raise BadInput("没有这个文件", where=str(path))
    with tempfile.TemporaryDirectory(prefix="doudi-") as folder, duckdb.connect(":memory:") as con:
        work = pathlib.Path(folder)
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        con.execute(f"set temp_directory = {quoted(work / 'spill')}")
        con.execute(f"set allowed_directories = [{quoted(f'{work}/')}]")
        con.execute(f"set allowed_paths = [{', '.join(quoted(path) for path in paths.values())}]")
        con.execute("set enable_external_access = false")
        tables = {entity: open_table(con, path, entity, law.inputs, work, place_code) for entity, path in paths.items()}
        try:
            yield Population(law, con, tables, place_code)
        except duckdb.Error as error:
            raise BadInput(
                f"计算没有完成:{str(error).splitlines()[0]}", next_step="核对输入里是否有过大的金额;磁盘和内存是否足够"
            ) from error


def _ranges(con: duckdb.DuckDBPyConnection, persons: Table) -> list[str]:
    """Cut the households into blocks of about so many people each."""
    count = -(-persons.row_count // BLOCK_PEOPLE)
    edges: list[int] = []
    if count > 1:
        shares = ", ".join(str(place / count) for place in range(1, count))
        found = con.execute(
            f"select quantile_disc(household_id, [{shares}]) from read_parquet({quoted(persons.path)})"
        ).fetchall()
        edges = sorted(set(found[0][0]))
    limits: list[int | None] = [None, *edges, None]
    ranges = []
    for low, high in itertools.pairwise(limits):
        tests = [f"household_id > {low}"] * (low is not None) + [f"household_id <= {high}"] * (high is not None)
        ranges.append(" where " + " and ".join(tests) if tests else "")
    return ranges
