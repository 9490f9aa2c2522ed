"""The policy values of the places in a file, as SQL needs them: which are equal everywhere, which are unknown."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from doudi.engine.files import Table
from doudi.engine.rule import HOUSEHOLD
from doudi.engine.ruleset import RuleSet
from doudi.engine.values import UNKNOWN
from doudi.kernel import codes
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.packs import Law


@dataclasses.dataclass(frozen=True)
class Values:
    """The dense table of a run. ``constants`` are equal at all its places, ``columns`` the parameters that are not."""

    arrow: pa.Table
    digest: str
    columns: tuple[str, ...]
    constants: dict[str, Any]
    unknown: frozenset[str]

    def without_constants(self) -> "Values":
        """Give the same values with every parameter as a column."""
        lacking = {name for name, value in self.constants.items() if value is UNKNOWN}
        columns = tuple(sorted([*self.columns, *self.constants]))
        return dataclasses.replace(self, columns=columns, constants={}, unknown=self.unknown | lacking)


def places_of(con: duckdb.DuckDBPyConnection, households: Table, rules: RuleSet, place_code: str | None) -> list[str]:
    """List the places of the households.

    :raises BadInput: a place code that is none.
    """
    source = households.select(rules.inputs, {"place_code"}, place_code)
    places = [row[0] for row in con.execute(f"select distinct place_code from ({source}) order by 1").fetchall()]
    for place in places:
        try:
            codes.check(place or "?")
        except BadInput as error:
            text = f"place_code“{place}”不是行政区划代码" if place else "place_code 必须填写"
            raise BadInput(text, where=households.path.name, next_step="写乡镇的 9 位代码") from error
    return places


def values_for(
    law: "Law",
    rules: RuleSet,
    con: duckdb.DuckDBPyConnection,
    tables: dict[str, Table],
    on: dt.date,
    known_on: dt.date | None,
    extra: Iterable[Any],
    place_code: str | None,
) -> Values:
    """Resolve the parameters of a rule set for every place in the files.

    :raises BadInput: a place code that is none, or a place whose law nobody has written.
    """
    dense = law.parameters.table(places_of(con, tables[HOUSEHOLD], rules, place_code), on, known_on, tuple(extra))
    return sorted_out(rules, dense.arrow, dense.digest)


def sorted_out(rules: RuleSet, arrow: pa.Table, digest: str) -> Values:
    """Part the parameters of a dense table into those that are equal everywhere and the others."""
    constants: dict[str, Any] = {}
    unknown = set()
    for name in rules.parameters:
        if name not in arrow.column_names:
            constants[name] = UNKNOWN
            continue
        held = set(arrow.column(name).to_pylist())
        if len(held) == 1:
            value = held.pop()
            constants[name] = UNKNOWN if value is None else value
        elif None in held:
            unknown.add(name)
    columns = tuple(name for name in rules.parameters if name not in constants)
    return Values(arrow, digest, columns, constants, frozenset(unknown))
