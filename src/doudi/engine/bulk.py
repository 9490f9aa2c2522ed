"""Any number of people: the generated SQL on DuckDB, Parquet to Parquet, in blocks of whole households.

Memory is bounded by the block, not by the file.  Each finished block is kept in a work folder
beside the output, so an interrupted run goes on where it stopped; the result appears only when
it is whole.
"""

import collections
import contextlib
import dataclasses
import datetime as dt
import hashlib
import itertools
import json
import pathlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import duckdb

from doudi.engine.files import TABLES, Table, open_table, quoted
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import OUTCOME_NAMES, RuleSet
from doudi.engine.sqlgen import SqlPlan, generate
from doudi.engine.version import ENGINE_VERSION
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.packs import Law

BLOCK_PEOPLE = 1_100_000
MEMORY_LIMIT = "650MB"
Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class BulkResult:
    """What a bulk run rested on and how much it decided."""

    rule_digest: str
    parameter_digest: str
    sql_digest: str
    sql_text: str
    engine_version: str
    household_count: int
    person_count: int
    outcome_counts: dict[str, dict[str, int]]
    input_digests: dict[str, str]


@dataclasses.dataclass(frozen=True)
class _Run:
    """One bulk run: its inputs, its SQL, its work folder."""

    rules: RuleSet
    plan: SqlPlan
    tables: dict[str, Table]
    work: pathlib.Path
    place_code: str | None
    con: duckdb.DuckDBPyConnection
    queries: dict[str, str]

    @property
    def is_sorted_by_household(self) -> bool:
        """Tell whether the row groups of both files follow each other by household."""
        for table in self.tables.values():
            found = self.con.execute(
                "select count(*) filter (where low < previous), count(*) - count(low) from (select "
                "try_cast(stats_min_value as bigint) as low, "
                "lag(try_cast(stats_max_value as bigint)) over (order by row_group_id) as previous "
                f"from parquet_metadata({quoted(table.path)}) where path_in_schema = 'household_id')"
            ).fetchone()
            if found != (0, 0):
                return False
        return True


@contextlib.contextmanager
def _connection(work: pathlib.Path, readable: Iterable[pathlib.Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB that can touch the work folder and the given files, and nothing else."""
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        con.execute(f"set temp_directory = {quoted(work / 'spill')}")
        con.execute(f"set allowed_directories = [{quoted(str(work) + '/')}]")
        con.execute(f"set allowed_paths = [{', '.join(quoted(path) for path in readable)}]")
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        yield con
    finally:
        con.close()


def decide_files(
    law: "Law",
    persons_path: pathlib.Path | str,
    households_path: pathlib.Path | str,
    out_dir: pathlib.Path | str,
    on: dt.date,
    known_on: dt.date | None = None,
    extra: Iterable[Any] = (),
    progress: Progress | None = None,
    place_code: str | None = None,
) -> BulkResult:
    """Decide everybody in two files; write ``persons.parquet``, ``households.parquet`` and ``run.json``.

    Running again with the same files writes the same bytes; an interrupted run is continued.

    :raises BadInput: a file is not as declared; nothing is written.
    """
    out = pathlib.Path(out_dir)
    with _prepared(law, persons_path, households_path, out, on, known_on, extra, place_code, "wide") as (run, about):
        counts = _run_blocks(run, progress)
        for entity in (PERSON, HOUSEHOLD):
            _join_parts(run, TABLES[entity], out / f"{TABLES[entity]}.parquet")
        result = _result(run, about, counts)
        written = dataclasses.asdict(result) | {"on": on.isoformat(), "known_on": known_on and known_on.isoformat()}
        staged = run.work / "run.json"
        staged.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        staged.replace(out / "run.json")
    shutil.rmtree(run.work, ignore_errors=True)
    return result


def decide_long(
    law: "Law",
    persons_path: pathlib.Path | str,
    households_path: pathlib.Path | str,
    out_path: pathlib.Path | str,
    on: dt.date,
    known_on: dt.date | None = None,
    extra: Iterable[Any] = (),
    progress: Progress | None = None,
) -> BulkResult:
    """Decide everybody in two files; write one Parquet of determinations.

    Grain: one row per subject and programme it may concern. Key: subject_kind, subject_id, programme.
    Units: amount_fen_m in fen per month, null when facts are needed. Programmes granted once are left out:
    they are decided on application, not by the month.

    :raises BadInput: a file is not as declared; nothing is written.
    """
    target = pathlib.Path(out_path)
    with _prepared(law, persons_path, households_path, target.parent, on, known_on, extra, None, "long") as (
        run,
        about,
    ):
        counts = _run_blocks(run, progress)
        _join_parts(run, "determinations", target)
        result = _result(run, about, counts)
    shutil.rmtree(run.work, ignore_errors=True)
    return result


@contextlib.contextmanager
def _prepared(
    law: "Law",
    persons_path: pathlib.Path | str,
    households_path: pathlib.Path | str,
    out: pathlib.Path,
    on: dt.date,
    known_on: dt.date | None,
    extra: Iterable[Any],
    place_code: str | None,
    shape: str,
) -> Iterator[tuple[_Run, dict[str, Any]]]:
    """Check the inputs, resolve the parameters, write the SQL; errors of the engine come out in Chinese."""
    paths = {PERSON: pathlib.Path(persons_path).resolve(), HOUSEHOLD: pathlib.Path(households_path).resolve()}
    for path in paths.values():
        if not path.is_file():
            raise BadInput("没有这个文件", where=str(path))
    rules = law.rules_on(on)
    digests = {TABLES[entity]: _file_digest(path) for entity, path in paths.items()}
    identity = [ENGINE_VERSION, rules.digest, digests, str(on), str(known_on), place_code, shape]
    out.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    work = (out / f".doudi-{key}").resolve()
    work.mkdir(exist_ok=True)
    try:
        with _connection(work, paths.values()) as con:
            tables = {
                entity: open_table(con, path, entity, law.inputs, work, place_code) for entity, path in paths.items()
            }
            parameter_digest, unknown = _load_parameters(con, law, rules, tables, on, known_on, extra, place_code)
            plan = generate(rules, unknown, law.least_parameters)
            marker = work / "sql.sha256"
            if not marker.exists() or marker.read_text() != plan.digest + parameter_digest:
                for stale in work.glob("*.part.parquet"):
                    stale.unlink()
                marker.write_text(plan.digest + parameter_digest)
            queries = {"persons": plan.persons, "households": plan.households}
            if shape == "long":
                queries = {"determinations": plan.determinations}
            run = _Run(rules, plan, tables, work, place_code, con, queries)
            yield run, {"parameter_digest": parameter_digest, "input_digests": digests}
    except BadInput:
        shutil.rmtree(work, ignore_errors=True)
        raise
    except duckdb.Error as error:
        raise BadInput(
            f"批量计算没有完成:{str(error).splitlines()[0]}",
            next_step="核对输入里是否有过大的金额;磁盘和内存是否足够",
        ) from error


def _file_digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_parameters(
    con: duckdb.DuckDBPyConnection,
    law: "Law",
    rules: RuleSet,
    tables: dict[str, Table],
    on: dt.date,
    known_on: dt.date | None,
    extra: Iterable[Any],
    place_code: str | None,
) -> tuple[str, list[str]]:
    """Make the table ``parameters`` for the places in the file; tell which values are unknown somewhere."""
    source = tables[HOUSEHOLD].select(law.inputs, {"place_code"}, place_code)
    places = [row[0] for row in con.execute(f"select distinct place_code from ({source}) order by 1").fetchall()]
    for place in places:
        if not (place or "").isdigit() or len(place) not in (2, 4, 6, 9, 12):
            raise BadInput(
                f"place_code“{place}”不是行政区划代码", where=tables[HOUSEHOLD].path.name, next_step="写乡镇的 9 位代码"
            )
    dense = law.parameters.table(places, on, known_on, tuple(extra))
    con.register("parameter_rows", dense.arrow)
    present = set(dense.arrow.column_names)
    columns = [f"{name if name in present else 'null'} as {name}" for name in rules.parameters]
    con.execute(
        "create temp table parameters as select row_number() over () as place_row, place_code, is_rural, "
        + ", ".join(f"cast({c.split(' as ')[0]} as bigint) as {c.split(' as ')[1]}" for c in columns)
        + " from parameter_rows"
    )
    con.unregister("parameter_rows")
    unknown = [name for name in rules.parameters if name not in present or dense.arrow.column(name).null_count]
    return dense.digest, unknown


# -- blocks ---------------------------------------------------------------------------------


def _edges(run: _Run) -> list[int]:
    """Choose household numbers that cut the persons into blocks; persisted, so that a resumed run cuts alike."""
    kept = run.work / "edges.json"
    if kept.exists():
        return list(json.loads(kept.read_text()))
    count = -(-run.tables[PERSON].row_count // BLOCK_PEOPLE)
    edges: list[int] = []
    if count > 1:
        shares = ", ".join(str(place / count) for place in range(1, count))
        found = run.con.execute(
            f"select quantile_disc(household_id, [{shares}]) from read_parquet({quoted(run.tables[PERSON].path)})"
        ).fetchall()
        edges = sorted(set(found[0][0]))
    kept.write_text(json.dumps(edges))
    return edges


def _ranges(edges: list[int]) -> list[str]:
    limits: list[int | None] = [None, *edges, None]
    found = []
    for low, high in itertools.pairwise(limits):
        tests = [f"household_id > {low}"] * (low is not None) + [f"household_id <= {high}"] * (high is not None)
        found.append(" where " + " and ".join(tests) if tests else "")
    return found


def _sources(run: _Run, block_count: int) -> dict[str, Table]:
    """Give the files to read blocks from; files without order are first written in order, once."""
    if block_count == 1 or run.is_sorted_by_household:
        return run.tables
    ordered = {}
    for entity, table in run.tables.items():
        path = run.work / f"{TABLES[entity]}.ordered.parquet"
        if not path.exists():
            staged = path.with_suffix(".tmp")
            run.con.execute(
                f"copy (select * from read_parquet({quoted(table.path)}) order by household_id) "
                f"to {quoted(staged)} (format parquet, compression lz4_raw, row_group_size 50000)"
            )
            staged.replace(path)
        ordered[entity] = dataclasses.replace(table, path=path)
    return ordered


def _run_blocks(run: _Run, progress: Progress | None) -> dict[str, Any]:
    """Run every block that is not yet done; give the counts of outcomes."""
    ranges = _ranges(_edges(run))
    sources = _sources(run, len(ranges))
    totals: collections.Counter[str] = collections.Counter()
    for number, scope in enumerate(ranges):
        done = run.work / f"block-{number:05d}.json"
        parts = {name: run.work / f"{name}-{number:05d}.part.parquet" for name in run.queries}
        if not (done.exists() and all(part.exists() for part in parts.values())):
            counts = _run_block(run, sources, scope, parts, len(ranges) == 1)
            done.write_text(json.dumps(counts))
        totals.update(json.loads(done.read_text()))
        if progress:
            progress(number + 1, len(ranges))
    return dict(totals)


def _run_block(
    run: _Run, sources: dict[str, Table], scope: str, parts: dict[str, pathlib.Path], is_whole: bool
) -> dict[str, int]:
    con, wanted = run.con, run.rules.all_needs
    for entity, name in ((HOUSEHOLD, "households_in"), (PERSON, "persons_in")):
        query = sources[entity].select(run.rules.inputs, wanted, run.place_code) + scope
        con.execute(f"create or replace temp view {name} as {query}")
    for statement in run.plan.statements:
        con.execute(statement.text)
    counts = _check_block(run, sources, scope)
    for name, query in run.queries.items():
        compression = "zstd" if is_whole else "lz4_raw"
        staged = parts[name].with_suffix(".tmp")
        con.execute(f"copy ({query}) to {quoted(staged)} (format parquet, compression {compression})")
        staged.replace(parts[name])
    for statement in run.plan.statements:
        con.execute(f"drop table {statement.table}")
    return counts


def _check_block(run: _Run, sources: dict[str, Table], scope: str) -> dict[str, int]:
    """Count outcomes, and stop when a person was lost or doubled on the way.

    :raises BadInput: a person without a household, or a household number given twice.
    """
    last = {statement.table[0]: statement.table for statement in run.plan.statements}
    counts: dict[str, int] = {}
    for kind, entity in (("p", PERSON), ("h", HOUSEHOLD)):
        plans = [plan for plan in run.rules.programmes if plan.entity == entity]
        columns = [
            f"count(*) filter (where {plan.value('outcome')} = {number})"
            for plan in plans
            for number in sorted(OUTCOME_NAMES)
        ]
        row = run.con.execute(f"select {', '.join(['count(*)', *columns])} from {last[kind]}").fetchall()[0]
        counts[TABLES[entity]] = row[0]
        labels = [f"{plan.name}.{OUTCOME_NAMES[number]}" for plan in plans for number in sorted(OUTCOME_NAMES)]
        counts |= dict(zip(labels, row[1:], strict=True))
    read = run.con.execute("select count(*) from persons_in").fetchall()[0][0]
    if read != counts["persons"]:
        _name_broken_key(run)
    return counts


def _name_broken_key(run: _Run) -> None:
    persons, households = run.tables[PERSON], run.tables[HOUSEHOLD]
    doubled = run.con.execute(
        f"select household_id from read_parquet({quoted(households.path)}) group by 1 having count(*) > 1 order by 1"
    ).fetchone()
    if doubled:
        raise BadInput(f"家庭 {doubled[0]} 出现了不止一次", where=households.path.name, next_step="每户只能有一行")
    lost = run.con.execute(
        f"select file_row_number + 1, person_id, household_id from read_parquet({quoted(persons.path)}, "
        f"file_row_number = true) where household_id not in (select household_id from "
        f"read_parquet({quoted(households.path)})) order by 1 limit 1"
    ).fetchone()
    assert lost, "persons were lost between stages"
    raise BadInput(
        f"第 {lost[0]} 行的人 {lost[1]} 所在家庭 {lost[2]} 不在家庭文件里",
        where=persons.path.name,
        next_step="请补上该家庭,或删去此人",
    )


def _join_parts(run: _Run, name: str, target: pathlib.Path) -> None:
    """Put the parts together as one file; the old file stays until the new one is whole."""
    parts = sorted(run.work.glob(f"{name}-*.part.parquet"))
    whole = parts[0]
    if len(parts) > 1:
        whole = run.work / f"{name}.whole.parquet"
        listed = ", ".join(quoted(part) for part in parts)
        run.con.execute(
            f"copy (select * from read_parquet([{listed}])) to {quoted(whole)} (format parquet, compression zstd)"
        )
    whole.replace(target)


def _result(run: _Run, about: dict[str, Any], counts: dict[str, int]) -> BulkResult:
    outcomes: dict[str, dict[str, int]] = {}
    for key, count in counts.items():
        programme, _, outcome = key.partition(".")
        if outcome:
            outcomes.setdefault(programme, {})[outcome] = count
    return BulkResult(
        rule_digest=run.rules.digest,
        parameter_digest=about["parameter_digest"],
        sql_digest=run.plan.digest,
        sql_text=run.plan.text,
        engine_version=ENGINE_VERSION,
        household_count=run.tables[HOUSEHOLD].row_count,
        person_count=counts["persons"],
        outcome_counts=outcomes,
        input_digests=about["input_digests"],
    )
