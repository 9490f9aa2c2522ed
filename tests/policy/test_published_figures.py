"""Published figures follow the ratios that their notices state: a check of what was typed in."""

import datetime as dt

import pytest

from doudi.engine import packs

BOOK = packs.load().parameters
HARBIN, HARBIN_COUNTY, TAIYUAN, YANGQU, LOUFAN = "230102001", "230123001", "140105001", "140122001", "140123001"


def _fen(name: str, place: str, area: str, on: dt.date) -> int:
    found = BOOK.resolve(name, place, area, on)
    assert found is not None
    assert found.value is not None
    return found.value


def _up_to_yuan(fen_in_tenths: int) -> int:
    return -(-fen_in_tenths // 1000) * 100


@pytest.mark.parametrize(("place", "area"), [(HARBIN, "urban"), (HARBIN, "rural"), (HARBIN_COUNTY, "rural")])
def test_harbin_basic_standard_is_1_3_times_dibao_rounded_up(place: str, area: str):
    on = dt.date(2022, 11, 1)

    basic = _fen("tekun_basic_home_fen_m", place, area, on)

    assert basic == _up_to_yuan(_fen("dibao_standard_fen_m_pc", place, area, on) * 13)


def test_harbin_counties_keep_the_higher_urban_standard():
    on = dt.date(2022, 11, 1)

    assert _fen("tekun_basic_home_fen_m", HARBIN_COUNTY, "urban", on) == 95_700
    assert _up_to_yuan(_fen("dibao_standard_fen_m_pc", HARBIN_COUNTY, "urban", on) * 13) == 87_000


@pytest.mark.parametrize(("grade", "total"), [("able", 215_200), ("partly", 220_200), ("wholly", 225_200)])
def test_harbin_total_is_basic_and_care(grade: str, total: int):
    on = dt.date(2022, 11, 1)
    care = _fen(f"tekun_care_{grade}_home_fen_m", HARBIN, "urban", on)

    assert _fen("tekun_basic_home_fen_m", HARBIN, "urban", on) + care == total


def test_taiyuan_basic_standard_is_exactly_1_3_times_dibao():
    on = dt.date(2023, 5, 1)

    basic = _fen("tekun_basic_home_fen_m", TAIYUAN, "urban", on)

    assert basic * 10 == _fen("dibao_standard_fen_m_pc", TAIYUAN, "urban", on) * 13


@pytest.mark.parametrize("place", [TAIYUAN, YANGQU, LOUFAN])
@pytest.mark.parametrize(("grade", "percent"), [("able", 10), ("partly", 25), ("wholly", 50)])
def test_taiyuan_care_is_a_share_of_the_minimum_wage(place: str, grade: str, percent: int):
    on = dt.date(2023, 5, 1)
    care = _fen(f"tekun_care_{grade}_institution_fen_m", place, "urban", on)

    assert care * 100 == _fen("minimum_wage_fen_m", place, "urban", on) * percent


@pytest.mark.parametrize(("place", "home", "institution"), [("140403001", 988, 1087), ("140425001", 800, 879)])
def test_changzhi_institutions_have_a_tenth_more(place: str, home: int, institution: int):
    on = dt.date(2023, 5, 1)

    assert _fen("tekun_basic_home_fen_m", place, "urban", on) == home * 100
    assert _fen("tekun_basic_institution_fen_m", place, "urban", on) == institution * 100


def test_dalian_rural_and_urban_multiples():
    on = dt.date(2023, 8, 1)
    dibao = _fen("dibao_standard_fen_m_pc", "210202001", "urban", on)

    assert _fen("tekun_basic_home_fen_m", "210202001", "urban", on) == 2 * dibao
    assert _fen("tekun_basic_home_fen_m", "210202001", "rural", on) == _up_to_yuan(dibao * 13)


@pytest.mark.parametrize(("county", "published"), [("140702", 87_200), ("140703", 80_700), ("140781", 85_200)])
def test_jinzhong_is_kept_as_published_though_its_rounding_differs(county: str, published: int):
    on = dt.date(2021, 5, 1)

    assert _fen("tekun_basic_home_fen_m", f"{county}001", "urban", on) == published


def test_an_old_city_figure_gives_way_to_newer_provincial_ones():
    assert _fen("dibao_standard_fen_m_pc", "210502001", "urban", dt.date(2022, 8, 1)) == 72_700
    assert _fen("dibao_standard_fen_m_pc", "230123001", "urban", dt.date(2021, 6, 1)) == 63_700
