"""States and modes of places: townships at a glance, recording by two people, list files, and what a state does."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.desks import imports
from doudi.desks.policy.pages import Filled, place_and_day, today_of
from doudi.engine.states import GRADES, KINDS
from doudi.facts import readers
from doudi.kernel import codes
from doudi.kernel.errors import BadInput, WrongField
from doudi.places import queries as places
from doudi.policy.effects import Effects, effects_at
from doudi.regions import lists, queries, services
from doudi.regions.services import Draft
from doudi.security.permissions import may
from doudi.security.web import desk

SHOWN = 100
TONES = {"low": "green", "medium": "yellow", "high": "red"}
COUNTY = 6
COUNTS = """
select (select count(*) from registry_household h where h.division_code >= %(low)s and h.division_code < %(high)s
          and h.since <= %(on)s and (h.until is null or h.until > %(on)s)),
       (select count(*) from cases_proposal p where p.division_code >= %(low)s and p.division_code < %(high)s
          and p.state = 'held'),
       (select count(*) from benefits_award a where a.division_code >= %(low)s and a.division_code < %(high)s
          and a.since <= %(on)s and (a.until is null or a.until > %(on)s))
"""


@desk("view_policy")
def region_list(request: HttpRequest) -> HttpResponse:
    """Show the townships of a county with their states, what was recorded, and the forms."""
    return _page(request)


def _page(
    request: HttpRequest,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    outcome: lists.Outcome | None = None,
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    place, on = place_and_day(request)
    actor = request.actor  # type: ignore[attr-defined]
    county = place[:COUNTY]
    records = list(queries.states_at(place)[:SHOWN])
    batches = {one.batch for one in records if one.batch and one.state == "proposed"}
    return render(
        request,
        "desks/regions/list.html",
        {
            "place": place,
            "place_path": places.path_name(place, on),
            "on": on,
            "townships": queries.townships(county, on) if len(county) == COUNTY else [],
            "around": queries.around(place, on),
            "tones": TONES,
            "records": records,
            "batches": sorted(batches),
            "names": places.names_of({one.division_code for one in records} | {place}, on),
            "kinds": KINDS,
            "grades": GRADES,
            "state_words": {"proposed": "待确认", "confirmed": "", "withdrawn": "已撤回"},
            "value_options": [
                (f"{kind}:{value}", word) for kind, values in KINDS.items() for value, word in values.items()
            ],
            "grade_options": [("", "无"), *GRADES.items()],
            "errors": Filled(errors or {}),
            "typed": Filled(typed or {}),
            "outcome": outcome,
            "token": token,
            "actor": actor,
            "may_propose": may(actor, "propose_region_state"),
            "may_confirm": may(actor, "confirm_region_state"),
            "in_scope": lambda code: codes.contains(actor.scope_code, code),
            "last_day": lambda until: until - dt.timedelta(days=1),
        },
        status=status,
    )


@require_POST
@desk("propose_region_state")
def region_propose(request: HttpRequest) -> HttpResponse:
    """Record a level, mark or mode; a wrong field sends the form back with what was typed."""
    typed = {name: str(value).strip() for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        draft = _draft(typed)
        made = services.propose_state(draft, on=today_of(request), actor=request.actor)  # type: ignore[attr-defined]
    except WrongField as error:
        words = error.text + (f"。{error.step}" if error.step else "")
        return _page(request, {error.field: words}, typed, status=422)
    messages.success(request, f"已登记第 {made.pk} 号,待另一人确认后生效")
    return _back(made.division_code)


def _draft(typed: dict[str, str]) -> Draft:
    kind, _, value = typed.get("value", "").partition(":")
    last, grade = _day(typed, "until"), typed.get("grade", "")
    return Draft(
        kind=kind,
        value=value,
        division_code=typed.get("division_code", ""),
        since=_day(typed, "since"),
        until=None if last is None else last + dt.timedelta(days=1),
        document=typed.get("document", ""),
        document_number=typed.get("document_number", ""),
        grade=int(grade) if grade.isdigit() else None,
        note=typed.get("note", ""),
    )


def _day(typed: dict[str, str], field: str) -> dt.date | None:
    text = typed.get(field, "")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongField(field, f"“{text}”不是日期", next_step="请写成 2022-06-10") from None


@require_POST
@desk("view_policy")
def region_act(request: HttpRequest, state_id: int, act: str) -> HttpResponse:
    """Confirm, withdraw or end one record; the room asks for the right post."""
    text = request.POST.get("version", "")
    version, actor, on = int(text) if text.isdigit() else None, request.actor, today_of(request)  # type: ignore[attr-defined]
    if act == "confirm":
        one = services.confirm_state(state_id, on=on, actor=actor, version=version)
        words = f"第 {one.pk} 号已确认,自 {one.since} 起生效"
    elif act == "withdraw":
        one = services.withdraw_state(state_id, actor=actor, version=version)
        words = f"第 {one.pk} 号已撤回"
    elif act == "end":
        until = _day({"until": request.POST.get("until", "").strip()}, "until")
        one = services.end_state(state_id, until=until, on=on, actor=actor, version=version)
        words = f"第 {one.pk} 号自 {one.until} 起恢复常态"
    else:
        raise BadInput("没有这种办理", next_step="请从列表进入")
    messages.success(request, words)
    return _back(one.division_code)


@require_POST
@desk("confirm_region_state")
def region_batch(request: HttpRequest) -> HttpResponse:
    """Confirm everything of one list file."""
    actor = request.actor  # type: ignore[attr-defined]
    count = services.confirm_batch(request.POST.get("batch", ""), on=today_of(request), actor=actor)
    messages.success(request, f"名单已确认,{count} 项生效")
    return _back(actor.scope_code)


@require_POST
@desk("propose_region_state")
def region_import(request: HttpRequest) -> HttpResponse:
    """Try a list file, then take it in; rows with problems are named and left out."""
    token, upload = request.POST.get("token", ""), request.FILES.get("file")
    actor, on = request.actor, today_of(request)  # type: ignore[attr-defined]
    try:
        if token:
            kept = imports._waiting_folder() / token if imports.TOKEN.fullmatch(token) else None
            if kept is None or not kept.is_file():
                raise BadInput("预检过的名单已不在", next_step="请重新上传")
        elif upload is None:
            raise BadInput("请选择名单文件", next_step="CSV 或 XLSX,第一行为列名")
        else:
            kept = imports._keep(upload)
        name = Path(request.POST.get("file_name") or (upload.name if upload else "") or "名单").name
        rows = readers.read(kept).rows
        outcome = lists.load_list(rows, file_name=name, on=on, actor=actor, dry_run=not token)
    except BadInput as error:
        return _page(request, {"file": f"{error.text}。{error.step}"}, status=422)
    if not token:
        return _page(request, outcome=outcome, token=kept.name)
    kept.unlink(missing_ok=True)
    messages.success(request, f"已登记 {outcome.made_count} 项,待另一人整批确认")
    return _back(actor.scope_code)


@desk("view_policy")
def region_effects(request: HttpRequest) -> HttpResponse:
    """Show what the states and measures in force do at a place on a day, each with its clause and end."""
    place, on = place_and_day(request)
    found = effects_at(place, on)
    return render(
        request,
        "desks/regions/effects.html",
        {
            "place": place,
            "place_path": places.path_name(place, on),
            "on": on,
            "found": found,
            "names": places.names_of({one.place_code for one in found.all} | {place}, on) | {"": "全国"},
            "settings": {"blocked": "不入户", "needs_reason": "入户须写明理由"},
            "counts": _counts(place, on, found),
        },
    )


def _counts(place: str, on: dt.date, found: Effects) -> list[tuple[str, Any]]:
    """Count what the measures touch within what the reader may see; one query."""
    if not found.all:
        return []
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"low": place, "high": codes.upper(place), "on": on})
        families, held, awards = cursor.fetchone()
    return [("家庭(户)", families), ("暂缓中的退出(件)", held), ("在享待遇(项)", awards)]


def _back(place: str) -> HttpResponse:
    return redirect(f"{reverse('region_list')}?place={place}#records")


urlpatterns = [
    path("regions/", region_list, name="region_list"),
    path("regions/effects/", region_effects, name="region_effects"),
    path("regions/new/", region_propose, name="region_propose"),
    path("regions/import/", region_import, name="region_import"),
    path("regions/batch/", region_batch, name="region_batch"),
    path("regions/<int:state_id>/<str:act>/", region_act, name="region_act"),
]
