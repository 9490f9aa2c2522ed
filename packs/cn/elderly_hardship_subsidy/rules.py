"""Subsidy of poor old people who are very old or cannot care for themselves (经济困难的高龄、失能老年人补贴)."""

from doudi.engine.lang import PERSON, Programme, certainly, law, most, where

# The law is of 2013; the packs begin in 2014.
LAW = law("EL", "老年人权益保障法", since="2014-05-01")
STATE = law("E113", "关于建立健全经济困难的高龄失能等老年人补贴制度的通知", since="2014-09-10")

POOR = (LAW["第三十条"], STATE["经济困难老年人"])

elderly_hardship_subsidy = Programme("elderly_hardship_subsidy")


@elderly_hardship_subsidy.applies(PERSON, POOR)
def elderly_hardship_at_stake(held_elderly_hardship, elderly_hardship_open, age_years, elderly_disabled_from_age):
    return held_elderly_hardship | ((elderly_hardship_open > 0) & certainly(age_years >= elderly_disabled_from_age))


@elderly_hardship_subsidy.fact(PERSON, POOR, label="经济困难(低保、特困或当地扩大到的家庭)", until="2021-07-01")
def elderly_in_hardship(dibao_granted, tekun_granted):
    return dibao_granted | tekun_granted


@elderly_hardship_subsidy.fact(PERSON, POOR, label="经济困难(低保、特困或当地扩大到的家庭)", since="2021-07-01")
def elderly_in_hardship(  # noqa: F811
    dibao_granted, tekun_granted, marginal_entitled, elderly_hardship_covers_marginal
):
    return dibao_granted | tekun_granted | (marginal_entitled & (elderly_hardship_covers_marginal > 0))


@elderly_hardship_subsidy.fact(PERSON, POOR, label="属于高龄")
def elderly_is_very_old(age_years, elderly_high_age):
    return age_years >= elderly_high_age


@elderly_hardship_subsidy.fact(PERSON, POOR, label="属于失能老年人")
def elderly_is_disabled(age_years, elderly_disabled_from_age, self_care_failed_count, elderly_disabled_items):
    return (age_years >= elderly_disabled_from_age) & (self_care_failed_count >= elderly_disabled_items)


@elderly_hardship_subsidy.criterion(0, PERSON, POOR, label="在世", yes="在世", no="已故,停止发放")
def elderly_hardship_is_living(is_living):
    return is_living


@elderly_hardship_subsidy.criterion(
    1,
    PERSON,
    POOR,
    label="当地已开办本项补贴",
    yes="当地已开办本项补贴",
    no="当地没有登记补贴办法,尚未开办",
    ask="由当地民政部门登记标准",
)
def elderly_hardship_is_open(elderly_hardship_open):
    return elderly_hardship_open > 0


@elderly_hardship_subsidy.criterion(
    2,
    PERSON,
    POOR,
    label="高龄或者失能",
    yes="年龄{age_years}、自理能力不能完成{self_care_failed_count},属于高龄或失能",
    no="年龄{age_years}、自理能力不能完成{self_care_failed_count},不属于高龄或失能",
    ask="核对年龄;组织自理能力评估",
)
def elderly_hardship_body_fits(elderly_is_very_old, elderly_is_disabled):
    return elderly_is_very_old | elderly_is_disabled


@elderly_hardship_subsidy.criterion(
    3,
    PERSON,
    POOR,
    label="经济困难",
    yes="在低保、特困范围,或属于当地扩大到的低保边缘家庭",
    no="不在低保、特困范围,也不属于当地扩大到的家庭",
    ask="先查清家庭的低保认定和本人的特困认定",
)
def elderly_hardship_means_fit(elderly_in_hardship):
    return elderly_in_hardship


@elderly_hardship_subsidy.criterion(
    4,
    PERSON,
    POOR,
    label="已申请,或当地自动发放",
    yes="已申请,或当地不需申请、自动发放",
    no="符合条件而尚未申请,列入待申请名单",
    ask="请村(居)委会告知本人或家属申请",
)
def elderly_hardship_applied(has_applied, held_elderly_hardship, elderly_hardship_auto_grant):
    return has_applied | held_elderly_hardship | (elderly_hardship_auto_grant > 0)


@elderly_hardship_subsidy.entitled(1, PERSON, POOR, label="经济困难的高龄、失能老年人补贴")
def elderly_hardship_entitled(
    elderly_hardship_is_living,
    elderly_hardship_is_open,
    elderly_hardship_body_fits,
    elderly_hardship_means_fit,
    elderly_hardship_applied,
):
    person = elderly_hardship_is_living & elderly_hardship_is_open & elderly_hardship_body_fits
    return person & elderly_hardship_means_fit & elderly_hardship_applied


@elderly_hardship_subsidy.amount(PERSON, POOR, label="补贴(高龄、失能取高)")
def elderly_hardship_amount_fen_m(
    elderly_is_very_old, elderly_is_disabled, elderly_high_age_fen_m, elderly_disabled_fen_m
):
    very_old = where(elderly_is_very_old, elderly_high_age_fen_m, 0)
    return most(very_old, where(elderly_is_disabled, elderly_disabled_fen_m, 0))
