"""Department files for tests: written the way offices write them, about invented people."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from doudi.kernel import idno

COUNTY = "231084"
KNOWN_ON = dt.date(2022, 4, 15)
VILLAGE = "231084101201"
ROSTER_HEADER = [
    "家庭编号", "与户主关系", "姓名", "身份证号", "居住地区划代码", "城乡类别", "救助项目", "月救助金额(元)",
    "享受起始月", "收款账号", "开户银行", "账户户名",
]  # fmt: skip
NAMES = ["王桂兰", "李国强", "赵敏", "周长贵", "刘德福", "孙玉珍", "吴春兰", "郑秀英", "冯贵林", "陈素云"]


def number(sequence: int, birth: dt.date = dt.date(1950, 1, 1)) -> str:
    """Invent a number of the area that nobody is assigned."""
    return idno.make("999231", birth + dt.timedelta(days=sequence), 1 + sequence % 998)


def name(sequence: int) -> str:
    return NAMES[sequence % len(NAMES)] + ("", "秀", "宝", "芝")[sequence // len(NAMES) % 4]


def roster_row(sequence: int, **changes: str) -> list[str]:
    """One person living alone on dibao."""
    row = dict(
        zip(
            ROSTER_HEADER,
            [
                f"N{sequence:05d}", "户主", name(sequence), number(sequence), VILLAGE, "农村", "农村低保", "300.00",
                "2021-05", f"6299990000{sequence:08d}", "农村信用社", name(sequence),
            ],
            strict=True,
        )
    )  # fmt: skip
    row.update(changes)
    return list(row.values())


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(header)
    lines.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, header: Sequence[str], rows: Sequence[Sequence[str | float]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    sheet = book.add_worksheet("数据")
    for place, row in enumerate([header, *rows]):
        for column, value in enumerate(row):
            if isinstance(value, float):
                sheet.write_number(place, column, value)
            elif value != "":
                sheet.write_string(place, column, value)
    book.close()
    return path
