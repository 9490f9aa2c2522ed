"""The policy library: clauses with their state, values and switches in force, and what rests on a clause."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.engine.library import STATES
from doudi.engine.parameters import AREA_LABEL, AREAS
from doudi.engine.switches import NAMES, PASSES, SwitchState
from doudi.engine.words import in_words
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.places import queries as places
from doudi.policy import queries
from doudi.policy.models import LocalRule
from doudi.security.permissions import may
from doudi.security.web import desk

PAGE_SIZE = 50
CONDITIONS: dict[str, tuple[str, Any]] = {
    "": ("一直适用", None),
    "risky": ("中、高风险期间", {"level": ["medium", "high"]}),
    "high": ("高风险期间", {"level": "high"}),
    "severe": ("疫情严重期间", {"mark": "severe"}),
    "sealed": ("封控期间", {"mark": "sealed"}),
    "disaster": ("灾害响应期间", {"mode": "disaster"}),
    "cold": ("寒潮、恶劣天气期间", {"mode": ["cold", "bad_weather"]}),
}
KIND_LABEL = {
    "fact": "计算", "criterion": "条件", "entitled": "途径", "amount": "金额", "total": "汇总", "applies": "适用",
}  # fmt: skip
SETTING_LABEL = {
    "passes": "仍可退出", "months": "月数", "pay_permille": "发放比例", "mode": "方式", "months_ahead": "可提前月数",
    "due_on": "期限", "due_time": "报送时间", "weekday": "报送日", "week": "统计周", "holiday": "遇节假日",
}  # fmt: skip
SETTING_WORD = {
    "stop": "停止复查", "lengthen": "延长时限", "friday": "星期五", "saturday_to_friday": "周六至周五",
    "working_day_before": "提前到前一工作日",
}  # fmt: skip


class Filled(dict[str, str]):
    """What was typed or complained of, by field; a field nobody touched is empty."""

    def __missing__(self, field: str) -> str:
        return ""


@desk("view_policy")
def policy_library(request: HttpRequest) -> HttpResponse:
    """List the documents, and the clauses that contain the words, by state and document."""
    texts = queries.library()
    words = request.GET.get("q", "").strip()[:60]
    state, document = request.GET.get("state", ""), request.GET.get("document", "")
    state = state if state in STATES else ""
    document = document if document in texts.documents else ""
    found = texts.search(words, state, document, notices_only=not document)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = {name: sum(one.state == name for one in texts.notices) for name in STATES}
    chosen = [("字词", words, "q")] if words else []
    chosen += [("状态", STATES[state], "state")] if state else []
    chosen += [("文件", document, "document")] if document else []
    return render(
        request,
        "desks/policy/library.html",
        {
            "documents": [(one, len(texts.of(one.id))) for one in texts.documents.values()],
            "names": _place_names([one.place for one in texts.documents.values()], today_of(request)),
            "today": today_of(request),
            "page": page,
            "count": len(found),
            "counts": counts,
            "total": len(texts.notices),
            "q": words,
            "state": state,
            "document": document,
            "chosen": chosen,
            "states": [("", "全部"), *STATES.items()],
            "document_options": [("", "全部通知"), *((one.id, one.title) for one in texts.documents.values())],
        },
    )


@desk("view_policy")
def clause_file(request: HttpRequest, clause_id: str) -> HttpResponse:
    """Show a clause with everything that rests on it; several ids joined by 、 give a list of them."""
    ids = clause_id.split("、")
    if len(ids) > 1:
        return render(request, "desks/policy/clauses.html", {"clauses": [queries.clause(one) for one in ids]})
    found = queries.dependents_of(clause_id)
    on = today_of(request)
    home = request.actor.scope_code[:6]  # type: ignore[attr-defined]
    used = sorted({use.name for use in found.values} | {one.name for one in found.declared})
    here = [one for name in used for one in _values_at(name, home, on)] if home else []
    codes_shown = [home, *(use.row.place for use in found.values), *(rule.division_code for rule in found.local)]
    codes_shown += [one["resolved"].place for one in here if one["resolved"]]
    return render(
        request,
        "desks/policy/clause.html",
        {
            "clause": found.clause,
            "document": found.document,
            "found": found,
            "home": home,
            "here": here,
            "today": on,
            "names": _place_names(codes_shown, on),
            "kinds": KIND_LABEL,
            "programmes": PROGRAMME_LABEL,
            "switch_names": NAMES,
            "areas": AREA_LABEL,
            "value_words": lambda row: in_words(row.value, queries.law().parameters.unit(row.name)),
        },
    )


def _values_at(name: str, place: str, on: dt.date) -> list[dict[str, Any]]:
    """Resolve one parameter at a place for both areas; one line when they are the same."""
    book = queries.law().parameters
    extra = queries.local_rows(on, on)
    found = {area: book.resolve(name, place, area, on, None, extra) for area in AREAS}
    about = book.declarations[name]
    if found["urban"] == found["rural"]:
        found = {"": found["urban"]}
    return [
        {
            "about": about,
            "area": AREA_LABEL[area],
            "resolved": one,
            "words": in_words(one.value, about.unit) if one else "",
        }
        for area, one in found.items()
    ]


@desk("view_policy")
def parameter_list(request: HttpRequest) -> HttpResponse:
    """List the values in force at a place on a day, with source and a mark on what is not verified."""
    return parameters_page(request)


def parameters_page(
    request: HttpRequest, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """Draw the list of values with the form for a local one; ``errors`` by field when it was sent back."""
    place, on = place_and_day(request)
    area = request.GET.get("area", "")
    area = area if area in AREAS else "rural"
    rows: list[dict[str, Any]] = [
        {
            "about": one.about,
            "programme": PROGRAMME_LABEL.get(one.about.programme, "通用"),
            "resolved": one.resolved,
            "words": in_words(one.resolved.value, one.about.unit) if one.resolved else "",
        }
        for one in queries.parameters_in_force(place, area, on)
    ]
    local = list(queries.local_rules_at(place, "parameter")[:PAGE_SIZE])
    shown = [row["resolved"].place for row in rows if row["resolved"]] + [rule.division_code for rule in local]
    book = queries.law().parameters
    return render(
        request,
        "desks/policy/parameters.html",
        {
            **_common(request, place, on, "parameter", local, shown, errors, typed),
            "rows": rows,
            "doubtful": sum(1 for row in rows if row["resolved"] and not row["resolved"].verified),
            "area": area,
            "areas": [("rural", "农村"), ("urban", "城市")],
            "area_label": AREA_LABEL,
            "condition_options": [(key, words) for key, (words, _) in CONDITIONS.items()],
            "names_of_values": [(name, f"{book.label(name)}") for name in book.names],
            "labels": {name: book.label(name) for name in book.names},
            "value_words": lambda rule: in_words(rule.value_int, book.unit(rule.name)),
        },
        status=status,
    )


@desk("view_policy")
def switch_list(request: HttpRequest) -> HttpResponse:
    """List the switches that are on at a place on a day, what the place may decide, and local decisions."""
    return switches_page(request)


def switches_page(
    request: HttpRequest, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """Draw the list of switches with the form for a local decision; ``errors`` by field when it was sent back."""
    place, on = place_and_day(request)
    states = queries.switches_in_force(place, on)
    local = list(queries.local_rules_at(place, "switch")[:PAGE_SIZE])
    book = queries.law().switches
    options = [row for name in NAMES for row in book.options_for(name, place, on)]
    shown = [state.place_code for state in states] + [rule.division_code for rule in local]
    return render(
        request,
        "desks/policy/switches.html",
        {
            **_common(request, place, on, "switch", local, shown, errors, typed),
            "states": [{"state": state, "settings": _settings_in_words(state)} for state in states],
            "off": [label for name, label in NAMES.items() if name not in {state.name for state in states}],
            "options": options,
            "switch_names": NAMES,
            "labels": NAMES,
            "programmes": PROGRAMME_LABEL,
            "name_options": [(name, NAMES[name]) for name in dict.fromkeys(row.name for row in options)]
            or [("", "无")],
            "clause_options": [(row.clause, f"{row.clause} {row.note}") for row in options],
        },
        status=status,
    )


def _settings_in_words(state: SwitchState) -> list[tuple[str, str]]:
    return [(SETTING_LABEL.get(key, key), _setting_words(key, value)) for key, value in state.settings.items()]


def _setting_words(key: str, value: Any) -> str:
    if key == "passes":
        return "、".join(PASSES.get(one, one) for one in value)
    if key == "pay_permille":
        return in_words(value, "permille")
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    return SETTING_WORD.get(str(value), str(value))


def _common(
    request: HttpRequest,
    place: str,
    on: dt.date,
    kind: str,
    local: list[LocalRule],
    shown: list[str],
    errors: dict[str, str] | None,
    typed: dict[str, str] | None,
) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    names = _place_names([place, *shown], on)
    return {
        "place": place,
        "place_path": places.path_name(place, on),
        "on": on,
        "kind": kind,
        "local": local,
        "names": names,
        "errors": Filled(errors or {}),
        "typed": Filled(typed or {}),
        "may_propose": may(actor, "propose_local_rule"),
        "may_confirm": may(actor, "confirm_local_rule"),
        "actor": actor,
        "in_scope": lambda code: codes.contains(actor.scope_code, code),
    }


def place_and_day(request: HttpRequest) -> tuple[str, dt.date]:
    """Read which place and which day the page is asked for; by default the post's own and today.

    :raises BadInput: not a code, or not a date.
    """
    asked = request.GET.get("place", "").strip()
    own = request.actor.scope_code  # type: ignore[attr-defined]
    place = codes.from_padded(asked) if asked else own[:9]
    text = request.GET.get("on", "").strip()
    try:
        return place or "23", dt.date.fromisoformat(text) if text else today_of(request)
    except ValueError:
        raise BadInput(f"“{text}”不是日期", where="日期", next_step="请写成 2022-04-15") from None


def today_of(request: HttpRequest) -> dt.date:
    """Give the business date of the request."""
    return request.today  # type: ignore[attr-defined]


def _place_names(wanted: list[str], on: dt.date) -> dict[str, str]:
    return places.names_of({code for code in wanted if code}, on) | {"": "全国"}


urlpatterns = [
    path("policy/", policy_library, name="policy_library"),
    path("policy/clauses/<str:clause_id>/", clause_file, name="clause_file"),
    path("policy/parameters/", parameter_list, name="parameter_list"),
    path("policy/switches/", switch_list, name="switch_list"),
]
