"""Money is whole fen; text is the only other form it takes."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from doudi.kernel.errors import BadInput

MAX_FEN = 10**15


def fen_from_yuan(text: str | int, *, field: str = "金额") -> int:
    """Read an amount typed or filed in yuan as whole fen.

    Accepts separators, blanks, full-width digits and a trailing 元; refuses a third decimal,
    a sign, and anything that a float could have damaged.

    :raises BadInput: not an amount, negative, or more than two decimals.
    """
    raw = unicodedata.normalize("NFKC", str(text)).strip().removesuffix("元").replace(",", "").replace(" ", "")
    if not re.fullmatch(r"\d{1,13}(\.\d{1,})?", raw):
        raise BadInput(f"“{text}”不是金额", where=field, next_step="请写成 1234.50 这样的元数")
    try:
        fen = Decimal(raw) * 100
    except InvalidOperation as error:
        raise BadInput(f"“{text}”不是金额", where=field) from error
    if fen != fen.to_integral_value():
        raise BadInput(f"“{text}”多于两位小数", where=field, next_step="金额最小到分")
    return int(fen)


def yuan(fen: int | None) -> str:
    """Show fen as yuan with separators; a missing amount is ``--``, never 0."""
    if fen is None:
        return "--"
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def plain_yuan(fen: int) -> str:
    """Show fen as yuan for files: no separators."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{cents:02d}"


def yuan_in_words(fen: int) -> str:
    """Write the amount in the capital numerals that payment sheets use."""
    import cn2an  # slow to import, and most commands write no words

    return str(cn2an.an2cn(plain_yuan(fen), "rmb"))
