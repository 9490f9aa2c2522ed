"""What each department's file says about the invented county, row by row, under the usual headers.

Grain: a table is a list of header words and a list of rows of text cells.
"""

from collections.abc import Iterator

from doudi.demo.families import BUSINESS_DATE, Family, Member
from doudi.demo.plant import World
from doudi.demo.welfare import LOST_SINCE, OUT_OF_CONTACT
from doudi.facts.kinds import DISABILITY_LABELS, GRADE_LABELS, HEATING_MODES, KINDS, PARENT_STATES, VETERAN_CLASSES
from doudi.kernel.money import plain_yuan
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.registry.enums import RELATION_LABEL

Row = list[str]
YES, NO = "是", "否"
SURVEYED_ON = "2022-03-20"
WAGE_PERIOD, WAGE_BEFORE_PERIOD = "2022-03", "2021-03"
HOUSEHOLD_ORDER = ("dibao", "dibao_marginal", "rigid_expenditure")
PERSON_ORDER = (
    "tekun",
    "disability_living_subsidy",
    "disability_care_subsidy",
    "orphan_allowance",
    "unattended_child_allowance",
    "old_age_allowance",
    "elderly_hardship_subsidy",
    "elderly_care_subsidy",
    "veterans_pension",
)


def header(kind: str) -> Row:
    """List the usual headers of a department's file."""
    return [column.header for column in KINDS[kind].columns]


def _yes(value: bool) -> str:
    return YES if value else NO


def _dibao_word(family: Family, programme: str) -> str:
    if programme == "dibao":
        return "城市低保" if family.area == "urban" else "农村低保"
    return PROGRAMME_LABEL[programme]


def roster(world: World) -> Iterator[Row]:
    """List everybody on the civil-affairs register with what is paid to them now."""
    guests: dict[int, list[Member]] = {}
    for host, guest in world.guests:
        guests.setdefault(host, []).append(guest)
    for number, family in enumerate(world.families):
        held = {} if number in world.off_roster else world.grants.household.get(number, {})
        programmes = [p for p in HOUSEHOLD_ORDER if p in held]
        for place, member in enumerate([*family.members, *guests.get(number, [])]):
            relation = RELATION_LABEL[member.relation] if place < len(family.members) else "其他"
            # A family's programmes all stand on the head's rows; the others name the first one.
            rows: list[tuple[str, int | None]]
            rows = [(_dibao_word(family, p), held[p] if place == 0 else None) for p in programmes]
            rows = rows if place == 0 else rows[:1]
            if place < len(family.members):
                rows += _person_rows(world, number, place)
            for word, amount in rows or [("", None)]:
                yield _roster_row(family, member, relation, word, amount)


def _person_rows(world: World, number: int, place: int) -> list[tuple[str, int | None]]:
    if number in world.off_roster or (number, place) in world.subsidies_off:
        return []
    held = world.grants.person.get((number, place), {})
    return [(PROGRAMME_LABEL[p], held[p]) for p in PERSON_ORDER if held.get(p, 0) > 0]


def _roster_row(family: Family, member: Member, relation: str, word: str, amount: int | None) -> Row:
    return [
        family.number,
        relation,
        member.name,
        member.id_no,
        "男" if member.sex == "M" else "女",
        family.village[:9],
        family.village,
        "城市" if family.area == "urban" else "农村",
        word,
        "" if amount is None else plain_yuan(amount),
        f"{family.since:%Y-%m}" if word else "",
        family.account,
        family.bank,
        family.head.name,
    ]


def home_survey(world: World) -> Iterator[Row]:
    """List what the home visits found; family-wide answers stand on the head's row."""
    for family in world.families:
        for place, member in enumerate(family.members):
            care = [_yes(n not in member.failed) for n in range(6)]
            shared = ["", "", "", ""]
            if place == 0:
                shared = [
                    plain_yuan(family.farm_income_fen_m),
                    plain_yuan(family.support_income_fen_m),
                    "" if family.deposits_fen is None else plain_yuan(family.deposits_fen),
                    plain_yuan(family.rigid_spending_fen_y),
                ]
            yield [
                family.number,
                member.name,
                member.id_no,
                _yes(member.is_student),
                _yes(member.is_seriously_ill),
                plain_yuan(member.work_cost_fen_m),
                plain_yuan(member.business_income_fen_m),
                plain_yuan(member.transfer_income_fen_m),
                _yes(member.supporters_able),
                *care,
                _yes(member.in_institution),
                *shared,
                SURVEYED_ON,
            ]


def social_insurance(world: World) -> Iterator[Row]:
    """List wages of this spring and of a year before, and pensions."""
    for family in world.families:
        for member in family.members:
            pension = plain_yuan(member.pension_fen_m) if member.pension_fen_m else ""
            employer = f"{family.bank[:2]}劳务有限公司" if member.wage_fen_m else ""
            if member.wage_before_fen_m or member.wage_fen_m:
                before = plain_yuan(member.wage_before_fen_m)
                yield [member.name, member.id_no, WAGE_BEFORE_PERIOD, before, pension, employer]
            if member.wage_fen_m or member.pension_fen_m:
                wage = plain_yuan(member.wage_fen_m)
                yield [member.name, member.id_no, WAGE_PERIOD, wage, pension, employer]


def medical(world: World) -> Iterator[Row]:
    """List everybody's self-paid medical spending of twelve months."""
    for family in world.families:
        for member in family.members:
            yield [member.name, member.id_no, plain_yuan(member.medical_self_paid_fen_y), "2022-03-31"]


def disability(world: World) -> Iterator[Row]:
    """List the holders of a disability certificate."""
    for family in world.families:
        for member in family.members:
            if member.disability_grade:
                year = min(max(member.birth.year + 3, 2010), 2021)
                kind, grade = DISABILITY_LABELS[member.disability_kind], GRADE_LABELS[member.disability_grade]
                issued = f"{year}.{member.birth.month}.{member.birth.day}"
                until = member.card_until or member.birth.replace(year=max(year + 10, 2023))
                yield [member.name, member.id_no, kind, grade, issued, until.isoformat(), NO]


def deaths(world: World) -> Iterator[Row]:
    """List the registered deaths."""
    for family in world.families:
        for member in family.members:
            if member.died_on:
                yield [
                    member.name,
                    member.id_no,
                    f"{member.died_on.year}年{member.died_on.month}月{member.died_on.day}日",
                ]


def vehicles(world: World) -> Iterator[Row]:
    """List the vehicles by owner."""
    letter = {"23": "黑C", "14": "晋J", "21": "辽G"}
    for number, family in enumerate(world.families):
        for place, member in enumerate(family.members):
            for turn in range(member.vehicle_count):
                plate = f"{letter.get(family.village[:2], '黑C')}{number:04X}{place}{turn}"
                yield [member.name, member.id_no, plate, "小型汽车", "2020/6/1"]


def real_estate(world: World) -> Iterator[Row]:
    """List the registered dwellings by owner."""
    for number, family in enumerate(world.families):
        for member in family.members:
            for turn in range(member.dwelling_count):
                certificate = f"{family.village}GB{number:06d}F{turn:04d}"
                yield [member.name, member.id_no, certificate, f"{family.bank[6:-3] or '本村'}", "2015-09-01"]


def companies(world: World) -> Iterator[Row]:
    """List who stands behind the registered companies."""
    for number, family in enumerate(world.families):
        for member in family.members:
            for turn in range(member.company_count):
                code = f"91{family.village[:6]}MA{number:07d}{turn}"
                yield [member.name, member.id_no, code, f"{member.name[0]}氏商贸有限公司", "股东", "2019-05-06"]


def children(world: World) -> Iterator[Row]:
    """List the children with something to say of both parents, and where their money goes."""
    for family in world.families:
        for place, member in enumerate(family.members):
            if member.father_state and member.mother_state:
                account = f"628999{family.account[6:12]}{family.account[-7:]}{place}"
                yield [
                    member.name,
                    member.id_no,
                    *_parent(member.father_state, member.father_term_months),
                    *_parent(member.mother_state, member.mother_term_months),
                    NO,
                    account,
                    family.bank,
                    family.head.name,
                ]


def _parent(state: int, term_months: int) -> Row:
    since = f"{LOST_SINCE:%Y-%m-%d}" if state == OUT_OF_CONTACT else ""
    return [PARENT_STATES[state], since, str(term_months) if term_months else ""]


def elderly(world: World) -> Iterator[Row]:
    """List the old people who were asked about the allowances, with what they can do for themselves."""
    for family in world.families:
        for member in family.members:
            age = member.age_on(BUSINESS_DATE)
            if age >= 80 or (age >= 60 and member.failed):
                care = [_yes(n not in member.failed) for n in range(6)]
                yield [member.name, member.id_no, _yes(member.has_applied), *care, SURVEYED_ON]


def veterans(world: World) -> Iterator[Row]:
    """List the veterans and families of the fallen."""
    for family in world.families:
        for member in family.members:
            if member.veteran_class:
                years = str(member.service_years) if member.service_years else ""
                yield [member.name, member.id_no, VETERAN_CLASSES[member.veteran_class], years, "2019-08-01"]


def heating(world: World) -> Iterator[Row]:
    """List the homes that are heated from a plant."""
    for family in world.families:
        if family.heating_mode:
            mode = HEATING_MODES[family.heating_mode]
            yield [family.head.name, family.head.id_no, mode, str(family.heated_area_m2), ""]


TABLES = {
    "roster": roster,
    "home_survey": home_survey,
    "social_insurance": social_insurance,
    "medical": medical,
    "disability": disability,
    "deaths": deaths,
    "vehicles": vehicles,
    "real_estate": real_estate,
    "companies": companies,
    "children": children,
    "elderly": elderly,
    "veterans": veterans,
    "heating": heating,
}
