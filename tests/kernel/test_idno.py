"""Identity numbers: what people type, and what is wrong with it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel import idno
from doudi.kernel.errors import BadInput

GUILAN = idno.make("999084", dt.date(1950, 1, 1), 222)
BIRTHS = st.dates(idno.EARLIEST_BIRTH, dt.date(2099, 12, 31))
AREAS = st.integers(100000, 999999).map(str)
SEQUENCES = st.integers(1, 999)


def test_check_reads_birth_sex_and_area():
    read = idno.check(GUILAN)

    assert read == idno.IdNumber(GUILAN, dt.date(1950, 1, 1), "F", "999084")


@pytest.mark.parametrize(
    "dressed",
    [
        f" {GUILAN} ",
        f"'{GUILAN}",
        f"’{GUILAN}",
        f"\u200b{GUILAN[:6]}\ufeff{GUILAN[6:]}",
        f"{GUILAN[:6]} {GUILAN[6:14]} {GUILAN[14:]}",
        f"{GUILAN[:6]}-{GUILAN[6:14]}-{GUILAN[14:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in GUILAN),
        f"\t{GUILAN}\r\n",
    ],
)
def test_normalise_undoes_what_keyboards_do(dressed):
    assert idno.normalise(dressed) == GUILAN


def test_normalise_raises_the_small_x():
    number = next(n for n in (idno.make("999084", dt.date(1950, 1, 1), s) for s in range(1, 99)) if n.endswith("X"))

    assert idno.normalise(number.lower()) == number


def test_normalise_turns_a_first_generation_number_into_eighteen():
    assert idno.normalise("110105491231002") == "11010519491231002X"


@pytest.mark.parametrize("value", [2.3108419500101e17, "2.31084E+17", "2.3108419500101E17", "231084195001012222.0"])
def test_check_refuses_numbers_that_lost_digits(value):
    with pytest.raises(BadInput, match="末几位已丢失"):
        idno.check(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "为空"),
        ("23108419500101222", "现为 17 位"),
        ("2310841950010122222", "现为 19 位"),
        ("23108419500101A222", "第 15 位“A”不是数字"),
        ("23108419500101222A", "第 18 位“A”只能是数字或 X"),
        ("231084195013012222", "出生日期 19501301 不存在"),
        ("231084190002292222", "出生日期 19000229 不存在"),
        ("231084177601012222", "过早"),
        ("031084195001012222", "地区码或顺序码不存在"),
        (GUILAN[:17] + ("0" if GUILAN[17] != "0" else "1"), "校验码不对"),
    ],
)
def test_check_says_precisely_what_is_wrong(text, reason):
    with pytest.raises(BadInput, match=reason):
        idno.check(text)


@given(AREAS, BIRTHS, SEQUENCES)
def test_every_made_number_is_read_back(area, birth, sequence):
    read = idno.check(idno.make(area, birth, sequence))

    assert (read.area_code, read.birth_date, read.sex == "M") == (area, birth, sequence % 2 == 1)


@given(AREAS, BIRTHS, SEQUENCES, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(area, birth, sequence, place, shift):
    number = idno.make(area, birth, sequence)
    wrong = str((int(number[place]) + shift) % 10)

    assert isinstance(idno.check_all([number[:place] + wrong + number[place + 1 :]])[0], str)


@given(AREAS, BIRTHS, SEQUENCES, st.integers(0, 16))
def test_two_swapped_neighbours_never_pass(area, birth, sequence, place):
    number = idno.make(area, birth, sequence)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert swapped == number or isinstance(idno.check_all([swapped])[0], str)


@given(st.text())
def test_check_all_never_raises(text):
    assert len(idno.check_all([text])) == 1


def test_check_all_keeps_the_order():
    read = idno.check_all([GUILAN, "", GUILAN])

    assert [isinstance(r, idno.IdNumber) for r in read] == [True, False, True]
