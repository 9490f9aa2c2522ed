"""Living subsidy (困难残疾人生活补贴): disabled members of dibao families; a place may add edge families."""

from doudi.engine.lang import PERSON, UNKNOWN, Programme, certainly, law, missing, not_, where

STATE = law("D52", "国务院关于残疾人两项补贴制度的意见", since="2016-01-01")
ORPHANS = law("O54", "国务院办公厅关于加强孤儿保障工作的意见", since="2014-05-01")
CHILDREN = law("C62", "关于进一步加强事实无人抚养儿童保障工作的意见", since="2020-01-01")

disability_living_subsidy = Programme("disability_living_subsidy")


@disability_living_subsidy.applies(PERSON, STATE["补贴对象"], since="2016-01-01")
def living_subsidy_at_stake(disability_grade, held_living_subsidy):
    return held_living_subsidy | missing(disability_grade) | certainly(disability_grade > 0)


@disability_living_subsidy.criterion(
    0, PERSON, STATE["补贴对象"], label="在世", yes="在世", no="已故", since="2016-01-01"
)
def living_subsidy_is_living(is_living):
    return is_living


@disability_living_subsidy.fact(PERSON, STATE["补贴对象"], label="持有效残疾人证", since="2016-01-01")
def has_disability_card(disability_grade, disability_card_valid):
    """What an expired card said may have changed: neither yes nor no until it is renewed."""
    return where(disability_card_valid, disability_grade > 0, where(disability_grade > 0, UNKNOWN, False))


@disability_living_subsidy.criterion(
    1,
    PERSON,
    STATE["补贴对象"],
    label="持有效残疾人证",
    yes="残疾类别{disability_kind}、等级{disability_grade}",
    no="没有残疾人证",
    ask="核对残联持证名单;证件过期的先换证,换证前不停发也不新增",
    since="2016-01-01",
)
def living_subsidy_is_disabled(has_disability_card):
    return has_disability_card


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


@disability_living_subsidy.criterion(
    4,
    PERSON,
    (STATE["政策衔接"], ORPHANS["基本生活费"]),
    label="没有孤儿基本生活费",
    yes="没有孤儿基本生活费",
    no="享受孤儿基本生活费,不再享受生活补贴",
    ask="先查清是否属于孤儿",
    since="2016-01-01",
    until="2020-01-01",
)
def living_subsidy_beside_children(is_orphan):
    return not_(is_orphan)


@disability_living_subsidy.criterion(
    4,
    PERSON,
    (STATE["政策衔接"], CHILDREN["补贴标准"]),
    label="没有孤儿基本生活费或全额的事实无人抚养儿童补贴",
    yes="没有孤儿基本生活费,也没有全额的事实无人抚养儿童补贴",
    no="享受孤儿基本生活费或全额的事实无人抚养儿童补贴,不再享受生活补贴",
    ask="先查清是否属于孤儿、事实无人抚养儿童",
    since="2020-01-01",
)
def living_subsidy_beside_children(is_orphan, is_unattended_child, own_dibao_share_fen_m):  # noqa: F811
    """A child who is paid the difference to dibao keeps the subsidy; it counts towards the difference."""
    return not_(is_orphan | (is_unattended_child & (own_dibao_share_fen_m == 0)))


@disability_living_subsidy.criterion(
    5,
    PERSON,
    STATE["政策衔接"],
    label="没有工伤保险生活护理费",
    yes="没有工伤保险生活护理费",
    no="领取工伤保险生活护理费,不享受残疾人两项补贴",
    since="2016-01-01",
)
def living_subsidy_no_injury_care(injury_care_allowance):
    return not_(injury_care_allowance)


@disability_living_subsidy.entitled(1, PERSON, STATE["补贴对象"], label="困难残疾人生活补贴", since="2016-01-01")
def living_subsidy_entitled(
    living_subsidy_is_living,
    living_subsidy_is_disabled,
    living_subsidy_family_fits,
    living_subsidy_not_tekun,
    living_subsidy_beside_children,
    living_subsidy_no_injury_care,
):
    person = living_subsidy_is_living & living_subsidy_is_disabled & living_subsidy_family_fits
    return person & living_subsidy_not_tekun & living_subsidy_beside_children & living_subsidy_no_injury_care


@disability_living_subsidy.amount(PERSON, STATE["补贴标准"], label="生活补贴", since="2016-01-01")
def living_subsidy_amount_fen_m(living_subsidy_fen_m):
    return living_subsidy_fen_m
