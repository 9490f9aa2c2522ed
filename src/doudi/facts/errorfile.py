"""The file that goes back to the department: its own rows and columns, with row number, field and reason."""

import csv
import io
import os
import tempfile
from pathlib import Path

import xlsxwriter

from doudi.facts.checks import PROBLEM_LABELS, Problem
from doudi.facts.columns import Layout
from doudi.facts.readers import Cell, Sheet

ADDED = ["行号", "处理", "字段", "原因"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(folder: Path, stem: str, sheet: Sheet, layout: Layout, problems: list[Problem]) -> Path:
    """Write the rows that were not taken in the format they came in; the file appears whole or not at all.

    It holds complete identity numbers, so only the owner of the process may read it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    suffix = "xlsx" if sheet.encoding == "xlsx" else "csv"
    cells = dict(sheet.rows)
    rows = [
        [
            *_padded(cells.get(p.row_number, []), len(layout.header)),
            p.row_number,
            PROBLEM_LABELS[p.kind],
            p.field,
            p.reason,
        ]
        for p in sorted(problems, key=lambda problem: problem.row_number)
    ]
    header = [*layout.header, *ADDED]
    body = _xlsx(header, rows) if suffix == "xlsx" else _csv(header, rows)
    path = folder / f"{stem}.{suffix}"
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
    Path(name).replace(path)
    return path


def _padded(cells: list[Cell], width: int) -> list[Cell]:
    return [*cells[:width], *[None] * (width - len(cells))]


def _shown(cell: Cell) -> str | int | float:
    """Keep a cell as it was, except that text must not become a formula when the file is opened."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(header: list[str], rows: list[list[Cell]]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(header)
    lines.writerows([_shown(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(header: list[str], rows: list[list[Cell]]) -> bytes:
    table: list[list[Cell]] = [list(header), *rows]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    sheet = book.add_worksheet("退回行")
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            value = _shown(cell)
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            else:
                sheet.write_number(number, place, value)
    book.close()
    return out.getvalue()
