"""Entering index figures: one person types, another types again; a correction is added, never written over."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage import indices, reading
from doudi.linkage.indices import NONE_WORDS, percent_text
from doudi.linkage.words import Vocabulary
from doudi.prices import queries
from doudi.prices.errors import (
    STATE_WORDS,
    AlreadyEntered,
    Doubtful,
    NotOpen,
    SamePerson,
    TypedOtherwise,
    WrongField,
)
from doudi.prices.models import IndexFigure
from doudi.security.permissions import require

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('prices:' || %s, 0))"


@dataclasses.dataclass(frozen=True)
class Draft:
    """The figures of one month as typed, by series; ``again`` repeats those that looked wrong."""

    place_code: str
    month: Month
    values: Mapping[str, str]
    published_on: dt.date | None
    source: str
    again: Mapping[str, str] = dataclasses.field(default_factory=dict)
    reason: str = ""


@transaction.atomic
def enter_figures(draft: Draft, *, actor: Actor, on: dt.date) -> list[IndexFigure]:
    """
    Record the figures of a month; they count once a second person has confirmed them.

    With a reason, a figure that is there already is corrected by a further one.

    :raises NotPermitted: wrong post or place.
    :raises WrongField: not a percentage, no source, or an impossible day of publication.
    :raises Doubtful: outside what is usual and not typed a second time.
    :raises AlreadyEntered: the month has the figure and no reason for a correction is given.
    """
    require(actor, "enter_price_index", draft.place_code)
    _check(draft, on)
    words = queries.words_at(draft.place_code, draft.month, on)
    values = {series: _value(series, text, words) for series, text in draft.values.items() if text.strip()}
    if not values:
        raise WrongField("cpi", "没有填写数值", next_step="至少填写一个系列的同比涨幅")
    doubts = {series: _doubt(series, value, draft, words) for series, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"{draft.place_code}:{draft.month}"])
    made = [_enter(draft, series, value, doubts[series], words, actor, on) for series, value in values.items()]
    audit.record(
        "price.index_entered",
        actor=actor,
        division_code=draft.place_code,
        subject=f"price_index:{draft.month}",
        details={one.series: _text(one.value_bp) for one in made} | {"published_on": draft.published_on},
    )
    return made


def _enter(
    draft: Draft, series: str, value: int | None, doubt: str, words: Vocabulary, actor: Actor, on: dt.date
) -> IndexFigure:
    held = (
        IndexFigure.objects.filter(place_code=draft.place_code, month=draft.month.first_day, series=series)
        .exclude(state="withdrawn")
        .order_by("-id")
        .first()
    )
    if held is not None and not draft.reason.strip():
        raise AlreadyEntered(month=draft.month, series=words.short(series), value=_text(held.value_bp))
    if held is not None and held.state == "entered":
        raise NotOpen(state=STATE_WORDS[held.state], act="更正", next_step="还没有确认的,撤回后重新录入")
    assert draft.published_on is not None, "checked above"
    return IndexFigure.objects.create(
        place_code=draft.place_code,
        month=draft.month.first_day,
        series=series,
        value_bp=value,
        published_on=draft.published_on,
        source=draft.source.strip()[:200],
        corrects=held,
        reason=draft.reason.strip()[:200] if held else "",
        doubt=doubt[:200],
        entered_by=actor.person_key,
        entered_by_name=actor.name,
        entered_on=on,
    )


@transaction.atomic
def confirm_figure(figure_id: int, typed: str, *, actor: Actor, on: dt.date) -> IndexFigure:
    """
    Confirm a figure by typing it again from the source; repeating the call changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: who entered it confirms it.
    :raises TypedOtherwise: the second figure is another one. :raises NotOpen: it was withdrawn.
    """
    figure = _locked(figure_id)
    require(actor, "confirm_price_index", figure.place_code)
    if figure.state == "confirmed" and figure.confirmed_by == actor.person_key:
        return figure
    if figure.state != "entered":
        raise NotOpen(state=STATE_WORDS[figure.state], act="确认")
    if figure.entered_by == actor.person_key:
        raise SamePerson()
    words = queries.words_at(figure.place_code, Month.of(figure.month), on)
    value = _value(figure.series, typed, words)
    if value != figure.value_bp:
        raise TypedOtherwise(typed=_text(value), value=_text(figure.value_bp))
    figure.state, figure.confirmed_by, figure.confirmed_by_name = "confirmed", actor.person_key, actor.name
    figure.confirmed_on = on
    figure.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "confirmed_on"])
    _record("price.index_confirmed", figure, actor)
    return figure


@transaction.atomic
def withdraw_figure(figure_id: int, *, actor: Actor) -> IndexFigure:
    """
    Take a figure back that nobody has confirmed.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is confirmed or withdrawn already.
    """
    figure = _locked(figure_id)
    require(actor, "enter_price_index", figure.place_code)
    if figure.state != "entered":
        raise NotOpen(state=STATE_WORDS[figure.state], act="撤回")
    figure.state = "withdrawn"
    figure.save(update_fields=["state"])
    _record("price.index_withdrawn", figure, actor)
    return figure


def _check(draft: Draft, on: dt.date) -> None:
    if draft.published_on is None:
        raise WrongField("published", "没有填写公布日期", next_step="请写成 2022-04-15")
    if draft.published_on < draft.month.next_first_day:
        raise WrongField(
            "published",
            f"公布日期 {draft.published_on} 早于 {draft.month.words}结束",
            next_step="请核对指数月和公布日期",
        )
    if draft.published_on > on:
        raise WrongField("published", f"公布日期 {draft.published_on} 还没有到", next_step="公布以后再录入")
    if not draft.source.strip():
        raise WrongField("source", "没有填写来源", next_step="写明公布机关和文件,例如“国家统计局黑龙江调查总队”")


def _value(series: str, text: str, words: Vocabulary) -> int | None:
    if text.strip() in NONE_WORDS:
        return None
    try:
        value = reading.percent_of(text, words.short(series))
        indices.refuse_level(series, value, "", words)
    except BadInput as error:
        raise WrongField(series, error.text, next_step=error.step) from error
    return value


def _doubt(series: str, value: int | None, draft: Draft, words: Vocabulary) -> str:
    """Give the doubt about a figure that was typed twice.

    :raises Doubtful: it was not typed a second time.
    """
    found = indices.doubt(series, value, words) if value is not None else ""
    if found and draft.again.get(series, "").strip() != draft.values[series].strip():
        raise Doubtful(series, found, next_step="请核对;确实如此的,在“再录一次”里再写一遍")
    return found


def _text(value: int | None) -> str:
    return "不编制" if value is None else percent_text(value)


def _locked(figure_id: int) -> IndexFigure:
    figure = IndexFigure.objects.select_for_update().filter(pk=figure_id).first()
    if figure is None:
        raise BadInput(f"没有第 {figure_id} 号指数", next_step="请从列表进入")
    return figure


def _record(verb: str, figure: IndexFigure, actor: Actor) -> None:
    details = {"month": figure.month, "series": figure.series, "value": _text(figure.value_bp)}
    audit.record(
        verb, actor=actor, division_code=figure.place_code, subject=f"price_index:{figure.pk}", details=details
    )
