"""Write side of proposals: put forward by the machine, reviewed and confirmed by two people, never decided by it."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.cases import grounds
from doudi.cases.enums import STATES
from doudi.cases.models import Proposal, Step
from doudi.cases.plan import plan
from doudi.determination.held import HeldAwards
from doudi.determination.models import Run
from doudi.determination.tables import stage
from doudi.kernel.actors import Actor
from doudi.kernel.calendar import add_working_days
from doudi.kernel.codes import upper
from doudi.kernel.errors import BadInput, NotPermitted, Refusal, Stale
from doudi.kernel.periods import Month
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.security.permissions import require
from doudi.security.statistics import refresh

FOLDER = Path(__file__).parent / "sql"
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('cases:' || %s, 0))"
CASE_WORKING_DAYS = 30  # 最低生活保障审核确认办法 第二十二条
RESTART_WEEKS = "freeze_backlog_weeks"  # parameter: over how many weeks a queue that comes out of a freeze is spread
LEAST_WEEKS = 1
WORKING_WEEK = 5
REASON_LIMIT = 300
COUNTS = """
select case when state = 'held' then 'held' else kind end, count(*)
from cases_proposal
where division_code >= %(low)s and division_code < %(high)s and cycle_month <= %(month)s
  and (state in ('proposed', 'held', 'reviewed', 'returned') or (state = 'confirmed' and cycle_month = %(month)s))
group by 1
"""
NEEDS_FACTS = "select count(distinct household_id) from determination_determination where run_id = %s and outcome = 2"
NEW_DIGEST = """
select coalesce(encode(sha256(string_agg(row_hash, ''::bytea order by id)), 'hex'), '-')
from cases_proposal where division_code >= %(low)s and division_code < %(high)s and cycle_month = %(month)s
"""


class SamePerson(Refusal):
    message = "受理人与确认人不得为同一人"
    next_step = "请由另一位工作人员确认"


class NotInState(Refusal):
    message = "这项建议现在是“{state}”,不能{verb}"
    next_step = "请刷新页面查看进度"


class ReasonNeeded(BadInput):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what}要写明理由", where="理由", next_step="请写一两句话,说明依据了什么")


class LaterCycleExists(Refusal):
    message = "{place} 已有 {month} 的建议,不能再做更早月份的认定"
    next_step = "请对 {month} 或以后的月份做认定"


def _statement(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def _run(cursor: Any, name: str, asked: dict[str, Any] | None = None) -> int:
    cursor.execute(_statement(name), asked)
    return int(cursor.rowcount)


def _drop(cursor: Any, *tables: str) -> None:
    for table in tables:
        cursor.execute(f"drop table if exists pg_temp.{table}")


# -- putting forward ------------------------------------------------------------------------


@transaction.atomic
def propose_county(
    county_code: str, month: Month, *, on: dt.date, run: Run, actor: Actor, held: HeldAwards
) -> dict[str, int]:
    """
    Put forward what should change in a county from a month on; give how many by kind.

    Running it again on the same run changes nothing. An open proposal that still says the same stays with
    its history; one that no longer holds is withdrawn, and a new one takes its place.

    :raises LaterCycleExists: the county has proposals of a later month.
    """
    require(actor, "run_cycle", county_code)
    asked: dict[str, Any] = {
        "low": county_code,
        "high": upper(county_code),
        "month": str(month),
        "on": on,
        "run": run.pk,
        "known_on": run.known_on,
        **_due_days(county_code, on),
    }
    _refuse_when_later(county_code, month)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [county_code])
    stage(plan(grounds.ground_of(run, on, held), month), "planned")
    with connection.cursor() as cursor:
        _drop(cursor, "standing")
        _run(cursor, "standing", asked)
        cursor.execute("analyze standing")
        _run(cursor, "keep")
        withdrawn = _run(cursor, "withdraw")
        made = _run(cursor, "insert", asked)
        _drop(cursor, "standing", "planned")
    refresh(Proposal)
    counts = _counts(asked)
    if made or withdrawn:
        _note("proposal.made", actor, county_code, asked, {"made": made, "withdrawn": withdrawn, "counts": counts})
    return counts


@transaction.atomic
def release_held(place_code: str, month: Month, *, actor: Actor, on: dt.date) -> int:
    """
    Put held proposals whose freeze is over forward for review, spread over some weeks; give how many.

    Nobody is removed by this: each is then reviewed and confirmed by people like any other.
    """
    require(actor, "run_cycle", place_code)
    asked: dict[str, Any] = {
        "low": place_code,
        "high": upper(place_code),
        "month": str(month),
        "on": on,
        **_due_days(place_code, on),
    }
    townships = Proposal.objects.filter(
        state="held", division_code__gte=place_code, division_code__lt=upper(place_code)
    ).values_list("division_code", flat=True)
    stage(grounds.freezes({code[:9] for code in townships.distinct()}, on), "frozen")
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [place_code[:6]])
        _drop(cursor, "planned", "standing")
        _run(cursor, "release", asked)
        _run(cursor, "release_standing")
        _run(cursor, "withdraw")
        cursor.execute(_statement("insert").replace("%(run)s", "n.run_id"), asked)
        made = cursor.rowcount
        _drop(cursor, "standing", "planned", "frozen")
    if made:
        _note("proposal.released", actor, place_code, asked, {"released": made})
    return int(made)


def _due_days(place_code: str, on: dt.date) -> dict[str, Any]:
    found = policy.law().parameters.resolve(RESTART_WEEKS, place_code, "rural", on, None, policy.local_rows(on, on))
    weeks = found.value if found and found.value else LEAST_WEEKS
    extra = places.extra_days()
    days = [add_working_days(on, WORKING_WEEK * week, extra) for week in range(1, weeks + 1)]
    return {"due": add_working_days(on, CASE_WORKING_DAYS, extra), "due_days": days}


def _refuse_when_later(county_code: str, month: Month) -> None:
    later = (
        Proposal.objects.filter(
            division_code__gte=county_code, division_code__lt=upper(county_code), cycle_month__gt=str(month)
        )
        .order_by("-cycle_month")
        .values_list("cycle_month", flat=True)
        .first()
    )
    if later:
        raise LaterCycleExists(place=county_code, month=Month.parse(later).words)


def _counts(asked: dict[str, Any]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, asked)
        found = dict.fromkeys(("start", "change", "stop", "phase_out", "held"), 0) | dict(cursor.fetchall())
        cursor.execute(NEEDS_FACTS, [asked["run"]])
        return {**found, "needs_facts": int(cursor.fetchone()[0])}


def _note(verb: str, actor: Actor, place_code: str, asked: dict[str, Any], details: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NEW_DIGEST, asked)
        digest = cursor.fetchone()[0]
    audit.record(
        verb,
        actor=actor,
        division_code=place_code,
        subject=f"cycle:{asked['month']}",
        details={"month": asked["month"], **details, "rows_digest": digest},
    )


# -- deciding in bulk -----------------------------------------------------------------------


@transaction.atomic
def review_clean_lane(place_code: str, month: Month, *, actor: Actor, on: dt.date) -> int:
    """Review everything in the clean lane of a division, or of the actor's own part of it; give how many."""
    place = actor.scope_code if actor.scope_code.startswith(place_code) else place_code
    require(actor, "review_proposal", place)
    return _decide_lane("review", "reviewed", place, month, actor, on)


@transaction.atomic
def confirm_clean_lane(place_code: str, month: Month, *, actor: Actor, on: dt.date) -> int:
    """
    Confirm everything in the clean lane that somebody else has reviewed; give how many.

    :raises SamePerson: all that waits was reviewed by the actor.
    """
    require(actor, "confirm_proposal", place_code)
    count = _decide_lane("confirm", "confirmed", place_code, month, actor, on)
    if not count and lane_count(place_code, month, "reviewed"):
        raise SamePerson()
    return count


def lane_count(place_code: str, month: Month, state: str) -> int:
    """Count what waits in the clean lane in a state."""
    return Proposal.objects.filter(
        division_code__gte=place_code,
        division_code__lt=upper(place_code),
        cycle_month__lte=str(month),
        state=state,
        lane="clean",
    ).count()


def _decide_lane(stage_name: str, state: str, place: str, month: Month, actor: Actor, on: dt.date) -> int:
    asked = {"low": place, "high": upper(place), "month": str(month), "person": actor.person_key}
    with connection.cursor() as cursor:
        _drop(cursor, "chosen")
        _run(cursor, f"choose_{stage_name}", asked)
        cursor.execute("analyze chosen")
        count = _take_step(cursor, stage_name, state, actor, on, in_bulk=True, reason="")
        _drop(cursor, "chosen")
    refresh(Proposal, Step)
    if count:
        audit.record(
            f"proposal.{state}",
            actor=actor,
            division_code=place,
            subject=f"cycle:{month}",
            details={"lane": "clean", "count": count, "in_bulk": True},
        )
    return count


def _take_step(
    cursor: Any, stage_name: str, state: str, actor: Actor, on: dt.date, *, in_bulk: bool, reason: str
) -> int:
    asked = {
        "stage": stage_name,
        "state": state,
        "user": actor.user_id,
        "person": actor.person_key,
        "role": actor.role,
        "on": on,
        "in_bulk": in_bulk,
        "reason": reason,
    }
    _run(cursor, "step", asked)
    return _run(cursor, "move", asked)


# -- deciding one by one --------------------------------------------------------------------


@transaction.atomic
def review(proposal_id: int, *, actor: Actor, on: dt.date, reason: str = "", version: int | None = None) -> Proposal:
    """
    Agree at the township that a proposal should go to the county. A flagged one needs a reason.

    :raises NotInState: it is not waiting for review.
    :raises Stale: it changed since it was opened.
    """
    one = _locked(proposal_id, "review_proposal", actor, version, ("proposed", "returned"), "审核")
    if one.lane == "flagged" and not reason.strip():
        raise ReasonNeeded("有疑点的建议")
    return _decide(one, "review", "reviewed", actor, on, reason)


@transaction.atomic
def confirm(proposal_id: int, *, actor: Actor, on: dt.date, reason: str = "", version: int | None = None) -> Proposal:
    """
    Confirm at the county what somebody else has reviewed. A flagged one needs a reason.

    :raises SamePerson: the actor reviewed it.
    """
    one = _locked(proposal_id, "confirm_proposal", actor, version, ("reviewed",), "确认")
    if one.lane == "flagged" and not reason.strip():
        raise ReasonNeeded("有疑点的建议")
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from cases_step where proposal_id = %s and stage = 'review' and person_key = %s)",
            [one.pk, actor.person_key],
        )
        if cursor.fetchone()[0]:
            raise SamePerson()
    return _decide(one, "confirm", "confirmed", actor, on, reason)


@transaction.atomic
def return_proposal(
    proposal_id: int, *, actor: Actor, on: dt.date, reason: str, version: int | None = None
) -> Proposal:
    """Send a reviewed proposal back to the township with a reason; the next review begins a new round."""
    one = _locked(proposal_id, "return_proposal", actor, version, ("reviewed",), "退回")
    if not reason.strip():
        raise ReasonNeeded("退回")
    return _decide(one, "return", "returned", actor, on, reason)


def mark_applied(proposal_ids: list[int], on: dt.date) -> None:
    """Write down that confirmed proposals have taken effect; for the room of benefits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update cases_proposal set applied_on = %s, version = version + 1 where id = any(%s)", [on, proposal_ids]
        )


def _locked(
    proposal_id: int, verb: str, actor: Actor, version: int | None, states: tuple[str, ...], act: str
) -> Proposal:
    one = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if one is None:
        raise NotPermitted("无权限:没有这项建议,或不在您的辖区")
    require(actor, verb, one.division_code)
    if version is not None and version != one.version:
        raise Stale(next_step=f"现在是“{STATES[one.state]}”,请刷新后再办理")
    if one.state not in states:
        raise NotInState(state=STATES[one.state], verb=act)
    return one


def _decide(one: Proposal, stage_name: str, state: str, actor: Actor, on: dt.date, reason: str) -> Proposal:
    words = reason.strip()
    if len(words) > REASON_LIMIT:
        raise BadInput(f"理由不能超过 {REASON_LIMIT} 字", where="理由")
    with connection.cursor() as cursor:
        _drop(cursor, "chosen")
        cursor.execute(
            "create temp table chosen on commit drop as select p.id, p.division_code, "
            "coalesce((select max(s.round) from cases_step s where s.proposal_id = p.id and s.stage = 'review'), 0)"
            f" + {int(stage_name == 'review')} as round from cases_proposal p where p.id = %s",
            [one.pk],
        )
        _take_step(cursor, stage_name, state, actor, on, in_bulk=False, reason=words)
        _drop(cursor, "chosen")
    audit.record(
        f"proposal.{state}",
        actor=actor,
        division_code=one.division_code,
        subject=f"proposal:{one.pk}",
        details={"kind": one.kind, "programme": one.programme, "lane": one.lane, "reason": words},
    )
    one.refresh_from_db()
    return one
