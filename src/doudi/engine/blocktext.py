"""The complete SQL text of one block: parameters, inputs, rules, results.

What a worker runs is what a database administrator can print, file and run again with nothing but
DuckDB: ``prelude`` (the parameter values, the same for every block of a run), ``views`` (which rows of
which files), the stages, and one COPY for each result.
"""

import dataclasses
import pathlib
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from doudi.engine.files import Table, quoted
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import RuleSet
from doudi.engine.sqlgen import SqlPlan

WIDE, LONG = "wide", "long"
VIEWS = {HOUSEHOLD: "households_in", PERSON: "persons_in"}
SETTINGS = "set disabled_optimizers = 'join_order,build_side_probe_side'"  # the text already has the best order


@dataclasses.dataclass(frozen=True)
class Source:
    """What the people of a run are read from."""

    rules: RuleSet
    tables: Mapping[str, Table]
    place_code: str | None

    def views(self, scope: str) -> list[str]:
        """Write the views of one block's inputs."""
        wanted = self.rules.all_needs
        return [
            f"create or replace temp view {name} as\n"
            f"{self.tables[entity].select(self.rules.inputs, wanted, self.place_code)}\nwhere {scope}"
            for entity, name in VIEWS.items()
        ]


def parameter_table(dense: pa.Table, names: Sequence[str], counties: Iterable[str] = ()) -> str:
    """Write the statement that makes ``parameters``: one row per place and area, places with equal values sharing them.

    ``names`` are the columns to write, null where the dense table has none; ``counties`` keep only their places.
    """
    present = set(dense.column_names)
    columns = [dense.column(n).to_pylist() if n in present else [None] * dense.num_rows for n in names]
    keys = zip(dense.column("place_code").to_pylist(), dense.column("is_rural").to_pylist(), strict=True)
    kept = tuple(counties)
    held: dict[tuple[int | None, ...], int] = {}
    places = []
    rows = zip(*columns, strict=True) if columns else iter([()] * dense.num_rows)
    for row, ((place, is_rural), values) in enumerate(zip(keys, rows, strict=True), 1):
        if not kept or place.startswith(kept):
            number = held.setdefault(values, len(held) + 1)
            places.append(f"({row}, {quoted(place)}, {str(is_rural).lower()}, {number})")
    values_text = ",\n  ".join(
        f"({', '.join([str(number), *('null' if one is None else str(one) for one in values)])})"
        for values, number in held.items()
    )
    listed = "".join(f", cast(v.{name} as bigint) as {name}" for name in names)
    return (
        f"create or replace temp table parameters as\nselect p.place_row, p.place_code, p.is_rural{listed}\n"
        f"from (values\n  {', '.join(places)}\n) p(place_row, place_code, is_rural, held)\n"
        f"join (values\n  {values_text}\n) v({', '.join(['held', *names])}) on v.held = p.held"
    )


def results(plan: SqlPlan, shape: str, is_ordered: bool) -> tuple[list[str], dict[str, str]]:
    """Give the stage statements and the query of each result.

    The last stage of a wide run is not stored but read by its result at once.  ``is_ordered`` off leaves out the
    order of the rows, for files that already have it.
    """
    statements = [statement.text for statement in plan.statements]
    if shape == LONG:
        return statements, {"determinations": plan.determinations}
    queries = {"persons": plan.persons, "households": plan.households}
    if not is_ordered:
        queries = {name: query.rsplit("\norder by ", 1)[0] for name, query in queries.items()}
    last = plan.statements[-1]
    name = "persons" if last.table.startswith("p") else "households"
    queries[name] = f"with {last.table} as (\n{last.query}\n)\n{queries[name]}"
    return statements[:-1], queries


def copy(query: str, path: pathlib.Path | str) -> str:
    """Write the statement that files a result."""
    return f"copy (\n{query}\n) to {quoted(path)} (format parquet, compression zstd)"


def printed(head: str, prelude: Sequence[str], views: Sequence[str], plan: SqlPlan, files: Mapping[str, str]) -> str:
    """Write everything of one block as one text; ``files`` name where each result goes."""
    statements, queries = results(plan, WIDE, True)
    copies = [copy(query, files[name]) for name, query in queries.items()]
    return head + "\n" + ";\n\n".join([SETTINGS, *prelude, *views, *statements, *copies]) + ";\n"
