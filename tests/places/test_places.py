"""The division tree in the database: loading, asking by day, changes by decision."""

import dataclasses
import datetime as dt

import pytest

from doudi.kernel import calendar
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import BadInput
from doudi.places import queries
from doudi.places.models import Division
from doudi.places.services import declare_day, load_divisions, merge_divisions, rename_division
from doudi.places.tree import Change, Node
from doudi.security.scope import acting

pytestmark = pytest.mark.django_db

TODAY = dt.date(2022, 4, 15)
TREE = [
    Node("", "中华人民共和国", "国家"),
    Node("23", "黑龙江省", "省"),
    Node("2310", "牡丹江市", "地级市"),
    Node("231084", "宁安市", "县级市"),
    Node("231084102", "渤海镇", "镇"),
    Node("231084102201", "上官地村", "村"),
    Node("231084103", "石岩镇", "镇"),
    Node("231085", "穆棱市", "县级市"),
    Node("2307", "伊春市", "地级市"),
    Node("230712", "汤旺河区", "市辖区", until=dt.date(2019, 7, 13)),
    Node("230714", "乌伊岭区", "市辖区", until=dt.date(2019, 7, 13)),
    Node("230723", "汤旺县", "县", since=dt.date(2019, 7, 13)),
]
MERGERS = [Change("merge", code, "230723", dt.date(2019, 7, 13), "批复", True) for code in ("230712", "230714")]


@pytest.fixture
def small_tree():
    Division.objects.all().delete()
    load_divisions(TREE, MERGERS)


def test_load_divisions_loads_everything_once():
    load_divisions()

    again = load_divisions()

    assert (again.added, again.changed, again.changes_added) == (0, 0, 0)
    assert queries.path_name("231084102", TODAY) == "黑龙江省牡丹江市宁安市渤海镇"
    assert len(queries.children("231084", TODAY)) == 15
    assert len(queries.below("231084", 5, TODAY)) > 200


def test_load_divisions_refuses_a_name_that_overlaps_a_recorded_one(small_tree):
    rival = dataclasses.replace(TREE[3], name="宁古塔市", since=dt.date(2021, 1, 1))

    with pytest.raises(BadInput, match="231084 宁古塔市 与已登记的“宁安市”"):
        load_divisions([*TREE[:3], rival], [])


def test_division_knows_names_by_day(small_tree):
    assert queries.division("230712", dt.date(2019, 1, 1)).name == "汤旺河区"
    assert queries.division("230712").name == "汤旺河区"
    with pytest.raises(queries.UnknownDivision, match="没有登记区划 230712"):
        queries.division("230712", TODAY)


def test_children_are_those_of_the_day(small_tree):
    assert [place.name for place in queries.children("2307", dt.date(2019, 1, 1))] == ["汤旺河区", "乌伊岭区"]
    assert [place.name for place in queries.children("2307", TODAY)] == ["汤旺县"]
    assert [place.code for place in queries.children("", TODAY)] == ["23"]


def test_names_of_asks_once(small_tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        names = queries.names_of(["231084", "2310", "999999"], TODAY)

    assert names == {"231084": "宁安市", "2310": "牡丹江市", "999999": "999999"}


@pytest.mark.parametrize(
    ("text", "first"),
    [("宁安", "231084"), ("ninga", "231084"), ("nas", "231084"), ("231084103", "231084103"), ("muling", "231085")],
)
def test_search_finds_by_name_pinyin_initials_and_code(small_tree, text, first):
    assert queries.search(text, TODAY)[0].code == first


def test_search_stays_in_scope_and_skips_ended_names(small_tree):
    assert queries.search("宁安", TODAY, scope="2307") == []
    assert queries.search("汤旺河", TODAY) == []
    assert queries.search("  ", TODAY) == []


def test_recut_maps_old_codes_to_the_tree_of_the_day(small_tree, django_assert_num_queries):
    with django_assert_num_queries(2):
        cut = queries.recut(["230712", "230714", "231084", "450000"[:4]], TODAY)

    assert cut == {"230712": ["230723"], "230714": ["230723"], "231084": ["231084"], "4500": []}
    assert queries.successor_codes("230712", dt.date(2019, 1, 1)) == ["230712"]


def test_rename_keeps_the_old_name_for_old_days(small_tree):
    with acting(SYSTEM):
        rename_division("231084103", "石岩新镇", TODAY, document="民函〔2022〕1号", actor=SYSTEM)

    assert queries.name("231084103", dt.date(2022, 4, 14)) == "石岩镇"
    assert queries.name("231084103", TODAY) == "石岩新镇"
    assert queries.division("231084103", TODAY).path_name == "黑龙江省牡丹江市宁安市石岩新镇"
    assert [place.name for place in queries.name_history("231084103")] == ["石岩镇", "石岩新镇"]


def test_rename_wants_a_document(small_tree):
    with acting(SYSTEM), pytest.raises(BadInput, match="批准文件"):
        rename_division("231084103", "石岩新镇", TODAY, document=" ", actor=SYSTEM)


def test_merge_ends_the_subtree_and_survives_a_new_load(small_tree):
    with acting(SYSTEM):
        merge_divisions(["231084102"], "231084103", TODAY, document="民函〔2022〕2号", actor=SYSTEM)
    load_divisions(TREE, MERGERS)

    assert [place.code for place in queries.below("231084", 5, TODAY)] == []
    assert queries.successor_codes("231084102", TODAY) == ["231084103"]
    assert queries.successions("231084102", TODAY)[0].document == "民函〔2022〕2号"


def test_merge_refuses_another_level(small_tree):
    with acting(SYSTEM), pytest.raises(BadInput, match="不能并入"):
        merge_divisions(["231084102"], "231084", TODAY, document="文", actor=SYSTEM)


def test_declare_day_feeds_the_calendar():
    day = dt.date(2022, 4, 16)
    with acting(SYSTEM):
        declare_day(day, True, note="调休", actor=SYSTEM)

    assert calendar.is_working(day, queries.extra_days())
