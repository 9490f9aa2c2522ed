"""Recording a local value or switch from the page: propose, confirm, withdraw, end."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.desks.policy import pages
from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan
from doudi.policy import queries, services
from doudi.policy.models import LocalRule
from doudi.policy.services import Draft, WrongField
from doudi.security.web import desk

PAGES = {"parameter": pages.parameters_page, "switch": pages.switches_page}
LISTS = {"parameter": "parameter_list", "switch": "switch_list"}


@require_POST
@desk("propose_local_rule")
def propose(request: HttpRequest, kind: str) -> HttpResponse:
    """Record a local value or switch; a wrong field sends the form back with what was typed."""
    if kind not in PAGES:
        raise BadInput("只能登记参数或开关")
    typed = {name: str(value).strip() for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        draft = _draft(kind, typed)
        rule = services.propose_local_rule(draft, on=pages.today_of(request), actor=request.actor)  # type: ignore[attr-defined]
    except WrongField as error:
        words = error.text + (f"。{error.step}" if error.step else "")
        return PAGES[kind](request, {error.field: words}, typed, 422)
    messages.success(request, f"已登记第 {rule.pk} 号,待另一人确认后生效")
    return redirect(f"{reverse(LISTS[kind])}?place={rule.division_code}#records")


def _draft(kind: str, typed: dict[str, str]) -> Draft:
    name = typed.get("name", "")
    return Draft(
        kind=kind,
        name=name,
        division_code=typed.get("division_code", ""),
        since=_day(typed, "since"),
        until=_day(typed, "until"),
        document=typed.get("document", ""),
        document_number=typed.get("document_number", ""),
        clause=typed.get("clause", ""),
        area=typed.get("area", "") if kind == "parameter" else "",
        value_int=_value(name, typed.get("value", "")) if kind == "parameter" else None,
        condition=_condition(typed.get("condition", "")) if kind == "parameter" else None,
        is_on=typed.get("is_on", "1") == "1",
        note=typed.get("note", "")[:300],
    )


def _condition(key: str) -> Any:
    if key not in pages.CONDITIONS:
        raise WrongField("condition", "没有这种适用条件", next_step="请从列表中选")
    return pages.CONDITIONS[key][1]


def _day(typed: dict[str, str], field: str) -> dt.date | None:
    text = typed.get(field, "")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongField(field, f"“{text}”不是日期", next_step="请写成 2022-04-15") from None


def _value(name: str, text: str) -> int | None:
    """Read a value in the words of the desk: yuan for money, percent for shares, else a whole number."""
    if not text:
        return None
    unit = queries.law().parameters.unit(name)
    try:
        if unit.startswith("fen"):
            return fen_from_yuan(text, field="值")
        if unit == "permille":
            return fen_from_yuan(text.removesuffix("%"), field="值") // 10
        return int(text)
    except (BadInput, ValueError):
        asked = "元数,如 669.00" if unit.startswith("fen") else "百分数,如 60" if unit == "permille" else "整数"
        raise WrongField("value", f"“{text}”不是可用的值", next_step=f"请写{asked}") from None


@require_POST
@desk("confirm_local_rule")
def confirm(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Put a proposed record in force as the second person."""
    version = _version(request)
    actor = request.actor  # type: ignore[attr-defined]
    rule = services.confirm_local_rule(rule_id, on=pages.today_of(request), actor=actor, version=version)
    messages.success(request, f"第 {rule.pk} 号已确认,自 {rule.since} 起生效")
    return _back(rule)


@require_POST
@desk("propose_local_rule")
def withdraw(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take back a record that nobody has confirmed."""
    version = _version(request)
    rule = services.withdraw_local_rule(rule_id, actor=request.actor, version=version)  # type: ignore[attr-defined]
    messages.success(request, f"第 {rule.pk} 号已撤回")
    return _back(rule)


@require_POST
@desk("confirm_local_rule")
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Give a record in force an end."""
    until = _day({"until": request.POST.get("until", "").strip()}, "until")
    version = _version(request)
    actor = request.actor  # type: ignore[attr-defined]
    rule = services.end_local_rule(rule_id, until=until, on=pages.today_of(request), actor=actor, version=version)
    messages.success(request, f"第 {rule.pk} 号将于 {rule.until} 终止")
    return _back(rule)


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None


def _back(rule: LocalRule) -> HttpResponse:
    return redirect(f"{reverse(LISTS[rule.kind])}?place={rule.division_code}#records")


urlpatterns = [
    path("policy/records/<str:kind>/new/", propose, name="local_rule_propose"),
    path("policy/records/<int:rule_id>/confirm/", confirm, name="local_rule_confirm"),
    path("policy/records/<int:rule_id>/withdraw/", withdraw, name="local_rule_withdraw"),
    path("policy/records/<int:rule_id>/end/", end, name="local_rule_end"),
]
