"""Sealed rows: columns that must not change, their hash, the triggers that guard them, and the check.

``row_hash`` is the SHA-256 over the text of the frozen columns, made by a trigger when a row is
inserted.  Triggers refuse later changes; the check finds what went past the triggers.
"""

import dataclasses
import importlib
from typing import Any

from django.apps import apps
from django.db import connection

KEY_LIMIT = 200


@dataclasses.dataclass(frozen=True)
class Sealed:
    """One table and its frozen columns.

    ``append_only``: nothing changes at all. Otherwise other columns may move on; the sealed ones,
    and the row itself, stay.
    """

    table: str
    columns: tuple[str, ...]
    append_only: bool
    key: str = "id"


@dataclasses.dataclass(frozen=True)
class Broken:
    """The first row of a table that is not what was sealed."""

    table: str
    key: str
    what: str


def all_sealed() -> list[Sealed]:
    """Collect the sealed tables of every room that has a ``seals`` module."""
    found: list[Sealed] = []
    for config in apps.get_app_configs():
        if not config.name.startswith("doudi.") or config.name == "doudi.audit":
            continue
        try:
            module = importlib.import_module(f"{config.name}.seals")
        except ModuleNotFoundError as error:
            if error.name != f"{config.name}.seals":
                raise
            continue
        found += module.SEALED
    return found


def text_of(sealed: Sealed, row: str = "") -> str:
    """Give the SQL of the sealed text of a row; a record's text keeps nulls, quotes and borders apart."""
    prefix = f"{row}." if row else ""
    columns = ", ".join(f'{prefix}"{column}"' for column in sealed.columns)
    return f"sha256(convert_to(ROW({columns})::text, 'UTF8'))"


def trigger_sql(sealed: Sealed) -> str:
    """Write the triggers of one table; running it again replaces them."""
    table = sealed.table
    frozen = ", ".join(f'%s."{column}"' for column in (*sealed.columns, "row_hash"))
    old, new = frozen.replace("%s", "OLD"), frozen.replace("%s", "NEW")
    when = "" if sealed.append_only else f"WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) "
    return f"""
CREATE OR REPLACE FUNCTION {table}_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.row_hash := {text_of(sealed, "NEW")};
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION {table}_keep_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % of a sealed row is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_row_stays';
END $$;
DROP TRIGGER IF EXISTS zz_seal ON {table};
DROP TRIGGER IF EXISTS zz_seal_stays ON {table};
DROP TRIGGER IF EXISTS zz_seal_no_delete ON {table};
DROP TRIGGER IF EXISTS zz_seal_no_truncate ON {table};
CREATE TRIGGER zz_seal BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_seal();
CREATE TRIGGER zz_seal_stays BEFORE UPDATE ON {table} FOR EACH ROW {when}EXECUTE FUNCTION {table}_keep_seal();
CREATE TRIGGER zz_seal_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep_seal();
CREATE TRIGGER zz_seal_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep_seal();
"""


def install(cursor: Any) -> list[str]:
    """Put the triggers on every sealed table; return the tables. The connection must be the owner's."""
    sealed = all_sealed()
    for one in sealed:
        cursor.execute(trigger_sql(one))
    return [one.table for one in sealed]


def first_broken(sealed: Sealed) -> Broken | None:
    """Recompute the hashes of one table and name the first row that differs. Needs a scope that sees all rows."""
    sql = f"""
        select "{sealed.key}"::text, row_hash is null from {sealed.table}
        where row_hash is distinct from {text_of(sealed)} order by "{sealed.key}" limit 1
    """
    with connection.cursor() as cursor:
        cursor.execute("set local datestyle to 'ISO, YMD'")
        cursor.execute(sql)
        row = cursor.fetchone()
    if row is None:
        return None
    return Broken(sealed.table, row[0][:KEY_LIMIT], "没有封存值" if row[1] else "内容与封存值不符")


def count_rows(sealed: Sealed) -> int:
    """Count the rows of a sealed table inside the present scope."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {sealed.table}")
        return int(cursor.fetchone()[0])
