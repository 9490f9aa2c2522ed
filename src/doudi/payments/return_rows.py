"""Reading the bank's answer: a file becomes rows, and a row that cannot be read says why."""

import csv
import dataclasses
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence

from python_calamine import CalamineWorkbook

from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan
from doudi.payments.layouts import NEEDED_IN, Layout

MAX_BYTES = 64 * 1024 * 1024
MAX_LINE_ID = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class ReturnRow:
    """One row of the answer. ``fault`` names the field and the rule when the row cannot be read."""

    row_number: int
    batch: str = ""
    line_id: int | None = None
    amount_fen: int | None = None
    result: str = "unknown"  # paid, failed, unknown
    code: str = ""
    text: str = ""
    fault: str = ""


def read_rows(content: bytes, file_name: str, layout: Layout) -> list[ReturnRow]:
    """Read a return file, CSV (UTF-8 or GB18030) or XLSX.

    :raises BadInput: not such a file, empty, or a needed column is missing; names it.
    """
    if len(content) > MAX_BYTES:
        raise BadInput("文件超过 64 MB", where=file_name, next_step="请按批次分开上传")
    table = _xlsx_table(content, file_name) if content[:4] == b"PK\x03\x04" else _csv_table(content, file_name)
    header = next(table, None)
    if header is None:
        raise BadInput("文件是空的", where=file_name, next_step="请重新下载银行回盘文件")
    places = _places(header, layout, file_name)
    rows = [
        _row(number, cells, places, layout)
        for number, cells in enumerate(table, start=2)
        if any(cell.strip() for cell in cells)
    ]
    if not rows:
        raise BadInput("只有表头,没有明细", where=file_name, next_step="请重新下载银行回盘文件")
    return rows


def _csv_table(content: bytes, file_name: str) -> Iterator[list[str]]:
    if b"\x00" in content:
        raise BadInput("不是 CSV 或 XLSX 文件", where=file_name, next_step="请另存为 CSV 或 XLSX")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadInput("编码不是 UTF-8 或 GB18030", where=file_name, next_step="请另存为 UTF-8 的 CSV")
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise BadInput("CSV 的引号不成对", where=file_name, next_step="请重新下载银行回盘文件") from error


def _xlsx_table(content: bytes, file_name: str) -> Iterator[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        table = sheet.to_python(skip_empty_area=False)
    except Exception as error:
        raise BadInput("XLSX 打不开", where=file_name, next_step="请另存为 CSV 或 XLSX") from error
    for cells in table:
        yield [_cell(cell) for cell in cells]


def _cell(value: object) -> str:
    """Give a cell as text; a whole number that a spreadsheet made a float loses the ``.0``."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("'", "").strip()


def _places(header: Sequence[str], layout: Layout, file_name: str) -> dict[str, int]:
    names = [_plain(cell) for cell in header]
    places = {field: names.index(_plain(name)) for field, name in layout.in_columns.items() if _plain(name) in names}
    for field in NEEDED_IN:
        if field not in places:
            raise BadInput(
                f"缺少“{layout.in_columns[field]}”列",
                where=f"{file_name} 第 1 行",
                next_step="需要的列:" + "、".join(layout.in_columns.values()),
            )
    return places


def _row(number: int, cells: Sequence[str], places: dict[str, int], layout: Layout) -> ReturnRow:
    """Read one row; the first fault found is named, nothing is guessed."""

    def cell(field: str) -> str:
        place = places.get(field)
        return _plain(cells[place]) if place is not None and place < len(cells) else ""

    line_text, word = cell("line"), cell("result")
    faults = []
    line_id = int(line_text) if re.fullmatch(r"\d{1,19}", line_text) and int(line_text) <= MAX_LINE_ID else None
    if line_id is None:
        faults.append(f"{layout.in_columns['line']}“{line_text}”不是编号")
    amount_fen = None
    try:
        amount_fen = fen_from_yuan(cell("yuan"), field=layout.in_columns["yuan"])
    except BadInput as error:
        faults.append(error.text)
    result = "paid" if word in layout.paid_words else "failed" if word in layout.failed_words else "unknown"
    if result == "unknown":
        faults.append(f"{layout.in_columns['result']}“{word}”应为“成功”或“失败”")
    return ReturnRow(
        row_number=number,
        batch=cell("batch")[:60],
        line_id=line_id,
        amount_fen=amount_fen,
        result=result,
        code=cell("code")[:20],
        text=cell("text")[:100],
        fault=faults[0][:200] if faults else "",
    )
