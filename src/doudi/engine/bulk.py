"""Any number of people: the generated SQL on DuckDB, Parquet to Parquet, in blocks of whole families.

Memory is bounded by the block, not by the file.  Each finished block is kept in a work folder
beside the output, so an interrupted run goes on where it stopped; the result appears only when
it is whole.
"""

import collections
import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import duckdb

from doudi.engine import blockrun, blocks, blocktext, local, parquetfile
from doudi.engine.blockrun import LOST, Task
from doudi.engine.blocks import Block
from doudi.engine.blocktext import LONG, WIDE, Source
from doudi.engine.dense import Values, values_for
from doudi.engine.files import TABLES, Table, open_table, quoted
from doudi.engine.local import Progress, Step
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import RuleSet
from doudi.engine.sqlgen import SqlPlan, generate
from doudi.engine.version import ENGINE_VERSION
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.packs import Law

Runner = Callable[[list[Task], Progress | None, int], list[dict[str, int]]]


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
class _Asked:
    """What to decide: whose files, which day, which part of the law."""

    law: "Law"
    paths: dict[str, pathlib.Path]
    rules: RuleSet
    on: dt.date
    known_on: dt.date | None
    extra: tuple[Any, ...]
    place_code: str | None
    by: str
    shape: str

    @property
    def digests(self) -> dict[str, str]:
        return {TABLES[entity]: _file_digest(path) for entity, path in self.paths.items()}


@dataclasses.dataclass(frozen=True)
class _Run:
    """A bulk run ready to start."""

    asked: _Asked
    plan: SqlPlan
    values: Values
    tables: dict[str, Table]
    source: Source
    blocks: list[Block]
    work: pathlib.Path

    def prelude(self, counties: Iterable[str] = ()) -> tuple[str, ...]:
        return (blocktext.parameter_table(self.values.arrow, self.values.columns, counties),)

    def tasks(self, memory_mib: int) -> list[Task]:
        statements, queries = blocktext.results(self.plan, self.asked.shape, False)
        ordered = blocktext.results(self.plan, self.asked.shape, True)[1]
        outcomes = {
            entity: {
                plan.name: plan.value("outcome")
                for plan in self.asked.rules.programmes
                if plan.entity == entity and plan.value("outcome") in self.asked.rules.outputs
            }
            for entity in TABLES
        }
        last = {PERSON if one.table[0] == "p" else HOUSEHOLD: one.table for one in self.plan.statements}
        readable = tuple(table.path for table in self.source.tables.values())
        prelude = self.prelude()
        return [
            Task(
                block.number, self.work, readable, prelude, tuple(self.source.views(block.scope)), tuple(statements),
                queries, ordered, last, outcomes, memory_mib,
            )
            for block in self.blocks
        ]  # fmt: skip


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
    *,
    programmes: Iterable[str] = (),
    outputs: Iterable[str] = (),
    by: str = "",
    workers: int = 0,
    runner: Runner | None = None,
) -> BulkResult:
    """Decide everybody in two files; write ``persons.parquet``, ``households.parquet`` and ``run.json``.

    ``programmes`` or ``outputs`` (names of results or rules) restrict the work to what they rest on.  ``by="county"``
    gives each county blocks of its own.  ``runner`` runs the blocks elsewhere than on this machine.
    Running again with the same files writes the same bytes; an interrupted run is continued.

    :raises BadInput: a file is not as declared; nothing is written.
    """
    out = pathlib.Path(out_dir)
    rules = _narrowed(law.rules_on(on), programmes, outputs)
    paths = _paths(persons_path, households_path)
    asked = _Asked(law, paths, rules, on, known_on, tuple(extra), place_code, by, WIDE)
    with _in_work_folder(asked, out) as work, _prepared(asked, work) as run:
        counts = _counts(run, progress, workers, runner)
        for name in TABLES.values():
            _join_parts(run, name, out / f"{name}.parquet")
        result = _result(run, counts)
        written = dataclasses.asdict(result) | {"on": on.isoformat(), "known_on": known_on and known_on.isoformat()}
        staged = work / "run.json"
        staged.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        staged.replace(out / "run.json")
    shutil.rmtree(work, ignore_errors=True)
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
    *,
    programmes: Iterable[str] = (),
    workers: int = 0,
) -> BulkResult:
    """Decide everybody in two files; write one Parquet of determinations.

    Grain: one row per subject and programme it may concern. Key: subject_kind, subject_id, programme.
    Units: amount_fen_m in fen per month, null when facts are needed. Programmes granted once are left out:
    they are decided on application, not by the month. The SQL text does not depend on whose files these are.

    :raises BadInput: a file is not as declared; nothing is written.
    """
    target = pathlib.Path(out_path)
    rules = _narrowed(law.rules_on(on), programmes, ())
    paths = _paths(persons_path, households_path)
    asked = _Asked(law, paths, rules, on, known_on, tuple(extra), None, "", LONG)
    with _in_work_folder(asked, target.parent) as work, _prepared(asked, work) as run:
        counts = _counts(run, progress, workers, None)
        _join_parts(run, "determinations", target)
        result = _result(run, counts)
    shutil.rmtree(work, ignore_errors=True)
    return result


def block_text(
    law: "Law",
    persons_path: pathlib.Path | str,
    households_path: pathlib.Path | str,
    out_dir: pathlib.Path | str,
    on: dt.date,
    number: int,
    known_on: dt.date | None = None,
    extra: Iterable[Any] = (),
    place_code: str | None = None,
    *,
    programmes: Iterable[str] = (),
    by: str = "",
) -> str:
    """Write the complete SQL of one block, to be run with DuckDB alone; results go to ``out_dir``.

    :raises BadInput: no such block, or a CSV file (the text reads the files themselves).
    """
    rules = _narrowed(law.rules_on(on), programmes, ())
    paths = _paths(persons_path, households_path)
    for path in paths.values():
        if path.suffix.lower() == ".csv":
            raise BadInput("打印的计算文本只读 Parquet", where=path.name, next_step="先把 CSV 转成 Parquet")
    asked = _Asked(law, paths, rules, on, known_on, tuple(extra), place_code, by, WIDE)
    with tempfile.TemporaryDirectory(prefix="doudi-") as folder, _prepared(asked, pathlib.Path(folder)) as run:
        if not 1 <= number <= len(run.blocks):
            raise BadInput(f"没有第 {number} 块", where="--print-block", next_step=f"可用:1 至 {len(run.blocks)}")
        block = run.blocks[number - 1]
        head = (
            f"-- 第 {number} 块,共 {len(run.blocks)} 块({block.name});{on} 的规则 {rules.digest[:12]},"
            f"参数 {run.values.digest[:12]}\n-- 用 DuckDB 运行;每行之后是条款,括号里是各处相同、已写进文本的值\n"
        )
        source = dataclasses.replace(run.source, tables=run.tables)
        scope = block.scope
        if scope.startswith("block_county"):
            scope = _county_scope(run, block)
        files = {name: f"{out_dir}/{name}-{number:05d}.parquet" for name in TABLES.values()}
        return blocktext.printed(head, run.prelude(block.counties), source.views(scope), run.plan, files)


def _county_scope(run: _Run, block: Block) -> str:
    """Say which rows of files without order belong to a county."""
    county = block.counties[0]
    households = run.tables[HOUSEHOLD].select(run.asked.law.inputs, {"place_code"}, run.asked.place_code)
    inside = block.scope.partition(" and ")[2]
    own = f"household_id in (select household_id from ({households}) where left(place_code, {len(county)}) = "
    return f"{own}{quoted(county)})" + (f" and {inside}" if inside else "")


# -- preparing ------------------------------------------------------------------------------


def _narrowed(rules: RuleSet, programmes: Iterable[str], outputs: Iterable[str]) -> RuleSet:
    """Restrict a rule set to what is asked for; everything when nothing is named."""
    asked, named = list(programmes), list(outputs)
    if named:
        amounts = {plan.amount_name: plan.value("outcome") for plan in rules.programmes}
        return rules.narrowed([*named, *(amounts[name] for name in named if name in amounts)])
    return rules.for_programmes(asked) if asked else rules


def _paths(persons_path: pathlib.Path | str, households_path: pathlib.Path | str) -> dict[str, pathlib.Path]:
    paths = {PERSON: pathlib.Path(persons_path).resolve(), HOUSEHOLD: pathlib.Path(households_path).resolve()}
    for path in paths.values():
        if not path.is_file():
            raise BadInput("没有这个文件", where=str(path))
    return paths


@contextlib.contextmanager
def _in_work_folder(asked: _Asked, out: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give the folder that keeps what is done, the same for the same run; wrong input leaves none behind."""
    identity = [
        ENGINE_VERSION, asked.rules.digest, asked.digests, str(asked.on), str(asked.known_on), asked.place_code,
        asked.shape, asked.by, blocks.BLOCK_PEOPLE,
    ]  # fmt: skip
    key = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    out.mkdir(parents=True, exist_ok=True)
    work = (out / f".doudi-{key}").resolve()
    work.mkdir(exist_ok=True)
    try:
        yield work
    except BadInput:
        shutil.rmtree(work, ignore_errors=True)
        raise


@contextlib.contextmanager
def _prepared(asked: _Asked, work: pathlib.Path) -> Iterator[_Run]:
    """Check the inputs, resolve the parameters, cut the blocks, write the SQL; errors of the engine come in Chinese."""
    law, inputs = asked.law, asked.law.inputs
    try:
        with blockrun.connection(work, asked.paths.values()) as con:
            tables = {
                entity: open_table(con, path, entity, inputs, work, asked.place_code)
                for entity, path in asked.paths.items()
            }
            is_long = asked.shape == LONG
            values = values_for(law, asked.rules, con, tables, asked.on, asked.known_on, asked.extra, asked.place_code)
            if is_long:
                values = values.without_constants()
            known = {} if is_long else {k: v for table in tables.values() for k, v in table.constants(inputs).items()}
            full = set() if is_long else {name for table in tables.values() for name in table.never_unknown(inputs)}
            plan = generate(
                asked.rules, values.unknown, law.least_parameters, values.constants | known, full, with_columns=is_long
            )
            cut, sources = blocks.cut(con, tables, inputs, work, asked.by, asked.place_code)
        _drop_stale(work, plan.digest + values.digest)
        yield _Run(asked, plan, values, tables, Source(asked.rules, sources, asked.place_code), cut, work)
    except duckdb.Error as error:
        raise BadInput(
            f"批量计算没有完成:{str(error).splitlines()[0]}",
            next_step="核对输入里是否有过大的金额;磁盘和内存是否足够",
        ) from error


def _file_digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _drop_stale(work: pathlib.Path, digest: str) -> None:
    """Remove parts that another text or other values made."""
    marker = work / "sql.sha256"
    if not marker.exists() or marker.read_text() != digest:
        for stale in [*work.glob("*.part.parquet"), *work.glob("block-*.json")]:
            stale.unlink()
        marker.write_text(digest)


# -- running --------------------------------------------------------------------------------


def _counts(run: _Run, progress: Progress | None, workers: int, runner: Runner | None) -> dict[str, int]:
    """Run every block that is not yet done; add up what they decided.

    :raises BadInput: a person without a household, or somebody given twice.
    """
    count = workers or local.usual_workers(len(run.blocks))
    tasks = run.tasks(blockrun.memory_for(count))
    everyone = run.tables[PERSON].row_count

    def tell(step: Step) -> None:
        if progress:
            progress(dataclasses.replace(step, people_count=everyone))

    found = (runner or local.run)(tasks, tell, count)
    totals: collections.Counter[str] = collections.Counter()
    for counts in found:
        totals.update(counts)
    if totals[LOST] or totals["persons"] != everyone:
        _name_broken_key(run)
    return dict(totals)


def _name_broken_key(run: _Run) -> None:
    persons, households = run.tables[PERSON], run.tables[HOUSEHOLD]
    with blockrun.connection(run.work, (persons.path, households.path)) as con:
        doubled = con.execute(
            f"select household_id from read_parquet({quoted(households.path)}) group by 1 "
            "having count(*) > 1 order by 1"
        ).fetchone()
        twice = con.execute(
            f"select person_id, household_id from read_parquet({quoted(persons.path)}) group by 1, 2 "
            "having count(*) > 1 order by 1"
        ).fetchone()
        lost = con.execute(
            f"select file_row_number + 1, person_id, household_id from read_parquet({quoted(persons.path)}, "
            f"file_row_number = true) where household_id not in (select household_id from "
            f"read_parquet({quoted(households.path)})) order by 1 limit 1"
        ).fetchone()
    if doubled:
        raise BadInput(f"家庭 {doubled[0]} 出现了不止一次", where=households.path.name, next_step="每户只能有一行")
    if twice:
        raise BadInput(
            f"家庭 {twice[1]} 的人 {twice[0]} 出现了不止一次", where=persons.path.name, next_step="每人只能有一行"
        )
    assert lost, "persons were lost between stages"
    raise BadInput(
        f"第 {lost[0]} 行的人 {lost[1]} 所在家庭 {lost[2]} 不在家庭文件里",
        where=persons.path.name,
        next_step="请补上该家庭,或删去此人",
    )


def _join_parts(run: _Run, name: str, target: pathlib.Path) -> None:
    """Put the parts together as one file; the old file stays until the new one is whole."""
    whole = run.work / f"{name}.whole.parquet"
    parquetfile.join([run.work / f"{name}-{block.number:05d}.part.parquet" for block in run.blocks], whole)
    whole.replace(target)


def _result(run: _Run, counts: dict[str, int]) -> BulkResult:
    outcomes: dict[str, dict[str, int]] = {}
    for key, count in counts.items():
        programme, _, outcome = key.partition(".")
        if outcome:
            outcomes.setdefault(programme, {})[outcome] = count
    return BulkResult(
        rule_digest=run.asked.rules.digest,
        parameter_digest=run.values.digest,
        sql_digest=run.plan.digest,
        sql_text=run.plan.text,
        engine_version=ENGINE_VERSION,
        household_count=run.tables[HOUSEHOLD].row_count,
        person_count=counts["persons"],
        outcome_counts=outcomes,
        input_digests=run.asked.digests,
    )
