"""Moving whole tables between PostgreSQL and Arrow on the open connection, inside its transaction and scope."""

import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection

SQL_TYPES = {
    pa.int64(): "bigint",
    pa.int32(): "integer",
    pa.int8(): "smallint",
    pa.string(): "text",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


DECIDED_FIELDS = pa.schema(
    [
        ("subject_kind", pa.string()),
        ("subject_id", pa.int64()),
        ("household_id", pa.int64()),
        ("programme", pa.string()),
        ("outcome", pa.int32()),
        ("amount_fen_m", pa.int64()),
        ("criteria_met", pa.int64()),
        ("criteria_unknown", pa.int64()),
        ("route", pa.string()),
        ("division_code", pa.string()),
    ]
)


def _raw_cursor() -> Any:
    """Open the driver's own cursor: the one that counts queries in tests cannot copy with parameters."""
    connection.ensure_connection()
    return connection.connection.cursor()


def fetch(query: str, asked: Mapping[str, Any], fields: pa.Schema) -> pa.Table:
    """Run a query and give its rows as one Arrow table with the given fields."""
    out = io.BytesIO()
    with _raw_cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format csv)", asked) as copy:
        for block in copy:
            out.write(block)
    if not out.tell():
        return fields.empty_table()
    types = {field.name: field.type for field in fields}
    return pa_csv.read_csv(
        pa.py_buffer(out.getvalue()),
        read_options=pa_csv.ReadOptions(column_names=list(types)),
        convert_options=pa_csv.ConvertOptions(
            column_types=types,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t", "true"],
            false_values=["f", "false"],
        ),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
    )


def stage(table: pa.Table, name: str) -> None:
    """Copy an Arrow table into a temporary table that ends with the transaction; an older one of the name goes.

    Row security forbids copying straight into tables of people; the caller inserts from here.
    """
    columns = ", ".join(f"{field.name} {SQL_TYPES[field.type]}" for field in table.schema)
    out = io.BytesIO()
    pa_csv.write_csv(table, out, pa_csv.WriteOptions(include_header=False))
    with _raw_cursor() as cursor:
        cursor.execute(f"drop table if exists pg_temp.{name}")
        cursor.execute(f"create temp table {name} ({columns}) on commit drop")
        if table.num_rows:
            with cursor.copy(f"copy {name} from stdin (format csv)") as copy:
                copy.write(out.getvalue())
        cursor.execute(f"analyze {name}")
