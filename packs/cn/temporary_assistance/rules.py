"""Temporary assistance (临时救助): for whom, how much by the method of the place, and who may approve it.

Grain: one row per household and application. Money: whole fen, once. Two kinds: emergency (急难型), where
means are not asked, and spending (支出型). Three routes of approval: township, county, meeting (一事一议).
"""

from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, law, least, not_, where

MEASURES = law("P5", "社会救助暂行办法", since="2014-05-01")
OPINION = law("P9", "关于进一步加强和改进临时救助工作的意见", since="2018-01-23")
WHOLE_COUNTRY = law("P10", "关于全面建立临时救助制度的通知", since="2014-10-03")
LIAONING = law("LN2020", "辽宁省2020年通知", place="21", since="2020-03-17")
HEILONGJIANG = law("HLJ2021", "黑龙江省2021年通知", place="23", since="2021-02-01")
SHANXI = law("SX2021", "山西省2021年通知", place="14", since="2021-02-04")
NO_HUKOU = law("HLJMCA2022", "黑龙江省民政厅2022年通知", place="23", since="2022-04-01")
NOTICE_2022_06 = law("MCA2022", "民政部 财政部2022年6月通知", since="2022-06-02")
NOTICE_2022_10 = law("P7", "民政部等2022年10月通知", since="2022-10-20")
BEGIN = "2018-01-23"

temporary_assistance = Programme("temporary_assistance")


@temporary_assistance.applies(HOUSEHOLD, OPINION["二(一)"], since=BEGIN)
def temporary_at_stake(aid_kind):
    return aid_kind > 0


# -- who is meant -----------------------------------------------------------------------------


@temporary_assistance.fact(PERSON, OPINION["二(二)"], label="在世的特困人员", since=BEGIN)
def is_living_tekun(is_living, held_tekun):
    return is_living & held_tekun


temporary_assistance.anyone(
    "has_living_tekun", of="is_living_tekun", cite=OPINION["二(二)"], label="家中有特困人员", since=BEGIN
)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(二)"], label="低保、特困家庭", since=BEGIN)
def temporary_is_covered(held_dibao, has_living_tekun):
    return held_dibao | has_living_tekun


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="救助人数", unit="person", since=BEGIN)
def temporary_helped_count(aid_persons, living_count):
    """Everybody living, unless the application names fewer."""
    return where(aid_persons == 0, living_count, least(aid_persons, living_count))


@temporary_assistance.criterion(
    0,
    HOUSEHOLD,
    (
        MEASURES["第四十七条"],
        OPINION["二(一)"],
        LIAONING["2.6"],
        HEILONGJIANG["4.3"],
        SHANXI["5.2"],
        NOTICE_2022_06["2.4"],
    ),
    label="提出了申请,或者直接给予",
    yes="{aid_kind},原因:{aid_cause}",
    no="没有临时救助申请",
    since=BEGIN,
)
def temporary_asked(aid_kind):
    return aid_kind > 0


@temporary_assistance.criterion(
    1,
    HOUSEHOLD,
    (MEASURES["第四十七条"], OPINION["二(一)"], NOTICE_2022_06["2.3"]),
    label="基本生活出现暂时困难",
    yes="经核实基本生活出现暂时困难,或属于新纳入的衔接",
    no="经核实基本生活没有出现暂时困难",
    ask="由乡镇(街道)核实生活情况",
    since=BEGIN,
)
def temporary_is_hard(hardship_confirmed, aid_cause):
    return (aid_cause == 17) | hardship_confirmed


@temporary_assistance.criterion(
    10,
    HOUSEHOLD,
    (
        OPINION["二(一)"],
        WHOLE_COUNTRY["申请受理"],
        HEILONGJIANG["4.10"],
        SHANXI["5.12"],
        NO_HUKOU["3.9"],
        NOTICE_2022_06["4.7"],
        NOTICE_2022_10["急难发生地"],
    ),
    label="在这里受理",
    yes="{aid_residence},在这里受理;急难发生地不看户籍和居住地",
    no="{aid_residence},当时的规定由救助管理机构协助,支出型向居住地申请",
    since=BEGIN,
)
def temporary_place_fits(aid_residence, aid_kind, temporary_place_free):
    """Strangers without a residence permit: nowhere at first, then in emergencies, then always."""
    emergency = (aid_kind == 1) & (temporary_place_free > 0)
    return (aid_residence != 2) | emergency | (temporary_place_free > 1)


# -- means, for the spending kind -------------------------------------------------------------


@temporary_assistance.criterion(
    2,
    HOUSEHOLD,
    (OPINION["二(一)"], OPINION["二(二)"]),
    label="支出型:人均收入低于上年度人均可支配收入",
    yes="急难型和低保、特困家庭不再核对收入;支出型的人均月收入低于上年度人均可支配收入{disposable_income_fen_m_pc}",
    no="支出型,人均月收入 {income_fen_m_pc},不低于上年度人均可支配收入 {disposable_income_fen_m_pc}",
    ask="核对工资、养老金、经营和转移收入",
    since=BEGIN,
)
def temporary_income_fits(aid_kind, temporary_is_covered, income_fen_m_hh, head_count, disposable_income_fen_m_pc):
    """An emergency may leave the means alone; dibao and tekun have proved them."""
    low = income_fen_m_hh < disposable_income_fen_m_pc * head_count
    return (aid_kind != 2) | temporary_is_covered | low


PROPERTY = "急难型和低保、特困家庭不再核对财产;支出型的财产符合当地规定"
NO_PROPERTY = "支出型,财产不符合当地规定"
ASK_PROPERTY = "核对车辆、不动产、企业登记和存款"


@temporary_assistance.criterion(
    3,
    HOUSEHOLD,
    (OPINION["二(一)"], OPINION["二(二)"]),
    label="支出型:财产符合规定",
    yes=PROPERTY,
    no=NO_PROPERTY,
    ask=ASK_PROPERTY,
    since=BEGIN,
    until="2021-07-01",
)
def temporary_property_fits(aid_kind, temporary_is_covered, dibao_property_fits):
    """Before edge families were defined, the property rule of dibao is the nearest one."""
    return (aid_kind != 2) | temporary_is_covered | dibao_property_fits


@temporary_assistance.criterion(
    3,
    HOUSEHOLD,
    (OPINION["二(一)"], OPINION["二(二)"]),
    label="支出型:财产符合规定",
    yes=PROPERTY,
    no=NO_PROPERTY,
    ask=ASK_PROPERTY,
    since="2021-07-01",
)
def temporary_property_fits(  # noqa: F811
    aid_kind, temporary_is_covered, marginal_possessions_fit, marginal_deposits_fit
):
    return (aid_kind != 2) | temporary_is_covered | (marginal_possessions_fit & marginal_deposits_fit)


@temporary_assistance.criterion(
    4,
    HOUSEHOLD,
    OPINION["二(一)"],
    label="支出型:有必需支出",
    yes="急难型不看支出;支出型有自付的必需支出",
    no="支出型,自付的必需支出 {aid_spending_fen},没有支出或没有达到当地的比例({temporary_spending_least_permille})",
    ask="查验医疗、教育等支出的票据",
    since=BEGIN,
)
def temporary_spending_fits(aid_kind, aid_spending_fen, income_fen_m_hh, temporary_spending_least_permille):
    reached = aid_spending_fen * 1000 >= income_fen_m_hh * 12 * temporary_spending_least_permille
    share = where(temporary_spending_least_permille > 0, reached, True)
    return (aid_kind != 2) | ((aid_spending_fen > 0) & share)


# -- causes that stand beside other schemes ---------------------------------------------------


@temporary_assistance.fact(PERSON, OPINION["二(三)"], label="新纳入特困的月供养金", unit="fen/month", since=BEGIN)
def new_tekun_fen_m(held_tekun, tekun_amount_fen_m):
    return where(held_tekun, 0, tekun_amount_fen_m)


temporary_assistance.total(
    "new_tekun_hh_fen_m",
    of="new_tekun_fen_m",
    cite=OPINION["二(三)"],
    label="新纳入特困的月供养金合计",
    unit="fen/month",
    since=BEGIN,
)


@temporary_assistance.fact(HOUSEHOLD, OPINION["二(三)"], label="衔接救助(一个月保障金额)", unit="fen", since=BEGIN)
def temporary_bridge_fen(temporary_bridge_open, held_dibao, dibao_amount_fen_m, new_tekun_hh_fen_m):
    """One month of what begins only with the month after the confirmation."""
    monthly = where(held_dibao, 0, dibao_amount_fen_m) + new_tekun_hh_fen_m
    return where(temporary_bridge_open > 0, monthly, 0)


@temporary_assistance.criterion(
    11,
    HOUSEHOLD,
    (OPINION["二(一)"], NOTICE_2022_06["2.5"], NOTICE_2022_10["二(二)"]),
    label="原因与其他救助不重叠",
    yes="{aid_cause},没有其他救助已经管到",
    no="{aid_cause},已由低保、特困或过渡期生活救助管到,或没有开办的衔接",
    ask="核对低保、特困和过渡期救助",
    since=BEGIN,
)
def temporary_cause_fits(aid_cause, temporary_is_covered, disaster_transition_granted, temporary_bridge_fen):
    """What no scheme covers (9) is not for those covered; victims (10) come after transition aid."""
    uncovered = (aid_cause != 9) | not_(temporary_is_covered)
    after_transition = (aid_cause != 10) | not_(disaster_transition_granted)
    bridge = (aid_cause != 17) | (temporary_bridge_fen > 0)
    return uncovered & after_transition & bridge


# -- how often --------------------------------------------------------------------------------


@temporary_assistance.criterion(
    5,
    HOUSEHOLD,
    (OPINION["二(三)"], OPINION["二(二)"]),
    label="同一原因没有超过次数",
    yes="本年因{aid_cause}已救助 {aid_same_cause_count},当地每年上限:{temporary_same_cause_limit}",
    no="本年因{aid_cause}已救助 {aid_same_cause_count},达到当地上限{temporary_same_cause_limit}",
    since=BEGIN,
)
def temporary_same_cause_fits(
    aid_same_cause_count, temporary_same_cause_limit, aid_cause, temporary_illness_repeats, aid_meeting_record
):
    again = (aid_cause == 11) & (temporary_illness_repeats > 0)
    within = (temporary_same_cause_limit == 0) | (aid_same_cause_count < temporary_same_cause_limit)
    return within | again | aid_meeting_record


@temporary_assistance.criterion(
    6,
    HOUSEHOLD,
    OPINION["二(三)"],
    label="一年内没有超过次数",
    yes="本年已救助 {aid_year_count},当地每年上限:{temporary_year_limit}",
    no="本年已救助 {aid_year_count},达到当地上限{temporary_year_limit}",
    since=BEGIN,
)
def temporary_year_fits(aid_year_count, temporary_year_limit, aid_meeting_record):
    return (temporary_year_limit == 0) | (aid_year_count < temporary_year_limit) | aid_meeting_record


@temporary_assistance.criterion(
    7,
    HOUSEHOLD,
    OPINION["二(二)"],
    label="不是重复救助",
    yes="{temporary_repeat_ask_days}内没有同一原因的救助,或者经核对不是重复",
    no="{aid_days_since_same}前已因{aid_cause}救助,经核对是重复",
    ask="对照上一次同因救助,核对是不是重复",
    since=BEGIN,
)
def temporary_not_double(aid_days_since_same, temporary_repeat_ask_days, aid_repeat_confirmed):
    near = (aid_days_since_same > 0) & (aid_days_since_same <= temporary_repeat_ask_days)
    return where(near, aid_repeat_confirmed, True)


# -- the amount, which rules in amounts/ reckon -----------------------------------------------


@temporary_assistance.criterion(
    12,
    HOUSEHOLD,
    (MEASURES["第四十九条"], OPINION["二(三)"]),
    label="按当地办法有金额",
    yes="按当地办法核定 {temporary_reckoned_fen}",
    no="按当地办法算得的金额为零",
    ask="提出拟救助金额,或补齐当地算法需要的事实",
    since=BEGIN,
)
def temporary_has_amount(temporary_reckoned_fen):
    return temporary_reckoned_fen > 0


# -- who may approve it -----------------------------------------------------------------------


@temporary_assistance.fact(
    HOUSEHOLD,
    (MEASURES["第四十八条"], OPINION["三(三)"], NOTICE_2022_06["4.3"], NOTICE_2022_06["4.4"], SHANXI["6.9"]),
    label="乡镇(街道)审批额度",
    unit="fen",
    since=BEGIN,
)
def temporary_township_line_fen(
    temporary_township_limit_fen, temporary_township_limit_months, temporary_standard_fen_m
):
    by_months = where(
        temporary_township_limit_months > 0, temporary_standard_fen_m * temporary_township_limit_months, 0
    )
    return where(temporary_township_limit_fen > 0, temporary_township_limit_fen, by_months)


@temporary_assistance.criterion(
    8,
    HOUSEHOLD,
    (MEASURES["第四十八条"], OPINION["二(三)"], HEILONGJIANG["4.4"], SHANXI["5.3"], NOTICE_2022_06["4.9"]),
    label="金额在县级封顶以内,或一事一议",
    yes="金额 {temporary_reckoned_fen},县级封顶:{temporary_county_limit_fen};没有超过,或附有一事一议记录",
    no="金额 {temporary_reckoned_fen}超过县级封顶 {temporary_county_limit_fen},没有一事一议会议记录",
    since=BEGIN,
)
def temporary_amount_allowed(temporary_reckoned_fen, temporary_county_limit_fen, aid_meeting_record):
    within = (temporary_county_limit_fen == 0) | (temporary_reckoned_fen <= temporary_county_limit_fen)
    return aid_meeting_record | within


@temporary_assistance.criterion(
    9,
    HOUSEHOLD,
    (MEASURES["第四十八条"], OPINION["三(三)"], NOTICE_2022_06["4.3"]),
    label="审批没有超出权限",
    yes="没有超出审批权限(已审批:{aid_approved_by})",
    no="乡镇(街道)审批了 {temporary_reckoned_fen},超过额度 {temporary_township_line_fen},须由县级审批",
    since=BEGIN,
)
def temporary_authority_fits(aid_approved_by, temporary_reckoned_fen, temporary_township_line_fen):
    """Say when a township went beyond its limit; the family is not refused for it, the case goes to the county."""
    return (aid_approved_by != 1) | (temporary_reckoned_fen <= temporary_township_line_fen)


@temporary_assistance.fact(
    HOUSEHOLD, (MEASURES["第四十七条"], OPINION["二(一)"]), label="符合临时救助条件", since=BEGIN
)
def temporary_fits(
    temporary_asked,
    temporary_is_hard,
    temporary_place_fits,
    temporary_income_fits,
    temporary_property_fits,
    temporary_spending_fits,
    temporary_cause_fits,
    temporary_same_cause_fits,
    temporary_year_fits,
    temporary_not_double,
    temporary_has_amount,
):
    person = temporary_asked & temporary_is_hard & temporary_place_fits
    means = temporary_income_fits & temporary_property_fits & temporary_spending_fits
    often = temporary_same_cause_fits & temporary_year_fits & temporary_not_double
    return person & means & often & temporary_cause_fits & temporary_has_amount


@temporary_assistance.entitled(
    1,
    HOUSEHOLD,
    (MEASURES["第四十八条"], OPINION["三(三)"], NOTICE_2022_06["4.3"]),
    name="township",
    label="乡镇(街道)审批",
    since=BEGIN,
)
def temporary_by_township(temporary_fits, temporary_reckoned_fen, temporary_township_line_fen):
    return temporary_fits & (temporary_reckoned_fen <= temporary_township_line_fen)


@temporary_assistance.entitled(2, HOUSEHOLD, MEASURES["第四十八条"], name="county", label="县级审批", since=BEGIN)
def temporary_by_county(temporary_fits, temporary_reckoned_fen, temporary_county_limit_fen):
    within = (temporary_county_limit_fen == 0) | (temporary_reckoned_fen <= temporary_county_limit_fen)
    return temporary_fits & within


@temporary_assistance.entitled(
    3,
    HOUSEHOLD,
    (OPINION["二(三)"], LIAONING["2.5"], HEILONGJIANG["4.4"], SHANXI["5.3"], NOTICE_2022_06["4.9"]),
    name="meeting",
    label="一事一议",
    since=BEGIN,
)
def temporary_by_meeting(temporary_fits, temporary_amount_allowed):
    """Only what is above the county's ceiling comes here; the criterion asks for the record."""
    return temporary_fits & temporary_amount_allowed


@temporary_assistance.amount(HOUSEHOLD, (MEASURES["第四十九条"], OPINION["二(三)"]), since=BEGIN)
def temporary_amount_fen(temporary_reckoned_fen):
    return temporary_reckoned_fen
