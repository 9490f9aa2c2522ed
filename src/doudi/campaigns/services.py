"""Campaigns written, edited, approved by a second person and withdrawn; everything about a place is checked here."""

import datetime as dt

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.campaigns import definition as definitions
from doudi.campaigns.definition import Definition
from doudi.campaigns.errors import NotOpen, SamePerson, TitleTaken
from doudi.campaigns.models import Campaign, Roster
from doudi.campaigns.words import STATES, use_of
from doudi.engine.states import Surroundings
from doudi.funds import matrix
from doudi.funds.matrix import Allowed, NoSourceAllowed
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal, WrongField
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.regions import queries as regions
from doudi.security.permissions import require

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('campaign:' || %s, 0))"


@transaction.atomic
def save_draft(text: str, *, actor: Actor, on: dt.date, edits: int | None = None, where: str = "") -> Campaign:
    """
    Keep a campaign as a draft; with ``edits`` it takes the place of that draft.

    :raises NotPermitted: wrong post or place. :raises WrongField: names the field.
    :raises TitleTaken: the place has another of the name. :raises NotOpen: what it edits is no draft.
    """
    one = definitions.parse(text, where)
    require(actor, "edit_campaign", one.place)
    allowed = check_place(one, on)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"{one.place}:{one.title}"])
    if edits is not None:
        _withdraw(_locked(edits), actor, "修改")
    taken = Campaign.objects.filter(place_code=one.place, title=one.title).exclude(state="withdrawn").first()
    if taken is not None:
        raise TitleTaken(title=one.title, number=taken.pk)
    made = Campaign.objects.create(
        previous_id=edits, place_code=one.place, title=one.title, kind=one.kind, roster_on=one.roster_on,
        since=one.since, to_on=one.to, supplement_to=one.supplement_to, fund_source=one.fund or allowed.sources[0],
        fund_clause=allowed.clause, text=definitions.text_of(one), digest=one.digest, entered_by=actor.person_key,
        entered_by_name=actor.name, entered_on=on,
    )  # fmt: skip
    _record("campaign.edited" if edits else "campaign.drafted", made, actor)
    return made


@transaction.atomic
def approve_campaign(campaign_id: int, *, actor: Actor, on: dt.date) -> Campaign:
    """
    Approve a draft as the second person; its county rosters can then be made. Repeating the call changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: who wrote it approves it.
    :raises NotOpen: it is no draft. :raises WrongField: what was right when written is no longer so.
    """
    one = _locked(campaign_id)
    require(actor, "approve_campaign", one.place_code)
    if one.state == "approved" and one.approved_by == actor.person_key:
        return one
    if one.state != "draft":
        raise NotOpen(state=STATES[one.state], act="批准")
    if one.entered_by == actor.person_key:
        raise SamePerson(act="编写")
    check_place(definition_of(one), on)
    one.state, one.approved_by, one.approved_by_name, one.approved_on = "approved", actor.person_key, actor.name, on
    one.save(update_fields=["state", "approved_by", "approved_by_name", "approved_on"])
    _record("campaign.approved", one, actor)
    return one


@transaction.atomic
def withdraw_campaign(campaign_id: int, *, actor: Actor) -> Campaign:
    """
    Take back a draft. What was approved stays.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is no draft.
    """
    one = _locked(campaign_id)
    require(actor, "edit_campaign", one.place_code)
    _withdraw(one, actor, "撤销")
    return one


def definition_of(one: Campaign) -> Definition:
    """Read a stored campaign back."""
    return definitions.parse(one.text)


def check_place(one: Definition, on: dt.date) -> Allowed:
    """
    Check what depends on the register: the clause, the fund, the other campaigns, the states of the townships.

    :raises WrongField: names the field.
    """
    if one.clause and one.clause not in policy.library().clauses:
        raise WrongField("basis", f"条款库没有 {one.clause}", next_step="请从条款库选用,或只写文件标题")
    try:
        allowed = matrix.allowed(one.place, one.since, [use_of(one.kind)]).get(use_of(one.kind))
        if allowed is None:
            raise NoSourceAllowed(use=one.title)
        if one.fund:
            matrix.check(use_of(one.kind), one.fund, one.place, one.since)
    except Refusal as refusal:
        raise WrongField("fund", refusal.text, next_step=refusal.step) from refusal
    known = set(Campaign.objects.exclude(state="withdrawn").values_list("title", flat=True))
    missing = [title for title in one.exclude_campaigns if title not in known]
    if missing:
        raise WrongField("exclude_campaigns", f"没有名为“{missing[0]}”的活动", next_step="请从活动列表选用")
    townships_of(one, one.place)
    return allowed


def townships_of(one: Definition, division: str) -> list[str] | None:
    """
    List the townships of a division that a campaign reaches on its roster date; None when it reaches all.

    :raises WrongField: a named township is not in the state the campaign is bound to, or none is.
    """
    if one.condition.is_always:
        return list(one.townships) or None
    around = Surroundings(regions.state_rows(one.roster_on), one.roster_on)
    named = list(one.townships)
    wrong = [code for code in named if not around.meets(one.condition, code)]
    if wrong:
        name = places.name(wrong[0], one.roster_on)
        held = "、".join(row.words for row in around.around(wrong[0])) or "没有登记状态"
        raise WrongField(
            "townships",
            f"{name}({wrong[0]})在 {one.roster_on} 为“{held}”,不在“{one.condition.words}”之内",
            next_step="请去掉这个乡镇,或先由县级登记并确认它的状态",
        )
    found = named or [
        place.code for place in places.below(division, 4, one.roster_on) if around.meets(one.condition, place.code)
    ]
    if not found and division == one.place:
        raise WrongField(
            "only_in", f"{one.roster_on} 没有乡镇处于“{one.condition.words}”", next_step="请核对花名册日和登记的状态"
        )
    return found


def _withdraw(one: Campaign, actor: Actor, act: str) -> None:
    if one.state != "draft":
        raise NotOpen(state=STATES[one.state], act=act)
    one.state = "withdrawn"
    one.save(update_fields=["state"])
    _record("campaign.withdrawn", one, actor)


def _locked(campaign_id: int) -> Campaign:
    one = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if one is None:
        raise BadInput(f"没有第 {campaign_id} 号活动", next_step="请从列表进入")
    return one


def _record(verb: str, one: Campaign, actor: Actor) -> None:
    audit.record(
        verb,
        actor=actor,
        division_code=one.place_code,
        subject=f"campaign:{one.pk}",
        details={"title": one.title, "digest": one.digest, "previous": one.previous_id},
    )


def has_rosters(campaign_id: int) -> bool:
    """Tell whether rosters of a campaign stand."""
    return Roster.objects.filter(campaign_id=campaign_id).exclude(state="withdrawn").exists()
