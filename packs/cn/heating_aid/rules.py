"""Heating aid (取暖救助): once a season and family; the share of the heat bill by group, up to a floor area.

Families that heat for themselves get a fixed sum. Where no place has opened it nothing is granted.
"""

from doudi.engine.lang import HOUSEHOLD, UNKNOWN, Programme, certainly, law, least, most, not_, permille, where

# The text is of 2009; the packs begin in 2014.
HARBIN = law("HR09", "哈尔滨市对困难家庭热费的补助", place="2301", since="2014-05-01")
PROVINCE = law("HLJ2021", "黑龙江省人民政府办公厅2021年通知", place="23", since="2021-02-01")

heating_aid = Programme("heating_aid")


@heating_aid.applies(HOUSEHOLD, HARBIN["对象"])
def heating_at_stake(heating_open, dibao_granted, heating_group):
    return (heating_open > 0) & ((heating_group > 0) | certainly(dibao_granted))


@heating_aid.fact(HOUSEHOLD, HARBIN["对象"], label="低保家庭的补助比例", unit="permille")
def heating_dibao_share(dibao_granted, is_rural, heating_covers_rural, heating_dibao_permille):
    """Town dibao; rural dibao only where the place has said so."""
    where_covered = not_(is_rural) | (heating_covers_rural > 0)
    return where(dibao_granted & where_covered, heating_dibao_permille, 0)


@heating_aid.fact(HOUSEHOLD, HARBIN["对象"], label="其他对象的补助比例", unit="permille")
def heating_group_share(
    heating_group,
    heating_veterans_permille,
    heating_unemployed_permille,
    heating_disabled_worker_permille,
    heating_old_worker_permille,
):
    worker = where(heating_group == 3, heating_disabled_worker_permille, 0)
    old_worker = where(heating_group == 4, heating_old_worker_permille, worker)
    unemployed = where(heating_group == 2, heating_unemployed_permille, old_worker)
    return where(heating_group == 1, heating_veterans_permille, unemployed)


@heating_aid.fact(HOUSEHOLD, HARBIN["对象"], label="补助比例(就高)", unit="permille")
def heating_share_permille(heating_dibao_share, heating_group_share):
    return most(heating_dibao_share, heating_group_share)


@heating_aid.criterion(
    0,
    HOUSEHOLD,
    (HARBIN["对象"], PROVINCE["2.5"]),
    label="当地已开办取暖救助",
    yes="当地已开办取暖救助",
    no="当地没有登记热价和补助办法,尚未开办",
    ask="由当地民政部门登记热价、面积上限和比例",
)
def heating_is_open(heating_open):
    return heating_open > 0


@heating_aid.criterion(
    1,
    HOUSEHOLD,
    HARBIN["对象"],
    label="属于取暖救助对象",
    yes="属于取暖救助对象,补助比例{heating_share_permille}",
    no="不是低保家庭(或当地没有包括农村),也不在其他对象之内",
    ask="先查清家庭的低保认定",
)
def heating_group_fits(heating_share_permille):
    return heating_share_permille > 0


@heating_aid.criterion(
    2,
    HOUSEHOLD,
    HARBIN["对象"],
    label="家中有在世的成员",
    yes="在世成员{living_count}",
    no="家中没有在世的成员",
)
def heating_has_members(living_count):
    return living_count > 0


@heating_aid.criterion(
    3,
    HOUSEHOLD,
    HARBIN["标准"],
    label="本采暖季没有领过",
    yes="本采暖季没有领过",
    no="本采暖季已经给予取暖救助,一季一次",
)
def heating_not_paid_yet(heating_paid):
    return not_(heating_paid)


@heating_aid.entitled(1, HOUSEHOLD, (HARBIN["标准"], PROVINCE["2.5"]), label="取暖救助")
def heating_entitled(heating_is_open, heating_group_fits, heating_has_members, heating_not_paid_yet):
    return heating_is_open & heating_group_fits & heating_has_members & heating_not_paid_yet


@heating_aid.fact(HOUSEHOLD, HARBIN["标准"], label="热费(面积不超过上限)", unit="fen")
def heating_bill_fen(heating_price_fen_m2, heated_area_m2, heating_area_limit_m2):
    """A floor area that nobody has recorded is not taken for none."""
    area = where(heated_area_m2 > 0, heated_area_m2, UNKNOWN)
    return heating_price_fen_m2 * least(area, heating_area_limit_m2)


@heating_aid.amount(HOUSEHOLD, HARBIN["标准"], label="取暖救助(集中供热按面积,自行取暖按户)")
def heating_amount_fen(heating_mode, heating_bill_fen, heating_share_permille, heating_own_stove_fen):
    own = where(heating_mode == 2, permille(heating_own_stove_fen, heating_share_permille), UNKNOWN)
    return where(heating_mode == 1, permille(heating_bill_fen, heating_share_permille), own)
