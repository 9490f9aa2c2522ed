"""Says in Chinese what a rule file means, so that its author can see that it was read as intended."""

from collections.abc import Iterator
from fractions import Fraction

from doudi.linkage import rounding
from doudi.linkage.model import (
    Base,
    Bound,
    ByArea,
    Combined,
    Condition,
    Deadline,
    Fixed,
    Formula,
    GroupTerms,
    IndexOf,
    Line,
    PerArea,
    PerGroup,
    PerSize,
    PerTrigger,
    Phase,
    Points,
    Product,
    Reading,
    RuleFile,
    Share,
    Tiers,
    Version,
)
from doudi.linkage.rises import bp_text, factor_text, share_text
from doudi.linkage.words import AREAS, FUNDS, Vocabulary

LEVEL_LABELS = {"province": "省", "prefecture": "设区的市(州、盟)", "county": "县"}
PICK_WORDS = {"higher": "取高", "lower": "取低", "average": "取平均"}


def lines(file: RuleFile) -> Iterator[str]:
    """Describe a whole file, one fact a line."""
    yield f"{file.name}({file.place or '全国'})"
    for version in file.versions:
        yield from version_lines(version)
    for phase in file.phases:
        yield from phase_lines(phase)
    for row in file.standards:
        area = AREAS.get(row.area, "城乡")
        label = file.words.standard_label(row.standard)
        yield f"标准 {row.first} 起:{area}{label} {rounding.yuan_text(row.fen)} 元/月({row.source})"
    if file.basket:
        held = "、".join(f"{one.item} {rounding.yuan_text(one.fen)} 元" for one in file.basket)
        yield f"困难家庭每人每月支出:{held}"


def version_lines(version: Version) -> Iterator[str]:
    """Describe one version."""
    words = version.words
    mark = "" if version.paper.is_verified else " ※未核实"
    cited = f"{version.paper.document} {version.paper.clause}".rstrip()
    yield f"指数月 {version.first} 至 {version.last or '今'}:{cited}{mark}"
    if version.level:
        yield f"  由{LEVEL_LABELS[version.level]}启动"
    if version.is_start_local:
        yield "  启动条件:由各地规定"
    if version.start is not None:
        yield f"  启动条件:{condition(version.start, words)}"
    if version.stop is not None:
        yield f"  启动后到这时中止:{condition(version.stop, words)}"
    if version.groups:
        yield f"  对象:{'、'.join(group(one, words) for one in version.groups)}"
    if version.base is not None:
        yield f"  基数:{base(version.base, words)}"
    if version.amount is not None:
        yield f"  数额:{formula(version.amount, words)}"
    yield from _version_rest(version)


def _version_rest(version: Version) -> Iterator[str]:
    words = version.words
    if version.rounding is not None:
        order = ",先取整再乘倍数" if version.rounding.before_multiplier else ""
        yield f"  取整:{rounding.words(version.rounding)}{order}"
    for bound, label in ((version.minimum, "最低"), (version.maximum, "最高")):
        if bound is not None:
            yield f"  {label}:{_bound(bound, words)}"
    if version.payment is not None:
        every = "按季" if version.payment.every == "quarter" else "按月"
        months = f",一次发 {version.payment.pays_months} 个月" if version.payment.pays_months != 1 else ""
        yield f"  发放:{every},指数月后第 {version.payment.months_later} 个月{months}"
    for one in version.deadlines:
        yield f"  期限:{due(one)}"
    for name, fund in version.funds.items():
        yield f"  资金:{words.group_label(name)} {FUNDS[fund.source]} {fund.clause}".rstrip()
    if version.dedup is not None:
        take = {"highest": "就高一份", "first": "按次序取第一", "sum": "相加"}[version.dedup.take]
        order = "、".join(words.group_label(one) for one in version.dedup.priority)
        yield f"  一人属于几类:{take}{':' + order if order else ''}"
    for month, reason in version.unpaid_months.items():
        yield f"  {month} 月指数不单独发放:{reason}"


def phase_lines(phase: Phase) -> Iterator[str]:
    """Describe one phase."""
    mark = "" if phase.paper.is_verified else " ※未核实"
    yield f"阶段“{phase.name}”指数月 {phase.first} 至 {phase.last or '今'}:{phase.paper.document}{mark}"
    for series, line in phase.lines.items():
        yield f"  {phase.words.short(series)} 界线降到 {_percents(line)}"
    if phase.groups:
        yield f"  增加对象:{'、'.join(group(one, phase.words) for one in phase.groups)}"
    if phase.multiplier != 1:
        yield f"  数额乘 {factor_text(phase.multiplier)}"
    for one in phase.deadlines:
        yield f"  期限:{due(one)}"
    if phase.amount is not None:
        yield f"  数额:{formula(phase.amount, phase.words)}"
    if phase.minimum is not None:
        yield f"  最低:{_bound(phase.minimum, phase.words)}"


def condition(one: Condition, words: Vocabulary) -> str:
    """Describe a condition."""
    if isinstance(one, Line):
        verb = "超过" if one.is_strict else "达到"
        return f"{_reading(one.reading, words)}{verb} {_percents(one.at_least_bp)}"
    inner = [condition(part, words) for part in one.parts]
    return ("、".join(inner) + "都成立") if one.needs_all else "、".join(inner) + ("任一成立" if len(inner) > 1 else "")


def _reading(one: Reading, words: Vocabulary) -> str:
    name = words.short(one.series)
    if one.how == "year_to_date":
        return f"{name} 当年累计平均"
    if one.months == 1:
        return f"{name} 当月"
    return f"{name} {'连续' if one.how == 'each' else ''}{one.months} 个月{'平均' if one.how == 'average' else '每月'}"


def _percents(line: ByArea[int]) -> str:
    if line.is_one:
        return bp_text(Fraction(line.urban))
    return f"城市 {bp_text(Fraction(line.urban))}、农村 {bp_text(Fraction(line.rural))}"


def _moneys(fen: ByArea[Fraction]) -> str:
    if fen.is_one:
        return f"{rounding.yuan_text(fen.urban)} 元"
    return f"城市 {rounding.yuan_text(fen.urban)} 元、农村 {rounding.yuan_text(fen.rural)} 元"


def _bound(bound: Bound, words: Vocabulary) -> str:
    parts = [f"{words.group_label(name)} {_moneys(fen)}" for name, fen in bound.groups.items()]
    if bound.fen is not None:
        parts.append(_moneys(bound.fen))
    return "、".join(parts) + (",随阶段倍数" if bound.grows else "")


def group(terms: GroupTerms, words: Vocabulary) -> str:
    """Describe a group with what is special to it."""
    more = []
    if terms.base is not None:
        more.append(f"基数{base(terms.base, words)}")
    if terms.times != 1:
        more.append(f"× {factor_text(terms.times)}")
    if terms.amount is not None:
        more.append(formula(terms.amount, words))
    if terms.minimum is not None:
        more.append(f"最低 {_bound(terms.minimum, words)}")
    if terms.maximum is not None:
        more.append(f"最高 {_bound(terms.maximum, words)}")
    if not terms.is_multiplied:
        more.append("阶段不加倍")
    if terms.unit == "household":
        more.append("按户")
    if terms.fund is not None:
        more.append(FUNDS[terms.fund.source])
    label = f"{AREAS.get(terms.area, '')}{words.group_label(terms.group)}"
    return f"{label}({';'.join(more)})" if more else label


def base(one: Base, words: Vocabulary) -> str:
    """Describe a base."""
    if one.value is not None:
        told = _moneys(one.value)
    else:
        whose = {"person": "本人所在城乡的", "average": "城乡平均的"}.get(one.area) or AREAS[one.area]
        name = "本类对象标准" if one.standard == "own" else words.standard_label(one.standard)
        told = whose + name
    if one.months_back:
        told = f"{one.months_back} 个月前的{told}"
    return told + (f"的 {share_text(one.share)}" if one.share != 1 else "")


def index(one: IndexOf, words: Vocabulary) -> str:
    """Describe which rise enters."""
    if one.pick == "triggered":
        told = f"达到条件的涨幅(几个都达到{PICK_WORDS[one.both]})"
    else:
        told = "、".join(_reading(part, words) for part in one.readings) + "涨幅"
        told += PICK_WORDS.get(one.pick, "")
    if one.less_bp:
        told += f"减 {bp_text(Fraction(one.less_bp))}"
    if one.step_bp:
        told += f"({rounding.HOW_WORDS[one.step_how]}到 {bp_text(Fraction(one.step_bp))})"
    return told


def formula(one: Formula, words: Vocabulary) -> str:
    """Describe a formula."""
    if isinstance(one, Product):
        return f"{base(one.base, words) if one.base else '基数'} × {index(one.index, words)}"
    if isinstance(one, Share):
        return f"{base(one.base, words) if one.base else '基数'}的 {share_text(one.fraction)}"
    if isinstance(one, Fixed):
        return _moneys(one.fen)
    if isinstance(one, Points):
        return _points(one, words)
    if isinstance(one, Tiers):
        tiers = [f"{_tier_span(tier.from_bp, tier.below_bp)}:{formula(tier.formula, words)}" for tier in one.tiers]
        return f"按{index(one.index, words)}分档,{';'.join(tiers)}"
    return _compound(one, words)


def _tier_span(from_bp: int, below_bp: int | None) -> str:
    low = bp_text(Fraction(from_bp))
    return f"{low} 以上" if below_bp is None else f"{low} 以上、{bp_text(Fraction(below_bp))} 以下"


def _points(one: Points, words: Vocabulary) -> str:
    start = _moneys(one.start_fen) + " 加 " if one.start_fen.urban or one.start_fen.rural else ""
    over = f"超过 {bp_text(Fraction(one.over_bp))} 的部分" if one.over_bp else ""
    how = {"full": "满一个才计", "begun": "不足一个按一个", "exact": "按比例"}[one.count]
    return f"{start}{index(one.index, words)}{over}每 {bp_text(Fraction(one.step_bp))} {_moneys(one.each_fen)}({how})"


def _compound(one: Formula, words: Vocabulary) -> str:
    if isinstance(one, PerArea):
        return f"城市:{formula(one.formulas.urban, words)};农村:{formula(one.formulas.rural, words)}"
    if isinstance(one, PerGroup):
        parts = [
            f"{AREAS.get(area, '')}{words.group_label(name)}:{formula(inner, words)}"
            for (name, area), inner in one.formulas.items()
        ]
        return ";".join(parts + ([f"其他:{formula(one.otherwise, words)}"] if one.otherwise else []))
    if isinstance(one, PerTrigger):
        parts = [f"因 {words.short(name)} 启动:{formula(inner, words)}" for name, inner in one.formulas.items()]
        return ";".join([*parts, {"higher": "都达到取高", "lower": "都达到取低", "sum": "都达到相加"}[one.both]])
    if isinstance(one, Combined):
        how = {"highest": "取高", "lowest": "取低", "sum": "相加"}[one.how]
        return f"({' / '.join(formula(inner, words) for inner in one.parts)}){how}"
    assert isinstance(one, PerSize), "every kind of formula is handled"
    return "、".join(f"{size} 人户 {_moneys(fen)}" for size, fen in one.sizes.items())


def due(one: Deadline) -> str:
    """Describe a deadline."""
    if one.kind == "working_days":
        return f"指数公布后 {one.count} 个工作日以内"
    if one.kind == "month_end":
        return "指数公布当月以内"
    if one.kind == "day_of_payment_month":
        return f"发放月 {one.count} 日以前"
    held = "、".join(f"{month} 指数 {day}" for month, day in one.dates.items())
    return f"通知写明:{held}" + (f";其他月份{due(one.otherwise)}" if one.otherwise else "")
