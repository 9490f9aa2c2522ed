"""Living subsidy of children without a parent able to bring them up (事实无人抚养儿童): both unable, or one gone.

Whoever is on dibao or gets a disabled person's living subsidy below the standard gets the difference.
"""

from doudi.engine.lang import PERSON, Programme, law, most, not_, where

CHILDREN = law("C62", "关于进一步加强事实无人抚养儿童保障工作的意见", since="2020-01-01")
WIDER = law("C125", "关于进一步做好事实无人抚养儿童保障有关工作的通知", since="2021-01-01")
RULES = law("P2", "特困人员认定办法", since="2021-07-01")

unattended_child_allowance = Programme("unattended_child_allowance")


@unattended_child_allowance.applies(PERSON, CHILDREN["保障对象"], since="2020-01-01")
def unattended_at_stake(held_unattended, father_state, mother_state):
    """Somebody has said something of both parents; for all others there is nothing to decide."""
    return held_unattended | ((father_state > 0) & (mother_state > 0))


@unattended_child_allowance.criterion(
    0, PERSON, CHILDREN["保障对象"], label="在世", yes="在世", no="已故,停止发放", since="2020-01-01"
)
def unattended_is_living(is_living):
    return is_living


@unattended_child_allowance.criterion(
    1,
    PERSON,
    CHILDREN["保障对象"],
    label="未满十八周岁(或当地允许的原享受的在校生)",
    yes="年龄{age_years},未满十八周岁,或当地允许继续享受",
    no="年龄{age_years},已满十八周岁且不能继续享受",
    ask="核对年龄;已成年的查学籍或在校证明",
    since="2020-01-01",
)
def unattended_is_minor(unattended_age_fits):
    return unattended_age_fits


@unattended_child_allowance.criterion(
    2,
    PERSON,
    (CHILDREN["保障对象"], WIDER["扩大情形"]),
    label="父母双方都在规定情形之内",
    yes="父亲{father_state}{father_state_months}、母亲{mother_state}{mother_state_months},都在规定情形之内",
    no="父亲{father_state}{father_state_months}、母亲{mother_state}{mother_state_months},有一方不在规定情形之内",
    ask="向公安、司法、残联、卫生健康、法院查询父母状况和起止时间",
    since="2020-01-01",
)
def unattended_has_no_able_parent(has_no_able_parent):
    return has_no_able_parent


@unattended_child_allowance.criterion(
    3,
    PERSON,
    CHILDREN["保障对象"],
    label="不是孤儿",
    yes="至少一方不是死亡或失踪",
    no="父母双方都死亡、失踪或查找不到,应认定为孤儿",
    ask="向公安机关、人民法院查询父母死亡、失踪情况",
    since="2020-01-01",
)
def unattended_is_no_orphan(has_lost_both_parents):
    return not_(has_lost_both_parents)


@unattended_child_allowance.criterion(
    4,
    PERSON,
    (CHILDREN["补贴标准"], RULES["第九条"]),
    label="没有选择特困供养",
    yes="没有选择特困供养",
    no="监护人选择特困供养,不再享受本项补贴",
    since="2020-01-01",
)
def unattended_not_tekun(chose_tekun):
    return not_(chose_tekun)


@unattended_child_allowance.fact(
    PERSON, CHILDREN["补贴标准"], label="补贴标准(同孤儿)", unit="fen/month", since="2020-01-01"
)
def unattended_standard_fen_m(in_institution, orphan_institution_fen_m, orphan_home_fen_m):
    return where(in_institution, orphan_institution_fen_m, orphan_home_fen_m)


@unattended_child_allowance.fact(
    PERSON,
    CHILDREN["补贴标准"],
    label="已有的低保金、特困供养金和残疾人生活补贴",
    unit="fen/month",
    since="2020-01-01",
    until="2021-07-01",
)
def unattended_other_aid_fen_m(own_dibao_share_fen_m, tekun_amount_fen_m, disability_living_subsidy_amount_fen_m):
    return own_dibao_share_fen_m + tekun_amount_fen_m + disability_living_subsidy_amount_fen_m


@unattended_child_allowance.fact(
    PERSON, CHILDREN["补贴标准"], label="已有的低保金和残疾人生活补贴", unit="fen/month", since="2021-07-01"
)
def unattended_other_aid_fen_m(own_dibao_share_fen_m, disability_living_subsidy_amount_fen_m):  # noqa: F811
    """Since then a child is either on this allowance or on tekun, never on both."""
    return own_dibao_share_fen_m + disability_living_subsidy_amount_fen_m


@unattended_child_allowance.criterion(
    5,
    PERSON,
    CHILDREN["补贴标准"],
    label="已有的救助低于补贴标准",
    yes="已有救助{unattended_other_aid_fen_m},低于标准{unattended_standard_fen_m}",
    no="已有救助{unattended_other_aid_fen_m},不低于标准{unattended_standard_fen_m},没有差额可补",
    ask="先查清家庭的低保认定和本人的残疾人生活补贴",
    since="2020-01-01",
)
def unattended_below_standard(unattended_other_aid_fen_m, unattended_standard_fen_m):
    return unattended_other_aid_fen_m < unattended_standard_fen_m


@unattended_child_allowance.fact(PERSON, CHILDREN["保障对象"], label="符合事实无人抚养儿童条件", since="2020-01-01")
def unattended_fits(
    unattended_is_living,
    unattended_is_minor,
    unattended_has_no_able_parent,
    unattended_is_no_orphan,
    unattended_not_tekun,
):
    parents = unattended_has_no_able_parent & unattended_is_no_orphan
    return unattended_is_living & unattended_is_minor & parents & unattended_not_tekun


@unattended_child_allowance.entitled(1, PERSON, CHILDREN["补贴标准"], name="full", label="全额发放", since="2020-01-01")
def unattended_full(unattended_fits, unattended_other_aid_fen_m):
    return unattended_fits & (unattended_other_aid_fen_m == 0)


@unattended_child_allowance.entitled(
    2, PERSON, CHILDREN["补贴标准"], name="difference", label="补差发放", since="2020-01-01"
)
def unattended_difference(unattended_fits, unattended_below_standard):
    return unattended_fits & unattended_below_standard


@unattended_child_allowance.amount(
    PERSON, CHILDREN["补贴标准"], label="基本生活补贴(标准减已有救助)", since="2020-01-01"
)
def unattended_amount_fen_m(unattended_standard_fen_m, unattended_other_aid_fen_m):
    return most(unattended_standard_fen_m - unattended_other_aid_fen_m, 0)
