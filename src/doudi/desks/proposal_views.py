"""What the pages of proposals show: tabs, rows, reasons, the trail of decisions, and whose turn it is."""

import dataclasses
import datetime as dt
import json
from typing import Any

from doudi.benefits.models import Award
from doudi.benefits.starts import Beginning, beginning
from doudi.cases import queries
from doudi.cases.enums import FLAGS, LANES, REMARKS, STAGES, STATES
from doudi.cases.models import Proposal
from doudi.desks import enrolments
from doudi.desks.explanation import as_decided
from doudi.determination import queries as determination
from doudi.determination.models import Run
from doudi.engine.explain import Explanation
from doudi.engine.parameters import AREAS
from doudi.kernel.actors import Actor
from doudi.kernel.calendar import working_days_between
from doudi.kernel.errors import BadInput, Upstream
from doudi.kernel.periods import Month
from doudi.kernel.programmes import Programme
from doudi.places import queries as places
from doudi.registry.models import Household
from doudi.security.models import User
from doudi.security.permissions import may
from doudi.ui.jinja_env import page_url, query_of

Tab = tuple[str, str, int | None, bool]
APPLIED = {"started": "新增", "changed": "变更", "stopped": "停发", "phased_out": "渐退"}


def list_href() -> str:
    return page_url("proposal_list")


def _query(wanted: queries.Wanted, **changes: str) -> str:
    kept = {key: getattr(wanted, key) for key in ("state", "lane", "programme", "kind", "flag", "month")}
    return f"{list_href()}{query_of({**kept, 'place': wanted.place_code, **changes})}"


def state_tabs(wanted: queries.Wanted, counts: dict[tuple[str, str], int]) -> list[Tab]:
    """Give one tab for each state, with its count."""
    return [
        (
            label,
            _query(wanted, state=state, lane=""),
            sum(n for (found, _lane), n in counts.items() if found == state),
            wanted.state == state,
        )
        for state, label in STATES.items()
    ]


def lane_tabs(wanted: queries.Wanted, counts: dict[tuple[str, str], int]) -> list[Tab]:
    """Give one tab for each lane of the chosen state, the doubtful first."""
    total = sum(n for (state, _lane), n in counts.items() if state == wanted.state)
    tabs: list[Tab] = [("全部", _query(wanted, lane=""), total, not wanted.lane)]
    for lane in ("flagged", "clean"):
        count = counts.get((wanted.state, lane), 0)
        tabs.append((LANES[lane], _query(wanted, lane=lane), count, wanted.lane == lane))
    return tabs


def flag_words(flags: str) -> list[str]:
    return [FLAGS.get(code, code) for code in json.loads(flags)]


def shown(rows: list[dict[str, Any]], on: dt.date) -> list[dict[str, Any]]:
    """Add to each row the words of its flags and the working days left."""
    days: dict[dt.date, int | None] = {due: days_left(due, on) for due in {row["due_on"] for row in rows}}
    return [
        {
            **row,
            "flag_words": [
                (FLAGS.get(code, code), "yellow" if code in REMARKS else "orange") for code in json.loads(row["flags"])
            ],
            "days_left": days[row["due_on"]] if row["state"] in ("proposed", "reviewed", "returned") else None,
        }
        for row in rows
    ]


def days_left(due_on: dt.date, on: dt.date) -> int | None:
    """Count the working days left, negative when overdue; None for a year whose calendar is not recorded."""
    try:
        extra = places.extra_days()
        if due_on >= on:
            return working_days_between(on, due_on, extra)
        return -working_days_between(due_on, on, extra)
    except BadInput:
        return None


def reasons_of(one: Proposal) -> tuple[dict[str, Any] | None, str]:
    """Give the stored reasons of a proposal's determination, or say why they cannot be shown."""
    try:
        told, remark, _tone = as_decided(determination.determination(one.determination_id))
    except Upstream as error:
        return None, f"{error.text}。{error.step}"
    return told, remark


def twice_of(one: Proposal, on: dt.date) -> list[str]:
    """Say for a flagged family who of its roster is enrolled in which other family."""
    return enrolments.twice_words(one.household_id, on) if "double_enrolment" in one.flags else []


def missing_of(run: Run, household_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """List for each family what is missing to decide and who can supply it, each once; a fixed number of queries."""
    families = determination.families_of(run, household_ids)
    told = determination.explain_families(families.values(), run.reference_on, run.known_on)
    return {household_id: _lacks(whole) for household_id, whole in told.items()}


def _lacks(whole: Explanation) -> list[tuple[str, str]]:
    lacks = [
        (f"{item.person} {item.label}".strip(), item.who)
        for programme in whole.programmes
        if programme.outcome == "needs_facts" and programme.applies
        for item in programme.missing
    ]
    return list(dict.fromkeys(lacks))


def events_of(one: Proposal) -> list[dict[str, Any]]:
    """Tell the decisions about a proposal in order, with the people's names."""
    steps = queries.steps_of(one.pk)
    keys = {step.person_key for step in steps}
    names = dict(User.objects.filter(person_key__in=keys).values_list("person_key", "name")) if keys else {}
    events = [
        {"when": one.reference_on, "title": "系统提出建议", "who": f"认定批次 {one.run_id}", "text": "", "href": ""}
    ]
    for step in steps:
        round_words = f"(第 {step.round} 轮)" if step.round > 1 else ""
        who = names.get(step.person_key, step.person_key) + ("(成批办理)" if step.in_bulk else "")
        title = STAGES[step.stage] + round_words
        events.append({"when": step.decided_on, "title": title, "who": who, "text": step.reason, "href": ""})
    if one.applied_on:
        begins = _begun(one)
        text = f"自 {begins.words}起发放" if begins and Programme[one.programme].pays else ""
        events.append({"when": one.applied_on, "title": "待遇生效", "who": "", "text": text, "href": ""})
    return events


def _begun(one: Proposal) -> Month | None:
    """Give the month from which the award of a start that has taken effect is paid."""
    if one.kind != "start" or not one.applied_on:
        return None
    since = Award.objects.filter(proposal_id=one.pk).values_list("since", flat=True).first()
    return Month.of(since) if since else None


def begins_of(one: Proposal, on: dt.date) -> tuple[str, Beginning] | None:
    """Say from which month a start is paid, as its award says or as if it were confirmed today, and by which clause."""
    if one.kind != "start" or not Programme[one.programme].pays:
        return None
    confirmed = [step.decided_on for step in queries.steps_of(one.pk) if step.stage == "confirm"]
    area = Household.objects.values_list("area", flat=True).get(pk=one.household_id)
    rule = beginning(one.programme, one.division_code, area, confirmed[-1] if confirmed else on, one.since_month)
    begun = _begun(one)
    if begun:
        return f"{begun.words}起", rule
    return f"{rule.month.words}起" if confirmed else f"如今日确认,{rule.month.words}起", rule


def lane_begins(sums: list[queries.LaneSum], place_code: str, on: dt.date) -> list[tuple[str, str]]:
    """Say for each programme that begins in a bulk act from which month it is paid if confirmed today."""
    found = []
    for name in dict.fromkeys(one.programme for one in sums if one.kind == "start" and Programme[one.programme].pays):
        rules = dict.fromkeys(beginning(name, place_code, area, on) for area in AREAS)
        words = "或".join(f"{rule.month.words}起({rule.words})" for rule in rules)
        found.append((f"{Programme[name].label} · 新增", f"如今日确认,{words}"))
    return found


@dataclasses.dataclass(frozen=True)
class Acts:
    """Which acts this post may do now; ``label`` is the word on the main button."""

    agree: str = ""
    label: str = ""
    may_return: bool = False


def acts_for(actor: Actor, one: Proposal) -> Acts:
    """Say what this post may do with a proposal in its present state."""
    if one.state in ("proposed", "returned") and may(actor, "review_proposal", one.division_code):
        return Acts("review", "同意")
    if one.state == "reviewed":
        may_return = may(actor, "return_proposal", one.division_code)
        if may(actor, "confirm_proposal", one.division_code):
            return Acts("confirm", "同意", may_return)
        return Acts(may_return=may_return)
    return Acts()


def whose_turn(one: Proposal) -> str:
    """Say in a sentence what a proposal waits for."""
    if one.state == "held":
        until = f",至 {one.hold_until} 止" if one.hold_until else ""
        return f"暂缓期内不办,待遇照发{until};期满后转入待审核,不会自动停发"
    if one.state == "confirmed":
        return "已确认并生效" if one.applied_on else "已确认,尚未生效:与已有待遇冲突,待另一项事项办结后生效"
    return {
        "proposed": "等乡镇(街道)经办审核",
        "returned": "已退回,等乡镇(街道)补正后再审核",
        "reviewed": "等县级民政另一位工作人员确认",
        "withdrawn": "已被新的认定取代,不再办理",
    }[one.state]


def applied_words(applied: dict[str, int]) -> str:
    """Say what took effect."""
    done = "、".join(f"{label} {applied[name]} 件" for name, label in APPLIED.items() if applied.get(name))
    waiting = f";{applied['waiting']} 件与已有待遇冲突,暂未生效" if applied.get("waiting") else ""
    return (f"已生效:{done}" if done else "没有新生效的待遇") + waiting


def version_of(text: str) -> int | None:
    """Read the version a form was opened with.

    :raises BadInput: not a number.
    """
    if not text:
        return None
    if not text.isdigit():
        raise BadInput("页面版本无法识别", next_step="请刷新页面后再办理")
    return int(text)
