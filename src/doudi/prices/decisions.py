"""Deciding on a month's evaluation: one person proposes, another confirms."""

import datetime as dt

from django.db import transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.prices import queries
from doudi.prices.errors import (
    KIND_WORDS,
    STATE_WORDS,
    AlreadyDecided,
    NotDecidable,
    NotOpen,
    SamePerson,
    Superseded,
    WrongField,
)
from doudi.prices.evaluations import follow
from doudi.prices.models import Decision, Evaluation
from doudi.security.permissions import require

NEEDS = {"start": "started", "one_off": "not_started", "no_subsidy": "not_started"}
EVALUATION_WORDS = {"started": "启动", "not_started": "不启动", "unpaid_month": "本月不单独发放"}


@transaction.atomic
def propose_decision(
    evaluation_id: int, kind: str, *, reason: str, document: str = "", actor: Actor, on: dt.date
) -> Decision:
    """
    Propose what to do on an evaluation; it holds once a second person confirms it.

    :raises NotPermitted: wrong post or place. :raises Superseded: the month was judged again.
    :raises NotDecidable: the evaluation does not allow it. :raises WrongField: no reason is given.
    :raises AlreadyDecided: the month has a decision.
    """
    evaluation = _latest(evaluation_id)
    require(actor, "propose_price_decision", evaluation.place_code)
    if NEEDS.get(kind) != evaluation.state:
        raise NotDecidable(state=EVALUATION_WORDS[evaluation.state], kind=KIND_WORDS.get(kind, kind))
    if not reason.strip():
        raise WrongField("reason", "没有填写理由", next_step="写明为什么这样决定")
    held = (
        Decision.objects.filter(place_code=evaluation.place_code, index_month=evaluation.index_month)
        .exclude(state="withdrawn")
        .exclude(kind="stop")
        .first()
    )
    if held is not None:
        raise AlreadyDecided(
            month=Month.of(held.index_month), kind=KIND_WORDS[held.kind], state=STATE_WORDS[held.state]
        )
    decision = Decision.objects.create(
        evaluation=evaluation,
        place_code=evaluation.place_code,
        index_month=evaluation.index_month,
        kind=kind,
        reason=reason.strip()[:300],
        document=document.strip()[:200],
        entered_by=actor.person_key,
        entered_by_name=actor.name,
        entered_on=on,
    )
    _record(f"price.{kind}_proposed", decision, actor)
    return decision


@transaction.atomic
def confirm_decision(decision_id: int, *, actor: Actor, on: dt.date) -> Decision:
    """
    Confirm a decision as the second person. Repeating the call changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: who proposed it confirms it.
    :raises Superseded: the month was judged again meanwhile. :raises NotOpen: it was withdrawn.
    """
    decision = _locked(decision_id)
    require(actor, "confirm_price_decision", decision.place_code)
    if decision.state == "confirmed" and decision.confirmed_by == actor.person_key:
        return decision
    if decision.state != "entered":
        raise NotOpen(state=STATE_WORDS[decision.state], act="确认")
    if decision.entered_by == actor.person_key:
        raise SamePerson()
    _latest(decision.evaluation_id)
    decision.state, decision.confirmed_by, decision.confirmed_by_name = "confirmed", actor.person_key, actor.name
    decision.confirmed_on = on
    decision.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "confirmed_on"])
    _record(f"price.{decision.kind}_confirmed", decision, actor)
    after = queries.latest_evaluation(decision.place_code, Month.of(decision.index_month).plus(1))
    if after is not None:
        follow(after, actor=actor, on=on)  # the month after was judged already: it stops what now ran
    return decision


@transaction.atomic
def withdraw_decision(decision_id: int, *, actor: Actor) -> Decision:
    """
    Take back a decision that nobody has confirmed.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is confirmed or withdrawn already.
    """
    decision = _locked(decision_id)
    require(actor, "propose_price_decision", decision.place_code)
    if decision.state != "entered":
        raise NotOpen(state=STATE_WORDS[decision.state], act="撤回")
    decision.state = "withdrawn"
    decision.save(update_fields=["state"])
    _record("price.decision_withdrawn", decision, actor)
    return decision


def _latest(evaluation_id: int) -> Evaluation:
    """Find an evaluation and see that it is the newest of its place and month.

    :raises Superseded: it is not.
    """
    found = Evaluation.objects.filter(pk=evaluation_id).first()
    if found is None:
        raise BadInput(f"没有第 {evaluation_id} 号评估", next_step="请从列表进入")
    newest = Evaluation.objects.filter(place_code=found.place_code, index_month=found.index_month).latest("id")
    if newest.pk != found.pk and newest.state != found.state:
        raise Superseded(month=Month.of(found.index_month))
    return newest


def _locked(decision_id: int) -> Decision:
    decision = Decision.objects.select_for_update().filter(pk=decision_id).first()
    if decision is None:
        raise BadInput(f"没有第 {decision_id} 号决定", next_step="请从列表进入")
    return decision


def _record(verb: str, decision: Decision, actor: Actor) -> None:
    audit.record(
        verb,
        actor=actor,
        division_code=decision.place_code,
        subject=f"price_decision:{decision.pk}",
        details={"month": Month.of(decision.index_month), "reason": decision.reason, "document": decision.document},
    )
