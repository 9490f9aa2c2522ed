"""Care subsidy (重度残疾人护理补贴): certificate holders of grade 1 and 2; a place may add grade 3 of mind."""

from doudi.engine.lang import PERSON, UNKNOWN, Programme, certainly, law, missing, not_, where

STATE = law("D52", "国务院关于残疾人两项补贴制度的意见", since="2016-01-01")

disability_care_subsidy = Programme("disability_care_subsidy")


@disability_care_subsidy.applies(PERSON, STATE["补贴对象"], since="2016-01-01")
def care_subsidy_at_stake(disability_grade, held_care_subsidy):
    return held_care_subsidy | missing(disability_grade) | certainly(disability_grade > 0)


@disability_care_subsidy.criterion(
    0, PERSON, STATE["补贴对象"], label="在世", yes="在世", no="已故", since="2016-01-01"
)
def care_subsidy_is_living(is_living):
    return is_living


@disability_care_subsidy.criterion(
    1,
    PERSON,
    STATE["补贴对象"],
    label="重度残疾(或当地扩大到的等级)",
    yes="残疾类别{disability_kind}、等级{disability_grade},在护理补贴范围",
    no="残疾类别{disability_kind}、等级{disability_grade},不在护理补贴范围",
    ask="核对残联持证名单;证件过期的先换证,换证前不停发也不新增",
    since="2016-01-01",
)
def care_subsidy_grade_fits(
    is_severely_disabled, is_mentally_disabled, disability_grade, care_subsidy_covers_grade3_mind, disability_card_valid
):
    """What an expired card said may have changed: neither yes nor no until it is renewed."""
    wider = is_mentally_disabled & (disability_grade == 3) & (care_subsidy_covers_grade3_mind > 0)
    fits = is_severely_disabled | wider
    return where(disability_card_valid, fits, where(disability_grade > 0, UNKNOWN, False))


@disability_care_subsidy.criterion(
    2,
    PERSON,
    STATE["政策衔接"],
    label="与特困供养不重复",
    yes="不属于特困供养,或当地允许同时享受",
    no="属于特困供养,当地不重复享受",
    since="2016-01-01",
)
def care_subsidy_beside_tekun(is_supported_as_tekun, care_subsidy_excludes_tekun):
    return not_(is_supported_as_tekun & (care_subsidy_excludes_tekun > 0))


@disability_care_subsidy.criterion(
    3,
    PERSON,
    STATE["政策衔接"],
    label="没有工伤保险生活护理费",
    yes="没有工伤保险生活护理费",
    no="领取工伤保险生活护理费,不享受残疾人两项补贴",
    since="2016-01-01",
)
def care_subsidy_no_injury_care(injury_care_allowance):
    return not_(injury_care_allowance)


@disability_care_subsidy.fact(
    PERSON, STATE["补贴对象"], label="符合护理补贴条件(未与老年人护理补贴择高)", since="2016-01-01"
)
def care_subsidy_fits(
    care_subsidy_is_living, care_subsidy_grade_fits, care_subsidy_beside_tekun, care_subsidy_no_injury_care
):
    return care_subsidy_is_living & care_subsidy_grade_fits & care_subsidy_beside_tekun & care_subsidy_no_injury_care


@disability_care_subsidy.fact(
    PERSON, STATE["补贴标准"], label="护理补贴标准(按等级)", unit="fen/month", since="2016-01-01"
)
def care_subsidy_standard_fen_m(
    disability_grade, care_subsidy_grade1_fen_m, care_subsidy_grade2_fen_m, care_subsidy_grade3_fen_m
):
    second = where(disability_grade == 2, care_subsidy_grade2_fen_m, care_subsidy_grade3_fen_m)
    return where(disability_grade == 1, care_subsidy_grade1_fen_m, second)


@disability_care_subsidy.criterion(
    4,
    PERSON,
    STATE["政策衔接"],
    label="不低于老年人护理补贴(两项择高)",
    yes="没有老年人护理补贴,或本项不低于老年人护理补贴",
    no="老年人护理补贴{elderly_care_standard_fen_m}较高,两项择高,不发本项",
    ask="先查清老年人护理补贴",
    since="2016-01-01",
)
def care_subsidy_is_higher(elderly_care_fits, elderly_care_standard_fen_m, care_subsidy_standard_fen_m):
    return not_(elderly_care_fits & (elderly_care_standard_fen_m > care_subsidy_standard_fen_m))


@disability_care_subsidy.entitled(1, PERSON, STATE["补贴对象"], label="重度残疾人护理补贴", since="2016-01-01")
def care_subsidy_entitled(care_subsidy_fits, care_subsidy_is_higher):
    return care_subsidy_fits & care_subsidy_is_higher


@disability_care_subsidy.amount(PERSON, STATE["补贴标准"], label="护理补贴", since="2016-01-01")
def care_subsidy_amount_fen_m(care_subsidy_standard_fen_m):
    return care_subsidy_standard_fen_m
