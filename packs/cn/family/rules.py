"""What all programmes need to know about a family: who counts, what comes in, what is owned.

Grain: values per person or per household and month. Money: whole fen, never a float.
What a deceased member had is not counted; what nobody knows stays unknown.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, div, law, most, not_, permille, where

MEASURES = law("P5", "社会救助暂行办法", since="2014-05-01")
DIBAO_OLD = law("P4", "最低生活保障审核审批办法(试行)", until="2021-07-01")
DIBAO = law("P1", "最低生活保障审核确认办法", since="2021-07-01")
TEKUN = law("P2", "特困人员认定办法", since="2021-07-01")
CARE_2022 = law("P7", "民政部等2022年10月通知", since="2022-10-20")

family = Programme("family", label="家庭情况")


# -- people -----------------------------------------------------------------------------------


@family.fact(PERSON, (MEASURES["第九条"], DIBAO_OLD["第五条"]), label="在世", until="2021-07-01")
def is_living(is_dead):
    return not_(is_dead)


@family.fact(PERSON, DIBAO["第七条"], label="在世", since="2021-07-01")
def is_living(is_dead):  # noqa: F811
    return not_(is_dead)


family.total("living_count", of="is_living", cite=MEASURES["第九条"], label="在世的共同生活成员", unit="person")


@family.fact(PERSON, DIBAO_OLD["第五条"], label="不算共同生活的家庭成员", until="2021-07-01")
def is_outside_family(lives_apart, relation_code, age_years):
    """Spouse, parents and minor children belong to the family wherever they live."""
    kin = (relation_code <= 1) | (relation_code == 3) | ((relation_code == 2) & (age_years < 18))
    return lives_apart & not_(kin)


@family.fact(PERSON, DIBAO["第七条"], label="不算共同生活的家庭成员", since="2021-07-01")
def is_outside_family(lives_apart, absence, relation_code, age_years, is_student):  # noqa: F811
    """Since 2021 a parent counts only when living with the family for long; prisoners and others named do not."""
    dependent = (age_years < 18) | is_student
    kin = (relation_code <= 1) | ((relation_code == 2) & dependent)
    return (absence > 0) | (lives_apart & not_(kin))


@family.fact(PERSON, MEASURES["第十二条"], label="重度残疾(一级、二级)")
def is_severely_disabled(disability_grade):
    return (disability_grade >= 1) & (disability_grade <= 2)


@family.fact(PERSON, MEASURES["第十二条"], label="智力或精神残疾")
def is_mentally_disabled(disability_kind):
    return (disability_kind >= 5) & (disability_kind <= 6)


# -- income -----------------------------------------------------------------------------------


@family.fact(PERSON, MEASURES["第九条"], label="计入工资", unit="fen/month", until="2021-07-01")
def wage_counted_fen_m(wage_fen_m):
    return wage_fen_m


@family.fact(PERSON, DIBAO["第十三条"], label="计入工资(扣必要就业成本)", unit="fen/month", since="2021-07-01")
def wage_counted_fen_m(wage_fen_m, work_cost_fen_m):  # noqa: F811
    return where(wage_fen_m == 0, 0, most(wage_fen_m - work_cost_fen_m, 0))


@family.fact(PERSON, (MEASURES["第九条"], DIBAO["第十三条"]), label="计入养老金", unit="fen/month")
def pension_counted_fen_m(pension_fen_m, resident_pension_exempt_fen_m, resident_pension_ceiling_fen_m):
    """Leave the centrally fixed basic pension out; small pensions are taken to be the residents' insurance."""
    rest = most(pension_fen_m - resident_pension_exempt_fen_m, 0)
    return where(pension_fen_m <= resident_pension_ceiling_fen_m, rest, pension_fen_m)


@family.fact(PERSON, (MEASURES["第九条"], DIBAO["第十三条"]), label="重病支出扣减", unit="fen/month")
def illness_deduction_fen_m(is_seriously_ill, medical_self_paid_fen_y, illness_deduction_permille):
    """Deduct only where the place has said so; elsewhere nobody need know the spending."""
    spent = permille(div(medical_self_paid_fen_y, 12), illness_deduction_permille)
    return where(illness_deduction_permille > 0, where(is_seriously_ill, spent, 0), 0)


@family.fact(PERSON, (MEASURES["第九条"], DIBAO["第十三条"]), label="残疾康复和辅助器具费用扣减", unit="fen/month")
def disability_deduction_fen_m(disability_grade, disability_cost_fen_y, disability_deduction_permille):
    """Deduct only where the place has said so; elsewhere nobody need know the certificate."""
    spent = permille(div(disability_cost_fen_y, 12), disability_deduction_permille)
    return where(disability_deduction_permille > 0, where(disability_grade > 0, spent, 0), 0)


@family.fact(PERSON, (MEASURES["第九条"], CARE_2022["一(一)"]), label="查实后核定的劳动收入", unit="fen/month")
def imputed_income_fen_m(idle_without_reason, wage_fen_m, imputed_labour_income_fen_m):
    """Impute only where the place does so, and only to whom an office found idle without reason: never by rote."""
    without_work = where(wage_fen_m == 0, imputed_labour_income_fen_m, 0)
    return where(imputed_labour_income_fen_m > 0, where(idle_without_reason, without_work, 0), 0)


@family.fact(PERSON, (MEASURES["第九条"], DIBAO["第十三条"]), label="本人计入收入", unit="fen/month")
def counted_income_fen_m(
    wage_counted_fen_m,
    pension_counted_fen_m,
    business_income_fen_m,
    transfer_income_fen_m,
    illness_deduction_fen_m,
    disability_deduction_fen_m,
    imputed_income_fen_m,
):
    """Add the kinds of income; a loss in business does not reduce the others."""
    income = wage_counted_fen_m + pension_counted_fen_m + most(business_income_fen_m, 0) + transfer_income_fen_m
    return most(income - illness_deduction_fen_m - disability_deduction_fen_m, 0) + imputed_income_fen_m


@family.fact(HOUSEHOLD, MEASURES["第十条"], label="分户赡养、抚养费计入", unit="fen/month")
def support_counted_fen_m(
    support_income_fen_m,
    supporter_count,
    supporter_family_income_fen_m,
    supporter_family_size,
    supported_count,
    support_by_formula,
    support_kept_permille,
    support_share_permille,
    support_share_of_many_permille,
    dibao_standard_fen_m_pc,
):
    """Count what was stated; where the place reckons it, a share of what supporters' families have over the line."""
    kept = permille(dibao_standard_fen_m_pc * supporter_family_size, support_kept_permille)
    share = where(supporter_count >= 3, support_share_of_many_permille, support_share_permille)
    reckoned = div(permille(most(supporter_family_income_fen_m - kept, 0), share), most(supported_count, 1))
    return where(support_by_formula > 0, where(supporter_count == 0, 0, reckoned), support_income_fen_m)


@family.fact(HOUSEHOLD, MEASURES["第九条"], label="家庭共同收入", unit="fen/month")
def shared_income_fen_m(farm_income_fen_m, support_counted_fen_m):
    return most(farm_income_fen_m, 0) + support_counted_fen_m


# -- who stands in the dibao reckoning --------------------------------------------------------


@family.fact(PERSON, MEASURES["第十四条"], label="按特困供养")
def is_supported_as_tekun(tekun_granted):
    """Nobody is dibao and tekun in one month; while tekun is open, so is the family's reckoning."""
    return tekun_granted


@family.fact(PERSON, (MEASURES["第九条"], DIBAO["第七条"]), label="计入家庭人口")
def counts_in_family(is_living, is_outside_family, is_supported_as_tekun):
    return is_living & not_(is_outside_family) & not_(is_supported_as_tekun)


@family.fact(PERSON, MEASURES["第九条"], label="计入家庭的收入", unit="fen/month")
def family_income_share_fen_m(counts_in_family, counted_income_fen_m):
    return where(counts_in_family, counted_income_fen_m, 0)


family.total("head_count", of="counts_in_family", cite=MEASURES["第九条"], label="家庭人口", unit="person")
family.total(
    "members_income_fen_m",
    of="family_income_share_fen_m",
    cite=MEASURES["第九条"],
    label="成员收入合计",
    unit="fen/month",
)


@family.fact(HOUSEHOLD, MEASURES["第九条"], label="家庭月收入", unit="fen/month")
def income_fen_m_hh(members_income_fen_m, shared_income_fen_m):
    return members_income_fen_m + shared_income_fen_m


@family.fact(HOUSEHOLD, MEASURES["第九条"], label="人均月收入", unit="fen/month")
def income_fen_m_pc(income_fen_m_hh, head_count):
    """Share equally, rounded down: with a standard in whole fen this changes nobody's right."""
    return div(income_fen_m_hh, most(head_count, 1))


# -- property ---------------------------------------------------------------------------------


@family.fact(PERSON, (MEASURES["第十条"], DIBAO["第十四条"]), label="机动车(除当地豁免的)", unit="辆")
def vehicles_own(vehicle_count, scooter_count, work_vehicle_count, scooter_exempt, work_vehicle_exempt):
    """Leave out what the place holds necessary to live (scooters) or to earn a living (work vehicles)."""
    exempt = where(scooter_exempt > 0, scooter_count, 0) + where(work_vehicle_exempt > 0, work_vehicle_count, 0)
    return most(vehicle_count - exempt, 0)


@family.fact(PERSON, MEASURES["第九条"], label="计入的机动车", unit="辆")
def vehicles_counted(counts_in_family, vehicles_own):
    return where(counts_in_family, vehicles_own, 0)


@family.fact(PERSON, MEASURES["第九条"], label="计入的住房", unit="处")
def dwellings_counted(counts_in_family, dwelling_count):
    return where(counts_in_family, dwelling_count, 0)


@family.fact(PERSON, MEASURES["第九条"], label="计入的企业", unit="户")
def companies_counted(counts_in_family, company_count):
    return where(counts_in_family, company_count, 0)


family.total("vehicles_hh", of="vehicles_counted", cite=MEASURES["第九条"], label="家庭机动车", unit="辆")
family.total("dwellings_hh", of="dwellings_counted", cite=MEASURES["第九条"], label="家庭住房", unit="处")
family.total("companies_hh", of="companies_counted", cite=MEASURES["第九条"], label="家庭企业登记", unit="户")


@family.fact(PERSON, MEASURES["第九条"], label="在世且已在别处享受")
def is_enrolled_twice(is_living, is_covered_elsewhere):
    return is_living & is_covered_elsewhere


family.anyone("has_enrolled_twice", of="is_enrolled_twice", cite=MEASURES["第九条"], label="有成员已在别处享受")
