"""What rising prices cost a poor household when the line is not met (HLJ2021-1.8).

The basket says what one person spends in a month on each thing; the rises say by how much it became dearer.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

from doudi.kernel.errors import BadInput
from doudi.linkage.model import BasketItem
from doudi.linkage.rises import bp_text
from doudi.linkage.rounding import to_unit, yuan_text


@dataclasses.dataclass(frozen=True)
class Measured:
    """Extra spending per person and month, rounded to the fen, with the steps."""

    extra_fen: int
    steps: tuple[str, ...]


def measure(basket: Sequence[BasketItem], rises_bp: Mapping[str, int]) -> Measured:
    """
    Multiply each item of the basket by its rise and add up; a fall in price saves nothing here.

    :raises BadInput: an item without a rise, or a rise of something outside the basket.
    """
    if not basket:
        raise BadInput("没有困难家庭消费清单,不能测算", next_step="在规则文件里写 basket:品名和每人每月支出")
    names = [one.item for one in basket]
    missing = [one for one in names if one not in rises_bp]
    unknown = [one for one in rises_bp if one not in names]
    if missing or unknown:
        parts = [f"缺少 {'、'.join(missing)} 的涨幅"] if missing else []
        parts += [f"清单里没有 {'、'.join(unknown)}"] if unknown else []
        raise BadInput(";".join(parts), next_step=f"逐项录入:{'、'.join(names)};没有涨价的写 0")
    total = Fraction(0)
    steps = []
    for one in basket:
        rise = max(rises_bp[one.item], 0)
        extra = one.fen * rise / 10_000
        total += extra
        steps.append(f"{one.item} {yuan_text(one.fen)} × {bp_text(Fraction(rise))} = {yuan_text(extra)} 元")
    fen = to_unit(total, 1, "nearest")
    steps.append(f"每人每月多支出 {yuan_text(fen)} 元")
    return Measured(fen.numerator, tuple(steps))
