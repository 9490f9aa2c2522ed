"""Care subsidy of old people who cannot, or only partly, care for themselves (失能半失能老年人护理补贴).

Of this and the nursing subsidy for severe disability a person gets the higher one; of equal ones the latter.
"""

from doudi.engine.lang import PERSON, Programme, certainly, law, not_, where

# The text is of 2013; the packs begin in 2014.
STATE = law("EL", "老年人权益保障法", since="2014-05-01")
DISABILITY = law("D52", "国务院关于残疾人两项补贴制度的意见", since="2016-01-01")

elderly_care_subsidy = Programme("elderly_care_subsidy")


@elderly_care_subsidy.applies(PERSON, STATE["第三十条"])
def elderly_care_at_stake(
    held_elderly_care, elderly_care_open, age_years, elderly_disabled_from_age, has_applied, self_care_failed_count
):
    """Whoever can do everything, or was never assessed and has not applied, has nothing to be decided."""
    old = certainly(age_years >= elderly_disabled_from_age)
    return held_elderly_care | ((elderly_care_open > 0) & old & (has_applied | certainly(self_care_failed_count > 0)))


@elderly_care_subsidy.criterion(0, PERSON, STATE["第三十条"], label="在世", yes="在世", no="已故,停止发放")
def elderly_care_is_living(is_living):
    return is_living


@elderly_care_subsidy.criterion(
    1,
    PERSON,
    STATE["第三十条"],
    label="当地已开办护理补贴",
    yes="当地已开办护理补贴",
    no="当地没有登记补贴办法,尚未开办",
    ask="由当地民政部门登记标准",
)
def elderly_care_is_open(elderly_care_open):
    return elderly_care_open > 0


@elderly_care_subsidy.criterion(
    2,
    PERSON,
    STATE["第三十条"],
    label="达到老年人年龄",
    yes="年龄{age_years},不小于{elderly_disabled_from_age}",
    no="年龄{age_years},小于{elderly_disabled_from_age}",
    ask="核对身份证件上的出生日期",
)
def elderly_care_age_fits(age_years, elderly_disabled_from_age):
    return age_years >= elderly_disabled_from_age


@elderly_care_subsidy.criterion(
    3,
    PERSON,
    STATE["第三十条"],
    label="失能或半失能",
    yes="六项自理能力中不能完成{self_care_failed_count}",
    no="六项自理能力都能完成",
    ask="组织自理能力评估",
)
def elderly_care_depends(self_care_failed_count):
    return self_care_failed_count > 0


@elderly_care_subsidy.criterion(
    4,
    PERSON,
    STATE["第三十条"],
    label="经济状况符合当地规定",
    yes="属于经济困难,或当地不要求经济困难",
    no="不属于当地要求的经济困难",
    ask="先查清家庭的低保认定和本人的特困认定",
)
def elderly_care_means_fit(elderly_in_hardship, elderly_care_needs_hardship):
    return elderly_in_hardship | (elderly_care_needs_hardship == 0)


@elderly_care_subsidy.criterion(
    5,
    PERSON,
    STATE["第三十条"],
    label="已申请,或当地自动发放",
    yes="已申请,或当地不需申请、自动发放",
    no="符合条件而尚未申请,列入待申请名单",
    ask="请村(居)委会告知本人或家属申请",
)
def elderly_care_applied(has_applied, held_elderly_care, elderly_care_auto_grant):
    return has_applied | held_elderly_care | (elderly_care_auto_grant > 0)


@elderly_care_subsidy.criterion(
    6,
    PERSON,
    STATE["第三十条"],
    label="与特困供养不重复",
    yes="不属于特困供养,或当地允许同时享受",
    no="属于特困供养,照料护理已在供养标准内",
)
def elderly_care_beside_tekun(is_supported_as_tekun, elderly_care_excludes_tekun):
    return not_(is_supported_as_tekun & (elderly_care_excludes_tekun > 0))


@elderly_care_subsidy.fact(PERSON, STATE["第三十条"], label="符合护理补贴条件(未与残疾人护理补贴择高)")
def elderly_care_fits(
    elderly_care_is_living,
    elderly_care_is_open,
    elderly_care_age_fits,
    elderly_care_depends,
    elderly_care_means_fit,
    elderly_care_applied,
    elderly_care_beside_tekun,
):
    person = elderly_care_is_living & elderly_care_is_open & elderly_care_age_fits & elderly_care_depends
    return person & elderly_care_means_fit & elderly_care_applied & elderly_care_beside_tekun


@elderly_care_subsidy.fact(PERSON, STATE["第三十条"], label="护理补贴标准(按自理能力)", unit="fen/month")
def elderly_care_standard_fen_m(self_care_failed_count, elderly_care_partly_fen_m, elderly_care_wholly_fen_m):
    """Graded as for tekun: one to three items failed partly, four and more wholly dependent."""
    return where(self_care_failed_count >= 4, elderly_care_wholly_fen_m, elderly_care_partly_fen_m)


@elderly_care_subsidy.criterion(
    7,
    PERSON,
    (STATE["第三十条"], DISABILITY["政策衔接"]),
    label="高于残疾人护理补贴(两项择高)",
    yes="没有残疾人护理补贴,或本项{elderly_care_standard_fen_m}较高",
    no="残疾人护理补贴{care_subsidy_standard_fen_m}不低于本项{elderly_care_standard_fen_m},两项择高,不发本项",
    ask="先查清残疾等级和自理能力",
    since="2016-01-01",
)
def elderly_care_is_higher(care_subsidy_fits, elderly_care_standard_fen_m, care_subsidy_standard_fen_m):
    return not_(care_subsidy_fits & (care_subsidy_standard_fen_m >= elderly_care_standard_fen_m))


@elderly_care_subsidy.entitled(1, PERSON, STATE["第三十条"], label="失能半失能老年人护理补贴", until="2016-01-01")
def elderly_care_entitled(elderly_care_fits):
    return elderly_care_fits


@elderly_care_subsidy.entitled(1, PERSON, STATE["第三十条"], label="失能半失能老年人护理补贴", since="2016-01-01")
def elderly_care_entitled(elderly_care_fits, elderly_care_is_higher):  # noqa: F811
    return elderly_care_fits & elderly_care_is_higher


@elderly_care_subsidy.amount(PERSON, STATE["第三十条"], label="护理补贴")
def elderly_care_amount_fen_m(elderly_care_standard_fen_m):
    return elderly_care_standard_fen_m
