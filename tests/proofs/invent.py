"""Invented people for the proofs: any number, written by SQL, near every threshold, with unknowns.

Values follow from the numbers of person, household and seed alone, so the same call writes the same
people.  Whatever inputs the packs declare are invented; a new input needs no line here.
"""

import pathlib

import duckdb

from doudi.engine.inputs import Input, Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON

AGES = (0, 5, 12, 15, 16, 17, 18, 25, 38, 45, 54, 59, 60, 64, 65, 69, 70, 75, 79, 80, 85, 89, 90, 99, 100)
MONTHLY_FEN = (
    *[0] * 64, 1, 9_999, 20_000, 44_099, 44_100, 44_101, 55_000, 66_900, 90_000, 132_150, 400_000,
)  # fmt: skip
WHOLE_FEN = (*[0] * 24, 1, 99_999, 500_000, 1_058_400, 1_605_600, 3_211_200, 9_000_000)
SMALL = (*[0] * 46, 1, 1, 2, 3)
LIKELY = (0, 1, 2, 3, 4, 5, 6, 12)
MEMBERS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5)


def people(
    inputs: Inputs,
    folder: pathlib.Path,
    household_count: int,
    *,
    seed: int,
    unknown_permille: int,
    places: tuple[str, ...],
) -> None:
    """Write ``persons.parquet`` and ``households.parquet`` with so many households."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute("set threads = 2")
        con.execute(
            f"create temp table homes as select 9000000000 + 37 * n as household_id, "
            f"{_pick(MEMBERS, f'hash(n, {seed})')} as member_count from range({household_count}) t(n)"
        )
        key = f"hash(h.household_id, {seed})"
        columns = [_value(one, key, unknown_permille, places) for one in inputs.of(HOUSEHOLD)]
        _write(con, f"select {', '.join(columns)} from homes h order by h.household_id", folder / "households.parquet")
        con.execute(
            "create temp table members as select household_id, household_id * 10 + m as person_id "
            "from homes, range(member_count) t(m)"
        )
        key = f"hash(h.person_id, {seed})"
        columns = [_value(one, key, unknown_permille, places) for one in inputs.of(PERSON)]
        _write(con, f"select {', '.join(columns)} from members h order by 2, 1", folder / "persons.parquet")


def _write(con: duckdb.DuckDBPyConnection, query: str, path: pathlib.Path) -> None:
    con.execute(f"copy ({query}) to '{path}' (format parquet, row_group_size 50000)")


def _pick(values: tuple[int, ...], key: str) -> str:
    return f"list_value({', '.join(map(str, values))})[({key} % {len(values)})::int + 1]"


def _value(one: Input, key: str, unknown_permille: int, places: tuple[str, ...]) -> str:
    if one.name in ("person_id", "household_id"):
        return f"h.{one.name}"
    mine = f"hash({key}, '{one.name}')"
    if one.name == "place_code":
        listed = ", ".join(f"'{place}'" for place in places)
        return f"list_value({listed})[({mine} % {len(places)})::int + 1] as place_code"
    if one.is_of_application:  # what an application brings hangs together; invented apart it would be refused
        return f"cast(null as {one.sql_type}) as {one.name}"
    text = known(one, mine)
    if one.nullable:
        text = f"case when hash({mine}, 'unknown') % 1000 >= {unknown_permille} then {text} end"
    elif one.default is not None:  # an application or event is rare
        text = f"case when hash({mine}, 'none') % 10 < 3 then {text} end"
    return f"cast({text} as {one.sql_type}) as {one.name}"


def known(one: Input, key: str) -> str:
    if one.type == "bool":
        return f"({key} % 16 < 2)"
    if one.values:
        return f"case when {key} % 3 = 0 then {_pick(tuple(one.values), f'({key} // 3)')} else {min(one.values)} end"
    values = AGES if one.name == "age_years" else LIKELY if (one.high or 99) <= 12 else SMALL
    if one.unit.startswith("fen"):
        values = MONTHLY_FEN if one.unit == "fen/month" else WHOLE_FEN
        if one.low is None:
            values = (*values, -5_001)
    low, high = one.floor, one.ceiling
    return _pick(tuple(min(max(value, low), high) for value in values), key)
