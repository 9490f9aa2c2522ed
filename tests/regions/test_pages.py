"""The pages of states and standards, and what a state does at a place on a day."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from doudi.engine.states import condition_of
from doudi.kernel.actors import Actor
from doudi.policy import services as records
from doudi.policy.effects import effects_at
from doudi.policy.services import Draft
from doudi.policy.why import why
from doudi.regions.models import RegionState
from doudi.security.scope import acting
from tests.pageclient import PageClient
from tests.regions.world import BOHAI, CHEN, NINGAN, SHIYAN, TODAY, WANG, plant, record

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], PageClient]
LIMIT = "phase_out_months"  # stands for any value a county may set
FORM = {
    "value": "level:high", "division_code": BOHAI, "since": "2022-06-10", "until": "2022-06-30",
    "document": "宁安市疫情防控指挥部第12号通告",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _tree() -> None:
    plant()


def _value(number: int, condition: object = None) -> None:
    draft = Draft(
        kind="parameter", name=LIMIT, division_code=NINGAN, since=dt.date(2022, 6, 2), until=None, value_int=number,
        document="宁安市民政局决定", clause="MCA2022-4.4", condition=condition,
    )  # fmt: skip
    with acting(CHEN):
        rule = records.propose_local_rule(draft, on=dt.date(2022, 6, 2), actor=CHEN)
    with acting(WANG):
        records.confirm_local_rule(rule.pk, on=dt.date(2022, 6, 2), actor=WANG)


def test_S12_1_effects_are_listed_with_clause_and_end_and_are_back_by_themselves():
    _value(3)
    _value(5, {"level": ["medium", "high"]})
    record()

    found = {one.clause: one.last_day for one in effects_at(BOHAI, dt.date(2022, 6, 15)).all}
    after = {one.clause for one in effects_at(BOHAI, dt.date(2022, 7, 1)).all}
    value = next(one for one in effects_at(BOHAI, dt.date(2022, 6, 15)).values if one.name == LIMIT)

    last = dt.date(2022, 6, 30)
    assert (found["MCA2022-4.4"], found["HLJ2021-3.5"]) == (last, last)
    assert found["HLJMCA2022-3.16"] == dt.date(2023, 1, 7)
    assert (value.text, value.usual, value.because) == ("5 个月", "3 个月", "高风险")
    assert not after & {"MCA2022-4.4", "HLJ2021-3.5"}
    assert "HLJMCA2022-3.16" in after


def test_S12_4_same_day_holds_in_ningan_and_not_in_linxian():
    on = dt.date(2022, 4, 15)

    assert "HLJMCA2022-3.16" in {one.clause for one in effects_at("231084101", on).switches}
    assert "exit_freeze" not in {one.name for one in effects_at("141124100", on).switches}


def test_why_names_every_value_and_what_speaks_against_it():
    _value(3)
    _value(5, {"level": ["medium", "high"]})
    record()

    here = why(LIMIT, BOHAI, "rural", dt.date(2022, 6, 15))
    beside = why(LIMIT, SHIYAN, "rural", dt.date(2022, 6, 15))
    before = why(LIMIT, SHIYAN, "rural", dt.date(2022, 6, 15), dt.date(2022, 6, 1))

    verdicts = {one.row.value: one.verdict for one in here.candidates}
    assert (verdicts[5], verdicts[3]) == ("生效:当日中风险、高风险", "当日中风险、高风险,用特殊情形下的值")
    assert here.back_on == dt.date(2022, 7, 1)
    assert {one.row.value: one.verdict for one in beside.candidates}[5] == "只在中风险、高风险时适用,当日不符"
    assert next(one.verdict for one in before.candidates if one.row.value == 3) == "2022-06-02 才获知,当时还不知道"
    assert condition_of({"level": ["medium", "high"]}).words == "中风险、高风险"


def test_state_is_recorded_and_confirmed_on_the_page(page_as: SignIn):
    page_as("county").post("/regions/new/", FORM)
    one = RegionState.objects.get()
    own = page_as("county").post(f"/regions/{one.pk}/confirm/", {"version": "1"})
    other = page_as("county_second").post(f"/regions/{one.pk}/confirm/", {"version": "1"})
    text = page_as("township").get("/regions/?place=231084&on=2022-06-15").content.decode()
    effects = page_as("township").get(f"/regions/effects/?place={BOHAI}&on=2022-06-15").content.decode()

    assert (own.status_code, other.status_code) == (422, 302)
    assert "渤海镇" in text
    assert "HLJ2021-3.5" in effects
    assert "不入户" in effects


def test_S12_3_wrong_field_sends_the_form_back(page_as: SignIn):
    page = page_as("county").post("/regions/new/", FORM | {"until": "2022-06-01"})

    assert page.status_code == 422
    assert "早于起始日期" in page.content.decode()
    assert "第12号通告" in page.content.decode()


def test_S12_5_next_county_and_village_are_refused(page_as: SignIn):
    assert page_as("outsider").post("/regions/new/", FORM).status_code == 403
    assert page_as("village").post("/regions/new/", FORM).status_code == 403
    assert not RegionState.objects.exists()


def test_list_file_is_tried_taken_and_confirmed(page_as: SignIn):
    text = "区划代码,状态,起始日,最后一天,决定文件\n231084102,高风险,2022-06-10,2022-06-30,通告\n"
    text += "231084103,很高,2022-06-10,,通告\n"
    file = SimpleUploadedFile("名单.csv", text.encode())

    tried = page_as("county").post("/regions/import/", {"file": file})
    text = tried.content.decode()
    token = text.split('name="token" value="')[1].split('"')[0]
    assert "不认识的状态" in text
    assert not RegionState.objects.exists()
    page_as("county").post("/regions/import/", {"token": token, "file_name": "名单.csv"})
    batch = RegionState.objects.get().batch
    page_as("county_second").post("/regions/batch/", {"batch": batch})

    assert RegionState.objects.get().state == "confirmed"


def test_confirmed_state_is_ended_early_on_the_page(page_as: SignIn, actors: dict[str, Actor]):
    one = record(until=None, on=TODAY)

    page = page_as("county").post(f"/regions/{one.pk}/end/", {"version": "2", "until": "2090-01-01"})

    assert page.status_code == 302
    assert RegionState.objects.get().until == dt.date(2090, 1, 1)


@pytest.mark.parametrize("who", ["village", "township", "county", "finance", "province", "auditor"])
def test_standards_and_states_open_for_every_post(page_as: SignIn, who: str):
    client = page_as(who)

    assert client.get("/regions/").status_code == 200
    assert client.get("/regions/effects/").status_code == 200
    assert "低保标准" in client.get("/standards/?place=231084&on=2022-06-15").content.decode()


def test_standards_are_exported_with_history(page_as: SignIn):
    page = page_as("county").get("/standards/?place=2301&on=2022-11-01&scheme=低保&history=1&format=csv")

    assert "835 元/月" in page.content.decode("utf-8-sig")
    assert "2022-10-20" in page.content.decode("utf-8-sig")
