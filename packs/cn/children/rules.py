"""What both children's allowances need to know: the state of each parent, and what follows from the two together.

Grain: values per person. A state that nobody has found out (code 99) stays unknown.
"""

from doudi.engine.lang import PERSON, UNKNOWN, Programme, div, law, most, not_, where

# The text is of 2010; the packs begin in 2014.
ORPHANS = law("O54", "国务院办公厅关于加强孤儿保障工作的意见", since="2014-05-01")
CHILDREN = law("C62", "关于进一步加强事实无人抚养儿童保障工作的意见", since="2020-01-01")
WIDER = law("C125", "关于进一步做好事实无人抚养儿童保障有关工作的通知", since="2021-01-01")

children = Programme("children", label="儿童情况")


# -- each parent ------------------------------------------------------------------------------


@children.fact(PERSON, ORPHANS["保障对象"], label="父亲死亡或失踪")
def father_gone(father_state):
    """Death is natural or declared by a court; missing is declared by a court."""
    return where(father_state == 99, UNKNOWN, (father_state >= 1) & (father_state <= 2))


@children.fact(PERSON, ORPHANS["保障对象"], label="母亲死亡或失踪")
def mother_gone(mother_state):
    return where(mother_state == 99, UNKNOWN, (mother_state >= 1) & (mother_state <= 2))


@children.fact(PERSON, ORPHANS["保障对象"], label="父亲查找不到")
def father_untraceable(father_state):
    return where(father_state == 99, UNKNOWN, father_state == 3)


@children.fact(PERSON, ORPHANS["保障对象"], label="母亲查找不到")
def mother_untraceable(mother_state):
    return where(mother_state == 99, UNKNOWN, mother_state == 3)


@children.fact(PERSON, CHILDREN["情形界定"], label="父亲无力履行抚养(六种情形)", since="2020-01-01", until="2021-01-01")
def father_unable(father_state, father_state_months, custody_least_months, lost_contact_least_months):
    """Gravely disabled or ill; in custody for long enough; out of contact for long enough since the police report."""
    ill = (father_state >= 4) & (father_state <= 5)
    custody = (father_state >= 6) & (father_state <= 8) & (father_state_months >= custody_least_months)
    lost = (father_state == 9) & (father_state_months >= lost_contact_least_months)
    return where(father_state == 99, UNKNOWN, ill | custody | lost)


@children.fact(
    PERSON, (CHILDREN["情形界定"], WIDER["扩大情形"]), label="父亲无力履行抚养(八种情形)", since="2021-01-01"
)
def father_unable(  # noqa: F811
    father_state, father_state_months, custody_least_months, lost_contact_least_months
):
    """To the six are added: guardianship revoked by a court, and expelled from the country."""
    ill = (father_state >= 4) & (father_state <= 5)
    custody = (father_state >= 6) & (father_state <= 8) & (father_state_months >= custody_least_months)
    lost = (father_state == 9) & (father_state_months >= lost_contact_least_months)
    removed = (father_state >= 10) & (father_state <= 11)
    return where(father_state == 99, UNKNOWN, ill | custody | lost | removed)


@children.fact(PERSON, CHILDREN["情形界定"], label="母亲无力履行抚养(六种情形)", since="2020-01-01", until="2021-01-01")
def mother_unable(mother_state, mother_state_months, custody_least_months, lost_contact_least_months):
    ill = (mother_state >= 4) & (mother_state <= 5)
    custody = (mother_state >= 6) & (mother_state <= 8) & (mother_state_months >= custody_least_months)
    lost = (mother_state == 9) & (mother_state_months >= lost_contact_least_months)
    return where(mother_state == 99, UNKNOWN, ill | custody | lost)


@children.fact(
    PERSON, (CHILDREN["情形界定"], WIDER["扩大情形"]), label="母亲无力履行抚养(八种情形)", since="2021-01-01"
)
def mother_unable(  # noqa: F811
    mother_state, mother_state_months, custody_least_months, lost_contact_least_months
):
    ill = (mother_state >= 4) & (mother_state <= 5)
    custody = (mother_state >= 6) & (mother_state <= 8) & (mother_state_months >= custody_least_months)
    lost = (mother_state == 9) & (mother_state_months >= lost_contact_least_months)
    removed = (mother_state >= 10) & (mother_state <= 11)
    return where(mother_state == 99, UNKNOWN, ill | custody | lost | removed)


# -- the two together -------------------------------------------------------------------------


@children.fact(PERSON, ORPHANS["保障对象"], label="父母双亡、失踪或查找不到")
def has_lost_both_parents(father_gone, mother_gone, father_untraceable, mother_untraceable, orphan_covers_untraceable):
    father = father_gone | (father_untraceable & (orphan_covers_untraceable > 0))
    mother = mother_gone | (mother_untraceable & (orphan_covers_untraceable > 0))
    return father & mother


@children.fact(PERSON, CHILDREN["保障对象"], label="父母都在规定情形之内", since="2020-01-01")
def has_no_able_parent(
    father_gone,
    mother_gone,
    father_unable,
    mother_unable,
    father_untraceable,
    mother_untraceable,
    unattended_covers_untraceable,
):
    """Each parent is gone or unable; whether both are gone is asked apart."""
    father = father_gone | father_unable | (father_untraceable & (unattended_covers_untraceable > 0))
    mother = mother_gone | mother_unable | (mother_untraceable & (unattended_covers_untraceable > 0))
    return father & mother


@children.fact(PERSON, ORPHANS["保障对象"], label="未成年,或原享受的成年后仍在校")
def orphan_age_fits(age_years, held_orphan, is_student, orphan_student_continues):
    """A schoolchild is taken to be one to twenty-five at most; nobody older is asked for papers."""
    still_at_school = held_orphan & (age_years <= 25) & is_student & (orphan_student_continues > 0)
    return (age_years < 18) | still_at_school


@children.fact(PERSON, CHILDREN["保障对象"], label="未成年,或原享受的成年后仍在校", since="2020-01-01")
def unattended_age_fits(age_years, held_unattended, is_student, unattended_student_continues):
    still_at_school = held_unattended & (age_years <= 25) & is_student & (unattended_student_continues > 0)
    return (age_years < 18) | still_at_school


@children.fact(PERSON, ORPHANS["保障对象"], label="属于孤儿")
def is_orphan(is_living, has_lost_both_parents, orphan_age_fits, chose_tekun):
    return is_living & has_lost_both_parents & orphan_age_fits & not_(chose_tekun)


@children.fact(PERSON, CHILDREN["保障对象"], label="属于事实无人抚养儿童", since="2020-01-01")
def is_unattended_child(is_living, has_no_able_parent, has_lost_both_parents, unattended_age_fits, chose_tekun):
    parents = has_no_able_parent & not_(has_lost_both_parents)
    return is_living & parents & unattended_age_fits & not_(chose_tekun)


# -- what else the child lives on -------------------------------------------------------------


@children.fact(
    PERSON, CHILDREN["补贴标准"], label="本人分得的低保金", unit="fen/month", since="2020-01-01", until="2021-07-01"
)
def own_dibao_share_fen_m(dibao_granted, counts_in_family, dibao_amount_fen_m, head_count):
    share = div(dibao_amount_fen_m, most(head_count, 1))
    return where(dibao_granted & counts_in_family, share, 0)


@children.fact(PERSON, CHILDREN["补贴标准"], label="本人分得的低保金", unit="fen/month", since="2021-07-01")
def own_dibao_share_fen_m(  # noqa: F811
    dibao_household,
    dibao_single_person,
    dibao_phase_out,
    counts_in_family,
    dibao_amount_fen_m,
    single_amount_fen_m,
    head_count,
):
    """What the whole family gets is shared equally; what is for members alone belongs to them."""
    share = where(counts_in_family, div(dibao_amount_fen_m, most(head_count, 1)), 0)
    alone = where(dibao_single_person, single_amount_fen_m, where(dibao_phase_out, share, 0))
    return where(dibao_household, share, alone)
