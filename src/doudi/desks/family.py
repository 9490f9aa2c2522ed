"""Families: the list by place, one family's file (一户一档), and the form for a fact stated by hand."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from doudi.audit.services import record
from doudi.desks import enrolments, exporting, household_facts, household_rows, household_story
from doudi.desks.household_rows import PAGE_SIZE, HouseholdRow, Wanted
from doudi.engine.inputs import Input
from doudi.facts import services as facts
from doudi.facts.cells import CellError, read_date
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.kernel.programmes import MONTHLY_PROGRAMME_CHOICES, Programme
from doudi.places import queries as places
from doudi.registry import queries as registry
from doudi.registry.enums import AREAS
from doudi.registry.slips import HouseholdFile
from doudi.security.permissions import may, require
from doudi.security.web import desk

COUNTY_LEVEL = 3
EXPORT_HEADER = ["户编号", "户主", "所在地", "城乡", "人口", "现享受", "月金额(元)"]
BATCH_READERS = ("county", "province", "auditor")


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _today(request: HttpRequest) -> dt.date:
    return request.today  # type: ignore[attr-defined]


def _wanted(request: HttpRequest) -> Wanted:
    """Read the filters; a place outside the post's divisions is refused, not narrowed."""
    actor = _actor(request)
    place = request.GET.get("place", "").strip() or actor.scope_code
    codes.check(place)
    if not codes.contains(actor.scope_code, place):
        raise NotPermitted("无权限:不在本岗位的管辖范围", next_step="请在所辖地区内选择")
    area, programme = request.GET.get("area", ""), request.GET.get("programme", "")
    if area and area not in AREAS:
        raise BadInput(f"没有“{area}”这一城乡类别", next_step="请从列表中选择")
    if programme and programme not in {"none", *Programme.__members__}:
        raise BadInput(f"没有“{programme}”这一救助项目", next_step="请从列表中选择")
    return Wanted(place, _today(request), area, programme, request.GET.get("name", "").strip()[:30])


def _place_options(scope: str, place: str, on: dt.date) -> list[tuple[str, str]]:
    """Offer the post's own division, the way down to the chosen place, and what lies directly below it."""
    offered = [("", f"全部({places.name(scope, on) if scope else '全国'})")]
    steps = [code for code in reversed(codes.chain(place)) if len(code) > len(scope)]
    offered += [(code, f"{'— ' * n}{places.name(code, on)}") for n, code in enumerate(steps)]
    if codes.level(place) < len(codes.LENGTHS) - 1:
        indent = "— " * len(steps)
        offered += [(child.code, f"{indent}{child.name}") for child in places.children(place, on)]
    return offered


def _chosen(wanted: Wanted, scope: str) -> list[tuple[str, str, str]]:
    chosen = []
    if wanted.place != scope:
        chosen.append(("所在地", places.name(wanted.place, wanted.on), "place"))
    if wanted.area:
        chosen.append(("城乡", AREAS[wanted.area], "area"))
    if wanted.programme:
        label = "没有待遇" if wanted.programme == "none" else Programme[wanted.programme].label
        chosen.append(("现享受", label, "programme"))
    if wanted.name:
        chosen.append(("户主", wanted.name, "name"))
    return chosen


@desk("view_family")
def household_list(request: HttpRequest) -> HttpResponse:
    """List the families of a place, or give the same list as a file."""
    wanted = _wanted(request)
    if request.GET.get("export") in ("csv", "xlsx"):
        return _export(request, wanted)
    scope = _actor(request).scope_code
    count = household_rows.count_of(wanted)
    page = Paginator(range(count), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = household_rows.rows_of(wanted, limit=PAGE_SIZE, offset=(page.number - 1) * PAGE_SIZE)
    return render(
        request,
        "desks/family/household_list.html",
        {
            "wanted": wanted,
            "place_value": wanted.place if wanted.place != scope else "",
            "place_options": _place_options(scope, wanted.place, wanted.on),
            "area_options": [("", "城乡不限"), *AREAS.items()],
            "programme_options": [("", "不限"), ("none", "没有待遇"), *MONTHLY_PROGRAMME_CHOICES],
            "chosen": _chosen(wanted, scope),
            "count": count,
            "page": page,
            "rows": rows,
            "place_names": places.path_names({row.division_code for row in rows}, wanted.on) if rows else {},
            "areas": AREAS,
        },
    )


def _export(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    actor = _actor(request)
    rows = household_rows.rows_of(wanted, limit=household_rows.EXPORT_AT_MOST)
    names = places.path_names({row.division_code for row in rows}, wanted.on) if rows else {}
    chosen = ";".join(f"{label}={value}" for label, value, _name in _chosen(wanted, actor.scope_code)) or "全部"
    record(
        "list.exported",
        actor=actor,
        division_code=wanted.place,
        subject="household_list",
        details={"rows": len(rows), "filter": chosen, "format": request.GET["export"]},
    )
    foot = [f"导出人:{actor.name}({actor.role_label})  {timezone.localtime():%Y-%m-%d %H:%M}", f"筛选条件:{chosen}"]
    return exporting.answer(
        f"家庭名册-{wanted.on}", request.GET["export"], EXPORT_HEADER, [_export_row(r, names) for r in rows], foot
    )


def _export_row(row: HouseholdRow, names: dict[str, str]) -> list[object]:
    amount = "" if row.amount_fen_m is None else f"{row.amount_fen_m / 100:.2f}"
    place = names.get(row.division_code, row.division_code)
    words = row.programme_words
    return [row.number, row.head_name, place, AREAS.get(row.area, ""), row.member_count, words, amount]


def _file(request: HttpRequest, household_id: int, verb: str) -> HouseholdFile:
    """Open a family's file for an act. What is not visible is not permitted, whether or not it exists."""
    found = registry.household_file(household_id, _today(request))
    require(_actor(request), verb, found.household.division_code)
    return found


@desk("view_family")
def household_file(request: HttpRequest, household_id: int) -> HttpResponse:
    """Show one family: who, what it receives, what is known with source and age, what happened."""
    found = _file(request, household_id, "view_family")
    actor, today = _actor(request), _today(request)
    everyone = [*found.members, *found.others]
    awards = household_story.awards_of(household_id)
    payments = household_story.payments_of(household_id)
    proposals = household_story.proposals_of(household_id)
    running = [a for a in awards if a.since <= today and (a.until is None or a.until > today)]
    code = found.household.division_code
    county = codes.at_level(code, COUNTY_LEVEL)
    return render(
        request,
        "desks/family/household_file.html",
        {
            "file": found,
            "head": next((m for m in found.members if m.relation == "head"), None),
            "names": {member.person.id: member.person.name for member in everyone},
            "twice": enrolments.twice_words(household_id, today),
            "awards": awards,
            "running": running,
            "running_fen": sum(award.amount_fen_m for award in running),
            "payments": payments,
            "proposals": [p for p in proposals if p.state not in ("confirmed", "withdrawn")],
            "decided": household_story.decided_for(household_id, everyone),
            "sheets": household_facts.sheets_of(household_id, found.members, county, today),
            "story": household_story.timeline(household_id, everyone, awards, payments, proposals),
            "may_state": may(actor, "state_fact", code),
            "may_reveal": may(actor, "reveal_identity", code),
            "may_open_batches": actor.role in BATCH_READERS,
        },
    )


@desk("state_fact")
def state_fact(request: HttpRequest, household_id: int) -> HttpResponse:
    """Offer the form for one fact, and take it in."""
    found = _file(request, household_id, "state_fact")
    statable = facts.statable()
    given = request.POST if request.method == "POST" else request.GET
    form = {name: given.get(name, "").strip() for name in ("who", "name", "value", "since", "source")}
    form["since"] = form["since"] or _today(request).isoformat()
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _stated(request, found, form)
        if not errors:
            label = statable[form["name"]].label
            messages.success(request, f"已登记“{label}”。下次认定时按新的事实判断,原有记录保留")
            return redirect("household_file", household_id)
    return render(request, "desks/family/state_fact.html", _fact_form(found, statable, form, errors))


def _stated(request: HttpRequest, found: HouseholdFile, form: dict[str, str]) -> dict[str, str]:
    """Take the fact in; give what is wrong by field otherwise."""
    members = {str(member.person.id): member.person.id for member in found.members}
    if form["who"] and form["who"] not in members:
        return {"who": "请从本户现有成员中选择"}
    try:
        since = read_date(form["since"])
    except CellError as error:
        return {"since": str(error)}
    subject = (
        facts.Subject(person_id=members[form["who"]]) if form["who"] else facts.Subject(household_id=found.household.id)
    )
    try:
        facts.state_fact(
            subject,
            form["name"],
            form["value"],
            since=since,
            known_on=_today(request),
            actor=_actor(request),
            source=form["source"],
        )
    except NotPermitted:
        raise
    except Refusal as error:
        field = {"自何时起": "since"}.get(getattr(error, "where", ""), "value" if form["name"] else "name")
        return {field: f"{error.text}。{error.step}" if error.step else error.text}
    return {}


def _fact_form(
    found: HouseholdFile, statable: dict[str, Input], form: dict[str, str], errors: dict[str, str]
) -> dict[str, Any]:
    return {
        "file": found,
        "form": form,
        "errors": errors,
        "who_options": [
            ("", "整户(家庭共有的情况)"),
            *((str(m.person.id), f"{m.person.name}({m.relation_label})") for m in found.members),
        ],
        "name_options": [
            ("", "请选择"),
            *((one.name, f"{one.label}({'个人' if one.entity == 'person' else '家庭'})") for one in statable.values()),
        ],
        "value_hint": _value_hint(statable.get(form["name"])),
        "source_options": [(source, source) for source in facts.SOURCES],
    }


def _value_hint(one: Input | None) -> str:
    if one is None:
        return "金额写元,例如 1234.50;是非写“是”或“否”;不清楚的不要填 0"
    if one.type == "bool":
        return "写“是”或“否”"
    if one.values:
        return "可写:" + "、".join(one.values.values())
    if one.unit.startswith("fen"):
        period = {"fen/month": "每月", "fen/year": "每年"}.get(one.unit, "")
        return f"{period}金额,单位元,例如 1234.50"
    return "写整数"


urlpatterns = [
    path("families/", household_list, name="household_list"),
    path("families/<int:household_id>/", household_file, name="household_file"),
    path("families/<int:household_id>/facts/new/", state_fact, name="state_fact"),
]
