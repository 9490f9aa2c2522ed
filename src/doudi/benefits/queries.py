"""Reads of awards: what is held going into a month, what is due in a month, what a family has had."""

import dataclasses
import datetime as dt
from typing import Any

from django.db import connection

from doudi.benefits.models import Award
from doudi.determination.held import AWARD_FIELDS, COVERAGE_FIELDS, HeldAwards
from doudi.determination.tables import fetch
from doudi.kernel.codes import upper
from doudi.kernel.periods import Month
from doudi.kernel.programmes import PROGRAMME_LABEL, Programme

# Held going into the month: what earlier cycles left behind, whether it runs already or was confirmed to
# begin next month, or taken over from a roster by the month; and not over before it.  What this month's own
# cycle began or ended is left out of sight, so that the cycle may be run again after its proposals have
# taken effect and still sees what it saw.
HELD = """
    a.division_code >= %(low)s and a.division_code < %(high)s
    and (%(household)s::bigint is null or a.household_id = %(household)s)
    and (a.proposal_id is not null or a.since <= %(first)s)
    and not exists (select from cases_proposal o where o.id = a.proposal_id and o.cycle_month >= %(month)s)
    and not exists (select from cases_proposal e where e.id = a.ended_by_proposal_id and e.cycle_month < %(month)s)
    and (a.until is null or a.until > %(first)s
         or (a.until = %(first)s and a.ended_by_proposal_id is not null))
"""
AWARDS = f"""
select a.id, a.subject_kind, a.subject_id, a.household_id, a.programme, a.amount_fen_m, a.since,
       case when exists (
           select from cases_proposal e where e.id = a.ended_by_proposal_id and e.cycle_month >= %(month)s)
       then null else a.until end,
       a.route
from benefits_award a where {HELD}
order by a.id
"""
COVERAGE = f"""
select a.id, c.person_id, a.household_id, a.programme, c.group_number
from benefits_award a join benefits_coverage c on c.award_id = a.id
where {HELD}
  and (c.until is null or c.until > %(first)s or (c.until = %(first)s and a.until is not distinct from c.until))
order by a.id, c.person_id
"""
IN_MONTH = """
select a.programme, count(*), count(*) filter (where a.amount_fen_m > 0), coalesce(sum(a.amount_fen_m), 0)::bigint
from benefits_award a
where a.division_code >= %(low)s and a.division_code < %(high)s
  and a.since <= %(first)s and (a.until is null or a.until > %(first)s)
group by 1
"""


@dataclasses.dataclass(frozen=True)
class MonthTotal:
    """What one programme's awards come to in one month."""

    programme: str
    award_count: int
    paying_count: int
    sum_fen: int

    @property
    def label(self) -> str:
        return PROGRAMME_LABEL.get(self.programme, self.programme)


def held_awards(place_code: str, month: Month, household_id: int | None = None) -> HeldAwards:
    """Give what people of a division, or one family, hold going into a month."""
    asked: dict[str, Any] = {
        "low": place_code,
        "high": upper(place_code),
        "first": month.first_day,
        "month": str(month),
        "household": household_id,
    }
    return HeldAwards(fetch(AWARDS, asked, AWARD_FIELDS), fetch(COVERAGE, asked, COVERAGE_FIELDS))


def awards_in_month(place_code: str, month: Month) -> list[MonthTotal]:
    """Count and add up the awards in force on a month's first day, by programme in the platform's order."""
    asked: dict[str, Any] = {"low": place_code, "high": upper(place_code), "first": month.first_day}
    with connection.cursor() as cursor:
        cursor.execute(IN_MONTH, asked)
        found = {row[0]: MonthTotal(*row) for row in cursor.fetchall()}
    return [found[programme.name] for programme in Programme if programme.name in found]


def household_awards(household_id: int) -> list[Award]:
    """List every award of a family and of its members, the newest first."""
    return list(Award.objects.filter(household_id=household_id).order_by("-since", "-id"))


def is_running(award: Award, on: dt.date) -> bool:
    """Tell whether an award is in force on a day."""
    return award.since <= on and (award.until is None or on < award.until)
