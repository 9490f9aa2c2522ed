"""What must hold between two answers, whatever the right answer is.

    python -m tests.proofs.metamorphic --families 200000

1. order: members, rows and columns in another order give the same file, byte for byte;
2. income: more counted income never raises the gap of a whole family on dibao;
3. moved: income moved from one member to another changes nothing for the household, where no deduction and
   no right of a single person touches it;
4. learned: an unknown fact that becomes known never contradicts what was decided without it;
5. bounds: no amount below nought, and none above its cap.
A broken relation is printed with its household and ends the run with exit code 1.
"""

import argparse
import dataclasses
import datetime as dt
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable

import duckdb

from doudi.engine import bulk, packs
from doudi.engine.inputs import Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON
from tests.proofs import invent
from tests.proofs.agreement import PLACES, days

LAW = packs.load()
MOVED_FEN = 12_345
WHOLE_ROUTE = 1


@dataclasses.dataclass(frozen=True)
class Trial:
    """One pair of populations on one day, below a folder."""

    folder: pathlib.Path
    on: dt.date
    seed: int
    households: int

    def decide(self, people: str) -> pathlib.Path:
        """Decide the people of a sub-folder; give where the answers lie."""
        source, out = self.folder / people, self.folder / f"{people}-out"
        bulk.decide_files(LAW, source / "persons.parquet", source / "households.parquet", out, self.on)
        return out

    def invented(self, unknown_permille: int) -> pathlib.Path:
        folder = self.folder / "people"
        invent.people(
            LAW.inputs, folder, self.households, seed=self.seed, unknown_permille=unknown_permille, places=PLACES
        )
        return folder

    def rewritten(self, name: str, persons: str = "*", households: str = "*", order: str = "") -> None:
        """Write the invented people again, changed by a select list or in another order."""
        target = self.folder / name
        target.mkdir()
        for table, columns in (("persons", persons), ("households", households)):
            rows = f"select {columns} from '{self.folder}/people/{table}.parquet' {order}"
            duckdb.sql(f"copy ({rows}) to '{target}/{table}.parquet' (format parquet, row_group_size 50000)")


def order(trial: Trial) -> str:
    trial.invented(10)
    reversed_columns = {
        table: ", ".join(reversed(LAW.inputs.names(entity)))
        for table, entity in (("persons", PERSON), ("households", HOUSEHOLD))
    }
    trial.rewritten("shuffled", **reversed_columns, order="order by hash(household_id, 77) desc, 1")
    first, second = trial.decide("people"), trial.decide("shuffled")
    for table in ("persons", "households"):
        if (first / f"{table}.parquet").read_bytes() != (second / f"{table}.parquet").read_bytes():
            return f"{table} differ after shuffling"
    return ""


def income(trial: Trial) -> str:
    trial.invented(0)
    trial.rewritten(
        "richer",
        persons=f"* replace (transfer_income_fen_m + case when person_id % 10 = 0 then {MOVED_FEN} else 0 end "
        "as transfer_income_fen_m)",
    )
    first, second = trial.decide("people"), trial.decide("richer")
    return _first(
        f"""select h.household_id, h.dibao_amount_fen_m, r.dibao_amount_fen_m
        from '{first}/households.parquet' h join '{second}/households.parquet' r using (household_id)
        where {_same_tekun(first, second)} and h.dibao_route in (0, {WHOLE_ROUTE})
          and r.dibao_route = {WHOLE_ROUTE} and r.dibao_amount_fen_m > h.dibao_amount_fen_m"""
    )


def moved(trial: Trial) -> str:
    folder = trial.invented(0)
    # Transfers alone are moved, between living and healthy members, so no deduction touches them.
    giver = (
        f"(select household_id from '{folder}/persons.parquet' group by 1 having "
        f"bool_and(transfer_income_fen_m >= {MOVED_FEN}) and count(*) > 1 and bool_and(not is_seriously_ill))"
    )
    trial.rewritten(
        "moved",
        persons="* replace (transfer_income_fen_m + case when household_id not in " + giver + " then 0 "
        f"when person_id % 10 = 0 then -{MOVED_FEN} when person_id % 10 = 1 then {MOVED_FEN} "
        "else 0 end as transfer_income_fen_m)",
    )
    first, second = trial.decide("people"), trial.decide("moved")
    dead = f"(select household_id from '{folder}/persons.parquet' where is_dead)"
    plans = [plan for plan in LAW.rules_on(trial.on).programmes if plan.name in ("dibao", "dibao_marginal")]
    names = [name for plan in plans for name in (plan.value("outcome"), plan.amount_name)]
    return _first(
        f"""select h.household_id, {_list("h", names)}, {_list("r", names)}
        from '{first}/households.parquet' h join '{second}/households.parquet' r using (household_id)
        where {_same_tekun(first, second)} and h.household_id not in {dead}
          and h.dibao_route in (0, {WHOLE_ROUTE}) and r.dibao_route in (0, {WHOLE_ROUTE})
          and ({_list("h", names)}) is distinct from ({_list("r", names)})"""
    )


def learned(trial: Trial) -> str:
    trial.invented(10)
    trial.rewritten(
        "known", persons=_filled(LAW.inputs, PERSON, "person_id"), households=_filled(LAW.inputs, HOUSEHOLD)
    )
    first, second = trial.decide("people"), trial.decide("known")
    for plan in LAW.rules_on(trial.on).programmes:
        table, key = ("persons", "person_id") if plan.entity == PERSON else ("households", "household_id")
        outcome, amount = plan.value("outcome"), plan.amount_name
        problem = _first(
            f"""select a.{key}, a.{outcome}, b.{outcome}, a.{amount}, b.{amount}
            from '{first}/{table}.parquet' a join '{second}/{table}.parquet' b using ({key})
            where a.{outcome} <> 2 and (a.{outcome}, a.{amount}) is distinct from (b.{outcome}, b.{amount})"""
        )
        if problem:
            return f"{plan.name}: {problem}"
    return ""


def bounds(trial: Trial) -> str:
    folder = trial.invented(10)
    out = trial.decide("people")
    table = LAW.parameters.table(PLACES, trial.on).arrow
    with duckdb.connect() as con:
        con.register("parameters", table)
        con.execute(
            f"create view homes as select h.*, q.*, (select count(*) from '{folder}/persons.parquet' p "
            f"where p.household_id = h.household_id) as members from '{folder}/households.parquet' h "
            "join parameters q on q.place_code = h.place_code and q.is_rural = h.is_rural"
        )
        for plan in LAW.rules_on(trial.on).programmes:
            name, cap = plan.amount_name, CAPS.get(plan.name, "9000000000000")
            source = f"'{out}/persons.parquet' a" if plan.entity == PERSON else f"'{out}/households.parquet' a"
            rows = con.execute(
                f"select a.household_id, a.{name}, {cap} from {source} join homes h on h.household_id = a.household_id "
                f"where a.{name} < 0 or a.{name} > {cap} or (a.{plan.value('outcome')} = 0 and a.{name} <> 0) limit 1"
            ).fetchall()
            if rows:
                return f"{plan.name}: {rows[0]}"
    return ""


# What a programme can pay at most, in terms of the place's values, the household's members and what is held.
CAPS = {
    "dibao": "greatest(h.dibao_standard_fen_m_pc * h.members + h.members * 100000, h.held_dibao_fen_m)",
    "disability_living_subsidy": "h.living_subsidy_fen_m",
}
RELATIONS: tuple[Callable[[Trial], str], ...] = (order, income, moved, learned, bounds)


def _list(table: str, names: list[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def _same_tekun(first: pathlib.Path, second: pathlib.Path) -> str:
    """Leave out families of which a member is, or becomes, supported as tekun: the head count changes then."""
    return (
        f"h.household_id not in (select household_id from '{first}/persons.parquet' where tekun_outcome = 1 union all "
        f"select household_id from '{second}/persons.parquet' where tekun_outcome = 1)"
    )


def _filled(inputs: Inputs, entity: str, key: str = "household_id") -> str:
    """Write a select list in which half of the unknown values become known, near the thresholds."""
    parts = []
    for one in inputs.of(entity):
        if one.nullable:
            mine = f"hash({key}, 'learned {one.name}')"
            value = f"cast({invent.known(one, mine)} as {one.sql_type})"
            parts.append(
                f"case when {one.name} is null and {mine} % 2 = 0 then {value} else {one.name} end as {one.name}"
            )
        else:
            parts.append(one.name)
    return ", ".join(parts)


def _first(query: str) -> str:
    rows = duckdb.sql(f"{query} limit 1").fetchall()
    return str(rows[0]) if rows else ""


def run(household_count: int, seed: int = 1) -> list[str]:
    """Try every relation on every day; give the problems."""
    problems = []
    every = days()
    for number, on in enumerate(every):
        for relation in RELATIONS:
            with tempfile.TemporaryDirectory(prefix="doudi-metamorphic-") as work:
                found = relation(Trial(pathlib.Path(work), on, seed * 1000 + number, household_count // len(every)))
            if found:
                problems.append(f"{relation.__name__} on {on}: {found}")
    return problems


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--families", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    began = time.monotonic()
    problems = run(chosen.families, chosen.seed)
    for problem in problems:
        sys.stdout.write(f"BROKEN {problem}\n")
    sys.stdout.write(
        f"{len(RELATIONS)} relations, {chosen.families:,} families each over {len(days())} days: "
        f"{len(problems)} broken, {time.monotonic() - began:,.0f} s\n"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
