"""Reads of proposals: lists with counts, one proposal with its history, and what lacks facts."""

import dataclasses
from typing import Any

from django.db import connection

from doudi.cases.models import Proposal, Step
from doudi.kernel.codes import upper
from doudi.kernel.errors import NotPermitted

_NAMES = """
    coalesce(s.name, k.name, '') as subject_name, coalesce(k.name, '') as head_name, h.number as household_number
"""
_JOINS = """
    join registry_household h on h.id = p.household_id
    left join registry_person k on k.id = h.head_id
    left join registry_person s on s.id = p.subject_id and p.subject_kind = 'p'
"""
_FILTER = """
    p.division_code >= %(low)s and p.division_code < %(high)s
    and (%(month)s = '' or p.cycle_month = %(month)s)
    and (%(programme)s = '' or p.programme = %(programme)s)
    and (%(kind)s = '' or p.kind = %(kind)s)
    and (%(flag)s = '' or p.flags ? %(flag)s)
"""
LIST = f"""
select p.id, p.programme, p.kind, p.amount_before_fen_m, p.amount_after_fen_m, p.since_month, p.until_month, p.cause,
       p.lane, p.flags::text as flags, p.state, p.hold_clause, p.hold_until, p.due_on, p.applied_on, p.division_code,
       p.household_id, p.determination_id, {_NAMES}
from cases_proposal p {_JOINS}
where {_FILTER} and p.state = %(state)s and (%(lane)s = '' or p.lane = %(lane)s)
order by {{order}} limit %(limit)s offset %(offset)s
"""
ORDERS = {
    "confirmed": "p.id desc",
    "withdrawn": "p.id desc",
    "held": "p.hold_until nulls last, p.id",
}
COUNTS = f"select p.state, p.lane, count(*) from cases_proposal p where {_FILTER} group by 1, 2"
LANE_SUMS = """
select p.programme, p.kind, count(*), sum(p.amount_after_fen_m - p.amount_before_fen_m)
from cases_proposal p
where p.division_code >= %(low)s and p.division_code < %(high)s and p.cycle_month <= %(month)s
  and p.state = %(state)s and p.lane = 'clean'
  and not exists (select from cases_step s where s.proposal_id = p.id and s.stage = 'review'
                  and %(state)s = 'reviewed' and s.person_key = %(person)s)
group by 1, 2 order by 1, 2
"""
LEFT_OUT = """
select count(*) filter (where p.lane = 'flagged'),
       count(*) filter (where p.lane = 'clean' and exists (
           select from cases_step s where s.proposal_id = p.id and s.stage = 'review' and s.person_key = %(person)s))
from cases_proposal p
where p.division_code >= %(low)s and p.division_code < %(high)s and p.cycle_month <= %(month)s and p.state = %(state)s
"""
ONE_NAMES = f"select {_NAMES} from cases_proposal p {_JOINS} where p.id = %s"
LATEST_RUNS = """
select max(r.id) from determination_run r
where r.kind = 'monthly' and (
    (r.place_code >= %(low)s and r.place_code < %(high)s) or r.place_code = left(%(low)s, 6))
group by r.place_code
"""
NEEDS = """
from determination_determination d
join registry_household h on h.id = d.household_id
left join registry_person k on k.id = h.head_id
where d.run_id = any(%(runs)s) and d.outcome = 2
  and d.division_code >= %(low)s and d.division_code < %(high)s
  and (%(programme)s = '' or d.programme = %(programme)s)
"""
NEEDS_LIST = f"""
select d.household_id, h.number, coalesce(k.name, ''), h.division_code, min(d.run_id), min(d.id),
       string_agg(distinct d.programme, ' ')
{NEEDS}
group by d.household_id, h.number, k.name, h.division_code
order by h.division_code, h.number limit %(limit)s offset %(offset)s
"""
NEEDS_COUNT = f"select count(distinct d.household_id) {NEEDS}"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The conditions of a list; empty means any."""

    place_code: str
    state: str = "proposed"
    lane: str = ""
    programme: str = ""
    kind: str = ""
    flag: str = ""
    month: str = ""

    def asked(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "low": self.place_code, "high": upper(self.place_code)}


@dataclasses.dataclass(frozen=True)
class LaneSum:
    """What a bulk act would do, by programme and kind."""

    programme: str
    kind: str
    count: int
    change_fen_m: int


@dataclasses.dataclass(frozen=True)
class Lacking:
    """A family about which something cannot be decided for lack of facts."""

    household_id: int
    household_number: str
    head_name: str
    division_code: str
    run_id: int
    determination_id: int
    programme_names: str

    @property
    def programmes(self) -> list[str]:
        return self.programme_names.split()


def _rows(sql: str, asked: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _dicts(sql: str, asked: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def proposal_counts(wanted: Wanted) -> dict[tuple[str, str], int]:
    """Count proposals by state and lane under all other conditions; one query."""
    return {(state, lane): count for state, lane, count in _rows(COUNTS, wanted.asked())}


def proposal_rows(wanted: Wanted, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """List proposals with names, the most urgent first; one query."""
    order = ORDERS.get(wanted.state, "p.due_on, p.lane desc, p.id")
    return _dicts(LIST.format(order=order), {**wanted.asked(), "limit": limit, "offset": offset})


def lane_sums(place_code: str, month: str, state: str, person_key: str) -> list[LaneSum]:
    """Add up what waits in the clean lane for one person to decide."""
    asked = {"low": place_code, "high": upper(place_code), "month": month, "state": state, "person": person_key}
    return [LaneSum(programme, kind, count, int(fen)) for programme, kind, count, fen in _rows(LANE_SUMS, asked)]


def left_out(place_code: str, month: str, state: str, person_key: str) -> tuple[int, int]:
    """Count what a bulk act leaves out: flagged ones, and those the same person has reviewed."""
    asked = {"low": place_code, "high": upper(place_code), "month": month, "state": state, "person": person_key}
    flagged, own = _rows(LEFT_OUT, asked)[0]
    return int(flagged), int(own)


def proposal(proposal_id: int) -> Proposal:
    """
    Give one proposal.

    :raises NotPermitted: no such proposal within the scope.
    """
    found = Proposal.objects.filter(pk=proposal_id).first()
    if found is None:
        raise NotPermitted("无权限:没有这项建议,或不在您的辖区")
    return found


def subject_names(proposal_id: int) -> tuple[str, str, str]:
    """Give the subject's name, the head's name and the family's number of one proposal."""
    subject, head, number = _rows(ONE_NAMES, [proposal_id])[0]
    return subject, head, number


def steps_of(proposal_id: int) -> list[Step]:
    """List the decisions about a proposal, oldest first."""
    return list(Step.objects.filter(proposal_id=proposal_id).order_by("id"))


def history_of(one: Proposal) -> list[Proposal]:
    """List the other proposals of the same subject and programme, newest first."""
    found = Proposal.objects.filter(
        subject_kind=one.subject_kind, subject_id=one.subject_id, programme=one.programme
    ).exclude(pk=one.pk)
    return list(found.order_by("-id"))


def latest_runs(place_code: str) -> list[int]:
    """Name the newest monthly run of every county in, or above, a division."""
    asked = {"low": place_code, "high": upper(place_code)}
    return [row[0] for row in _rows(LATEST_RUNS, asked)]


def needs_facts_count(place_code: str, runs: list[int], programme: str = "") -> int:
    """Count the families about which something cannot be decided."""
    asked = {"low": place_code, "high": upper(place_code), "runs": runs, "programme": programme}
    return int(_rows(NEEDS_COUNT, asked)[0][0])


def needs_facts(place_code: str, runs: list[int], programme: str = "", *, limit: int, offset: int = 0) -> list[Lacking]:
    """List the families about which something cannot be decided, by place and number."""
    asked = {
        "low": place_code,
        "high": upper(place_code),
        "runs": runs,
        "programme": programme,
        "limit": limit,
        "offset": offset,
    }
    return [Lacking(*row) for row in _rows(NEEDS_LIST, asked)]
