"""Reads the parts of a rule that compute: readings, conditions, bases, indices, formulas, rounding, bounds."""

import itertools
from fractions import Fraction

from doudi.linkage import reading, schema
from doudi.linkage.model import (
    Base,
    Bound,
    ByArea,
    Combined,
    Condition,
    Fixed,
    Formula,
    IndexOf,
    Line,
    PerArea,
    PerGroup,
    PerSize,
    PerTrigger,
    Points,
    Product,
    Reading,
    Rounding,
    Several,
    Share,
    Tier,
    Tiers,
)
from doudi.linkage.reading import Node
from doudi.linkage.words import AREAS, FOOD_TOBACCO, Vocabulary, area_of

HOW_WORDS = {"average": "average", "平均": "average", "each": "each", "逐月": "each", "连续": "each",
             "year_to_date": "year_to_date", "累计平均": "year_to_date"}  # fmt: skip
BOTH_WORDS = {"higher": "higher", "就高": "higher", "lower": "lower", "就低": "lower"}
COUNT_WORDS = {"full": "full", "满一个点": "full", "begun": "begun", "不足一个点按一个点": "begun", "exact": "exact",
               "按比例": "exact"}  # fmt: skip
ROUND_WORDS = {"nearest": "nearest", "四舍五入": "nearest", "up": "up", "进位": "up", "向上": "up",
               "down": "down", "舍去": "down", "向下": "down"}  # fmt: skip
AREA_WORDS = {"person": "person", "urban": "urban", "城市": "urban", "城镇": "urban", "rural": "rural",
              "农村": "rural", "average": "average", "城乡平均": "average"}  # fmt: skip
LOWEST_LINE_BP, HIGHEST_LINE_BP = 50, 3000


# -- series and readings ------------------------------------------------------------------------


def series_of(node: Node, words: Vocabulary) -> str:
    """Read the name of a series.

    :raises BadInput: nobody knows it, or it is 食品烟酒.
    """
    text = reading.text_of(node)
    found = words.series_of(text)
    if found is None:
        known = "、".join(words.short(one) for one in ("cpi", "food", "scpi", "grain"))
        raise node.wrong(
            f"没有名为“{text}”的指数系列", f"可用:{known};本地另有的系列先在 own.series 里写明 name 和 label"
        )
    if found == FOOD_TOBACCO:
        raise node.wrong(
            "联动机制看的是“食品”,不是“食品烟酒”,两者涨幅相差很大",
            "写 food(食品),数值用当地调查队公布的食品价格同比涨幅",
        )
    return found


def reading_of(node: Node, words: Vocabulary) -> Reading:
    """Read a series, or a series over several months."""
    if node.is_text:
        return Reading(series_of(node, words))
    reading.mapping(node, {"series", "months", "how"}, "涨幅")
    return _reading(node, words)


def _reading(node: Node, words: Vocabulary) -> Reading:
    series = series_of(node.need("series", "cpi"), words)
    count, how = node.get("months"), node.get("how")
    months = reading.whole(count, 1, 12, "months") if count else 1
    word = reading.choice(how, HOW_WORDS, "how") if how else ""
    if word == "year_to_date":
        return Reading(series, 12, word)
    if months > 1 and not word:
        raise node.wrong(f"{months} 个月怎么看没有写", "写 how: average(平均)或 how: each(每个月都要达到)")
    if months == 1:
        return Reading(series)
    return Reading(series, months, word)


# -- conditions ---------------------------------------------------------------------------------


def condition(node: Node, words: Vocabulary) -> Condition:
    """Read a start or stop condition.

    :raises BadInput: neither a line nor ``any``/``all`` of lines.
    """
    if node.items is not None:
        return Several(False, tuple(condition(one, words) for one in node.items))
    for key, needs_all in (("any", False), ("all", True)):
        part = node.get(key)
        if part is not None:
            reading.mapping(node, {key}, "启动条件")
            return Several(needs_all, tuple(condition(one, words) for one in reading.rows(part)))
    return _line(node, words)


def _line(node: Node, words: Vocabulary) -> Line:
    reading.mapping(node, schema.keys("line"), "启动条件")
    at_least, more_than = node.get("at_least"), node.get("more_than")
    if (at_least is None) == (more_than is None):
        raise node.wrong("条件要写 at_least(达到)或 more_than(超过)中的一个", "例如 at_least: 3.5%")
    line = at_least or more_than
    assert line is not None, "one of the two is there"
    return Line(_reading(node, words), percents(line, "界线"), more_than is not None, node.where)


def percents(node: Node, what: str) -> ByArea[int]:
    """Read a line, or one for urban and one for rural persons; a line lies above zero."""
    if node.pairs is not None:
        reading.mapping(node, AREAS, what)
        return ByArea(_line_percent(node.need("urban", "3.5%"), what), _line_percent(node.need("rural", "3.5%"), what))
    one = _line_percent(node, what)
    return ByArea(one, one)


def _line_percent(node: Node, what: str) -> int:
    value = reading.percent(node, what)
    if not LOWEST_LINE_BP <= value <= HIGHEST_LINE_BP:
        hint = "是不是把 3.5% 写成了 0.035?" if 0 <= value < LOWEST_LINE_BP else ""
        raise node.wrong(f"{what}“{node.text}”不在 0.5% 到 30% 之间", f"{hint}写同比涨幅的百分数,例如 3.5%")
    return value


# -- bases and indices --------------------------------------------------------------------------


def base_of(node: Node, words: Vocabulary) -> Base:
    """Read what the formula starts from."""
    if node.is_text:
        return _named_base(node, words)
    reading.mapping(node, schema.keys("base"), "基数")
    amount, named = node.get("amount"), node.get("standard")
    if (amount is None) == (named is None):
        raise node.wrong("基数写 standard(标准名)或 amount(数额)中的一个", "例如 standard: 低保")
    found = Base("", value=moneys(amount, "基数", allow_year=True)) if amount else None
    if named is not None:
        found = _named_base(named, words)
    assert found is not None, "one of the two is there"
    area, back, share = node.get("area"), node.get("months_back"), node.get("share")
    return Base(
        found.standard,
        reading.choice(area, AREA_WORDS, "area") if area else found.area,
        reading.whole(back, 0, 24, "months_back") if back else 0,
        reading.ratio(share, "share") if share else Fraction(1),
        found.value,
    )


def _named_base(node: Node, words: Vocabulary) -> Base:
    text = reading.text_of(node)
    if text in ("own", "各自标准", "本人标准"):
        return Base("own")
    found = words.standard_of(text)
    if found is None:
        raise node.wrong(
            f"没有名为“{text}”的标准",
            "可用:低保、特困、失业保险金等对象的标准,前面可加城市或农村;own 为各对象自己的标准;"
            "本地另有的标准先在 own.standards 里写明",
        )
    name, area = found
    return Base(name, area or "person")


def index_of(node: Node, words: Vocabulary) -> IndexOf:
    """Read which rise enters the formula."""
    if node.is_text:
        if reading.text_of(node) in ("triggered", "达到条件的指数"):
            return IndexOf("triggered")
        return IndexOf("only", (Reading(series_of(node, words)),))
    reading.mapping(node, schema.keys("index"), "index")
    less, step, how = node.get("less"), node.get("round_to"), node.get("round_how")
    if (step is None) != (how is None):
        raise node.wrong("round_to 和 round_how 要一起写", "例如 round_to: 1% 和 round_how: up")
    pick, readings, both = _picked(node, words)
    return IndexOf(
        pick,
        readings,
        both,
        reading.percent(less, "less") if less else 0,
        reading.percent(step, "round_to") if step else 0,
        reading.choice(how, ROUND_WORDS, "round_how") if how else "nearest",
    )


def _picked(node: Node, words: Vocabulary) -> tuple[str, tuple[Reading, ...], str]:
    ways = [key for key in ("series", "higher", "lower", "of_average", "triggered") if node.get(key)]
    if len(ways) != 1:
        raise node.wrong("index 要写 series、higher、lower、of_average、triggered 中的一个", "例如 series: scpi")
    way = ways[0]
    if way == "series":
        return "only", (_reading(node, words),), "higher"
    part = node.need(way, "")
    if way == "triggered":
        return "triggered", (), reading.choice(part, BOTH_WORDS | {"average": "average"}, "triggered")
    readings = tuple(reading_of(one, words) for one in reading.rows(part))
    if len(readings) < 2:
        raise part.wrong(f"{way} 至少要两个系列", "例如 higher: [cpi, scpi]")
    return ("average" if way == "of_average" else way), readings, "higher"


# -- money ----------------------------------------------------------------------------------------


def moneys(node: Node, what: str, allow_year: bool = False) -> ByArea[Fraction]:
    """Read a sum, or one for urban and one for rural persons."""
    if node.pairs is not None:
        reading.mapping(node, AREAS, what)
        return ByArea(
            reading.money(node.need("urban", "25 元"), what, allow_year),
            reading.money(node.need("rural", "20 元"), what, allow_year),
        )
    one = reading.money(node, what, allow_year)
    return ByArea(one, one)


# -- formulas -------------------------------------------------------------------------------------


def formula(node: Node, words: Vocabulary, base: Base | None = None) -> Formula:
    """Read a formula: a sum, one for each area, or a mapping with ``kind``.

    :raises BadInput: an unknown kind or key.
    """
    if node.is_text:
        return Fixed(moneys(node, "金额"))
    if node.pairs is None:
        raise node.wrong("算法应写成一个金额,或“kind: …”的形式", "例如 kind: product")
    if node.get("kind") is None and set(node.pairs) <= set(AREAS):
        return _per_area(node, words, base)
    kind_node = node.need("kind", "product(标准 × 涨幅)")
    kind = reading.choice(kind_node, {one: one for one in schema.FORMULA_KEYS}, "算法 kind")
    reading.mapping(node, ("kind", *schema.FORMULA_KEYS[kind]), f"算法 {kind}")
    own = node.get("base")
    base = base_of(own, words) if own else base
    return _READERS[kind](node, words, base)


def _product(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    return Product(base, index_of(node.need("index", "scpi"), words))


def _share(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    return Share(base, reading.ratio(node.need("share", "1/12"), "share"))


def _fixed(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    return Fixed(moneys(node.need("amount", "30 元"), "金额"))


def _points(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    over, step, start = node.get("over"), node.get("step"), node.get("start")
    step_bp = reading.percent(step, "step") if step else 100
    if step_bp <= 0:
        raise node.wrong("step 应大于零", "默认 1%")
    nothing = ByArea(Fraction(0), Fraction(0))
    return Points(
        index_of(node.need("index", "scpi"), words),
        moneys(node.need("each", "5 元"), "each"),
        reading.percent(over, "over") if over else 0,
        step_bp,
        reading.choice(node.need("count", "begun"), COUNT_WORDS, "count"),
        moneys(start, "start") if start else nothing,
    )


def _tiers(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    tiers = tuple(_tier(one, words, base) for one in reading.rows(node.need("tiers", "[{from: 3%, share: 1/12}]")))
    for place, (low, high) in enumerate(itertools.pairwise(tiers)):
        if low.below_bp is None or low.below_bp > high.from_bp:
            raise node.wrong(
                f"第 {place + 1} 档和第 {place + 2} 档重叠({low.where} 与 {high.where})",
                "让前一档的 below 等于后一档的 from",
            )
        if low.below_bp < high.from_bp:
            raise node.wrong(
                f"第 {place + 1} 档和第 {place + 2} 档之间有空档({low.where} 与 {high.where})",
                "让前一档的 below 等于后一档的 from",
            )
    return Tiers(index_of(node.need("index", "cpi"), words), tiers)


def _tier(node: Node, words: Vocabulary, base: Base | None) -> Tier:
    reading.mapping(node, schema.keys("tier"), "一档")
    below, share, amount = node.get("below"), node.get("share"), node.get("amount")
    first = reading.percent(node.need("from", "3%"), "from")
    last = reading.percent(below, "below") if below else None
    if last is not None and last <= first:
        raise node.wrong(f"below({below.text if below else ''})应大于 from")
    if (share is None) == (amount is None):
        raise node.wrong("一档要写 share(标准的几分之几)或 amount(数额、算法)中的一个", "例如 share: 1/12")
    if share is not None:
        return Tier(first, last, Share(base, reading.ratio(share, "share")), node.where)
    return Tier(first, last, formula(node.need("amount", "30 元"), words, base), node.where)


def _per_area(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    urban = formula(node.need("urban", "30 元"), words, base)
    rural = formula(node.need("rural", "20 元"), words, base)
    if isinstance(urban, Fixed) and isinstance(rural, Fixed):
        return Fixed(ByArea(urban.fen.urban, rural.fen.rural))
    return PerArea(ByArea(urban, rural))


def _per_group(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    part, rest = node.need("groups", "{低保: 30 元}"), node.get("otherwise")
    if part.pairs is None:
        raise part.wrong("groups 应写成“对象: 金额或算法”")
    found: dict[tuple[str, str], Formula] = {}
    for key, one in part.pairs.items():
        named = group_and_area(key, one, words)
        if named in found:
            raise one.wrong(f"“{key}”写了两次", "一个对象只写一次")
        found[named] = formula(one, words, base)
    return PerGroup(found, formula(rest, words, base) if rest else None)


def _per_trigger(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    part, both = node.need("series", "{cpi: 20 元, food: 30 元}"), node.get("both")
    if part.pairs is None:
        raise part.wrong("series 应写成“系列: 金额或算法”")
    return PerTrigger(
        {
            series_of(Node(one.file, one.line, text=key), words): formula(one, words, base)
            for key, one in part.pairs.items()
        },
        reading.choice(both, BOTH_WORDS | {"sum": "sum", "相加": "sum"}, "both") if both else "higher",
    )


def _combined(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    how = {"highest_of": "highest", "lowest_of": "lowest", "sum_of": "sum"}[reading.text_of(node.get("kind"))]
    return Combined(how, tuple(formula(one, words, base) for one in reading.rows(node.need("of", "[…]"))))


def _per_size(node: Node, words: Vocabulary, base: Base | None) -> Formula:
    part = node.need("sizes", "{1: 40 元, 2: 60 元, 3: 80 元}")
    if part.pairs is None:
        raise part.wrong("sizes 应写成“人数: 金额”")
    sizes = {}
    for key, one in part.pairs.items():
        size = reading.whole(Node(one.file, one.line, text=key.rstrip("+"), key="sizes"), 1, 20, "人数")
        sizes[size] = moneys(one, "金额")
    if sorted(sizes) != list(range(1, len(sizes) + 1)):
        raise part.wrong("人数要从 1 起连续写", "最后一个人数也用于更多人的家庭")
    return PerSize(sizes)


_READERS = {
    "product": _product,
    "share": _share,
    "fixed": _fixed,
    "points": _points,
    "tiers": _tiers,
    "by_area": _per_area,
    "by_group": _per_group,
    "by_trigger": _per_trigger,
    "highest_of": _combined,
    "lowest_of": _combined,
    "sum_of": _combined,
    "by_size": _per_size,
}


def group_and_area(word: str, node: Node, words: Vocabulary) -> tuple[str, str]:
    """Read ``低保``, ``城市低保`` or ``农村低保`` as a group and an area ("" for both).

    :raises BadInput: nobody knows the group.
    """
    for prefix, area in (("城市", "urban"), ("城镇", "urban"), ("农村", "rural")):
        rest = word.strip().removeprefix(prefix)
        if rest != word.strip() and words.group_of(word) is None and words.group_of(rest) is not None:
            return group_of(rest, node, words), area
    return group_of(word, node, words), ""


def group_of(word: str, node: Node, words: Vocabulary) -> str:
    """Read the name of a group.

    :raises BadInput: nobody knows it.
    """
    found = words.group_of(word)
    if found is None:
        raise node.wrong(
            f"没有名为“{word}”的对象",
            "可用:低保、特困、优抚、失业保险金、失业补助金、孤儿、事实无人抚养儿童、艾滋病病毒感染儿童、低保边缘;"
            "本地另有的对象先在 own.groups 里写明 name 和 label",
        )
    return found


# -- rounding and bounds ----------------------------------------------------------------------------

_TO = {"元": 100, "角": 10, "分": 1, "半元": 50}


def rounding(node: Node) -> Rounding:
    """Read how amounts are rounded; halves go up under 四舍五入."""
    if node.is_text:
        word = {"not_stated": "", "未说明": ""}
        reading.choice(node, word, "rounding")
        return Rounding(((1, "nearest"),), is_stated=False)
    steps: list[tuple[int, str]] = []
    before = False
    for one in reading.rows(node):
        reading.mapping(one, schema.keys("rounding_step"), "取整")
        unit = _rounding_unit(one.need("to", "元"))
        how = one.need("how", "四舍五入")
        if how.text == "见角进元":
            steps += [(10, "down"), (unit, "up")]
        else:
            steps.append((unit, reading.choice(how, ROUND_WORDS | {"见角进元": ""}, "取整 how")))
        before = before or reading.yes_no(one.get("before_multiplier"), False)
    return Rounding(tuple(steps), True, before)


def _rounding_unit(node: Node) -> int:
    text = reading.text_of(node)
    if text in _TO:
        return _TO[text]
    fen = reading.money(node, "取整 to", allow_year=False)
    if not 1 <= fen <= 10_000:
        raise node.wrong("取整 to 应在 1 分到 100 元之间")
    return int(fen)


def bound(node: Node, words: Vocabulary) -> Bound:
    """Read a least or greatest amount."""
    if node.pairs is None or set(node.pairs) <= set(AREAS):
        return Bound(moneys(node, node.key))
    reading.mapping(node, ("amount", "groups", "multiplied"), node.key)
    part, amount = node.get("groups"), node.get("amount")
    if part is not None and part.pairs is None:
        raise part.wrong("groups 应写成“对象: 金额”")
    groups = {
        group_of(key, one, words): moneys(one, node.key) for key, one in (part.pairs or {} if part else {}).items()
    }
    if amount is None and not groups:
        raise node.wrong(f"{node.key} 要写 amount 或 groups", "例如 amount: 20 元")
    return Bound(moneys(amount, node.key) if amount else None, groups, reading.yes_no(node.get("multiplied"), False))


def area_word(node: Node) -> str:
    """Read ``urban`` or ``rural``."""
    found = area_of(reading.text_of(node))
    if found is None:
        raise node.wrong(f"“{node.text}”不是城市或农村", "写 urban 或 rural")
    return found
