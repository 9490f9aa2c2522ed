"""Dated values: the nearest place and the newest text win, two time axes, and what is refused."""

import datetime as dt
import pathlib

import pytest

from doudi.engine import packs, parameters
from doudi.engine.parameters import MissingPack, ParameterRow
from doudi.kernel.errors import BadInput

LAW = packs.load()
BOOK = LAW.parameters
STANDARD = "dibao_standard_fen_m_pc"
APRIL = dt.date(2022, 4, 15)
PARAM = """limit_fen:
  label: 限额
  unit: fen/month
  values:
"""
SOURCE = "source: {clause: D1-一}"


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    for name, place in (("cn", ""), ("cn_23", "23")):
        folder = tmp_path / "packs" / name
        (folder / "notices").mkdir(parents=True)
        (folder / "pack.yaml").write_text(f'place: "{place}"\ntitle: 试\nsince: 2014-05-01\n', encoding="utf-8")
    text = "document: {id: D1, title: 试验文件, date: 2014-05-01}\nclauses:\n  - {id: D1-一, text: 甲}\n"
    (tmp_path / "packs" / "cn" / "notices" / "d1.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "packs"


def _book(root: pathlib.Path, *rows: str, place: str = "cn") -> parameters.ParameterBook:
    body = "".join(f"    - {{{row}, {SOURCE}}}\n" for row in rows)
    (root / "cn" / "params.yaml").write_text(PARAM if place != "cn" else PARAM + body, encoding="utf-8")
    if place != "cn":
        (root / place / "params.yaml").write_text("limit_fen:\n  values:\n" + body, encoding="utf-8")
    return parameters.load(root)


def _row(value: int, place: str = "231084", since: str = "2022-01-01", **more: object) -> ParameterRow:
    begins = dt.date.fromisoformat(since)
    given: dict[str, object] = {
        "name": STANDARD, "place": place, "area": "", "value": value, "since": begins, "until": None,
        "known_on": begins, "document": "县决定", "clause": "P5-第十条", "verified": True, "local_id": 1,
    }  # fmt: skip
    return ParameterRow(**(given | more))  # type: ignore[arg-type]


def test_county_without_own_value_takes_the_province():
    found = BOOK.resolve(STANDARD, "231084101", "urban", APRIL)

    assert found is not None
    assert (found.value, found.place, found.verified) == (66_900, "23", True)


def test_nearest_place_wins_over_the_newer_text_above():
    found = BOOK.resolve(STANDARD, "230102001", "urban", dt.date(2022, 6, 1), dt.date(2022, 6, 1))

    assert found is not None
    assert (found.value, found.place) == (78_300, "230102")


def test_retroactive_value_is_seen_once_known():
    before = BOOK.resolve(STANDARD, "230102001", "urban", APRIL, dt.date(2022, 10, 19))
    after = BOOK.resolve(STANDARD, "230102001", "urban", APRIL, dt.date(2022, 10, 20))

    assert before is not None
    assert after is not None
    assert (before.value, after.value) == (78_300, 83_500)


def test_yearly_figure_becomes_a_month_and_is_kept_as_published():
    found = BOOK.resolve(STANDARD, "140403001", "rural", dt.date(2023, 5, 1))
    odd = BOOK.resolve(STANDARD, "140404001", "rural", dt.date(2023, 5, 1))

    assert found is not None
    assert odd is not None
    assert (found.value, found.published) == (76_000, "9120 元/年")
    assert (odd.value, odd.published) == (54_617, "6554 元/年")


def test_local_row_is_nearer_and_named():
    found = BOOK.resolve(STANDARD, "231084101", "urban", APRIL, None, [_row(70_000)])

    assert found is not None
    assert (found.value, found.place, found.local_id) == (70_000, "231084", 1)


def test_bounded_row_falls_back_to_the_older_one():
    short = _row(70_000, until=dt.date(2022, 4, 1))

    found = BOOK.resolve(STANDARD, "231084101", "urban", APRIL, None, [short])

    assert found is not None
    assert found.value == 66_900


@pytest.mark.parametrize("place", ["44", "440103001", "110101"])
def test_province_without_pack_is_named(place: str):
    with pytest.raises(MissingPack, match=f"cn_{place[:2]}"):
        BOOK.resolve(STANDARD, place, "urban", APRIL)


def test_day_before_any_text_is_refused():
    with pytest.raises(MissingPack, match="2014-04-30"):
        BOOK.resolve(STANDARD, "231084", "urban", dt.date(2014, 4, 30))


def test_place_that_is_no_code_is_refused():
    with pytest.raises(BadInput):
        BOOK.resolve(STANDARD, "2310x4", "urban", APRIL)


def test_table_says_what_resolve_says():
    places = ["231084101", "230102001", "141124100", "210727100"]

    table = BOOK.table(places, APRIL, APRIL)

    rows = table.arrow.to_pylist()
    assert len(rows) == 8
    for row in rows:
        area = "rural" if row["is_rural"] else "urban"
        for name in BOOK.names:
            one = BOOK.resolve(name, row["place_code"], area, APRIL, APRIL)
            assert row[name] == (None if one is None else one.value), (row["place_code"], name)
    assert BOOK.table(places, APRIL, APRIL).digest == table.digest


def test_table_digest_changes_with_a_local_row():
    plain = BOOK.table(["231084101"], APRIL, APRIL)
    changed = BOOK.table(["231084101"], APRIL, APRIL, [_row(70_000)])

    assert plain.digest != changed.digest
    assert changed.arrow.column(STANDARD).to_pylist() == [70_000, 70_000]


def test_every_value_says_where_it_is_from():
    assert [row.where for row in BOOK.rows if not row.document] == []
    assert [row.where for row in BOOK.rows if row.document == "暂用值说明" and row.verified] == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("from: 2022-01-01, value: 1", "from: 2022-01-01, value: 2"), "有两个值"),
        (("from: 2022-01-01, value: 1", "from: 2022-01-01, urban: 2"), "有两个值"),
        (("from: 2022-01-01, until: 2022-06-01, value: 1", "from: 2022-03-01, until: 2022-09-01, value: 2"), "交叉"),
        (("from: 2022-01-01, until: 2022-01-01, value: 1",), "until 不晚于 from"),
        (("value: 1",), "没有写 from"),
        (("from: 2022-01-01",), "没有写 value"),
        (("from: 2022-01-01, value: 很多",), "读不懂"),
        (("from: 2022-01-01, value: 1.5",), "应为整数"),
        (("from: 2022-01-01, value: -1",), "应不小于 0"),
        (("from: 2022-01-01, value: 1, colour: red",), "不认识的属性 colour"),
        (("from: 2022年, value: 1",), "这样的日期"),
        (("from: 2022-01-01, value: 1, place: 23a",), "不是区划代码"),
    ],
)
def test_wrong_rows_are_refused_with_file_and_line(root: pathlib.Path, rows: tuple[str, ...], said: str):
    with pytest.raises(BadInput, match=said) as refusal:
        _book(root, *rows)

    if "区划代码" not in said:
        assert "packs/cn/params.yaml 第" in refusal.value.text


def test_row_outside_its_pack_is_refused(root: pathlib.Path):
    with pytest.raises(BadInput, match="不在政策包 cn_23 的范围"):
        _book(root, 'from: 2022-01-01, value: 1, place: "14"', place="cn_23")


def test_open_row_gives_way_to_a_newer_one(root: pathlib.Path):
    book = _book(root, "from: 2022-01-01, value: 12 元/月", "from: 2022-07-01, value: 24 元/年")

    june, july = (book.resolve("limit_fen", "23", "urban", dt.date(2022, month, 15)) for month in (6, 7))

    assert june is not None
    assert july is not None
    assert (june.value, july.value) == (1_200, 200)


def test_value_without_source_is_refused(root: pathlib.Path):
    (root / "cn" / "params.yaml").write_text(PARAM + "    - {from: 2022-01-01, value: 1}\n", encoding="utf-8")

    with pytest.raises(BadInput, match="没有来源"):
        parameters.load(root)


def test_undeclared_parameter_is_refused(root: pathlib.Path):
    text = f"other_fen:\n  values:\n    - {{from: 2022-01-01, value: 1, {SOURCE}}}\n"
    (root / "cn" / "params.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(BadInput, match="没有声明"):
        parameters.load(root)


def test_pack_twice_for_one_place_is_refused(root: pathlib.Path):
    (root / "cn_23" / "pack.yaml").write_text('place: ""\ntitle: 试\nsince: 2014-05-01\n', encoding="utf-8")

    with pytest.raises(BadInput, match="都说是"):
        parameters.load(root)


def test_every_problem_is_named_at_once(root: pathlib.Path):
    with pytest.raises(BadInput) as refusal:
        _book(root, "value: 1", "from: 2022-01-01", "from: 2022-02-01, value: 1.5")

    lines = refusal.value.text.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"packs/cn/params.yaml 第 {n} 行" for n in (5, 6, 7)]


def _worded(root: pathlib.Path, words: str) -> parameters.ParameterBook:
    body = f"    - {{from: 2020-01-01, value: 0, {SOURCE}}}\n"
    text = PARAM.replace("  values:\n", f"  words: {words}\n  values:\n") + body
    (root / "cn" / "params.yaml").write_text(text, encoding="utf-8")
    return parameters.load(root)


def test_single_values_may_have_words(root: pathlib.Path):
    book = _worded(root, "{0: 不限}")

    assert book.words("limit_fen") == {0: "不限"}
    assert book.words("unheard_of") == {}


@pytest.mark.parametrize("words", ["不限", "{}", "{零: 不限}", "{0: 1}", "{true: 不限}"])
def test_words_that_are_none_are_refused(root: pathlib.Path, words: str):
    with pytest.raises(BadInput, match="words"):
        _worded(root, words)
