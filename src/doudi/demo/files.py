"""Writing the department files: each office in its own format, the same bytes every time."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

FORMATS: dict[str, str] = {
    "roster": "utf-8-sig",
    "home_survey": "gb18030",
    "social_insurance": "gb18030",
    "medical": "utf-8",
    "disability": "xlsx",
    "deaths": "gb18030",
    "vehicles": "xlsx",
    "real_estate": "xlsx",
    "companies": "utf-8-sig",
    "children": "utf-8-sig",
    "elderly": "xlsx",
    "veterans": "gb18030",
    "heating": "gb18030",
}
FIXED_DAY = dt.datetime(2022, 4, 15, 9, 0)

Cell = str | float


def write(folder: Path, label: str, kind: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Path:
    """Write one department's file in the format its office uses."""
    if FORMATS[kind] == "xlsx":
        path = folder / f"{label}.xlsx"
        _write_xlsx(path, label, header, rows)
    else:
        path = folder / f"{label}.csv"
        _write_csv(path, header, rows, FORMATS[kind])
    return path


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], encoding: str) -> None:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(header)
    lines.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def _write_xlsx(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": FIXED_DAY, "title": title})
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, header)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, float):
                sheet.write_number(number, column, value)
            elif value != "":
                sheet.write_string(number, column, value)
    book.close()
