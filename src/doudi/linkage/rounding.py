"""Rounding of exact amounts to fen, jiao, half yuan or yuan; a half goes up under 四舍五入."""

from fractions import Fraction
from math import ceil, floor

from doudi.linkage.model import Rounding

UNIT_WORDS = {1: "分", 10: "角", 50: "半元", 100: "元"}
HOW_WORDS = {"nearest": "四舍五入", "up": "进位", "down": "舍去"}


def apply(value: Fraction, rounding: Rounding) -> Fraction:
    """Round by each step in turn."""
    for unit, how in rounding.steps:
        value = to_unit(value, unit, how)
    return value


def to_unit(value: Fraction, unit: int, how: str) -> Fraction:
    """Round to a multiple of the unit; nothing here is below zero."""
    count = value / unit
    if how == "up":
        return Fraction(ceil(count) * unit)
    if how == "down":
        return Fraction(floor(count) * unit)
    return Fraction(floor(count + Fraction(1, 2)) * unit)


def words(rounding: Rounding) -> str:
    """Say how amounts are rounded."""
    if not rounding.is_stated:
        return "文件没有写取整办法,算到分,四舍五入"
    return ",再".join(
        f"{HOW_WORDS[how]}取到{UNIT_WORDS.get(unit) or f'{Fraction(unit, 100)} 元'}" for unit, how in rounding.steps
    )


def yuan_text(fen: Fraction) -> str:
    """Show an exact amount in yuan: two decimals when whole in fen, else four with a mark."""
    if fen.denominator == 1:
        sign = "-" if fen < 0 else ""
        whole, cents = divmod(abs(fen.numerator), 100)
        return f"{sign}{whole}.{cents:02d}"
    scaled = fen * 100  # ten-thousandths of a yuan
    near = floor(scaled + Fraction(1, 2)) if fen >= 0 else ceil(scaled - Fraction(1, 2))
    sign = "-" if near < 0 else ""
    whole, rest = divmod(abs(near), 10_000)
    mark = "" if scaled.denominator == 1 else "…"
    return f"{sign}{whole}.{rest:04d}{mark}"
