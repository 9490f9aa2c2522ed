"""Finding a department's columns in a file: headers in many spellings, and titles above them."""

import dataclasses
import difflib
import re
import unicodedata

from doudi.facts.kinds import KINDS, Column, Kind
from doudi.facts.readers import Cell, Sheet
from doudi.kernel.errors import BadInput

HEADER_SEARCH_ROWS = 8
_NOISE = re.compile(r"[\s\u200b-\u200f\ufeff*::,,。.、/\\_\-—“”\"'《》()()\[\]【】]+")
_UNIT = re.compile(r"[((][^))]*[))]")


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where the columns stand: the header's row number, and a column's place by its key."""

    header_row: int
    header: list[str]
    places: dict[str, int]
    unknown: list[str]


def plain(text: object) -> str:
    """Bring a header to one spelling: no units in brackets, blanks or marks."""
    wide = unicodedata.normalize("NFKC", str(text or ""))
    return _NOISE.sub("", _UNIT.sub("", wide)).lower()


def _spellings(kind: Kind) -> dict[str, Column]:
    return {plain(word): column for column in kind.columns for word in column.spellings}


def _match(kind: Kind, cells: list[Cell]) -> tuple[dict[str, int], list[str], list[str]]:
    known = _spellings(kind)
    places: dict[str, int] = {}
    unknown: list[str] = []
    twice: list[str] = []
    for place, cell in enumerate(cells):
        if cell in (None, ""):
            continue
        column = known.get(plain(cell))
        if column is None:
            unknown.append(str(cell).strip())
        elif column.key in places:
            twice.append(column.header)
        else:
            places[column.key] = place
    return places, unknown, twice


def find_layout(sheet: Sheet, kind: Kind, file_name: str) -> Layout:
    """Find the header row among the first rows and the place of every column.

    :raises BadInput: the file is empty, a needed column is missing, or one stands twice.
    """
    if not sheet.rows:
        raise BadInput("文件里没有内容", where=file_name, next_step="请重新导出")
    best: tuple[int, int, list[Cell]] = (-1, 0, [])
    for number, cells in sheet.rows[:HEADER_SEARCH_ROWS]:
        found = len(_match(kind, cells)[0])
        if found > best[0]:
            best = (found, number, cells)
    _found, header_row, header = best
    places, unknown, twice = _match(kind, header)
    if twice:
        raise BadInput(f"“{'”“'.join(twice)}”列出现两次", where=file_name, next_step="请删去多余的一列")
    missing = [column for column in kind.columns if column.must and column.key not in places]
    if missing:
        raise BadInput(_missing_text(kind, missing, unknown), where=file_name, next_step=_missing_step(kind, missing))
    return Layout(header_row, [str(cell or "") for cell in header], places, unknown)


def _missing_text(kind: Kind, missing: list[Column], unknown: list[str]) -> str:
    text = f"按“{kind.label}”读取,缺少列:{'、'.join(column.header for column in missing)}"
    near = [
        f"“{close[0]}”" for column in missing if (close := difflib.get_close_matches(column.header, unknown, 1, 0.5))
    ]
    return text + (f";文件里相近的列名有{'、'.join(near)}" if near else "")


def _missing_step(kind: Kind, missing: list[Column]) -> str:
    column = missing[0]
    also = f",也可写作{'、'.join(column.also[:3])}" if column.also else ""
    return f"请核对文件种类是不是“{kind.label}”,并补上“{column.header}”列{also}"


def kind_of_file(name: str) -> Kind | None:
    """Tell a file's kind from its name; None when no kind's word is in it."""
    stem = name.rsplit(".", 1)[0].lower()
    for kind in KINDS.values():
        if kind.name in stem or kind.label in stem:
            return kind
    for kind in KINDS.values():
        if any(word in stem for word in kind.words):
            return kind
    return None
