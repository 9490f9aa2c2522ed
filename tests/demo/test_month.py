"""The demo's two paid months: who is on the roll is paid in April, who was confirmed in April from May."""

import collections
import csv
from pathlib import Path

import pytest

from doudi.benefits.models import Award
from doudi.cases.models import Proposal
from doudi.demo import month
from doudi.determination.waiting import waiting_to_apply
from doudi.kernel.actors import SYSTEM, Actor
from doudi.payments.models import Line, PayRun
from doudi.places.services import load_divisions
from doudi.registry.models import Person
from doudi.security import crypto
from doudi.security.scope import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNTY = "231084"
NEW = ("orphan_missed", "unattended_missed", "grown_orphan", "not_applied", "veteran_missed", "card_expired")


def _staff() -> month.Staff:
    roles = ("township", "county", "finance", "finance")
    return month.Staff(*(Actor(n, f"demo-{n}", f"person-{n}", f"甲{n}", role, COUNTY) for n, role in enumerate(roles)))


def test_a_county_pays_april_and_may_once_and_the_newly_confirmed_from_may(tmp_path: Path) -> None:
    said: list[str] = []
    with acting(SYSTEM):
        load_divisions()
    for _ in range(2):
        month.run_county(COUNTY, tmp_path, _staff(), people=400, seed=7, say=said.append)

    with acting(SYSTEM):
        runs = PayRun.objects.order_by("month").values_list("month", "state", "made_on")
        assert [(name, state, str(day)) for name, state, day in runs] == [
            ("2022-04", "answered", "2022-04-15"), ("2022-05", "answered", "2022-05-10"),
        ]  # fmt: skip
        new = Award.objects.filter(programme="dibao", previous_id=None, proposal_id__isnull=False)
        lines = Line.objects.filter(award_id__in=new.values("id"))
        assert set(lines.values_list("month", flat=True)) == {"2022-05"}
        assert lines.count() == new.count() > 0
        assert lines.filter(state="paid").exists()
    assert sum("笔到账" in words and "差额 0 分" in words for words in said) == 2


def test_the_month_finds_what_is_planted_of_children_old_people_and_veterans(tmp_path: Path) -> None:
    with acting(SYSTEM):
        load_divisions()
    month.run_county(COUNTY, tmp_path, _staff(), people=800, seed=3, say=lambda words: None)
    with (tmp_path / "plant.csv").open(encoding="utf-8-sig", newline="") as lines:
        numbers = collections.defaultdict(list)
        for row in csv.DictReader(lines):
            numbers[row["kind"]].append(row["id_no"])

    with acting(SYSTEM):
        people = {bytes(index): key for key, index in Person.objects.values_list("id", "id_no_index")}
        planted = {
            kind: {people[crypto.blind_index(one)] for one in found} for kind, found in numbers.items() if kind in NEW
        }

        def proposed(programme: str, kind: str) -> set[int]:
            found = Proposal.objects.filter(programme=programme, kind=kind)
            return set(found.values_list("subject_id", flat=True))

        def held(reason: str) -> set[int | None]:
            return set(Line.objects.filter(hold_reason=reason).values_list("person_id", flat=True))

        waiting = {one.person_id for one in waiting_to_apply(COUNTY)}
        assert planted["orphan_missed"] <= proposed("orphan_allowance", "start")
        assert planted["unattended_missed"] <= proposed("unattended_child_allowance", "start")
        assert planted["grown_orphan"] == proposed("orphan_allowance", "stop") == held("not_at_school")
        assert planted["veteran_missed"] <= proposed("veterans_pension", "start")
        assert planted["card_expired"] == held("card_expired")
        assert planted["not_applied"] <= waiting
        assert not planted["not_applied"] & proposed("old_age_allowance", "start")
        paid = set(Line.objects.filter(state="paid").values_list("programme", flat=True))
        assert {"orphan_allowance", "old_age_allowance", "veterans_pension"} <= paid
