"""Reading files: encodings, spreadsheets, and clear words for what cannot be read."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from doudi.facts.cells import READERS, CellError
from doudi.facts.columns import find_layout, kind_of_file
from doudi.facts.kinds import KINDS
from doudi.facts.readers import read
from doudi.kernel.errors import BadInput
from tests.facts.files import write_csv, write_xlsx


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_read_csv_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    path = write_csv(tmp_path / "a.csv", ["姓名", "备注"], [["𠮷田喆", "㼆"]], encoding)

    assert read(path).rows == [(1, ["姓名", "备注"]), (2, ["𠮷田喆", "㼆"])]


def test_read_refuses_an_encoding_that_cannot_be_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("姓名".encode() + b"\xff\xff\xff,\x80\n")

    with pytest.raises(BadInput, match="编码无法识别"):
        read(path)


def test_read_xlsx_keeps_numbers_apart_from_text(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["姓名", "身份证号"], [["王桂兰", 999231195001012228.0]])

    rows = read(path).rows

    assert rows[0] == (1, ["姓名", "身份证号"])
    assert isinstance(rows[1][1][1], float)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "旧版 Excel"),
        ("a.csv", b"", "空的"),
        ("a.pdf", b"%PDF-1.7", "不是可以导入的格式"),
        ("a.xlsx", b"PK\x03\x04broken", "损坏"),
        ("a.csv", b"a,b\n\x00,1\n", "空字节"),
    ],
)
def test_read_says_why_a_file_cannot_be_read(tmp_path: Path, name: str, body: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)

    with pytest.raises(BadInput, match=words):
        read(path)


def test_read_refuses_a_workbook_that_unfolds_too_far(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)

    with pytest.raises(BadInput, match="展开后过大"):
        read(path)


def test_read_refuses_a_workbook_with_macros(tmp_path: Path) -> None:
    path = tmp_path / "macro.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/vbaProject.bin", b"x")

    with pytest.raises(BadInput, match="宏"):
        read(path)


def test_find_layout_skips_a_title_and_reads_other_spellings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("某县残疾人名单\n姓 名,公民身份号码,类别,等级(级)\n王桂兰,1,肢体,一级\n", encoding="utf-8")

    layout = find_layout(read(path), KINDS["disability"], "a.csv")

    assert layout.header_row == 2
    assert layout.places == {"name": 0, "id_no": 1, "disability_kind": 2, "disability_grade": 3}


def test_find_layout_refuses_a_column_that_stands_twice(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["姓名", "身份证号", "身份证号码", "死亡日期"], [["a", "b", "c", "d"]])

    with pytest.raises(BadInput, match="出现两次"):
        find_layout(read(path), KINDS["deaths"], "a.csv")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("2022年4月民政在册台账.xlsx", "roster"), ("社保-四月.csv", "social_insurance"), ("disability.csv", "disability")],
)
def test_kind_of_file_reads_the_name(name: str, kind: str) -> None:
    found = kind_of_file(name)

    assert found is not None
    assert found.name == kind


@pytest.mark.parametrize("text", ["20220415", "2022.4.15", "2022-04-15", "2022/4/15", "2022年4月15日"])
def test_date_reads_the_usual_spellings(text: str) -> None:
    assert READERS["date"](text) == dt.date(2022, 4, 15)


@pytest.mark.parametrize("cell", ["2022-02-30", "民国三年", "四月十五", 44666, 44666.0, "20221", "1022-01-01"])
def test_date_refuses_what_is_not_a_day(cell: str | float) -> None:
    with pytest.raises(CellError):
        READERS["date"](cell)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("money", "-3"), ("money", "12.345"), ("money", 0.1 + 0.2), ("money", "一百"), ("money", "1e5"),
        ("number", 6299990000000001234), ("number", 6.29e18), ("number", "6.29E+18"), ("bool", "也许"),
        ("grade", "五级"), ("relation", "邻居"), ("programme", "养老金"), ("name", "王?兰"), ("name", "\ufffd兰"),
        ("name", 3.0), ("code", "23108x"), ("month", "2022-13"), ("sex", "未知"),
    ],
)  # fmt: skip
def test_cells_refuse_what_could_be_damaged(kind: str, cell: str | float) -> None:
    with pytest.raises(CellError):
        READERS[kind](cell)


def test_xlsx_dates_are_read_as_days(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "死亡日期"])
    sheet.write(1, 0, "王桂兰")
    sheet.write_datetime(1, 1, dt.datetime(2022, 1, 5), book.add_format({"num_format": "yyyy/m/d"}))
    book.close()

    assert read(path).rows[1] == (2, ["王桂兰", dt.date(2022, 1, 5)])
