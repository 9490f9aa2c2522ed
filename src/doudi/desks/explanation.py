"""Why somebody gets what they get: the reasons as decided, or reckoned again with today's facts and rules."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.benefits import queries as awards
from doudi.cases.models import Proposal
from doudi.desks.paging import actor_of, today_of
from doudi.determination import queries
from doudi.determination.models import Determination
from doudi.kernel.actors import SYSTEM
from doudi.kernel.codes import at_level
from doudi.kernel.periods import Month
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.places import queries as places
from doudi.registry import queries as registry
from doudi.security.permissions import require
from doudi.security.scope import acting
from doudi.security.web import desk

COUNTY_LEVEL = 3
DIGEST_SHOWN = 12


def reckoned_today(request: HttpRequest, one: Determination) -> dict[str, Any] | None:
    """Reckon a determination again as of today. The county's full lists are read by the system, nothing else."""
    on = today_of(request)
    with acting(SYSTEM, at_level(one.division_code, COUNTY_LEVEL)):
        held = awards.held_awards(one.division_code, Month.of(on), one.household_id)
        told = queries.retell(one, on, on, held)
    return told.as_dict() if told else None


def as_decided(one: Determination) -> tuple[dict[str, Any], str, str]:
    """Give the stored reasons, and a remark with its tone where the reader must know more."""
    told = queries.explain_stored(one.pk)
    if told.programme is None:
        remark = "规则此后有修改。下面是认定当时留存的条件和结论,没有逐步演算。"
        return told.in_frozen_words, remark, "warn"
    if told.differs:
        return told.programme.as_dict(), "现在的程序得不出当时的结果,请报告系统管理员。", "bad"
    return told.programme.as_dict(), "", ""


@desk("view_family")
def explanation(request: HttpRequest, determination_id: int) -> HttpResponse:
    """Show the reasons of one determination and the family's other outcomes of the same run."""
    one = queries.determination(determination_id)
    require(actor_of(request), "view_family", one.division_code)
    is_now = request.GET.get("as") == "now"
    remark, tone = "", ""
    told: dict[str, Any] | None
    if is_now:
        told = reckoned_today(request, one)
    else:
        told, remark, tone = as_decided(one)
    others = queries.siblings_of(one)
    people = registry.people({row.subject_id for row in others if row.subject_kind == "p"})
    family = registry.households([one.household_id])[one.household_id]
    return render(
        request,
        "desks/explanation/explanation.html",
        {
            "one": one,
            "run": one.run,
            "family": family,
            "place": places.path_name(one.division_code, today_of(request)),
            "label": PROGRAMME_LABEL.get(one.programme, one.programme),
            "told": told,
            "remark": remark,
            "tone": tone,
            "is_now": is_now,
            "rules_version": f"规则 {one.run.rule_digest[:DIGEST_SHOWN]}",
            "others": [(row, people[row.subject_id].name if row.subject_id in people else "") for row in others],
            "proposals": list(Proposal.objects.filter(determination_id=one.pk).order_by("-id")),
        },
    )


urlpatterns = [path("explanations/<int:determination_id>/", explanation, name="explanation")]
