"""What each formula, base, index, rounding and bound makes of a month; figures chosen so that a wrong order shows."""

import pytest

from tests.linkage.rules import ask, fen, rule_text

PRODUCT = "amount: {kind: product, base: 低保, index: scpi}"
YUAN = "rounding: {to: 元, how: 四舍五入}"
FEN = "rounding: {to: 分, how: 四舍五入}"
MET = {"CPI": "3.5", "食品": "6.0", "SCPI": "4.3"}


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("30 元", 3000),
        ("{kind: fixed, amount: 30 元}", 3000),
        ("{kind: share, base: 低保, share: 1/12}", 5000),
        ("{kind: share, base: 低保, share: 8%}", 4800),
        ("{kind: product, base: 低保, index: scpi}", 2580),
        ("{kind: product, base: 低保, index: triggered}", 3600),
        ("{kind: product, base: 低保, index: {triggered: lower}}", 2100),
        ("{kind: product, base: 低保, index: {triggered: average}}", 2850),
        ("{kind: product, base: 低保, index: {higher: [cpi, scpi]}}", 2580),
        ("{kind: product, base: 低保, index: {lower: [cpi, scpi]}}", 2100),
        ("{kind: product, base: 低保, index: {of_average: [cpi, scpi]}}", 2340),
        ("{kind: product, base: 低保, index: {series: scpi, less: 3%}}", 780),
        ("{kind: product, base: 低保, index: {series: scpi, round_to: 1%, round_how: up}}", 3000),
        ("{kind: points, index: scpi, each: 5 元, count: begun}", 2500),
        ("{kind: points, index: scpi, each: 5 元, count: full}", 2000),
        ("{kind: points, index: scpi, each: 5 元, count: exact}", 2150),
        ("{kind: points, index: scpi, each: 5 元, count: begun, step: 0.5%}", 4500),
        ("{kind: points, index: food, start: 50 元, over: 5%, each: 10 元, count: full}", 6000),
        ("{kind: tiers, index: scpi, tiers: [{from: 3%, below: 4.3%, share: 9%}, {from: 4.3%, share: 10%}]}",
         6000),
        ("{kind: tiers, index: scpi, tiers: [{from: 3%, below: 5%, amount: 20 元}, {from: 5%, amount: 30 元}]}", 2000),
        ("{kind: by_trigger, series: {cpi: 20 元, food: 30 元}}", 3000),
        ("{kind: by_trigger, series: {cpi: 20 元, food: 30 元}, both: lower}", 2000),
        ("{kind: by_trigger, series: {cpi: 20 元, food: 30 元}, both: sum}", 5000),
        ("{kind: by_group, groups: {低保: 40 元}, otherwise: 30 元}", 4000),
        ("{kind: by_group, groups: {城市低保: 40 元, 农村低保: 40 元, 特困: 10 元}}", 4000),
        ("{kind: highest_of, of: [30 元, {kind: product, base: 低保, index: scpi}]}", 3000),
        ("{kind: lowest_of, of: [30 元, {kind: product, base: 低保, index: scpi}]}", 2580),
        ("{kind: sum_of, of: [30 元, {kind: product, base: 低保, index: scpi}]}", 5580),
        ("{kind: product, base: {standard: 低保, share: 50%}, index: scpi}", 1290),
        ("{kind: product, base: {amount: 500 元}, index: scpi}", 2150),
        ("{kind: product, base: {standard: 低保, months_back: 12}, index: scpi}", 2580),
    ],
)  # fmt: skip
def test_amount_of_a_formula(amount: str, expected: int) -> None:
    told = ask(rule_text(f"amount: {amount}", FEN), "2019-09", MET)

    assert fen(told) == expected


def test_urban_and_rural_persons_start_from_their_own_standard() -> None:
    told = ask(rule_text(PRODUCT, FEN), "2019-09", MET, ("城市低保=600", "农村低保=500"))

    assert (fen(told, area="urban"), fen(told, area="rural")) == (2580, 2150)


def test_a_fixed_standard_of_one_area_serves_everyone() -> None:
    told = ask(rule_text("amount: {kind: product, base: 城市低保, index: scpi}", FEN), "2019-09", MET,
               ("城市低保=600", "农村低保=500"))  # fmt: skip

    assert fen(told) == 2580


def test_average_of_urban_and_rural() -> None:
    text = rule_text("amount: {kind: product, base: {standard: 低保, area: average}, index: scpi}", FEN)

    assert fen(ask(text, "2019-09", MET, ("城市低保=600", "农村低保=500"))) == 2365


def test_own_standard_of_each_group() -> None:
    told = ask(rule_text("amount: {kind: product, base: own, index: scpi}", FEN), "2019-09", MET)

    assert (fen(told, "dibao"), fen(told, "tekun")) == (2580, 3440)


def test_terms_of_a_group_go_before_those_of_the_rule() -> None:
    groups = (
        "groups: [低保, {group: 优抚, base: 城市低保, times: 1.2}, {group: 孤儿, amount: 40 元}, "
        "{group: 低保边缘, times: 50%, minimum: 15 元}, {group: 特困, maximum: 20 元}]"
    )
    text = rule_text(PRODUCT, FEN).replace("groups: [低保, 特困]", groups)

    told = ask(text, "2019-09", MET, ("城市低保=600", "农村低保=500"))

    assert fen(told, "veterans") == 3096
    assert fen(told, "orphan") == 4000
    assert (fen(told, "dibao_marginal", "urban"), fen(told, "dibao_marginal", "rural")) == (1500, 1500)
    assert fen(told, "tekun", "urban") == 2000


def test_only_urban_members_of_a_group() -> None:
    text = rule_text(PRODUCT, FEN).replace("groups: [低保, 特困]", "groups: [低保, {group: 失业保险金, area: urban}]")

    told = ask(text, "2019-09", MET)

    assert [one.area for one in told.amounts if one.group == "unemployment_benefit"] == ["urban"]


def test_amount_for_households_by_size() -> None:
    text = rule_text("unit: household", "amount: {kind: by_size, sizes: {1: 60 元, 2: 100 元, 3: 120 元}}", FEN)

    told = ask(text, "2019-09", MET)

    rows = [(one.size, one.amount_fen, one.unit) for one in told.amounts if one.group == "dibao"]
    assert rows == [(1, 6000, "household"), (2, 10000, "household"), (3, 12000, "household")]


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("{to: 元, how: 四舍五入}", 2200),
        ("{to: 元, how: 进位}", 2200),
        ("{to: 元, how: 舍去}", 2100),
        ("{to: 角, how: 四舍五入}", 2150),
        ("{to: 半元, how: 进位}", 2150),
        ("{to: 半元, how: 舍去}", 2150),
        ("{to: 5 元, how: 进位}", 2500),
        ("{to: 元, how: 见角进元}", 2200),
        ("not_stated", 2150),
    ],
)
def test_rounding(rounding: str, expected: int) -> None:
    """500 × 4.3 % = 21.50: a half goes up under 四舍五入."""
    told = ask(rule_text(PRODUCT, f"rounding: {rounding}"), "2019-09", MET, ("低保=500",))

    assert fen(told) == expected


def test_jiao_up_leaves_fen_alone() -> None:
    told = ask(rule_text(PRODUCT, "rounding: {to: 元, how: 见角进元}"), "2019-09", MET, ("低保=489.50",))

    assert fen(told) == 2100  # 21.0485


def test_steps_of_rounding_follow_one_another() -> None:
    text = rule_text(PRODUCT, "rounding: [{to: 角, how: 舍去}, {to: 元, how: 四舍五入}]")

    assert fen(ask(text, "2019-09", MET, ("低保=499",))) == 2100  # 21.457 -> 21.4 -> 21


def test_doubling_comes_before_rounding() -> None:
    """The odd 89 yuan of 泉州 in March 2020 can only come from doubling first: 44.5 × 2."""
    text = rule_text(PRODUCT, YUAN)

    told = ask(text, "2020-03", MET | {"SCPI": "5.0"}, ("低保=890",))

    assert fen(told) == 8900
    assert fen(ask(text, "2020-07", MET | {"SCPI": "5.0"}, ("低保=890",))) == 4500


def test_doubling_after_rounding_where_the_place_says_so() -> None:
    text = rule_text(PRODUCT, "rounding: {to: 元, how: 四舍五入, before_multiplier: true}")

    assert fen(ask(text, "2020-03", MET | {"SCPI": "5.0"}, ("低保=890",))) == 9000


def test_a_repeated_doubling_counts_once() -> None:
    own = "phases:\n  - {name: 本市加倍, from: 2020-03, to: 2020-06, document: 本市通知, multiplier: 2}\n"

    told = ask(rule_text(PRODUCT, YUAN) + own, "2020-03", MET, ("低保=600",))

    assert fen(told) == 5200  # 25.80 × 2 = 51.60


def test_a_group_that_is_not_doubled() -> None:
    text = rule_text(PRODUCT, YUAN).replace("[低保, 特困]", "[低保, {group: 孤儿, amount: 40 元, multiplied: false}]")

    assert fen(ask(text, "2020-04", MET), "orphan") == 4000


def test_minimum_holds_only_in_a_started_month() -> None:
    text = rule_text(PRODUCT, YUAN, "minimum: {urban: 30 元, rural: 20 元}")

    started = ask(text, "2019-09", MET)
    not_started = ask(text, "2019-09", MET | {"CPI": "3.4", "食品": "5.9"})

    assert (fen(started, area="urban"), fen(started, area="rural")) == (3000, 2600)
    assert not_started.amounts == ()


def test_minimum_may_grow_with_a_phase() -> None:
    fixed = rule_text(PRODUCT, YUAN, "minimum: 60 元")
    grows = rule_text(PRODUCT, YUAN, "minimum: {amount: 60 元, multiplied: true}")

    assert fen(ask(fixed, "2020-03", MET)) == 6000
    assert fen(ask(grows, "2020-03", MET)) == 12000


def test_cap_comes_last() -> None:
    assert fen(ask(rule_text(PRODUCT, YUAN, "maximum: 50 元"), "2020-03", MET)) == 5000


def test_a_falling_index_pays_nothing() -> None:
    assert fen(ask(rule_text(PRODUCT, YUAN), "2019-09", MET | {"SCPI": "-0.4"})) == 0


def test_a_rise_beyond_the_last_tier_is_not_guessed() -> None:
    text = rule_text("amount: {kind: tiers, base: 低保, index: scpi, tiers: [{from: 3%, below: 4%, share: 8%}]}", YUAN)

    told = ask(text, "2019-09", MET)

    assert fen(told) is None
    assert "高于最高一档" in told.missing[0].label


def test_a_missing_standard_is_named() -> None:
    told = ask(rule_text(PRODUCT, YUAN), "2019-09", MET, ("城市低保=600",))

    assert fen(told, area="urban") == 2600
    assert "农村低保标准" in told.missing[0].label


def test_quarter_judged_once_pays_three_months() -> None:
    text = rule_text(PRODUCT, YUAN, "payment: {every: quarter, pays_months: 3}")

    told = ask(text, "2019-09", MET)

    assert (fen(told), str(told.payment_month)) == (7800, "2019-10")
    assert ask(text, "2019-08", MET).state == "unpaid_month"


def test_months_paid_together_after_the_quarter() -> None:
    told = ask(rule_text(PRODUCT, YUAN, "payment: {every: quarter}"), "2019-07", MET)

    assert (fen(told), str(told.payment_month)) == (2600, "2019-10")


def test_months_that_a_rule_leaves_out() -> None:
    told = ask(rule_text(PRODUCT, YUAN, "not_paid_in: {1: 另发春节补贴}"), "2020-01", MET)

    assert told.state == "unpaid_month"
    assert any("另发春节补贴" in note for note in told.notes)


def test_every_step_is_in_words() -> None:
    row = ask(rule_text(PRODUCT, YUAN, "minimum: 60 元"), "2020-03", MET).amount("dibao")

    assert row is not None
    assert row.steps == (
        "基数:2020-03 城市低保标准 600.00 元/月(录入)",
        "指数:SCPI 2020-03 同比 4.3%",
        "600.00 × 4.3% = 25.80 元",
        "阶段倍数:25.80 × 2 = 51.60 元",
        "四舍五入取到元:52.00 元",
        "低于最低数额 60.00 元,按 60.00 元",
    )


def test_sums_of_urban_and_rural_members_of_a_group() -> None:
    text = rule_text("amount: {kind: by_group, groups: {城市低保: 40 元, 低保: 30 元, 农村特困: 20 元}}", FEN)

    told = ask(text, "2019-09", MET)

    assert (fen(told, area="urban"), fen(told, area="rural")) == (4000, 3000)
    assert fen(told, "tekun", "rural") == 2000
    assert told.amount("tekun", "urban") is not None
    assert fen(told, "tekun", "urban") is None


def test_group_named_with_its_area_has_only_those_members() -> None:
    text = rule_text("amount: 30 元", FEN).replace("[低保, 特困]", "[城市低保, {group: 农村低保, times: 50%}]")

    told = ask(text, "2019-09", MET)

    assert (fen(told, area="urban"), fen(told, area="rural")) == (3000, 1500)


def test_an_explicit_null_is_a_key_left_out() -> None:
    told = ask(rule_text("amount: 30 元", FEN, "maximum: null", "to: ~"), "2019-09", MET)

    assert fen(told) == 3000
