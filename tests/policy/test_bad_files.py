"""Parameter and switch files that are wrong are refused at load, with file, line and what to do."""

import pathlib

import pytest

from doudi.engine import parameters, switches
from doudi.engine.parameters import ParameterBook
from doudi.kernel.errors import BadInput

DECLARED = """limit_fen:
  label: 限额
  unit: fen/month
  legal: D1-一
"""
DOCUMENT = """document: {id: D1, title: 试验文件, date: 2014-05-01}
clauses:
  - {id: D1-一, text: 甲}
"""
OTHER = DOCUMENT.replace("D1", "D2").replace("试验文件", "另一文件")
SOURCE = "source: {clause: D1-一}"


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "packs" / "cn"
    (folder / "notices").mkdir(parents=True)
    (folder / "pack.yaml").write_text('place: ""\ntitle: 试\nsince: 2014-05-01\n', encoding="utf-8")
    (folder / "notices" / "d1.yaml").write_text(DOCUMENT, encoding="utf-8")
    (folder / "notices" / "d2.yaml").write_text(OTHER, encoding="utf-8")
    return tmp_path / "packs"


def _load(root: pathlib.Path, *rows: str, declared: str = DECLARED, bounds: str = "") -> ParameterBook:
    values = "".join(f"    - {{{row}}}\n" for row in rows)
    (root / "cn" / "params.yaml").write_text(f"{declared}{bounds}  values:\n{values}", encoding="utf-8")
    return parameters.load(root)


@pytest.mark.parametrize(
    ("row", "said", "step"),
    [
        (f"from: 2022-02-30, value: 1, {SOURCE}", "“2022-02-30”不是日历上的日期", "2022-04-15"),
        (f"from: 1022-01-01, value: 1, {SOURCE}", "不在 1949 至 2100 年", "年份"),
        (f"from: 2022-01-01, until: 2021-01-01, value: 1, {SOURCE}", "until 不晚于 from", "第一天"),
        (f"from: 2022-01-01, value: 669 元, {SOURCE}", "单位不对", "元/月 或 元/年"),
        (f"from: 2022-01-01, value: 20 元/日, {SOURCE}", "单位不对", "元/月 或 元/年"),
        (f"from: 2022-01-01, value: 669元每月, {SOURCE}", "读不懂", "元/月"),
        ("from: 2022-01-01, value: 1, source: {clause: D1-九}", "条款库没有的 D1-九", "notices"),
        ("from: 2022-01-01, value: 1, source: 没有这个来源", "没有来源", "来源代号"),
        (f"from: 2022-01-01, value: 1, place: '231x', {SOURCE}", "不是区划代码", "6 位"),
    ],
)
def test_wrong_value_is_refused_with_what_to_do(root: pathlib.Path, row: str, said: str, step: str):
    with pytest.raises(BadInput, match=said) as refusal:
        _load(root, row)

    assert step in refusal.value.step
    if "区划代码" not in said:
        assert "packs/cn/params.yaml 第" in refusal.value.text


def test_two_documents_for_one_value_are_both_named(root: pathlib.Path):
    with pytest.raises(BadInput, match="分别出自《试验文件》和《另一文件》") as refusal:
        _load(root, f"from: 2022-01-01, value: 1, {SOURCE}", "from: 2022-01-01, value: 2, source: {clause: D2-一}")

    assert "第 6 行 与 packs/cn/params.yaml 第 7 行" in refusal.value.text


def test_gap_between_two_values_is_refused_unless_explained(root: pathlib.Path):
    first = f"from: 2022-01-01, until: 2022-06-01, value: 1, {SOURCE}"
    later = f"from: 2022-07-01, value: 2, {SOURCE}"

    with pytest.raises(BadInput, match="自 2022-06-01 至 2022-07-01 没有值") as refusal:
        _load(root, first, later)

    assert "第 6 行" in refusal.value.text
    assert "gap" in refusal.value.step
    assert len(_load(root, f"{first}, gap: 由省标准接替", later).rows) == 2
    assert len(_load(root, first, f"from: 2022-06-01, value: 2, {SOURCE}").rows) == 2
    assert len(_load(root, first).rows) == 1


def test_gap_of_one_area_is_seen(root: pathlib.Path):
    with pytest.raises(BadInput, match=r"全国\(农村\)自 2022-06-01"):
        _load(
            root,
            f"from: 2022-01-01, until: 2022-06-01, rural: 1, urban: 1, {SOURCE}",
            f"from: 2022-06-01, urban: 2, {SOURCE}",
            f"from: 2022-08-01, rural: 2, {SOURCE}",
        )


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (DECLARED.replace("fen/month", "元"), "单位“元”不认识"),
        (DECLARED.replace("fen/month", "furlong"), "单位“furlong”不认识"),
        (DECLARED.replace("D1-一", "D1-九"), "法律依据 D1-九 不在条款库"),
        (DECLARED + "  low: 5\n  high: 4\n", "high 4 小于 low 5"),
        (DECLARED + "  low: 1.5\n", "应为整数"),
        (DECLARED + "  set_by: [city]\n", "set_by 不认识 city"),
        (DECLARED + "  colour: red\n", "不认识的属性 colour"),
        (DECLARED + "  in_state: {when: {level: high}}\n", "in_state 要写 when 和 from"),
        (DECLARED + "  in_state: {when: {level: high}, from: 2022-01-01, clause: D1-九}\n", "D1-九 不在条款库"),
    ],
)
def test_wrong_declaration_is_refused_with_its_line(root: pathlib.Path, declared: str, said: str):
    with pytest.raises(BadInput, match=said) as refusal:
        _load(root, f"from: 2022-01-01, value: 1, {SOURCE}", declared=declared)

    assert "packs/cn/params.yaml 第 2 行" in refusal.value.text


def test_unknown_name_is_refused(root: pathlib.Path):
    with pytest.raises(BadInput, match="other_fen 没有声明") as refusal:
        _load(root, f"from: 2022-01-01, value: 1, {SOURCE}", declared="other_fen:\n")

    assert "改正名称" in refusal.value.step


# -- floors and ceilings --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "values", "is_kept"),
    [
        ("at_least: 100", (100,), True),
        ("at_least: 100", (99,), False),
        ("above: 100", (100,), False),
        ("above: 100", (101,), True),
        ("at_most: 100", (100,), True),
        ("at_most: 100", (101,), False),
        ("below: 100", (100,), False),
        ("below: 100", (99,), True),
    ],
)
def test_value_keeps_to_its_bound(root: pathlib.Path, bound: str, values: tuple[int, ...], is_kept: bool):
    text = f"  bounds:\n    - {{from: 2022-01-01, {bound}, {SOURCE}}}\n"
    rows = [f"from: 2022-03-01, value: {value}, {SOURCE}" for value in values]

    if is_kept:
        assert len(_load(root, *rows, bounds=text).rows) == 1
        return
    with pytest.raises(BadInput, match=r"params\.yaml 第 8 行.*\(D1-一\)") as refusal:
        _load(root, *rows, bounds=text)
    assert "第 6 行" in refusal.value.step


def test_value_from_before_the_bound_stays(root: pathlib.Path):
    text = f"  bounds:\n    - {{from: 2022-01-01, at_least: 100, {SOURCE}}}\n"

    assert len(_load(root, f"from: 2021-12-31, value: 1, {SOURCE}", bounds=text).rows) == 1


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        (f"from: 2022-01-01, at_least: 1, at_most: 2, {SOURCE}", "且只写一个"),
        (f"from: 2022-01-01, {SOURCE}", "且只写一个"),
        (f"from: 2022-01-01, at_least: other, {SOURCE}", "没有声明的参数 other"),
        (f"from: 2022-01-01, at_least: true, {SOURCE}", "应为整数或参数名"),
        ("from: 2022-01-01, at_least: 1", "没有依据条款"),
        (f"at_least: 1, {SOURCE}", "起止日期不对"),
        (f"from: 2022-01-01, at_least: 1, area: sea, {SOURCE}", "没有“sea”这种区域"),
        (f"from: 2022-01-01, at_least: 1, colour: red, {SOURCE}", "不认识的属性 colour"),
    ],
)
def test_wrong_bound_is_refused_with_its_line(root: pathlib.Path, bound: str, said: str):
    with pytest.raises(BadInput, match=said) as refusal:
        _load(root, f"from: 2022-01-01, value: 1, {SOURCE}", bounds=f"  bounds:\n    - {{{bound}}}\n")

    assert "packs/cn/params.yaml 第 6 行" in refusal.value.text


def test_S09_2_rural_standard_below_the_poverty_line_does_not_load(root: pathlib.Path):
    line = "line_fen_y:\n  label: 扶贫标准\n  unit: fen/year\n  values:\n"
    line += f"    - {{from: 2020-01-01, value: 4000 元/年, {SOURCE}}}\n"
    text = f"  bounds:\n    - {{from: 2020-03-17, area: rural, above: line_fen_y, {SOURCE}}}\n"

    assert _load(root, f"from: 2020-07-01, rural: 4001 元/年, {SOURCE}", declared=line + DECLARED, bounds=text)
    assert _load(root, f"from: 2020-07-01, urban: 300 元/月, {SOURCE}", declared=line + DECLARED, bounds=text)
    for rural in ("4000 元/年", "3900 元/年", "333.33 元/月"):
        with pytest.raises(BadInput, match=r"应高于扶贫标准 4,000\.00 元/年\(D1-一\)"):
            _load(root, f"from: 2020-07-01, rural: {rural}, {SOURCE}", declared=line + DECLARED, bounds=text)


# -- switches -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("name: exit_freeze, since: 2022-01-01, clause: D1-一, programmes: [dibaoo]", "dibaoo 不认识"),
        ("name: freeze, since: 2022-01-01, clause: D1-一", "没有名为 freeze 的开关"),
        ("name: exit_freeze, since: 2022-01-01, clause: D1-九", "D1-九 不在条款库"),
        ("name: exit_freeze, since: 2022-01-01, until: 2021-01-01, clause: D1-一", "起止日期不对"),
        ("name: exit_freeze, since: 2022-01-01, clause: D1-一, when: {level: worst}", "没有“worst”这种风险等级"),
        ("name: exit_freeze, since: 2022-01-01, clause: D1-一, colour: red", "不认识的属性 colour"),
    ],
)
def test_wrong_switch_is_refused_with_its_line(root: pathlib.Path, row: str, said: str):
    _load(root, f"from: 2022-01-01, value: 1, {SOURCE}")
    (root / "cn" / "switches.yaml").write_text(f"in_force:\n  - {{{row}}}\noptions: []\n", encoding="utf-8")

    with pytest.raises(BadInput, match=said) as refusal:
        switches.load(root)

    assert "packs/cn/switches.yaml 第 2 行" in refusal.value.text


def test_switch_twice_is_refused_and_two_states_are_not(root: pathlib.Path):
    _load(root, f"from: 2022-01-01, value: 1, {SOURCE}")
    path = root / "cn" / "switches.yaml"
    row = "name: contact_mode, since: 2022-01-01, clause: D1-一"

    path.write_text(
        f"in_force:\n  - {{{row}, when: {{level: high}}}}\n  - {{{row}, when: {{level: medium}}}}\n", encoding="utf-8"
    )
    assert len(switches.load(root).rows) == 2
    path.write_text(f"in_force:\n  - {{{row}}}\n  - {{{row}}}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="写了两次"):
        switches.load(root)
