"""Judging a month: what went in is frozen with the result; what follows from the figures follows at once.

A started month proposes its start the same day.  A month that is not started ends what ran before it.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.calendar import add_working_days
from doudi.kernel.errors import BadInput, NeedsFacts
from doudi.kernel.periods import Month
from doudi.linkage import measure
from doudi.linkage.evaluate import Question
from doudi.linkage.evaluate import evaluate as judge
from doudi.linkage.inforce import NoRule
from doudi.linkage.measure import Measured
from doudi.linkage.result import Evaluation as Answer
from doudi.linkage.standards import Found, Standards
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.prices import queries
from doudi.prices.errors import MonthSkipped
from doudi.prices.models import Decision, Evaluation, IndexFigure
from doudi.security.permissions import require

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('prices:' || %s, 0))"
MOST_FIGURES = 60
STANDARD_PARAMETERS = {
    "dibao": "dibao_standard_fen_m_pc",
    "tekun": "tekun_basic_home_fen_m",
    "orphan": "orphan_allowance_fen_m",
    "unattended_child": "unattended_child_allowance_fen_m",
}


class _Noted:
    """Looks standards up in the law and keeps what was found, so that the evaluation can freeze it."""

    def __init__(self, on: dt.date) -> None:
        self._on = on
        self._extra = policy.local_rows(None, on)
        self.found: dict[str, str] = {}

    def __call__(self, standard: str, area: str, place: str, month: Month) -> Found | None:
        name = STANDARD_PARAMETERS.get(standard)
        book = policy.law().parameters
        if name is None or name not in book.names:
            return None
        try:
            value = book.resolve(name, place, area, month.first_day, self._on, self._extra)
        except BadInput:
            return None
        if value is None or value.value is None:
            return None
        self.found[f"{standard}:{area}:{month}"] = str(value.value)
        return Found(Fraction(value.value), value.source or value.clause or "参数", value.verified)


@transaction.atomic
def evaluate_month(
    place_code: str, month: Month, *, actor: Actor, on: dt.date, rises_bp: Mapping[str, int] | None = None
) -> Evaluation:
    """
    Judge a month at a place with what is confirmed by the day; the same inputs give the evaluation there is.

    ``rises_bp``: how much the things in the basket became dearer, to measure the extra cost below the line.

    :raises NotPermitted: wrong post or place.
    :raises MonthSkipped: an earlier month was not judged.
    :raises NeedsFacts: a figure is missing; nothing is recorded.
    """
    require(actor, "evaluate_prices", place_code)
    return judge_month(place_code, month, actor=actor, on=on, rises_bp=rises_bp)


def evaluate_if_complete(place_code: str, month: Month, *, actor: Actor, on: dt.date) -> Evaluation | None:
    """
    Judge a month as soon as its figures are in, and the later months that waited for it; give the month's own.

    None while something is missing or an earlier month is open.  So a start is proposed on the day on
    which the last figure was confirmed.

    :raises NotPermitted: wrong post or place.
    """
    require(actor, "evaluate_prices", place_code)
    made = last = _judged_or_none(place_code, month, actor, on)
    later = month
    while last is not None:
        later = later.plus(1)
        known = IndexFigure.objects.filter(place_code=place_code, month=later.first_day, state="confirmed")
        last = _judged_or_none(place_code, later, actor, on) if known.exists() else None
    return made


def _judged_or_none(place_code: str, month: Month, actor: Actor, on: dt.date) -> Evaluation | None:
    try:
        with transaction.atomic():
            return judge_month(place_code, month, actor=actor, on=on)
    except (NeedsFacts, MonthSkipped, NoRule):
        return None


def judge_month(
    place_code: str, month: Month, *, actor: Actor, on: dt.date, rises_bp: Mapping[str, int] | None = None
) -> Evaluation:
    """Judge a month for a caller that has asked for permission already; see :func:`evaluate_month`."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"{place_code}:{month}"])
    _refuse_a_gap(place_code, month)
    rules = queries.rule_book(on)
    noted = _Noted(on)
    answer = judge(
        rules,
        queries.index_book(place_code, on),
        Standards((), rules.standards, noted),
        Question(place_code, month, on, extra_days=places.extra_days()),
    )
    if answer.triggered is None:
        lacks = [{"label": one.label, "who": one.who} for one in answer.missing]
        raise NeedsFacts(f"{month.words}还不能评估", missing=lacks, next_step="补齐以后再评估")
    measured = _measured(place_code, answer, rises_bp or {}, on)
    inputs = _inputs(answer, noted, rises_bp or {})
    made = _kept(place_code, month, answer, measured, inputs, queries.rule_digest(place_code, month, on), actor, on)
    follow(made, actor=actor, on=on)
    return made


def _refuse_a_gap(place_code: str, month: Month) -> None:
    """Months are judged one after the other: a month left out blocks the next."""
    before = (
        Evaluation.objects.filter(place_code=place_code, index_month__lt=month.first_day)
        .order_by("-index_month")
        .first()
    )
    if before is None:
        return
    first = Month.of(before.index_month).plus(1)
    count = first.until(month)
    if count > 0:
        months = "、".join(str(first.plus(n)) for n in range(min(count, 6)))
        raise MonthSkipped(months=months + ("等" if count > 6 else ""), month=month, first=first)


def _measured(place_code: str, answer: Answer, rises_bp: Mapping[str, int], on: dt.date) -> Measured | None:
    if answer.state != "not_started" or not rises_bp:
        return None
    baskets = queries.rule_book(on).baskets(place_code)
    return measure.measure(baskets[0].basket if baskets else (), rises_bp)


def _inputs(answer: Answer, noted: _Noted, rises_bp: Mapping[str, int]) -> dict[str, Any]:
    figures = IndexFigure.objects.filter(
        place_code=answer.index_place, month__lte=answer.index_month.first_day, state="confirmed"
    )
    if answer.state != "started":  # nothing is paid, so only what the lines look at went in
        figures = figures.filter(series__in={one.series for one in answer.lines})
    figures = figures.order_by("-month", "series", "-id")[:MOST_FIGURES]
    return {
        "figures": [
            {
                "id": one.pk,
                "month": str(Month.of(one.month)),
                "series": one.series,
                "value_bp": one.value_bp,
                "published_on": str(one.published_on),
                "source": one.source,
            }
            for one in figures
            if Month.of(one.month) >= answer.index_month.plus(-12)
        ],
        "standards": dict(sorted(noted.found.items())),
        "rises_bp": dict(rises_bp),
    }


def _kept(
    place_code: str,
    month: Month,
    answer: Answer,
    measured: Measured | None,
    inputs: dict[str, Any],
    rule_digest: str,
    actor: Actor,
    on: dt.date,
) -> Evaluation:
    """Record the answer, or find the latest one when nothing that went in has changed."""
    result = answer.as_dict()
    if measured is not None:
        result["measured"] = {"extra_fen": measured.extra_fen, "steps": list(measured.steps)}
    digest = _digest([inputs, result])
    held = Evaluation.objects.filter(place_code=place_code, index_month=month.first_day).order_by("-id").first()
    if held is not None and (held.inputs_digest, held.rule_digest) == (digest, rule_digest):
        return held
    extra = measured.extra_fen if measured is not None else None
    made = Evaluation.objects.create(
        place_code=place_code,
        index_month=month.first_day,
        payment_month=answer.payment_month.first_day,
        state=answer.state,
        summary=answer.summary[:300],
        inputs=inputs,
        inputs_digest=digest,
        rule_digest=rule_digest,
        result=result,
        due_on=answer.due_on,
        decide_by=add_working_days(on, answer.decide_within, places.extra_days()) if extra else None,
        measured_fen=extra,
        made_by=actor.person_key,
        made_by_name=actor.name,
        made_on=on,
    )
    audit.record(
        "price.evaluated",
        actor=actor,
        division_code=place_code,
        subject=f"price_evaluation:{made.pk}",
        details={"month": month, "state": made.state, "by": list(answer.triggered_by), "measured_fen": extra},
    )
    return made


def follow(made: Evaluation, *, actor: Actor, on: dt.date) -> Decision | None:
    """Record what follows from the figures alone: a start is proposed, what ran before is stopped."""
    month = Month.of(made.index_month)
    decided = Decision.objects.filter(place_code=made.place_code, index_month=made.index_month)
    is_decided = decided.exclude(state="withdrawn").exclude(kind="stop").exists()
    if made.state == "started" and not is_decided and not queries.start_decision(made.place_code, month):
        return _follow("start", made, "entered", "达到启动条件,由评估生成", actor, on)
    before = month.plus(-1).first_day
    ran = Decision.objects.filter(
        place_code=made.place_code, index_month=before, kind="start", state="confirmed"
    ).exists()
    if made.state == "not_started" and ran and not decided.filter(kind="stop").exists():
        return _follow("stop", made, "confirmed", "当月没有一项条件达到,中止", actor, on)
    return None


def _follow(kind: str, made: Evaluation, state: str, reason: str, actor: Actor, on: dt.date) -> Decision:
    decision = Decision.objects.create(
        evaluation=made,
        place_code=made.place_code,
        index_month=made.index_month,
        kind=kind,
        reason=reason,
        state=state,
        entered_by=actor.person_key,
        entered_by_name=actor.name,
        entered_on=on,
        confirmed_on=on if state == "confirmed" else None,
    )
    audit.record(
        f"price.{kind}_{'proposed' if state == 'entered' else 'recorded'}",
        actor=actor,
        division_code=made.place_code,
        subject=f"price_decision:{decision.pk}",
        details={"month": Month.of(made.index_month), "reason": reason},
    )
    return decision


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
