"""Reads a list of rises: one row per place and area, as counties send them. The caller has read the file into cells."""

import contextlib
import re
from collections.abc import Sequence

from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.standards import amounts
from doudi.standards.measure import Line
from doudi.standards.services import LINE_LABELS, LineDraft

COLUMNS: dict[str, tuple[str, ...]] = {
    "division_code": ("区划代码", "代码", "行政区划代码"),
    "name": ("地区", "区划名称", "名称", "县(市、区)"),
    "area": ("城乡", "区域"),
    "before": ("原标准", "现行标准", "调整前"),
    "after": ("新标准", "拟定标准", "调整后"),
    "recipients": ("保障人数", "人数"),
    "subsidy": ("已发价格补贴", "人均已发价格补贴"),
}
AREA_OF_WORD = {"城市": "urban", "城镇": "urban", "城": "urban", "农村": "rural", "乡": "rural", "urban": "urban",
                "rural": "rural"}  # fmt: skip
NEEDED = ("area", "after", "recipients")


def read_rows(rows: Sequence[tuple[int, Sequence[object]]]) -> list[tuple[LineDraft, str]]:
    """
    Turn rows of cells into lines, each with the name written beside its code.

    :raises BadInput: the header lacks a column.
    """
    if not rows:
        raise BadInput("文件是空的", next_step=f"第一行写列名:{'、'.join(LINE_LABELS.values())}")
    names = [re.sub(r"\s", "", str(cell or "")) for cell in rows[0][1]]
    columns = {
        field: next(number for number, name in enumerate(names) if name in words)
        for field, words in COLUMNS.items()
        if any(name in words for name in names)
    }
    lacking = [LINE_LABELS[field] for field in NEEDED if field not in columns]
    if "division_code" not in columns and "name" not in columns:
        lacking.insert(0, LINE_LABELS["division_code"])
    if lacking:
        raise BadInput(f"缺少列 {'、'.join(lacking)}", where="第 1 行", next_step="请按模板补上列名")
    return [_line(number, cells, columns) for number, cells in rows[1:]]


def _line(number: int, cells: Sequence[object], columns: dict[str, int]) -> tuple[LineDraft, str]:
    row = {field: _text(cells[place]) if place < len(cells) else "" for field, place in columns.items()}
    code = row.get("division_code", "")
    with contextlib.suppress(BadInput):  # what is no code is named with its row when the lines are checked
        code = codes.from_padded(code) if code else ""
    area = AREA_OF_WORD.get(row.get("area", ""), row.get("area", ""))
    draft = LineDraft(
        row_number=number, division_code=code, area=area, after=row.get("after", ""), before=row.get("before", ""),
        recipients=row.get("recipients", ""), subsidy=row.get("subsidy", ""),
    )  # fmt: skip
    return draft, row.get("name", "")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def lines_of(read: Sequence[tuple[LineDraft, str]]) -> list[Line]:
    """
    Turn what a file says into lines to be measured, without asking the registers.

    :raises BadInput: names the row and the field.
    """
    found = []
    for draft, name in read:
        where = f"第 {draft.row_number} 行"
        if not draft.before:
            raise BadInput("没有填写原标准", where=where, next_step="请写成 700 元/月 或 4800 元/年")
        if not draft.recipients.isdigit():
            raise BadInput(f"保障人数“{draft.recipients}”不是人数", where=where, next_step="请写整数")
        found.append(
            Line(
                place=draft.division_code or name, name=name or draft.division_code, area=draft.area,
                before_fen_y=amounts.read(draft.before, where).fen_y,
                after_fen_y=amounts.read(draft.after, where).fen_y,
                recipients=int(draft.recipients),
                subsidy_fen_y=amounts.read(draft.subsidy, where).fen if draft.subsidy else None,
            )
        )  # fmt: skip
    return found
