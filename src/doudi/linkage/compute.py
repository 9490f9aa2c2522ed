"""Works out one group's amount from a formula, keeping every step in words.

Amounts are exact fractions of a fen.  What is lacking raises :class:`Lacking`; nothing is guessed.
"""

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from doudi.kernel.periods import Month
from doudi.linkage import rounding
from doudi.linkage.inforce import InForce
from doudi.linkage.model import (
    Base,
    Combined,
    Fixed,
    Formula,
    GroupTerms,
    IndexOf,
    PerArea,
    PerGroup,
    PerSize,
    PerTrigger,
    Points,
    Product,
    Share,
    Tiers,
)
from doudi.linkage.rises import Rise, Rises, Seen, bp_text, factor_text, share_text
from doudi.linkage.standards import Standards
from doudi.linkage.words import AREAS

yuan = rounding.yuan_text
ZERO = Fraction(0)


class Lacking(Exception):
    """Something the formula needs is not known; carries words and who can supply it."""

    def __init__(self, label: str, who: str) -> None:
        super().__init__(label)
        self.label = label
        self.who = who


@dataclasses.dataclass(frozen=True)
class Worked:
    """An exact amount and how it came about."""

    fen: Fraction
    steps: tuple[str, ...]
    is_verified: bool = True


@dataclasses.dataclass(frozen=True)
class Setting:
    """What all groups of a month share."""

    rule: InForce
    month: Month
    place: str
    rises: Rises
    standards: Standards
    seen: dict[str, tuple[Seen, ...]]  # by area, the lines as judged

    @property
    def standard_month(self) -> Month:
        return self.rule.payment_month if self.rule.standard_month == "payment" else self.month


@dataclasses.dataclass(frozen=True)
class Who:
    """For whom an amount is worked out."""

    terms: GroupTerms
    area: str
    size: int | None = None


def amount(setting: Setting, who: Who) -> Worked:
    """
    Work out what a group is paid: formula, the group's own factor, multiplier, rounding, least, greatest, months.

    :raises Lacking: a figure or standard is missing.
    """
    rule, terms = setting.rule, who.terms
    formula = terms.amount or rule.amount
    if formula is None:
        raise Lacking("价格临时补贴的算法", "当地规则文件(amount)")
    worked = _formula(setting, who, formula)
    value, steps = max(worked.fen, ZERO), list(worked.steps)
    if worked.fen < 0:
        steps.append("涨幅不为正,算得的数额为零")
    if terms.times != 1:
        steps.append(f"本类对象系数:{yuan(value)} × {factor_text(terms.times)} = {yuan(value * terms.times)} 元")
        value *= terms.times
    value = _rounded(setting, terms, value, steps)
    value = _bounded(setting, who, value, steps)
    months = rule.payment.pays_months
    if months != 1:
        steps.append(f"一次发 {months} 个月:{yuan(value)} × {months} = {yuan(value * months)} 元")
        value *= months
    if value.denominator != 1:
        value = rounding.to_unit(value, 1, "nearest")
        steps.append(f"四舍五入取到分:{yuan(value)} 元")
    return Worked(value, tuple(steps), worked.is_verified)


def unrounded(setting: Setting, who: Who) -> Fraction | None:
    """Give the product as it was before multiplier, rounding and bounds; None when something is lacking."""
    formula = who.terms.amount or setting.rule.amount
    try:
        return max(_formula(setting, who, formula).fen, ZERO) * who.terms.times if formula else None
    except Lacking:
        return None


def _rounded(setting: Setting, terms: GroupTerms, value: Fraction, steps: list[str]) -> Fraction:
    """Multiply, then round; or the other way round where the place says so."""
    rule = setting.rule
    factor = rule.multiplier if terms.is_multiplied else Fraction(1)

    def multiply(before: Fraction) -> Fraction:
        if factor != 1:
            steps.append(f"阶段倍数:{yuan(before)} × {factor_text(factor)} = {yuan(before * factor)} 元")
        return before * factor

    def round_off(before: Fraction) -> Fraction:
        after = rounding.apply(before, rule.rounding)
        steps.append(f"{rounding.words(rule.rounding)}:{yuan(after)} 元")
        return after

    if rule.rounding.before_multiplier:
        return multiply(round_off(value))
    return round_off(multiply(value))


def _bounded(setting: Setting, who: Who, value: Fraction, steps: list[str]) -> Fraction:
    rule, terms = setting.rule, who.terms
    factor = rule.multiplier if terms.is_multiplied else Fraction(1)
    for bound, is_least in ((terms.minimum or rule.minimum, True), (terms.maximum or rule.maximum, False)):
        fen = bound.of(terms.group, who.area) if bound is not None else None
        if bound is None or fen is None:
            continue
        limit = fen * factor if bound.grows else fen
        if is_least and value < limit:
            steps.append(f"低于最低数额 {yuan(limit)} 元,按 {yuan(limit)} 元")
            value = limit
        if not is_least and value > limit:
            steps.append(f"高于最高数额 {yuan(limit)} 元,按 {yuan(limit)} 元")
            value = limit
    return value


# -- formulas -------------------------------------------------------------------------------------


def _formula(setting: Setting, who: Who, formula: Formula) -> Worked:
    if isinstance(formula, Product):
        return _product(setting, who, formula)
    if isinstance(formula, Share):
        return _share(setting, who, formula)
    if isinstance(formula, Points):
        return _points(setting, who, formula)
    if isinstance(formula, Tiers):
        return _tiers(setting, who, formula)
    if isinstance(formula, PerTrigger):
        return _per_trigger(setting, who, formula)
    if isinstance(formula, PerGroup):
        return _per_group(setting, who, formula)
    if isinstance(formula, PerArea):
        return _formula(setting, who, formula.formulas.of(who.area))
    if isinstance(formula, Combined):
        return _combine([_formula(setting, who, one) for one in formula.parts], formula.how)
    if isinstance(formula, PerSize):
        return _per_size(who, formula)
    assert isinstance(formula, Fixed), "every kind of formula is handled"
    fen = formula.fen.of(who.area)
    return Worked(fen, (f"规则写明的数额:{yuan(fen)} 元",))


def _product(setting: Setting, who: Who, formula: Product) -> Worked:
    base = _base(setting, who, formula.base)
    rise, words = _rise(setting, who, formula.index)
    fen = base.fen * rise / 10_000
    told = f"{yuan(base.fen)} × {bp_text(rise)} = {yuan(fen)} 元"
    return Worked(fen, (*base.steps, words, told), base.is_verified)


def _share(setting: Setting, who: Who, formula: Share) -> Worked:
    base = _base(setting, who, formula.base)
    fen = base.fen * formula.fraction
    told = f"{yuan(base.fen)} × {share_text(formula.fraction)} = {yuan(fen)} 元"
    return Worked(fen, (*base.steps, told), base.is_verified)


def _points(setting: Setting, who: Who, formula: Points) -> Worked:
    rise, words = _rise(setting, who, formula.index)
    over = max(rise - formula.over_bp, ZERO)
    exact = over / formula.step_bp
    count = {"full": Fraction(floor(exact)), "begun": Fraction(ceil(exact)), "exact": exact}[formula.count]
    each, start = formula.each_fen.of(who.area), formula.start_fen.of(who.area)
    fen = start + each * count
    point = bp_text(Fraction(formula.step_bp))
    how = {"full": "满一个才计", "begun": "不足一个按一个", "exact": "按比例"}[formula.count]
    over_text = f"超过 {bp_text(Fraction(formula.over_bp))} 的部分 {bp_text(over)}," if formula.over_bp else ""
    shown = str(count) if count.denominator == 1 else f"{count.numerator}/{count.denominator}"
    start_text = f"{yuan(start)} + " if start else ""
    told = f"{over_text}每 {point} {yuan(each)} 元,{how}:{start_text}{yuan(each)} × {shown} = {yuan(fen)} 元"
    return Worked(fen, (words, told))


def _tiers(setting: Setting, who: Who, formula: Tiers) -> Worked:
    rise, words = _rise(setting, who, formula.index)
    for tier in formula.tiers:
        if tier.from_bp <= rise and (tier.below_bp is None or rise < tier.below_bp):
            top = f"、低于 {bp_text(Fraction(tier.below_bp))}" if tier.below_bp is not None else ""
            told = f"在“达到 {bp_text(Fraction(tier.from_bp))}{top}”一档"
            inner = _formula(setting, who, tier.formula)
            return Worked(inner.fen, (words, told, *inner.steps), inner.is_verified)
    side = "低于最低一档" if rise < formula.tiers[0].from_bp else "高于最高一档"
    raise Lacking(f"涨幅 {bp_text(rise)} {side},规则没有写这时发多少", "当地规则文件(tiers)")


def _per_trigger(setting: Setting, who: Who, formula: PerTrigger) -> Worked:
    met = dict.fromkeys(one.series for one in setting.seen[who.area] if one.met)
    unknown = [one for one in setting.seen[who.area] if one.met is None and one.series in formula.formulas]
    if unknown:
        raise _lacking_rise(unknown[0].rise)
    parts = []
    for series in met:
        if series in formula.formulas:
            inner = _formula(setting, who, formula.formulas[series])
            told = f"因 {setting.rule.words.short(series)} 达到条件"
            parts.append(dataclasses.replace(inner, steps=(told, *inner.steps)))
    if not parts:
        names = "、".join(setting.rule.words.short(one) for one in met)
        raise Lacking(f"因 {names} 启动时发多少", "当地规则文件(by_trigger)")
    return _combine(parts, {"higher": "highest", "lower": "lowest", "sum": "sum"}[formula.both])


def _per_group(setting: Setting, who: Who, formula: PerGroup) -> Worked:
    held = formula.formulas
    inner = held.get((who.terms.group, who.area)) or held.get((who.terms.group, "")) or formula.otherwise
    if inner is None:
        raise Lacking(f"{setting.rule.words.group_label(who.terms.group)}发多少", "当地规则文件(by_group)")
    return _formula(setting, who, inner)


def _per_size(who: Who, formula: PerSize) -> Worked:
    if who.size is None:
        raise Lacking("家庭人数", "把该对象的 unit 写成 household")
    largest = max(formula.sizes)
    fen = formula.sizes[min(who.size, largest)].of(who.area)
    more = "以上" if who.size >= largest else ""
    return Worked(fen, (f"{who.size} 人{more}的家庭:{yuan(fen)} 元",))


def _combine(parts: Sequence[Worked], how: str) -> Worked:
    if len(parts) == 1:
        return parts[0]
    is_verified = all(one.is_verified for one in parts)
    steps = tuple(step for one in parts for step in one.steps)
    if how == "sum":
        total = sum((one.fen for one in parts), ZERO)
        return Worked(total, (*steps, f"相加:{yuan(total)} 元"), is_verified)
    best = (max if how == "highest" else min)(one.fen for one in parts)
    word = "取高" if how == "highest" else "取低"
    shown = "、".join(yuan(one.fen) for one in parts)
    return Worked(best, (*steps, f"{shown} {word}:{yuan(best)} 元"), is_verified)


# -- bases and rises --------------------------------------------------------------------------------


def _base(setting: Setting, who: Who, written: Base | None) -> Worked:
    """Find the standard: the group's own terms go before the formula's, and those before the rule's."""
    base = who.terms.base or written or setting.rule.base
    if base.value is not None:
        found = Worked(base.value.of(who.area), (f"基数:规则写明 {yuan(base.value.of(who.area))} 元",))
    elif base.area == "average":
        urban, rural = (_standard(setting, who, base, area) for area in ("urban", "rural"))
        mean = (urban.fen + rural.fen) / 2
        told = f"城乡平均:({yuan(urban.fen)} + {yuan(rural.fen)}) ÷ 2 = {yuan(mean)} 元"
        found = Worked(mean, (*urban.steps, *rural.steps, told), urban.is_verified and rural.is_verified)
    else:
        area = who.area if base.area == "person" else base.area
        found = _standard(setting, who, base, area)
    if base.share == 1:
        return found
    fen = found.fen * base.share
    told = f"取其 {share_text(base.share)}:{yuan(fen)} 元"
    return Worked(fen, (*found.steps, told), found.is_verified)


def _standard(setting: Setting, who: Who, base: Base, area: str) -> Worked:
    words = setting.rule.words
    name = words.own_standard(who.terms.group) if base.standard == "own" else base.standard
    month = setting.standard_month.plus(-base.months_back)
    found = setting.standards.find(name, area, setting.place, month)
    label = f"{AREAS[area]}{words.standard_label(name)}"
    if found is None:
        raise Lacking(f"{month} 的{label}", "用 --standard 给出,或写进规则文件的 standards")
    back = f"{base.months_back} 个月前(" if base.months_back else ""
    when = f"{back}{month}{')' if back else ''}"
    mark = "" if found.is_verified else ",未核实"
    told = f"基数:{when} {label} {yuan(found.fen)} 元/月({found.source}{mark})"
    return Worked(found.fen, (told,), found.is_verified)


def _rise(setting: Setting, who: Who, index: IndexOf) -> tuple[Fraction, str]:
    """Pick the rise that enters a formula."""
    value, words = _picked(setting, who, index)
    if index.less_bp:
        words += f",减 {bp_text(Fraction(index.less_bp))} 后 {bp_text(value - index.less_bp)}"
        value -= index.less_bp
    if index.step_bp:
        value = rounding.to_unit(max(value, ZERO), index.step_bp, index.step_how)
        how = rounding.HOW_WORDS[index.step_how]
        words += f",{how}到 {bp_text(Fraction(index.step_bp))} 为 {bp_text(value)}"
    return value, words


def _picked(setting: Setting, who: Who, index: IndexOf) -> tuple[Fraction, str]:
    if index.pick == "triggered":
        return _triggered(setting, who, index.both)
    rises = [setting.rises.read(one, setting.month) for one in index.readings]
    unknown = next((one for one in rises if one.is_unknown), None)
    if unknown is not None:
        raise _lacking_rise(unknown)
    held = [one for one in rises if one.value is not None]
    if not held:
        raise Lacking(rises[0].text, "当地统计调查部门,或改用当地编制的系列")
    return _choose(held, index.pick if len(held) > 1 else "only")


def _triggered(setting: Setting, who: Who, both: str) -> tuple[Fraction, str]:
    lines = setting.seen[who.area]
    met = [one.rise for one in lines if one.met]
    if not met:
        raise Lacking(f"{AREAS[who.area]}没有达到条件的指数", "本月未启动")
    open_lines = [one for one in lines if one.met is None]
    if open_lines:
        raise Lacking(open_lines[0].rise.text, "当地统计调查部门;当地的决定不看它的,录入“无”")
    value, words = _choose(met, both if len(met) > 1 else "only")
    return value, f"{words}(达到条件的指数)"


def _choose(rises: Sequence[Rise], pick: str) -> tuple[Fraction, str]:
    held = [(one.value, one.text) for one in rises if one.value is not None]
    if pick == "only":
        return held[0][0], f"指数:{held[0][1]}"
    told = ";".join(text for _, text in held)
    if pick == "average":
        mean = sum((value for value, _ in held), ZERO) / len(held)
        return mean, f"指数:{told};平均 {bp_text(mean)}"
    value = (max if pick == "higher" else min)(value for value, _ in held)
    return value, f"指数:{told};{'取高' if pick == 'higher' else '取低'} {bp_text(value)}"


def _lacking_rise(rise: Rise) -> Lacking:
    return Lacking(rise.text, "当地统计调查部门")
