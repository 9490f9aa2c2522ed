"""A simulation says what two separate determinations would say, and adds nothing of its own."""

import datetime as dt
import pathlib
from typing import Any

import duckdb
import pytest

from doudi.engine import bulk, packs, reform, simulate
from doudi.kernel.errors import BadInput
from tests.engine.families import invented_families, write_tables

LAW = packs.load()
ON = dt.date(2022, 4, 15)
PLACES = ("231084101", "231084102", "141124100")
STANDARD = reform.STANDARD


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    found = tmp_path_factory.mktemp("people")
    write_tables(LAW.inputs, invented_families(LAW.inputs, 1500, seed=5, unknown_share=0.03, places=PLACES), found)
    return found


def _reform(**more: Any) -> reform.Reform:
    change = {"parameter": STANDARD, "place": "23", "scale": 1100, "round": 100}
    return reform.parse({"reform": "试算", "on": ON, "change": [change]} | more, LAW)


def _simulated(folder: pathlib.Path, asked: reform.Reform) -> simulate.Simulation:
    return simulate.simulate_files(LAW, asked, folder / "persons.parquet", folder / "households.parquet")


def _decided(folder: pathlib.Path, out: pathlib.Path, extra: tuple[Any, ...] = ()) -> None:
    bulk.decide_files(LAW, folder / "persons.parquet", folder / "households.parquet", out, ON, extra=extra)


def _as_local_rows(asked: reform.Reform) -> tuple[Any, ...]:
    """Write the changed standard as local decisions of each place, the slow way round."""
    rows = []
    table = LAW.parameters.table(PLACES, ON).arrow
    columns, _ = reform.changed_columns(asked, table, LAW.parameters)
    for place, rural, value in zip(
        table.column("place_code").to_pylist(),
        table.column("is_rural").to_pylist(),
        columns[STANDARD].to_pylist(),
        strict=True,
    ):
        like = next(row for row in LAW.parameters.rows if row.name == STANDARD)
        rows.append(
            like.__class__(
                STANDARD, place, "rural" if rural else "urban", value, dt.date(2022, 1, 2), None, dt.date(2022, 1, 2),
                "试算", "", False, local_id=1,
            )
        )  # fmt: skip
    return tuple(rows)


def test_a_simulation_agrees_with_two_determinations(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    asked = _reform(change=[{"parameter": STANDARD, "place": "23", "scale": 1500, "round": 100}])
    found = _simulated(folder, asked)
    _decided(folder, tmp_path / "before")
    _decided(folder, tmp_path / "after", _as_local_rows(asked))
    for programme, entity, key in (("dibao", "households", "household_id"), ("tekun", "persons", "person_id")):
        was, now = f"b.{programme}_outcome = 1", f"a.{programme}_outcome = 1"
        old, new = f"b.{programme}_amount_fen_m", f"a.{programme}_amount_fen_m"
        row = duckdb.sql(
            f"""select count(*) filter (where {was}), count(*) filter (where {now}),
                count(*) filter (where not ({was}) and {now}), count(*) filter (where {was} and not ({now})),
                count(*) filter (where {was} and {now} and {new} > {old}),
                count(*) filter (where {was} and {now} and {new} < {old}),
                count(*) filter (where a.{programme}_outcome = 2), sum({old}), sum({new})
            from '{tmp_path}/before/{entity}.parquet' b
            join '{tmp_path}/after/{entity}.parquet' a on a.{key} = b.{key}"""
        ).fetchall()[0]
        total = found.total(programme=programme)
        names = ("granted_before", "granted_after", "newly_in", "newly_out", "gainers", "losers", "unknown_after")
        assert tuple(total[name] for name in (*names, "fen_before", "fen_after")) == row
    assert found.total(programme="dibao")["gainers"] > 0
    assert found.total(programme="dibao")["newly_in"] > 0


def test_only_the_changed_province_gains(folder: pathlib.Path) -> None:
    found = _simulated(folder, _reform())
    assert {one.county_code for one in found.effects} == {"231084", "141124"}
    assert found.total(county_code="141124")["fen_more"] == 0
    assert found.total(county_code="231084")["fen_more"] > 0
    assert found.total(county_code="231084")["fen_more_y"] == 12 * found.total(county_code="231084")["fen_more"]


def test_only_asked_programmes_are_reported(folder: pathlib.Path) -> None:
    asked = _simulated(folder, _reform(programmes=["dibao"]))
    assert {one.programme for one in asked.effects} == {"dibao"}
    assert asked.total(programme="dibao") == _simulated(folder, _reform()).total(programme="dibao")


def test_a_change_that_nothing_rests_on_is_refused(folder: pathlib.Path) -> None:
    asked = _reform(change=[{"parameter": "yearly_rounding_fen", "place": "", "set": 2}])
    with pytest.raises(BadInput, match="不影响任何项目"):
        _simulated(folder, asked)


def test_counties_simulated_apart_add_up(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    asked = _reform(change=[{"parameter": STANDARD, "place": "", "scale": 1100}], must_hold=["gap_not_wider"])
    parts = []
    for county in ("231084", "141124"):
        part = tmp_path / county
        part.mkdir()
        for name, scope in (
            ("households", f"place_code like '{county}%'"),
            (
                "persons",
                f"household_id in (select household_id from '{folder}/households.parquet' "
                f"where place_code like '{county}%')",
            ),
        ):
            rows = f"select * from '{folder}/{name}.parquet' where {scope}"
            duckdb.sql(f"copy ({rows}) to '{part}/{name}.parquet' (format parquet)")
        parts.append(_simulated(part, asked))
    whole, put_together = _simulated(folder, asked), simulate.merged(parts)
    assert sorted(whole.effects, key=str) == sorted(put_together.effects, key=str)
    assert whole.person_count == put_together.person_count
    assert whole.held == put_together.held


def test_different_reforms_cannot_be_put_together(folder: pathlib.Path) -> None:
    other = _reform(change=[{"parameter": STANDARD, "place": "23", "scale": 1200}])
    with pytest.raises(BadInput, match="同一方案"):
        simulate.merged([_simulated(folder, _reform()), _simulated(folder, other)])


def test_a_missing_file_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match="没有这个文件"):
        _simulated(tmp_path, _reform())
