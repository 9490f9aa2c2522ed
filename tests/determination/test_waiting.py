"""Who fits an allowance and has not applied: told, never paid."""

import datetime as dt

import pytest

from doudi.determination.models import Determination, Run
from doudi.determination.waiting import masks_on, waiting_to_apply
from doudi.security.scope import acting
from tests.payments.world import TOWNSHIP, make_world

pytestmark = pytest.mark.django_db
ON = dt.date(2021, 2, 15)
NEXT_COUNTY = "231083"


def _run(month: str = "2021-02") -> Run:
    return Run.objects.create(
        kind="monthly", month=month, place_code=TOWNSHIP[:6], reference_on=ON, known_on=ON, rule_digest="r",
        parameter_digest="p", sql_digest="s", engine_version="1", snapshot_path="x", snapshot_sha256=month,
        household_count=1, person_count=1, row_count=1, rows_digest="",
    )  # fmt: skip


def _determined(run: Run, world, place: int, *, met: int, unknown: int = 0, outcome: int = 0, **more: str) -> None:
    programme = more.get("programme", "old_age_allowance")
    Determination.objects.create(
        run=run, subject_kind="p", subject_id=world.people[place].pk, household_id=world.households[place].pk,
        programme=programme, outcome=outcome, amount_fen_m=0, criteria_met=met, criteria_unknown=unknown,
        division_code=TOWNSHIP,
    )  # fmt: skip


def test_only_allowances_that_start_on_application_are_listed():
    assert set(masks_on(ON)) == {"old_age_allowance", "elderly_hardship_subsidy", "elderly_care_subsidy"}


def test_S16_2_who_turned_eighty_and_has_not_applied_is_on_the_list(actors):
    mask, applied = masks_on(ON)["old_age_allowance"]
    with acting(actors["county"]):
        world, run = make_world(5), _run()
        _determined(run, world, 0, met=mask - applied)
        _determined(run, world, 1, met=mask, outcome=1)  # applied, is paid
        _determined(run, world, 2, met=mask - applied - 1)  # something else is lacking as well
        _determined(run, world, 3, met=mask - applied - 4, unknown=4)  # the age is not known
        _determined(run, world, 4, met=mask - applied, programme="dibao")
        found = waiting_to_apply(TOWNSHIP)
        elsewhere = waiting_to_apply(NEXT_COUNTY)

    assert [(one.person_id, one.programme) for one in found] == [(world.people[0].pk, "old_age_allowance")]
    assert elsewhere == []


def test_the_list_rests_on_the_newest_run_alone(actors):
    mask, applied = masks_on(ON)["old_age_allowance"]
    with acting(actors["county"]):
        world = make_world(1)
        _determined(_run("2021-01"), world, 0, met=mask - applied)
        _determined(_run("2021-02"), world, 0, met=mask, outcome=1)

        assert waiting_to_apply(TOWNSHIP) == []


def test_the_page_shows_the_list_and_gives_it_as_a_file(page_as, actors):
    mask, applied = masks_on(ON)["old_age_allowance"]
    with acting(actors["county"]):
        world = make_world(1)
        _determined(_run(), world, 0, met=mask - applied)

    page = page_as("township").get("/waiting/")
    file = page_as("township").get("/waiting/?format=csv&programme=old_age_allowance")
    outside = page_as("outsider").get("/waiting/")

    assert world.people[0].name in page.content.decode()
    assert world.people[0].name in file.content.decode("utf-8-sig")
    assert "没有待申请的人" in outside.content.decode()
    assert page_as("finance").get("/waiting/").status_code == 403
