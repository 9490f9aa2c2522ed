"""Recomputing stored determinations from what was filed: snapshot, SQL text and values; packs play no part."""

import dataclasses
import hashlib
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection

from doudi.determination import frozen
from doudi.determination.models import Run
from doudi.determination.queries import snapshot_folder
from doudi.determination.snapshot import digest_of
from doudi.determination.tables import DECIDED_FIELDS, fetch
from doudi.kernel.errors import NotPermitted

SAMPLE_HOUSEHOLDS = 500
RESULTS = "-- determinations\n"
FIRST_RESULT = "-- persons\n"
STORED = """
select subject_kind, subject_id, household_id, programme, outcome, amount_fen_m, criteria_met, criteria_unknown, route,
       division_code
from determination_determination where run_id = %(run)s
  and (%(everyone)s or household_id = any(%(households)s))
order by household_id, subject_kind, subject_id, programme
"""
ROWS_DIGEST = """
select coalesce(encode(sha256(string_agg(row_hash, ''::bytea order by id)), 'hex'), '-')
from determination_determination where run_id = %s
"""
SAMPLE = """
select household_id from read_parquet($path)
order by md5(cast(household_id as varchar) || $salt), household_id limit $count
"""
COMPARED = tuple(name for name in DECIDED_FIELDS.names if name != "division_code")


@dataclasses.dataclass(frozen=True)
class Replay:
    """What recomputing came to; ``problem`` is empty when everything agrees to the byte."""

    run_id: int
    checked_count: int
    sha256: str
    problem: str


def replay(run_id: int, sample: int | None = SAMPLE_HOUSEHOLDS) -> Replay:
    """
    Recompute a run, or a sample of its families, and compare the bytes with what is stored.

    The scope must cover the whole place of the run. The same sample is drawn each time.
    """
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotPermitted()
    folder = snapshot_folder(run)
    if digest_of(folder) != run.snapshot_sha256:
        return Replay(run_id, 0, "", f"认定批次 {run_id} 的快照与登记的摘要不符")
    if sample is None and _rows_digest(run_id) != run.rows_digest:
        return Replay(run_id, 0, "", f"认定批次 {run_id} 的结果行与登记的摘要不符")
    if frozen_digest(run.sql_digest) != run.sql_digest:
        return Replay(run_id, 0, "", f"认定批次 {run_id} 存档的计算文本与摘要不符")
    households, again = _computed(run, folder, sample)
    asked = {"run": run_id, "households": households, "everyone": sample is None}
    stored = fetch(STORED, asked, DECIDED_FIELDS).select(COMPARED)
    one, other = _bytes_of(stored), _bytes_of(again)
    problem = "" if one == other else _first_difference(run_id, stored, again)
    return Replay(run_id, stored.num_rows, hashlib.sha256(one).hexdigest(), problem)


def verify_determinations(sample: int = SAMPLE_HOUSEHOLDS) -> list[str]:
    """Replay a sample of every place's newest run in scope; list what disagrees, nothing when all is well."""
    newest = Run.objects.filter(kind="monthly").order_by("place_code", "-id").distinct("place_code")
    return [found.problem for run in newest if (found := replay(run.pk, sample)).problem]


def frozen_digest(digest: str) -> str:
    """Hash a filed SQL text as it is now."""
    return hashlib.sha256(frozen.text(digest).encode()).hexdigest()


def _rows_digest(run_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(ROWS_DIGEST, [run_id])
        return str(cursor.fetchone()[0])


def _computed(run: Run, folder: Any, sample: int | None) -> tuple[list[int], pa.Table]:
    text = frozen.text(run.sql_digest)
    statements, results = text.split(FIRST_RESULT, 1)[0], text.split(RESULTS, 1)[1].strip().rstrip(";")
    values = pa.table(
        {
            name: pa.array(
                column,
                pa.string() if name == "place_code" else pa.bool_() if name == "is_rural" else pa.int64(),
            )
            for name, column in frozen.parameters(run.parameter_digest)["values"].items()
        }
    )
    with duckdb.connect(":memory:") as memory:
        path = str(folder / "households.parquet")
        households: list[int] = []
        where = ""
        if sample is not None:
            drawn = memory.execute(SAMPLE, {"path": path, "salt": run.snapshot_sha256[:8], "count": sample}).fetchall()
            households = [row[0] for row in drawn]
            memory.register("drawn", pa.table({"household_id": pa.array(households, pa.int64())}))
            where = " where household_id in (select household_id from drawn)"
        memory.register("filed_values", values)
        memory.execute("create temp table parameters as select row_number() over () as place_row, * from filed_values")
        for name in ("persons", "households"):
            memory.execute(
                f"create temp table {name}_in as select * from read_parquet('{folder / name}.parquet'){where}"
            )
        memory.execute(statements)
        order = "order by household_id, subject_kind, subject_id, programme"
        columns = ", ".join(f"coalesce({c}, '') as {c}" if c == "route" else c for c in COMPARED)
        again = memory.execute(f"select {columns} from ({results}) {order}").to_arrow_table()
    fields = pa.schema([DECIDED_FIELDS.field(name) for name in COMPARED])
    return households, again.cast(fields)


def _bytes_of(table: pa.Table) -> bytes:
    return "\n".join(repr(tuple(row.values())) for row in table.to_pylist()).encode()


def _first_difference(run_id: int, stored: pa.Table, again: pa.Table) -> str:
    def keyed(table: pa.Table) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {(r["household_id"], r["subject_kind"], r["subject_id"], r["programme"]): r for r in table.to_pylist()}

    one, other = keyed(stored), keyed(again)
    for key in sorted(set(one) | set(other)):
        if one.get(key) != other.get(key):
            family, kind, subject, programme = key
            return f"认定批次 {run_id}:家庭 {family} 的 {programme}({kind}:{subject})重算结果与存档不同"
    return f"认定批次 {run_id}:重算结果与存档不同"
