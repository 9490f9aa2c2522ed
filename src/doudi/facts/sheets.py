"""Read one spreadsheet in a process of its own: ``python -m doudi.facts.sheets FILE MOST_ROWS``.

A hostile workbook can make a reader take gigabytes; the limits set here end this process, not the
server.  Each line of the output is a row as JSON: text, true/false, ``{"n": number}`` or ``{"d": date}``.
"""

import datetime as dt
import json
import resource
import sys
from typing import Any

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 120


def _cell(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return {"n": int(value) if float(value).is_integer() and abs(value) < 1e15 else value}
    if isinstance(value, dt.datetime):
        return {"d": value.date().isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    return str(value)


def main(path: str, most_rows: int) -> int:
    """Print every row of the first sheet that is not hidden."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_path(path)
    shown = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
    sheet = book.get_sheet_by_name(shown[0] if shown else book.sheet_names[0])
    print(json.dumps({"sheet": sheet.name, "sheets": len(shown)}))  # noqa: T201
    for number, row in enumerate(sheet.iter_rows()):
        if number > most_rows:
            break
        print(json.dumps([_cell(value) for value in row], ensure_ascii=False))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
