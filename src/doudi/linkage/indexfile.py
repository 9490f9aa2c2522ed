"""Reads index figures from YAML, CSV or the command line."""

import csv
import datetime as dt
import io
import pathlib
from collections.abc import Mapping

from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage import indices, reading
from doudi.linkage.indices import NONE_WORDS, IndexRow
from doudi.linkage.reading import Node, Problems
from doudi.linkage.words import PLAIN_WORDS, Vocabulary

TOP_KEYS = ("place", "months", "source", "rows", "note")
ROW_KEYS = ("place", "month", "series", "value", "published", "known", "source", "correction", "verified", "note")
_COLUMN_WORDS = {
    "place": "place", "地区": "place", "区划代码": "place", "month": "month", "月份": "month", "指数月": "month",
    "series": "series", "系列": "series", "指数": "series", "value": "value", "涨幅": "value", "同比": "value",
    "published": "published", "公布日期": "published", "发布日期": "published", "source": "source", "来源": "source",
    "出处": "source", "correction": "correction", "更正": "correction", "known": "known", "获知日期": "known",
    "verified": "verified", "note": "note", "说明": "note",
}  # fmt: skip


def load(
    path: pathlib.Path, place: str = "", words: Vocabulary = PLAIN_WORDS, is_selection: bool = False, shown: str = ""
) -> list[IndexRow]:
    """
    Read an index file; ``place`` is taken for rows that name none.

    :raises BadInput: names every problem with file and line.
    """
    shown = shown or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput("打不开这个文件", where=shown, next_step="核对文件名") from error
    except UnicodeDecodeError as error:
        raise BadInput("文件不是 UTF-8 编码", where=shown, next_step="另存为 UTF-8 再试") from error
    if path.suffix.lower() == ".csv":
        return from_csv(text, shown, place, words, is_selection)
    return from_yaml(text, shown, place, words, is_selection)


def from_yaml(
    text: str, shown: str, place: str = "", words: Vocabulary = PLAIN_WORDS, is_selection: bool = False
) -> list[IndexRow]:
    """Read figures from YAML; see :func:`load`."""
    top = reading.read(text, shown)
    rows: tuple[Node, ...] = reading.rows(top) if top.items is not None else ()
    source = ""
    if top.pairs is not None:
        reading.mapping(top, TOP_KEYS, "指标文件")
        named, months = top.get("place"), top.get("months")
        place = _place(reading.text_of(named), named.where) if named is not None else place
        if months is not None:
            is_selection = reading.choice(months, {"selected": "1", "continuous": ""}, "months") == "1"
        source = reading.text_of(top.get("source"))
        rows = reading.rows(top.need("rows", "[{month: 2019-08, cpi: 3.4}]"))
    problems = Problems()
    found: list[IndexRow] = []
    for one in rows:
        with problems.gathering():
            found += _row_of(one, place, source, words, len(found))
    problems.refuse()
    indices.check_rows(found, is_selection, words)
    return found


def _row_of(node: Node, place: str, source: str, words: Vocabulary, number: int) -> list[IndexRow]:
    if node.pairs is None:
        raise node.wrong("一行应写成“键: 值”的形式", "例如 {month: 2019-08, cpi: 3.4, published: 2019-09-10}")
    cells = {key: reading.text_of(one) for key, one in node.pairs.items()}
    return _rows_from(cells, place, source, words, node.where, number)


def from_csv(
    text: str, shown: str, place: str = "", words: Vocabulary = PLAIN_WORDS, is_selection: bool = False
) -> list[IndexRow]:
    """Read figures from CSV, one series a row or one series a column; see :func:`load`."""
    reader = csv.reader(io.StringIO(text))
    header = [cell.strip() for cell in next(reader, [])]
    if not header:
        raise BadInput("文件是空的", where=shown)
    names = [_COLUMN_WORDS.get(one.lower(), one) for one in header]
    problems = Problems()
    found: list[IndexRow] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{shown} 第 {reader.line_num} 行"
        with problems.gathering():
            if len(cells) > len(names):
                raise BadInput("列数多于表头", where=where, next_step="含逗号的内容要加引号")
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
            found += _rows_from(row, place, "", words, where, len(found))
    problems.refuse()
    indices.check_rows(found, is_selection, words)
    return found


def _rows_from(
    cells: Mapping[str, str], place: str, source: str, words: Vocabulary, where: str, number: int
) -> list[IndexRow]:
    """Turn one row into figures: ``series`` and ``value``, or one column for each series."""
    given = cells.get("place")
    code = _place(given, where) if given is not None else place
    month = _month(cells.get("month"), where)
    figures = {}
    for key, value in cells.items():
        if key in ROW_KEYS:
            continue
        series = words.series_of(key)
        if series is None:
            raise BadInput(
                f"没有名为“{key}”的列或指数系列",
                where=where,
                next_step=f"可用:{'、'.join(ROW_KEYS)},或 cpi、food、scpi 等系列",
            )
        figures[series] = value
    if "series" in cells:
        named = words.series_of(cells["series"])
        if named is None:
            raise BadInput(
                f"没有名为“{cells['series']}”的指数系列", where=where, next_step="可用:cpi、food(食品)、scpi、grain"
            )
        if "value" not in cells:
            raise BadInput("缺少 value", where=where, next_step="写同比涨幅,例如 value: 3.4")
        figures[named] = cells["value"]
    if not figures:
        raise BadInput("这一行没有数值", where=where, next_step="写 series 和 value,或 cpi: 3.4 的样子")
    return [
        IndexRow(
            code,
            month,
            series,
            _value(series, value, words, where),
            _day(cells.get("published"), where),
            cells.get("source", source),
            _yes(cells.get("correction"), False, where),
            _yes(cells.get("verified"), True, where),
            where,
            _day(cells.get("known"), where),
            number + place_in_row,
        )
        for place_in_row, (series, value) in enumerate(figures.items())
    ]


def from_option(text: str, place: str, month: Month, words: Vocabulary) -> IndexRow:
    """Read ``CPI=3.4`` of a command.

    :raises BadInput: no series or no figure.
    """
    name, mark, value = text.partition("=")
    series = words.series_of(name)
    if not mark or series is None:
        raise BadInput(f"“{text}”无法识别", where="--value", next_step="写成 CPI=3.4 或 食品=8.3 的样子")
    figure = _value(series, value, words, f"--value {name}")
    return IndexRow(place, month, series, figure, where="命令行", source="录入")


def _value(series: str, text: str, words: Vocabulary, where: str) -> int | None:
    if text.strip() in NONE_WORDS:
        return None
    value = reading.percent_of(text, words.short(series), where=where)
    indices.refuse_level(series, value, where, words)
    return value


def _place(text: str, where: str) -> str:
    try:
        return codes.from_padded(text) if text else ""
    except BadInput as error:
        raise BadInput(error.text, where=where, next_step=error.step or "例如常州市 3204") from error


def _month(text: str | None, where: str) -> Month:
    if not text:
        raise BadInput("缺少 month", where=where, next_step="例如 month: 2019-08")
    try:
        return Month.parse(text)
    except BadInput as error:
        raise BadInput(error.text, where=where, next_step=error.step) from error


def _day(text: str | None, where: str) -> dt.date | None:
    if not text:
        return None
    try:
        return reading.day_of(text)
    except BadInput as error:
        raise BadInput(error.text, where=where, next_step=error.step) from error


def _yes(text: str | None, default: bool, where: str) -> bool:
    if text is None:
        return default
    word = text.lower()
    if word in ("true", "yes", "是", "1"):
        return True
    if word in ("false", "no", "否", "0"):
        return False
    raise BadInput(f"“{text}”应是 true 或 false", where=where)
