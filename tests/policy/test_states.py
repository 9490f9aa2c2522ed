"""Values and switches that depend on the state of a place: when they hold, when they end, and at what cost."""

import datetime as dt
import pathlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.engine import packs, parameters
from doudi.engine.parameters import ParameterBook, ParameterRow
from doudi.engine.states import (
    ALWAYS,
    LEVELS,
    MARKS,
    Condition,
    StateRow,
    Surroundings,
    condition_of,
    first_day_without,
)
from doudi.kernel.errors import BadInput

LAW = packs.load()
BOHAI, SHIYAN = "231084102", "231084103"
JUNE, JULY = dt.date(2022, 6, 15), dt.date(2022, 7, 1)
RISKY = condition_of({"level": ["medium", "high"]})
LIMIT = "phase_out_months"  # any whole number that a county may set


def state(value: str = "high", place: str = BOHAI, **more: Any) -> StateRow:
    """Give 渤海镇 at 高风险 from 10 to 30 June 2022, or what differs from it."""
    kind = "level" if value in LEVELS else "mark" if value in MARKS else "mode"
    given: dict[str, Any] = {
        "kind": kind, "value": value, "place": place, "since": dt.date(2022, 6, 10), "until": JULY,
        "known_on": dt.date(2022, 6, 10), "document": "通告",
    }  # fmt: skip
    return StateRow(**(given | more))


def row(value: int, place: str = "231084", when: Condition = ALWAYS, **more: Any) -> ParameterRow:
    """Give a value a county recorded from 2022 on."""
    begins = dt.date(2022, 1, 1)
    given: dict[str, Any] = {
        "name": LIMIT, "place": place, "area": "", "value": value, "since": begins, "until": None, "known_on": begins,
        "document": "决定", "clause": "MCA2022-4.4", "verified": True, "local_id": value, "when": when,
    }  # fmt: skip
    return ParameterRow(**(given | more))


def value_at(place: str, on: dt.date, *extra: Any, known_on: dt.date | None = None) -> int | None:
    found = LAW.parameters.resolve(LIMIT, place, "rural", on, known_on, extra)
    return found.value if found else None


def test_S06_1_raised_value_holds_while_the_state_lasts_and_ends_by_itself():
    extra = [row(3), row(5, when=RISKY), state()]

    found = [value_at(BOHAI, day, *extra) for day in (dt.date(2022, 6, 9), JUNE, dt.date(2022, 6, 30), JULY)]

    assert found == [3, 5, 5, 3]
    assert value_at(SHIYAN, JUNE, *extra) == 3


def test_conditional_value_goes_before_the_plain_one_though_older():
    extra = [row(3, since=dt.date(2022, 6, 1)), row(5, when=RISKY), state()]

    assert value_at(BOHAI, JUNE, *extra) == 5


def test_nearer_plain_value_goes_before_a_conditional_one_above():
    extra = [row(3, place=BOHAI), row(5, place="23", when=RISKY), state()]

    assert value_at(BOHAI, JUNE, *extra) == 3


def test_state_not_yet_known_changes_nothing():
    extra = [row(3), row(5, when=RISKY), state(known_on=dt.date(2022, 6, 14))]

    assert value_at(BOHAI, JUNE, *extra, known_on=dt.date(2022, 6, 13)) == 3
    assert value_at(BOHAI, JUNE, *extra, known_on=dt.date(2022, 6, 14)) == 5


def test_value_says_in_which_state_it_holds():
    found = LAW.parameters.resolve(LIMIT, BOHAI, "rural", JUNE, None, [row(3), row(5, when=RISKY), state()])

    assert found is not None
    assert found.when == "中风险、高风险"


def test_table_says_what_resolve_says_where_states_differ():
    extra = [row(3), row(5, when=RISKY), row(9, when=condition_of({"mark": "sealed"}), since=JUNE), state()]
    extra += [state("sealed", "231084104"), state("low", SHIYAN), state("medium", "231085")]
    places = [BOHAI, SHIYAN, "231084104", "231084105", "231085001", "141124100"]

    table = LAW.parameters.table(places, JUNE, JUNE, extra)

    for line in table.arrow.to_pylist():
        area = "rural" if line["is_rural"] else "urban"
        for name, found in LAW.parameters.in_force(line["place_code"], area, JUNE, JUNE, extra).items():
            assert line[name] == (found.value if found else None), (line["place_code"], name)


@pytest.mark.slow
def test_table_of_a_nation_of_townships_with_states_is_quick():
    places = [f"{province}{county:04d}{town:03d}" for province in ("14", "21", "23") for county in range(100)
              for town in range(100, 230)]  # fmt: skip
    states = [state(list(LEVELS)[number % 3], place) for number, place in enumerate(places) if number % 2]
    extra = [row(3, place="23"), row(5, place="23", when=RISKY), *states]

    begun = time.perf_counter()
    table = LAW.parameters.table(places, JUNE, JUNE, extra)

    assert table.arrow.num_rows == 2 * len(places)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"level": "extreme"}, "没有“extreme”这种风险等级"),
        ({"weather": "cold"}, "不认识 weather"),
        ({"mode": "disaster", "grade": 7}, "1 至 4"),
        ({"level": "high", "grade": 1}, "只用于灾害响应"),
        ({"grade": 1}, "空的 when"),
        ("high", "读不懂"),
        ([{"level": "high"}, "sealed"], "读不懂"),
    ],
)
def test_condition_that_cannot_be_read_is_refused(given: Any, said: str):
    with pytest.raises(BadInput, match=said):
        condition_of(given, "x 第 3 行")


def test_condition_of_two_kinds_needs_both_and_a_list_needs_any():
    both = condition_of({"level": "high", "mark": "severe"})
    either = condition_of([{"level": "high"}, {"mark": "severe"}])
    around = Surroundings([state()], JUNE).around(BOHAI)

    assert (both.met_by(around), either.met_by(around) is not None) == (None, True)
    assert (both.words, either.words) == ("高风险且疫情严重", "高风险或疫情严重")


def test_grade_of_a_response_is_looked_at():
    grave = condition_of({"mode": "disaster", "grade": [1, 2]})
    around = [Surroundings([state("disaster", "231084", grade=grade)], JUNE).around(BOHAI) for grade in (2, 3)]

    assert [grave.met_by(one) is not None for one in around] == [True, False]


def test_end_of_a_state_that_another_continues_is_not_the_end():
    rows = [state(), state("medium", since=JULY, until=dt.date(2022, 7, 10))]

    assert first_day_without(RISKY, BOHAI, rows, JUNE) == dt.date(2022, 7, 10)
    assert first_day_without(RISKY, BOHAI, [state(until=None)], JUNE) is None


CONDITIONS = st.lists(
    st.dictionaries(
        st.sampled_from(["level", "mark"]),
        st.lists(st.sampled_from(sorted(LEVELS)), min_size=1, unique=True),
        min_size=1,
    ),
    max_size=3,
).map(lambda bodies: [{k: (v if k == "level" else ["severe"]) for k, v in body.items()} for body in bodies])


@given(CONDITIONS)
def test_condition_reads_back_what_it_writes(given: list[dict[str, list[str]]]):
    one = condition_of(given)

    assert condition_of(one.plain()) == one


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(LEVELS)), st.sampled_from([BOHAI, "231084", "23"])), max_size=4),
    st.integers(0, 40),
)
def test_level_of_a_place_is_the_nearest_one(levels: list[tuple[str, str]], offset: int):
    rows = [state(value, place) for value, place in dict((place, (value, place)) for value, place in levels).values()]
    day = dt.date(2022, 6, 1) + dt.timedelta(days=offset)

    held = [one for one in Surroundings(rows, day).around(BOHAI) if one.kind == "level"]

    known = [one for one in rows if one.in_force(day)]
    assert len(held) == bool(known)
    if known:
        assert held[0] == max(known, key=lambda one: len(one.place))


# -- switches -------------------------------------------------------------------------------


def _switches(place: str, on: dt.date, *extra: Any) -> dict[str, Any]:
    return {one.name: one for one in LAW.switches.all_in_force(place, on, extra)}


def test_contact_modes_follow_the_level_and_are_back_the_day_after():
    high, medium = state(), state("medium", SHIYAN)

    found = _switches(BOHAI, JUNE, high, medium)

    assert found["contact_mode"].clause == "HLJ2021-3.5"
    assert found["contact_mode"].settings["home_visit"] == "blocked"
    assert _switches(SHIYAN, JUNE, high, medium)["contact_mode"].settings["home_visit"] == "needs_reason"
    assert "contact_mode" not in _switches(BOHAI, JULY, high, medium)


def test_S12_4_freeze_of_a_risky_township_needs_decision_and_state():
    options = LAW.switches.options_for("exit_freeze", "141124100", JUNE)
    option = next(one for one in options if one.clause == "SX2021-5.11")

    assert option.when == RISKY


def test_liaoning_contact_mode_cites_its_own_clause():
    found = _switches("210727100", dt.date(2020, 3, 20), state(place="210727100", since=dt.date(2020, 3, 18)))

    assert found["contact_mode"].clause == "LN2020-1.2"


def test_disaster_opens_the_green_channel_only_below_its_place():
    here = state("disaster", "231084", grade=3)

    assert "green_channel" in _switches(BOHAI, JUNE, here)
    assert "green_channel" not in _switches("231085001", JUNE, here)


# -- files ----------------------------------------------------------------------------------


def test_condition_of_a_file_is_read_and_a_wrong_one_named_with_its_line(tmp_path: pathlib.Path):
    root = tmp_path / "packs"
    (root / "cn" / "notices").mkdir(parents=True)
    (root / "cn" / "pack.yaml").write_text('place: ""\ntitle: 试\nsince: 2014-05-01\n', encoding="utf-8")
    text = "document: {id: D1, title: 试验文件, date: 2014-05-01}\nclauses:\n  - {id: D1-一, text: 甲}\n"
    (root / "cn" / "notices" / "d1.yaml").write_text(text, encoding="utf-8")
    lines = ["limit_fen:", "  label: 限额", "  unit: fen", "  values:"]
    lines.append("    - {from: 2022-01-01, value: 3000 元, source: {clause: D1-一}}")

    def read(extra: str) -> ParameterBook:
        (root / "cn" / "params.yaml").write_text("\n".join([*lines, extra, ""]), encoding="utf-8")
        return parameters.load(root)

    book = read("    - {from: 2022-01-01, value: 5000 元, source: {clause: D1-一}, when: {level: [medium, high]}}")

    assert [one.value for one in book.rows] == [300_000, 500_000]
    with pytest.raises(BadInput, match=r"params\.yaml 第 6 行:没有“worst”这种风险等级"):
        read("    - {from: 2022-01-01, value: 5000 元, source: {clause: D1-一}, when: {level: worst}}")
