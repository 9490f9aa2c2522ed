"""Measuring a round of rises: the worked figures, and what must hold for any figures."""

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.errors import BadInput
from doudi.standards import amounts, measure
from doudi.standards.measure import Line, Measured

S09_1 = [
    Line("210106", "铁西区", "urban", 70_000 * 12, 73_500 * 12, 10_000),
    Line("210727", "义县", "urban", 56_000 * 12, 59_400 * 12, 3_000),
    Line("211422", "建昌县", "urban", 54_000 * 12, 56_200 * 12, 2_000),
]


def _measured(lines: list[Line], target: int | None = 50, floor: int | None = None, band: int = 50) -> Measured:
    return measure.measure(lines, lambda _: target, lambda _: floor, band)


def test_S09_1_weighted_average_rises_from_650_67_to_683_73():
    result = _measured(S09_1)

    urban = result.areas[0]
    assert measure.yuan_a_month(urban.before_fen_y) == "650.67"
    assert measure.yuan_a_month(urban.after_fen_y) == "683.73"
    assert measure.percent(urban.rise) == "5.08%"
    assert urban.is_met is True
    below = [one.line for one in result.lines if one.is_below_target]
    assert [(line.name, measure.percent(line.rise)) for line in below] == [("建昌县", "4.07%")]


def test_S09_5_ratio_of_town_to_country_narrows():
    lines = [
        Line("2107", "锦州", "urban", 70_000 * 12, 73_500 * 12, 100),
        Line("2107", "锦州", "rural", 480_000, 523_200, 200),
    ]

    found = _measured(lines).ratios[0]

    assert (measure.times(found.before), measure.times(found.after), found.word) == ("1.75", "1.69", "缩小")


@pytest.mark.parametrize(("after", "below"), [(399_999, True), (400_000, True), (400_001, False)])
def test_S09_2_rural_standard_must_lie_above_the_poverty_line(after: int, below: bool):
    result = _measured([Line("210727", "义县", "rural", 380_000, after, 10)], floor=400_000)

    assert bool(result.below_floor) is below


def test_urban_standard_is_not_held_to_the_poverty_line():
    assert _measured([Line("210727", "义县", "urban", 300_000, 310_000, 10)], floor=400_000).below_floor == ()


@pytest.mark.parametrize(
    ("months", "approval", "rise", "met"),
    [
        (6, "县政府纪要", "48/1000", [True, True, False]),
        (6, "县政府纪要", "52/1000", [True, True, True]),
        (6, " ", "52/1000", [True, False, True]),
        (2, "县政府纪要", "52/1000", [False, True, True]),
        (3, "县政府纪要", "50/1000", [True, True, True]),
    ],
)
def test_S09_3_early_rise_needs_months_file_and_rate(months: int, approval: str, rise: str, met: list[bool]):
    found = measure.early_rise(
        months_run=months, months_needed=3, approval=approval, rise=Fraction(rise), target_permille=50
    )

    assert [one.is_met for one in found] == met


def test_early_rise_without_a_set_number_of_months_or_target_is_not_met():
    found = measure.early_rise(
        months_run=9, months_needed=None, approval="纪要", rise=Fraction(1), target_permille=None
    )

    assert [one.is_met for one in found] == [False, True, False]


def test_rise_just_below_the_target_never_looks_like_it():
    line = Line("210727", "义县", "urban", 1_000_000, 1_049_999, 1)

    found = _measured([line])

    assert (measure.percent(line.rise), found.areas[0].is_met) == ("4.99%", False)


def test_price_subsidy_is_taken_in():
    line = dataclasses.replace(S09_1[0], subsidy_fen_y=42_000)

    assert line.rise == Fraction(5, 100)
    assert line.rise_over_subsidy == 0
    assert S09_1[0].rise_over_subsidy is None


def test_bands_lift_the_lower_to_the_highest_of_the_group():
    lines = [Line(str(n), str(n), "urban", 1, fen, 10) for n, fen in enumerate([100_000, 96_000, 90_000, 85_500])]

    found = measure.bands(lines, 50)

    assert [(band.places, band.unified_fen_y, band.extra_fen_y) for band in found] == [
        (("0", "1"), 100_000, 40_000),
        (("2", "3"), 90_000, 45_000),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "没有提标方案"),
        ([S09_1[0], S09_1[0]], "写了两次"),
        ([dataclasses.replace(S09_1[0], area="sea")], "没有“sea”"),
        ([dataclasses.replace(S09_1[0], before_fen_y=0)], "大于 0"),
        ([dataclasses.replace(S09_1[0], recipients=-1)], "小于 0"),
        ([dataclasses.replace(S09_1[0], subsidy_fen_y=-1)], "小于 0"),
        ([dataclasses.replace(S09_1[0], recipients=0)], "没有写保障人数"),
    ],
)
def test_lines_that_cannot_be_measured_are_refused(lines: list[Line], said: str):
    with pytest.raises(BadInput, match=said):
        _measured(lines)


FEN = st.integers(1, 2_000_000)
LINES = st.lists(
    st.builds(Line, st.integers(100_000, 999_999).map(str), st.just("某县"), st.sampled_from(["urban", "rural"]), FEN,
              FEN, st.integers(1, 100_000)),
    min_size=1, max_size=12, unique_by=lambda line: (line.place, line.area),
)  # fmt: skip


@given(LINES)
def test_average_lies_between_its_parts(lines: list[Line]):
    for area in _measured(lines).areas:
        own = [line for line in lines if line.area == area.area]
        assert min(line.after_fen_y for line in own) <= area.after_fen_y <= max(line.after_fen_y for line in own)
        assert area.lowest.after_fen_y <= area.after_fen_y <= area.highest.after_fen_y
        assert min(line.rise for line in own) <= area.rise <= max(line.rise for line in own)


@given(LINES, st.randoms())
def test_order_of_lines_does_not_matter(lines: list[Line], random: object):
    mixed = list(lines)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert {(a.area, a.rise, a.spread) for a in _measured(mixed).areas} == {
        (a.area, a.rise, a.spread) for a in _measured(lines).areas
    }


@given(LINES, st.integers(2, 50))
def test_more_people_everywhere_changes_no_average(lines: list[Line], factor: int):
    more = [dataclasses.replace(line, recipients=line.recipients * factor) for line in lines]

    assert [a.after_fen_y for a in _measured(more).areas] == [a.after_fen_y for a in _measured(lines).areas]


@given(LINES, st.integers(1, 100_000))
def test_raising_one_place_never_lowers_the_rise(lines: list[Line], more: int):
    raised = [dataclasses.replace(lines[0], after_fen_y=lines[0].after_fen_y + more), *lines[1:]]
    before = {area.area: area.rise for area in _measured(lines).areas}

    after = {area.area: area.rise for area in _measured(raised).areas}

    assert after[lines[0].area] > before[lines[0].area]


@given(LINES, st.integers(0, 999))
def test_bands_hold_every_place_once_and_lower_nobody(lines: list[Line], width: int):
    urban = [line for line in lines if line.area == "urban"]

    found = measure.bands(urban, width)

    assert sum(len(band.places) for band in found) == len(urban)
    for band in found:
        assert band.lowest_fen_y * 1000 >= band.unified_fen_y * (1000 - width)
        assert band.extra_fen_y >= 0


@pytest.mark.parametrize(
    ("text", "fen_y", "published"),
    [
        ("735 元/月", 882_000, "735 元/月"),
        ("735", 882_000, "735 元/月"),
        ("5232元/年", 523_200, "5232 元/年"),
        ("5,232 元/年", 523_200, "5232 元/年"),
        ("441.5元/人·月", 529_800, "441.50 元/月"),
        ("669元每人每月", 802_800, "669 元/月"),
    ],
)
def test_amount_is_read_as_written(text: str, fen_y: int, published: str):
    found = amounts.read(text)

    assert (found.fen_y, found.published) == (fen_y, published)


@pytest.mark.parametrize("text", ["", "很多", "-5", "735 元/季", "1.234 元/月", "七百元"])
def test_what_is_no_amount_is_refused(text: str):
    with pytest.raises(BadInput):
        amounts.read(text)


def test_twelfth_of_a_year_is_rounded_up():
    assert amounts.read("6107 元/年").fen_m() == 50_892
    assert amounts.read("6107 元/年").fen_m(100) == 50_900
