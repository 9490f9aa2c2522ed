"""Rule and index files that cannot be meant: refused at load with file, line and what to do."""

import pytest

from doudi.kernel.errors import BadInput
from doudi.linkage import indexfile, indices, rulefile
from doudi.linkage.indices import IndexRow
from tests.linkage.rules import HEAD, rule_text

TOP = 'place: "3505"\nname: 泉州市\n'
VERSION = "  - {from: 2016-09, to: 2018-12, document: 甲}\n"


def _refusal(text: str) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        rulefile.parse(text, "试验.yaml")
    return refusal.value


@pytest.mark.parametrize(
    ("part", "line", "words"),
    [
        ("grupos: [低保]", 9, "没有名为“grupos”的键"),
        ("start2: {series: cpi, at_least: 3%}", 9, "是不是 start?"),
        ("minimum: 20", 9, "没有写单位"),
        ("minimum: 2000 分钱", 9, "不是金额"),
        ("stop: {series: cpi, at_least: 0.035}", 9, "多于两位小数"),
        ("stop: {series: cpi, at_least: 0.03}", 9, "是不是把 3.5% 写成了 0.035"),
        ("stop: {series: cpi, at_least: 350%}", 9, "不在 0.5% 到 30% 之间"),
        ("stop: {series: cpi}", 9, "at_least(达到)或 more_than"),
        ("stop: {series: 猪肉, at_least: 3%}", 9, "没有名为“猪肉”的指数系列"),
        ("stop: {series: 食品烟酒, at_least: 6%}", 9, "不是“食品烟酒”"),
        ("stop: {series: cpi, at_least: 3%, months: 3}", 9, "how: average"),
        ("stop: {series: cpi, at_least: 3%, months: 13, how: each}", 9, "1 到 12 的整数"),
        ("base: 中等标准", 9, "没有名为“中等标准”的标准"),
        ("amount: {kind: produkt, index: scpi}", 9, "没有“produkt”这种写法"),
        ("amount: {kind: product}", 9, "缺少 index"),
        ("amount: {kind: product, index: scpi, tiers: []}", 9, "没有名为“tiers”的键"),
        ("amount: {kind: share, share: 一半}", 9, "不是系数"),
        ("amount: {kind: share, share: 0}", 9, "应大于零"),
        ("amount: {kind: points, index: scpi, each: 5 元, count: 整}", 9, "满一个点"),
        ("amount: {kind: tiers, index: scpi, tiers: [{from: 3%, below: 5%, share: 8%}, {from: 6%, share: 9%}]}", 9,
         "之间有空档"),
        ("amount: {kind: tiers, index: scpi, tiers: [{from: 3%, below: 5%, share: 8%}, {from: 4%, share: 9%}]}", 9,
         "重叠"),
        ("amount: {kind: tiers, index: scpi, tiers: [{from: 5%, below: 3%, share: 8%}]}", 9, "应大于 from"),
        ("amount: {kind: by_trigger, series: {grain: 20 元}}", 4, "启动条件里没有它"),
        ("amount: {kind: by_size, sizes: {1: 20 元, 3: 30 元}}", 9, "连续写"),
        ("rounding: {to: 元, how: 五舍六入}", 9, "没有“五舍六入”"),
        ("rounding: {to: 元}", 9, "缺少 how"),
        ("deadline: 尽快", 9, "无法识别"),
        ("deadline: {dates: {2020-02: 2020-02-30}}", 9, "没有这一天"),
        ("deadline: {dates: {2020-02: 2019-04-06}}", 9, "早于该月"),
        ("funds: {低保: 彩票}", 9, "没有名为“彩票”的资金来源"),
        ("dedup: {take: first}", 9, "要写次序"),
        ("level: 街道", 9, "没有“街道”"),
        ("payment: {pays_months: 3}", 9, "every: quarter"),
        ("not_paid_in: [13]", 9, "1 到 12"),
        ("verified: false", 4, "没有说明"),
        ("rounding:", 9, "没有写值"),
    ],
)  # fmt: skip
def test_refused_with_line(part: str, line: int, words: str) -> None:
    refusal = _refusal(rule_text(part))

    assert words in refusal.text + refusal.step
    assert f"试验.yaml 第 {line} 行" in refusal.text


def test_every_problem_of_a_file_is_named_at_once() -> None:
    refusal = _refusal(rule_text("minimum: 20", "rounding: {to: 元, how: 乱}", "base: 甲"))

    assert len(refusal.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (VERSION + "  - {from: 2018-12, document: 乙}\n", "两段规则都管 2018-12"),
        (VERSION + "  - {from: 2019-03, document: 乙}\n", "2019-01 至 2019-02 没有规则"),
        ("  - {from: 2019-13, document: 甲}\n", "月份 2019-13 不存在"),
        ("  - {from: 1019-01, document: 甲}\n", "不存在"),
        ("  - {from: 2001-01, document: 甲}\n", "不可能"),
        ("  - {from: 2019-05, to: 2019-01, document: 甲}\n", "早于起月"),
        ("  - {from: 2019-05}\n", "缺少 document"),
        ("  - {document: 甲}\n", "缺少 from"),
        ("  - {from: 2019-05, document: 甲, groups: [低保, 城乡低保]}\n", "写了两次"),
        ("  - {from: 2019-05, document: 甲, groups: [低保, 五保, 贫困户]}\n", "没有名为“贫困户”的对象"),
        ("  - {from: 2019-05, document: 甲, from: 2019-06}\n", "“from”写了两次"),
    ],
)
def test_versions_that_cannot_stand(rules: str, words: str) -> None:
    refusal = _refusal(TOP + "rules:\n" + rules)

    assert words in refusal.text
    assert "试验.yaml 第 " in refusal.text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("standards:\n  - {standard: 低保, from: 2019-07, amount: 850 元/月, source: 甲}\n"
         "  - {standard: 城市低保, from: 2019-07, amount: 860 元/月, source: 乙}\n", "有两个值(甲 与 乙)"),
        ("standards:\n  - {standard: 低保, from: 2019-07, amount: 850, source: 甲}\n", "没有写单位"),
        ("phases:\n  - {name: 甲, from: 2020-03, to: 2020-06, document: 甲, multiplier: 2}\n"
         "  - {name: 乙, from: 2020-06, to: 2020-08, document: 乙, multiplier: 1.5}\n", "都规定了倍数"),
        ("phases:\n  - {name: 甲, from: 2020-03, from_payment: 2020-04, document: 甲}\n", "只能写一种"),
        ("phases:\n  - {name: 甲, from: 2020-03, document: 甲, lines: {食品烟酒: 5%}}\n", "不是“食品烟酒”"),
        ("own: {series: [{name: cpi, label: 本地CPI}]}\n", "是通用的名称"),
        ("own: {series: [{name: local_food, label: 食品价格指数}]}\n", "已有通用的名称 food"),
        ("own: {groups: [{name: 困难职工, label: 困难职工}]}\n", "只能用英文字母"),
        ("basket: [{item: 肉, amount: 60}]\n", "没有写单位"),
    ],
)  # fmt: skip
def test_other_parts_that_cannot_stand(more: str, words: str) -> None:
    refusal = _refusal(HEAD + more)

    assert words in refusal.text
    assert "试验.yaml 第 " in refusal.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "文件是空的"),
        ("place: [\n", "不是可读的 YAML"),
        ("rules: []\nname: 甲\n", "没有写值"),
        ("name: 甲\n", "缺少 place"),
        ('place: "35051"\nname: 甲\n', "不是区划代码"),
        ('place: "3505"\nname: 甲\n', "没有 rules"),
        ("- 低保\n", "键: 值"),
    ],
)
def test_files_that_are_not_rule_files(text: str, words: str) -> None:
    assert words in _refusal(text).text


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("month,cpi\n2019-01,1.0\n2019-03,2.0\n", "CPI 缺少 2019-02 的数值"),
        ("month,cpi\n2019-01,1.0\n2019-01,2.0\n", "CPI 有两个值"),
        ("month,cpi\n2019-01,103.4\n", "要写同比涨幅:3.4%"),
        ("month,cpi\n2019-01,1.234\n", "多于两位小数"),
        ("month,cpi\n2019-01,三点四\n", "不是百分数"),
        ("month,cpi\n2019-14,3.4\n", "月份 2019-14 不存在"),
        ("month,cpi,published\n2019-01,3.4,2019-02-30\n", "没有这一天"),
        ("month,核心\n2019-01,3.4\n", "没有名为“核心”的列或指数系列"),
        ("month,cpi\n2019-01,\n", "没有数值"),
        ("month,cpi\n2019-01,3.4,5\n", "列数多于表头"),
        ("", "文件是空的"),
    ],
)
def test_index_files_that_cannot_be_meant(csv: str, words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        indexfile.from_csv(csv, "指数.csv", "3505")

    assert words in refusal.value.text + refusal.value.step
    assert "指数.csv" in refusal.value.text


def test_line_of_the_row_is_named() -> None:
    with pytest.raises(BadInput, match=r"指数.csv 第 3 行"):
        indexfile.from_csv("month,cpi\n2019-01,1.0\n2019-02,abc\n", "指数.csv", "3505")


def test_a_selection_may_leave_months_out() -> None:
    text = "months: selected\nrows:\n  - {month: 2019-01, cpi: 1.0}\n  - {month: 2019-05, cpi: 2.0}\n"

    assert len(indexfile.from_yaml(text, "指数.yaml", "3505")) == 2


def test_both_layouts_say_the_same() -> None:
    wide = indexfile.from_csv("month,CPI,食品\n2019-01,1.2,-3\n", "甲.csv", "3505")
    long = indexfile.from_csv("月份,系列,涨幅,地区\n2019-01,CPI,1.2,350500\n2019年1月,食品,-3.00,3505\n", "乙.csv")

    assert [(r.place, r.month, r.series, r.value_bp) for r in wide] == [
        (r.place, r.month, r.series, r.value_bp) for r in long
    ]


def test_figures_are_exact() -> None:
    rows = indexfile.from_csv("month,cpi,food,scpi\n2019-01,3.18,-0.05,+2\n", "甲.csv", "3505")

    assert [row.value_bp for row in rows] == [318, -5, 200]


@pytest.mark.parametrize(("value", "hint"), [(5200, "是不是 5.2%"), (1501, "超出常见范围"), (-600, "超出常见范围")])
def test_a_figure_outside_the_usual_asks(value: int, hint: str) -> None:
    row = IndexRow("3505", _month(), "cpi", value, where="指数.csv 第 2 行")

    with pytest.raises(BadInput, match=hint):
        indices.ask_about([row], is_confirmed=False)
    assert len(indices.ask_about([row], is_confirmed=True)) == 1


def test_food_of_a_bad_winter_does_not_ask() -> None:
    """The 21.9 % of February 2020 is a usual figure for food, not for the CPI."""
    assert indices.doubt("food", 2190) == ""
    assert indices.doubt("cpi", 2190) != ""


def _month():  # type: ignore[no-untyped-def]
    from doudi.kernel.periods import Month

    return Month(2019, 1)
