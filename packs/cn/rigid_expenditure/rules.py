"""Families in hardship from unavoidable spending (刚性支出困难家庭).

Before 2025 only where a province had opened it (支出型困难家庭); since 2025 by one national rule.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, law, least, not_, where

PROVINCES = law("HLJ2021", "黑龙江省2021年通知", place="23", since="2021-02-01", until="2025-01-01")
SHANXI = law("SX2021", "山西省2021年通知", place="14", since="2021-02-04", until="2025-01-01")
RULES = law("P3", "刚性支出困难家庭认定办法", since="2025-01-01")

rigid_expenditure = Programme("rigid_expenditure")


@rigid_expenditure.criterion(
    0,
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"]),
    label="当地已开办",
    yes="当地已开办支出型困难家庭认定",
    no="当地当时没有开办支出型困难家庭认定",
    since="2021-07-01",
    until="2025-01-01",
)
def rigid_is_opened(rigid_opened):
    return rigid_opened > 0


@rigid_expenditure.criterion(
    1,
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第四条"]),
    label="人均收入低于上年度人均可支配收入",
    yes="人均月收入{income_fen_m_pc}低于上年度人均可支配收入{disposable_income_fen_m_pc}",
    no="人均月收入{income_fen_m_pc}不低于上年度人均可支配收入{disposable_income_fen_m_pc}",
    ask="核对工资、养老金、经营和转移收入",
    since="2021-07-01",
)
def rigid_income_below(income_fen_m_hh, head_count, disposable_income_fen_m_pc):
    return income_fen_m_hh < disposable_income_fen_m_pc * head_count


@rigid_expenditure.fact(
    PERSON, (PROVINCES["2.6"], SHANXI["2.4"], RULES["第五条"]), label="自付医疗费", unit="fen/year", since="2021-07-01"
)
def medical_counted_fen_y(counts_in_family, medical_self_paid_fen_y):
    return where(counts_in_family, medical_self_paid_fen_y, 0)


rigid_expenditure.total(
    "medical_hh_fen_y",
    of="medical_counted_fen_y",
    cite=(PROVINCES["2.6"], SHANXI["2.4"], RULES["第五条"]),
    label="全家自付医疗费",
    unit="fen/year",
    since="2021-07-01",
)


@rigid_expenditure.fact(
    PERSON,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第五条"]),
    label="残疾康复和辅助器具费用",
    unit="fen/year",
    since="2021-07-01",
)
def disability_cost_counted_fen_y(counts_in_family, disability_cost_fen_y):
    return where(counts_in_family, disability_cost_fen_y, 0)


rigid_expenditure.total(
    "disability_cost_hh_fen_y",
    of="disability_cost_counted_fen_y",
    cite=(PROVINCES["2.6"], SHANXI["2.4"], RULES["第五条"]),
    label="全家残疾康复和辅助器具费用",
    unit="fen/year",
    since="2021-07-01",
)


@rigid_expenditure.fact(
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第五条"]),
    label="计入的教育支出",
    unit="fen/year",
    since="2021-07-01",
)
def education_counted_fen_y(education_spending_fen_y, rigid_education_most_fen_y):
    """The fact is already at the price of the same public school; a place may set a ceiling as well."""
    capped = least(education_spending_fen_y, rigid_education_most_fen_y)
    return where(rigid_education_most_fen_y > 0, capped, education_spending_fen_y)


@rigid_expenditure.fact(
    HOUSEHOLD, (PROVINCES["2.6"], SHANXI["2.4"], RULES["第五条"]), label="刚性支出", unit="fen/year", since="2021-07-01"
)
def rigid_spent_fen_y(
    medical_hh_fen_y,
    disability_cost_hh_fen_y,
    education_counted_fen_y,
    housing_spending_fen_y,
    rigid_spending_fen_y,
    rigid_counts_other,
):
    """Whether other necessary spending counts is for the place to say; what does not count nobody need know."""
    named = medical_hh_fen_y + disability_cost_hh_fen_y + education_counted_fen_y + housing_spending_fen_y
    return named + where(rigid_counts_other > 0, rigid_spending_fen_y, 0)


@rigid_expenditure.fact(
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第四条"]),
    label="家庭年收入",
    unit="fen/year",
    since="2021-07-01",
)
def income_fen_y_hh(income_fen_m_hh):
    return income_fen_m_hh * 12


@rigid_expenditure.criterion(
    2,
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第四条"]),
    label="刚性支出占收入的比例达到规定",
    yes="近十二个月刚性支出{rigid_spent_fen_y},家庭收入{income_fen_y_hh},比例达到{rigid_ratio_permille}",
    no="近十二个月刚性支出{rigid_spent_fen_y},家庭收入{income_fen_y_hh},比例没有达到{rigid_ratio_permille}",
    ask="向医保部门和家庭核对票据",
    since="2021-07-01",
)
def rigid_share_reached(rigid_spent_fen_y, income_fen_y_hh, rigid_ratio_permille, rigid_ratio_inclusive):
    """The national text says above the ratio; a place may say from the ratio on. No spending is no hardship."""
    spent, line = rigid_spent_fen_y * 1000, income_fen_y_hh * rigid_ratio_permille
    reached = where(rigid_ratio_inclusive > 0, spent >= line, spent > line)
    return reached & (rigid_spent_fen_y > 0)


@rigid_expenditure.criterion(
    3,
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第四条"]),
    label="财产符合规定",
    yes="财产未超过边缘家庭规定",
    no="财产超过边缘家庭规定",
    ask="核对车辆、不动产、企业登记和存款",
    since="2021-07-01",
)
def rigid_property_fits(marginal_possessions_fit, marginal_deposits_fit):
    return marginal_possessions_fit & marginal_deposits_fit


@rigid_expenditure.criterion(
    4,
    HOUSEHOLD,
    (PROVINCES["2.6"], SHANXI["2.4"], RULES["第四条"]),
    label="不在低保、低保边缘",
    yes="不属于低保家庭、低保边缘家庭,有不属于特困供养的成员",
    no="属于低保家庭或低保边缘家庭,或没有其他成员",
    since="2021-07-01",
)
def rigid_not_otherwise(dibao_household, dibao_phase_out, marginal_entitled, head_count):
    other = dibao_household | dibao_phase_out | marginal_entitled
    return not_(other) & (head_count > 0)


@rigid_expenditure.fact(
    HOUSEHOLD, (PROVINCES["2.6"], SHANXI["2.4"], RULES["第四条"]), label="收入、支出和财产符合", since="2021-07-01"
)
def rigid_fits(rigid_income_below, rigid_share_reached, rigid_property_fits, rigid_not_otherwise):
    return rigid_income_below & rigid_share_reached & rigid_property_fits & rigid_not_otherwise


@rigid_expenditure.entitled(
    1, HOUSEHOLD, (PROVINCES["2.6"], SHANXI["2.4"]), label="支出型困难家庭", since="2021-07-01", until="2025-01-01"
)
def rigid_entitled(rigid_fits, rigid_is_opened):
    return rigid_is_opened & rigid_fits


@rigid_expenditure.entitled(1, HOUSEHOLD, RULES["第四条"], label="刚性支出困难家庭", since="2025-01-01")
def rigid_entitled(rigid_fits):  # noqa: F811
    """Since 2025 no place has to open it."""
    return rigid_fits
