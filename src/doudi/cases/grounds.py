"""Collects what a plan rests on: the run, the switches and values in force, what people must look at."""

import datetime as dt
import pathlib
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from doudi.cases.plan import (
    DETERMINATION_FIELDS,
    FLAG_FIELDS,
    FREEZE_FIELDS,
    PHASE_OUT_FIELDS,
    UNVERIFIED_FIELDS,
    Ground,
)
from doudi.determination import frozen
from doudi.determination.held import HeldAwards
from doudi.determination.models import Run
from doudi.determination.queries import snapshot_folder
from doudi.determination.snapshot import EXCLUSIVE_GROUP
from doudi.determination.tables import fetch
from doudi.kernel.codes import upper
from doudi.kernel.programmes import Programme
from doudi.policy import queries as policy

STANDARDS: dict[str, tuple[str, ...]] = {
    "dibao": ("dibao_standard_fen_m_pc",),
    "tekun": ("tekun_basic_home_fen_m", "tekun_basic_institution_fen_m"),
    "disability_living_subsidy": ("living_subsidy_fen_m",),
    "disability_care_subsidy": ("care_subsidy_grade1_fen_m", "care_subsidy_grade2_fen_m"),
    "orphan_allowance": ("orphan_home_fen_m", "orphan_institution_fen_m"),
    "unattended_child_allowance": ("orphan_home_fen_m", "orphan_institution_fen_m"),
    "old_age_allowance": ("old_age_band1_fen_m",),
    "elderly_hardship_subsidy": ("elderly_high_age_fen_m",),
    "elderly_care_subsidy": ("elderly_care_partly_fen_m",),
    "veterans_pension": ("veterans_martyr_family_fen_m",),
}
COMPARED_FACTS = ("wage_fen_m", "pension_fen_m", "business_income_fen_m", "transfer_income_fen_m", "disability_grade")
DETERMINATIONS = """
select id, subject_kind, subject_id, household_id, programme, outcome, amount_fen_m, route, division_code
from determination_determination where run_id = %(run)s order by id
"""
ENROLLED_TWICE_FIELDS = pa.schema([("household_id", pa.int64()), ("person_id", pa.int64())])
ENROLLED_TWICE = """
select distinct t.household_id, 'double_enrolment' as code
from twice t join coverage c using (person_id)
where c.group_number = $group and c.household_id <> t.household_id
"""
DEFAULT_PHASE_OUT_MONTHS = 6  # D5
WHOLE_PERMILLE = 1000


def ground_of(run: Run, on: dt.date, held: HeldAwards) -> Ground:
    """Read everything a plan for the run's place needs; a fixed number of queries."""
    folder = snapshot_folder(run)
    persons, households, facts = (pq.read_table(folder / f"{n}.parquet") for n in ("persons", "households", "facts"))
    townships = set(households.column("place_code").unique().to_pylist())
    asked = {
        "low": run.place_code,
        "high": upper(run.place_code),
        "on": on,
        "known_on": run.known_on,
        "compared": list(COMPARED_FACTS),
    }
    return Ground(
        determinations=fetch(DETERMINATIONS, {"run": run.pk}, DETERMINATION_FIELDS),
        persons=persons,
        households=households,
        facts=facts,
        held=held,
        freezes=freezes(townships, on),
        phase_outs=phase_outs(townships, on),
        flags=pa.concat_tables([fetch(_sql("flags"), asked, FLAG_FIELDS), enrolled_twice(asked, held)]),
        unverified=unverified(run),
    )


def _sql(name: str) -> str:
    return (pathlib.Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def enrolled_twice(asked: dict[str, Any], held: HeldAwards) -> pa.Table:
    """List the families whose roster names a person whom the award of another family feeds already."""
    with duckdb.connect(":memory:") as memory:
        memory.register("twice", fetch(_sql("enrolled_twice"), asked, ENROLLED_TWICE_FIELDS))
        memory.register("coverage", held.coverage)
        return memory.execute(ENROLLED_TWICE, {"group": EXCLUSIVE_GROUP}).to_arrow_table().cast(FLAG_FIELDS)


def freezes(place_codes: Iterable[str], on: dt.date) -> pa.Table:
    """List the places and programmes where exits are held on a day, with the clause and the end."""
    rows = []
    for place, state in _states("exit_freeze", place_codes, on):
        rows += [
            {"place_code": place, "programme": name, "clause": state.clause, "until": state.until}
            for name in _programmes(state)
        ]
    return pa.Table.from_pylist(rows, schema=FREEZE_FIELDS)


def phase_outs(place_codes: Iterable[str], on: dt.date) -> pa.Table:
    """List the places and programmes where exits through work fade out, with months and share paid."""
    rows = []
    for place, state in _states("phase_out", place_codes, on):
        settings = state.settings or {}
        rows += [
            {
                "place_code": place,
                "programme": name,
                "clause": state.clause,
                "month_count": settings.get("months") or DEFAULT_PHASE_OUT_MONTHS,
                "pay_permille": WHOLE_PERMILLE if settings.get("pay_permille") is None else settings["pay_permille"],
            }
            for name in _programmes(state)
        ]
    return pa.Table.from_pylist(rows, schema=PHASE_OUT_FIELDS)


def _states(name: str, place_codes: Iterable[str], on: dt.date) -> Iterable[tuple[str, Any]]:
    switches, extra = policy.law().switches, policy.local_rows(on, on)
    for place in sorted(set(place_codes)):
        for state in switches.standing(name, place, on, extra):
            yield place, state


def _programmes(state: Any) -> list[str]:
    return list(state.programmes) or [programme.name for programme in Programme]


def unverified(run: Run) -> pa.Table:
    """List the places, areas and programmes whose standard in the run has no verified source."""
    filed = frozen.parameters(run.parameter_digest)
    verified = {(row["name"], row["place"], row["area"]): row["verified"] for row in filed["provenance"]}
    doubtful = {key for key, is_verified in verified.items() if not is_verified}
    rows = []
    for place, is_rural in zip(filed["values"]["place_code"], filed["values"]["is_rural"], strict=True):
        area = "rural" if is_rural else "urban"
        for programme, names in STANDARDS.items():
            if any(_holder_doubtful(name, place, area, verified, doubtful) for name in names):
                rows.append({"place_code": place, "is_rural": is_rural, "programme": programme})
    return pa.Table.from_pylist(rows, schema=UNVERIFIED_FIELDS)


def _holder_doubtful(
    name: str, place: str, area: str, verified: dict[tuple[str, str, str], bool], doubtful: set[tuple[str, str, str]]
) -> bool:
    for length in (9, 6, 4, 2, 0):
        for kind in (area, ""):
            if (name, place[:length], kind) in verified:
                return (name, place[:length], kind) in doubtful
    return False
