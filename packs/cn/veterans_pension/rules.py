"""Regular pensions of veterans and of the families of the fallen (优抚对象定期抚恤补助), by class.

The lists are the veterans department's; the rules look up the dated amount of the class. Paid by the
quarter where the place does so: see the parameters beside this file.
"""

from doudi.engine.lang import PERSON, UNKNOWN, Programme, law, where

TABLE = law("V18", "优抚对象抚恤和生活补助标准", since="2018-08-01")

veterans_pension = Programme("veterans_pension")


@veterans_pension.applies(PERSON, TABLE["定期抚恤补助"], since="2018-08-01")
def veterans_at_stake(held_veterans, veteran_class):
    return held_veterans | (veteran_class > 0)


@veterans_pension.criterion(
    0, PERSON, TABLE["定期抚恤补助"], label="在世", yes="在世", no="已故,停止发放", since="2018-08-01"
)
def veterans_is_living(is_living):
    return is_living


@veterans_pension.criterion(
    1,
    PERSON,
    TABLE["定期抚恤补助"],
    label="属于优抚对象",
    yes="类别为{veteran_class}",
    no="不在退役军人事务部门的优抚对象名册",
    ask="核对退役军人事务部门的优抚对象名册",
    since="2018-08-01",
)
def veterans_is_listed(veteran_class):
    return veteran_class > 0


@veterans_pension.criterion(
    2,
    PERSON,
    TABLE["农村籍退役士兵"],
    label="年龄符合类别要求",
    yes="年龄{age_years},类别{veteran_class},符合年龄要求",
    no="农村籍退役士兵年龄{age_years},未满{veterans_conscript_from_age}",
    ask="核对身份证件上的出生日期",
    since="2018-08-01",
)
def veterans_age_fits(veteran_class, age_years, veterans_conscript_from_age):
    """Only the rural conscripts of old have an age to reach; nobody else is asked for theirs."""
    return where(veteran_class == 9, age_years >= veterans_conscript_from_age, True)


@veterans_pension.entitled(1, PERSON, TABLE["定期抚恤补助"], label="定期抚恤补助", since="2018-08-01")
def veterans_entitled(veterans_is_living, veterans_is_listed, veterans_age_fits):
    return veterans_is_living & veterans_is_listed & veterans_age_fits


@veterans_pension.fact(PERSON, TABLE["农村籍退役士兵"], label="按服役年数的补助", unit="fen/month", since="2018-08-01")
def veterans_conscript_fen_m(veteran_service_years, veterans_service_year_fen_m):
    """Years that nobody has recorded are not taken for none."""
    return where(veteran_service_years > 0, veteran_service_years * veterans_service_year_fen_m, UNKNOWN)


@veterans_pension.amount(PERSON, TABLE["定期抚恤补助"], label="定期抚恤补助(按类别)", since="2018-08-01")
def veterans_amount_fen_m(
    veteran_class,
    veterans_disabled_war_fen_m,
    veterans_disabled_duty_fen_m,
    veterans_disabled_illness_fen_m,
    veterans_martyr_family_fen_m,
    veterans_duty_family_fen_m,
    veterans_illness_family_fen_m,
    veterans_ill_returned_fen_m,
    veterans_combat_fen_m,
    veterans_conscript_fen_m,
    veterans_other_fen_m,
):
    last = where(veteran_class == 9, veterans_conscript_fen_m, veterans_other_fen_m)
    combat = where(veteran_class == 8, veterans_combat_fen_m, last)
    returned = where(veteran_class == 7, veterans_ill_returned_fen_m, combat)
    illness_family = where(veteran_class == 6, veterans_illness_family_fen_m, returned)
    duty_family = where(veteran_class == 5, veterans_duty_family_fen_m, illness_family)
    martyr = where(veteran_class == 4, veterans_martyr_family_fen_m, duty_family)
    illness = where(veteran_class == 3, veterans_disabled_illness_fen_m, martyr)
    duty = where(veteran_class == 2, veterans_disabled_duty_fen_m, illness)
    return where(veteran_class == 1, veterans_disabled_war_fen_m, duty)
