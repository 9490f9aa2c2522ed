"""What happened to a family, newest first: who joined, what was said, decided, started, paid and returned."""

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import Count, Max, Min

from doudi.benefits.models import Award
from doudi.cases.models import Proposal, Step
from doudi.determination.models import Determination
from doudi.facts.models import Fact
from doudi.kernel.money import yuan
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.payments.models import Line
from doudi.registry.slips import Member
from doudi.ui.jinja_env import page_url_or_none

PAYMENTS_SHOWN = 24
EVENTS_SHOWN = 60
KIND_WORDS = {"start": "新增", "change": "变更", "stop": "停发", "phase_out": "渐退"}
STAGE_WORDS = {"review": "乡镇审核", "confirm": "县级确认", "return": "退回"}


@dataclasses.dataclass(frozen=True)
class Decided:
    """The latest determination of one programme for the family or one of its people."""

    id: int
    programme: str
    outcome: int
    amount_fen_m: int | None
    who: str
    month: str
    href: str | None


def awards_of(household_id: int) -> list[Award]:
    """List the family's awards, the running ones first."""
    found = Award.objects.filter(household_id=household_id).order_by("-since", "-id")
    return sorted(found, key=lambda award: award.until is not None)


def payments_of(household_id: int) -> list[Line]:
    """List the latest payment lines of the family."""
    return list(Line.objects.filter(household_id=household_id).order_by("-month", "-id")[:PAYMENTS_SHOWN])


def decided_for(household_id: int, members: list[Member]) -> list[Decided]:
    """List the outcomes of the family's latest run, each with its explanation's address."""
    last = (
        Determination.objects.filter(household_id=household_id).order_by("-run_id").values_list("run_id", flat=True)
    )[:1]
    rows = Determination.objects.filter(household_id=household_id, run_id__in=list(last)).select_related("run")
    names = {member.person.id: member.person.name for member in members}
    order = list(PROGRAMME_LABEL)
    shown = [
        Decided(
            row.pk,
            row.programme,
            row.outcome,
            row.amount_fen_m,
            "" if row.subject_kind == "h" else names.get(row.subject_id, "已不在户"),
            row.run.month,
            page_url_or_none("explanation", row.pk),
        )
        for row in rows
    ]
    return sorted(shown, key=lambda one: (order.index(one.programme) if one.programme in order else 99, one.who))


def proposals_of(household_id: int) -> list[Proposal]:
    """List the proposals about the family, newest first."""
    return list(Proposal.objects.filter(household_id=household_id).order_by("-id")[:EVENTS_SHOWN])


def timeline(
    household_id: int, members: list[Member], awards: list[Award], payments: list[Line], proposals: list[Proposal]
) -> list[dict[str, Any]]:
    """Join everything that happened into one list, newest first."""
    events = [
        *_membership_events(members),
        *_award_events(awards),
        *_fact_events(household_id, [member.person.id for member in members]),
        *_proposal_events(proposals),
        *_payment_events(payments),
    ]
    return sorted(events, key=lambda event: event["when"], reverse=True)[:EVENTS_SHOWN]


def _membership_events(members: list[Member]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for member in members:
        events.append({"when": member.since, "title": f"{member.person.name}({member.relation_label})登记入户"})
        if member.until:
            events.append({"when": member.until, "title": f"{member.person.name}({member.relation_label})离户"})
    return events


def _award_events(awards: list[Award]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for award in awards:
        label = PROGRAMME_LABEL.get(award.programme, award.programme)
        ground = "由民政台账接续" if award.batch_id else "经审核确认"
        events.append({"when": award.since, "title": f"{label}起发,每月 {yuan(award.amount_fen_m)} 元", "who": ground})
        if award.until:
            events.append({"when": award.until, "title": f"{label}自此不再发放", "tone": "orange"})
    return events


def _fact_events(household_id: int, people: list[int]) -> list[dict[str, Any]]:
    """Sum up the statements: one event for each source, day and batch."""
    own = Fact.objects.filter(household_id=household_id) | Fact.objects.filter(person_id__in=people)
    groups = (
        own.values("known_on", "source", "said_by", "batch_id")
        .annotate(count=Count("id"), first=Min("since"), last=Max("since"))
        .order_by("-known_on", "-batch_id")[:EVENTS_SHOWN]
    )
    return [
        {
            "when": group["known_on"],
            "title": f"{group['source']}:{group['count']} 项事实",
            "who": group["said_by"] or (f"批次 {group['batch_id']}" if group["batch_id"] else ""),
        }
        for group in groups
    ]


def _proposal_events(proposals: list[Proposal]) -> list[dict[str, Any]]:
    by_id = {proposal.pk: proposal for proposal in proposals}
    events = []
    for step in Step.objects.filter(proposal_id__in=list(by_id)).order_by("id"):
        proposal = by_id[step.proposal_id]
        label = PROGRAMME_LABEL.get(proposal.programme, proposal.programme)
        act = KIND_WORDS.get(proposal.kind, proposal.kind)
        events.append(
            {
                "when": step.decided_on,
                "title": f"{STAGE_WORDS.get(step.stage, step.stage)}:{label}{act}",
                "text": step.reason,
                "href": page_url_or_none("proposal_file", proposal.pk),
            }
        )
    return events


def _payment_events(payments: list[Line]) -> list[dict[str, Any]]:
    return [
        {
            "when": dt.date.fromisoformat(f"{line.month}-01"),
            "title": f"{PROGRAMME_LABEL[line.programme]} {yuan(line.amount_fen)} 元 {line.state_label}",
            "text": line.return_text,
            "href": page_url_or_none("trace", line.pk),
            "tone": "orange" if line.state == "returned" else "",
        }
        for line in payments
    ]
