"""Orphans' living allowance (孤儿基本生活费): minors who have lost both parents, in an institution or with a family."""

from doudi.engine.lang import PERSON, Programme, law, not_

ORPHANS = law("O54", "国务院办公厅关于加强孤儿保障工作的意见", since="2014-05-01")
RULES = law("P2", "特困人员认定办法", since="2021-07-01")

orphan_allowance = Programme("orphan_allowance")


@orphan_allowance.applies(PERSON, ORPHANS["保障对象"])
def orphan_at_stake(held_orphan, father_state, mother_state):
    """Somebody has said that both parents are not there; for all others there is nothing to decide."""
    return held_orphan | ((father_state > 0) & (mother_state > 0))


@orphan_allowance.criterion(0, PERSON, ORPHANS["保障对象"], label="在世", yes="在世", no="已故,停止发放")
def orphan_is_living(is_living):
    return is_living


@orphan_allowance.criterion(
    1,
    PERSON,
    ORPHANS["保障对象"],
    label="未满十八周岁,或原享受的成年后仍在校就读",
    yes="年龄{age_years},未满十八周岁,或原享受且仍在校",
    no="年龄{age_years},已满十八周岁且没有在校就读",
    ask="核对年龄;已成年的查学籍或在校证明",
)
def orphan_is_minor(orphan_age_fits):
    return orphan_age_fits


@orphan_allowance.criterion(
    2,
    PERSON,
    ORPHANS["保障对象"],
    label="父母双方死亡、失踪或查找不到",
    yes="父亲{father_state}、母亲{mother_state},失去父母",
    no="父亲{father_state}、母亲{mother_state},不是父母双方都死亡、失踪或查找不到",
    ask="向公安机关、人民法院查询父母死亡、失踪或查找情况",
)
def orphan_has_no_parents(has_lost_both_parents):
    return has_lost_both_parents


@orphan_allowance.criterion(
    3,
    PERSON,
    (ORPHANS["保障对象"], RULES["第九条"]),
    label="没有选择特困供养",
    yes="没有选择特困供养",
    no="监护人选择特困供养,不再享受孤儿基本生活费",
)
def orphan_not_tekun(chose_tekun):
    return not_(chose_tekun)


@orphan_allowance.entitled(1, PERSON, ORPHANS["基本生活费"], name="institution", label="集中养育")
def orphan_in_institution(orphan_is_living, orphan_is_minor, orphan_has_no_parents, orphan_not_tekun, in_institution):
    return orphan_is_living & orphan_is_minor & orphan_has_no_parents & orphan_not_tekun & in_institution


@orphan_allowance.entitled(2, PERSON, ORPHANS["基本生活费"], name="home", label="社会散居")
def orphan_at_home(orphan_is_living, orphan_is_minor, orphan_has_no_parents, orphan_not_tekun):
    return orphan_is_living & orphan_is_minor & orphan_has_no_parents & orphan_not_tekun


@orphan_allowance.amount(PERSON, ORPHANS["基本生活费"], route=1, label="孤儿基本生活费(集中养育)")
def orphan_institution_amount_fen_m(orphan_institution_fen_m):
    return orphan_institution_fen_m


@orphan_allowance.amount(PERSON, ORPHANS["基本生活费"], route=2, label="孤儿基本生活费(社会散居)")
def orphan_home_amount_fen_m(orphan_home_fen_m):
    return orphan_home_fen_m
