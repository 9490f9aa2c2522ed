"""Dibao (最低生活保障): which family is entitled, by which way, and to how much a month.

Grain: one row per household and month. Money: whole fen. Three ways: the whole family, members of
an edge family by themselves, and the phase-out after work lifted the family over the line.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, div, law, least, most, not_, permille, where

MEASURES = law("P5", "社会救助暂行办法", since="2014-05-01")
RULES = law("P1", "最低生活保障审核确认办法", since="2021-07-01")
NOTICE_2022_06 = law("MCA2022", "民政部 财政部2022年6月通知", since="2022-06-02")
NOTICE_2022_10 = law("P7", "民政部等2022年10月通知", since="2022-10-20")
UPLIFT = (MEASURES["第十二条"], RULES["第二十七条"])

dibao = Programme("dibao")


@dibao.criterion(
    0,
    HOUSEHOLD,
    MEASURES["第九条"],
    label="有在保障范围内的成员",
    yes="家庭人口{head_count}",
    no="没有在世且不属于特困供养的成员",
)
def dibao_has_members(head_count):
    return head_count > 0


@dibao.criterion(
    1,
    HOUSEHOLD,
    (MEASURES["第九条"], RULES["第十三条"]),
    label="人均收入低于低保标准",
    yes="人均月收入{income_fen_m_pc}低于当地低保标准{dibao_standard_fen_m_pc}",
    no="人均月收入{income_fen_m_pc}不低于当地低保标准{dibao_standard_fen_m_pc}",
    ask="核对工资、养老金、经营和转移收入",
)
def dibao_income_below(income_fen_m_pc, dibao_standard_fen_m_pc):
    """Equal to the line is not below it; rounding the share down cannot change the answer."""
    return income_fen_m_pc < dibao_standard_fen_m_pc


@dibao.criterion(
    2,
    HOUSEHOLD,
    (MEASURES["第十条"], RULES["第十四条"]),
    label="机动车未超过上限",
    yes="家庭机动车{vehicles_hh},未超过上限{dibao_vehicle_limit}",
    no="家庭机动车{vehicles_hh},超过上限{dibao_vehicle_limit}",
    ask="向公安交管部门核对车辆登记",
)
def dibao_vehicles_fit(vehicles_hh, dibao_vehicle_limit):
    return vehicles_hh <= dibao_vehicle_limit


@dibao.criterion(
    3,
    HOUSEHOLD,
    (MEASURES["第十条"], RULES["第十四条"]),
    label="住房未超过上限",
    yes="家庭住房{dwellings_hh},未超过上限{dibao_dwelling_limit}",
    no="家庭住房{dwellings_hh},超过上限{dibao_dwelling_limit}",
    ask="向不动产登记机构核对住房",
)
def dibao_dwellings_fit(dwellings_hh, dibao_dwelling_limit):
    return dwellings_hh <= dibao_dwelling_limit


@dibao.criterion(
    4,
    HOUSEHOLD,
    (MEASURES["第十条"], RULES["第十四条"]),
    label="企业登记未超过上限",
    yes="家庭企业登记{companies_hh},未超过上限{dibao_company_limit}",
    no="家庭企业登记{companies_hh},超过上限{dibao_company_limit}",
    ask="向市场监管部门核对企业登记",
)
def dibao_companies_fit(companies_hh, dibao_company_limit):
    return companies_hh <= dibao_company_limit


@dibao.fact(HOUSEHOLD, (MEASURES["第十条"], RULES["第十四条"]), label="金融资产上限", unit="fen")
def dibao_deposit_limit_fen(dibao_standard_fen_m_pc, head_count, dibao_deposit_months):
    return dibao_standard_fen_m_pc * head_count * dibao_deposit_months


@dibao.criterion(
    5,
    HOUSEHOLD,
    (MEASURES["第十条"], RULES["第十四条"]),
    label="金融资产未超过上限",
    yes="家庭金融资产{deposits_fen},未超过上限{dibao_deposit_limit_fen}",
    no="家庭金融资产{deposits_fen},超过上限{dibao_deposit_limit_fen}",
    ask="向银行、证券机构核对存款",
)
def dibao_deposits_fit(deposits_fen, dibao_deposit_limit_fen):
    return deposits_fen <= dibao_deposit_limit_fen


@dibao.criterion(
    6,
    HOUSEHOLD,
    MEASURES["第九条"],
    label="没有成员在别处享受",
    yes="没有成员已在其他家庭或外地享受低保、特困",
    no="有成员已在其他家庭或外地享受低保、特困",
    ask="比对救助名册",
)
def dibao_nobody_elsewhere(has_enrolled_twice):
    return not_(has_enrolled_twice)


@dibao.fact(HOUSEHOLD, (MEASURES["第十条"], RULES["第十四条"]), label="财产符合低保规定")
def dibao_property_fits(dibao_vehicles_fit, dibao_dwellings_fit, dibao_companies_fit, dibao_deposits_fit):
    return dibao_vehicles_fit & dibao_dwellings_fit & dibao_companies_fit & dibao_deposits_fit


# -- way 1: the whole family ------------------------------------------------------------------


@dibao.entitled(1, HOUSEHOLD, MEASURES["第九条"], name="household", label="整户保障")
def dibao_household(dibao_has_members, dibao_income_below, dibao_property_fits, dibao_nobody_elsewhere):
    return dibao_has_members & dibao_income_below & dibao_property_fits & dibao_nobody_elsewhere


@dibao.fact(HOUSEHOLD, MEASURES["第十二条"], label="差额", unit="fen/month")
def dibao_gap_fen_m(dibao_standard_fen_m_pc, head_count, income_fen_m_hh):
    return most(dibao_standard_fen_m_pc * head_count - income_fen_m_hh, 0)


@dibao.fact(HOUSEHOLD, MEASURES["第十二条"], label="基本低保金(差额)", unit="fen/month", until="2021-07-01")
def dibao_base_fen_m(dibao_gap_fen_m, dibao_rounding_fen):
    """Take the gap once for the household; rounding each head first would not add up to the roster."""
    unit = most(dibao_rounding_fen, 1)
    return div(dibao_gap_fen_m + unit - 1, unit) * unit


@dibao.fact(HOUSEHOLD, RULES["第二十三条"], label="分档低保金(按困难程度)", unit="fen/month", since="2021-07-01")
def dibao_band_fen_m(
    dibao_by_bands,
    income_fen_m_hh,
    head_count,
    dibao_standard_fen_m_pc,
    dibao_first_band_below_permille,
    dibao_second_band_below_permille,
    dibao_first_band_fen_m_pc,
    dibao_second_band_fen_m_pc,
    dibao_third_band_fen_m_pc,
):
    """The poorer the family beside the line, the higher its band; an amount per head by band."""
    income, line = income_fen_m_hh * 1000, dibao_standard_fen_m_pc * head_count
    in_second = income < line * dibao_second_band_below_permille
    lower = where(in_second, dibao_second_band_fen_m_pc, dibao_third_band_fen_m_pc)
    band = where(income < line * dibao_first_band_below_permille, dibao_first_band_fen_m_pc, lower)
    return where(dibao_by_bands > 0, band * head_count, 0)


@dibao.fact(HOUSEHOLD, RULES["第二十三条"], label="基本低保金(差额或分档)", unit="fen/month", since="2021-07-01")
def dibao_base_fen_m(dibao_gap_fen_m, dibao_rounding_fen, dibao_by_bands, dibao_band_fen_m):  # noqa: F811
    """Take the gap once for the household; rounding each head first would not add up to the roster."""
    unit = most(dibao_rounding_fen, 1)
    gap = div(dibao_gap_fen_m + unit - 1, unit) * unit
    return where(dibao_by_bands > 0, dibao_band_fen_m, gap)


@dibao.fact(HOUSEHOLD, (MEASURES["第十二条"], RULES["第二十三条"]), label="按起付额和最高额调整", unit="fen/month")
def dibao_limited_fen_m(dibao_base_fen_m, head_count, dibao_least_fen_m, dibao_most_fen_m_pc):
    """Pay at least what the place pays at least, and at most so much a head; nothing set is no limit."""
    raised = most(dibao_base_fen_m, dibao_least_fen_m)
    return where(dibao_most_fen_m_pc > 0, least(raised, dibao_most_fen_m_pc * head_count), raised)


@dibao.amount(HOUSEHOLD, (MEASURES["第十二条"], RULES["第二十三条"]), route=1, label="低保金(基本低保金加分类施保)")
def dibao_household_amount_fen_m(dibao_limited_fen_m, uplift_fen_m):
    return dibao_limited_fen_m + uplift_fen_m


# -- more for special persons (分类施保): one rate a person, the highest ------------------------


@dibao.fact(PERSON, UPLIFT, label="分类施保:年龄", unit="permille")
def uplift_age_permille(
    uplift_opened,
    age_years,
    uplift_minor_permille,
    uplift_first_age,
    uplift_first_age_permille,
    uplift_second_age,
    uplift_second_age_permille,
    uplift_third_age,
    uplift_third_age_permille,
):
    third = where(age_years >= uplift_third_age, uplift_third_age_permille, 0)
    second = where(age_years >= uplift_second_age, most(uplift_second_age_permille, third), 0)
    first = where(age_years >= uplift_first_age, most(uplift_first_age_permille, second), 0)
    return where(uplift_opened > 0, where(age_years < 18, uplift_minor_permille, first), 0)


@dibao.fact(PERSON, UPLIFT, label="分类施保:残疾", unit="permille")
def uplift_disability_permille(
    uplift_opened,
    disability_kind,
    disability_grade,
    uplift_severe_permille,
    uplift_severe_hearing_permille,
    uplift_third_grade_permille,
):
    hearing = (disability_kind >= 2) & (disability_kind <= 3)
    severe = where(hearing, uplift_severe_hearing_permille, uplift_severe_permille)
    third = where((disability_grade == 3) & not_(hearing), uplift_third_grade_permille, 0)
    graded = where(disability_grade == 0, 0, where(disability_grade <= 2, severe, third))
    return where(uplift_opened > 0, graded, 0)


@dibao.fact(PERSON, UPLIFT, label="分类施保:重病和在校", unit="permille")
def uplift_condition_permille(
    uplift_opened,
    is_seriously_ill,
    is_student,
    age_years,
    uplift_illness_permille,
    uplift_student_permille,
    uplift_student_from_age,
):
    ill = where(uplift_illness_permille > 0, where(is_seriously_ill, uplift_illness_permille, 0), 0)
    at_school = is_student & (age_years >= uplift_student_from_age)
    student = where(uplift_student_permille > 0, where(at_school, uplift_student_permille, 0), 0)
    return where(uplift_opened > 0, most(ill, student), 0)


@dibao.fact(PERSON, UPLIFT, label="分类施保:家庭特殊情形", unit="permille")
def uplift_family_permille(
    uplift_opened,
    uplift_class,
    uplift_widowed_child_permille,
    uplift_single_parent_child_permille,
    uplift_triplet_permille,
    uplift_bereaved_permille,
    uplift_without_all_permille,
    uplift_veteran_permille,
    uplift_disabling_illness_permille,
    uplift_other_permille,
):
    last = where(uplift_class == 9, uplift_other_permille, 0)
    seventh = where(uplift_class == 7, uplift_disabling_illness_permille, last)
    sixth = where(uplift_class == 6, uplift_veteran_permille, seventh)
    fifth = where(uplift_class == 5, uplift_without_all_permille, sixth)
    fourth = where(uplift_class == 4, uplift_bereaved_permille, fifth)
    third = where(uplift_class == 3, uplift_triplet_permille, fourth)
    second = where(uplift_class == 2, uplift_single_parent_child_permille, third)
    first = where(uplift_class == 1, uplift_widowed_child_permille, second)
    return where(uplift_opened > 0, first, 0)


@dibao.fact(PERSON, UPLIFT, label="分类施保比例(只取最高一项)", unit="permille")
def uplift_permille(uplift_age_permille, uplift_disability_permille, uplift_condition_permille, uplift_family_permille):
    """Take the highest single rate; rates are never added."""
    person = most(uplift_age_permille, uplift_disability_permille)
    return most(person, most(uplift_condition_permille, uplift_family_permille))


@dibao.fact(PERSON, UPLIFT, label="计入家庭的分类施保比例", unit="permille")
def uplift_share_permille(counts_in_family, uplift_permille):
    return where(counts_in_family, uplift_permille, 0)


dibao.total("uplift_hh_permille", of="uplift_share_permille", cite=UPLIFT, label="全家分类施保合计", unit="permille")


@dibao.fact(HOUSEHOLD, UPLIFT, label="分类施保计算基数", unit="fen/month")
def uplift_base_used_fen_m(uplift_base_fen_m, dibao_standard_fen_m_pc):
    """A share of the standard, or of a fixed sum where the place pays fixed amounts."""
    return where(uplift_base_fen_m > 0, uplift_base_fen_m, dibao_standard_fen_m_pc)


@dibao.fact(HOUSEHOLD, UPLIFT, label="分类施保金额", unit="fen/month")
def uplift_fen_m(uplift_hh_permille, head_count, uplift_one_person_permille, uplift_opened, uplift_base_used_fen_m):
    """Whoever lives alone has that situation as one of the rates to choose from; fen are rounded up."""
    rate = where(head_count == 1, most(uplift_hh_permille, uplift_one_person_permille), uplift_hh_permille)
    return where(uplift_opened > 0, div(uplift_base_used_fen_m * rate + 999, 1000), 0)


# -- way 2: members of an edge family by themselves -------------------------------------------


@dibao.fact(PERSON, RULES["第二十七条"], label="单独保障成员的分类施保", unit="fen/month", since="2021-07-01")
def own_uplift_fen_m(uplift_permille, uplift_base_used_fen_m):
    return div(uplift_base_used_fen_m * uplift_permille + 999, 1000)


@dibao.fact(PERSON, RULES["第八条"], label="可以单独申请的成员", since="2021-07-01")
def may_apply_alone(counts_in_family, is_severely_disabled, is_mentally_disabled, disability_grade, is_seriously_ill):
    grade_three = is_mentally_disabled & (disability_grade == 3)
    return counts_in_family & (is_severely_disabled | grade_three | is_seriously_ill)


@dibao.fact(PERSON, RULES["第八条"], label="单人保障金额(含分类施保)", unit="fen/month", since="2021-07-01")
def single_amount_fen_m(
    may_apply_alone,
    counted_income_fen_m,
    dibao_standard_fen_m_pc,
    single_person_permille,
    single_person_counts_income,
    own_uplift_fen_m,
):
    own = where(single_person_counts_income > 0, counted_income_fen_m, 0)
    gap = permille(dibao_standard_fen_m_pc, single_person_permille) - own
    return where(may_apply_alone, where(gap > 0, gap + own_uplift_fen_m, 0), 0)


dibao.total(
    "alone_count", of="may_apply_alone", cite=RULES["第八条"], label="可单独申请人数", unit="person", since="2021-07-01"
)
dibao.total(
    "single_total_fen_m",
    of="single_amount_fen_m",
    cite=RULES["第八条"],
    label="单人保障金额合计",
    unit="fen/month",
    since="2021-07-01",
)


@dibao.criterion(
    7,
    HOUSEHOLD,
    RULES["第八条"],
    label="有重残或重病成员可以单独申请",
    yes="可以单独申请的重残、重病成员{alone_count}",
    no="没有可以单独申请的重残、重病成员",
    ask="核对残联持证名单和医保重病认定",
    since="2021-07-01",
)
def dibao_has_alone(alone_count, single_total_fen_m):
    return (alone_count > 0) & (single_total_fen_m > 0)


@dibao.entitled(
    2, HOUSEHOLD, RULES["第八条"], name="single_person", label="边缘家庭重残、重病成员单独保障", since="2021-07-01"
)
def dibao_single_person(dibao_has_alone, is_edge_family, dibao_nobody_elsewhere):
    return dibao_has_alone & is_edge_family & dibao_nobody_elsewhere


@dibao.amount(HOUSEHOLD, RULES["第八条"], route=2, label="单人保障金", since="2021-07-01")
def dibao_single_person_amount_fen_m(single_total_fen_m):
    return single_total_fen_m


# -- way 3: phase-out after work --------------------------------------------------------------


@dibao.fact(PERSON, RULES["第十三条"], label="计入工资的增加", unit="fen/month", since="2021-07-01")
def wage_rise_fen_m(wage_counted_fen_m, wage_fen_m, wage_before_fen_m, work_cost_fen_m, is_living):
    """Compare with the wage before at the same work costs; a fall is no rise."""
    before = most(wage_before_fen_m - where(wage_fen_m == 0, 0, work_cost_fen_m), 0)
    return where(is_living, most(wage_counted_fen_m - before, 0), 0)


dibao.total(
    "wage_rise_hh_fen_m",
    of="wage_rise_fen_m",
    cite=RULES["第十三条"],
    label="全家工资增加",
    unit="fen/month",
    since="2021-07-01",
)


ROSE = "在保家庭工资增加{wage_rise_hh_fen_m},不增加则仍低于标准,属于因就业超过标准"
NOT_ROSE = "不属于在保家庭因就业超过标准"
ASK_WAGE_BEFORE = "核对一年前或享受起始时的工资"


@dibao.criterion(
    8,
    HOUSEHOLD,
    RULES["第三十三条"],
    label="因就业超过标准",
    yes=ROSE,
    no=NOT_ROSE,
    ask=ASK_WAGE_BEFORE,
    since="2021-07-01",
    until="2022-06-02",
)
@dibao.criterion(
    8,
    HOUSEHOLD,
    NOTICE_2022_06["1.5"],
    label="因就业超过标准",
    yes=ROSE,
    no=NOT_ROSE,
    ask=ASK_WAGE_BEFORE,
    since="2022-06-02",
)
def dibao_rose_by_work(held_dibao, income_fen_m_hh, wage_rise_hh_fen_m, head_count, dibao_standard_fen_m_pc):
    """Ask whether the wages alone carried the family over the line; an inheritance does not count."""
    line = dibao_standard_fen_m_pc * head_count
    return held_dibao & (income_fen_m_hh >= line) & (income_fen_m_hh - wage_rise_hh_fen_m < line)


@dibao.fact(HOUSEHOLD, RULES["第三十三条"], label="可以渐退", since="2021-07-01")
def phase_out_fits(
    dibao_rose_by_work, dibao_has_members, dibao_property_fits, dibao_nobody_elsewhere, phase_out_months
):
    return (
        dibao_rose_by_work & dibao_has_members & dibao_property_fits & dibao_nobody_elsewhere & (phase_out_months > 0)
    )


@dibao.entitled(
    3, HOUSEHOLD, RULES["第三十三条"], name="phase_out", label="渐退期", since="2021-07-01", until="2022-06-02"
)
@dibao.entitled(
    3, HOUSEHOLD, NOTICE_2022_06["1.5"], name="phase_out", label="渐退期", since="2022-06-02", until="2022-10-20"
)
@dibao.entitled(
    3,
    HOUSEHOLD,
    (NOTICE_2022_06["1.5"], NOTICE_2022_10["一(三)"]),
    name="phase_out",
    label="渐退期",
    since="2022-10-20",
)
def dibao_phase_out(phase_out_fits):
    """Keep the old amount for a while; how many months is counted by the award."""
    return phase_out_fits


@dibao.amount(HOUSEHOLD, RULES["第三十三条"], route=3, label="渐退期金额(原额乘比例)", since="2021-07-01")
def dibao_phase_out_amount_fen_m(held_dibao_fen_m, phase_out_pay_permille):
    return permille(held_dibao_fen_m, phase_out_pay_permille)


# -- way 4: adult, jobless, severely disabled -------------------------------------------------


@dibao.fact(PERSON, NOTICE_2022_10["一(一)"], label="成年无业重度残疾人", since="2022-10-20")
def is_adult_jobless_severe(counts_in_family, age_years, wage_fen_m, business_income_fen_m, is_severely_disabled):
    jobless = (wage_fen_m == 0) & (business_income_fen_m <= 0)
    return counts_in_family & (age_years >= 18) & jobless & is_severely_disabled


@dibao.fact(PERSON, NOTICE_2022_10["一(一)"], label="成年无业重残单独保障金额", unit="fen/month", since="2022-10-20")
def severe_amount_fen_m(
    is_adult_jobless_severe,
    counted_income_fen_m,
    vehicles_own,
    company_count,
    dibao_standard_fen_m_pc,
    own_uplift_fen_m,
):
    """Judge the person's own means: income below the standard, no vehicle, no company."""
    owns_little = (vehicles_own == 0) & (company_count == 0)
    gap = dibao_standard_fen_m_pc - counted_income_fen_m
    return where(is_adult_jobless_severe & owns_little, where(gap > 0, gap + own_uplift_fen_m, 0), 0)


dibao.total(
    "severe_total_fen_m",
    of="severe_amount_fen_m",
    cite=NOTICE_2022_10["一(一)"],
    label="成年无业重残单独保障合计",
    unit="fen/month",
    since="2022-10-20",
)


@dibao.criterion(
    9,
    HOUSEHOLD,
    NOTICE_2022_10["一(一)"],
    label="有成年无业重度残疾人",
    yes="有成年无业重度残疾人,可以按单人户办理",
    no="没有符合条件的成年无业重度残疾人",
    ask="核对残联持证名单、工资和企业登记",
    since="2022-10-20",
)
def dibao_has_severe(severe_total_fen_m):
    return severe_total_fen_m > 0


@dibao.entitled(
    4,
    HOUSEHOLD,
    NOTICE_2022_10["一(一)"],
    name="single_person",
    label="成年无业重度残疾人单独保障",
    since="2022-10-20",
)
def dibao_severe_alone(dibao_has_severe, dibao_nobody_elsewhere):
    return dibao_has_severe & dibao_nobody_elsewhere


@dibao.amount(HOUSEHOLD, NOTICE_2022_10["一(一)"], route=4, label="单人保障金", since="2022-10-20")
def dibao_severe_alone_amount_fen_m(severe_total_fen_m):
    return severe_total_fen_m
