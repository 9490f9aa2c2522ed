"""From a file to rows of cells: CSV in the usual encodings, XLSX; clear words when it cannot be read.

Grain: ``Sheet`` with rows ``(row number as the spreadsheet shows it, cells)``.  Nothing is repaired
here: numbers stay marked as numbers so that identity columns can refuse them.
"""

import csv
import dataclasses
import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from doudi.kernel.errors import BadInput

MOST_BYTES = 80_000_000
MOST_ROWS = 500_000
MOST_COLUMNS = 200
MOST_ENTRIES = 1_000
MOST_EXPANDED_BYTES = 300_000_000
MOST_RATIO = 100
READ_SECONDS = 180
ZIP_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"

# A cell: text, a number as the spreadsheet holds it, yes/no, a date, or nothing.
Cell = str | int | float | bool | dt.date | None


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The cells of one file. ``encoding`` is ``xlsx`` or the CSV's."""

    encoding: str
    rows: list[tuple[int, list[Cell]]]
    note: str = ""


def read(path: Path) -> Sheet:
    """Read a CSV or XLSX file.

    :raises BadInput: missing, too large, another format, damaged, or an encoding that cannot be told.
    """
    if not path.is_file():
        raise BadInput(f"找不到文件 {path}", next_step="请核对路径")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise BadInput(
            f"文件有 {size // 1_000_000} MB,超过 {MOST_BYTES // 1_000_000} MB", where=path.name, next_step="请分批导入"
        )
    with path.open("rb") as source:
        magic = source.read(4)
    if size == 0:
        raise BadInput("文件是空的", where=path.name, next_step="请重新导出")
    if magic == OLD_EXCEL_MAGIC:
        raise BadInput("是旧版 Excel 文件(xls)或带密码的工作簿", where=path.name, next_step="请另存为 xlsx 后再导入")
    if magic == ZIP_MAGIC:
        return _read_xlsx(path)
    if path.suffix.lower() not in {".csv", ".txt", ".tsv"}:
        raise BadInput(f"不是可以导入的格式“{path.suffix}”", where=path.name, next_step="可用 CSV 或 XLSX")
    return _read_csv(path)


def _decode(raw: bytes, name: str) -> tuple[str, str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        attempts = ["utf-16"]
    elif raw.startswith(b"\xef\xbb\xbf"):
        attempts = ["utf-8-sig"]
    else:
        attempts = ["utf-8", "gb18030"]
    for encoding in attempts:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise BadInput("文字编码无法识别,不是 UTF-8 也不是 GB18030", where=name, next_step="请用“UTF-8 逗号分隔”重新导出")


def _read_csv(path: Path) -> Sheet:
    text, encoding = _decode(path.read_bytes(), path.name)
    if "\x00" in text:
        raise BadInput("文件含有空字节,不是文本", where=path.name, next_step="请重新导出为 CSV")
    first = text.split("\n", 1)[0]
    separator = max(",\t;,", key=first.count)
    csv.field_size_limit(100_000)
    rows: list[tuple[int, list[Cell]]] = []
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0
    try:
        for number, row in enumerate(lines, 1):
            if number > MOST_ROWS + 1:
                raise BadInput(f"超过 {MOST_ROWS} 行", where=path.name, next_step="请分批导入")
            if any(cell.strip() for cell in row):
                rows.append((number, list(row[:MOST_COLUMNS])))
    except csv.Error as error:
        raise BadInput(
            f"第 {number + 1} 行附近的引号或换行不成对({error})", where=path.name, next_step="请重新导出"
        ) from error
    return Sheet(encoding, rows)


def _check_zip(path: Path) -> None:
    """Refuse archives that unfold into something else than a workbook of a bearable size."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            expanded = sum(entry.file_size for entry in entries)
            names = {entry.filename for entry in entries}
            unsafe = any(name.startswith("/") or ".." in name.split("/") for name in names)
            if unsafe or len(entries) > MOST_ENTRIES:
                raise BadInput("压缩包内容异常", where=path.name, next_step="请重新导出为 xlsx")
            if expanded > MOST_EXPANDED_BYTES or expanded > MOST_RATIO * max(path.stat().st_size, 50_000):
                raise BadInput("展开后过大,可能已损坏或被改造", where=path.name, next_step="请删去多余的格式后分批导入")
            if "xl/workbook.xml" not in names:
                raise BadInput("不是 xlsx 工作簿", where=path.name, next_step="可用 CSV 或 XLSX")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise BadInput("工作簿带有宏", where=path.name, next_step="请另存为不带宏的 xlsx")
            if archive.testzip() is not None:
                raise BadInput("工作簿已损坏", where=path.name, next_step="请重新导出")
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise BadInput("工作簿已损坏,打不开", where=path.name, next_step="请重新导出") from error


def _read_xlsx(path: Path) -> Sheet:
    _check_zip(path)
    command = [sys.executable, "-m", "doudi.facts.sheets", str(path), str(MOST_ROWS + 1)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=READ_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise BadInput("读取时间过长", where=path.name, next_step="请删去多余的格式后分批导入") from error
    if done.returncode != 0:
        raise BadInput("工作簿读不出来,可能已损坏或过大", where=path.name, next_step="请重新导出,或改用 CSV")
    lines = done.stdout.decode("utf-8").splitlines()
    about = json.loads(lines[0])
    rows: list[tuple[int, list[Cell]]] = []
    for number, line in enumerate(lines[1:], 1):
        cells = [_cell(value) for value in json.loads(line)[:MOST_COLUMNS]]
        if any(cell not in (None, "") for cell in cells):
            rows.append((number, cells))
    if len(rows) > MOST_ROWS + 1:
        raise BadInput(f"超过 {MOST_ROWS} 行", where=path.name, next_step="请分批导入")
    note = f"工作簿有 {about['sheets']} 张表,只读第一张“{about['sheet']}”" if about["sheets"] > 1 else ""
    return Sheet("xlsx", rows, note)


def _cell(value: object) -> Cell:
    if isinstance(value, dict):
        if "d" in value:
            return dt.date.fromisoformat(value["d"])
        number: int | float = value["n"]
        return number
    if isinstance(value, bool | str):
        return value
    return None
