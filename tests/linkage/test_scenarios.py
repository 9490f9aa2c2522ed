"""The acceptance scenarios of price watch and price linkage, as far as rules and amounts go."""

import datetime as dt

import pytest

from doudi.engine import packs
from doudi.kernel.periods import Month
from doudi.linkage import deadline, indexfile, measure, rulebook, rulefile
from doudi.linkage.evaluate import Question, evaluate
from doudi.linkage.indices import IndexBook
from doudi.linkage.model import Deadline
from doudi.linkage.result import Evaluation
from doudi.linkage.standards import Standards, typed_rows

SHANXI = """\
place: "140222"
name: 天镇县
rules:
  - from: 2019-01
    document: 试验:全部条件由县登记
    groups: [低保]
    outer_groups: ignore
    base: 低保
    amount: {kind: product, index: cpi}
    rounding: {to: ROUND, how: 四舍五入}
"""
WANGKUI = """\
place: "231221"
name: 望奎县
rules:
  - {from: 2019-01, document: 试验, decide_within: 10}
basket:
  - {item: 肉, amount: 60 元}
  - {item: 蛋, amount: 20 元}
  - {item: 菜, amount: 80 元}
"""


def _ask(text: str, month: str, values: list[str], persons: int = 0) -> Evaluation:
    file = rulefile.parse(text, "试验.yaml")
    book = rulebook.load_rules(packs.packs_root()).with_file(file)
    at = Month.parse(month)
    rows = [indexfile.from_option(one, file.place, at, file.words) for one in values]
    standards = Standards(typed_rows(["低保=600"], file.words))
    question = Question(file.place, at, persons={("dibao", ""): persons})
    return evaluate(book, IndexBook(rows), standards, question)


@pytest.mark.parametrize(("to", "amount", "total"), [("分", 3120, 3_120_000), ("元", 3100, 3_100_000)])
def test_S08_1_started_month_pays_standard_times_rise(to: str, amount: int, total: int) -> None:
    told = _ask(SHANXI.replace("ROUND", to), "2020-02", ["CPI=5.2", "食品=21.9"], 1000)

    row = told.amount("dibao")
    assert row is not None
    assert (told.triggered, told.triggered_by) == (True, ("cpi", "food"))
    assert (row.amount_fen, row.total_fen) == (amount, total)


def test_S08_2_below_the_line_the_extra_cost_is_measured() -> None:
    told = _ask(WANGKUI, "2021-01", ["CPI=2.4", "食品=5.9"])
    basket = rulefile.parse(WANGKUI, "试验.yaml").basket

    found = measure.measure(basket, {"肉": 1800, "蛋": 1200, "菜": 2500})

    assert (told.state, told.decide_within) == ("not_started", 10)
    assert found.extra_fen == 3320
    assert found.steps[-1] == "每人每月多支出 33.20 元"


def test_S08_4_twenty_working_days_around_the_spring_festival() -> None:
    due, words = deadline.due((Deadline("working_days", 20),), Month(2021, 1), Month(2021, 2), dt.date(2021, 2, 10))

    assert due == dt.date(2021, 3, 16)
    assert words == "指数公布(2021-02-10)后 20 个工作日以内"


def test_S08_6_a_month_below_both_lines_stops() -> None:
    told = _ask(SHANXI.replace("ROUND", "分"), "2020-03", ["CPI=3.4", "食品=5.9"], 1000)

    assert (told.state, told.triggered, told.amounts) == ("not_started", False, ())


@pytest.mark.parametrize(
    ("published", "month", "expected"),
    [
        (dt.date(2020, 3, 10), "2020-02", dt.date(2020, 4, 8)),
        (dt.date(2020, 1, 9), "2019-12", dt.date(2020, 2, 13)),
        (dt.date(2022, 9, 9), "2022-08", dt.date(2022, 9, 30)),
        (dt.date(2021, 12, 9), "2021-11", dt.date(2021, 12, 31)),
    ],
)
def test_deadline_follows_the_phase_of_the_index_month(published: dt.date, month: str, expected: dt.date) -> None:
    rule = rulebook.load_rules(packs.packs_root()).in_force("4103", Month.parse(month))

    assert deadline.due(rule.deadlines, rule.month, rule.payment_month, published)[0] == expected


def test_fund_source_of_each_group_with_its_clause() -> None:
    told = evaluate(
        rulebook.load_rules(packs.packs_root()),
        IndexBook([indexfile.from_option("CPI=3.6", "2310", Month(2022, 6), indexfile.PLAIN_WORDS)]),
        Standards(),
        Question("231084", Month(2022, 6)),
    )

    funds = {one.group: (one.fund, one.fund_clause) for one in told.amounts if one.fund}
    assert funds == {
        "dibao": ("social_assistance", "HLJ2021-1.10"),
        "tekun": ("social_assistance", "HLJ2021-1.10"),
        "veterans": ("fiscal", "HLJ2021-1.11"),
        "unemployment_benefit": ("unemployment_fund", "HLJ2021-1.12"),
    }
