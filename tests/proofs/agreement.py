"""Two executions of one rule text agree: family by family in Python, and in bulk as SQL.

    python -m tests.proofs.agreement --families 1000000

Every programme, every column, days on which the law changes, towns and country of three provinces, and
four shares of unknown facts.  A difference is printed with its family and ends the run with exit code 1.
"""

import argparse
import collections
import concurrent.futures
import datetime as dt
import itertools
import pathlib
import sys
import tempfile
import time
from typing import Any

import pyarrow.parquet as pq

from doudi.engine import bulk, packs
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import OUTCOME_NAMES
from doudi.engine.scalar import decisions, family_reckoning
from tests.proofs import invent

PLACES = ("231084101", "230102001", "141124100", "140105001", "210727100", "210106001")
UNKNOWN_PERMILLE = (0, 2, 15, 150)
CHUNK = 10_000
FIRST = dt.date(2020, 3, 1)


def days() -> list[dt.date]:
    """List a day in every stretch between two changes of the rules since the first notice, and 2022-04-15."""
    law = packs.load()
    return sorted({FIRST, dt.date(2022, 4, 15), *(day for day in law.change_days() if day > FIRST)})


Compared = tuple[int, int, collections.Counter[str], str]


def compare(number: int, household_count: int, on: dt.date, unknown_permille: int) -> Compared:
    """Compare one chunk; give families, cells, what was decided how often, and the first difference in words."""
    law = packs.load()
    rules = law.rules_on(on)
    with tempfile.TemporaryDirectory(prefix="doudi-agreement-") as work:
        folder = pathlib.Path(work)
        invent.people(
            law.inputs, folder, household_count, seed=number, unknown_permille=unknown_permille, places=PLACES
        )
        bulk.decide_files(law, folder / "persons.parquet", folder / "households.parquet", folder / "out", on)
        homes = {row["household_id"]: row for row in pq.read_table(folder / "households.parquet").to_pylist()}
        members: dict[int, list[dict[str, Any]]] = {}
        for row in pq.read_table(folder / "persons.parquet").to_pylist():
            members.setdefault(row["household_id"], []).append(row)
        found = {
            PERSON: {row["person_id"]: row for row in pq.read_table(folder / "out/persons.parquet").to_pylist()},
            HOUSEHOLD: {
                row["household_id"]: row for row in pq.read_table(folder / "out/households.parquet").to_pylist()
            },
        }
    cells, decided = 0, collections.Counter[str]()
    plans = {plan.name: plan for plan in rules.programmes}
    for household_id, home in homes.items():
        reckoning, _ = family_reckoning(law, {"household": home, "persons": members[household_id]}, None, on)
        for one in decisions(reckoning):
            subject = household_id if one.person is None else members[household_id][one.person]["person_id"]
            row = found[HOUSEHOLD if one.person is None else PERSON][subject]
            said: list[Any] = [one.outcome, one.amount_fen_m, one.criteria_met, one.criteria_unknown]
            if plans[one.programme].has_routes:
                said.append(one.route_number)
            wide = [row[name] for name in plans[one.programme].output_names]
            cells += len(said)
            decided[f"{one.programme} {OUTCOME_NAMES[one.outcome]}"] += 1
            if said != wide:
                return len(homes), cells, decided, f"{on} {one.programme} {subject}: family {said}, bulk {wide}: {home}"
    return len(homes), cells, decided, ""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--families", type=int, default=1_000_000)
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    cases = itertools.cycle(itertools.product(days(), UNKNOWN_PERMILLE))
    sizes = [min(CHUNK, chosen.families - done) for done in range(0, chosen.families, CHUNK)]
    families = cells = 0
    decided = collections.Counter[str]()
    began = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(chosen.processes) as pool:
        jobs = [
            pool.submit(compare, number, size, *case)
            for number, (size, case) in enumerate(zip(sizes, cases, strict=False))
        ]
        for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            count, compared, outcomes, problem = job.result()
            decided.update(outcomes)
            families, cells = families + count, cells + compared
            if problem:
                pool.shutdown(cancel_futures=True)
                sys.stdout.write(f"DIFFERENCE {problem}\n")
                return 1
            if done % 10 == 0 or done == len(jobs):
                rate = families / (time.monotonic() - began)
                sys.stderr.write(f"{families:,} families, {rate:,.0f} a second\n")
    sys.stdout.write(
        f"{families:,} families on {len(days())} days with {UNKNOWN_PERMILLE} permille unknown: "
        f"{cells:,} cells compared, 0 differ, {time.monotonic() - began:,.0f} s\n"
    )
    for name in sorted(decided):
        sys.stdout.write(f"  {name}: {decided[name]:,}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
