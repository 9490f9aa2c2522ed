"""The demo's two paid months: who is on the roll is paid in April, who was confirmed in April from May."""

from pathlib import Path

import pytest

from doudi.benefits.models import Award
from doudi.demo import month
from doudi.kernel.actors import SYSTEM, Actor
from doudi.payments.models import Line, PayRun
from doudi.places.services import load_divisions
from doudi.security.scope import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNTY = "231084"


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
