"""Living subsidy (困难残疾人生活补贴): disabled members of dibao families; a place may add edge families."""

from doudi.engine.lang import PERSON, Programme, certainly, law, missing, not_

STATE = law("D52", "国务院关于残疾人两项补贴制度的意见", since="2016-01-01")

disability_living_subsidy = Programme("disability_living_subsidy")


@disability_living_subsidy.applies(PERSON, STATE["补贴对象"], since="2016-01-01")
def living_subsidy_at_stake(disability_grade, held_living_subsidy):
    return held_living_subsidy | missing(disability_grade) | certainly(disability_grade > 0)


@disability_living_subsidy.criterion(
    0, PERSON, STATE["补贴对象"], label="在世", yes="在世", no="已故", since="2016-01-01"
)
def living_subsidy_is_living(is_living):
    return is_living


@disability_living_subsidy.criterion(
    1,
    PERSON,
    STATE["补贴对象"],
    label="持有残疾人证",
    yes="残疾类别{disability_kind}、等级{disability_grade}",
    no="没有持有效残疾人证",
    ask="核对残联持证名单",
    since="2016-01-01",
)
def living_subsidy_is_disabled(disability_grade):
    return disability_grade > 0


@disability_living_subsidy.criterion(
    2,
    PERSON,
    STATE["补贴对象"],
    label="属于低保家庭",
    yes="家庭享受低保",
    no="家庭不享受低保",
    ask="先查清家庭的低保认定",
    since="2016-01-01",
    until="2021-07-01",
)
def living_subsidy_family_fits(dibao_granted):
    return dibao_granted


@disability_living_subsidy.criterion(
    2,
    PERSON,
    STATE["补贴对象"],
    label="属于低保家庭(或当地扩大到的家庭)",
    yes="本人在低保范围,或属于当地扩大到的低保边缘家庭",
    no="本人不在低保范围,也不属于当地扩大到的家庭",
    ask="先查清家庭的低保认定",
    since="2021-07-01",
)
def living_subsidy_family_fits(  # noqa: F811
    dibao_household, dibao_phase_out, dibao_granted, may_apply_alone, marginal_entitled, living_subsidy_covers_marginal
):
    """A family on dibao covers all; support of members alone covers those members."""
    whole = dibao_household | dibao_phase_out
    alone = dibao_granted & may_apply_alone
    return whole | alone | (marginal_entitled & (living_subsidy_covers_marginal > 0))


@disability_living_subsidy.criterion(
    3,
    PERSON,
    STATE["政策衔接"],
    label="不属于特困供养",
    yes="不属于特困供养",
    no="属于特困供养,不享受生活补贴",
    since="2016-01-01",
)
def living_subsidy_not_tekun(is_supported_as_tekun):
    return not_(is_supported_as_tekun)


@disability_living_subsidy.entitled(1, PERSON, STATE["补贴对象"], label="困难残疾人生活补贴", since="2016-01-01")
def living_subsidy_entitled(
    living_subsidy_is_living, living_subsidy_is_disabled, living_subsidy_family_fits, living_subsidy_not_tekun
):
    person = living_subsidy_is_living & living_subsidy_is_disabled & living_subsidy_not_tekun
    return person & living_subsidy_family_fits


@disability_living_subsidy.amount(PERSON, STATE["补贴标准"], label="生活补贴", since="2016-01-01")
def living_subsidy_amount_fen_m(living_subsidy_fen_m):
    return living_subsidy_fen_m
