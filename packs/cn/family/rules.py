"""What all programmes need to know about a family: who counts, what comes in, what is owned.

Grain: values per person or per household and month. Money: whole fen, never a float.
What a deceased member had is not counted; what nobody knows stays unknown.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, div, law, most, not_, permille, where

MEASURES = law("P5", "社会救助暂行办法", since="2014-05-01")
DIBAO_OLD = law("P4", "最低生活保障审核审批办法(试行)", until="2021-07-01")
DIBAO = law("P1", "最低生活保障审核确认办法", since="2021-07-01")
TEKUN = law("P2", "特困人员认定办法", since="2021-07-01")

family = Programme("family", label="家庭情况")


# -- people -----------------------------------------------------------------------------------


@family.fact(PERSON, (MEASURES["第九条"], DIBAO_OLD["第五条"]), label="在世", until="2021-07-01")
def is_living(is_dead):
    return not_(is_dead)


@family.fact(PERSON, DIBAO["第七条"], label="在世", since="2021-07-01")
def is_living(is_dead):  # noqa: F811
    return not_(is_dead)


family.total("living_count", of="is_living", cite=MEASURES["第九条"], label="在世的共同生活成员", unit="person")


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


@family.fact(PERSON, (MEASURES["第九条"], DIBAO["第十三条"]), label="本人计入收入", unit="fen/month")
def counted_income_fen_m(
    wage_counted_fen_m, pension_counted_fen_m, business_income_fen_m, transfer_income_fen_m, illness_deduction_fen_m
):
    """Add the kinds of income; a loss in business does not reduce the others."""
    income = wage_counted_fen_m + pension_counted_fen_m + most(business_income_fen_m, 0) + transfer_income_fen_m
    return most(income - illness_deduction_fen_m, 0)


@family.fact(HOUSEHOLD, MEASURES["第九条"], label="家庭共同收入", unit="fen/month")
def shared_income_fen_m(farm_income_fen_m, support_income_fen_m):
    return most(farm_income_fen_m, 0) + support_income_fen_m


# -- who stands in the dibao reckoning --------------------------------------------------------


@family.fact(PERSON, MEASURES["第十四条"], label="按特困供养")
def is_supported_as_tekun(tekun_granted):
    """Nobody is dibao and tekun in one month; while tekun is open, so is the family's reckoning."""
    return tekun_granted


@family.fact(PERSON, MEASURES["第九条"], label="计入家庭人口")
def counts_in_family(is_living, is_supported_as_tekun):
    return is_living & not_(is_supported_as_tekun)


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


@family.fact(PERSON, MEASURES["第九条"], label="计入的机动车", unit="辆")
def vehicles_counted(counts_in_family, vehicle_count):
    return where(counts_in_family, vehicle_count, 0)


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
