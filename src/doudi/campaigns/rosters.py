"""Who is due what under a campaign: previewed with its cost, frozen, approved by a second person, supplemented."""

import dataclasses
import datetime as dt
import functools
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.campaigns.definition import Definition
from doudi.campaigns.errors import (
    BeyondLimit,
    FirstRosterWaits,
    NobodyDue,
    NotOpen,
    OutsideCampaign,
    SamePerson,
    SupplementClosed,
)
from doudi.campaigns.models import Campaign, GrantLine, Roster
from doudi.campaigns.services import definition_of, townships_of
from doudi.campaigns.words import KINDS, ROSTER_KINDS, ROSTER_STATES, STATES, use_of
from doudi.determination.tables import stage
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.money import yuan
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.security.permissions import require
from doudi.security.statistics import refresh

SQL = Path(__file__).parent / "sql" / "roster.sql"
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('campaign_roster:' || %s, 0))"
TABLES = ("campaign_group", "campaign_township", "campaign_member", "campaign_claim", "campaign_served", "campaign_due")
STAGED = ("campaign_member", "campaign_claim", "campaign_served", "campaign_due")
COUNTY_LEVEL = 3
COUNTY_LIMIT = "campaign_county_limit_fen"
LEFT_OUT_WORDS = {
    "dead": "已去世",
    "excluded": "属于不含的对象",
    "elsewhere": "已列入其他活动",
    "served": "本活动已列入",
    "no_area": "没有登记供热面积的户",
    "no_amount": "没有可增发金额的户",
}


@dataclasses.dataclass(frozen=True)
class GroupSum:
    """What one group comes to. ``count`` is of lines: people, or households."""

    number: int
    label: str
    area: str
    unit: str
    count: int
    person_count: int
    sum_fen: int
    aside_count: int  # who also belong to another group


@dataclasses.dataclass(frozen=True)
class TownshipSum:
    """What one township comes to."""

    code: str
    count: int
    person_count: int
    sum_fen: int


@dataclasses.dataclass(frozen=True)
class Preview:
    """What a roster would hold: by group and township, and who is left out for which reason."""

    groups: tuple[GroupSum, ...]
    townships: tuple[TownshipSum, ...]
    left_out: dict[str, int]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.groups)

    @property
    def person_count(self) -> int:
        return sum(one.person_count for one in self.groups)

    @property
    def sum_fen(self) -> int:
        return sum(one.sum_fen for one in self.groups)


@functools.cache
def _statements() -> dict[str, str]:
    parts = re.split(r"^-- name: (\w+)\n", SQL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


@transaction.atomic
def preview(campaign_id: int, division: str, *, actor: Actor, on: dt.date, supplement: bool = False) -> Preview:
    """
    Work out what a roster would hold and cost; nothing is kept. A draft can be previewed as well.

    :raises NotPermitted: wrong post or place. :raises OutsideCampaign: the campaign does not reach there.
    """
    require(actor, "view_campaign", division)
    campaign = _campaign(campaign_id)
    one = definition_of(campaign)
    _check_reach(campaign, division, on)
    asked = _asked(campaign, one, division, on, supplement)
    with connection.cursor() as cursor:
        _stage(cursor, one, division, asked)
        found = Preview(
            tuple(_group_sum(row) for row in _rows(cursor, "by_group", asked)),
            tuple(_township_sum(row) for row in _rows(cursor, "by_township", asked)),
            {why: int(count) for why, count in _rows(cursor, "left_out", asked)},
        )
        _unstage(cursor)
    return found


@transaction.atomic
def make_roster(campaign_id: int, county: str, *, actor: Actor, on: dt.date, supplement: bool = False) -> Roster:
    """
    Freeze who in a county is due what: first on the roster date, then supplements of the newly approved.

    Nobody is served twice by a campaign, in this county or another; the database keeps that.

    :raises NotPermitted: wrong post or place. :raises OutsideCampaign: the campaign does not reach there.
    :raises NotOpen: the campaign is not approved, or the first roster stands already.
    :raises SupplementClosed: no supplement is provided for, or its period is over.
    :raises NobodyDue: nobody is left to be served.
    :source: HLJ2021-2.4, MCA2022-1.2
    """
    require(actor, "make_campaign_roster", county)
    campaign = _campaign(campaign_id)
    if campaign.state != "approved":
        raise NotOpen(state=STATES[campaign.state], act="编花名册")
    one = definition_of(campaign)
    if codes.level(county) != COUNTY_LEVEL:
        raise BadInput(f"“{county}”不是县级区划", next_step="花名册按县编制")
    _check_reach(campaign, county, on)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"{campaign_id}:{county}"])
    number = _next_number(campaign, county, on, supplement)
    asked = _asked(campaign, one, county, on, supplement)
    roster = _fill(asked, campaign, number, actor, on)
    _record("campaign.roster_made", roster, actor)
    return roster


@transaction.atomic
def approve_roster(roster_id: int, *, actor: Actor, on: dt.date) -> Roster:
    """
    Approve a roster as the second person; its lines are then ready for payment. Repeating changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: who made it approves it.
    :raises NotOpen: it is approved or withdrawn. :raises BeyondLimit: the sum needs somebody above the county.
    """
    roster = _locked(roster_id)
    require(actor, "approve_campaign_roster", roster.division_code)
    if roster.state == "approved" and roster.approved_by == actor.person_key:
        return roster
    _check_open(roster, "批准")
    if roster.made_by == actor.person_key:
        raise SamePerson(act="编制")
    _check_limit(roster, actor, on)
    roster.state, roster.approved_by, roster.approved_by_name = "approved", actor.person_key, actor.name
    roster.approved_on = on
    roster.save(update_fields=["state", "approved_by", "approved_by_name", "approved_on"])
    _record("campaign.roster_approved", roster, actor)
    return roster


@transaction.atomic
def withdraw_roster(roster_id: int, *, actor: Actor) -> Roster:
    """
    Take back a roster that nobody has approved; its people can be put on a new one.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is approved or withdrawn.
    """
    roster = _locked(roster_id)
    require(actor, "make_campaign_roster", roster.division_code)
    _check_open(roster, "撤销")
    roster.state = "withdrawn"
    roster.save(update_fields=["state"])
    with connection.cursor() as cursor:
        cursor.execute("delete from campaigns_covered where roster_id = %s", [roster.pk])
    _record("campaign.roster_withdrawn", roster, actor)
    return roster


def county_limit(division: str, on: dt.date) -> int | None:
    """Give the sum in fen up to which the county itself may approve a roster; None when none is recorded."""
    found = policy.law().parameters.resolve(COUNTY_LIMIT, division, "urban", on, on, policy.local_rows(on, on))
    return found.value if found else None


# -- how it is worked out ---------------------------------------------------------------------------


def _asked(campaign: Campaign, one: Definition, division: str, on: dt.date, supplement: bool) -> dict[str, Any]:
    as_of = min(on, campaign.supplement_to or on) if supplement else campaign.roster_on
    others = Campaign.objects.filter(title__in=one.exclude_campaigns, state="approved").values_list("id", flat=True)
    return {
        "campaign": campaign.pk,
        "low": division,
        "high": codes.upper(division),
        "on": on,
        "as_of": as_of,
        "roster_on": campaign.roster_on,
        "is_supplement": supplement,
        "is_limited": False,
        "adds_up": one.same_person == "sum",
        "exclude": list(one.exclude),
        "others": list(others),
        "programme": use_of(campaign.kind),
        "fund_source": campaign.fund_source,
        "fund_clause": campaign.fund_clause,
        "label": KINDS[campaign.kind],
    }


def _stage(cursor: Any, one: Definition, division: str, asked: dict[str, Any]) -> None:
    """Put the campaign's groups and townships beside the register, and reckon whom it serves, by whole sets."""
    townships = townships_of(one, division)
    asked["is_limited"] = townships is not None
    groups = list(enumerate(one.groups, 1))
    fields = {
        "number": pa.array([number for number, _ in groups], pa.int32()),
        "label": pa.array([group.label for _, group in groups], pa.string()),
        "programme": pa.array([group.programme for _, group in groups], pa.string()),
        "unit": pa.array([group.unit for _, group in groups], pa.string()),
        "area": pa.array([group.area for _, group in groups], pa.string()),
        "route": pa.array([group.route for _, group in groups], pa.string()),
        "amount_fen": pa.array([group.amount_fen or 0 for _, group in groups], pa.int64()),
        "months": pa.array([group.months for _, group in groups], pa.int32()),
        "most_m2": pa.array([group.most_m2 for _, group in groups], pa.int32()),
        "percent": pa.array([group.percent for _, group in groups], pa.int32()),
        "age_from": pa.array([group.age_from for _, group in groups], pa.int32()),
        "age_below": pa.array([group.age_below for _, group in groups], pa.int32()),
    }
    stage(pa.table(fields), "campaign_group")
    stage(pa.table({"code": pa.array(townships or [], pa.string())}), "campaign_township")
    sql = _statements()
    for name, table in zip(("members", "claims", "served", "due"), STAGED, strict=True):
        cursor.execute(sql[name], asked)
        cursor.execute(f"analyze {table}")


def _unstage(cursor: Any) -> None:
    cursor.execute("drop table " + ", ".join(f"pg_temp.{name}" for name in TABLES))


def _rows(cursor: Any, name: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(_statements()[name], asked)
    return list(cursor.fetchall())


def _group_sum(row: tuple[Any, ...]) -> GroupSum:
    number, label, area, unit, count, person_count, sum_fen, aside = row
    return GroupSum(number, label, area, unit, count, int(person_count), int(sum_fen), aside)


def _township_sum(row: tuple[Any, ...]) -> TownshipSum:
    code, count, person_count, sum_fen = row
    return TownshipSum(code, count, int(person_count), int(sum_fen))


def _fill(asked: dict[str, Any], campaign: Campaign, number: int, actor: Actor, on: dt.date) -> Roster:
    sql, county = _statements(), asked["low"]
    with connection.cursor() as cursor:
        _stage(cursor, definition_of(campaign), county, asked)
        cursor.execute("select count(*) from campaign_due")
        wanted = int(cursor.fetchone()[0])
        cursor.execute("select nextval(pg_get_serial_sequence('campaigns_roster', 'id'))")
        asked["roster"] = int(cursor.fetchone()[0])
        cursor.execute(sql["numbers"])
        cursor.execute(sql["cover"], asked)
        cursor.execute(sql["lines"], asked)
        line_count = cursor.rowcount
        if not line_count:
            what = "补充期内新批准的人中" if asked["is_supplement"] else places.name(county, on)
            raise NobodyDue(what=what)
        refresh(GrantLine)
        counts = {
            "groups": [dataclasses.asdict(_group_sum(row)) for row in _rows(cursor, "kept", asked)],
            "townships": [dataclasses.asdict(_township_sum(row)) for row in _rows(cursor, "kept_by_township", asked)],
            "left_out": {why: int(count) for why, count in _rows(cursor, "left_out", asked)},
            "other_county": wanted - line_count,
        }
        digest = _rows(cursor, "digest", asked)[0][0]
        _unstage(cursor)
        cursor.execute("drop table pg_temp.campaign_number")
    return Roster.objects.create(
        id=asked["roster"], campaign=campaign, division_code=county, number=number,
        kind="supplement" if asked["is_supplement"] else "first", as_of=asked["as_of"], line_count=line_count,
        person_count=sum(row["person_count"] for row in counts["groups"]),
        sum_fen=sum(row["sum_fen"] for row in counts["groups"]), counts=counts, rows_digest=digest,
        made_by=actor.person_key, made_by_name=actor.name, made_on=on,
    )  # fmt: skip


# -- what stands in the way ---------------------------------------------------------------------------


def _next_number(campaign: Campaign, county: str, on: dt.date, supplement: bool) -> int:
    standing = Roster.objects.filter(campaign=campaign, division_code=county)
    first = standing.filter(kind="first").exclude(state="withdrawn").first()
    if supplement:
        _check_supplement(campaign, first, on)
    elif first is not None:
        raise NotOpen(state=f"首批花名册第 {first.pk} 号{ROSTER_STATES[first.state]}", act="再编首批")
    elif on < campaign.roster_on:
        raise SupplementClosed(told=f"花名册日 {campaign.roster_on} 还没有到")
    return standing.count() + 1


def _check_supplement(campaign: Campaign, first: Roster | None, on: dt.date) -> None:
    if campaign.supplement_to is None:
        raise SupplementClosed(told="活动没有规定补充期")
    if on > campaign.supplement_to:
        raise SupplementClosed(told=f"补充期已于 {campaign.supplement_to} 结束")
    if first is None or first.state != "approved":
        raise FirstRosterWaits(place="本县")


def _check_reach(campaign: Campaign, division: str, on: dt.date) -> None:
    place = campaign.place_code
    if not (codes.contains(place, division) or codes.contains(division, place)):
        names = places.names_of([division, place], on)
        raise OutsideCampaign(place=names[division], region=names[place])


def _check_limit(roster: Roster, actor: Actor, on: dt.date) -> None:
    limit = county_limit(roster.division_code, on)
    if limit is not None and roster.sum_fen > limit and actor.role == "county":
        raise BeyondLimit(sum=yuan(roster.sum_fen), limit=yuan(limit))


def _check_open(roster: Roster, act: str) -> None:
    if roster.state != "made":
        raise NotOpen(state=ROSTER_STATES[roster.state], act=act)


def _campaign(campaign_id: int) -> Campaign:
    found = Campaign.objects.filter(pk=campaign_id).first()
    if found is None:
        raise BadInput(f"没有第 {campaign_id} 号活动", next_step="请从列表进入")
    return found


def _locked(roster_id: int) -> Roster:
    found = Roster.objects.select_for_update().select_related("campaign").filter(pk=roster_id).first()
    if found is None:
        raise BadInput(f"没有第 {roster_id} 号花名册", next_step="请从列表进入")
    return found


def _record(verb: str, roster: Roster, actor: Actor) -> None:
    audit.record(
        verb,
        actor=actor,
        division_code=roster.division_code,
        subject=f"campaign_roster:{roster.pk}",
        details={
            "campaign": roster.campaign.title,
            "kind": ROSTER_KINDS[roster.kind],
            "lines": roster.line_count,
            "sum_fen": roster.sum_fen,
            "digest": roster.rows_digest,
        },
    )
