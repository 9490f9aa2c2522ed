"""Lists as files: CSV and XLSX with masked numbers as text, and a foot that says who, when and which filter."""

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX_TYPE, "csv": "text/csv; charset=utf-8"}


def _safe(value: object) -> object:
    """Keep text from becoming a formula when the file is opened."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]], foot: Sequence[str]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(header)
    lines.writerows([_safe(value) for value in row] for row in rows)
    lines.writerow([])
    lines.writerows([line] for line in foot)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[object]], foot: Sequence[str]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("名单")
    sheet.freeze_panes(1, 0)
    place = 0
    for place, row in enumerate([header, *rows]):
        for column, value in enumerate(row):
            sheet.write(place, column, "" if value is None else _safe(value))
    for number, line in enumerate(foot, place + 2):
        sheet.write_string(number, 0, line)
    book.close()
    return out.getvalue()


def answer(
    name: str, file_format: str, header: Sequence[str], rows: Iterable[Sequence[object]], foot: Sequence[str]
) -> HttpResponse:
    """Give a list as a download."""
    if file_format == "xlsx":
        return download(name, "xlsx", _xlsx(header, rows, foot))
    return download(name, "csv", _csv(header, rows, foot))


def download(name: str, file_format: str, body: bytes) -> HttpResponse:
    """Give a file to keep; nothing between here and the reader may store it."""
    response = HttpResponse(body, content_type=TYPES[file_format])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{file_format}')}"
    response["Cache-Control"] = "no-store"
    return response
