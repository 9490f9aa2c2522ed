"""A standard as people write it: 735 元/月, 5232元/年; a bare number is yuan a month."""

import dataclasses
import re

from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan

MONTHS = 12
_AMOUNT = re.compile(r"([\d,]+(?:\.\d{1,2})?)元?(?:[/每](?:人[·/每]?)?(月|年))?")


@dataclasses.dataclass(frozen=True)
class Amount:
    """A standard with its period as published."""

    fen: int
    per: str  # 月, 年

    @property
    def fen_y(self) -> int:
        return self.fen if self.per == "年" else self.fen * MONTHS

    @property
    def published(self) -> str:
        whole, cents = divmod(self.fen, 100)
        return f"{whole}{f'.{cents:02d}' if cents else ''} 元/{self.per}"

    def fen_m(self, yearly_unit_fen: int = 1) -> int:
        """Give whole fen a month; a twelfth of a year is rounded up to the unit, so that nobody loses."""
        if self.per == "月":
            return self.fen
        return -(-self.fen // (MONTHS * yearly_unit_fen)) * yearly_unit_fen


def read(text: str, where: str = "") -> Amount:
    """Read an amount.

    :raises BadInput: not an amount by the month or the year.
    """
    found = _AMOUNT.fullmatch(re.sub(r"\s", "", text))
    if not found:
        raise BadInput(f"“{text}”不是标准数额", where=where, next_step="请写成 735 元/月 或 5232 元/年")
    return Amount(fen_from_yuan(found[1].replace(",", ""), field="标准"), found[2] or "月")
