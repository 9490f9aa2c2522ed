"""Tekun (特困人员救助供养): who is supported, in which way, and with how much a month.

Grain: one row per person and month. All three conditions must hold: no ability to work, no source
of living, no supporter able to support.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, UNKNOWN, Programme, certainly, div, law, missing, most, not_, where

MEASURES = law("P5", "社会救助暂行办法", since="2014-05-01")
STATE = law("P14", "国务院关于特困人员救助供养制度的意见", since="2016-02-10")
RULES = law("P2", "特困人员认定办法", since="2021-07-01")
WIDER = law("P11", "民政部 财政部2020年通知", since="2020-06-01")

tekun = Programme("tekun")


@tekun.applies(PERSON, (MEASURES["第十四条"], RULES["第四条"]))
def tekun_at_stake(age_years, disability_grade, held_tekun):
    """Old, young, disabled or already supported; an unknown age or certificate keeps the question open."""
    old_or_young = (age_years >= 60) | (age_years < 18)
    return held_tekun | missing(age_years) | certainly(old_or_young) | certainly(disability_grade > 0)


# -- no ability to work -----------------------------------------------------------------------


@tekun.fact(PERSON, MEASURES["第十四条"], label="残疾致无劳动能力", until="2021-07-01")
def is_disabled_from_work(disability_grade):
    """Before the list of 2021 the text only says disabled; the grades 1 and 2 are taken."""
    return (disability_grade >= 1) & (disability_grade <= 2)


@tekun.fact(PERSON, RULES["第五条"], label="残疾致无劳动能力", since="2021-07-01")
def is_disabled_from_work(disability_kind, disability_grade, tekun_multiple_disability_grade):  # noqa: F811
    """Apply the list: mind 1 to 3, body 1 to 2, sight 1, and multiple as the province says."""
    graded = disability_grade >= 1
    mind = (disability_kind >= 5) & (disability_kind <= 6) & (disability_grade <= 3)
    body = (disability_kind == 4) & (disability_grade <= 2)
    sight = (disability_kind == 1) & (disability_grade == 1)
    multiple = (disability_kind == 7) & (disability_grade <= tekun_multiple_disability_grade)
    return graded & (mind | body | sight | multiple)


@tekun.fact(PERSON, (MEASURES["第十四条"], WIDER["未成年人"]), label="年龄属于老年或未成年")
def is_old_or_minor(age_years, tekun_entry_age_below):
    return (age_years >= 60) | (age_years < tekun_entry_age_below)


@tekun.fact(PERSON, MEASURES["第十四条"], label="未成年在养继续", until="2021-07-01")
def keeps_as_minor(held_tekun, age_years, tekun_entry_age_below):
    return held_tekun & (age_years < tekun_entry_age_below)


@tekun.fact(PERSON, RULES["第二十四条"], label="未成年在养继续(满十八周岁仍在读)", since="2021-07-01")
def keeps_as_minor(held_tekun, age_years, is_student):  # noqa: F811
    """Keep to eighteen, and beyond while in secondary school; who is past school age is not asked for papers."""
    still_young = (age_years < 18) | ((age_years <= 21) & is_student)
    return held_tekun & still_young


@tekun.criterion(
    1,
    PERSON,
    (MEASURES["第十四条"], RULES["第五条"]),
    label="无劳动能力",
    yes="年龄{age_years}、残疾类别{disability_kind}、等级{disability_grade},属于无劳动能力",
    no="年龄{age_years}、残疾类别{disability_kind}、等级{disability_grade},不属于无劳动能力",
    ask="核对年龄和残联持证名单",
)
def tekun_cannot_work(is_old_or_minor, is_disabled_from_work, keeps_as_minor):
    return is_old_or_minor | is_disabled_from_work | keeps_as_minor


# -- no source of living ----------------------------------------------------------------------


@tekun.fact(PERSON, (MEASURES["第十四条"], RULES["第六条"]), label="本人月收入(含分摊)", unit="fen/month")
def own_income_fen_m(counted_income_fen_m, shared_income_fen_m, living_count):
    return counted_income_fen_m + div(shared_income_fen_m, most(living_count, 1))


@tekun.criterion(
    2,
    PERSON,
    (MEASURES["第十四条"], RULES["第六条"]),
    label="收入低于低保标准",
    yes="本人月收入{own_income_fen_m}低于低保标准{dibao_standard_fen_m_pc}",
    no="本人月收入{own_income_fen_m}不低于低保标准{dibao_standard_fen_m_pc}",
    ask="核对工资、养老金和家庭共同收入",
)
def tekun_income_below(own_income_fen_m, dibao_standard_fen_m_pc):
    return own_income_fen_m < dibao_standard_fen_m_pc


@tekun.fact(HOUSEHOLD, (MEASURES["第十四条"], RULES["第七条"]), label="人均金融资产", unit="fen")
def deposits_fen_pc(deposits_fen, living_count):
    return div(deposits_fen, most(living_count, 1))


@tekun.criterion(
    3,
    PERSON,
    (MEASURES["第十四条"], RULES["第七条"]),
    label="财产符合特困规定",
    yes="名下机动车{vehicles_own}、企业{company_count}、住房{dwelling_count},金融资产{deposits_fen_pc},未超过规定",
    no="名下机动车{vehicles_own}、企业{company_count}、住房{dwelling_count},金融资产{deposits_fen_pc},超过规定",
    ask="核对车辆、企业、不动产登记和存款",
)
def tekun_property_fits(
    vehicles_own,
    company_count,
    dwelling_count,
    deposits_fen_pc,
    tekun_dwelling_limit,
    tekun_deposit_months,
    dibao_standard_fen_m_pc,
):
    owns_little = (vehicles_own == 0) & (company_count == 0) & (dwelling_count <= tekun_dwelling_limit)
    return owns_little & (deposits_fen_pc <= dibao_standard_fen_m_pc * tekun_deposit_months)


# -- no supporter -----------------------------------------------------------------------------


@tekun.fact(PERSON, RULES["第八条"], label="义务人收入低于上年度人均可支配收入", since="2021-07-01")
def supporter_earns_little(supporter_income_fen_m, disposable_income_fen_m_pc):
    return supporter_income_fen_m < disposable_income_fen_m_pc


@tekun.fact(PERSON, RULES["第八条"], label="义务人无履行义务能力(按情形)", since="2021-07-01")
def supporter_unable(supporter_kind, supporter_earns_little, supporter_property_fits):
    """Go through the list of Article 8; of several supporters the ablest was written down."""
    old_or_disabled = (supporter_kind >= 4) & (supporter_kind <= 5)
    means = where(old_or_disabled, supporter_earns_little & supporter_property_fits, supporter_property_fits)
    by_means = (supporter_kind >= 4) & (supporter_kind <= 6) & means
    by_kind = (supporter_kind <= 3) | (supporter_kind == 7)
    return where(supporter_kind == 99, UNKNOWN, by_kind | by_means)


@tekun.criterion(
    4,
    PERSON,
    MEASURES["第十四条"],
    label="没有能履行义务的法定义务人",
    yes="没有法定义务人,或义务人无履行义务能力",
    no="有法定义务人能够履行赡养、抚养、扶养义务",
    ask="入户调查并查询赡养、抚养、扶养人",
    until="2021-07-01",
)
def tekun_without_supporter(supporters_able):
    return not_(supporters_able)


@tekun.criterion(
    4,
    PERSON,
    (MEASURES["第十四条"], RULES["第八条"]),
    label="没有能履行义务的法定义务人",
    yes="没有法定义务人,或义务人无履行义务能力",
    no="有法定义务人能够履行赡养、抚养、扶养义务",
    ask="入户调查并查询赡养、抚养、扶养人;有几人的逐一核对",
    since="2021-07-01",
)
def tekun_without_supporter(supporter_kind, supporters_able, supporter_unable):  # noqa: F811
    """Where nobody went through the list, the overall statement of the survey stands."""
    return where(supporter_kind == 0, not_(supporters_able), supporter_unable)


@tekun.criterion(
    5,
    PERSON,
    (MEASURES["第十四条"], RULES["第四条"]),
    label="没有在别处享受",
    yes="没有在其他家庭或外地享受低保、特困",
    no="已在其他家庭或外地享受低保、特困",
    ask="比对救助名册",
)
def tekun_not_elsewhere(is_covered_elsewhere):
    return not_(is_covered_elsewhere)


@tekun.criterion(
    0,
    PERSON,
    (MEASURES["第十四条"], RULES["第二十四条"]),
    label="在世",
    yes="在世",
    no="已故,供养终止",
)
def tekun_is_living(is_living):
    return is_living


@tekun.criterion(
    6,
    PERSON,
    RULES["第九条"],
    label="没有选择儿童基本生活保障",
    yes="没有享受孤儿、事实无人抚养儿童基本生活保障",
    no="属于孤儿或事实无人抚养儿童,监护人没有选择特困供养,不再认定为特困人员",
    ask="先查清父母双方的情况",
    since="2021-07-01",
)
def tekun_beside_children(is_orphan, is_unattended_child):
    """The guardian chooses; an unsaid choice is taken for the children's allowance."""
    return not_(is_orphan | is_unattended_child)


@tekun.fact(PERSON, (MEASURES["第十四条"], RULES["第四条"]), label="符合特困三个条件", until="2021-07-01")
def tekun_fits(
    tekun_is_living,
    tekun_cannot_work,
    tekun_income_below,
    tekun_property_fits,
    tekun_without_supporter,
    tekun_not_elsewhere,
):
    conditions = tekun_cannot_work & tekun_income_below & tekun_property_fits & tekun_without_supporter
    return tekun_is_living & conditions & tekun_not_elsewhere


@tekun.fact(PERSON, RULES["第四条"], label="符合特困三个条件", since="2021-07-01")
def tekun_fits(  # noqa: F811
    tekun_is_living,
    tekun_cannot_work,
    tekun_income_below,
    tekun_property_fits,
    tekun_without_supporter,
    tekun_not_elsewhere,
    tekun_beside_children,
):
    conditions = tekun_cannot_work & tekun_income_below & tekun_property_fits & tekun_without_supporter
    return tekun_is_living & conditions & tekun_not_elsewhere & tekun_beside_children


# -- home or institution ----------------------------------------------------------------------


@tekun.entitled(1, PERSON, MEASURES["第十九条"], name="institution", label="集中供养")
def tekun_in_institution(tekun_fits, in_institution):
    return tekun_fits & in_institution


@tekun.entitled(2, PERSON, MEASURES["第十九条"], name="home", label="分散供养")
def tekun_at_home(tekun_fits):
    """Support at home is for everybody who does not live in an institution."""
    return tekun_fits


CARE = (MEASURES["第十五条"], STATE["供养标准"], RULES["第二十二条"])


@tekun.fact(HOUSEHOLD, CARE, label="照料护理(全自理,按最低工资比例)", unit="fen/month")
def care_share_able_fen_m(minimum_wage_fen_m, tekun_care_able_permille):
    """Where a place pays a share of the minimum wage instead of a published sum; fen are rounded up."""
    return where(tekun_care_able_permille > 0, div(minimum_wage_fen_m * tekun_care_able_permille + 999, 1000), 0)


@tekun.fact(HOUSEHOLD, CARE, label="照料护理(半护理,按最低工资比例)", unit="fen/month")
def care_share_partly_fen_m(minimum_wage_fen_m, tekun_care_partly_permille):
    return where(tekun_care_partly_permille > 0, div(minimum_wage_fen_m * tekun_care_partly_permille + 999, 1000), 0)


@tekun.fact(HOUSEHOLD, CARE, label="照料护理(全护理,按最低工资比例)", unit="fen/month")
def care_share_wholly_fen_m(minimum_wage_fen_m, tekun_care_wholly_permille):
    return where(tekun_care_wholly_permille > 0, div(minimum_wage_fen_m * tekun_care_wholly_permille + 999, 1000), 0)


@tekun.fact(PERSON, CARE, label="照料护理(按最低工资比例)", unit="fen/month")
def care_share_fen_m(self_care_failed_count, care_share_able_fen_m, care_share_partly_fen_m, care_share_wholly_fen_m):
    """Grade by six items: none failed able, one to three partly, four and more wholly dependent."""
    dependent = where(self_care_failed_count >= 4, care_share_wholly_fen_m, care_share_partly_fen_m)
    return where(self_care_failed_count == 0, care_share_able_fen_m, dependent)


@tekun.fact(PERSON, CARE, label="照料护理(集中)", unit="fen/month")
def care_institution_fen_m(
    self_care_failed_count,
    tekun_care_able_institution_fen_m,
    tekun_care_partly_institution_fen_m,
    tekun_care_wholly_institution_fen_m,
    care_share_fen_m,
):
    """The published sum of the grade, or the share of the minimum wage where that is more."""
    dependent = where(
        self_care_failed_count >= 4, tekun_care_wholly_institution_fen_m, tekun_care_partly_institution_fen_m
    )
    return most(where(self_care_failed_count == 0, tekun_care_able_institution_fen_m, dependent), care_share_fen_m)


@tekun.fact(PERSON, CARE, label="照料护理(分散)", unit="fen/month")
def care_home_fen_m(
    self_care_failed_count,
    tekun_care_able_home_fen_m,
    tekun_care_partly_home_fen_m,
    tekun_care_wholly_home_fen_m,
    care_share_fen_m,
):
    dependent = where(self_care_failed_count >= 4, tekun_care_wholly_home_fen_m, tekun_care_partly_home_fen_m)
    return most(where(self_care_failed_count == 0, tekun_care_able_home_fen_m, dependent), care_share_fen_m)


@tekun.amount(PERSON, (MEASURES["第十五条"], STATE["供养标准"]), route=1, label="集中供养金(基本生活加照料护理)")
def tekun_institution_amount_fen_m(tekun_basic_institution_fen_m, care_institution_fen_m):
    return tekun_basic_institution_fen_m + care_institution_fen_m


@tekun.amount(PERSON, (MEASURES["第十五条"], STATE["供养标准"]), route=2, label="分散供养金(基本生活加照料护理)")
def tekun_home_amount_fen_m(tekun_basic_home_fen_m, care_home_fen_m):
    return tekun_basic_home_fen_m + care_home_fen_m
