"""Invented families for the engine's tests, and the ways to run them."""

import dataclasses
import datetime as dt
import hashlib
import json
import pathlib
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.engine import gates
from doudi.engine.inputs import Input, Inputs
from doudi.engine.packs import Law
from tests.engine import small_law

ARROW = {"bool": pa.bool_(), "text": pa.string()}
DATED = {"date": [0, 20220310, 20220401], "yearmonth": [0, 202112, 202202, 202203, 202206]}


@dataclasses.dataclass(frozen=True)
class Resolved:
    value: int | None
    place: str = ""
    source: str = "试验参数表"
    clause: str = "TEST1-20"
    verified: bool = True
    since: dt.date | None = dt.date(2020, 1, 1)
    until: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class DenseTable:
    arrow: pa.Table
    digest: str


class SmallBook:
    """Parameters by place and area; the place 231085 has no standard."""

    names = small_law.PARAMETERS

    def resolve(self, name: str, place: str, area: str, on: Any, known_on: Any = None, extra: Any = ()) -> Resolved:
        rural = area == "rural"
        values = {
            "standard_fen_m_pc": (None if place.startswith("231085") else 45_000 if rural else 65_000),
            "deduct_permille": 200,
            "deposit_months": 24,
            "phase_out_months": 6,
            "care_fen_m": 10_000 if rural else 20_000,
        }
        return Resolved(values[name], place[:6])

    def in_force(
        self, place: str, area: str, on: Any, known_on: Any = None, extra: Any = (), names: Any = None
    ) -> dict[str, Resolved]:
        return {name: self.resolve(name, place, area, on) for name in names or self.names}

    def table(self, places: list[str], on: Any, known_on: Any = None, extra: Any = ()) -> DenseTable:
        rows = []
        for place in places:
            for rural in (False, True):
                area = "rural" if rural else "urban"
                row = {name: self.resolve(name, place, area, on).value for name in self.names}
                rows.append({"place_code": place, "is_rural": rural} | row)
        columns = [("place_code", pa.string()), ("is_rural", pa.bool_()), *((n, pa.int64()) for n in self.names)]
        digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
        return DenseTable(pa.Table.from_pylist(rows, schema=pa.schema(columns)), digest)

    def label(self, name: str) -> str:
        return {"standard_fen_m_pc": "低保标准"}.get(name, name)

    def unit(self, name: str) -> str:
        return "fen/month" if "fen" in name else ""

    def words(self, name: str) -> dict[int, str]:
        return {}


class SmallLaw(Law):
    """The small law with its own parameters instead of packs."""

    def __init__(self) -> None:
        super().__init__(pathlib.Path("packs"), small_law.INPUTS, small_law.PROGRAMMES)
        self.__dict__["parameters"] = SmallBook()


def invented_value(one: Input, chance: random.Random, unknown_share: float) -> Any:
    """Invent a value of an input, near the thresholds rather than far away."""
    if one.nullable and chance.random() < unknown_share:
        return None
    if one.type == "text":
        return None if one.nullable else one.name
    if one.type == "bool":
        return chance.random() < 0.3
    if one.type == "code":
        return chance.choice(list(one.values) or [0, 1, 2, 3, 4])
    if one.unit in DATED:
        return chance.choice(DATED[one.unit])
    if one.name == "age_years":
        return chance.choice([0, 5, 15, 16, 17, 18, 30, 45, 59, 60, 69, 70, 80, 99])
    if "fen" in one.name:
        scale = 2_000_000 if "fen_m" not in one.name else 90_000
        low = one.low if one.low is not None else -20_000
        values = [0, 0, max(low, -5_001), 1, 29_999, 45_000, 65_000, chance.randrange(scale)]
        return max(low, chance.choice(values))
    return chance.choice([0, 0, 0, 1, 2, 3])


def _accepted(inputs: Inputs, entity: str, row: dict[str, Any]) -> dict[str, Any]:
    """Take back what cannot be true together."""
    while refused := gates.first_refusal(inputs.checks, entity, row):
        row |= {one.name: one.default for one in inputs.of(entity) if one.name in refused.names}
    return row


def invented_families(
    inputs: Inputs, count: int, seed: int, unknown_share: float = 0.1, places: tuple[str, ...] = ("231084101",)
) -> list[dict[str, Any]]:
    """Invent families of one to five with large sparse numbers; same seed, same families."""
    chance = random.Random(seed)
    families = []
    person_id = 7_000_000_000
    for number in range(count):
        household_id = 9_000_000_000_000 + number * 37
        household = {one.name: invented_value(one, chance, unknown_share) for one in inputs.of("household")}
        household |= {"household_id": household_id, "place_code": chance.choice(places)}
        _accepted(inputs, "household", household)
        persons = []
        for _ in range(chance.choice([1, 1, 2, 2, 3, 4, 5])):
            person_id += chance.randrange(1, 50)
            person = {one.name: invented_value(one, chance, unknown_share) for one in inputs.of("person")}
            _accepted(inputs, "person", person)
            persons.append(person | {"person_id": person_id, "household_id": household_id})
        families.append({"household": household, "persons": persons})
    return families


def write_tables(inputs: Inputs, families: list[dict[str, Any]], folder: pathlib.Path, **options: Any) -> None:
    """Write families as the two Parquet files of bulk input."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {
        "persons": [person for family in families for person in family["persons"]],
        "households": [family["household"] for family in families],
    }
    for name, entity in (("persons", "person"), ("households", "household")):
        schema = pa.schema([(one.name, ARROW.get(one.type, pa.int64())) for one in inputs.of(entity)])
        pq.write_table(pa.Table.from_pylist(rows[name], schema=schema), folder / f"{name}.parquet", **options)
