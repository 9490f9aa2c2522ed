"""The policy pages: clauses with their state, values with their source, and records by two people."""

import datetime as dt
from collections.abc import Callable

import pytest

from doudi.policy.models import LocalRule
from tests.pageclient import PageClient, count_queries

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], PageClient]
FORM = {
    "name": "exit_freeze",
    "is_on": "1",
    "division_code": "231084101",
    "clause": "HLJ2021-4.9",
    "since": "2022-04-10",
    "until": "2022-06-30",
    "document": "宁安市疫情防控指挥部决定",
}


@pytest.mark.parametrize("who", ["village", "township", "county", "finance", "province", "auditor"])
def test_library_opens_for_every_post(page_as: SignIn, who: str):
    page = page_as(who).get("/policy/?q=渐退期")

    assert page.status_code == 200
    assert "MCA2022-1.5" in page.content.decode()


def test_clause_shows_what_rests_on_it_and_the_value_here(page_as: SignIn):
    text = page_as("county").get("/policy/clauses/MCA2022-1.5/").content.decode()

    assert "渐退期月数" in text
    assert "以本条为依据的规则" in text
    assert "未核实" in text


def test_clause_of_a_repealed_text_says_so(page_as: SignIn):
    text = page_as("county").get("/policy/clauses/P4-第五条/").content.decode()

    assert "依据已失效" in text


def test_clauses_joined_are_listed(page_as: SignIn):
    text = page_as("county").get("/policy/clauses/P5-第九条、P1-第十三条/").content.decode()

    assert "P5-第九条" in text
    assert "P1-第十三条" in text


def test_unknown_clause_is_refused_in_words(page_as: SignIn):
    page = page_as("county").get("/policy/clauses/MCA2022-9.9/")

    assert page.status_code == 422
    assert "MCA2022-9.9" in page.content.decode()


def test_values_of_a_place_show_source_and_doubt(page_as: SignIn):
    text = page_as("county").get("/policy/parameters/?place=231084&area=urban&on=2022-04-15").content.decode()

    assert "669.00" in text
    assert "未核实" in text


def test_switches_differ_between_provinces(page_as: SignIn):
    here = page_as("county").get("/policy/switches/?place=231084&on=2022-04-15").content.decode()
    there = page_as("county").get("/policy/switches/?place=141124&on=2022-04-15").content.decode()

    assert "HLJMCA2022-3.16" in here
    assert "HLJMCA2022-3.16" not in there
    assert "SX2021-5.8" in there


def test_wrong_field_sends_the_form_back(page_as: SignIn):
    page = page_as("county").post("/policy/records/switch/new/", FORM | {"until": "2022-04-01"})

    assert page.status_code == 422
    assert "不晚于起始日期" in page.content.decode()
    assert "宁安市疫情防控指挥部决定" in page.content.decode()


def test_two_people_record_a_decision(page_as: SignIn):
    page_as("county").post("/policy/records/switch/new/", FORM)
    rule = LocalRule.objects.get()
    own = page_as("county").post(f"/policy/records/{rule.pk}/confirm/", {"version": "1"})
    other = page_as("county_second").post(f"/policy/records/{rule.pk}/confirm/", {"version": "1"})

    assert own.status_code == 422
    assert other.status_code == 302
    assert LocalRule.objects.get().state == "confirmed"


def test_village_may_not_record(page_as: SignIn):
    assert page_as("village").post("/policy/records/switch/new/", FORM).status_code == 403


def test_another_county_is_refused(page_as: SignIn):
    page = page_as("outsider").post("/policy/records/switch/new/", FORM)

    assert page.status_code == 403
    assert not LocalRule.objects.exists()


@pytest.mark.parametrize("address", ["/policy/", "/policy/parameters/", "/policy/switches/"])
def test_lists_ask_a_fixed_number_of_questions(page_as: SignIn, address: str):
    client = page_as("county")
    client.get(address)
    few = count_queries(client, address)
    for number in range(5):
        LocalRule.objects.create(
            kind="switch" if "switches" in address else "parameter",
            name="exit_freeze" if "switches" in address else "dibao_vehicle_limit",
            division_code=f"23108410{number + 1}",
            since=dt.date(2022, 1, 1),
            known_on=dt.date(2022, 1, 1),
            document="决定",
            clause="HLJ2021-4.9",
            proposed_by="test-other",
        )

    assert count_queries(client, address) == few


def test_value_for_a_state_is_recorded_with_its_condition(page_as: SignIn):
    form = {
        "name": "phase_out_months", "division_code": "231084", "value": "5", "since": "2022-06-02",
        "document": "宁安市民政局决定", "condition": "risky",
    }  # fmt: skip

    wrong = page_as("county").post("/policy/records/parameter/new/", form | {"condition": "sunny"})
    page_as("county").post("/policy/records/parameter/new/", form)

    assert wrong.status_code == 422
    assert LocalRule.objects.get().condition == [{"level": ["medium", "high"]}]
