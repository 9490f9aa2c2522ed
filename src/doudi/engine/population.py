"""The people of two files, read block by block for a reckoning that writes nothing.

For questions over everybody (what would a reform do); deciding and keeping is in ``bulk``.
"""

import contextlib
import dataclasses
import pathlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

import duckdb
import pyarrow as pa

from doudi.engine import blockrun, blocks, blocktext, dense, local
from doudi.engine.blockrun import Worker
from doudi.engine.files import Table, open_table
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import RuleSet
from doudi.engine.sqlgen import SqlPlan, generate
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.packs import Law

T = TypeVar("T")
Progress = Callable[[int, int], None]
Reader = Callable[[duckdb.DuckDBPyConnection, Mapping[str, str]], T]


@dataclasses.dataclass(frozen=True)
class Population:
    """Checked files, open for reading. Person and household tables of a block are made anew for each one."""

    law: "Law"
    con: duckdb.DuckDBPyConnection
    tables: dict[str, Table]
    place_code: str | None
    work: pathlib.Path

    @property
    def household_count(self) -> int:
        return self.tables[HOUSEHOLD].row_count

    @property
    def person_count(self) -> int:
        return self.tables[PERSON].row_count

    def places(self, rules: RuleSet) -> list[str]:
        """List the places of the households.

        :raises BadInput: a place code that is none.
        """
        return dense.places_of(self.con, self.tables[HOUSEHOLD], rules, self.place_code)

    def reckoned(
        self, rules: RuleSet, parameters: pa.Table, read: "Reader[T]", progress: Progress | None = None
    ) -> list[T]:
        """Reckon every block and read what is wanted of it; gives what was read, block by block.

        ``parameters``: rows of place_code and is_rural, one column for each parameter of the rule set.  ``read`` gets
        the connection and the names of the last table of each kind of subject; it is called in several threads.
        """
        inputs = self.law.inputs
        values = dense.sorted_out(rules, parameters, "")
        known = {name: value for table in self.tables.values() for name, value in table.constants(inputs).items()}
        full = {name for table in self.tables.values() for name in table.never_unknown(inputs)}
        plan = generate(rules, values.unknown, self.law.least_parameters, values.constants | known, full)
        prelude = (blocktext.parameter_table(parameters, values.columns),)
        cut, sources = blocks.cut(self.con, self.tables, inputs, self.work, "", self.place_code)
        source = blocktext.Source(rules, sources, self.place_code)
        readable = [table.path for table in sources.values()]
        workers = local.usual_workers(len(cut))
        done = 0

        def job(scope: str) -> Callable[[Worker], T]:
            def run(worker: Worker) -> T:
                con = worker.ready(self.work, readable, prelude, blockrun.memory_for(workers))
                return _read(con, source.views(scope), plan, read)

            return run

        found = []
        with local.Pool(workers) as pool:
            for future in [pool.begin(job(block.scope)) for block in cut]:
                found.append(future.result())
                done += 1
                if progress:
                    progress(done, len(cut))
        return found


def _read(con: duckdb.DuckDBPyConnection, views: list[str], plan: SqlPlan, read: "Reader[T]") -> T:
    for text in (*views, *(statement.text for statement in plan.statements)):
        con.execute(text)
    last = {PERSON if one.table[0] == "p" else HOUSEHOLD: one.table for one in plan.statements}
    return read(con, last)


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
    with tempfile.TemporaryDirectory(prefix="doudi-") as folder:
        work = pathlib.Path(folder)
        with blockrun.connection(work, paths.values()) as con:
            try:
                tables = {
                    entity: open_table(con, path, entity, law.inputs, work, place_code)
                    for entity, path in paths.items()
                }
                yield Population(law, con, tables, place_code, work)
            except duckdb.Error as error:
                raise BadInput(
                    f"计算没有完成:{str(error).splitlines()[0]}",
                    next_step="核对输入里是否有过大的金额;磁盘和内存是否足够",
                ) from error
