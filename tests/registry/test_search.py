"""Finding people: every way of asking, within the scope, with a fixed number of queries."""

import pytest

from doudi.registry import queries
from doudi.registry.services import register_families
from doudi.security.scope import acting
from tests.registry.families import COUNTY, GUILAN_NO, TODAY, guilan_family, number, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(actors):
    with acting(actors["county"]):
        namesake = row("王桂兰", number(444), household_key="K2", division_code="231084102201")
        others = [row("曾小强", number(555), household_key="K3"), row("王桂", number(777), household_key="K4")]
        register_families([*guilan_family(), namesake, *others], on=TODAY, actor=actors["county"], division_code=COUNTY)
        yield actors["county"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王桂兰", ["王桂兰", "王桂兰"]),
        ("王桂", ["王桂", "王桂兰", "王桂兰"]),
        ("wgl", ["王桂兰", "王桂兰"]),
        ("WangGui", ["王桂", "王桂兰", "王桂兰"]),
        ("zengx", ["曾小强"]),
        (GUILAN_NO, ["王桂兰"]),
        (f" {GUILAN_NO[:6]} {GUILAN_NO[6:]}", ["王桂兰"]),
        ("231084-2022-000001", ["王桂兰", "王小丫"]),
        ("查无此人", []),
        ("%", []),
        (" ", []),
    ],
)
def test_search_finds_people(county, text, names):
    assert sorted(hit.person.name for hit in queries.search(text, TODAY)) == sorted(names)


def test_search_finds_the_last_four_characters(county):
    assert GUILAN_NO[-4:] in {hit.person.id_no_masked[-4:] for hit in queries.search(GUILAN_NO[-4:].lower(), TODAY)}


def test_search_tells_namesakes_apart_by_place_and_family(county):
    hits = queries.search("王桂兰", TODAY)

    assert len({hit.place_path for hit in hits}) == 2
    assert {hit.household_number for hit in hits} == {"231084-2022-000001", "231084-2022-000002"}
    assert {hit.relation_label for hit in hits} == {"户主"}


def test_search_keeps_to_the_limit(county):
    assert len(queries.search("王", TODAY, limit=2)) == 2


@pytest.mark.parametrize("text", ["王", "wgl", GUILAN_NO, "231084-2022-000001"])
def test_search_asks_twice_whatever_it_finds(county, text, django_assert_num_queries):
    with django_assert_num_queries(2):
        queries.search(text, TODAY)


def test_search_of_a_village_stays_in_the_village(county, actors):
    with acting(actors["county"], "231084102"):
        assert [hit.person.division_code for hit in queries.search("王桂兰", TODAY)] == ["231084102201"]


def test_find_people_matches_numbers_in_one_query(county, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queries.find_people([GUILAN_NO, number(999)], TODAY)

    assert [(known.name, known.household_id is not None) for known in found.values()] == [("王桂兰", True)]
