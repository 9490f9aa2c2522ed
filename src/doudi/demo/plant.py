"""Planted truths: families whose files hide something that the month has to find, and the list of them.

Grain: one ``Planted`` per planted fact.  Each planted family carries one truth only, so that what
comes out of the month can be checked kind by kind.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from random import Random

from doudi.demo import shape, welfare
from doudi.demo.entitle import Grants
from doudi.demo.families import BUSINESS_DATE, Family, Member

ORPHAN_FEN = 107_400
COMBAT_VETERAN = 8
CARD_EXPIRED = dt.date(2022, 3, 31)
KINDS: dict[str, str] = {
    "missed_family": "符合低保而台账上没有待遇",
    "tekun_missed": "符合特困而台账上没有待遇",
    "subsidy_missed": "符合残疾人补贴而台账上没有待遇",
    "dead_recipient": "已死亡仍在台账领取",
    "double_enrolment": "同一人列入两户台账",
    "car_owner": "在保家庭成员名下有机动车",
    "company_owner": "在保家庭成员登记有企业",
    "over_income": "转移性收入使收入超过标准",
    "work_rise": "就业使收入超过标准",
    "unknown_deposits": "存款没有查明",
    "orphan_missed": "失去父母而台账上没有孤儿基本生活费",
    "unattended_missed": "父母都无力抚养而台账上没有补贴",
    "grown_orphan": "满十八周岁没有在校,仍在台账领孤儿基本生活费",
    "not_applied": "满八十周岁没有申请高龄津贴",
    "veteran_missed": "优抚名册上有而台账上没有抚恤补助",
    "card_expired": "残疾人证过期仍在领残疾人补贴",
    "shared_account": "多户共用一个收款账号",
    "bad_row": "部门文件中的错误行",
}


@dataclasses.dataclass(frozen=True)
class Planted:
    """One line of ``plant.csv``."""

    kind: str
    id_no: str
    name: str
    household: str
    note: str
    expected: str


@dataclasses.dataclass(slots=True)
class World:
    """The county as it is and as the roster shows it. ``extra_rows`` are people written on a second roster."""

    families: list[Family]
    grants: Grants
    off_roster: set[int] = dataclasses.field(default_factory=set)
    subsidies_off: set[tuple[int, int]] = dataclasses.field(default_factory=set)
    guests: list[tuple[int, Member]] = dataclasses.field(default_factory=list)
    planted: list[Planted] = dataclasses.field(default_factory=list)

    def note(self, kind: str, family: Family, member: Member, note: str, expected: str) -> None:
        self.planted.append(Planted(kind, member.id_no, member.name, family.number, note, expected))


class Planter:
    """Chooses families that nothing is planted in yet and changes what the departments will say of them."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.order = list(range(len(world.families)))
        rng.shuffle(self.order)
        self.wanted = max(shape.PLANT_LEAST, len(world.families) * shape.PLANT_PERMILLE // 1000)

    def plant(self) -> None:
        """Plant every kind, each in families of its own."""
        self._missed()
        self._dead()
        self._double()
        self._owners()
        self._richer()
        self._unknown()
        self._shared()
        self._children()
        self._elders()

    def _take(self, suits: Callable[[int, Family], bool], wanted: int = 0) -> Iterator[tuple[int, Family]]:
        found = 0
        for number in self.order:
            family = self.world.families[number]
            if found == (wanted or self.wanted):
                return
            if not family.planted and suits(number, family):
                family.planted = True
                found += 1
                yield number, family

    def _on_dibao(self, number: int, family: Family) -> bool:
        held = self.world.grants.household.get(number, {})
        return held.get("dibao", 0) > 0 and self.world.grants.routes.get(number) == "household"

    def _has_worker(self, number: int, family: Family) -> bool:
        return self._on_dibao(number, family) and _worker(family) is not None

    def _on_tekun(self, number: int, family: Family) -> bool:
        return self.world.grants.person.get((number, 0), {}).get("tekun", 0) > 0 and len(family.members) == 1

    def _missed(self) -> None:
        world = self.world
        for number, family in self._take(self._on_dibao):
            world.off_roster.add(number)
            amount = world.grants.household[number]["dibao"]
            note = f"收入财产均符合,应领 {amount / 100:.2f} 元/月,台账救助项目为空"
            world.note("missed_family", family, family.head, note, "start dibao")
        for number, family in self._take(self._on_tekun):
            world.off_roster.add(number)
            world.note("tekun_missed", family, family.head, "老年、无收入、无赡养人,台账救助项目为空", "start tekun")
        for number, family in self._take(lambda n, f: self._on_dibao(n, f) and bool(self._subsidised(n, f))):
            for place in self._subsidised(number, family):
                world.subsidies_off.add((number, place))
                note = "持残疾人证,台账没有残疾人补贴"
                world.note("subsidy_missed", family, family.members[place], note, "start disability subsidy")

    def _subsidised(self, number: int, family: Family) -> list[int]:
        names = {"disability_living_subsidy", "disability_care_subsidy"}
        return [p for p in range(len(family.members)) if names & set(self.world.grants.person.get((number, p), {}))]

    def _dead(self) -> None:
        half = self.wanted // 2
        for _number, family in self._take(self._on_tekun, half):
            self._dies(family, family.head, "stop tekun")
        couples = self._take(lambda n, f: self._on_dibao(n, f) and len(f.members) > 1, self.wanted - half)
        for _number, family in couples:
            self._dies(family, family.members[1], "change or stop dibao")

    def _dies(self, family: Family, member: Member, expected: str) -> None:
        member.died_on = BUSINESS_DATE - dt.timedelta(days=self.rng.randrange(30, 240))
        self.world.note("dead_recipient", family, member, f"{member.died_on} 死亡,台账仍在领取", expected)

    def _double(self) -> None:
        hosts = list(self._take(self._on_dibao))
        for host, family in hosts:
            for number, other in self._take(lambda n, f: self._on_dibao(n, f) and len(f.members) > 1, 1):
                guest = other.members[-1]
                self.world.guests.append((host, guest))
                later = family if number < host else other
                if later is family:
                    # The host was paid for the guest as well, a share as large as at home.
                    share = self.world.grants.household[number]["dibao"] // len(other.members)
                    self.world.grants.household[host]["dibao"] += share
                note = f"同时列在家庭 {family.number} 的台账上"
                self.world.note("double_enrolment", other, guest, note, f"row of {later.number} set aside")

    def _owners(self) -> None:
        for _number, family in self._take(self._has_worker):
            owner = _worker(family) or family.head
            owner.vehicle_count = 1
            self.world.note("car_owner", family, owner, "低保家庭成员名下有小型汽车", "stop dibao")
        for _number, family in self._take(self._has_worker):
            owner = _worker(family) or family.head
            owner.company_count = 1
            self.world.note("company_owner", family, owner, "低保家庭成员是企业股东", "stop dibao")

    def _richer(self) -> None:
        for _number, family in self._take(lambda n, f: self._on_dibao(n, f) and f.meant == "dibao"):
            family.head.transfer_income_fen_m += 400_000 * len(family.members)
            note = "继承与租金使月收入大增"
            self.world.note("over_income", family, family.head, note, "stop dibao")
        for _number, family in self._take(self._has_worker):
            worker = _worker(family) or family.head
            worker.wage_fen_m = worker.wage_before_fen_m + 160_000 * len(family.members)
            note = f"就业,月工资由 {worker.wage_before_fen_m // 100} 元升至 {worker.wage_fen_m // 100} 元"
            self.world.note("work_rise", family, worker, note, "phase out dibao")

    def _unknown(self) -> None:
        for _number, family in self._take(self._on_dibao):
            family.deposits_fen = None
            self.world.note("unknown_deposits", family, family.head, "入户调查表存款栏空白", "needs facts")

    def _children(self) -> None:
        for kind, states, expected in (
            ("orphan_missed", welfare.PARENTLESS[0], "start orphan_allowance"),
            ("unattended_missed", welfare.UNATTENDED[0], "start unattended_child_allowance"),
        ):
            for _number, family in self._take(lambda n, f: _minor(f) is not None):
                child = _minor(family) or family.head
                welfare.set_parents(child, states)
                self.world.note(kind, family, child, "儿童名单上有,台账没有待遇", expected)
        for number, family in self._take(lambda n, f: _grown(f) is not None):
            place = _grown(family) or 0
            grown = family.members[place]
            welfare.set_parents(grown, welfare.PARENTLESS[0])
            grown.is_student = False
            self.world.grants.person.setdefault((number, place), {})["orphan_allowance"] = ORPHAN_FEN
            note = f"{grown.birth} 出生,没有在校"
            self.world.note("grown_orphan", family, grown, note, "stop orphan_allowance, payment line held")

    def _elders(self) -> None:
        for number, family in self._take(lambda n, f: f.head.age_on(BUSINESS_DATE) >= 80 and len(f.members) == 1):
            family.head.has_applied = False
            held = self.world.grants.person.get((number, 0), {})
            for programme in ("old_age_allowance", "elderly_care_subsidy"):
                held.pop(programme, None)
            self.world.note("not_applied", family, family.head, "满八十周岁没有申请", "waiting list, not paid")
        for _number, family in self._take(lambda n, f: f.head.age_on(BUSINESS_DATE) >= 60 and not f.head.veteran_class):
            family.head.veteran_class = COMBAT_VETERAN
            note = "名册上是参战参试退役人员,台账没有补助"
            self.world.note("veteran_missed", family, family.head, note, "start veterans_pension")
        for number, family in self._take(lambda n, f: bool(self._subsidised(n, f))):
            member = family.members[self._subsidised(number, family)[0]]
            member.card_until = CARD_EXPIRED
            self.world.note("card_expired", family, member, f"残疾人证 {CARD_EXPIRED} 到期", "payment line held")

    def _shared(self) -> None:
        sharing = list(self._take(self._on_dibao, max(3, self.wanted // 3 * 3)))
        for first in range(0, len(sharing) - 2, 3):
            group = [family for _number, family in sharing[first : first + 3]]
            for family in group:
                family.account, family.bank = group[0].account, group[0].bank
                note = f"与家庭 {group[0].number} 共用账号"
                self.world.note("shared_account", family, family.head, note, "payment line held")


def _minor(family: Family) -> Member | None:
    for member in family.members[1:]:
        if member.age_on(BUSINESS_DATE) < 17 and not member.disability_grade and not member.father_state:
            return member
    return None


def _grown(family: Family) -> int | None:
    for place, member in enumerate(family.members[1:], 1):
        if 18 <= member.age_on(BUSINESS_DATE) < 21 and not member.disability_grade and not member.father_state:
            return place
    return None


def _worker(family: Family) -> Member | None:
    for member in family.members:
        if 22 <= member.age_on(BUSINESS_DATE) < 58 and member.disability_grade == 0 and not member.is_student:
            return member
    return None
