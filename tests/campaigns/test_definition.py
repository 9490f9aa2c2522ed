"""A campaign as a file: what is read, and how every fault is named with its field."""

import datetime as dt
import pathlib

import pytest
import yaml

from doudi.campaigns.definition import parse, read, text_of
from doudi.kernel.errors import WrongField

EXAMPLES = sorted((pathlib.Path(__file__).parents[2] / "examples" / "campaigns").glob("*.yaml"))
GOOD = {
    "title": "春节补助", "kind": "节日补助", "place": "231084",
    "basis": {"document": "某文件", "clause": "HLJ2021-2.4"},
    "roster_on": "2022-01-20", "from": "2022-01-20", "to": "2022-01-31",
    "groups": [{"group": "低保", "unit": "户", "amount": "300 元"}],
}  # fmt: skip


def _fields(**changes: object) -> dict[str, str]:
    body = {key: value for key, value in (GOOD | changes).items() if value != "gone"}
    return {one.field: one.text for one in read(body)[1]}


def _group(**changes: object) -> dict[str, str]:
    group = {
        key: value
        for key, value in ({"group": "低保", "unit": "户", "amount": "300 元"} | changes).items()
        if value != "gone"
    }
    return _fields(groups=[group])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_read_and_are_written_back_the_same(path: pathlib.Path):
    one = parse(path.read_text(encoding="utf-8"))
    again = parse(text_of(one))

    assert again == one
    assert again.digest == one.digest


def test_good_campaign_is_read_with_its_money_in_fen():
    one = parse(yaml.safe_dump(GOOD, allow_unicode=True))

    assert (one.kind, one.same_person, one.roster_on) == ("festival", "highest", dt.date(2022, 1, 20))
    assert [(group.programme, group.unit, group.amount_fen) for group in one.groups] == [("dibao", "household", 30_000)]


@pytest.mark.parametrize(
    ("group", "field", "said"),
    [
        ({"amount": "gone"}, "groups.1.amount", "没有填写金额"),
        ({"amount": ""}, "groups.1.amount", "没有填写金额"),
        ({"amount": "-300 元"}, "groups.1.amount", "应大于零"),
        ({"amount": "0"}, "groups.1.amount", "应大于零"),
        ({"amount": "300.123"}, "groups.1.amount", "两位小数"),
        ({"amount": "1000000 元"}, "groups.1.amount", "不超过十万元"),
        ({"group": "gone"}, "groups.1.group", "没有填写对象"),
        ({"group": "低保户们"}, "groups.1.group", "没有对象“低保户们”"),
        ({"unit": "gone"}, "groups.1.unit", "单位没有填写"),
        ({"unit": "家"}, "groups.1.unit", "单位没有“家”"),
        ({"area": "郊区"}, "groups.1.area", "城乡没有“郊区”"),
        ({"months": 1}, "groups.1.amount", "同时写了金额和月数"),
        ({"months": 1, "amount": "gone", "unit": "人"}, "groups.1.unit", "按户发放"),
        ({"unit": "平方米"}, "groups.1.most", "只用于取暖救助"),
        ({"age_from": 100}, "groups.1.unit", "限定年龄的要按人"),
        ({"percent": 120}, "groups.1.percent", "不能超过 100"),
        ({"colour": "red"}, "groups.1.group", "读不懂"),
    ],
)
def test_S11_4_a_wrong_group_is_refused_naming_the_field(group: dict[str, object], field: str, said: str):
    found = _group(**group)

    assert list(found) == [field]
    assert said in found[field]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"groups": []}, "groups", "没有写对象和金额"),
        ({"groups": "gone"}, "groups", "没有写对象和金额"),
        ({"to": "2022-01-19"}, "to", "止日 2022-01-19 早于起日 2022-01-20"),
        ({"to": "一月底"}, "to", "不是日期"),
        ({"roster_on": "2022-02-01"}, "roster_on", "晚于止日"),
        ({"supplement_to": "2022-01-19"}, "supplement_to", "早于花名册日"),
        ({"title": ""}, "title", "没有填写名称"),
        ({"kind": "红包"}, "kind", "种类没有“红包”"),
        ({"place": ""}, "place", "没有填写地区"),
        ({"place": "宁安"}, "place", "不是区划代码"),
        ({"basis": {}}, "basis", "没有填写文件依据"),
        ({"fund": "小金库"}, "fund", "资金来源没有“小金库”"),
        ({"same_person": "随意"}, "same_person", "可"),
        ({"kind": "增发救助金"}, "only_in", "没有写明地区状态"),
        ({"only_in": {"mark": "糟糕"}}, "only_in", "糟糕"),
        ({"townships": ["231084"]}, "townships", "不是 231084 的乡镇"),
        ({"exclude": ["邻居"]}, "exclude", "没有“邻居”"),
        ({"colour": "red"}, "title", "不认识的项目 colour"),
    ],
)
def test_S11_4_a_wrong_campaign_is_refused_naming_the_field(changes: dict[str, object], field: str, said: str):
    found = _fields(**changes)

    assert list(found) == [field]
    assert said in found[field] or field == "same_person"


def test_all_faults_are_told_at_once():
    found = _fields(to="2022-01-01", groups=[{"group": "低保", "unit": "户", "amount": "-1"}], title="")

    assert set(found) == {"title", "to", "groups.1.amount"}
    with pytest.raises(WrongField, match=r"没有填写名称.*止日.*应大于零"):
        parse(
            yaml.safe_dump(
                GOOD | {"title": "", "to": "2022-01-01", "groups": [{"group": "低保", "unit": "户", "amount": "-1"}]}
            )
        )


def test_the_same_group_twice_is_refused():
    group = {"group": "低保", "unit": "户", "amount": "300 元"}

    assert "对象相同" in _fields(groups=[group, {**group, "amount": "200 元"}])["groups.2.group"]


def test_what_is_not_yaml_is_refused():
    found, problems = read("title: {")

    assert found is None
    assert "不是可读的 YAML" in problems[0].text
