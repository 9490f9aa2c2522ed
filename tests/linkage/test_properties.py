"""What must hold for any rule, figure and person."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.linkage import rounding
from doudi.linkage.dedup import Claim, once
from doudi.linkage.measure import measure
from doudi.linkage.model import BasketItem, Dedup, Rounding
from tests.linkage.rules import ask, fen, rule_text

FORMULAS = (
    "{kind: product, base: 低保, index: scpi}",
    "{kind: tiers, base: 低保, index: scpi, tiers: [{from: -10%, below: 3%, share: 1%}, "
    "{from: 3%, below: 5%, share: 1/12}, {from: 5%, share: 1/8}]}",
    "{kind: points, index: scpi, each: 5 元, count: begun}",
    "{kind: points, index: scpi, each: 5 元, count: full, start: 20 元, over: 2%}",
    "{kind: points, index: scpi, each: 5 元, count: exact}",
    "{kind: highest_of, of: [20 元, {kind: product, base: 低保, index: scpi}]}",
)
ROUNDINGS = (
    "{to: 元, how: 四舍五入}",
    "{to: 半元, how: 进位}",
    "{to: 角, how: 舍去}",
    "{to: 元, how: 见角进元}",
    "not_stated",
)
percents = st.integers(-500, 1500).map(lambda bp: f"{'-' if bp < 0 else ''}{abs(bp) // 100}.{abs(bp) % 100:02d}")
MET = {"CPI": "3.5", "食品": "0"}


def _bp(text: str) -> int:
    return int(Fraction(text) * 100)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMULAS), st.sampled_from(ROUNDINGS), percents, percents, st.integers(1, 3000))
def test_more_index_never_pays_less(formula: str, how: str, one: str, other: str, base: int) -> None:
    low, high = sorted((one, other), key=_bp)
    text = rule_text(f"amount: {formula}", f"rounding: {how}", "minimum: 10 元", "maximum: 200 元")

    less = fen(ask(text, "2019-09", MET | {"SCPI": low}, (f"低保={base}",)))
    more = fen(ask(text, "2019-09", MET | {"SCPI": high}, (f"低保={base}",)))

    assert less is not None
    assert more is not None
    assert 1000 <= less <= more <= 20000


@settings(max_examples=40, deadline=None)
@given(percents, percents)
def test_nothing_is_paid_below_both_lines_and_something_at_either(cpi: str, food: str) -> None:
    text = rule_text("amount: 30 元", "minimum: 20 元")

    told = ask(text, "2019-09", {"CPI": cpi, "食品": food})

    met = _bp(cpi) >= 350 or _bp(food) >= 600
    assert told.triggered is met
    assert bool(told.amounts) is met


@settings(max_examples=40, deadline=None)
@given(percents, st.integers(1, 3000))
def test_doubling_before_rounding_differs_from_twice_by_less_than_a_yuan(scpi: str, base: int) -> None:
    text = rule_text("amount: {kind: product, base: 低保, index: scpi}", "rounding: {to: 元, how: 四舍五入}")

    single = fen(ask(text, "2020-07", MET | {"SCPI": scpi}, (f"低保={base}",)))
    double = fen(ask(text, "2020-06", MET | {"SCPI": scpi}, (f"低保={base}",)))

    assert single is not None
    assert double is not None
    exact = Fraction(base * 100) * max(_bp(scpi), 0) / 10_000
    assert double == rounding.to_unit(exact * 2, 100, "nearest")
    assert abs(double - 2 * single) <= 100


@given(st.fractions(0, 100_000), st.sampled_from([1, 10, 50, 100, 500]), st.sampled_from(["nearest", "up", "down"]))
def test_rounding_stays_within_one_unit_and_is_idempotent(value: Fraction, unit: int, how: str) -> None:
    once_rounded = rounding.to_unit(value, unit, how)

    assert abs(once_rounded - value) < unit
    assert once_rounded % unit == 0
    assert rounding.apply(once_rounded, Rounding(((unit, how),))) == once_rounded


groups = st.sampled_from(["dibao", "tekun", "veterans", "orphan"])
claims = st.lists(st.builds(Claim, st.sampled_from(["甲", "乙", "丙"]), groups, st.integers(0, 20_000)), max_size=12)


@given(claims, st.sampled_from(["highest", "first", "sum"]), st.randoms())
def test_nobody_is_paid_twice_whatever_the_order(rows: list[Claim], take: str, random) -> None:  # type: ignore[no-untyped-def]
    dedup = Dedup(take, ("tekun", "dibao"))
    shuffled = list(rows)
    random.shuffle(shuffled)

    paid = once(rows, dedup)

    assert sorted({one.identity for one in rows}) == [one.identity for one in paid]
    assert once(shuffled, dedup) == paid


@given(claims)
def test_highest_is_the_highest_and_first_follows_the_order(rows: list[Claim]) -> None:
    best = {who: max(one.amount_fen for one in rows if one.identity == who) for who in {one.identity for one in rows}}

    assert {one.identity: one.amount_fen for one in once(rows, Dedup("highest"))} == best
    for one in once(rows, Dedup("first", ("tekun",))):
        held = {claim.group for claim in rows if claim.identity == one.identity}
        assert one.group == "tekun" or "tekun" not in held


@given(
    st.dictionaries(st.sampled_from("肉蛋菜"), st.tuples(st.integers(0, 10_000), st.integers(-3000, 6000)), min_size=1)
)
def test_measuring_never_goes_below_zero_and_grows_with_every_rise(items: dict[str, tuple[int, int]]) -> None:
    basket = [BasketItem(name, Fraction(fen_)) for name, (fen_, _) in items.items()]
    rises = {name: rise for name, (_, rise) in items.items()}

    extra = measure(basket, rises).extra_fen
    dearer = measure(basket, {name: rise + 100 for name, rise in rises.items()}).extra_fen

    assert 0 <= extra <= dearer


def test_order_of_equal_claims_is_settled_by_priority_then_name() -> None:
    rows = [Claim("甲", "veterans", 3000), Claim("甲", "dibao", 3000)]

    assert once(rows, Dedup("highest"))[0].group == "dibao"
    assert once(rows, Dedup("highest", ("veterans",)))[0].group == "veterans"
