"""Children without able parents, old people who applied, veterans, and how homes are heated, in an invented county.

Drawn after the families and from a source of its own, so that the families stay as they are.
"""

from random import Random

from doudi.demo import shape
from doudi.demo.families import BUSINESS_DATE, Family, Member

DEAD, MISSING, DISABLED, ILL, IN_PRISON, OUT_OF_CONTACT = 1, 2, 4, 5, 6, 9
PARENTLESS = ((DEAD, DEAD), (DEAD, MISSING), (DEAD, DEAD))
UNATTENDED = ((DEAD, DISABLED), (DEAD, OUT_OF_CONTACT), (IN_PRISON, OUT_OF_CONTACT), (ILL, DISABLED), (DEAD, IN_PRISON))
TERM_MONTHS = 36
LOST_SINCE = BUSINESS_DATE.replace(year=BUSINESS_DATE.year - 2)
VETERAN_WEIGHTS = {4: 6, 6: 6, 7: 18, 8: 20, 9: 50}
CONSCRIPT = 9


def assign(families: list[Family], county_code: str, seed: int) -> None:
    """Draw what the lists of children, old people and veterans and the heat register truthfully say."""
    rng = Random(f"welfare-{county_code}-{seed}")
    for family in families:
        with_grandparents = any(member.relation == "grandchild" for member in family.members)
        for member in family.members:
            age = member.age_on(BUSINESS_DATE)
            if age < 18 and member is not family.head:
                _child(member, with_grandparents, rng)
            if age >= 60:
                _elder(member, age, rng)
        if family.area == "urban":
            family.heating_mode, family.heated_area_m2 = 1, rng.randrange(38, 76)


def set_parents(member: Member, states: tuple[int, int]) -> None:
    """Say what became of both parents, with the months that a state needs."""
    member.father_state, member.mother_state = states
    member.father_term_months, member.mother_term_months = (TERM_MONTHS if s == IN_PRISON else 0 for s in states)


def months_lost(state: int) -> int:
    """Say for how many months a parent in this state has been gone on the business date, if months count."""
    return (BUSINESS_DATE.year - LOST_SINCE.year) * 12 if state == OUT_OF_CONTACT else 0


def _child(member: Member, with_grandparents: bool, rng: Random) -> None:
    drawn = rng.random() * 1000
    orphans = shape.ORPHAN_PERMILLE[with_grandparents]
    unattended = shape.UNATTENDED_PERMILLE[with_grandparents]
    if drawn < orphans:
        set_parents(member, rng.choice(PARENTLESS))
    elif drawn < orphans + unattended:
        set_parents(member, rng.choice(UNATTENDED))


def _elder(member: Member, age: int, rng: Random) -> None:
    if age >= 80 or member.failed:
        member.has_applied = rng.random() * 1000 < shape.APPLIED_PERMILLE
    if rng.random() * 1000 < shape.VETERAN_PERMILLE[member.sex]:
        member.veteran_class = rng.choices(list(VETERAN_WEIGHTS), list(VETERAN_WEIGHTS.values()))[0]
        member.service_years = rng.randrange(2, 7) if member.veteran_class == CONSCRIPT else 0
