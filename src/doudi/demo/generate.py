"""Make a demo county: thirteen department files with realistic errors, and the list of what is planted in them.

The same county, size, seed and packs give the same bytes.  Nobody in the files exists: identity
numbers carry the area 999, which is assigned to no place.
"""

import collections
import csv
import dataclasses
from pathlib import Path
from random import Random

from doudi.demo import files, local_values, tables, welfare
from doudi.demo.dirt import Soiler
from doudi.demo.entitle import granted
from doudi.demo.families import BUSINESS_DATE, Family, Inventor, Member
from doudi.demo.plant import Planted, Planter, World
from doudi.facts.kinds import KINDS
from doudi.kernel import idno
from doudi.kernel.errors import BadInput

LEAST_PEOPLE, MOST_PEOPLE = 400, 2_000_000
PLANT_FILE = "plant.csv"
TRAVELLERS = 3
TRAVELLER_OUTCOME = "needs facts where loaded first; row set aside where loaded later"


@dataclasses.dataclass(frozen=True)
class Plant:
    """Where a county's files are and what is planted in them."""

    folder: Path
    household_count: int
    person_count: int
    planted: list[Planted]
    counts: dict[str, int]


def make(folder: Path | str, county_code: str, people: int = 20_000, seed: int = 1) -> Plant:
    """Write the thirteen department files of a county and ``plant.csv`` into a folder.

    :raises BadInput: the county has no stored villages, or the size is out of range.
    """
    if not LEAST_PEOPLE <= people <= MOST_PEOPLE:
        raise BadInput(f"人数 {people} 不在范围内", next_step=f"请在 {LEAST_PEOPLE} 到 {MOST_PEOPLE} 之间选择")
    inventor = Inventor(county_code, seed)
    families = inventor.families(people)
    welfare.assign(families, county_code, seed)
    world = World(families, granted(families, BUSINESS_DATE, local_values.rows(county_code)))
    rng = Random(f"plant-{county_code}-{seed}")
    Planter(world, rng).plant()
    _travellers(world, county_code, seed)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    calm = [m for f in families if not f.planted for m in f.members]
    for kind, table in tables.TABLES.items():
        soiler = Soiler(kind, calm, Random(f"dirt-{kind}-{county_code}-{seed}"))
        rows = soiler.soil(list(table(world)), numeric=files.FORMATS[kind] == "xlsx")
        files.write(target, KINDS[kind].label, kind, tables.header(kind), rows)
        world.planted += soiler.planted
    _write_plant(target / PLANT_FILE, world.planted)
    counts = dict(collections.Counter(p.kind for p in world.planted))
    return Plant(target, len(families), sum(len(f.members) for f in families), world.planted, counts)


def _travellers(world: World, county_code: str, seed: int) -> None:
    """Put the same few people on the rosters of every county: whoever loads second finds them taken."""
    rng = Random(f"travellers-{seed}")
    hosts = [n for n, f in enumerate(world.families) if not f.planted and n in world.grants.household]
    own = Random(f"travellers-{county_code}-{seed}")
    for turn in range(TRAVELLERS):
        birth = BUSINESS_DATE.replace(year=rng.randrange(1950, 1980), day=1 + turn)
        guest = Member(idno.make("999777", birth, 101 + 2 * turn), f"{'南北东'[turn]}往来", "M", birth, "other")
        host = own.choice(hosts)
        family: Family = world.families[host]
        family.planted = True
        world.guests.append((host, guest))
        world.note("double_enrolment", family, guest, "同一人也在其他县的台账上", TRAVELLER_OUTCOME)


def _write_plant(path: Path, planted: list[Planted]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out, lineterminator="\r\n")
        lines.writerow([field.name for field in dataclasses.fields(Planted)])
        lines.writerows(dataclasses.astuple(p) for p in planted)
