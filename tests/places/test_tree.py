"""A tree is sound before it is written."""

import dataclasses
import datetime as dt

import pytest

from doudi.kernel.errors import BadInput
from doudi.places import tree
from doudi.places.tree import Node

NATION = Node("", "中华人民共和国", "国家")
PROVINCE = Node("23", "黑龙江省", "省")
CITY = Node("2310", "牡丹江市", "地级市")
NEW_YEAR = dt.date(2022, 1, 1)


def test_check_gives_a_sound_tree_back_in_code_order():
    assert tree.check([CITY, PROVINCE, NATION]) == [NATION, PROVINCE, CITY]


def test_check_refuses_two_names_on_one_day():
    with pytest.raises(BadInput, match="有效期重叠"):
        tree.check([NATION, PROVINCE, dataclasses.replace(PROVINCE, name="龙江省", since=NEW_YEAR)])


def test_check_takes_one_name_after_another():
    old = dataclasses.replace(PROVINCE, until=NEW_YEAR)

    assert len(tree.check([NATION, old, dataclasses.replace(PROVINCE, name="龙江省", since=NEW_YEAR)])) == 3


def test_check_refuses_a_parent_nobody_registered():
    with pytest.raises(BadInput, match="2310 牡丹江市:上级 23 在"):
        tree.check([NATION, CITY])


def test_check_refuses_a_parent_that_ends_before_its_child():
    with pytest.raises(BadInput, match="上级 23 在 2022-01-01 没有登记"):
        tree.check([NATION, dataclasses.replace(PROVINCE, until=NEW_YEAR), CITY])


@pytest.mark.parametrize("parent", ["2310", "231084", "14"])
def test_check_refuses_a_cycle(parent):
    with pytest.raises(BadInput, match="会成环"):
        tree.check([NATION, PROVINCE, dataclasses.replace(CITY, parent_code=parent)])


def test_check_refuses_a_reversed_period_and_a_bad_code():
    with pytest.raises(BadInput, match="不晚于起期"):
        tree.check([NATION, dataclasses.replace(PROVINCE, until=tree.NOT_RECORDED)])
    with pytest.raises(BadInput, match="不是区划代码"):
        tree.check([NATION, Node("231", "某地", "地")])


def test_published_tree_holds_the_irregular_nodes_and_the_demo_villages():
    nodes = {(node.code, node.name): node for node in tree.published()}

    assert nodes["66", "新疆生产建设兵团"].own_code
    assert nodes["2199", "沈抚新区"].own_code
    assert "LN2020-0.1" in nodes["2199", "沈抚新区"].source
    assert nodes["2327", "大兴安岭地区"].kind == "地区"
    assert nodes["2102", "大连市"].kind == "计划单列市"
    assert nodes["140726", "太谷县"].until == dt.date(2020, 6, 30) == nodes["140703", "太谷区"].since
    for county in ("231084", "141124", "210727"):
        assert sum(code.startswith(county) and len(code) == 12 for code, _name in nodes) > 200


def test_published_changes_lead_from_known_codes_to_known_codes():
    known = {node.code for node in tree.published()}

    assert all({change.from_code, change.to_code} <= known for change in tree.changes())
    assert any(change.verified for change in tree.changes())


def test_path_names_spell_the_place_by_the_names_of_its_time():
    nodes = tree.check([NATION, PROVINCE, CITY])

    assert tree.path_names(nodes) == ["中华人民共和国", "黑龙江省", "黑龙江省牡丹江市"]
