"""One rule text, three executions: plain Python, generated SQL on DuckDB, Polars. Zero differences."""

import datetime as dt
import pathlib
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doudi.engine import blocks, bulk
from doudi.engine.local import Step
from doudi.engine.packs import Law
from doudi.engine.rule import PERSON
from doudi.engine.scalar import decide
from tests.engine import polars_oracle
from tests.engine.families import SmallLaw, invented_families, write_tables
from tests.engine.small_law import ON

PLACES = ("231084101", "231084102", "231085101")


def scalar_rows(law: Law, families: list[dict[str, Any]], on: dt.date) -> dict[str, list[dict[str, Any]]]:
    """Decide family by family and lay the answers out like the wide files."""
    rows: dict[str, list[dict[str, Any]]] = {"persons": [], "households": []}
    plans = {plan.name: plan for plan in law.rules_on(on).programmes}
    for family in families:
        household = {"household_id": family["household"]["household_id"]}
        persons = [{k: person[k] for k in ("person_id", "household_id")} for person in family["persons"]]
        for one in decide(law, family, None, on):
            row = household if one.person is None else persons[one.person]
            row[f"{one.programme}_outcome"] = one.outcome
            row[plans[one.programme].amount_name] = one.amount_fen_m
            row[f"{one.programme}_criteria_met"] = one.criteria_met
            row[f"{one.programme}_criteria_unknown"] = one.criteria_unknown
            if plans[one.programme].has_routes:
                row[f"{one.programme}_route"] = one.route_number
        rows["persons"] += persons
        rows["households"].append(household)
    rows["persons"].sort(key=lambda row: (row["household_id"], row["person_id"]))
    return rows


def assert_agree(law: Law, families: list[dict[str, Any]], folder: pathlib.Path, on: dt.date) -> None:
    write_tables(law.inputs, families, folder)
    bulk.decide_files(law, folder / "persons.parquet", folder / "households.parquet", folder / "out", on)
    places = sorted({family["household"]["place_code"] for family in families})
    parameters = pl.from_arrow(law.parameters.table(places, on, None, ()).arrow)
    second = polars_oracle.decide(
        law.rules_on(on),
        pl.read_parquet(folder / "persons.parquet"),
        pl.read_parquet(folder / "households.parquet"),
        parameters,
    )
    expected = scalar_rows(law, families, on)
    for name, polars_frame in zip(("persons", "households"), second, strict=True):
        duckdb_rows = pl.read_parquet(folder / "out" / f"{name}.parquet").to_dicts()
        assert duckdb_rows == expected[name]
        assert polars_frame.to_dicts() == expected[name]


@pytest.mark.parametrize("on", [ON, dt.date(2021, 6, 1)])
@pytest.mark.parametrize("unknown_share", [0.0, 0.05, 0.5])
def test_decide_agrees_on_invented_families(tmp_path: pathlib.Path, on: dt.date, unknown_share: float) -> None:
    law = SmallLaw()

    families = invented_families(law.inputs, 400, seed=7, unknown_share=unknown_share, places=PLACES)

    assert_agree(law, families, tmp_path, on)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), unknown_share=st.sampled_from([0.0, 0.2, 0.9]))
def test_decide_agrees_on_any_family(tmp_path: pathlib.Path, seed: int, unknown_share: float) -> None:
    law = SmallLaw()

    families = invented_families(law.inputs, 20, seed=seed, unknown_share=unknown_share, places=PLACES)

    assert_agree(law, families, tmp_path, ON)


def test_decide_gives_the_same_whatever_the_order_and_the_blocks(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = SmallLaw()
    families = invented_families(law.inputs, 300, seed=3, places=PLACES)
    shuffled = [{"household": f["household"], "persons": f["persons"][::-1]} for f in families[::-1]]
    write_tables(law.inputs, families, tmp_path / "a")
    write_tables(law.inputs, shuffled, tmp_path / "b", row_group_size=50)

    bulk.decide_files(law, tmp_path / "a/persons.parquet", tmp_path / "a/households.parquet", tmp_path / "x", ON)
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", 90)
    seen: list[Step] = []
    result = bulk.decide_files(
        law,
        tmp_path / "b/persons.parquet",
        tmp_path / "b/households.parquet",
        tmp_path / "y",
        ON,
        progress=seen.append,
    )

    assert seen[-1].blocks_done == seen[-1].block_count > 5
    assert seen[-1].people_done == result.person_count
    assert result.household_count == 300
    assert not list((tmp_path / "y").glob(".doudi-*"))
    for name in ("persons", "households"):
        one, other = (pl.read_parquet(tmp_path / place / f"{name}.parquet") for place in "xy")
        assert one.equals(other)


def test_decide_long_lists_the_same_decisions(tmp_path: pathlib.Path) -> None:
    law = SmallLaw()
    families = invented_families(law.inputs, 150, seed=5, places=PLACES)
    write_tables(law.inputs, families, tmp_path)

    bulk.decide_long(law, tmp_path / "persons.parquet", tmp_path / "households.parquet", tmp_path / "d.parquet", ON)

    expected = []
    for family in families:
        for one in decide(law, family, None, ON):
            if one.applies:
                household_id = family["household"]["household_id"]
                subject = household_id if one.person is None else family["persons"][one.person]["person_id"]
                expected.append(
                    ("h" if one.person is None else "p", subject, household_id, one.programme, one.outcome,
                     one.amount_fen_m, one.criteria_met, one.criteria_unknown, one.route)
                )  # fmt: skip
    found = pl.read_parquet(tmp_path / "d.parquet")
    assert found.columns == [
        "subject_kind", "subject_id", "household_id", "programme", "outcome", "amount_fen_m", "criteria_met",
        "criteria_unknown", "route",
    ]  # fmt: skip
    assert sorted(found.rows(), key=str) == sorted(expected, key=str)


def test_stages_alternate_between_subjects() -> None:
    rules = SmallLaw().rules_on(ON)

    assert [stage.entity == PERSON for stage in rules.stages] == [stage.number % 2 == 1 for stage in rules.stages]
