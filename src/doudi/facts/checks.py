"""Row by row: what a department file's row states, or the field and the reason why it is not taken.

Grain: ``Stated`` per accepted row, ``Problem`` per row that is not.  A row is taken whole or not at all.
"""

import dataclasses
import datetime as dt
from typing import Any

from doudi.facts.cells import READERS, CellError, text_of
from doudi.facts.columns import Layout
from doudi.facts.kinds import Column, Kind
from doudi.facts.readers import Cell, Sheet
from doudi.kernel import idno

TOTALS_WORDS = ("合计", "总计", "小计", "共计", "累计")
REJECTED, SET_ASIDE, NOT_REGISTERED = "rejected", "set_aside", "not_registered"
PROBLEM_LABELS = {REJECTED: "退回", SET_ASIDE: "搁置", NOT_REGISTERED: "不在本县登记"}
ENDS = frozenset({"disability_card_until"})  # dates that lie ahead in the nature of things
LATEST_START = dt.timedelta(days=62)
SHORTEST_NUMBER = 15
UNREPEATED = frozenset({"name", "number"})
CUT_ENDING, CUT_PERMILLE = "000", 20


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """
    Why one row was not taken.

    ``person_id`` is the near match of a row that was set aside. When the person belongs to another family,
    ``household_id`` is the family the row stands in, ``other_household_id`` the one that keeps the person.
    """

    row_number: int
    field: str
    reason: str
    kind: str = REJECTED
    person_id: int | None = None
    household_id: int | None = None
    other_household_id: int | None = None
    division_code: str = ""


@dataclasses.dataclass(slots=True)
class Stated:
    """What one row says, by column key; the identity number is read already."""

    row_number: int
    id_no: str
    name: str
    sex: str
    birth: dt.date
    values: dict[str, Any]


@dataclasses.dataclass
class Checked:
    """The outcome of reading a sheet: rows in file order, problems, remarks, and every row's cells by number."""

    rows: list[Stated]
    problems: list[Problem]
    notes: list[str]
    row_count: int


class _Refused(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check_rows(sheet: Sheet, layout: Layout, kind: Kind, known_on: dt.date) -> Checked:
    """Check every row below the header. Births, deaths and periods after the business date are refused."""
    checker = _Checker(layout, kind, known_on, sheet.encoding != "xlsx")
    checked = Checked([], [], [sheet.note] if sheet.note else [], 0)
    if layout.unknown:
        checked.notes.append(f"未使用的列:{'、'.join(layout.unknown[:10])}")
    body = [(number, cells) for number, cells in sheet.rows if number > layout.header_row]
    numbers = idno.check_all([checker.id_cell(cells) for _number, cells in body])
    checker.is_cut = _looks_cut([checker.id_cell(cells) for _number, cells in body], numbers)
    for (number, cells), read in zip(body, numbers, strict=True):
        if checker.is_totals(cells):
            checked.notes.append(f"第 {number} 行是合计行,未读取")
            continue
        checked.row_count += 1
        try:
            checked.rows.append(checker.row(number, cells, read))
        except _Refused as refused:
            checked.problems.append(Problem(number, refused.field, refused.reason))
    return checked


def _looks_cut(cells: list[object], read: list[idno.IdNumber | str]) -> bool:
    """Tell whether a spreadsheet has kept only fifteen digits of this column.

    Such numbers end in 000 and one in twelve still has a right check digit, so the wrong ones
    convict the right ones of the same file.  One number in a thousand ends in 000 honestly.
    """
    ending = [isinstance(cell, str) and cell.strip().endswith(CUT_ENDING) for cell in cells]
    wrong = sum(ends and isinstance(one, str) for ends, one in zip(ending, read, strict=True))
    return wrong > 0 or sum(ending) * 1000 > max(len(cells), 100) * CUT_PERMILLE


class _Checker:
    def __init__(self, layout: Layout, kind: Kind, known_on: dt.date, is_csv: bool) -> None:
        self.layout = layout
        self.kind = kind
        self.known_on = known_on
        self.is_csv = is_csv
        self.id_place = layout.places["id_no"]
        self.width = len(layout.header)
        self.columns: list[tuple[Column, int, dict[str, Any]]] = [
            (column, layout.places[column.key], {})
            for column in kind.columns
            if column.key in layout.places and column.key != "id_no"
        ]
        self.is_cut = False
        self.seen: dict[tuple[Any, ...], Stated] = {}
        self.names: dict[str, Stated] = {}

    def id_cell(self, cells: list[Cell]) -> object:
        return cells[self.id_place] if self.id_place < len(cells) else ""

    def is_totals(self, cells: list[Cell]) -> bool:
        """Tell whether this is the office's line of sums: a word for it, and no identity number."""
        id_cell = self.id_cell(cells)
        if isinstance(id_cell, str) and len(id_cell) >= SHORTEST_NUMBER:
            return False
        return any(text_of(cell).replace(" ", "").startswith(TOTALS_WORDS) for cell in cells[:4] if cell)

    def row(self, number: int, cells: list[Cell], read: idno.IdNumber | str) -> Stated:
        header = self.kind.column("id_no").header
        self._check_width(cells)
        if isinstance(cells[self.id_place] if self.id_place < len(cells) else "", int | float | dt.date):
            raise _Refused(header, "身份证号是数值单元格,末几位可能已丢失,请设为文本格式后重新填写")
        if isinstance(read, str):
            raise _Refused(header, read)
        if self.is_cut and read.number.endswith(CUT_ENDING):
            raise _Refused(header, "末三位为 000,本文件的身份证号疑似被表格软件截断,请设为文本格式后重新导出")
        if read.birth_date > self.known_on:
            raise _Refused(header, f"出生日期 {read.birth_date} 晚于业务日期 {self.known_on}")
        values = self._values(cells)
        stated = Stated(number, read.number, values["name"], read.sex, read.birth_date, values)
        self._check_sense(stated)
        self._check_repeat(stated)
        return stated

    def _check_width(self, cells: list[Cell]) -> None:
        if len(cells) > self.width and any(cell not in (None, "") for cell in cells[self.width :]):
            extra = [cell for cell in cells[self.width :] if cell not in (None, "")]
            raise _Refused("整行", f"比表头多出 {len(extra)} 个单元格(“{str(extra[0])[:20]}”),可能错列")
        if self.is_csv and len(cells) < self.width:
            raise _Refused("整行", f"本行有 {len(cells)} 个单元格,表头有 {self.width} 个,可能错列")

    def _values(self, cells: list[Cell]) -> dict[str, Any]:
        """Read every cell. Columns repeat a few spellings over and over, so each is read once."""
        values: dict[str, Any] = {}
        for column, place, known in self.columns:
            cell = cells[place] if place < len(cells) else None
            if cell.__class__ is str and cell in known:
                values[column.key] = known[cell]
            elif cell is None or (isinstance(cell, str) and not cell.strip()):
                if column.cell:
                    raise _Refused(column.header, f"“{column.header}”没有填写")
                values[column.key] = None
            else:
                value = values[column.key] = self._read(column, cell)
                if isinstance(cell, str) and column.type not in UNREPEATED:
                    known[cell] = value
        return values

    def _read(self, column: Column, cell: Cell) -> Any:
        try:
            value = READERS[column.type](cell)
        except CellError as error:
            raise _Refused(column.header, str(error)) from error
        if column.type in ("date", "month"):
            limit = self.known_on + LATEST_START if column.key == "since" else self.known_on
            if value > limit and column.key not in ENDS:
                raise _Refused(column.header, f"{value} 晚于业务日期 {self.known_on}")
        return value

    def _check_sense(self, stated: Stated) -> None:
        values = stated.values
        sex = values.get("sex")
        if sex and sex != stated.sex:
            raise _Refused("性别", "与身份证号第 17 位所示性别不符")
        died = values.get("death_date")
        if died and died < stated.birth:
            raise _Refused(self.kind.column("death_date").header, f"死亡日期 {died} 早于出生日期 {stated.birth}")

    def _check_repeat(self, stated: Stated) -> None:
        """Refuse a row that says again what an earlier row said.

        Two names under one number are a matter for the register, which knows the right one; only
        the roster, which makes the register, refuses the second name itself.
        """
        key = tuple(stated.id_no if name == "id_no" else stated.values.get(name) for name in self.kind.repeat_key)
        if self.kind.name == "roster":
            named = self.names.setdefault(stated.id_no, stated)
            if named.name != stated.name:
                raise _Refused("姓名", f"与第 {named.row_number} 行身份证号相同而姓名不同")
            key = (*key, stated.values["household_number"])
        first = self.seen.setdefault((stated.name, *key), stated)
        if first is not stated:
            same = "" if first.values == stated.values else ",内容不一致"
            raise _Refused(self.kind.column("id_no").header, f"与第 {first.row_number} 行重复{same}")
