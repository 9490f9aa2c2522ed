"""Bulk determination and explanation against baselines in the same run.

    python benchmarks/rules.py --people 1000000 --rounds 3

Compares ``doudi decide`` with SQL written by hand for the same outputs (hand_written.sql) and with
plain Python that decides family by family (per_row.py), and checks that all columns are equal.
"""

import argparse
import datetime as dt
import pathlib
import shutil
import sys
import time

import duckdb
import measure
import pyarrow.parquet as pq

from doudi.engine import packs
from doudi.engine.explain import explain
from doudi.engine.ruleset import RuleSet

HERE = pathlib.Path(__file__).resolve().parent
ON = dt.date(2022, 4, 15)
BARS = {"hand": 1.3, "per_row": 5.0, "mib": 1024, "explain_ms": 5.0}


def write_parameters(folder: pathlib.Path) -> None:
    """Write the dense parameter table that both baselines read."""
    places = duckdb.sql(f"select distinct place_code from '{folder / 'households.parquet'}'").fetchall()
    law = packs.load()
    table = law.parameters.table(sorted(row[0] for row in places), ON, None, ())
    pq.write_table(table.arrow, folder / "parameters.parquet")


def write_subset(source: pathlib.Path, target: pathlib.Path, people_count: int) -> int:
    """Copy the first households with about so many people; give the exact number of people."""
    target.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    limit = con.execute(
        f"select max(household_id) from (select household_id from '{source / 'persons.parquet'}' "
        f"order by household_id limit {people_count})"
    ).fetchall()[0][0]
    for name in ("persons", "households"):
        con.execute(
            f"copy (select * from '{source / f'{name}.parquet'}' where household_id <= {limit} order by 1) "
            f"to '{target / f'{name}.parquet'}' (format parquet)"
        )
    shutil.copy(source / "parameters.parquet", target / "parameters.parquet")
    return int(con.execute(f"select count(*) from '{target / 'persons.parquet'}'").fetchall()[0][0])


def differences(first: pathlib.Path, second: pathlib.Path, rules: RuleSet) -> dict[str, int]:
    """Count, column by column, the rows in which two results differ."""
    found = {}
    for name, entity, key in (("persons", "person", "person_id"), ("households", "household", "household_id")):
        columns = [column for plan in rules.programmes if plan.entity == entity for column in plan.output_names]
        counts = ", ".join(f"count(*) filter (where a.{c} is distinct from b.{c})" for c in columns)
        lost = f"count(*) filter (where a.{key} is null or b.{key} is null)"
        row = duckdb.sql(
            f"select {lost}, {counts} from '{first / f'{name}.parquet'}' a "
            f"full join '{second / f'{name}.parquet'}' b on a.{key} = b.{key}"
        ).fetchall()[0]
        found |= dict(zip([f"{name}.rows", *columns], row, strict=True))
    return found


def explain_times(folder: pathlib.Path, count: int) -> dict[str, tuple[float, float]]:
    """Explain so many families in this process; give median and 95th percentile in ms, by CPU and by the clock.

    As many other families are explained before, because the engine compiles what it needs on first use.
    The figure with everything read also lays out all of it, every step of every programme and member included.
    """
    law = packs.load()
    con = duckdb.connect()
    households = con.execute(
        f"select * from '{folder / 'households.parquet'}' order by hash(household_id) limit {2 * count}"
    ).to_arrow_table()
    wanted = ", ".join(str(number) for number in households.column("household_id").to_pylist())
    persons = con.execute(
        f"select * from '{folder / 'persons.parquet'}' where household_id in ({wanted}) order by person_id"
    ).to_arrow_table()
    members: dict[int, list[dict[str, object]]] = {}
    for person in persons.to_pylist():
        members.setdefault(person["household_id"], []).append(person)
    families = [{"household": h, "persons": members[h["household_id"]]} for h in households.to_pylist()]
    for family in families[count:]:
        explain(law, family, None, ON)
    found: dict[str, list[float]] = {"CPU": [], "clock": [], "CPU, everything read": []}
    for family in families[:count]:
        clock, cpu = time.perf_counter(), time.process_time()
        told = explain(law, family, None, ON)
        found["clock"].append(time.perf_counter() - clock)
        found["CPU"].append(time.process_time() - cpu)
        laid_out = told.as_dict()
        found["CPU, everything read"].append(time.process_time() - cpu)
        assert all(programme["steps"] or not programme["applies"] for programme in laid_out["programmes"])
    percentiles = {}
    for name, times in found.items():
        times.sort()
        percentiles[name] = times[len(times) // 2] * 1000, times[int(len(times) * 0.95)] * 1000
    return percentiles


def report(rows: list[tuple[str, measure.Cost, float]], base: measure.Cost) -> None:
    print("| way | people | CPU s | wall s | peak MiB | CPU s per million | CPU relative to doudi decide |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, cost, count in rows:
        per_million = cost.cpu / count * 1e6
        ratio = per_million / (base.cpu / rows[0][2] * 1e6)
        print(
            f"| {name} | {count:,.0f} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak_mib:,.0f} "
            f"| {per_million:.2f} | {ratio:.2f} |"
        )


def report_explained(percentiles: dict[str, tuple[float, float]]) -> None:
    print("\n| explain, one family | median ms | p95 ms |\n| --- | ---: | ---: |")
    for name, (p50, p95) in percentiles.items():
        print(f"| {name} | {p50:.2f} | {p95:.2f} |")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--per-row-people", type=int, default=50_000)
    options.add_argument("--explain", type=int, default=1_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--work", type=pathlib.Path, default=HERE.parent / "var" / "benchmarks")
    options.add_argument("--only-explain", action="store_true", help="leave the determination of many people out")
    chosen = options.parse_args()
    whole, subset = chosen.work / f"people-{chosen.people}", chosen.work / f"subset-{chosen.per_row_people}"
    if not (whole / "persons.parquet").exists():
        measure.run([sys.executable, str(HERE / "people.py"), str(whole), str(chosen.people)])
    if chosen.only_explain:
        report_explained(explain_times(whole, chosen.explain))
        return
    write_parameters(whole)
    total = int(duckdb.sql(f"select count(*) from '{whole / 'persons.parquet'}'").fetchall()[0][0])
    small = write_subset(whole, subset, chosen.per_row_people)
    python = sys.executable
    decide = [python, "-m", "doudi.cli.main", "decide"]
    ways = {
        "doudi decide": [*decide, str(whole), "-o", str(whole / "decided"), "--on", ON.isoformat()],
        "SQL by hand": [python, str(HERE / "hand_written.py"), str(whole), str(whole / "by_hand")],
        "Python per family": [python, str(HERE / "per_row.py"), str(subset), str(subset / "per_row")],
    }
    costs: dict[str, list[measure.Cost]] = {name: [] for name in ways}
    for _ in range(chosen.rounds):
        for name, command in ways.items():
            costs[name].append(measure.run(command))
    measure.run([*decide, str(subset), "-o", str(subset / "decided"), "--on", ON.isoformat()])
    middles = {name: measure.middle(found) for name, found in costs.items()}
    sizes = {"doudi decide": total, "SQL by hand": total, "Python per family": small}
    report([(name, middles[name], sizes[name]) for name in ways], middles["doudi decide"])
    rules = packs.load().rules_on(ON)
    unequal = differences(whole / "decided", whole / "by_hand", rules)
    unequal_rows = differences(subset / "decided", subset / "per_row", rules)
    explained = explain_times(whole, chosen.explain)
    p95 = explained["CPU, everything read"][1]
    own = middles["doudi decide"]
    against_hand = own.cpu / middles["SQL by hand"].cpu
    against_rows = middles["Python per family"].cpu / small / (own.cpu / total)
    print(f"\ncolumns compared: {len(unequal)}; cells that differ: {sum(unequal.values())} (SQL by hand, all people), ")
    print(f"{sum(unequal_rows.values())} (Python per family, {small:,} people)")
    for name, count in (*unequal.items(), *unequal_rows.items()):
        if count:
            print(f"  {name}: {count}")
    print("\n| bar | measured | holds |\n| --- | ---: | --- |")
    for words, value, holds in (
        (f"CPU at most {BARS['hand']}x SQL by hand", f"{against_hand:.2f}x", against_hand <= BARS["hand"]),
        (f"CPU at least {BARS['per_row']:.0f}x less than Python per family", f"{against_rows:.1f}x",
         against_rows >= BARS["per_row"]),
        (f"peak memory under {BARS['mib']} MiB", f"{own.peak_mib:,.0f} MiB", own.peak_mib < BARS["mib"]),
        (f"explain p95, everything read, under {BARS['explain_ms']:.0f} ms of CPU", f"{p95:.2f} ms",
         p95 < BARS["explain_ms"]),
    ):  # fmt: skip
        print(f"| {words} | {value} | {'yes' if holds else 'NO'} |")
    report_explained(explained)
    if sum(unequal.values()) + sum(unequal_rows.values()):
        raise SystemExit("results differ")


if __name__ == "__main__":
    main()
