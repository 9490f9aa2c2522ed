"""Hostile files: whatever a row is turned into, it is taken only when it still says the truth."""

import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.facts.checks import Checked, check_rows
from doudi.facts.columns import find_layout
from doudi.facts.kinds import KINDS
from doudi.facts.readers import Cell, Sheet
from doudi.kernel import idno
from tests.facts.files import KNOWN_ON, name, number

HEADER: list[Cell] = ["姓名", "身份证号", "残疾类别", "残疾等级", "发证日期"]
KIND = KINDS["disability"]
LABELS = ["视力残疾", "听力残疾", "肢体残疾", "智力残疾", "精神残疾"]
CODES = {"视力残疾": 1, "听力残疾": 2, "肢体残疾": 4, "智力残疾": 5, "精神残疾": 6}
GRADES = ["一级", "二级", "三级", "四级"]

# Spellings that still say the truth.
HARMLESS = [
    lambda n: n,
    lambda n: n.lower(),
    lambda n: f" {n} ",
    lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
    lambda n: n.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    lambda n: f"'{n}",
    lambda n: f"\u200b{n}\ufeff",
    lambda n: n[:6] + n[8:17],
]
# Damage that spreadsheets, typists and converters do.
HARMFUL = [
    lambda n: float(n[:17] + "0"),
    lambda n: int(n[:17] + "0"),
    lambda n: f"{float(n[:17] + '0'):.5E}",
    lambda n: n[:-1],
    lambda n: n + n[-1],
    lambda n: n[:9] + n[10:],
    lambda n: n[:17] + ("0" if n[17] != "0" else "1"),
    lambda n: idno.make("999231", dt.date(2040, 1, 1), 7),
    lambda n: "",
    lambda n: "合",
]


def _truth(seed: int) -> list[str]:
    rng = random.Random(seed)
    return [name(seed), number(seed), rng.choice(LABELS), rng.choice(GRADES), "2019-05-06"]


@st.composite
def files(draw: st.DrawFn) -> tuple[list[tuple[int, list[Cell]]], dict[str, list[str]]]:
    """Rows, each true, oddly spelled, damaged, shifted or repeated; and the truth by number."""
    rows: list[tuple[int, list[Cell]]] = [(1, HEADER)]
    truths: dict[str, list[str]] = {}
    for seed in draw(st.lists(st.integers(0, 400), min_size=1, max_size=12)):
        truth = _truth(seed)
        truths[truth[1]] = truth
        row: list[Cell] = list(truth)
        way = draw(st.sampled_from(["true", "spelled", "damaged", "shifted", "short", "long", "swapped", "garbage"]))
        if way == "spelled":
            row[1] = draw(st.sampled_from(HARMLESS))(truth[1])
        elif way == "damaged":
            row[1] = draw(st.sampled_from(HARMFUL))(truth[1])
        elif way == "shifted":
            row = ["", *row]
        elif way == "short":
            row = row[: draw(st.integers(1, 4))]
        elif way == "long":
            row = [*row, draw(st.text(min_size=1, max_size=5))]
        elif way == "swapped":
            row[2], row[3] = row[3], row[2]
        elif way == "garbage":
            row[draw(st.integers(0, 4))] = draw(
                st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans())
            )
        rows.append((len(rows) + 1, row))
    return rows, truths


@settings(max_examples=300, deadline=None)
@given(files())
def test_no_row_is_accepted_with_another_number_grade_or_kind(
    made: tuple[list[tuple[int, list[Cell]]], dict[str, list[str]]],
) -> None:
    rows, truths = made
    sheet = Sheet("utf-8", rows)

    checked = check_rows(sheet, find_layout(sheet, KIND, "a.csv"), KIND, KNOWN_ON)

    assert len(checked.rows) + len(checked.problems) == checked.row_count
    for row in checked.rows:
        truth = truths[row.id_no]
        said = rows[row.row_number - 1][1]
        if said[2] == truth[2]:
            assert row.values["disability_kind"] == CODES[truth[2]]
        if said[3] == truth[3]:
            assert row.values["disability_grade"] == GRADES.index(truth[3]) + 1
        assert len(said) == len(HEADER)
    for problem in checked.problems:
        assert problem.reason
        assert problem.field


def _check(rows: list[list[Cell]]) -> Checked:
    sheet = Sheet("utf-8", [(1, HEADER), *((n, row) for n, row in enumerate(rows, 2))])
    return check_rows(sheet, find_layout(sheet, KIND, "a.csv"), KIND, KNOWN_ON)


def test_a_corpus_of_damaged_numbers_is_refused_whole() -> None:
    rows: list[list[Cell]] = []
    for seed in range(400):
        truth = _truth(seed)
        rows += [[truth[0], harm(truth[1]), *truth[2:]] for harm in HARMFUL if harm(truth[1]) not in ("合", truth[1])]

    checked = _check(rows)

    assert checked.rows == []
    assert len(checked.problems) == len(rows)


def test_a_column_cut_to_fifteen_digits_is_refused_though_some_check_digits_fit() -> None:
    rows: list[list[Cell]] = [[_truth(n)[0], f"{_truth(n)[1][:15]}000", *_truth(n)[2:]] for n in range(400)]
    fitting = [row for row in idno.check_all([row[1] for row in rows]) if not isinstance(row, str)]

    checked = _check(rows)

    assert len(fitting) > 10
    assert checked.rows == []


def test_an_honest_number_that_ends_in_000_is_taken() -> None:
    days = (dt.date(1950, 1, 1) + dt.timedelta(days=n) for n in range(400))
    honest = next(made for day in days if (made := idno.make("999231", day, 100)).endswith("000"))
    rows: list[list[Cell]] = [list(_truth(n)) for n in range(50)]

    checked = _check([["王桂兰", honest, *_truth(0)[2:]], *rows])

    assert checked.rows[0].id_no == honest
