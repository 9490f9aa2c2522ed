"""A reform file says what would change; what is wrong with it is named with its line."""

import datetime as dt
import pathlib
import textwrap

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.engine import packs, reform
from doudi.kernel.errors import BadInput

LAW = packs.load()
ON = dt.date(2022, 7, 1)
STANDARD = reform.STANDARD
LIAONING = ["210102001", "210727100", "231084101"]


def _table(places: list[str], urban: int | None = 60_000, rural: int | None = 45_000) -> pa.Table:
    return pa.table(
        {
            "place_code": [place for place in places for _ in range(2)],
            "is_rural": [is_rural for _ in places for is_rural in (False, True)],
            STANDARD: pa.array([value for _ in places for value in (urban, rural)], pa.int64()),
        }
    )


def _reform(**more: object) -> reform.Reform:
    change = {"parameter": STANDARD, "place": "21", "scale": 1050}
    return reform.parse({"reform": "试算", "on": ON, "change": [change]} | more, LAW)


def _file(tmp_path: pathlib.Path, text: str) -> pathlib.Path:
    path = tmp_path / "raise.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def test_only_the_named_place_and_area_change() -> None:
    change = {"parameter": STANDARD, "place": "21", "area": "urban", "scale": 1050}
    columns, cells = reform.changed_columns(_reform(change=[change]), _table(LIAONING), LAW.parameters)
    assert columns[STANDARD].to_pylist() == [63_000, 45_000, 63_000, 45_000, 60_000, 45_000]
    assert [(one.place_code, one.area, one.before, one.after) for one in cells] == [
        ("210102001", "urban", 60_000, 63_000),
        ("210727100", "urban", 60_000, 63_000),
    ]


def test_the_nearest_place_wins() -> None:
    rows = [
        {"parameter": STANDARD, "place": "21", "scale": 1050},
        {"parameter": STANDARD, "place": "210727", "add": "20 元/月"},
    ]
    columns, _ = reform.changed_columns(_reform(change=rows), _table(LIAONING[:2]), LAW.parameters)
    assert columns[STANDARD].to_pylist() == [63_000, 47_250, 62_000, 47_000]


def test_scale_rounds_up_to_the_given_unit() -> None:
    change = {"parameter": STANDARD, "place": "21", "scale": 1047, "round": 100}
    columns, _ = reform.changed_columns(_reform(change=[change]), _table(LIAONING[:1], 60_010), LAW.parameters)
    assert columns[STANDARD].to_pylist() == [62_900, 47_200]


def test_an_unknown_value_can_be_set_but_not_raised() -> None:
    columns, cells = reform.changed_columns(_reform(), _table(LIAONING[:1], None), LAW.parameters)
    assert columns[STANDARD].to_pylist() == [None, 47_250]
    assert len(cells) == 1
    setting = {"parameter": STANDARD, "place": "21", "area": "urban", "set": "700 元/月"}
    columns, _ = reform.changed_columns(_reform(change=[setting]), _table(LIAONING[:1], None), LAW.parameters)
    assert columns[STANDARD].to_pylist() == [70_000, 45_000]


def test_a_place_that_is_not_in_the_data_is_refused() -> None:
    with pytest.raises(BadInput, match="没有涉及数据里的任何地方"):
        reform.changed_columns(_reform(), _table(["231084101"]), LAW.parameters)


def test_a_value_outside_the_declared_bounds_is_refused() -> None:
    change = {"parameter": STANDARD, "place": "21", "add": "-700 元/月"}
    with pytest.raises(BadInput, match="超出 1"):
        reform.changed_columns(_reform(change=[change]), _table(LIAONING[:1]), LAW.parameters)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on: 2022-07-01\nchange: []\n", "reform"),
        ("reform: a\nchange: []\n", "on"),
        ("reform: a\non: 2022-07-01\n", "没有写 change"),
        ("reform: a\non: 2022-07-01\nchanges: []\n", "不认识的属性 changes"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: nothing, set: 1}]\n", "没有参数 nothing"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 1, add: 2}]\n", "中的一个"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s}]\n", "中的一个"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, scale: 0}]\n", "千分数"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, scale: 1.05}]\n", "千分数"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 七百}]\n", "读不懂"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 0}]\n", "不小于 1"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 70000, area: city}]\n", "urban 或 rural"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 70000, place: 2A}]\n", "不是区划代码"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 70000, round: 0}]\n", "正整数"),
        ("reform: a\non: 2022-07-01\nchange: [{parameter: %s, set: 1}, {parameter: %s, set: 2}]\n", "两处改动"),
        ("reform: a\non: 2022-07-01\nprogrammes: [dole]\nchange: [{parameter: %s, set: 70000}]\n", "没有项目"),
        ("reform: a\non: 2022-07-01\nmust_hold: [x]\nchange: [{parameter: %s, set: 70000}]\n", "must_hold"),
        (
            "reform: a\non: 2022-07-01\nmust_hold: [rural_above_poverty_line]\nchange: [{parameter: %s, set: 70000}]\n",
            "poverty_line",
        ),
        ("reform: a\non: 2022-07-01\npoverty_line: 4000\nchange: [{parameter: %s, set: 70000}]\n", "4000 元/年"),
        ("- a\n", "名称: 值"),
    ],
)
def test_bad_files_are_refused_with_file_and_reason(tmp_path: pathlib.Path, text: str, words: str) -> None:
    path = _file(tmp_path, text.replace("%s", STANDARD))
    with pytest.raises(BadInput, match=words) as caught:
        reform.load(path, LAW)
    assert "raise.yaml" in str(caught.value)


def test_a_bad_change_is_named_with_its_line(tmp_path: pathlib.Path) -> None:
    path = _file(
        tmp_path,
        f"""\
        reform: a
        on: 2022-07-01
        change:
          - {{parameter: {STANDARD}, place: "21", set: 70000}}
          - {{parameter: {STANDARD}, place: "23", scale: 12000}}
        """,
    )
    with pytest.raises(BadInput, match="第 5 行"):
        reform.load(path, LAW)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="没有这个方案文件"):
        reform.load("nowhere.yaml", LAW)


def test_conditions_name_the_places_that_break_them() -> None:
    table = _table(LIAONING[:2], 70_000, 40_000)
    asked = _reform(
        change=[{"parameter": STANDARD, "place": "210102", "area": "urban", "scale": 1050}],
        must_hold=["rural_above_poverty_line", "gap_not_wider", "nobody_below_before"],
        poverty_line="4800.12 元/年",
    )
    columns, _ = reform.changed_columns(asked, table, LAW.parameters)
    held = {one.name: (one.holds, one.places) for one in reform.check_must_hold(asked, table, columns)}
    assert held == {
        "rural_above_poverty_line": (False, ("210102001", "210727100")),
        "gap_not_wider": (False, ("210102001",)),
        "nobody_below_before": (True, ()),
    }


def test_S09_5_the_gap_between_town_and_country_narrows() -> None:
    table = _table(LIAONING[:1], 70_000, 40_000)
    rows = [
        {"parameter": STANDARD, "place": "21", "area": "urban", "set": "735 元/月"},
        {"parameter": STANDARD, "place": "21", "area": "rural", "set": "5232 元/年"},
    ]
    asked = _reform(change=rows, must_hold=["gap_not_wider"])
    columns, _ = reform.changed_columns(asked, table, LAW.parameters)
    assert columns[STANDARD].to_pylist() == [73_500, 43_600]
    assert reform.check_must_hold(asked, table, columns)[0].holds


@given(scale=st.integers(1001, 1300), unit=st.sampled_from([1, 50, 100]), value=st.integers(100, 200_000))
def test_a_raise_never_lowers_and_is_a_multiple_of_its_unit(scale: int, unit: int, value: int) -> None:
    change = reform.Change(STANDARD, "", "", "scale", scale, unit, "", "")
    after = change.applied(value)
    assert after is not None
    assert after % unit == 0
    assert value <= after < value * scale // 1000 + unit + 1


def test_the_digest_knows_content_not_layout() -> None:
    assert _reform().digest == _reform(reform="另一个名称", note="说明").digest
    assert _reform().digest != _reform(on=dt.date(2022, 8, 1)).digest
