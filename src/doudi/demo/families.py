"""Invented families of a county: who lives together, where, from what. Deterministic by the seed.

Grain: ``Family`` with its ``Member``s.  Money in whole fen.  These are the truths; what the
department files say about them may be wrong on purpose.
"""

import csv
import dataclasses
import datetime as dt
from pathlib import Path
from random import Random

from doudi import places
from doudi.demo import names, shape
from doudi.kernel import idno
from doudi.kernel.errors import BadInput

BUSINESS_DATE = dt.date(2022, 4, 15)
VILLAGES = Path(places.__path__[0]) / "data/villages.csv"
AREAS = {"231084": "999231", "141124": "999141", "210727": "999210"}
RELATIONS = {"head": 0, "spouse": 1, "child": 2, "parent": 3, "grandchild": 4}
BANKS = ("邮政储蓄银行", "农村信用社", "农业银行")
DISABILITY_WEIGHTS = {1: 12, 2: 9, 3: 1, 4: 54, 5: 9, 6: 10, 7: 5}
GRADE_WEIGHTS = {1: 17, 2: 28, 3: 27, 4: 28}


@dataclasses.dataclass(slots=True)
class Member:
    """One invented person and everything the departments could truthfully say."""

    id_no: str
    name: str
    sex: str
    birth: dt.date
    relation: str
    is_student: bool = False
    is_seriously_ill: bool = False
    wage_fen_m: int = 0
    wage_before_fen_m: int = 0
    work_cost_fen_m: int = 0
    pension_fen_m: int = 0
    business_income_fen_m: int = 0
    transfer_income_fen_m: int = 0
    disability_kind: int = 0
    disability_grade: int = 0
    medical_self_paid_fen_y: int = 0
    vehicle_count: int = 0
    dwelling_count: int = 0
    company_count: int = 0
    supporters_able: bool = True
    failed: tuple[int, ...] = ()
    in_institution: bool = False
    died_on: dt.date | None = None
    card_until: dt.date | None = None
    father_state: int = 0
    mother_state: int = 0
    father_term_months: int = 0
    mother_term_months: int = 0
    has_applied: bool = False
    veteran_class: int = 0
    service_years: int = 0

    def age_on(self, day: dt.date) -> int:
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


@dataclasses.dataclass(slots=True)
class Family:
    """People who share their life, where they live, and what the family has together."""

    number: str
    village: str
    area: str
    meant: str  # dibao, tekun, marginal, other: what the incomes were drawn for; the rules decide
    members: list[Member]
    farm_income_fen_m: int = 0
    support_income_fen_m: int = 0
    deposits_fen: int | None = 0
    rigid_spending_fen_y: int = 0
    heating_mode: int = 0
    heated_area_m2: int = 0
    bank: str = ""
    account: str = ""
    since: dt.date = dt.date(2019, 1, 1)
    planted: bool = False

    @property
    def head(self) -> Member:
        return self.members[0]


@dataclasses.dataclass(frozen=True)
class Village:
    code: str
    name: str
    area: str


def villages_of(county_code: str) -> list[Village]:
    """List the villages of a demo county with the area that their kind settles.

    :raises BadInput: the county's villages are not among the stored places.
    """
    with VILLAGES.open(encoding="utf-8", newline="") as lines:
        found = [
            Village(row["code"], row["name"], "rural" if row["kind"] == "村" else "urban")
            for row in csv.DictReader(lines)
            if row["code"].startswith(county_code)
        ]
    if not found:
        raise BadInput(
            f"没有 {county_code} 的村级区划,不能生成演示数据", next_step="可用:231084 宁安市、141124 临县、210727 义县"
        )
    return found


class Inventor:
    """Draws families one after another; all randomness comes from one seeded source."""

    def __init__(self, county_code: str, seed: int) -> None:
        self.rng = Random(f"doudi-{county_code}-{seed}")
        self.county_code = county_code
        self.area_code = AREAS.get(county_code, "999" + county_code[:3])
        villages = villages_of(county_code)
        self.by_area = {area: [v for v in villages if v.area == area] for area in ("rural", "urban")}
        self.sequences: dict[dt.date, int] = {}
        self.count = 0

    def families(self, people: int) -> list[Family]:
        """Draw families until they hold the wanted number of people."""
        found: list[Family] = []
        drawn = 0
        kinds = ("dibao", "tekun", "marginal", "other")
        # Shares are of persons, so families are drawn by share over mean size.
        weights = (
            shape.DIBAO_PERMILLE / 1.75,
            shape.TEKUN_PERMILLE,
            shape.MARGINAL_PERMILLE / 2.9,
            shape.OTHER_PERMILLE / 2.9,
        )
        while drawn < people:
            family = self.family(self.rng.choices(kinds, weights)[0])
            if drawn + len(family.members) > people:
                del family.members[people - drawn :]
            drawn += len(family.members)
            found.append(family)
        return found

    def family(self, meant: str) -> Family:
        """Draw one family whose means suit what it is meant for."""
        rng = self.rng
        urban = shape.URBAN_PERMILLE.get(self.county_code[:2], 200)
        area = "urban" if rng.random() * 1000 < urban and self.by_area["urban"] else "rural"
        village = rng.choice(self.by_area[area] or self.by_area["rural"] or self.by_area["urban"])
        self.count += 1
        members = self._members(meant, area)
        family = Family(
            number=f"{self.county_code}{self.count:07d}",
            village=village.code,
            area=area,
            meant=meant,
            members=members,
            bank=f"{rng.choice(BANKS)}{village.name}营业所",
            account=f"629999{int(self.county_code):06d}{self.count:07d}",
            since=dt.date(rng.randrange(2016, 2022), rng.randrange(1, 13), 1),
        )
        self._means(family)
        return family

    def person(self, relation: str, birth_years: tuple[int, int], sex: str = "", surname: str = "") -> Member:
        """Draw a person with a number that nobody else in the county has."""
        rng = self.rng
        sex = sex or rng.choice("MF")
        birth = dt.date(rng.randrange(*birth_years), rng.randrange(1, 13), rng.randrange(1, 29))
        turn = self.sequences.get(birth, 0) + 1
        self.sequences[birth] = turn
        number = idno.make(self.area_code, birth, min(2 * turn - (sex == "M"), 998 + (sex == "M")))
        return Member(number, names.invent(rng, sex, birth.year, surname), sex, birth, relation)

    def _members(self, meant: str, area: str) -> list[Member]:
        rng = self.rng
        plans = shape.LARGER_FAMILIES if meant in ("marginal", "other") else shape.FAMILIES
        roles = ("elder",) if meant == "tekun" else rng.choices([p for _, p in plans], [w for w, _ in plans])[0]
        people: list[Member] = []
        for role in roles:
            head = people[0] if people else None
            people.append(self._member(role, head))
        for person in people:
            self._body(person, area, meant)
        return people

    def _member(self, role: str, head: Member | None) -> Member:
        if head is None:
            return self.person("head", (1937, 1961) if role == "elder" else (1963, 1990))
        year = head.birth.year
        if role in ("spouse", "elder_spouse"):
            return self.person("spouse", (year - 2, year + 4), "F" if head.sex == "M" else "M")
        if role == "child":
            return self.person("child", (max(year + 22, 2003), 2021), surname=head.name[0])
        if role == "adult_child":
            return self.person("child", (year + 21, year + 33), surname=head.name[0])
        if role == "grandchild":
            return self.person("grandchild", (2006, 2019), surname=head.name[0])
        return self.person("parent", (year - 30, year - 21))

    def _body(self, person: Member, area: str, meant: str) -> None:
        rng = self.rng
        age = person.age_on(BUSINESS_DATE)
        person.is_student = 6 <= age < 18 or (18 <= age < 22 and rng.random() < 0.4)
        disabled = shape.DISABLED_PERMILLE[area] if meant in ("dibao", "tekun") else 60
        if rng.random() * 1000 < disabled * (1.4 if 18 <= age < 60 else 0.8):
            person.disability_kind = rng.choices(list(DISABILITY_WEIGHTS), list(DISABILITY_WEIGHTS.values()))[0]
            person.disability_grade = rng.choices(list(GRADE_WEIGHTS), list(GRADE_WEIGHTS.values()))[0]
        person.is_seriously_ill = rng.random() < (0.06 if meant == "dibao" else 0.03)
        spent = rng.randrange(0, 60) * 5000
        if person.is_seriously_ill:
            spent += rng.randrange(40, 400) * 10000
        person.medical_self_paid_fen_y = spent
        if age >= 70 and rng.random() < 0.25:
            person.failed = tuple(sorted(rng.sample(range(6), rng.randrange(1, 6))))
        if meant == "tekun":
            person.supporters_able = False
            person.in_institution = rng.random() < 0.2

    def _means(self, family: Family) -> None:
        """Spread a monthly income over the heads that suits what the family is meant for."""
        rng = self.rng
        urban, rural = shape.STANDARD_YUAN.get(self.county_code[:2], (650, 450))
        standard = (urban if family.area == "urban" else rural) * 100
        low, high = {"dibao": (5, 75), "tekun": (0, 1), "marginal": (110, 138), "other": (165, 330)}[family.meant]
        income = standard * len(family.members) * rng.randrange(low * 10, high * 10) // 1000
        income -= income % 1000
        heads = len(family.members)
        family.deposits_fen = rng.randrange(0, 9) * standard * heads // 2 if family.meant != "tekun" else standard
        family.rigid_spending_fen_y = rng.randrange(0, 8) * 30000
        family.head.dwelling_count = 1 if family.meant != "tekun" and rng.random() < 0.55 else 0
        elders = [m for m in family.members if m.age_on(BUSINESS_DATE) >= 60]
        for elder in elders:
            elder.pension_fen_m = 10800 if family.meant == "tekun" else 12000 + rng.randrange(0, 3) * 500
        workers = [
            m
            for m in family.members
            if 18 <= m.age_on(BUSINESS_DATE) < 60 and not m.is_student and m.disability_grade in (0, 3, 4)
        ]
        rest = max(income - sum(m.pension_fen_m for m in elders), 0)
        if family.area == "rural" and family.meant != "tekun":
            family.farm_income_fen_m = rest * rng.randrange(2, 7) // 10000 * 1000
            rest -= family.farm_income_fen_m
        if workers and rest:
            self._wages(workers, rest)
        elif rest:
            family.support_income_fen_m = rest // 100 * 100
        if family.meant == "other":
            family.head.vehicle_count = int(rng.random() < 0.25)
            family.head.company_count = int(rng.random() < 0.04)

    def _wages(self, workers: list[Member], rest: int) -> None:
        rng = self.rng
        for worker in workers:
            share = rest // len(workers) // 100 * 100
            if rng.random() < 0.75:
                worker.wage_fen_m = worker.wage_before_fen_m = share
                worker.work_cost_fen_m = share // 10 // 100 * 100
            elif rng.random() < 0.5:
                worker.business_income_fen_m = share
            else:
                worker.transfer_income_fen_m = share
