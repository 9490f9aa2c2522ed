"""One block as a task: everything it needs is text and paths, so that it can run in any process on any machine.

A task writes its results as parts and, last of all, a small note that it is done; a task whose note is
there is not run again.
"""

import contextlib
import dataclasses
import json
import pathlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

import duckdb

from doudi.engine.blocktext import SETTINGS, VIEWS, copy
from doudi.engine.files import TABLES, quoted
from doudi.engine.rule import PERSON
from doudi.engine.ruleset import OUTCOME_NAMES
from doudi.engine.sqlresults import KEYS

MEMORY_MIB = 650
LEAST_MIB = 200
LOST, MISPLACED, DOUBLED = "lost", "misplaced", "doubled"


def memory_for(workers: int) -> int:
    """Give the memory that each of so many workers may use."""
    return max(LEAST_MIB, MEMORY_MIB // workers)


@contextlib.contextmanager
def connection(
    work: pathlib.Path, readable: Iterable[pathlib.Path], threads: int = 0, memory_mib: int = MEMORY_MIB
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB that can touch the work folder and the given files, and nothing else."""
    con = opened(work, readable, threads, memory_mib)
    try:
        yield con
    finally:
        con.close()


def opened(
    work: pathlib.Path, readable: Iterable[pathlib.Path], threads: int = 0, memory_mib: int = MEMORY_MIB
) -> duckdb.DuckDBPyConnection:
    """Open as :func:`connection` does; the caller closes."""
    con = duckdb.connect(":memory:")
    if threads:
        con.execute(f"set threads = {threads}")
    con.execute(f"set memory_limit = '{memory_mib}MiB'")
    con.execute(f"set temp_directory = {quoted(work / 'spill')}")
    con.execute(f"set allowed_directories = [{quoted(str(work) + '/')}]")
    con.execute(f"set allowed_paths = [{', '.join(quoted(path) for path in readable)}]")
    con.execute("set enable_external_access = false")
    con.execute(SETTINGS)
    con.execute("set lock_configuration = true")
    return con


@dataclasses.dataclass(frozen=True)
class Task:
    """One block ready to run.

    ``queries`` give the results in the order of the files, ``ordered`` in the order of their keys;
    ``outcomes`` name, by kind of subject, each programme and the column with its outcome.
    """

    number: int
    work: pathlib.Path
    readable: tuple[pathlib.Path, ...]
    prelude: tuple[str, ...]
    views: tuple[str, ...]
    statements: tuple[str, ...]
    queries: dict[str, str]
    ordered: dict[str, str]
    last_tables: dict[str, str]
    outcomes: dict[str, dict[str, str]]
    memory_mib: int

    @property
    def parts(self) -> dict[str, pathlib.Path]:
        return {name: self.work / f"{name}-{self.number:05d}.part.parquet" for name in self.queries}

    @property
    def note(self) -> pathlib.Path:
        return self.work / f"block-{self.number:05d}.json"

    def counts(self) -> dict[str, int] | None:
        """Give what the note of a finished task says, None when it has yet to run."""
        if self.note.exists() and all(part.exists() for part in self.parts.values()):
            return dict(json.loads(self.note.read_text()))
        return None


class Worker:
    """Runs tasks one after another on a connection of its own, on one processor."""

    def __init__(self) -> None:
        self._con: duckdb.DuckDBPyConnection | None = None
        self._prelude: tuple[str, ...] = ()
        self._is_ordered = True
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Break off what is running; called from another thread."""
        with self._lock:
            if self._con is not None:
                self._con.interrupt()

    def close(self) -> None:
        with self._lock:
            if self._con is not None:
                self._con.close()
            self._con = None

    def run(self, task: Task) -> dict[str, int]:
        """Run a task and note that it is done; gives its counts, ``LOST`` among them when somebody was lost or doubled.

        The parts come in the order of the files.  That is checked; what is not in order is put in order.
        """
        con = self.ready(task.work, task.readable, task.prelude, task.memory_mib)
        for text in (*task.views, *task.statements):
            con.execute(text)
        staged = {name: part.with_suffix(".tmp") for name, part in task.parts.items()}
        for name, query in task.queries.items():
            con.execute(copy(query if self._is_ordered else task.ordered[name], staged[name]))
        counts = self._checked(con, task, staged)
        for statement in task.statements:
            con.execute(f"drop table {statement.split()[5]}")
        if not counts.get(LOST):
            for name, path in staged.items():
                path.replace(task.parts[name])
            note = task.note.with_suffix(".tmp")
            note.write_text(json.dumps(counts))
            note.replace(task.note)
        return counts

    def ready(
        self, work: pathlib.Path, readable: Iterable[pathlib.Path], prelude: tuple[str, ...], memory_mib: int
    ) -> duckdb.DuckDBPyConnection:
        """Give the worker's connection, opened at the first call, with the prelude run once."""
        with self._lock:
            if self._con is None:
                self._con = opened(work, readable, 1, memory_mib)
        if self._prelude != prelude:
            for text in prelude:
                self._con.execute(text)
            self._prelude = prelude
        return self._con

    def _checked(self, con: duckdb.DuckDBPyConnection, task: Task, staged: dict[str, pathlib.Path]) -> dict[str, int]:
        """Count what came out; nobody may be lost or doubled, and the rows stand in the order of their keys."""
        counts: dict[str, int] = {}
        faults = 0
        for entity, keys in KEYS.items():
            name = TABLES[entity]
            order = tuple(reversed(keys))
            found = _counted(con, _relation(task, staged, entity), order, task.outcomes[entity])
            if found[MISPLACED]:
                self._is_ordered = False
                _put_in_order(con, staged[name], order)
                found = _counted(con, _relation(task, staged, entity), order, task.outcomes[entity])
            counts |= {name: found.pop("")}
            faults += found.pop(DOUBLED)
            counts |= {label: count for label, count in found.items() if label != MISPLACED}
        read = con.execute(f"select count(*) from {VIEWS[PERSON]}").fetchall()[0][0]
        return counts | ({LOST: 1} if faults or read != counts[TABLES[PERSON]] else {})


def _relation(task: Task, staged: dict[str, pathlib.Path], entity: str) -> str:
    name = TABLES[entity]
    if name in staged:
        return f"read_parquet({quoted(staged[name])})"
    return f"(from {task.last_tables[entity]} order by {', '.join(reversed(KEYS[entity]))})"


def _counted(
    con: duckdb.DuckDBPyConnection, relation: str, keys: Sequence[str], outcomes: Mapping[str, str]
) -> dict[str, int]:
    """Count rows, rows before their place, keys given twice, and outcomes, in one pass."""
    before = ", ".join(f"lag({key}) over () as before_{key}" for key in keys)
    equal = " and ".join(f"{key} = before_{key}" for key in keys)
    less = f"{keys[0]} < before_{keys[0]}"
    if len(keys) > 1:
        less += f" or ({keys[0]} = before_{keys[0]} and {keys[1]} < before_{keys[1]})"
    tests = {"": "true", MISPLACED: less, DOUBLED: equal}
    tests |= {
        f"{programme}.{name}": f"{column} = {number}"
        for programme, column in outcomes.items()
        for number, name in OUTCOME_NAMES.items()
    }
    columns = ", ".join(f"count(*) filter (where {test})" for test in tests.values())
    row = con.execute(f"select {columns} from (select *, {before} from {relation})").fetchall()[0]
    return dict(zip(tests, row, strict=True))


def _put_in_order(con: duckdb.DuckDBPyConnection, path: pathlib.Path, keys: Sequence[str]) -> None:
    again = path.with_suffix(".again")
    con.execute(copy(f"select * from read_parquet({quoted(path)}) order by {', '.join(keys)}", again))
    again.replace(path)
