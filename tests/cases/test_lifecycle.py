"""Any order of steps over any months: awards never overlap, and no held exit ends one."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doudi.benefits import checks as benefit_checks
from doudi.benefits import services as benefits
from doudi.benefits.models import Award
from doudi.cases import checks as case_checks
from doudi.cases import services as cases
from doudi.cases.enums import OPEN_STATES
from doudi.cases.models import Proposal
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import DoudiError
from doudi.kernel.periods import Month
from doudi.security.scope import acting
from tests.cases import world
from tests.cases.world import LINXIAN, NINGAN, TOWN

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVENTS = st.sampled_from(
    [
        "cycle",
        "rich",
        "poor",
        "work",
        "unknown",
        "death",
        "review",
        "confirm",
        "return",
        "apply",
        "next month",
        "release",
    ]
)
OVERLAPS = """
select count(*) from benefits_award a join benefits_award b
  on b.id > a.id and b.subject_kind = a.subject_kind and b.subject_id = a.subject_id and b.programme = a.programme
 and daterange(a.since, a.until) && daterange(b.since, b.until)
"""
FED_TWICE = """
select count(*) from benefits_coverage a join benefits_coverage b
  on b.id > a.id and b.person_id = a.person_id and a.group_number > 0 and b.group_number = a.group_number
 and daterange(a.since, a.until) && daterange(b.since, b.until)
"""


class _Undo(Exception):
    """Leaves the transaction of one example."""


def _happen(event: str, county: str, one: world.Family, now: dict[str, Any]) -> None:
    on, month = now["on"], Month.of(now["on"])
    clerk, chief = world.actor("township", TOWN[county], "刘霞"), world.actor("county", county, "陈科长")
    incomes = {"rich": 900_000, "poor": 0, "unknown": None}
    if event in incomes:
        world.later(one.person_ids[0], county, "transfer_income_fen_m", incomes[event], since=on, known_on=on)
    elif event == "work":
        world.later(one.person_ids[0], county, "wage_fen_m", 300_000, since=on, known_on=on)
    elif event == "death":
        world.later(one.person_ids[1], county, "death_date", text=on.isoformat(), since=on, known_on=on)
    elif event == "cycle":
        world.cycle(county, month, on)
    elif event == "apply":
        benefits.apply_confirmed(county, month, actor=chief, on=on)
    elif event == "release":
        cases.release_held(county, month, actor=SYSTEM, on=on)
    elif event == "next month":
        now["on"] = (month.first_day + dt.timedelta(days=45)).replace(day=15)
    else:
        act = {
            "review": lambda p: cases.review(p.pk, actor=clerk, on=on, reason="核实"),
            "confirm": lambda p: cases.confirm(p.pk, actor=chief, on=on, reason="同意"),
            "return": lambda p: cases.return_proposal(p.pk, actor=chief, on=on, reason="补正"),
        }[event]
        for proposal in Proposal.objects.filter(state__in=OPEN_STATES).order_by("id"):
            try:
                with transaction.atomic():
                    act(proposal)
            except DoudiError:
                continue


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _live_through(events: list[str], county: str) -> None:
    """Let one family live through the events, checking the rules after each; then undo everything."""
    with acting(SYSTEM):
        batch = world.county_loaded(county)["roster"]
        one = world.family(county)
        world.say(one, county)
        world.on_roster(one, county, 20_000, batch)
        benefits.take_over_roster(county, SYSTEM)
        now: dict[str, Any] = {"on": world.ON}
        for event in events:
            before = set(Award.objects.filter(until__isnull=False).values_list("id", flat=True))
            _happen(event, county, one, now)
            ended = Award.objects.filter(until__isnull=False).exclude(id__in=before)

            assert _count(OVERLAPS) == _count(FED_TWICE) == 0
            assert case_checks.verify_cases() == benefit_checks.verify_awards() == []
            for award in ended.filter(ended_by_proposal_id__isnull=False):
                ground = Proposal.objects.get(pk=award.ended_by_proposal_id)
                assert (ground.state, ground.hold_clause) == ("confirmed", "")
            assert not Award.objects.filter(amount_fen_m__lt=0).exists()
        raise _Undo


@settings(
    max_examples=6, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(events=st.lists(EVENTS, min_size=6, max_size=14), county=st.sampled_from([NINGAN, LINXIAN]))
def test_awards_keep_their_rules_whatever_happens(db: None, events: list[str], county: str):
    with pytest.raises(_Undo):
        _live_through(events, county)
