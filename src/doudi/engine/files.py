"""The gate for bulk input: Parquet and CSV files checked against the declared inputs.

A problem is told in Chinese with the file, the column and the row; nothing is repaired silently.
"""

import dataclasses
import difflib
import pathlib
from collections.abc import Collection
from typing import Any

import duckdb

from doudi.engine.inputs import FALSE_TEXTS, TRUE_TEXTS, Input, Inputs
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.values import UNKNOWN
from doudi.kernel.errors import BadInput

TABLES = {PERSON: "persons", HOUSEHOLD: "households"}
_NUMBER = "case stats_{0}_value when 'false' then 0 when 'true' then 1 else try_cast(stats_{0}_value as bigint) end"
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


def quoted(text: str | pathlib.Path) -> str:
    """Write an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


@dataclasses.dataclass(frozen=True)
class Table:
    """One checked input file as Parquet, with the columns it has.

    ``statistics`` are those of the file itself: nulls, least and greatest of each column where it tells.
    """

    entity: str
    path: pathlib.Path
    columns: tuple[str, ...]
    row_count: int
    statistics: dict[str, tuple[Any, Any, Any]] = dataclasses.field(default_factory=dict, hash=False)

    def never_unknown(self, inputs: Inputs) -> set[str]:
        """Name the inputs of which no row lacks the value."""
        full = {name for name, (nulls, _, _) in self.statistics.items() if nulls == 0}
        return {one.name for one in inputs.of(self.entity) if one.name in full or one.default is not None}

    def constants(self, inputs: Inputs) -> dict[str, Any]:
        """Give the inputs that are the same in every row; UNKNOWN where every row lacks the value."""
        found: dict[str, Any] = {}
        for one in inputs.of(self.entity):
            nulls, low, high = self.statistics.get(one.name, (None, None, None))
            if one.is_key:
                continue
            if one.name not in self.columns or nulls == self.row_count:
                found[one.name] = UNKNOWN if one.default is None else one.default
            elif nulls == 0 and low is not None and low == high:
                found[one.name] = bool(low) if one.type == "bool" else low
        return found

    def select(self, inputs: Inputs, names: Collection[str], place_code: str | None = None) -> str:
        """Write the query of typed inputs; an absent nullable column is unknown throughout.

        Where the input has a default, it stands for an absent column and for an empty cell.
        """
        parts = []
        for one in inputs.of(self.entity):
            if one.name not in names and not one.is_key and one.name != "is_rural":
                continue
            if one.name == "place_code" and place_code is not None:
                source = (
                    quoted(place_code)
                    if one.name not in self.columns
                    else f"coalesce({one.name}, {quoted(place_code)})"
                )
            else:
                source = one.name if one.name in self.columns else "null"
            if one.default is not None:
                standard = str(one.default).lower()
                source = f"coalesce({source}, {standard})" if one.name in self.columns else standard
            parts.append(f"cast({source} as {one.sql_type}) as {one.name}")
        return f"select {', '.join(parts)} from read_parquet({quoted(self.path)})"


def find(folder: pathlib.Path, entity: str) -> pathlib.Path:
    """Find ``persons.parquet`` or ``persons.csv`` in a folder.

    :raises BadInput: there is none, or both.
    """
    name = TABLES[entity]
    found = [folder / f"{name}{ending}" for ending in (".parquet", ".csv") if (folder / f"{name}{ending}").is_file()]
    if not found:
        raise BadInput(f"没有 {name}.parquet 或 {name}.csv", where=str(folder), next_step=f"列名见 doudi schema {name}")
    if len(found) > 1:
        raise BadInput(f"{name}.parquet 和 {name}.csv 同时存在", where=str(folder), next_step="请只留一个")
    return found[0]


def open_table(
    con: duckdb.DuckDBPyConnection,
    path: pathlib.Path,
    entity: str,
    inputs: Inputs,
    work: pathlib.Path,
    place_code: str | None = None,
) -> Table:
    """Check a file's columns, types and ranges; a CSV is first written as Parquet in ``work``.

    :raises BadInput: names file, column and row.
    """
    if path.suffix.lower() == ".csv":
        columns = _csv_columns(con, path)
        _check_names(columns, path, entity, inputs, place_code)
        parquet = work / f"{TABLES[entity]}.input.parquet"
        _convert_csv(con, path, columns, entity, inputs, parquet)
        path = parquet
    described = _described(con, path)
    _check_names(list(described), path, entity, inputs, place_code)
    _check_types(described, path, entity, inputs)
    row_count = con.execute(f"select count(*) from read_parquet({quoted(path)})").fetchall()[0][0]
    if not row_count:
        raise BadInput("文件里没有数据行", where=path.name)
    statistics = _statistics(con, path)
    table = Table(entity, path, tuple(described), row_count, statistics)
    _check_values(con, table, inputs, place_code)
    return table


def _described(con: duckdb.DuckDBPyConnection, path: pathlib.Path) -> dict[str, str]:
    try:
        rows = con.execute(f"describe select * from read_parquet({quoted(path)})").fetchall()
    except duckdb.Error as error:
        raise BadInput("不是可读的 Parquet 文件", where=path.name, next_step="请重新导出") from error
    return {row[0]: row[1] for row in rows}


def _csv_columns(con: duckdb.DuckDBPyConnection, path: pathlib.Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            header = file.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("不是 UTF-8 的 CSV 文件", where=path.name, next_step="请另存为 UTF-8 编码的 CSV") from error
    names = [name.strip().strip('"') for name in header.rstrip("\r\n").split(",")]
    if not header.strip():
        raise BadInput("文件是空的", where=path.name)
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise BadInput(f"列名重复:{'、'.join(sorted(repeated))}", where=path.name)
    return names


def _check_names(columns: list[str], path: pathlib.Path, entity: str, inputs: Inputs, place_code: str | None) -> None:
    known = inputs.of(entity)
    names = [one.name for one in known]
    absent = [one for one in known if not one.may_be_empty and one.name not in columns]
    if place_code is not None:
        absent = [one for one in absent if one.name != "place_code"]
    if absent:
        words = "、".join(f"{one.name}({one.label or one.name})" for one in absent)
        raise BadInput(f"缺少必需的列 {words}", where=path.name, next_step=f"列名见 doudi schema {TABLES[entity]}")
    for column in columns:
        if column not in names:
            close = difflib.get_close_matches(column, [name for name in names if name not in columns], 1, 0.8)
            if close:
                raise BadInput(f"不认识的列 {column}", where=path.name, next_step=f"是不是 {close[0]}?")


def _check_types(described: dict[str, str], path: pathlib.Path, entity: str, inputs: Inputs) -> None:
    for one in inputs.of(entity):
        found = described.get(one.name)
        good = {"text": ("VARCHAR",), "bool": ("BOOLEAN",)}.get(one.type, _WHOLE)
        if (
            found is not None
            and found not in good
            and found != '"NULL"'
            and not (one.may_be_empty and found == "INTEGER")
        ):
            wanted = {"text": "文本", "bool": "是否(boolean)"}.get(one.type, "整数")
            raise BadInput(f"列 {one.name} 应为{wanted},文件里是 {found}", where=path.name)


def _convert_csv(
    con: duckdb.DuckDBPyConnection,
    path: pathlib.Path,
    columns: list[str],
    entity: str,
    inputs: Inputs,
    target: pathlib.Path,
) -> None:
    """Write a CSV as typed Parquet; the first cell that is not what it should be stops it."""
    types = "{" + ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in columns) + "}"
    source = (
        f"read_csv({quoted(path)}, header = true, columns = {types}, auto_detect = false, delim = ',', quote = '\"',"
        " null_padding = true, parallel = false)"
    )
    cells, bad = [], []
    for one in inputs.of(entity):
        if one.name not in columns:
            continue
        text = f"nullif(trim({one.name}), '')"
        value = _typed_cell(one, text)
        cells.append(f"{value} as {one.name}")
        if one.type != "text":
            bad.append(f"when {text} is not null and {value} is null then {quoted(one.name)}")
    try:
        if bad:
            numbered = f"select row_number() over () + 1 as line, * from {source}"
            wrong = (
                f"select line, case {' '.join(bad)} end as wrong, * exclude (line) "
                f"from ({numbered}) where wrong is not null limit 1"
            )
            first = con.execute(wrong).fetchone()
            if first:
                one = next(i for i in inputs.of(entity) if i.name == first[1])
                value = first[2 + columns.index(one.name)]
                wanted = "true 或 false" if one.type == "bool" else "整数(金额以分为单位)"
                raise BadInput(
                    f"第 {first[0]} 行 {one.name}({one.label or one.name})应为{wanted},读到“{value}”", where=path.name
                )
        con.execute(f"copy (select {', '.join(cells)} from {source}) to {quoted(target)} (format parquet)")
    except duckdb.Error as error:
        raise BadInput(f"CSV 读不下去:{str(error).splitlines()[0]}", where=path.name) from error


def _typed_cell(one: Input, text: str) -> str:
    if one.type == "text":
        return text
    if one.type == "bool":
        true = ", ".join(quoted(word) for word in TRUE_TEXTS)
        false = ", ".join(quoted(word) for word in FALSE_TEXTS)
        return f"case when lower({text}) in ({true}) then true when lower({text}) in ({false}) then false end"
    return f"case when regexp_full_match({text}, '-?[0-9]+') then try_cast({text} as bigint) end"


def _check_values(con: duckdb.DuckDBPyConnection, table: Table, inputs: Inputs, place_code: str | None) -> None:
    """Check ranges and nulls from the file's own statistics; look at rows only when those give cause."""
    suspects = []
    statistics = table.statistics
    for one in inputs.of(table.entity):
        if one.name not in table.columns or (one.name == "place_code" and place_code is not None):
            continue
        nulls, low, high = statistics.get(one.name, (None, None, None))
        may_be_null = not one.may_be_empty and nulls != 0
        is_number = one.type in ("int", "code")
        may_be_low = is_number and (low is None or int(low) < one.floor)
        limit = max(one.values) if one.values else one.ceiling
        may_be_high = is_number and (high is None or int(high) > limit)
        if may_be_null or may_be_low or may_be_high:
            suspects.append(one)
    for one in suspects:
        _check_column(con, table, one)
    _check_together(con, table, inputs, statistics)


def _statistics(con: duckdb.DuckDBPyConnection, path: pathlib.Path) -> dict[str, tuple[Any, Any, Any]]:
    """Gather nulls, least and greatest of each column over the row groups; None where a group does not say.

    Truth values count as 0 and 1.
    """
    rows = con.execute(
        "select path_in_schema, sum(stats_null_count), count(*) = count(stats_null_count), "
        f"min({_NUMBER.format('min')}), max({_NUMBER.format('max')}), count(*) = count(stats_min_value) "
        f"from parquet_metadata({quoted(path)}) group by all"
    ).fetchall()
    return {
        name: (nulls if has_nulls else None, low if has_range else None, high if has_range else None)
        for name, nulls, has_nulls, low, high, has_range in rows
    }


def _check_column(con: duckdb.DuckDBPyConnection, table: Table, one: Input) -> None:
    tests = [] if one.may_be_empty else [f"{one.name} is null"]
    if one.type in ("int", "code"):
        tests += [f"{one.name} < {one.floor}", f"{one.name} > {one.ceiling}"]
    if one.values:
        tests.append(f"{one.name} not in ({', '.join(map(str, one.values))})")
    if not tests:
        return
    found = con.execute(
        f"select file_row_number + 1, {one.name} from read_parquet({quoted(table.path)}, file_row_number = true) "
        f"where {' or '.join(tests)} order by 1 limit 1"
    ).fetchone()
    if found:
        row, value = found
        problem = "必须填写" if value is None else one.out_of_range(value)
        raise BadInput(f"第 {row} 行 {one.name} 列:{problem}", where=table.path.name, next_step="请改正后重新提交")


def _check_together(
    con: duckdb.DuckDBPyConnection, table: Table, inputs: Inputs, statistics: dict[str, tuple[Any, Any, Any]]
) -> None:
    """Refuse the first row with values that cannot be true together; files without such columns are not read."""
    defaults = {one.name: one.default for one in inputs.of(table.entity)}
    constant = {name: default for name, default in defaults.items() if name not in table.columns}
    for name in set(defaults) & set(table.columns):
        nulls, low, high = statistics.get(name, (None, None, None))
        if nulls == table.row_count:
            constant[name] = defaults[name]
        elif nulls == 0 and low is not None and low == high:
            constant[name] = low
    for check in inputs.checks:
        wrong = check.sql(constant, defaults) if check.entity == table.entity else ""
        if not wrong:
            continue
        found = con.execute(
            f"select file_row_number + 1 from read_parquet({quoted(table.path)}, file_row_number = true) "
            f"where {wrong} order by 1 limit 1"
        ).fetchone()
        if found:
            raise BadInput(f"第 {found[0]} 行:{check.text}", where=table.path.name, next_step=check.next_step)
