"""Reads: campaigns of a place, rosters and lines, progress by township, and the lines ready for payment."""

import dataclasses

from django.db import connection
from django.db.models import Q, QuerySet

from doudi.campaigns.models import Campaign, GrantLine, Roster
from doudi.kernel import codes

READY = """
select l.id, l.roster_id, l.campaign_id, l.division_code, l.unit, l.household_id, l.person_id, l.award_id,
       l.group_label, l.area, l.quantity, l.amount_fen, l.person_count, l.programme, l.fund_source, l.fund_clause,
       l.label, c.title, r.approved_on, encode(l.row_hash, 'hex')
from campaigns_grantline l
join campaigns_roster r on r.id = l.roster_id and r.state = 'approved'
join campaigns_campaign c on c.id = l.campaign_id
where l.division_code >= %(low)s and l.division_code < %(high)s
  and (%(campaign)s::bigint is null or l.campaign_id = %(campaign)s)
order by l.id
"""
PROGRESS = """
select left(l.division_code, 9), count(*), sum(l.person_count), sum(l.amount_fen),
       count(*) filter (where r.state = 'approved'),
       coalesce(sum(l.amount_fen) filter (where r.state = 'approved'), 0),
       count(*) filter (where r.kind = 'supplement')
from campaigns_grantline l join campaigns_roster r on r.id = l.roster_id and r.state <> 'withdrawn'
where l.campaign_id = %(campaign)s and l.division_code >= %(low)s and l.division_code < %(high)s
group by 1 order by 1
"""


@dataclasses.dataclass(frozen=True)
class ReadyLine:
    """A line of an approved roster: to whom, how much, from which fund, on what ground.

    A household's line has no ``person_id``; accounts are the register's. ``programme`` is the use under which
    the fund is drawn on, ``label`` what the payment is called.
    """

    line_id: int
    roster_id: int
    campaign_id: int
    division_code: str
    unit: str
    household_id: int
    person_id: int | None
    award_id: int
    group: str
    area: str
    quantity: int
    amount_fen: int
    person_count: int
    programme: str
    fund_source: str
    fund_clause: str
    label: str
    title: str
    approved_on: object
    row_hash: str


@dataclasses.dataclass(frozen=True)
class TownshipProgress:
    """How far a campaign has come in one township. Counts are of lines, sums in fen."""

    code: str
    count: int
    person_count: int
    sum_fen: int
    approved_count: int
    approved_fen: int
    supplement_count: int


def lines_ready(division: str, campaign_id: int | None = None) -> list[ReadyLine]:
    """
    List what approved rosters grant, for the payment run that takes it.

    Grain: one row per line. Units: fen. The run keeps which ``line_id`` it took; this room does not pay.
    """
    with connection.cursor() as cursor:
        cursor.execute(READY, {"low": division, "high": codes.upper(division), "campaign": campaign_id})
        return [ReadyLine(*row) for row in cursor.fetchall()]


def campaigns(scope_code: str, *, with_withdrawn: bool = False) -> QuerySet[Campaign]:
    """List the campaigns of a division, of those above it and below it, the newest first."""
    below = Q(place_code__gte=scope_code, place_code__lt=codes.upper(scope_code))
    found = Campaign.objects.filter(below | Q(place_code__in=codes.chain(scope_code)))
    return (found if with_withdrawn else found.exclude(state="withdrawn")).order_by("-roster_on", "-id")


def campaign(campaign_id: int, scope_code: str) -> Campaign | None:
    """Find a campaign that the division may see."""
    return campaigns(scope_code, with_withdrawn=True).filter(pk=campaign_id).first()


def rosters(campaign_id: int, scope_code: str) -> QuerySet[Roster]:
    """List the rosters of a campaign in scope, by county and number."""
    found = Roster.objects.filter(campaign_id=campaign_id)
    inside = Q(division_code__gte=scope_code, division_code__lt=codes.upper(scope_code))
    return found.filter(inside | Q(division_code__in=codes.chain(scope_code))).order_by("division_code", "number")


def roster(roster_id: int) -> Roster | None:
    """Find a roster in scope."""
    return Roster.objects.filter(pk=roster_id).select_related("campaign").first()


def roster_lines(roster_id: int) -> QuerySet[GrantLine]:
    """List the lines of a roster in their order."""
    return GrantLine.objects.filter(roster_id=roster_id).order_by("id")


def progress(campaign_id: int, division: str) -> list[TownshipProgress]:
    """Tell how far a campaign has come, township by township."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"campaign": campaign_id, "low": division, "high": codes.upper(division)})
        return [
            TownshipProgress(row[0], row[1], int(row[2]), int(row[3]), row[4], int(row[5]), row[6]) for row in cursor
        ]


def waiting_rosters(scope_code: str) -> QuerySet[Roster]:
    """List the rosters that wait for a second person in a division."""
    found = Roster.objects.filter(
        state="made", division_code__gte=scope_code, division_code__lt=codes.upper(scope_code)
    )
    return found.select_related("campaign").order_by("id")
