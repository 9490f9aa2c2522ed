"""Transition aid after a disaster (过渡期生活救助): so much a person and day, for a limited time.

Grain: one row per household and disaster. Money: whole fen, once. Grain under a grave response is told in jin.
"""

from doudi.engine.lang import HOUSEHOLD, Programme, law, least, most, not_, where

DISASTERS = law("P19", "自然灾害救助条例", since="2014-05-01")
PLAN_2016 = law("N25", "国家自然灾害救助应急预案(2016年)", since="2016-03-10", until="2024-01-20")
PLAN = law("N11", "国家自然灾害救助应急预案", since="2024-01-20")
SHANXI = law("SX2021", "山西省2021年通知", place="14", since="2021-02-04")
HEILONGJIANG = law("HLJ2021", "黑龙江省2021年通知", place="23", since="2021-02-01")
TEXTS = (DISASTERS["第十八条"], PLAN_2016["过渡期生活救助"], PLAN["6.1"], SHANXI["3.4"])
BEGIN = "2016-03-10"

disaster_transition = Programme("disaster_transition")


@disaster_transition.applies(HOUSEHOLD, TEXTS, since=BEGIN)
def disaster_at_stake(disaster_event_date):
    return disaster_event_date > 0


@disaster_transition.criterion(
    0,
    HOUSEHOLD,
    TEXTS,
    label="受灾并登记",
    yes="{disaster_event_date} 受灾,住房{disaster_damage}",
    no="没有登记受灾",
    since=BEGIN,
)
def disaster_is_recorded(disaster_event_date, disaster_damage):
    return (disaster_event_date > 0) & (disaster_damage > 0)


@disaster_transition.fact(HOUSEHOLD, TEXTS, label="住房倒塌或严重损坏而无房可住", since=BEGIN)
def disaster_lost_home(disaster_damage, disaster_no_dwelling):
    return (disaster_damage >= 1) & (disaster_damage <= 2) & disaster_no_dwelling


@disaster_transition.criterion(
    1,
    HOUSEHOLD,
    TEXTS,
    label="无房可住、无法返家或无生活来源",
    yes="住房{disaster_damage},无房可住:{disaster_no_dwelling},无法返家:{disaster_cannot_return},"
    "无生活来源:{disaster_no_livelihood}",
    no="有房可住、可以返家,也有生活来源",
    ask="核对灾情台账并入户核实",
    since=BEGIN,
)
def disaster_needs_transition(disaster_lost_home, disaster_cannot_return, disaster_no_livelihood):
    return disaster_lost_home | disaster_cannot_return | disaster_no_livelihood


@disaster_transition.criterion(
    2,
    HOUSEHOLD,
    TEXTS + (HEILONGJIANG["6.12"],),  # noqa: RUF005
    label="过渡期没有结束",
    yes="过渡期没有结束",
    no="过渡期已结束,已妥善安置",
    since=BEGIN,
)
def disaster_is_open(disaster_ended):
    return not_(disaster_ended)


@disaster_transition.criterion(
    3,
    HOUSEHOLD,
    TEXTS,
    label="没有发满规定的天数",
    yes="已发放 {disaster_paid_days},没有满 {disaster_transition_days}",
    no="已发放 {disaster_paid_days},已满 {disaster_transition_days}",
    since=BEGIN,
)
def disaster_days_are_left(disaster_paid_days, disaster_transition_days):
    return disaster_paid_days < disaster_transition_days


# -- how much ---------------------------------------------------------------------------------


@disaster_transition.fact(HOUSEHOLD, TEXTS, label="受灾救助人数", unit="person", since=BEGIN)
def disaster_helped_count(disaster_persons, living_count):
    return where(disaster_persons == 0, living_count, least(disaster_persons, living_count))


@disaster_transition.fact(HOUSEHOLD, TEXTS, label="计发天数", unit="days", since=BEGIN)
def disaster_paying_days(disaster_days, disaster_paid_days, disaster_transition_days):
    return least(disaster_days, most(disaster_transition_days - disaster_paid_days, 0))


@disaster_transition.fact(HOUSEHOLD, TEXTS, label="口粮", unit="斤", since=BEGIN)
def disaster_grain_jin(disaster_helped_count, disaster_paying_days, disaster_grain_jin_day):
    """Grain in kind, under a response of the first or second grade."""
    return disaster_helped_count * disaster_paying_days * disaster_grain_jin_day


@disaster_transition.fact(HOUSEHOLD, TEXTS, label="紧急转移安置补助", unit="fen", since=BEGIN)
def disaster_transfer_fen(
    disaster_helped_count, disaster_transfer_days, disaster_transfer_fen_day, disaster_transfer_most_days
):
    days = least(disaster_transfer_days, disaster_transfer_most_days)
    return disaster_helped_count * days * disaster_transfer_fen_day


@disaster_transition.entitled(1, HOUSEHOLD, TEXTS, name="transition", label="过渡期", since=BEGIN)
def disaster_by_transition(
    disaster_is_recorded, disaster_needs_transition, disaster_is_open, disaster_days_are_left, disaster_helped_count
):
    lasts = disaster_is_open & disaster_days_are_left
    return disaster_is_recorded & disaster_needs_transition & lasts & (disaster_helped_count > 0)


@disaster_transition.amount(HOUSEHOLD, TEXTS, route=1, label="过渡期生活救助金", since=BEGIN)
def disaster_transition_sum_fen(
    disaster_helped_count,
    disaster_paying_days,
    disaster_transition_fen_day,
    disaster_grain_jin,
    disaster_grain_fen_jin,
    disaster_transfer_fen,
):
    """Money by person and day, grain where the county pays it in money, and the days of emergency transfer."""
    by_day = disaster_helped_count * disaster_paying_days * disaster_transition_fen_day
    return by_day + disaster_grain_jin * disaster_grain_fen_jin + disaster_transfer_fen


@disaster_transition.entitled(2, HOUSEHOLD, TEXTS, name="transfer", label="紧急转移安置", since=BEGIN)
def disaster_by_transfer(disaster_is_recorded, disaster_transfer_fen):
    """Those who were only moved away and are back home get the days of transfer where the place pays them."""
    return disaster_is_recorded & (disaster_transfer_fen > 0)


@disaster_transition.amount(HOUSEHOLD, TEXTS, route=2, label="紧急转移安置补助", since=BEGIN)
def disaster_transfer_sum_fen(disaster_transfer_fen):
    return disaster_transfer_fen
