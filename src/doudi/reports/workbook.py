"""The weekly report as a spreadsheet: figures, what each means, who has not reported."""

import datetime as dt
import io
from typing import Any

import xlsxwriter

from doudi.reports.models import Submission
from doudi.reports.queries import Weekly

TITLE = "走访排查和救助帮扶情况周报"


def cells_of(report: Weekly) -> list[dict[str, Any]]:
    """Give the present figures in the shape of submitted ones."""
    return [
        {
            "group": figure.cell.group,
            "label": figure.cell.label,
            "unit": figure.cell.unit,
            "value": figure.value,
            "recorded": figure.value,
            "note": figure.note,
            "definition": figure.cell.definition,
            "clause": figure.cell.clause,
        }
        for figure in report.figures
    ]


def workbook(report: Weekly, place_name: str, submission: Submission | None, made_by: str, on: dt.date) -> bytes:
    """Write the report as XLSX; with a submission the figures as submitted, otherwise as they stand."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": TITLE, "created": dt.datetime(2000, 1, 1)})
    cells = submission.cells if submission else cells_of(report)
    _figures(book, report, place_name, submission, cells, f"{made_by} {on}")
    _definitions(book, cells)
    if report.is_rollup:
        _reporters(book, report)
    book.close()
    return out.getvalue()


def _figures(
    book: Any, report: Weekly, place_name: str, submission: Submission | None, cells: list[dict[str, Any]], foot: str
) -> None:
    sheet = book.add_worksheet("周报")
    head = book.add_format({"bold": True, "bottom": 1})
    title = book.add_format({"bold": True, "font_size": 14})
    sheet.write_string(0, 0, TITLE, title)
    state = f"第 {submission.version} 版{'(迟报)' if submission.is_late else ''}" if submission else "未报送,按当前记录"
    sheet.write_string(1, 0, f"{place_name}  {report.week.words}  {state}")
    sheet.write_string(2, 0, f"期限 {report.due.words}")
    for column, (name, width) in enumerate([("类别", 14), ("项目", 26), ("数量", 16), ("单位", 8), ("说明", 40)]):
        sheet.write_string(4, column, name, head)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(5, 0)
    money, whole = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "#,##0"})
    row = 5
    for row, cell in enumerate(cells, start=5):
        sheet.write_string(row, 0, cell["group"])
        sheet.write_string(row, 1, cell["label"])
        _value(sheet, row, cell, money, whole)
        sheet.write_string(row, 3, cell["unit"])
        note = cell["note"]
        if cell["recorded"] is not None and cell["recorded"] != cell["value"]:
            note = f"系统记录 {cell['recorded']};{note}"
        sheet.write_string(row, 4, note)
    if submission and submission.note:
        row += 2
        sheet.write_string(row, 0, f"备注:{submission.note}")
    sheet.write_string(row + 2, 0, f"导出:{foot}")


def _value(sheet: Any, row: int, cell: dict[str, Any], money: Any, whole: Any) -> None:
    """Money in yuan, counts whole; what is not known stays empty in words, never 0."""
    if cell["value"] is None:
        sheet.write_string(row, 2, "--")
    elif cell["unit"] == "元":
        sheet.write_number(row, 2, cell["value"] / 100, money)
    else:
        sheet.write_number(row, 2, cell["value"], whole)


def _definitions(book: Any, cells: list[dict[str, Any]]) -> None:
    sheet = book.add_worksheet("指标说明")
    head = book.add_format({"bold": True, "bottom": 1})
    for column, (name, width) in enumerate([("项目", 26), ("单位", 8), ("口径", 60), ("依据", 18)]):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, width)
    for row, cell in enumerate(cells, start=1):
        for column, key in enumerate(("label", "unit", "definition", "clause")):
            sheet.write_string(row, column, str(cell[key]))
    sheet.freeze_panes(1, 0)


def _reporters(book: Any, report: Weekly) -> None:
    sheet = book.add_worksheet("县区报送")
    head = book.add_format({"bold": True, "bottom": 1})
    for column, name in enumerate(("区划代码", "县区", "报送")):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, 20)
    listed = [(code, name, f"第 {version} 版") for code, name, version in report.reported]
    listed += [(code, name, "缺报") for code, name in report.missing]
    for row, cells in enumerate(sorted(listed), start=1):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
