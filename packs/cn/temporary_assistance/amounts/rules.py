"""How much temporary assistance a place gives: its method, ranges, bands, factors, floor, caps and rounding.

Grain: one row per household and application. Money: whole fen, once.
"""

from doudi.engine.lang import HOUSEHOLD, Programme, div, law, least, most, permille, where

MEASURES = law("P5", "社会救助暂行办法", since="2014-05-01")
OPINION = law("P9", "关于进一步加强和改进临时救助工作的意见", since="2018-01-23")
LIAONING = law("LN2020", "辽宁省2020年通知", place="21", since="2020-03-17")
HEILONGJIANG = law("HLJ2021", "黑龙江省2021年通知", place="23", since="2021-02-01")
SHANXI = law("SX2021", "山西省2021年通知", place="14", since="2021-02-04")
NOTICE_2022_06 = law("MCA2022", "民政部 财政部2022年6月通知", since="2022-06-02")
BEGIN = "2018-01-23"

temporary_assistance = Programme("temporary_assistance")


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="计算基数", unit="fen/month", since=BEGIN)
def temporary_standard_fen_m(temporary_base_fen_m, dibao_standard_fen_m_pc):
    return where(temporary_base_fen_m > 0, temporary_base_fen_m, dibao_standard_fen_m_pc)


@temporary_assistance.fact(
    HOUSEHOLD, (OPINION["二(三)"], LIAONING["2.7"]), label="加大系数", unit="permille", since=BEGIN
)
def temporary_factor_permille(
    aid_cause,
    aid_is_major,
    temporary_death_factor_permille,
    temporary_major_factor_permille,
    temporary_state_factor_permille,
):
    """By cause, by gravity and by the state of the place; it raises what is reckoned, not what an official proposes."""
    death = where(aid_cause == 3, temporary_death_factor_permille, 1000)
    major = where(aid_is_major, temporary_major_factor_permille, 1000)
    return permille(permille(death, major), temporary_state_factor_permille)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="原因类别", since=BEGIN)
def temporary_group(aid_cause):
    """Sort the causes as places do: 1 accidents and the rest, 2 illness, 3 schooling."""
    ill = (aid_cause == 1) | (aid_cause == 11)
    return where(ill, 2, where(aid_cause == 12, 3, 1))


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="计算月数", unit="months", since=BEGIN)
def temporary_months(
    aid_months, held_dibao, has_living_tekun, temporary_months_tekun, temporary_months_dibao, temporary_months_other
):
    most_months = where(
        has_living_tekun, temporary_months_tekun, where(held_dibao, temporary_months_dibao, temporary_months_other)
    )
    return where(most_months > 0, least(aid_months, most_months), aid_months)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="公式:标准×人数×月数×倍数", unit="fen", since=BEGIN)
def temporary_formula_fen(
    temporary_standard_fen_m, temporary_helped_count, temporary_months, temporary_multiple_permille
):
    return permille(temporary_standard_fen_m * temporary_helped_count * temporary_months, temporary_multiple_permille)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="幅度的下限", unit="fen", since=BEGIN)
def temporary_low_fen(
    temporary_standard_fen_m,
    temporary_helped_count,
    temporary_group,
    temporary_emergency_low_permille,
    temporary_illness_low_permille,
    temporary_schooling_low_permille,
):
    of_health = where(temporary_group == 2, temporary_illness_low_permille, temporary_emergency_low_permille)
    times = where(temporary_group == 3, temporary_schooling_low_permille, of_health)
    return permille(temporary_standard_fen_m * temporary_helped_count, times)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="幅度的上限", unit="fen", since=BEGIN)
def temporary_high_fen(
    temporary_standard_fen_m,
    temporary_helped_count,
    temporary_group,
    temporary_emergency_high_permille,
    temporary_illness_high_permille,
    temporary_schooling_high_permille,
):
    of_health = where(temporary_group == 2, temporary_illness_high_permille, temporary_emergency_high_permille)
    times = where(temporary_group == 3, temporary_schooling_high_permille, of_health)
    return permille(temporary_standard_fen_m * temporary_helped_count, times)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="收入档(4 为档外)", since=BEGIN)
def temporary_income_class(
    temporary_is_covered,
    income_fen_m_hh,
    head_count,
    dibao_standard_fen_m_pc,
    temporary_second_line_permille,
    temporary_third_line_permille,
):
    income, line = income_fen_m_hh * 1000, dibao_standard_fen_m_pc * head_count
    lower = where(income <= line * temporary_third_line_permille, 3, 4)
    found = where(income <= line * temporary_second_line_permille, 2, lower)
    return where(temporary_is_covered, 1, found)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="突发意外的档", unit="fen", since=BEGIN)
def temporary_emergency_band_fen(
    temporary_income_class, temporary_first_emergency_fen, temporary_second_emergency_fen, temporary_third_emergency_fen
):
    lower = where(temporary_income_class == 3, temporary_third_emergency_fen, 0)
    found = where(temporary_income_class == 2, temporary_second_emergency_fen, lower)
    return where(temporary_income_class == 1, temporary_first_emergency_fen, found)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="疾病的档", unit="fen", since=BEGIN)
def temporary_illness_band_fen(
    temporary_income_class, temporary_first_illness_fen, temporary_second_illness_fen, temporary_third_illness_fen
):
    lower = where(temporary_income_class == 3, temporary_third_illness_fen, 0)
    found = where(temporary_income_class == 2, temporary_second_illness_fen, lower)
    return where(temporary_income_class == 1, temporary_first_illness_fen, found)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="就学的档", unit="fen", since=BEGIN)
def temporary_schooling_band_fen(
    temporary_income_class, temporary_first_schooling_fen, temporary_second_schooling_fen, temporary_third_schooling_fen
):
    lower = where(temporary_income_class == 3, temporary_third_schooling_fen, 0)
    found = where(temporary_income_class == 2, temporary_second_schooling_fen, lower)
    return where(temporary_income_class == 1, temporary_first_schooling_fen, found)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="分档金额", unit="fen", since=BEGIN)
def temporary_band_fen(
    temporary_group, temporary_emergency_band_fen, temporary_illness_band_fen, temporary_schooling_band_fen
):
    of_health = where(temporary_group == 2, temporary_illness_band_fen, temporary_emergency_band_fen)
    return where(temporary_group == 3, temporary_schooling_band_fen, of_health)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="必需支出的一部分", unit="fen", since=BEGIN)
def temporary_share_fen(aid_spending_fen, temporary_spending_line_fen, temporary_spending_share_permille):
    return permille(most(aid_spending_fen - temporary_spending_line_fen, 0), temporary_spending_share_permille)


@temporary_assistance.fact(
    HOUSEHOLD, (MEASURES["第四十九条"], OPINION["二(三)"]), label="按当地算法", unit="fen", since=BEGIN
)
def temporary_by_method_fen(
    temporary_method,
    temporary_result_is_ceiling,
    temporary_factor_permille,
    aid_proposed_fen,
    temporary_formula_fen,
    temporary_low_fen,
    temporary_high_fen,
    temporary_band_fen,
    temporary_share_fen,
):
    """Proposed by the official (0), a formula (1), proposed within a range (2), a band (3), a share (4)."""
    low = permille(temporary_low_fen, temporary_factor_permille)
    high = permille(temporary_high_fen, temporary_factor_permille)
    in_range = most(where(temporary_high_fen > 0, least(aid_proposed_fen, high), aid_proposed_fen), low)
    other = where(temporary_method == 3, temporary_band_fen, temporary_share_fen)
    plain = where(temporary_method == 1, temporary_formula_fen, other)
    reckoned = permille(plain, temporary_factor_permille)
    given = where(temporary_result_is_ceiling > 0, least(aid_proposed_fen, reckoned), reckoned)
    return where(temporary_method == 0, aid_proposed_fen, where(temporary_method == 2, in_range, given))


@temporary_assistance.fact(
    HOUSEHOLD,
    (OPINION["二(三)"], LIAONING["3.2"], NOTICE_2022_06["4.6"]),
    label="按情形核定",
    unit="fen",
    since=BEGIN,
)
def temporary_by_case_fen(
    temporary_by_method_fen,
    aid_cause,
    aid_residence,
    temporary_outsider_fen,
    temporary_helped_count,
    temporary_bridge_fen,
):
    """A place may have a standard of its own for strangers; the bridge is one month of the benefit."""
    is_outsider = (aid_residence == 2) & (temporary_outsider_fen > 0)
    found = where(is_outsider, temporary_outsider_fen * temporary_helped_count, temporary_by_method_fen)
    return where(aid_cause == 17, temporary_bridge_fen, found)


@temporary_assistance.fact(
    HOUSEHOLD,
    (OPINION["二(三)"], LIAONING["2.5"], HEILONGJIANG["4.4"], SHANXI["5.3"], NOTICE_2022_06["4.9"]),
    label="救助金额(最低、最高、一事一议和进位以后)",
    unit="fen",
    since=BEGIN,
)
def temporary_reckoned_fen(
    temporary_by_case_fen,
    aid_is_major,
    aid_meeting_record,
    aid_proposed_fen,
    temporary_floor_fen,
    temporary_cap_fen,
    temporary_major_cap_fen,
    temporary_cap_months,
    temporary_standard_fen_m,
    temporary_helped_count,
    temporary_rounding_fen,
):
    """A meeting lifts the cap: what it proposes stands when it is more."""
    raised = most(temporary_by_case_fen, temporary_floor_fen)
    cap = where(aid_is_major & (temporary_major_cap_fen > 0), temporary_major_cap_fen, temporary_cap_fen)
    capped = where(cap > 0, least(raised, cap), raised)
    by_months = temporary_standard_fen_m * temporary_helped_count * temporary_cap_months
    within = where(temporary_cap_months > 0, least(capped, by_months), capped)
    found = where(aid_meeting_record, most(within, aid_proposed_fen), within)
    unit = most(temporary_rounding_fen, 1)
    return div(found + unit - 1, unit) * unit
