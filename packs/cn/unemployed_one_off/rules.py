"""One-off aid to jobless people outside unemployment insurance (未参保失业人员一次性临时救助金): six tests, once.

Grain: one row per person and application. Money: whole fen, once. Months are written 202206.
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, div, law, least, most, not_, permille, where

FIRST = law("P11", "民政部 财政部2020年6月通知", since="2020-06-01")
HEILONGJIANG = law("HLJ2021", "黑龙江省2021年通知", place="23", since="2021-02-01")
SHANXI = law("SX2021", "山西省2021年通知", place="14", since="2021-02-04")
NOTICE = law("MCA2022", "民政部 财政部2022年6月通知", since="2022-06-02")
TEXTS = (FIRST["失业人员"], HEILONGJIANG["4.11"], SHANXI["5.13"], NOTICE["2.2"])
BEGIN = "2020-06-01"

unemployed_one_off = Programme("unemployed_one_off")


@unemployed_one_off.applies(PERSON, TEXTS, since=BEGIN)
def jobless_at_stake(jobless_application_month):
    return jobless_application_month > 0


# -- months without income --------------------------------------------------------------------


@unemployed_one_off.fact(PERSON, TEXTS, label="第一个没有收入的整月(自公元元年起的月数)", since=BEGIN)
def jobless_first_empty_month(jobless_last_income_month, jobless_no_income_from):
    """The month after the last income, or the declared one when that is later; 202206 becomes 2022 * 12 + 6."""
    last = jobless_last_income_month - div(jobless_last_income_month, 100) * 88
    declared = jobless_no_income_from - div(jobless_no_income_from, 100) * 88
    return where(jobless_last_income_month == 0, declared, most(last + 1, declared))


@unemployed_one_off.fact(PERSON, TEXTS, label="申请当月以前连续没有收入的整月", unit="months", since=BEGIN)
def jobless_empty_months(jobless_application_month, jobless_first_empty_month):
    """Whole calendar months before the month of application; more than ten years are told as ten."""
    applied = jobless_application_month - div(jobless_application_month, 100) * 88
    return most(least(applied - jobless_first_empty_month, 120), 0)


# -- the six tests ----------------------------------------------------------------------------


@unemployed_one_off.criterion(
    0,
    PERSON,
    TEXTS,
    label="受疫情影响无法返岗复工",
    yes="受疫情影响无法返岗复工",
    no="没有受疫情影响无法返岗复工的情形",
    ask="由用人单位出具证明,或由村(社区)核实",
    since=BEGIN,
)
def jobless_is_kept_away(jobless_cannot_return):
    return jobless_cannot_return


@unemployed_one_off.criterion(
    1,
    PERSON,
    TEXTS,
    label="连续三个月无收入来源",
    yes="最后有收入 {jobless_last_income_month},申请 {jobless_application_month},其间 {jobless_empty_months}没有收入",
    no="最后有收入 {jobless_last_income_month},申请 {jobless_application_month},其间只有 {jobless_empty_months},"
    "不满 {unemployed_months}",
    ask="核对工资流水和个人所得税记录,确定最后有收入的月份",
    since=BEGIN,
)
def jobless_is_without_income(jobless_empty_months, unemployed_months):
    return jobless_empty_months >= unemployed_months


@unemployed_one_off.criterion(
    2,
    PERSON,
    TEXTS,
    label="生活困难",
    yes="经核实基本生活出现困难",
    no="经核实基本生活没有困难",
    ask="由乡镇(街道)核实生活情况",
    since=BEGIN,
)
def jobless_is_hard(hardship_confirmed):
    return hardship_confirmed


@unemployed_one_off.criterion(
    3,
    PERSON,
    TEXTS,
    label="失业保险无法覆盖",
    yes="失业保险:{unemployment_insurance}",
    no="失业保险已覆盖:{unemployment_insurance}",
    ask="与人力资源社会保障部门的参保和待遇名单核对",
    since=BEGIN,
)
def jobless_is_uninsured(unemployment_insurance):
    return unemployment_insurance == 0


@unemployed_one_off.criterion(
    4,
    PERSON,
    TEXTS,
    label="未纳入低保",
    yes="没有纳入低保",
    no="已纳入低保",
    since=BEGIN,
    until="2021-07-01",
)
def jobless_is_outside_dibao(held_dibao):
    return not_(held_dibao)


@unemployed_one_off.criterion(
    4,
    PERSON,
    TEXTS,
    label="未纳入低保",
    yes="本人没有纳入低保",
    no="本人已纳入低保",
    ask="核对单人户低保的是哪一位成员",
    since="2021-07-01",
)
def jobless_is_outside_dibao(held_dibao, held_dibao_route, may_apply_alone):  # noqa: F811
    """Where members are in dibao by themselves (2), only they are inside."""
    return not_(held_dibao & ((held_dibao_route != 2) | may_apply_alone))


@unemployed_one_off.criterion(
    5,
    PERSON,
    TEXTS,
    label="本人申请",
    yes="{jobless_application_month} 由本人申请",
    no="不是本人申请,也没有书面委托",
    ask="补本人申请书或委托书",
    since=BEGIN,
)
def jobless_applied_in_person(jobless_own_application):
    return jobless_own_application


# -- where, and once --------------------------------------------------------------------------


@unemployed_one_off.criterion(
    6,
    PERSON,
    TEXTS,
    label="在务工地或经常居住地申请",
    yes="在{jobless_applies_at}申请",
    no="申请地为{jobless_applies_at},应转由务工地或经常居住地办理",
    ask="看务工证明、居住证或村(社区)证明",
    since=BEGIN,
)
def jobless_place_fits(jobless_applies_at):
    return (jobless_applies_at >= 1) & (jobless_applies_at <= 2)


@unemployed_one_off.criterion(
    7,
    PERSON,
    TEXTS,
    label="没有领过",
    yes="本期间没有发放过",
    no="本期间已发放过:{jobless_granted_place},{jobless_granted_date}",
    since=BEGIN,
)
def jobless_not_granted_before(jobless_granted_count, unemployed_times):
    return jobless_granted_count < unemployed_times


@unemployed_one_off.criterion(8, PERSON, TEXTS, label="在世", yes="在世", no="已故", since=BEGIN)
def jobless_is_living(is_living):
    return is_living


@unemployed_one_off.entitled(1, PERSON, TEXTS, label="符合六项条件", since=BEGIN)
def jobless_entitled(
    jobless_at_stake,
    jobless_is_kept_away,
    jobless_is_without_income,
    jobless_is_hard,
    jobless_is_uninsured,
    jobless_is_outside_dibao,
    jobless_applied_in_person,
    jobless_place_fits,
    jobless_not_granted_before,
    jobless_is_living,
):
    person = jobless_at_stake & jobless_is_living & jobless_applied_in_person & jobless_place_fits
    work = jobless_is_kept_away & jobless_is_without_income & jobless_is_uninsured
    return person & work & jobless_is_hard & jobless_is_outside_dibao & jobless_not_granted_before


@unemployed_one_off.fact(HOUSEHOLD, TEXTS, label="当地的数额", unit="fen", since=BEGIN)
def unemployed_sum_fen(unemployed_amount_fen, unemployed_amount_months_permille, dibao_standard_fen_m_pc):
    """A fixed sum, or months of the dibao standard where the place has said so."""
    by_months = permille(dibao_standard_fen_m_pc, unemployed_amount_months_permille)
    return where(unemployed_amount_months_permille > 0, by_months, unemployed_amount_fen)


@unemployed_one_off.amount(PERSON, TEXTS, since=BEGIN)
def jobless_amount_fen(unemployed_sum_fen):
    return unemployed_sum_fen
