"""Index figures: typed by one person, typed again by another; what looks wrong is asked about."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.desks.paging import actor_of, list_page, today_of
from doudi.desks.prices.shared import Filled, month_or_last, names_of, place_of, places_to_choose
from doudi.kernel.periods import Month
from doudi.linkage.words import PLAIN_WORDS
from doudi.prices import evaluations, figures, queries
from doudi.prices.errors import STATE_WORDS, Doubtful, WrongField
from doudi.prices.models import IndexFigure
from doudi.security.permissions import may
from doudi.security.web import desk

PAGE = 50
HINTS = {
    "cpi": "同比涨幅,例如 2.4;下降写 -0.3",
    "food": "是“食品”,不是“食品烟酒”,见当地调查队公布",
    "scpi": "低收入居民基本生活费用价格指数;当地不编制的写“无”",
    "grain": "规则看粮食价格的才填",
}


@desk("view_prices")
def price_figures(request: HttpRequest) -> HttpResponse:
    """List a place's figures and those that wait for a second person; the form for a further month."""
    return figures_page(request)


def figures_page(
    request: HttpRequest,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    doubtful: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Draw the figures page; ``errors`` by field and ``doubtful`` series when the form was sent back."""
    actor, on, place = actor_of(request), today_of(request), place_of(request)
    month = month_or_last(request) if not (errors and "month" in errors) else Month.of(on).plus(-1)
    found = queries.figures_at(place)
    page = list_page(request, found.count())
    rows = list(found[page.offset : page.offset + PAGE])
    waiting = list(queries.figures_waiting(actor.scope_code[:6])[:PAGE])
    words = queries.words_at(place, month, on)
    series = [*queries.SERIES_SHOWN, *words.series]
    return render(
        request,
        "desks/prices/figures.html",
        {
            "place": place,
            "month": month,
            "names": names_of([place, *(one.place_code for one in waiting)], on),
            "choices": places_to_choose(request),
            "rows": rows,
            "page": page,
            "waiting": waiting,
            "series": [(name, words.series_label(name), HINTS.get(name, "同比涨幅")) for name in series],
            "short": PLAIN_WORDS.short if not words.series else words.short,
            "states": STATE_WORDS,
            "errors": Filled(errors or {}),
            "typed": Filled(typed or {}),
            "doubtful": doubtful,
            "may_enter": may(actor, "enter_price_index", place),
            "may_confirm": may(actor, "confirm_price_index"),
            "actor": actor,
        },
        status=status,
    )


@require_POST
@desk("enter_price_index")
def enter(request: HttpRequest) -> HttpResponse:
    """Record the figures of a month; a wrong field sends the form back with what was typed."""
    typed = {name: str(value).strip() for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        made = figures.enter_figures(_draft(request, typed), actor=actor_of(request), on=today_of(request))
    except Doubtful as error:
        return figures_page(request, {error.field: _words(error)}, typed, (error.field,), 422)
    except WrongField as error:
        kept = tuple(name.removeprefix("again_") for name in typed if name.startswith("again_"))
        return figures_page(request, {error.field: _words(error)}, typed, kept, 422)
    messages.success(request, f"已录入 {len(made)} 个指数,待另一人再录一遍确认")
    return redirect(f"{reverse('price_figures')}?place={made[0].place_code}#waiting")


def _words(error: WrongField) -> str:
    return error.text + (f"。{error.step}" if error.step else "")


def _draft(request: HttpRequest, typed: dict[str, str]) -> figures.Draft:
    fields = {"place", "month", "published", "source", "reason"}
    values = {name: text for name, text in typed.items() if name not in fields and not name.startswith("again_")}
    again = {name.removeprefix("again_"): text for name, text in typed.items() if name.startswith("again_")}
    return figures.Draft(
        place_code=place_of(request),
        month=month_or_last(request),
        values={name: text for name, text in values.items() if PLAIN_WORDS.series_of(name) or text},
        published_on=_day(typed.get("published", "")),
        source=typed.get("source", ""),
        again=again,
        reason=typed.get("reason", ""),
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongField("published", f"“{text}”不是日期", next_step="请写成 2022-04-15") from None


@require_POST
@desk("confirm_price_index")
def confirm(request: HttpRequest, figure_id: int) -> HttpResponse:
    """Confirm a figure by typing it again; with the month complete it is judged at once."""
    actor, on = actor_of(request), today_of(request)
    one = figures.confirm_figure(figure_id, request.POST.get("value", "").strip(), actor=actor, on=on)
    messages.success(request, f"{Month.of(one.month).words} {PLAIN_WORDS.short(one.series)} 已确认")
    made = evaluations.evaluate_if_complete(one.place_code, Month.of(one.month), actor=actor, on=on)
    if made is not None:
        messages.success(request, f"已评估:{made.summary}")
        return redirect("price_evaluation", made.pk)
    return _back(one)


@require_POST
@desk("enter_price_index")
def withdraw(request: HttpRequest, figure_id: int) -> HttpResponse:
    """Take back a figure that nobody has confirmed."""
    one = figures.withdraw_figure(figure_id, actor=actor_of(request))
    messages.success(request, f"{Month.of(one.month).words} {PLAIN_WORDS.short(one.series)} 已撤回")
    return _back(one)


def _back(one: IndexFigure) -> HttpResponse:
    return redirect(f"{reverse('price_figures')}?place={one.place_code}#waiting")


urlpatterns = [
    path("prices/figures/", price_figures, name="price_figures"),
    path("prices/figures/new/", enter, name="price_figures_enter"),
    path("prices/figures/<int:figure_id>/confirm/", confirm, name="price_figure_confirm"),
    path("prices/figures/<int:figure_id>/withdraw/", withdraw, name="price_figure_withdraw"),
]
