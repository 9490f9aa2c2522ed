"""Write side of determinations: one run over a county or a family, kept with everything it rested on."""

import dataclasses
import datetime as dt
import json
import pathlib
import tempfile
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.determination import frozen, replaying
from doudi.determination.held import HeldAwards
from doudi.determination.models import Determination, FrozenText, Run
from doudi.determination.snapshot import Filed, build, file_away
from doudi.determination.sources import known_of, snapshot_root
from doudi.determination.tables import DECIDED_FIELDS, stage
from doudi.engine import bulk
from doudi.kernel.actors import Actor
from doudi.kernel.errors import NotPermitted, Refusal
from doudi.kernel.periods import Month
from doudi.policy import queries as policy
from doudi.security.permissions import require
from doudi.security.statistics import refresh

INSERT = """
insert into determination_determination (run_id, subject_kind, subject_id, household_id, programme, outcome,
    amount_fen_m, criteria_met, criteria_unknown, route, division_code)
select %(run)s, subject_kind, subject_id, household_id, programme, outcome, amount_fen_m, criteria_met,
       criteria_unknown, route, division_code
from decided order by household_id, subject_kind, subject_id, programme
"""
SEAL_ROWS = """
update determination_run set rows_digest = (
    select coalesce(encode(sha256(string_agg(row_hash, ''::bytea order by id)), 'hex'), '-')
    from determination_determination where run_id = %(run)s)
where id = %(run)s
"""
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('determination:' || %s, 0))"
WITH_DIVISION = """
select d.subject_kind, d.subject_id, d.household_id, d.programme, cast(d.outcome as smallint) as outcome,
       d.amount_fen_m, d.criteria_met, d.criteria_unknown, coalesce(d.route, '') as route, h.division_code
from read_parquet($decided) d join households h using (household_id)
order by d.household_id, d.subject_kind, d.subject_id, d.programme
"""


class NobodyThere(Refusal):
    message = "{place} 在 {on} 没有登记在册的家庭"
    next_step = "请先装入民政台账,或核对日期"


@dataclasses.dataclass(frozen=True)
class _Asked:
    kind: str
    place_code: str
    month: Month
    on: dt.date
    known_on: dt.date
    folder: str


@transaction.atomic
def determine_county(
    county_code: str, month: Month, *, on: dt.date, known_on: dt.date, actor: Actor, held: HeldAwards
) -> Run:
    """
    Decide every programme for everyone of a county on a day, as known on a day; keep inputs and results.

    The same inputs under the same rules give the run that exists already.

    :raises NobodyThere: no family is registered.
    """
    require(actor, "run_cycle", county_code)
    asked = _Asked("monthly", county_code, month, on, known_on, f"{county_code}/{month}")
    return _determine(asked, actor, held, None)


@transaction.atomic
def determine_household(
    household_id: int, month: Month, *, on: dt.date, known_on: dt.date, actor: Actor, held: HeldAwards
) -> Run:
    """Decide every programme for one family, as a run of its own.

    :raises NotPermitted: no such family within the scope.
    """
    with connection.cursor() as cursor:
        cursor.execute("select division_code from registry_household where id = %s", [household_id])
        row = cursor.fetchone()
    if row is None:
        raise NotPermitted("无权限:没有这户,或不在您的辖区")
    require(actor, "view_family", row[0])
    asked = _Asked("single", row[0], month, on, known_on, f"{row[0][:6]}/{month}")
    return _determine(asked, actor, held, household_id)


def _determine(asked: _Asked, actor: Actor, held: HeldAwards, household_id: int | None) -> Run:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [asked.place_code])
    law = policy.law()
    extra = policy.local_rows(asked.on, asked.known_on)
    known = known_of(asked.place_code, asked.on, asked.known_on, held, household_id)
    snapshot = build(law.inputs, known, asked.on)
    if not snapshot.persons.num_rows:
        raise NobodyThere(place=asked.place_code, on=asked.on)
    filed = file_away(snapshot, snapshot_root(), asked.folder)
    places = snapshot.households.column("place_code").unique().to_pylist()
    parameters = law.parameters.table(places, asked.on, asked.known_on, extra)
    same = Run.objects.filter(
        place_code=asked.place_code,
        month=str(asked.month),
        snapshot_sha256=filed.sha256,
        rule_digest=law.rules_on(asked.on).digest,
        parameter_digest=parameters.digest,
        reference_on=asked.on,
    ).first()
    if same is not None:
        return same
    with tempfile.TemporaryDirectory(prefix="doudi-") as folder:
        folder_path, target = snapshot_root() / filed.path, pathlib.Path(folder) / "decided.parquet"
        result = bulk.decide_long(
            law,
            folder_path / "persons.parquet",
            folder_path / "households.parquet",
            target,
            asked.on,
            asked.known_on,
            extra,
        )
        decided = _with_division(target, snapshot.households)
    run = _write(asked, filed, result, decided)
    frozen.keep(law, asked.on, result.rule_digest, result.parameter_digest, parameters)
    FrozenText.objects.get_or_create(digest=result.sql_digest, defaults={"kind": "sql", "body": result.sql_text})
    _note(run, result.outcome_counts, actor)
    return run


def _with_division(path: pathlib.Path, households: pa.Table) -> pa.Table:
    with duckdb.connect(":memory:") as memory:
        memory.register("households", households)
        return memory.execute(WITH_DIVISION, {"decided": str(path)}).to_arrow_table().cast(DECIDED_FIELDS)


def _write(asked: _Asked, filed: Filed, result: bulk.BulkResult, decided: pa.Table) -> Run:
    run = Run.objects.create(
        kind=asked.kind,
        month=str(asked.month),
        place_code=asked.place_code,
        reference_on=asked.on,
        known_on=asked.known_on,
        rule_digest=result.rule_digest,
        parameter_digest=result.parameter_digest,
        sql_digest=result.sql_digest,
        engine_version=result.engine_version,
        snapshot_path=filed.path,
        snapshot_sha256=filed.sha256,
        household_count=result.household_count,
        person_count=result.person_count,
        row_count=decided.num_rows,
        rows_digest="",
    )
    stage(decided, "decided")
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"run": run.pk})
        refresh(Determination)
        cursor.execute(SEAL_ROWS, {"run": run.pk})
        cursor.execute("drop table pg_temp.decided")
    run.refresh_from_db()
    return run


def _note(run: Run, outcome_counts: dict[str, Any], actor: Actor) -> None:
    audit.record(
        "determination.made",
        actor=actor,
        division_code=run.place_code,
        subject=f"run:{run.pk}",
        details={
            "kind": run.kind,
            "month": run.month,
            "reference_on": run.reference_on,
            "known_on": run.known_on,
            "households": run.household_count,
            "persons": run.person_count,
            "rows": run.row_count,
            "rows_digest": run.rows_digest,
            "snapshot": run.snapshot_sha256,
            "rules": run.rule_digest,
            "parameters": run.parameter_digest,
            "outcomes": json.loads(json.dumps(outcome_counts)),
        },
    )


def replay(run_id: int, sample: int | None = replaying.SAMPLE_HOUSEHOLDS) -> list[str]:
    """Recompute a run, or a sample of its families, from what was filed; list what disagrees."""
    problem = replaying.replay(run_id, sample).problem
    return [problem] if problem else []
