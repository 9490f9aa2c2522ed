"""The workbench: what waits for this post today, in the order of what presses."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.desks import queues
from doudi.desks.shell import Banner, switch_banners
from doudi.kernel.actors import Actor
from doudi.kernel.calendar import report_due, week_of_report
from doudi.kernel.errors import BadInput
from doudi.reports.models import Submission
from doudi.security.web import desk
from doudi.ui.jinja_env import page_url_or_none

WEEKDAYS = "一二三四五六日"
ALL_SWITCHES = ("exit_freeze", "review_freeze", "phase_out", "advance_payment", "weekly_report")
REPORTERS = ("township", "county", "province")
DECIDERS = ("village", "township", "county", "province", "auditor")
PAYERS = ("county", "finance", "province", "auditor")


def day_words(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"


def report_clock(actor: Actor, today: dt.date) -> dict[str, Any] | None:
    """Say until when this week's report is due and whether it was sent; None for posts that do not report."""
    href = page_url_or_none("weekly_report")
    if actor.role not in REPORTERS or href is None:
        return None
    week = week_of_report(today)
    try:
        due = report_due(today)
    except BadInput:  # the year's holidays are not recorded yet; the report page says what to do
        due = None
    sent = (
        Submission.objects.filter(division_code=actor.scope_code, week_end=week.last_day).order_by("-version").first()
    )
    return {"week": week, "due": due, "sent": sent, "days_left": (due.day - today).days if due else None, "href": href}


def heaps_of(actor: Actor) -> list[queues.Queue]:
    """Collect the heaps of one post; the number of queries depends on the post, never on the rows."""
    heaps: list[queues.Queue] = []
    if actor.role in DECIDERS:
        heaps += queues.proposal_queues(actor)
    if actor.role in ("village", "township", "county"):
        heaps.append(queues.needs_facts_queue())
    if actor.role in PAYERS:
        heaps += queues.pay_queues(actor)
    if actor.role in ("county", "province"):
        heaps.append(queues.local_rule_queue())
    return queues.with_pages(heaps)


def switches_of(actor: Actor, today: dt.date) -> list[Banner]:
    return switch_banners(actor.scope_code, today, ALL_SWITCHES)


@desk()
def workbench(request: HttpRequest) -> HttpResponse:
    """Show the heaps of the post, the first items, the clock of the report and the switches in force."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today: dt.date = request.today  # type: ignore[attr-defined]
    run = queues.latest_run() if actor.role in PAYERS else None
    heaps = heaps_of(actor)
    return render(
        request,
        "desks/workbench/workbench.html",
        {
            "day": day_words(today),
            "heaps": heaps,
            "open_count": sum(heap.count for heap in heaps if heap.tone in ("orange", "blue")),
            "items": queues.first_items(actor, today),
            "batches": queues.latest_batches() if actor.role in ("county", "province") else [],
            "switches": switches_of(actor, today),
            "report": report_clock(actor, today),
            "run": run,
            "run_steps": queues.run_steps(run) if run else None,
        },
    )


urlpatterns = [path("", workbench, name="workbench")]
