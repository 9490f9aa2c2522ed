"""Blocks: how they are cut, that they can be stopped, printed, run again and put together, and what is left out."""

import datetime as dt
import pathlib
import subprocess
import sys
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doudi.engine import blockrun, blocks, bulk, local, packs, parquetfile
from doudi.engine.local import Step
from doudi.engine.ruleset import NoRulesThatDay
from doudi.kernel.errors import BadInput
from tests.engine.families import SmallLaw, invented_families, write_tables
from tests.engine.small_law import ON

LAW = SmallLaw()
COUNTIES = ("231084", "231005", "231085")


def by_county(count: int = 240) -> list[dict[str, Any]]:
    """Invent families in the order of three counties, the last of which has half of them."""
    families = invented_families(LAW.inputs, count, seed=11)
    for number, family in enumerate(families):
        county = COUNTIES[min(2, number * 4 // count)]
        family["household"]["place_code"] = f"{county}10{1 + number % 2}"
    return families


def files(folder: pathlib.Path, families: list[dict[str, Any]], **options: Any) -> tuple[pathlib.Path, pathlib.Path]:
    write_tables(LAW.inputs, families, folder, **options)
    return folder / "persons.parquet", folder / "households.parquet"


def frames(folder: pathlib.Path) -> list[pl.DataFrame]:
    return [pl.read_parquet(folder / f"{name}.parquet") for name in ("persons", "households")]


def cut_of(paths: tuple[pathlib.Path, pathlib.Path], folder: pathlib.Path, by: str = "") -> list[blocks.Block]:
    folder.mkdir()
    asked = bulk._Asked(LAW, bulk._paths(*paths), LAW.rules_on(ON), ON, None, (), None, by, "wide")
    with bulk._prepared(asked, folder) as run:
        return run.blocks


def test_blocks_hold_whole_counties_when_the_files_are_in_their_order(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path, by_county())
    people = pq.read_metadata(paths[0]).num_rows
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", people * 6 // 10)

    assert [block.counties for block in cut_of(paths, tmp_path / "w")] == [COUNTIES[:2], COUNTIES[2:]]


def test_a_county_larger_than_a_block_is_cut_inside_itself(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path, by_county())
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", pq.read_metadata(paths[0]).num_rows * 3 // 10)

    cut = cut_of(paths, tmp_path / "w")

    assert [block.counties for block in cut] == [(code,) for code in (*COUNTIES, COUNTIES[2])]
    assert sum(block.households for block in cut) == 240


@pytest.mark.parametrize("in_order", [True, False])
def test_each_county_can_have_its_own_blocks(tmp_path: pathlib.Path, in_order: bool) -> None:
    families = by_county()
    if not in_order:
        families = families[::2] + families[1::2][::-1]
        for number, family in enumerate(families):
            family["household"]["place_code"] = f"{COUNTIES[number % 3]}101"
    paths = files(tmp_path, families)

    cut = cut_of(paths, tmp_path / "w", "county")
    bulk.decide_files(LAW, *paths, tmp_path / "x", ON)
    bulk.decide_files(LAW, *paths, tmp_path / "y", ON, by="county")

    assert sorted(block.counties for block in cut) == sorted((code,) for code in COUNTIES)
    for one, other, key in zip(
        frames(tmp_path / "x"), frames(tmp_path / "y"), ("person_id", "household_id"), strict=True
    ):
        assert one.sort(key).equals(other.sort(key))


def test_an_unknown_way_of_cutting_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match="不能按 village 分块"):
        bulk.decide_files(LAW, *files(tmp_path, by_county()), tmp_path / "x", ON, by="village")


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_does_not_change_a_byte(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    paths = files(tmp_path, by_county())
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", 70)

    bulk.decide_files(LAW, *paths, tmp_path / "x", ON, workers=2)
    bulk.decide_files(LAW, *paths, tmp_path / "y", ON, workers=workers)

    for name in ("persons.parquet", "households.parquet", "run.json"):
        assert (tmp_path / "x" / name).read_bytes() == (tmp_path / "y" / name).read_bytes()


def test_files_in_another_order_give_the_same_bytes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    families = by_county()
    shuffled = [{"household": f["household"], "persons": f["persons"][::-1]} for f in families[1::2] + families[::2]]
    paths = files(tmp_path / "a", families), files(tmp_path / "b", shuffled, row_group_size=50)

    for size in (10_000, 70):
        monkeypatch.setattr(blocks, "BLOCK_PEOPLE", size)
        for place, one in zip("xy", paths, strict=True):
            bulk.decide_files(LAW, *one, tmp_path / place, ON)
        for name in ("persons.parquet", "households.parquet"):
            assert (tmp_path / "x" / name).read_bytes() == (tmp_path / "y" / name).read_bytes()


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = files(tmp_path, by_county())
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", 70)
    bulk.decide_files(LAW, *paths, tmp_path / "whole", ON)

    def stop(step: Step) -> None:
        if step.blocks_done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.decide_files(LAW, *paths, tmp_path / "out", ON, progress=stop, workers=1)
    assert not (tmp_path / "out/persons.parquet").exists()
    seen: list[Step] = []
    bulk.decide_files(LAW, *paths, tmp_path / "out", ON, progress=seen.append)

    assert seen[0].blocks_done >= 3
    assert seen[0].people_kept == seen[0].people_done > 0
    assert not list((tmp_path / "out").glob(".doudi-*"))
    assert (tmp_path / "whole/persons.parquet").read_bytes() == (tmp_path / "out/persons.parquet").read_bytes()


def test_parts_of_other_values_are_not_used_again(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = files(tmp_path, by_county())
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", 70)

    def stop(step: Step) -> None:
        if step.blocks_done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.decide_files(LAW, *paths, tmp_path / "out", ON, progress=stop)
    original = type(LAW.parameters).table

    def other(self: Any, places: list[str], *rest: Any) -> Any:
        dense = original(self, places, *rest)
        return type(dense)(dense.arrow, "other values")

    monkeypatch.setattr(type(LAW.parameters), "table", other)
    seen: list[Step] = []
    bulk.decide_files(LAW, *paths, tmp_path / "out", ON, progress=seen.append)

    assert seen[0].blocks_done == 0


@pytest.mark.parametrize("by", ["", "county"])
def test_a_printed_block_runs_with_duckdb_alone(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    paths = files(tmp_path, by_county())
    monkeypatch.setattr(blocks, "BLOCK_PEOPLE", pq.read_metadata(paths[0]).num_rows * 6 // 10)
    bulk.decide_files(LAW, *paths, tmp_path / "out", ON, by=by)
    (tmp_path / "again").mkdir()
    count = 3 if by else 2

    for number in range(1, count + 1):
        text = bulk.block_text(LAW, *paths, tmp_path / "again", ON, number, by=by)
        assert "TEST1-" in text
        code = "import duckdb, sys; duckdb.connect().execute(sys.stdin.read())"
        subprocess.run([sys.executable, "-c", code], input=text, text=True, check=True)

    for name, whole in zip(("persons", "households"), frames(tmp_path / "out"), strict=True):
        parts = [tmp_path / "again" / f"{name}-{number:05d}.parquet" for number in range(1, count + 1)]
        assert pl.concat([pl.read_parquet(part) for part in parts]).equals(whole)
        parquetfile.join(parts, tmp_path / "joined.parquet")
        assert (tmp_path / "joined.parquet").read_bytes() == (tmp_path / "out" / f"{name}.parquet").read_bytes()


def test_a_block_that_is_not_there_cannot_be_printed(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match="没有第 4 块"):
        bulk.block_text(LAW, *files(tmp_path, by_county()), tmp_path, ON, 4)


def test_only_the_programmes_asked_for_are_reckoned(tmp_path: pathlib.Path) -> None:
    paths = files(tmp_path, by_county())

    whole = bulk.decide_files(LAW, *paths, tmp_path / "x", ON)
    part = bulk.decide_files(LAW, *paths, tmp_path / "y", ON, programmes=["tekun"])

    assert set(part.outcome_counts) == {"tekun"}
    assert part.outcome_counts["tekun"] == whole.outcome_counts["tekun"]
    assert len(part.sql_text) < len(whole.sql_text)
    persons, households = frames(tmp_path / "y")
    assert persons.equals(frames(tmp_path / "x")[0].select(persons.columns))
    assert households.columns == ["household_id"]


def test_only_the_results_asked_for_are_written(tmp_path: pathlib.Path) -> None:
    paths = files(tmp_path, by_county())

    bulk.decide_files(LAW, *paths, tmp_path / "x", ON)
    bulk.decide_files(LAW, *paths, tmp_path / "y", ON, outputs=["dibao_amount_fen_m", "dibao_granted"])

    persons, households = frames(tmp_path / "y")
    assert persons.columns == ["person_id", "household_id"]
    assert households.columns == ["household_id", "dibao_amount_fen_m", "dibao_granted", "dibao_outcome"]
    assert households["dibao_amount_fen_m"].equals(frames(tmp_path / "x")[1]["dibao_amount_fen_m"])


def test_a_result_nobody_knows_is_refused(tmp_path: pathlib.Path) -> None:
    paths = files(tmp_path, by_county(8))

    with pytest.raises(BadInput, match="没有名为 dibao_amount 的规则或结果"):
        bulk.decide_files(LAW, *paths, tmp_path / "x", ON, outputs=["dibao_amount"])
    with pytest.raises(NoRulesThatDay, match="heating_aid"):
        bulk.decide_files(LAW, *paths, tmp_path / "x", ON, programmes=["heating_aid"])


def test_the_long_text_is_the_same_for_all_people(tmp_path: pathlib.Path) -> None:
    known = invented_families(LAW.inputs, 30, seed=1, unknown_share=0.0)
    unknown = invented_families(LAW.inputs, 30, seed=2, unknown_share=0.5)
    results = []
    for name, families in (("a", known), ("b", unknown)):
        paths = files(tmp_path / name, families)
        results.append(bulk.decide_long(LAW, *paths, tmp_path / name / "d.parquet", ON))

    assert results[0].sql_text == results[1].sql_text


@pytest.mark.parametrize("change", ["no unknown", "one value", "absent"])
def test_what_the_files_tell_shortens_the_text_and_changes_nothing(tmp_path: pathlib.Path, change: str) -> None:
    families = by_county()
    for family in families:
        for person in family["persons"]:
            if change == "no unknown":
                person |= {name: 0 if value is None else value for name, value in person.items()}
                person["supporters_able"] = bool(person["supporters_able"])
            elif change == "one value":
                person |= {"vehicle_count": 1, "is_dead": False, "disability_grade": 0}
            else:
                person |= {"vehicle_count": None, "supporters_able": None}
    paths = files(tmp_path, families)
    if change == "absent":
        pq.write_table(pq.read_table(paths[0]).drop_columns(["vehicle_count", "supporters_able"]), paths[0])

    wide = bulk.decide_files(LAW, *paths, tmp_path / "x", ON)
    long = bulk.decide_long(LAW, *paths, tmp_path / "d.parquet", ON)

    assert wide.outcome_counts == long.outcome_counts
    rows = pl.read_parquet(tmp_path / "d.parquet").filter(pl.col("programme") == "dibao").sort("household_id")
    households = frames(tmp_path / "x")[1]
    for name in ("outcome", "amount_fen_m", "criteria_met", "criteria_unknown"):
        assert rows[name].to_list() == households[f"dibao_{name}"].to_list()


def test_somebody_given_twice_is_refused(tmp_path: pathlib.Path) -> None:
    families = by_county(20)
    families[3]["persons"].append(dict(families[3]["persons"][0]))
    paths = files(tmp_path, families)

    with pytest.raises(BadInput, match="出现了不止一次"):
        bulk.decide_files(LAW, *paths, tmp_path / "x", ON)


def test_one_lost_and_one_doubled_do_not_make_up_for_each_other(tmp_path: pathlib.Path) -> None:
    families = invented_families(LAW.inputs, 20, seed=4)
    families[3]["persons"] = families[3]["persons"][:1]
    families[5]["persons"] = families[5]["persons"][:1]
    paths = files(tmp_path, families)
    households = pq.read_table(paths[1])
    keys = households["household_id"].to_pylist()
    keys[3] = keys[5]
    pq.write_table(households.set_column(0, "household_id", pa.array(keys, pa.int64())), paths[1])

    with pytest.raises(BadInput, match="出现了不止一次"):
        bulk.decide_files(LAW, *paths, tmp_path / "x", ON)


def test_joined_parts_read_as_one_file(tmp_path: pathlib.Path) -> None:
    con = duckdb.connect()
    parts = [tmp_path / f"{number}.parquet" for number in range(3)]
    for number, part in enumerate(parts):
        con.execute(
            f"copy (select {number} * 5000 + i as key, i % 7 as code, case when i % 3 = 0 then null else i end as gap, "
            f"'甲' || i % 5 as word, i % 2 = 0 as yes from range(5000) t(i)) to '{part}' (row_group_size 2048)"
        )
    whole = tmp_path / "whole.parquet"

    parquetfile.join(parts, whole)

    expected = pa.concat_tables([pq.read_table(part) for part in parts])
    assert pq.read_table(whole).equals(expected)
    assert pl.read_parquet(whole).equals(pl.from_arrow(expected))
    assert con.execute(f"select word, gap from '{whole}' where key = 12345").fetchall() == [("甲0", 2345)]
    assert con.execute(f"select count(*) from '{whole}' where code = 6").fetchall() == [(2142,)]
    parquetfile.join(parts[:1], tmp_path / "one.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == parts[0].read_bytes()


def test_parts_of_other_columns_are_not_joined(tmp_path: pathlib.Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"b": [1]}), tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"no parquet at all")

    with pytest.raises(parquetfile.NotAlike, match="other columns"):
        parquetfile.join([tmp_path / "a.parquet", tmp_path / "b.parquet"], tmp_path / "x.parquet")
    with pytest.raises(parquetfile.NotAlike, match="no Parquet file"):
        parquetfile.join([tmp_path / "c.parquet"], tmp_path / "x.parquet")


def test_a_worker_touches_nothing_but_its_folder_and_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")

    with blockrun.connection(tmp_path / "own", []) as con, pytest.raises(duckdb.Error):
        con.execute(f"select * from '{tmp_path / 'secret.csv'}'")
    with blockrun.connection(tmp_path / "own", []) as con, pytest.raises(duckdb.Error):
        con.execute("set enable_external_access = true")


def test_workers_fit_the_work() -> None:
    assert local.usual_workers(1) == 1
    assert 1 <= local.usual_workers(100) <= local.MOST_WORKERS


def test_the_real_law_can_be_narrowed_to_each_programme(tmp_path: pathlib.Path) -> None:
    law = packs.load()
    on = dt.date(2022, 4, 15)
    families = invented_families(law.inputs, 60, seed=8, places=("231084101", "141124101"))
    write_tables(law.inputs, families, tmp_path)
    paths = tmp_path / "persons.parquet", tmp_path / "households.parquet"
    whole = bulk.decide_files(law, *paths, tmp_path / "x", on)

    for plan in law.rules_on(on).programmes:
        part = bulk.decide_files(law, *paths, tmp_path / "y", on, programmes=[plan.name])
        assert part.outcome_counts == {plan.name: whole.outcome_counts[plan.name]}
        for one, other in zip(frames(tmp_path / "y"), frames(tmp_path / "x"), strict=True):
            assert one.equals(other.select(one.columns))
