"""Citizen identity numbers (GB 11643): reading what people type, checking, and inventing.

The area is not looked up: areas are abolished and renamed while people keep their numbers.
Area 999 is assigned to nobody and marks invented people.
"""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from doudi.kernel.errors import BadInput

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
EARLIEST_BIRTH = dt.date(1890, 1, 1)
MALE, FEMALE = "M", "F"

_NOISE = re.compile(r"[\s'’‘`´\-‐-―−·.\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_DAMAGED = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+|\d{15,18}\.0+")


@dataclasses.dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that passed every check; ``area_code`` is the county where it was first issued."""

    number: str
    birth_date: dt.date
    sex: str
    area_code: str


def check_digit(body: str) -> str:
    """Compute the eighteenth character from the first seventeen digits."""
    return CHECK_DIGITS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True)) % 11]


def normalise(text: object) -> str:
    """Undo what keyboards and spreadsheets do to a number; the result need not be valid.

    Full-width characters, blanks, invisible characters, hyphens and the spreadsheet's leading
    apostrophe go; ``x`` becomes ``X``; a number of the first generation (15 digits) becomes 18.

    :raises BadInput: the value went through a floating point number and has lost digits.
    """
    if isinstance(text, float):
        raise _damaged(repr(text))
    raw = unicodedata.normalize("NFKC", str(text)).strip()
    if _DAMAGED.fullmatch(raw):
        raise _damaged(raw)
    clean = _NOISE.sub("", raw).upper()
    if len(clean) == 15 and clean.isascii() and clean.isdigit():
        body = f"{clean[:6]}19{clean[6:]}"
        return body + check_digit(body)
    return clean


def check(text: object) -> IdNumber:
    """Read an identity number.

    A birth after the business date is possible here; the caller, who knows today, judges it.

    :raises BadInput: says which of length, characters, area, birth date, order or check digit is wrong.
    """
    read = _read(text)
    if isinstance(read, str):
        raise BadInput(read, next_step="请对照居民身份证核对")
    return read


def check_all(texts: Iterable[object]) -> list[IdNumber | str]:
    """Read many numbers: each becomes an ``IdNumber`` or the reason why not."""
    return [_read(text) for text in texts]


def make(area: str, birth: dt.date, sequence: int) -> str:
    """Invent a number: six digits of area, a birth, and 1 to 999 (odd for men, even for women)."""
    assert len(area) == 6, area
    assert area.isdigit(), area
    assert 0 < sequence < 1000, sequence
    body = f"{area}{birth:%Y%m%d}{sequence:03d}"
    return body + check_digit(body)


def is_invented(number: str) -> bool:
    """Tell whether the number's area is the one that nobody is assigned."""
    return number.startswith("999")


def _damaged(raw: str) -> BadInput:
    return BadInput(f"身份证号“{raw}”是数值而不是文本,末几位已丢失", next_step="请把该列设为文本格式后重新填写或导出")


def _read(text: object) -> IdNumber | str:
    try:
        number = normalise(text)
    except BadInput as error:
        return error.text
    wrong = _wrong_form(number)
    if wrong:
        return wrong
    try:
        birth = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return f"身份证号中的出生日期 {number[6:14]} 不存在"
    if birth < EARLIEST_BIRTH:
        return f"身份证号中的出生日期 {number[6:14]} 过早"
    if check_digit(number[:17]) != number[17]:
        return "身份证号校验码不对,可能有一位写错"
    sex = MALE if int(number[16]) % 2 else FEMALE
    return IdNumber(number, birth, sex, number[:6])


def _wrong_form(number: str) -> str:
    if not number:
        return "身份证号为空"
    if len(number) != 18:
        return f"身份证号应为 18 位(或旧证 15 位),现为 {len(number)} 位"
    body = number[:17]
    if not (body.isascii() and body.isdigit()):
        place, wrong = next((n, c) for n, c in enumerate(body, 1) if not (c.isascii() and c.isdigit()))
        return f"身份证号第 {place} 位“{wrong}”不是数字"
    if number[17] not in CHECK_DIGITS:
        return f"身份证号第 18 位“{number[17]}”只能是数字或 X"
    if number[0] == "0" or number[14:17] == "000":
        return "身份证号的地区码或顺序码不存在"
    return ""
