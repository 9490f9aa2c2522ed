"""The rule of a place for a month in plain words, its sources and phases, and the files offices registered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from markupsafe import Markup, escape

from doudi.desks.paging import actor_of, today_of
from doudi.desks.prices.shared import known_clauses, month_or_last, names_of, place_of, places_to_choose
from doudi.kernel.errors import BadInput
from doudi.linkage import describe, rulefile
from doudi.linkage.advice import advice
from doudi.linkage.inforce import InForce, NoRule
from doudi.prices import queries, rules
from doudi.prices.errors import STATE_WORDS
from doudi.security.permissions import may
from doudi.security.web import desk

MOST_BYTES = 400_000
PAGE = 50


def file_text(text: str) -> Markup:
    """Escape the braces of a rule file as well, so that it can never be taken for a mark of a template."""
    return Markup(str(escape(text)).replace("{", "&#123;").replace("}", "&#125;"))


@desk("view_prices")
def price_rules(request: HttpRequest) -> HttpResponse:
    """Say what rule holds at a place for an index month, and list the registered files."""
    return rules_page(request)


def rules_page(request: HttpRequest, error: BadInput | None = None, text: str = "", status: int = 200) -> HttpResponse:
    """Draw the rules page; ``error`` when a file was refused."""
    actor, on, place, month = actor_of(request), today_of(request), place_of(request), month_or_last(request)
    try:
        rule: InForce | None = queries.rule_book(on).in_force(place, month)
    except NoRule:
        rule = None
    return render(
        request,
        "desks/prices/rules.html",
        {
            "place": place,
            "month": month,
            "names": names_of([place], on),
            "choices": places_to_choose(request),
            "rule": rule,
            "versions": [(one, list(describe.version_lines(one))[1:]) for one in rule.versions] if rule else [],
            "phases": [(one, list(describe.phase_lines(one))[1:]) for one in rule.phases] if rule else [],
            "groups": [describe.group(one, rule.words) for one in rule.groups] if rule else [],
            "start": describe.condition(rule.start, rule.words) if rule and rule.start else "",
            "base": describe.base(rule.base, rule.words) if rule else "",
            "amount": describe.formula(rule.amount, rule.words) if rule and rule.amount else "",
            "records": list(queries.rule_records(actor.scope_code[:6])[:PAGE]),
            "known_clauses": known_clauses(),
            "states": STATE_WORDS,
            "error_lines": [file_text(line) for line in error.text.splitlines()] if error else [],
            "error_step": error.step if error else "",
            "text": file_text(text),
            "actor": actor,
            "may_register": may(actor, "register_price_rule"),
            "may_confirm": may(actor, "confirm_price_rule"),
        },
        status=status,
    )


@require_POST
@desk("register_price_rule")
def register(request: HttpRequest) -> HttpResponse:
    """Register a rule file, uploaded or pasted; problems are listed with their lines."""
    upload = request.FILES.get("file")
    text, shown = request.POST.get("text", ""), "规则文件"
    if upload is not None:
        raw = upload.read(MOST_BYTES + 1)
        shown = str(upload.name)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return rules_page(request, BadInput("文件不是 UTF-8 编码", next_step="另存为 UTF-8 再试"), "", 422)
    if not text.strip():
        return rules_page(request, BadInput("没有选择文件,也没有贴上内容"), "", 422)
    try:
        made = rules.register_rule(
            text.replace("\r\n", "\n"), actor=actor_of(request), on=today_of(request), shown=shown
        )
    except BadInput as error:
        return rules_page(request, error, text, 422)
    messages.success(request, f"已登记 {made.name} 的规则文件,待另一人确认")
    return redirect("price_rule_record", made.pk)


@desk("view_prices")
def rule_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show a registered file: what it means, what to look at again, and its text."""
    actor, on = actor_of(request), today_of(request)
    one = queries.rule_record(record_id, actor.scope_code[:6])
    file = rulefile.parse(one.text, "规则文件")
    return render(
        request,
        "desks/prices/rule_record.html",
        {
            "one": one,
            "names": names_of([one.place_code], on),
            "text": file_text(one.text),
            "lines": list(describe.lines(file)),
            "advice": advice(file, queries.rule_book(on)),
            "states": STATE_WORDS,
            "actor": actor,
            "may_confirm": may(actor, "confirm_price_rule", one.place_code),
            "may_withdraw": may(actor, "register_price_rule", one.place_code),
        },
    )


@require_POST
@desk("confirm_price_rule")
def confirm(request: HttpRequest, record_id: int) -> HttpResponse:
    """Put a registered file in force as the second person."""
    made = rules.confirm_rule(record_id, actor=actor_of(request), on=today_of(request))
    messages.success(request, f"{made.name} 的规则文件自 {made.confirmed_on} 起使用")
    return redirect("price_rule_record", made.pk)


@require_POST
@desk("register_price_rule")
def withdraw(request: HttpRequest, record_id: int) -> HttpResponse:
    """Take back a file that nobody has confirmed."""
    made = rules.withdraw_rule(record_id, actor=actor_of(request))
    messages.success(request, f"{made.name} 的规则文件已撤回")
    return redirect(f"{reverse('price_rules')}?place={made.place_code}")


urlpatterns = [
    path("prices/rules/", price_rules, name="price_rules"),
    path("prices/rules/new/", register, name="price_rule_register"),
    path("prices/rules/<int:record_id>/", rule_record, name="price_rule_record"),
    path("prices/rules/<int:record_id>/confirm/", confirm, name="price_rule_confirm"),
    path("prices/rules/<int:record_id>/withdraw/", withdraw, name="price_rule_withdraw"),
]
