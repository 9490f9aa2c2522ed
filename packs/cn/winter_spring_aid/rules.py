"""Winter and spring aid to victims of disasters (冬春救助): by class, so much a person, up to a cap a household.

Grain: one row per household and season. Money: whole fen, once. Classes and amounts are the county's to record.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, div, law, least, most, not_, permille, where

DISASTERS = law("P19", "自然灾害救助条例", since="2014-05-01")
PROCEDURE = law("WS", "受灾人员冬春生活救助工作规程", since="2018-01-01")
HEILONGJIANG = law("HLJ2021", "黑龙江省2021年通知", place="23", since="2021-02-01")
SHANXI = law("SX2021", "山西省2021年通知", place="14", since="2021-02-04")
BEGIN = "2018-01-01"

winter_spring_aid = Programme("winter_spring_aid")


@winter_spring_aid.applies(HOUSEHOLD, DISASTERS["第二十一条"], since=BEGIN)
def winter_at_stake(winter_class):
    return winter_class > 0


@winter_spring_aid.criterion(
    0,
    HOUSEHOLD,
    (DISASTERS["第二十一条"], HEILONGJIANG["6.3"]),
    label="列入分类",
    yes="列入{winter_class}",
    no="没有申报,没有列入分类",
    since=BEGIN,
)
def winter_is_classed(winter_class):
    return winter_class > 0


@winter_spring_aid.criterion(
    1,
    HOUSEHOLD,
    DISASTERS["第二十一条"],
    label="基本生活困难",
    yes="经核实口粮、衣被、取暖等基本生活有困难",
    no="经核实口粮、衣被、取暖等基本生活没有困难",
    ask="由乡镇(街道)入户核实",
    since=BEGIN,
)
def winter_is_hard(hardship_confirmed):
    return hardship_confirmed


@winter_spring_aid.criterion(
    2,
    HOUSEHOLD,
    PROCEDURE["时段"],
    label="在救助时段内",
    yes="{winter_month} 在十二月至次年 {winter_last_month}以内",
    no="{winter_month} 不在十二月至次年 {winter_last_month}以内",
    since=BEGIN,
)
def winter_is_in_season(winter_month, winter_last_month):
    month = winter_month - div(winter_month, 100) * 100
    return (winter_month > 0) & ((month == 12) | (month <= winter_last_month))


@winter_spring_aid.criterion(
    3,
    HOUSEHOLD,
    PROCEDURE["程序"],
    label="村评并公示",
    yes="经村(居)评议,公示没有异议",
    no="没有经过村(居)评议,或公示有异议",
    ask="补评议记录和公示照片",
    since=BEGIN,
)
def winter_is_appraised(winter_appraised):
    return winter_appraised


@winter_spring_aid.criterion(
    4,
    HOUSEHOLD,
    DISASTERS["第二十一条"],
    label="本期没有发过",
    yes="本救助期没有发放过",
    no="本救助期已经发放过",
    since=BEGIN,
)
def winter_not_paid(winter_paid):
    return not_(winter_paid)


# -- who goes first ---------------------------------------------------------------------------


@winter_spring_aid.fact(PERSON, HEILONGJIANG["6.4"], label="特殊群体成员", since="2021-02-01")
def is_winter_priority(is_living, held_tekun, in_institution, held_orphan, disability_grade):
    """Tekun at home, orphans in families, people with disabilities."""
    at_home = held_tekun & not_(in_institution)
    return is_living & (at_home | held_orphan | (disability_grade > 0))


winter_spring_aid.anyone(
    "has_winter_priority", of="is_winter_priority", cite=HEILONGJIANG["6.4"], label="有特殊群体成员", since="2021-02-01"
)


@winter_spring_aid.fact(HOUSEHOLD, HEILONGJIANG["6.4"], label="优先对象", since="2021-02-01")
def winter_goes_first(winter_priority, held_dibao, has_winter_priority):
    return (winter_priority > 0) | held_dibao | has_winter_priority


@winter_spring_aid.fact(HOUSEHOLD, HEILONGJIANG["6.4"], label="优先系数", unit="permille", since="2021-02-01")
def winter_factor_permille(winter_goes_first, winter_priority_permille):
    """Where the place gives priority no weight, nobody need know who has it."""
    weighed = where(winter_goes_first, winter_priority_permille, 1000)
    return where(winter_priority_permille == 1000, 1000, weighed)


# -- how much ---------------------------------------------------------------------------------


@winter_spring_aid.fact(HOUSEHOLD, DISASTERS["第二十一条"], label="冬春救助人数", unit="person", since=BEGIN)
def winter_helped_count(winter_persons, living_count):
    return where(winter_persons == 0, living_count, least(winter_persons, living_count))


@winter_spring_aid.fact(
    HOUSEHOLD, (DISASTERS["第二十一条"], HEILONGJIANG["6.3"]), label="本类每人标准", unit="fen/person", since=BEGIN
)
def winter_rate_fen(winter_class, winter_first_fen, winter_second_fen, winter_third_fen, winter_fourth_fen):
    lower = where(winter_class == 3, winter_third_fen, winter_fourth_fen)
    upper = where(winter_class == 1, winter_first_fen, winter_second_fen)
    return where(winter_class <= 2, upper, lower)


@winter_spring_aid.entitled(
    1, HOUSEHOLD, (DISASTERS["第二十一条"], HEILONGJIANG["6.3"], SHANXI["3.1"]), label="冬春救助", since=BEGIN
)
def winter_entitled(
    winter_is_classed, winter_is_hard, winter_is_in_season, winter_is_appraised, winter_not_paid, winter_helped_count
):
    found = winter_is_classed & winter_is_hard & winter_is_in_season & winter_is_appraised
    return found & winter_not_paid & (winter_helped_count > 0)


@winter_spring_aid.amount(HOUSEHOLD, DISASTERS["第二十一条"], since=BEGIN, until="2021-02-01")
def winter_sum_fen(winter_rate_fen, winter_helped_count, winter_least_fen, winter_household_cap_fen):
    """So much a person, not less than the least, the household not more than the cap."""
    total = most(winter_rate_fen, winter_least_fen) * winter_helped_count
    return where(winter_household_cap_fen > 0, least(total, winter_household_cap_fen), total)


@winter_spring_aid.amount(
    HOUSEHOLD, (DISASTERS["第二十一条"], HEILONGJIANG["6.4"], HEILONGJIANG["6.5"]), since="2021-02-01"
)
def winter_sum_fen(  # noqa: F811
    winter_rate_fen, winter_factor_permille, winter_helped_count, winter_least_fen, winter_household_cap_fen
):
    """As before, with what the place adds for those who go first."""
    rate = permille(most(winter_rate_fen, winter_least_fen), winter_factor_permille)
    total = rate * winter_helped_count
    return where(winter_household_cap_fen > 0, least(total, winter_household_cap_fen), total)
