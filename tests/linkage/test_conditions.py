"""Triggers: equal is enough, any and all, months together, areas, stop, what is unknown."""

import datetime as dt

import pytest

from doudi.engine import packs
from doudi.kernel.periods import Month
from doudi.linkage import indexfile, rulebook, rulefile
from doudi.linkage.evaluate import Question, evaluate
from doudi.linkage.indices import IndexBook
from doudi.linkage.result import Evaluation
from doudi.linkage.standards import Standards
from tests.linkage.rules import HEAD, PLACE, ask, rule_text

START = "    start: {any: [{series: cpi, at_least: 3.5%}, {series: food, at_least: 6%}]}\n"


def _with(start: str) -> str:
    return rule_text("amount: 30 元", head=HEAD.replace(START, f"    start: {start}\n"))


def _months(text: str, csv: str, month: str, known: str = "") -> Evaluation:
    file = rulefile.parse(text, "试验.yaml")
    book = rulebook.load_rules(packs.packs_root()).with_file(file)
    rows = indexfile.from_csv(csv, "指数.csv", PLACE, file.words)
    known_on = dt.date.fromisoformat(known) if known else None
    return evaluate(book, IndexBook(rows), Standards((), book.standards), Question(PLACE, Month.parse(month), known_on))


@pytest.mark.parametrize(
    ("start", "values", "expected"),
    [
        ("{series: cpi, at_least: 3.5%}", {"CPI": "3.5"}, True),
        ("{series: cpi, at_least: 3.5%}", {"CPI": "3.49"}, False),
        ("{series: cpi, more_than: 3.5%}", {"CPI": "3.5"}, False),
        ("{series: cpi, more_than: 3.5%}", {"CPI": "3.51"}, True),
        ("{series: cpi, at_least: 3.5%}", {"食品": "9"}, None),
        ("{any: [{series: cpi, at_least: 3%}, {series: scpi, at_least: 3%}]}", {"CPI": "2.9", "SCPI": "无"}, False),
        ("{any: [{series: cpi, at_least: 3%}, {series: scpi, at_least: 3%}]}", {"CPI": "2.9"}, None),
        ("{any: [{series: cpi, at_least: 3%}, {series: scpi, at_least: 3%}]}", {"CPI": "3.0"}, True),
        ("{all: [{series: cpi, at_least: 3%}, {series: food, at_least: 5%}]}", {"CPI": "3.0", "食品": "5"}, True),
        ("{all: [{series: cpi, at_least: 3%}, {series: food, at_least: 5%}]}", {"CPI": "2.0"}, False),
        ("{all: [{series: cpi, at_least: 3%}, {series: food, at_least: 5%}]}", {"CPI": "3.0"}, None),
        ("{any: [{series: cpi, at_least: 4%}, {all: [{series: cpi, at_least: 3%}, {series: food, at_least: 5%}]}]}",
         {"CPI": "3.2", "食品": "5.0"}, True),
    ],
)  # fmt: skip
def test_start(start: str, values: dict[str, str], expected: bool | None) -> None:
    assert ask(_with(start), "2019-09", values).triggered is expected


QUARTER = "month,cpi\n2019-07,2.8\n2019-08,3.0\n2019-09,3.4\n"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("{series: cpi, at_least: 3%, months: 3, how: average}", True),  # 3.0666
        ("{series: cpi, at_least: 3.1%, months: 3, how: average}", False),
        ("{series: cpi, at_least: 3%, months: 3, how: each}", False),
        ("{series: cpi, at_least: 2.8%, months: 3, how: each}", True),
        ("{series: cpi, at_least: 3%, months: 2, how: each}", True),
        ("{series: cpi, at_least: 3%, months: 4, how: average}", None),
    ],
)
def test_months_together(start: str, expected: bool | None) -> None:
    assert _months(_with(start), QUARTER, "2019-09").triggered is expected


def test_mean_since_january() -> None:
    csv = "month,cpi\n2019-01,1.0\n2019-02,2.0\n2019-03,6.0\n"

    assert _months(_with("{series: cpi, at_least: 3%, how: year_to_date}"), csv, "2019-03").triggered is True
    assert _months(_with("{series: cpi, at_least: 3%, how: year_to_date}"), csv, "2019-02").triggered is False


def test_lines_of_town_and_country_differ() -> None:
    text = _with("{series: cpi, at_least: {urban: 3%, rural: 3.5%}}")

    told = ask(text, "2019-09", {"CPI": "3.2"})

    assert told.triggered is True
    assert {one.area for one in told.amounts} == {"urban"}


def test_without_stop_each_month_stands_alone() -> None:
    csv = "month,cpi\n2019-01,4.0\n2019-02,3.0\n"

    assert _months(_with("{series: cpi, at_least: 3.5%}"), csv, "2019-02").triggered is False


def test_stop_condition_keeps_a_started_month_going() -> None:
    text = rule_text("amount: 30 元", "stop: {series: cpi, at_least: 0.5%, months: 1}", head=HEAD)
    text = text.replace(START, "    start: {series: cpi, at_least: 3.5%}\n")
    going = "month,cpi\n2019-01,4.0\n2019-02,0.3\n2019-03,0.3\n"
    stopped = "month,cpi\n2019-01,4.0\n2019-02,2.0\n2019-03,0.3\n"

    assert _months(text, going, "2019-03").triggered is True
    assert _months(text, stopped, "2019-03").triggered is False


def test_only_what_was_published_by_the_day() -> None:
    csv = "month,cpi,published\n2019-01,4.0,2019-02-15\n"
    text = _with("{series: cpi, at_least: 3.5%}")

    assert _months(text, csv, "2019-01", "2019-02-14").triggered is None
    assert _months(text, csv, "2019-01", "2019-02-15").triggered is True


def test_a_correction_replaces_from_its_day() -> None:
    csv = "month,cpi,published,correction\n2019-01,4.0,2019-02-15,\n2019-01,3.0,2019-03-01,是\n"
    text = _with("{series: cpi, at_least: 3.5%}")

    assert _months(text, csv, "2019-01", "2019-02-20").triggered is True
    assert _months(text, csv, "2019-01", "2019-03-01").triggered is False


def test_phase_lowers_a_line_and_never_raises_one() -> None:
    high = ask(rule_text("amount: 30 元"), "2022-08", {"CPI": "3.0", "食品": "0"})
    low = _with("{series: cpi, at_least: 2%}")

    assert high.triggered is True
    assert ask(low, "2022-08", {"CPI": "2.0"}).triggered is True
    assert ask(low, "2022-08", {"CPI": "1.9"}).triggered is False


def test_phase_counts_in_index_months() -> None:
    text = rule_text("amount: 30 元")
    values = {"CPI": "3.0", "食品": "0"}

    started = [month for month in ("2022-07", "2022-08", "2023-02", "2023-03") if ask(text, month, values).triggered]

    assert started == ["2022-08", "2023-02"]


def test_place_that_looks_at_scpi_alone_is_told_to_set_its_line() -> None:
    told = ask(_with("{series: scpi, at_least: 3.5%}"), "2022-08", {"SCPI": "3.2"})

    assert told.triggered is False
    assert any("参照" in note for note in told.notes)


def test_phase_of_one_place_does_not_reach_another() -> None:
    own = "phases:\n  - {name: 本市提高, from: 2020-02, to: 2020-02, document: 本市, multiplier: 1.5}\n"
    told = ask(
        rule_text("amount: 30 元", "rounding: {to: 分, how: 四舍五入}") + own, "2020-02", {"CPI": "5", "食品": "9"}
    )

    assert [row.amount_fen for row in told.amounts] == [4500, 4500]


def test_places_may_ignore_outer_phases() -> None:
    told = ask(rule_text("amount: 30 元", "outer_phases: ignore"), "2020-03", {"CPI": "5", "食品": "9"})

    assert (str(told.multiplier), told.phases) == ("1", ())


def test_groups_are_only_ever_added() -> None:
    text = rule_text("amount: 30 元").replace("    outer_groups: ignore\n", "")

    groups = {one.group for one in ask(text, "2022-09", {"CPI": "4", "食品": "9"}).amounts}

    assert {"veterans", "unemployment_benefit", "hiv_child", "unemployment_allowance", "dibao_marginal"} <= groups


def test_index_of_a_place_above_the_rule_is_never_used() -> None:
    rows = indexfile.from_csv("place,month,cpi\n35,2019-09,4.0\n", "指数.csv")
    file = rulefile.parse(_with("{series: cpi, at_least: 3.5%}"), "试验.yaml")
    book = rulebook.load_rules(packs.packs_root()).with_file(file)

    told = evaluate(book, IndexBook(rows), Standards(), Question(PLACE, Month(2019, 9)))

    assert told.triggered is None
