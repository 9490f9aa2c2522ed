"""What a round of rises comes to: averages, targets, the ratio of town to country, spread, bands, early rises.

Pure arithmetic over exact fractions; nothing is rounded before it is shown. Grain of ``Line``: one place and area.
Units: fen a year, so that yearly figures need no rounding.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from doudi.kernel.errors import BadInput

AREA_WORD = {"urban": "城市", "rural": "农村"}
PERMILLE = 1000
MONTHS = 12


@dataclasses.dataclass(frozen=True)
class Line:
    """One standard before and after, how many people live on it, and what price subsidy each got in a year."""

    place: str
    name: str
    area: str
    before_fen_y: int
    after_fen_y: int
    recipients: int
    subsidy_fen_y: int | None = None

    @property
    def rise(self) -> Fraction:
        return Fraction(self.after_fen_y - self.before_fen_y, self.before_fen_y)

    @property
    def rise_over_subsidy(self) -> Fraction | None:
        """Give the rise over what people in fact lived on, price subsidy included; None while that is not known."""
        if self.subsidy_fen_y is None:
            return None
        lived_on = self.before_fen_y + self.subsidy_fen_y
        return Fraction(self.after_fen_y - lived_on, lived_on)

    @property
    def extra_fen_y(self) -> int:
        """Give what the rise costs in a year when each recipient gets all of it and nobody joins."""
        return (self.after_fen_y - self.before_fen_y) * self.recipients


@dataclasses.dataclass(frozen=True)
class LineFound:
    """A line beside its target and the poverty line."""

    line: Line
    is_below_target: bool | None
    is_below_floor: bool | None


@dataclasses.dataclass(frozen=True)
class Band:
    """Places whose standards lie close enough to become one; ``unified_fen_y`` is the highest of them."""

    places: tuple[str, ...]
    lowest_fen_y: int
    unified_fen_y: int
    extra_fen_y: int


@dataclasses.dataclass(frozen=True)
class AreaFound:
    """Town or country as a whole: the averages weighted by recipients, the rise, the spread between places."""

    area: str
    recipients: int
    before_fen_y: Fraction
    after_fen_y: Fraction
    target_permille: int | None
    highest: Line
    lowest: Line
    bands: tuple[Band, ...]
    extra_fen_y: int

    @property
    def rise(self) -> Fraction:
        return (self.after_fen_y - self.before_fen_y) / self.before_fen_y

    @property
    def is_met(self) -> bool | None:
        return None if self.target_permille is None else self.rise >= Fraction(self.target_permille, PERMILLE)

    @property
    def spread(self) -> Fraction:
        return Fraction(self.highest.after_fen_y, self.lowest.after_fen_y)


@dataclasses.dataclass(frozen=True)
class Ratio:
    """Town over country, before and after."""

    place: str
    name: str
    before: Fraction
    after: Fraction

    @property
    def word(self) -> str:
        if self.after == self.before:
            return "不变"
        return "缩小" if self.after < self.before else "扩大"


@dataclasses.dataclass(frozen=True)
class Measured:
    """A whole round."""

    lines: tuple[LineFound, ...]
    areas: tuple[AreaFound, ...]
    ratios: tuple[Ratio, ...]
    overall: Ratio | None

    @property
    def below_floor(self) -> tuple[LineFound, ...]:
        return tuple(one for one in self.lines if one.is_below_floor)

    @property
    def extra_fen_y(self) -> int:
        return sum(one.extra_fen_y for one in self.areas)


def measure(
    lines: Sequence[Line],
    target_permille: Callable[[str], int | None],
    floor_fen_y: Callable[[Line], int | None],
    band_permille: int = 50,
) -> Measured:
    """
    Measure a round of rises. The target is one of the average (LN2020-5.1); a place below it is only marked.

    ``floor_fen_y`` gives the poverty line that a rural standard has to lie above (LN2020-5.5), None where unknown.

    :raises BadInput: no lines, a standard of zero or less, nobody on a standard of an area, a place twice.
    """
    _check(lines)
    by_area = {area: [line for line in lines if line.area == area] for area in AREA_WORD}
    areas = tuple(_area(area, held, target_permille(area), band_permille) for area, held in by_area.items() if held)
    found = tuple(_beside(line, target_permille(line.area), floor_fen_y(line)) for line in lines)
    return Measured(found, areas, tuple(_ratios(by_area)), _overall(areas))


def _check(lines: Sequence[Line]) -> None:
    if not lines:
        raise BadInput("没有提标方案", next_step="每个县、每类区域写一行")
    seen: set[tuple[str, str]] = set()
    for line in lines:
        told = f"{line.name}({AREA_WORD.get(line.area, line.area)})"
        if line.area not in AREA_WORD:
            raise BadInput(f"{line.name}:没有“{line.area}”这种区域", next_step="可用:城市、农村")
        if (line.place, line.area) in seen:
            raise BadInput(f"{told}写了两次", next_step="每个地方、每类区域只写一行")
        seen.add((line.place, line.area))
        if line.before_fen_y <= 0 or line.after_fen_y <= 0:
            raise BadInput(f"{told}的标准应大于 0", next_step="请核对原标准和新标准")
        if line.recipients < 0 or (line.subsidy_fen_y or 0) < 0:
            raise BadInput(f"{told}的人数和补贴不能小于 0", next_step="请核对")
    for area, word in AREA_WORD.items():
        held = [line.recipients for line in lines if line.area == area]
        if held and not sum(held):
            raise BadInput(f"{word}没有写保障人数,不能加权平均", next_step="请填写各地保障人数")


def _area(area: str, lines: Sequence[Line], target: int | None, band_permille: int) -> AreaFound:
    recipients = sum(line.recipients for line in lines)
    return AreaFound(
        area=area,
        recipients=recipients,
        before_fen_y=Fraction(sum(line.before_fen_y * line.recipients for line in lines), recipients),
        after_fen_y=Fraction(sum(line.after_fen_y * line.recipients for line in lines), recipients),
        target_permille=target,
        highest=max(lines, key=lambda line: (line.after_fen_y, line.place)),
        lowest=min(lines, key=lambda line: (line.after_fen_y, line.place)),
        bands=tuple(bands(lines, band_permille)),
        extra_fen_y=sum(line.extra_fen_y for line in lines),
    )


def _beside(line: Line, target: int | None, floor: int | None) -> LineFound:
    below_target = None if target is None else line.rise < Fraction(target, PERMILLE)
    below_floor = None if line.area != "rural" or floor is None else line.after_fen_y <= floor
    return LineFound(line, below_target, below_floor)


def _ratios(by_area: dict[str, list[Line]]) -> Iterable[Ratio]:
    rural = {line.place: line for line in by_area["rural"]}
    for line in by_area["urban"]:
        other = rural.get(line.place)
        if other is not None:
            before = Fraction(line.before_fen_y, other.before_fen_y)
            yield Ratio(line.place, line.name, before, Fraction(line.after_fen_y, other.after_fen_y))


def _overall(areas: Sequence[AreaFound]) -> Ratio | None:
    if len(areas) < len(AREA_WORD):
        return None
    urban, rural = areas
    before, after = urban.before_fen_y / rural.before_fen_y, urban.after_fen_y / rural.after_fen_y
    return Ratio("", "平均", before, after)


def bands(lines: Sequence[Line], band_permille: int) -> list[Band]:
    """
    Group places whose new standards lie within a share of the highest of the group, and lift all of them to it.

    A suggestion towards "相对统一的低保标准" (LN2020-5.4): nobody is lowered. Units: fen a year.
    """
    left = sorted(lines, key=lambda line: (-line.after_fen_y, line.place))
    found = []
    while left:
        top = left[0].after_fen_y
        group = [line for line in left if line.after_fen_y * PERMILLE >= top * (PERMILLE - band_permille)]
        left = left[len(group) :]
        extra = sum((top - line.after_fen_y) * line.recipients for line in group)
        found.append(Band(tuple(line.name for line in group), group[-1].after_fen_y, top, extra))
    return found


@dataclasses.dataclass(frozen=True)
class Demand:
    """One condition of an early rise, and whether it is met."""

    text: str
    is_met: bool


def early_rise(
    *, months_run: int, months_needed: int | None, approval: str, rise: Fraction, target_permille: int | None
) -> list[Demand]:
    """
    Lay out what an early rise needs (LN2020-5.3): the mechanism ran for long enough, the government approved it,
    and the rise is not below the target. What nobody has set counts as not met.
    """
    needed = "没有登记" if months_needed is None else f"{months_needed} 个月"
    target = "没有登记" if target_permille is None else percent(Fraction(target_permille, PERMILLE))
    return [
        Demand(
            f"联动机制已启动 {months_run} 个月,要求 {needed}",
            months_needed is not None and months_run >= months_needed,
        ),
        Demand(f"当地政府审定文件:{approval.strip() or '没有'}", bool(approval.strip())),
        Demand(
            f"提标幅度 {percent(rise)},不低于 {target}",
            target_permille is not None and rise >= Fraction(target_permille, PERMILLE),
        ),
    ]


def percent(value: Fraction) -> str:
    """Show a share with two decimals, cut off and not rounded, so that 4.996% never looks like a target of 5% met."""
    sign = "-" if value < 0 else ""
    hundredths = (abs(value) * 10_000).__floor__()
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}%"


def times(value: Fraction) -> str:
    """Show a ratio with two decimals."""
    return _rounded(value)


def yuan_a_month(fen_y: Fraction | int) -> str:
    """Show a yearly figure by the month, in yuan with two decimals."""
    return _rounded(Fraction(fen_y) / MONTHS / 100)


def _rounded(value: Fraction) -> str:
    sign = "-" if value < 0 else ""
    hundredths = (abs(value) * 100 + Fraction(1, 2)).__floor__()
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}"
