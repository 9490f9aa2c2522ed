"""Reforms tried on the people of a division: kept with what they rest on, seen only from inside the division."""

import datetime as dt
from collections.abc import Callable

import openpyxl
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from doudi.determination.models import Determination
from doudi.kernel.actors import SYSTEM, Actor
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.security.scope import acting
from doudi.simulations import services
from doudi.simulations.models import Simulation
from tests.cases import world
from tests.cases.world import LINXIAN, NINGAN, ON
from tests.pageclient import PageClient

pytestmark = pytest.mark.django_db
COUNTY = world.actor("county", NINGAN, "陈科长")


def two_families(county: str = NINGAN) -> None:
    """One family on dibao by a wide gap, one a little over the line."""
    world.county_loaded(county)
    poor, near = world.family(county), world.family(county)
    world.say(poor, county, wage_fen_m=60_000)
    world.say(near, county, wage_fen_m=134_000)
    world.cycle(county)


def raised(place: str = NINGAN, permille: int = 1050, title: str = "提标") -> str:
    return (
        f"reform: {title}\non: 2022-04-15\nprogrammes: [dibao, dibao_marginal]\n"
        f"change:\n  - {{parameter: dibao_standard_fen_m_pc, place: '{place}', scale: {permille}, round: 100}}\n"
    )


def simulated(text: str, division: str = NINGAN, actor: Actor = COUNTY) -> Simulation:
    return services.simulate_division(services.read_text(text), text, division, actor=actor, on=ON)


def test_a_raise_says_who_comes_in_and_what_it_costs_by_fund():
    with acting(SYSTEM):
        two_families()
        before = Determination.objects.count()
        made = simulated(raised())

        dibao = next(row for row in made.result["by_programme"] if row["programme"] == "dibao")
        assert (dibao["granted_before"], dibao["granted_after"], dibao["newly_in"], dibao["gainers"]) == (1, 2, 1, 1)
        edge = next(row for row in made.result["by_programme"] if row["programme"] == "dibao_marginal")
        assert (edge["newly_in"], edge["newly_out"]) == (0, 1)
        assert made.result["by_fund"][0]["fen_more_y"] == 12 * dibao["fen_more"]
        assert made.result["by_fund"][0]["label"] == "中央困难群众救助补助资金"
        assert made.result["person_count"] == 6
        assert Determination.objects.count() == before


def test_the_same_reform_on_the_same_people_is_kept_once():
    with acting(SYSTEM):
        two_families()
        assert simulated(raised()).pk == simulated(raised()).pk
        assert simulated(raised(permille=1060)).pk != simulated(raised()).pk


def test_a_province_counts_all_its_counties_and_a_county_its_own():
    with acting(SYSTEM):
        two_families()
        two_families(LINXIAN)
        province = simulated(raised("23"), "23", world.actor("province", "23"))
        nation = simulated(raised(""), "", world.actor("province", ""))
        assert [row["county_code"] for row in province.result["by_county"]] == [NINGAN]
        assert {row["county_code"] for row in nation.result["by_county"]} == {NINGAN, LINXIAN}
    with acting(world.actor("county", LINXIAN)):
        assert Simulation.objects.count() == 0


def test_a_change_outside_the_division_is_refused():
    with acting(SYSTEM):
        two_families()
        with pytest.raises(BadInput, match="不在测算范围"):
            simulated(raised("14"))


def test_without_people_there_is_nothing_to_try():
    with acting(SYSTEM), pytest.raises(services.NobodyYet):
        simulated(raised())


@pytest.mark.parametrize(
    "actor",
    [world.actor("township", NINGAN), world.actor("finance", NINGAN), world.actor("county", LINXIAN)],
    ids=["township", "finance", "next county"],
)
def test_who_may_not_simulate_is_refused(actor: Actor):
    with acting(SYSTEM):
        two_families()
        with pytest.raises(NotPermitted):
            simulated(raised(), actor=actor)


def test_a_kept_simulation_cannot_be_changed():
    with acting(SYSTEM):
        two_families()
        made = simulated(raised())
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            Simulation.objects.filter(pk=made.pk).update(title="另一个")


def test_sliders_write_a_file_that_can_be_run_again():
    sliders = services.Sliders(
        "测算", NINGAN, dt.date(2022, 7, 1), urban_rise_permille=55, deposit_months=36, poverty_line_yuan_y=4000
    )
    asked = services.read_text(services.reform_text(sliders))
    assert [(one.parameter, one.area, one.verb, one.amount) for one in asked.changes] == [
        ("dibao_standard_fen_m_pc", "urban", "scale", 1055),
        ("dibao_deposit_months", "", "set", 36),
    ]
    assert (asked.on, asked.poverty_line_fen_y) == (dt.date(2022, 7, 1), 400_000)
    with pytest.raises(BadInput, match="没有改动"):
        services.reform_text(services.Sliders("测算", NINGAN, ON))


# -- pages ----------------------------------------------------------------------------------


def test_pages_walk_from_sliders_to_comparison_and_export(page_as: Callable[[str], PageClient], tmp_path):
    with acting(SYSTEM):
        two_families()
    client = page_as("county")
    assert "还没有测算" in client.get("/simulations/").text
    assert "城市低保标准上调" in client.get("/simulations/new/").text
    form = {"title": "农村上调", "on": "2022-04-15", "rural_rise": "5", "poverty_line": "4000"}
    page = client.post("/simulations/new/", form, follow=True)
    assert "农村上调" in page.text
    assert "农村低保标准不低于脱贫" in page.text
    assert "新纳入" in page.text
    client.post("/simulations/new/", form | {"title": "再上调", "rural_rise": "10.5"}, follow=True)
    with acting(SYSTEM):
        ids = list(Simulation.objects.order_by("id").values_list("id", flat=True))
    compared = client.get(f"/simulations/compare/?one={ids[0]}&one={ids[1]}").text
    assert "农村上调" in compared
    assert "再上调" in compared
    answer = client.get(f"/simulations/{ids[0]}/?format=xlsx")
    path = tmp_path / "a.xlsx"
    path.write_bytes(answer.content)
    sheet = openpyxl.load_workbook(path).active
    assert sheet["A1"].value == "区划代码"
    assert sheet["A2"].value == NINGAN


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"rural_rise": "一"}, "不是数"),
        ({"rural_rise": "51"}, "应在 0 至 50"),
        ({}, "没有改动任何数值"),
        ({"rural_rise": "5", "on": "昨天"}, "不是日期"),
        ({"text": "reform: [a"}, "不是可读"),
        ({"text": "reform: a\non: 2022-04-15\nchange: [{parameter: x, set: 1}]"}, "没有参数 x"),
    ],
)
def test_wrong_forms_name_the_field(page_as: Callable[[str], PageClient], form: dict[str, str], words: str):
    with acting(SYSTEM):
        two_families()
    page = page_as("county").post("/simulations/new/", form)
    assert page.status_code == 422
    assert words in page.text


def test_two_must_be_chosen_to_compare(page_as: Callable[[str], PageClient]):
    page = page_as("county").get("/simulations/compare/?one=1")
    assert "请选两个测算" in page.text


def test_pages_are_closed_to_other_posts_and_other_counties(page_as: Callable[[str], PageClient]):
    with acting(SYSTEM):
        two_families()
        made = simulated(raised())
    assert page_as("township").get("/simulations/").status_code == 403
    assert page_as("finance").get("/simulations/new/").status_code == 403
    assert page_as("finance").get(f"/simulations/{made.pk}/").status_code == 200
    assert page_as("outsider").get(f"/simulations/{made.pk}/").status_code == 403
