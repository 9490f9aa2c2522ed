"""Write side of awards: taken over from the roster, then begun, changed and ended by confirmed proposals only."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.benefits import starts
from doudi.benefits.models import Award, Coverage
from doudi.cases import services as cases
from doudi.determination.tables import stage
from doudi.facts import queries as facts
from doudi.kernel.actors import Actor
from doudi.kernel.codes import upper
from doudi.kernel.periods import Month
from doudi.kernel.programmes import Programme
from doudi.security.permissions import require
from doudi.security.statistics import refresh

FOLDER = Path(__file__).parent / "sql"
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('benefits:' || %s, 0))"
KIND_COUNT = {"start": "started", "change": "changed", "stop": "stopped", "phase_out": "phased_out"}
DONE = "select kind, id from ready where not is_blocked order by id"
DIGEST = """
select coalesce(encode(sha256(string_agg(a.row_hash, ''::bytea order by a.id)), 'hex'), '-')
from benefits_award a where a.proposal_id in (select id from ready)
"""


def _statement(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def _stage_programmes() -> None:
    """Put the platform's programmes into a temporary table, so that statements can join them."""
    stage(
        pa.table(
            {
                "name": [p.name for p in Programme],
                "number": pa.array([p.number for p in Programme], pa.int32()),
                "subject_kind": [p.subject_kind for p in Programme],
                "group_number": pa.array([p.group for p in Programme], pa.int32()),
            }
        ),
        "programme",
    )


@transaction.atomic
def take_over_roster(county_code: str, actor: Actor) -> int:
    """
    Continue what the civil-affairs roster pays as awards on the ground of its batch.

    Repeating is safe: a subject that has had an award of the programme is left alone. A member whom
    another family's award feeds already is not fed twice; such cases are counted in the trail, and the
    next determination sees them. Returns the number of new awards.
    """
    require(actor, "import_facts", county_code)
    asked = {"low": county_code, "high": upper(county_code)}
    stage(facts.roster_awards(county_code), "roster")
    _stage_programmes()
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [county_code])
        cursor.execute(_statement("take_over"))
        count = cursor.rowcount
        refresh(Award)
        covered = 0
        for kind in ("p", "h"):
            cursor.execute(_statement("cover_roster"), {**asked, "kind": kind})
            covered += cursor.rowcount
        refresh(Coverage)
        cursor.execute(_statement("uncovered"), asked)
        double_count = int(cursor.fetchone()[0])
        cursor.execute("drop table pg_temp.roster, pg_temp.programme")
    if count:
        audit.record(
            "award.taken_over",
            actor=actor,
            division_code=county_code,
            details={"awards": count, "covered": covered, "covered_elsewhere": double_count},
        )
    return count


@transaction.atomic
def apply_confirmed(place_code: str, month: Month, *, actor: Actor, on: dt.date) -> dict[str, int]:
    """
    Let the confirmed proposals up to a cycle take effect: end, begin and replace awards.

    What begins is paid from the month after its confirmation, or as the parameter of the programme says.
    Repeating is safe: each takes effect once. One that would feed a person twice in a group waits as it is
    and is counted as ``waiting``; nothing of it is done by halves.

    :source: 最低生活保障审核确认办法 第二十一条; 特困人员认定办法 第十七条
    """
    require(actor, "confirm_proposal", place_code)
    asked: dict[str, Any] = {"low": place_code, "high": upper(place_code), "month": str(month), "on": on}
    _stage_programmes()
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [place_code[:6]])
        cursor.execute("drop table if exists pg_temp.ready, pg_temp.ready_person")
        stage(starts.delays(starts.needed_delays(_statement("waiting_delays"), asked)), "start_delay")
        cursor.execute(_statement("ready"), asked)
        cursor.execute(_statement("ready_person"))
        cursor.execute("analyze ready")
        cursor.execute("analyze ready_person")
        cursor.execute(_statement("meet"))
        cursor.execute(_statement("follow"), asked)
        while cursor.rowcount:
            cursor.execute(_statement("follow"), asked)
        cursor.execute(_statement("block"))
        while cursor.rowcount:
            cursor.execute(_statement("block"))
        for name in ("end_awards", "end_coverage", "begin_awards", "begin_coverage"):
            cursor.execute(_statement(name))
        refresh(Award, Coverage)
        cursor.execute(DONE)
        done = cursor.fetchall()
        cursor.execute("select count(*) from ready where is_blocked")
        counts = {**dict.fromkeys(KIND_COUNT.values(), 0), "waiting": int(cursor.fetchone()[0])}
        cursor.execute(DIGEST)
        digest = cursor.fetchone()[0]
        cursor.execute("drop table pg_temp.ready, pg_temp.ready_person, pg_temp.programme, pg_temp.start_delay")
    for kind, _proposal_id in done:
        counts[KIND_COUNT[kind]] += 1
    if done:
        cases.mark_applied([proposal_id for _kind, proposal_id in done], on)
        audit.record(
            "award.applied",
            actor=actor,
            division_code=place_code,
            details={"month": str(month), **counts, "rows_digest": digest},
        )
    return counts
