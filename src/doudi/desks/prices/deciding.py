"""A month's evaluation with its reasons, and the decision on it by two people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.desks.paging import actor_of, today_of
from doudi.desks.prices.shared import Filled, known_clauses, month_or_last, names_of, place_of
from doudi.kernel import codes
from doudi.kernel.errors import NotPermitted
from doudi.kernel.periods import Month
from doudi.linkage import reading
from doudi.prices import decisions, evaluations, queries
from doudi.prices.errors import KIND_WORDS, STATE_WORDS, WrongField
from doudi.prices.models import Evaluation
from doudi.security.permissions import may
from doudi.security.web import desk


@require_POST
@desk("evaluate_prices")
def evaluate(request: HttpRequest) -> HttpResponse:
    """Judge a month; below the line with the rises of the basket, measure the extra cost."""
    place, month = place_of(request), month_or_last(request)
    rises = {
        name.removeprefix("rise_"): reading.percent_of(str(value), name.removeprefix("rise_"), where="涨幅")
        for name, value in request.POST.items()
        if name.startswith("rise_") and str(value).strip()
    }
    made = evaluations.evaluate_month(place, month, actor=actor_of(request), on=today_of(request), rises_bp=rises)
    messages.success(request, made.summary)
    return redirect("price_evaluation", made.pk)


@desk("view_prices")
def evaluation_file(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """Show a month as it was judged: conditions, documents, amounts with steps, decision, roster."""
    return evaluation_page(request, evaluation_id)


def evaluation_page(
    request: HttpRequest,
    evaluation_id: int,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw an evaluation; ``errors`` by field when the decision form was sent back."""
    actor, on = actor_of(request), today_of(request)
    one = _visible(request, evaluation_id)
    month = Month.of(one.index_month)
    latest = queries.latest_evaluation(one.place_code, month)
    decided = queries.decisions_of(one.place_code, month)
    open_kinds = [
        (kind, KIND_WORDS[kind])
        for kind, needed in decisions.NEEDS.items()
        if needed == one.state and not any(row.kind != "stop" for row in decided)
    ]
    basket = queries.rule_book(on).baskets(one.place_code)
    start = queries.start_decision(one.place_code, month)
    return render(
        request,
        "desks/prices/evaluation.html",
        {
            "one": one,
            "result": one.result,
            "month": month,
            "names": names_of([one.place_code, one.result["index_place"]], on),
            "is_latest": latest is not None and latest.pk == one.pk,
            "latest": latest,
            "decided": decided,
            "start": start,
            "kinds": KIND_WORDS,
            "states": STATE_WORDS,
            "open_kinds": open_kinds,
            "basket": basket[0].basket if basket else (),
            "rosters": queries.rosters(one.place_code).filter(index_month=one.index_month),
            "lists": queries.group_lists(one.place_code, month),
            "is_county": codes.level(one.place_code) == codes.LENGTHS.index(6),
            "known_clauses": known_clauses(),
            "errors": Filled(errors or {}),
            "typed": Filled(typed or {}),
            "actor": actor,
            "may_propose": may(actor, "propose_price_decision", one.place_code),
            "may_confirm": may(actor, "confirm_price_decision", one.place_code),
            "may_evaluate": may(actor, "evaluate_prices", one.place_code),
            "may_roster": may(actor, "make_price_roster", one.place_code),
            "may_list": may(actor, "load_price_list", one.place_code),
            "today": on,
        },
        status=status,
    )


def _visible(request: HttpRequest, evaluation_id: int) -> Evaluation:
    found = queries.evaluations(actor_of(request).scope_code[:6]).filter(pk=evaluation_id).first()
    if found is None:
        raise NotPermitted(next_step="请从价格补贴台账进入本地的评估")
    return found


@require_POST
@desk("propose_price_decision")
def propose(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """Propose a decision; without a reason the form comes back."""
    typed = {name: str(value).strip() for name, value in request.POST.items()}
    _visible(request, evaluation_id)
    try:
        made = decisions.propose_decision(
            evaluation_id,
            typed.get("kind", ""),
            reason=typed.get("reason", ""),
            document=typed.get("document", ""),
            actor=actor_of(request),
            on=today_of(request),
        )
    except WrongField as error:
        return evaluation_page(request, evaluation_id, {error.field: error.text}, typed, 422)
    messages.success(request, f"已提出“{KIND_WORDS[made.kind]}”,待另一人确认")
    return redirect(f"{reverse('price_evaluation', args=[evaluation_id])}#decision")


@require_POST
@desk("confirm_price_decision")
def confirm(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Confirm a decision as the second person."""
    made = decisions.confirm_decision(decision_id, actor=actor_of(request), on=today_of(request))
    messages.success(request, f"“{KIND_WORDS[made.kind]}”已确认")
    return redirect(f"{reverse('price_evaluation', args=[made.evaluation_id])}#decision")


@require_POST
@desk("propose_price_decision")
def withdraw(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Take back a decision that nobody has confirmed."""
    made = decisions.withdraw_decision(decision_id, actor=actor_of(request))
    messages.success(request, f"“{KIND_WORDS[made.kind]}”已撤回")
    return redirect(f"{reverse('price_evaluation', args=[made.evaluation_id])}#decision")


urlpatterns = [
    path("prices/evaluate/", evaluate, name="price_evaluate"),
    path("prices/evaluations/<int:evaluation_id>/", evaluation_file, name="price_evaluation"),
    path("prices/evaluations/<int:evaluation_id>/decide/", propose, name="price_decision_propose"),
    path("prices/decisions/<int:decision_id>/confirm/", confirm, name="price_decision_confirm"),
    path("prices/decisions/<int:decision_id>/withdraw/", withdraw, name="price_decision_withdraw"),
]
