"""Registering a rule file of an office: read and checked at once, in force when a second person confirms it."""

import datetime as dt

from django.db import transaction

from doudi.audit import services as audit
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.linkage import rulefile
from doudi.prices.errors import STATE_WORDS, NotOpen, SamePerson
from doudi.prices.models import RuleRecord
from doudi.security.permissions import require

MOST_TEXT = 200_000


class AlreadyRegistered(Refusal):
    message = "同样内容的规则文件已经登记过(第 {number} 号,{state})"
    next_step = "内容没有变化的不用再登记"


@transaction.atomic
def register_rule(text: str, *, actor: Actor, on: dt.date, shown: str = "规则文件") -> RuleRecord:
    """
    Record a rule file; it does nothing until a second person confirms it.

    It then stands for its place instead of what the packs, or an earlier file, say of it.

    :raises NotPermitted: wrong post, or the file speaks for a place outside the actor's.
    :raises BadInput: names every problem of the file with its line.
    :raises AlreadyRegistered: the same text is registered.
    """
    if len(text) > MOST_TEXT:
        raise BadInput("规则文件太长", next_step=f"不超过 {MOST_TEXT // 1000} 千字")
    file = rulefile.parse(text, shown)
    if not file.place:
        raise BadInput("全国的规则在政策包里,不能登记", where=shown, next_step="写明 place")
    require(actor, "register_price_rule", file.place)
    same = RuleRecord.objects.filter(place_code=file.place, digest=file.digest).exclude(state="withdrawn").first()
    if same is not None:
        raise AlreadyRegistered(number=same.pk, state=STATE_WORDS[same.state])
    papers = [one.paper.document for one in file.versions] + [one.paper.document for one in file.phases]
    record = RuleRecord.objects.create(
        place_code=file.place,
        name=file.name[:60],
        document=";".join(dict.fromkeys(papers))[:300],
        text=text,
        digest=file.digest,
        entered_by=actor.person_key,
        entered_by_name=actor.name,
        entered_on=on,
    )
    _record("price.rule_registered", record, actor)
    return record


@transaction.atomic
def confirm_rule(record_id: int, *, actor: Actor, on: dt.date) -> RuleRecord:
    """
    Put a registered file in force. Repeating the call changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: who registered it confirms it.
    :raises NotOpen: it was withdrawn.
    """
    record = _locked(record_id)
    require(actor, "confirm_price_rule", record.place_code)
    if record.state == "confirmed" and record.confirmed_by == actor.person_key:
        return record
    if record.state != "entered":
        raise NotOpen(state=STATE_WORDS[record.state], act="确认")
    if record.entered_by == actor.person_key:
        raise SamePerson()
    record.state, record.confirmed_by, record.confirmed_by_name = "confirmed", actor.person_key, actor.name
    record.confirmed_on = on
    record.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "confirmed_on"])
    _record("price.rule_confirmed", record, actor)
    return record


@transaction.atomic
def withdraw_rule(record_id: int, *, actor: Actor) -> RuleRecord:
    """
    Take a file back that nobody has confirmed; one in force is replaced by a later one.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is confirmed or withdrawn already.
    """
    record = _locked(record_id)
    require(actor, "register_price_rule", record.place_code)
    if record.state != "entered":
        raise NotOpen(state=STATE_WORDS[record.state], act="撤回", next_step="已生效的,登记新的规则文件来替换")
    record.state = "withdrawn"
    record.save(update_fields=["state"])
    _record("price.rule_withdrawn", record, actor)
    return record


def _locked(record_id: int) -> RuleRecord:
    record = RuleRecord.objects.select_for_update().filter(pk=record_id).first()
    if record is None:
        raise BadInput(f"没有第 {record_id} 号规则文件", next_step="请从列表进入")
    return record


def _record(verb: str, record: RuleRecord, actor: Actor) -> None:
    audit.record(
        verb,
        actor=actor,
        division_code=record.place_code,
        subject=f"price_rule:{record.pk}",
        details={"document": record.document, "digest": record.digest},
    )
