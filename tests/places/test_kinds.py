"""Codes and names say what sort of division it is."""

import pytest

from doudi.places import kinds


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("", "中华人民共和国", "国家"),
        ("23", "黑龙江省", "省"),
        ("15", "内蒙古自治区", "自治区"),
        ("11", "北京市", "直辖市"),
        ("66", "新疆生产建设兵团", "生产建设兵团"),
        ("2310", "牡丹江市", "地级市"),
        ("2327", "大兴安岭地区", "地区"),
        ("2102", "大连市", "计划单列市"),
        ("2199", "沈抚新区", "新区"),
        ("231084", "宁安市", "县级市"),
        ("210727", "义县", "县"),
        ("210423", "清原满族自治县", "自治县"),
        ("230751", "金林区", "市辖区"),
        ("232761", "加格达奇区", "管理区"),
        ("140171", "山西转型综合改革示范区", "功能区"),
        ("210727001", "义州街道", "街道"),
        ("231181001", "兆麟街道地区", "街道"),
        ("231084102", "渤海镇", "镇"),
        ("231084208", "马河乡", "乡"),
        ("231084202", "江南朝鲜族满族乡", "民族乡"),
        ("231084500", "宁安农场", "类乡级单位"),
        ("231084001001", "文庙社区", "社区"),
        ("231084100201", "伊家村", "村"),
        ("231084400401", "第一居委会", "类社区"),
        ("231084500501", "第一管理区", "类村级单位"),
    ],
)
def test_kind_of_reads_code_and_name(code, name, kind):
    assert kinds.kind_of(code, name) == kind


@pytest.mark.parametrize(
    ("code", "kind", "area"),
    [
        ("231084", "县级市", ""),
        ("210727001", "街道", "urban"),
        ("231084102", "镇", "rural"),
        ("231084001001", "社区", "urban"),
        ("231084100201", "村", "rural"),
    ],
)
def test_area_of_is_settled_from_the_township_down(code, kind, area):
    assert kinds.area_of(code, kind) == area


@pytest.mark.parametrize(
    ("filed", "place"),
    [
        ("利民村委会", "利民村"),
        ("利民村村委会", "利民村"),
        ("文庙社区居委会", "文庙社区"),
        ("三交居委会", "三交居委会"),
        ("村委会", "村委会"),
    ],
)
def test_place_name_drops_the_committee(filed, place):
    assert kinds.place_name("231084100201", filed) == place


def test_is_filler_finds_rows_that_only_fill_a_level():
    assert kinds.is_filler("市辖区")
    assert kinds.is_filler("县")
    assert not kinds.is_filler("义县")
