"""Old-age allowance (高龄津贴): by age alone, in up to four bands that the place sets.

Where no place has opened it nothing is decided. Whoever has reached the age is paid when they have
applied, or where the place grants without application; before that they stand on the list to be told.
"""

from doudi.engine.lang import PERSON, Programme, certainly, law, where

# The text is of 2013; the packs begin in 2014.
STATE = law("EL", "老年人权益保障法", since="2014-05-01")

old_age_allowance = Programme("old_age_allowance")


@old_age_allowance.applies(PERSON, STATE["第三十三条"])
def old_age_at_stake(held_old_age, old_age_open, age_years, old_age_band1_age):
    return held_old_age | ((old_age_open > 0) & certainly(age_years >= old_age_band1_age))


@old_age_allowance.fact(PERSON, STATE["第三十三条"], label="所在年龄档的津贴", unit="fen/month")
def old_age_band_fen_m(
    age_years,
    old_age_band1_age,
    old_age_band2_age,
    old_age_band3_age,
    old_age_band4_age,
    old_age_band1_fen_m,
    old_age_band2_fen_m,
    old_age_band3_fen_m,
    old_age_band4_fen_m,
):
    third = where(age_years >= old_age_band4_age, old_age_band4_fen_m, old_age_band3_fen_m)
    second = where(age_years >= old_age_band3_age, third, old_age_band2_fen_m)
    first = where(age_years >= old_age_band2_age, second, old_age_band1_fen_m)
    return where(age_years >= old_age_band1_age, first, 0)


@old_age_allowance.criterion(0, PERSON, STATE["第三十三条"], label="在世", yes="在世", no="已故,停止发放")
def old_age_is_living(is_living):
    return is_living


@old_age_allowance.criterion(
    1,
    PERSON,
    STATE["第三十三条"],
    label="当地已开办高龄津贴",
    yes="当地已开办高龄津贴",
    no="当地没有登记高龄津贴办法,尚未开办",
    ask="由当地民政部门登记起领年龄和标准",
)
def old_age_is_open(old_age_open):
    return old_age_open > 0


@old_age_allowance.criterion(
    2,
    PERSON,
    STATE["第三十三条"],
    label="达到当地起领年龄",
    yes="年龄{age_years},达到起领年龄{old_age_band1_age}",
    no="年龄{age_years},未到起领年龄{old_age_band1_age}",
    ask="核对身份证件上的出生日期",
)
def old_age_is_reached(age_years, old_age_band1_age):
    return age_years >= old_age_band1_age


@old_age_allowance.criterion(
    3,
    PERSON,
    STATE["第三十三条"],
    label="已申请,或当地自动发放",
    yes="已申请,或当地不需申请、自动发放",
    no="符合条件而尚未申请,列入待申请名单",
    ask="请村(居)委会告知本人或家属申请",
)
def old_age_applied(has_applied, held_old_age, old_age_auto_grant):
    """Whoever holds it has applied at some time."""
    return has_applied | held_old_age | (old_age_auto_grant > 0)


@old_age_allowance.entitled(1, PERSON, STATE["第三十三条"], label="高龄津贴")
def old_age_entitled(old_age_is_living, old_age_is_open, old_age_is_reached, old_age_applied):
    return old_age_is_living & old_age_is_open & old_age_is_reached & old_age_applied


@old_age_allowance.amount(PERSON, STATE["第三十三条"], label="高龄津贴(按年龄档)")
def old_age_amount_fen_m(old_age_band_fen_m):
    return old_age_band_fen_m
