"""Reads a rule file whole: names of its own, versions by index month, phases, standards, basket.

Everything wrong is named at once, each with file, line and what to do.
"""

import hashlib
import itertools
import pathlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage import formulas, reading, schema, terms
from doudi.linkage.model import BasketItem, ByArea, Paper, Phase, RuleFile, StandardRow, Version
from doudi.linkage.reading import Node, Problems
from doudi.linkage.words import GROUPS, SERIES, STANDARDS, Group, Series, Vocabulary

FIRST_YEAR, LAST_YEAR = 2005, 2100
LEVEL_WORDS = {"province": "province", "省": "province", "省级": "province", "prefecture": "prefecture",
               "设区市": "prefecture", "市": "prefecture", "市州": "prefecture", "county": "county",
               "县": "county"}  # fmt: skip
LOCAL_WORDS = ("local", "由各地规定")


def load(path: pathlib.Path, shown: str = "") -> RuleFile:
    """Read a rule file.

    :raises BadInput: names every problem with file and line.
    """
    shown = shown or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput("打不开这个文件", where=shown, next_step="核对文件名") from error
    except UnicodeDecodeError as error:
        raise BadInput("文件不是 UTF-8 编码", where=shown, next_step="另存为 UTF-8 再试") from error
    return parse(text, shown)


def parse(text: str, shown: str) -> RuleFile:
    """Read a rule file from its text; see :func:`load`."""
    top = reading.read(text, shown)
    reading.mapping(top, schema.keys(""), "规则文件")
    problems = Problems()
    place = _place(top)
    name = reading.text_of(top.need("name", "常州市"))
    words = Vocabulary()
    with problems.gathering():
        words = _own(top.get("own"))
    versions: list[Version] = []
    phases: list[Phase] = []
    standards: list[StandardRow] = []
    basket: list[BasketItem] = []
    for one in reading.rows(top.get("rules")):
        with problems.gathering():
            versions.append(_version(one, place, name, words, problems))
    for one in reading.rows(top.get("phases")):
        with problems.gathering():
            phases.append(_phase(one, place, words))
    for one in reading.rows(top.get("standards")):
        with problems.gathering():
            standards.append(_standard(one, place, words))
    for one in reading.rows(top.get("basket")):
        with problems.gathering():
            basket.append(_basket_item(one))
    with problems.gathering():
        _check_versions(versions)
    with problems.gathering():
        check_phases(phases)
    with problems.gathering():
        check_standards(standards)
    problems.refuse()
    if not (versions or phases or standards):
        raise top.wrong("文件里没有 rules、phases 或 standards", "至少写一段 rules")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return RuleFile(
        shown, place, name, tuple(sorted(versions, key=lambda one: one.first)), tuple(phases), tuple(standards),
        tuple(basket), words, digest,
    )  # fmt: skip


def _place(top: Node) -> str:
    node = top.need("place", '"3204"(常州市)')
    try:
        return codes.from_padded(reading.text_of(node)) if node.text else ""
    except BadInput as error:
        raise node.wrong(error.text, error.step or "省 2 位、市 4 位、县 6 位数字") from error


# -- names of its own ---------------------------------------------------------------------------


def _own(node: Node | None) -> Vocabulary:
    if node is None:
        return Vocabulary()
    reading.mapping(node, schema.keys_within("", "own"), "own")
    series, groups, standards = {}, {}, {}
    for one in reading.rows(node.get("standards")):
        name, label, _ = _name(one, STANDARDS)
        standards[name] = label
    for one in reading.rows(node.get("series")):
        name, label, more = _name(one, SERIES)
        low, high = one.get("low"), one.get("high")
        series[name] = Series(
            name,
            label,
            reading.percent(low, "low") if low else -3000,
            reading.percent(high, "high") if high else 5000,
            more,
        )
        bare = Vocabulary().series_of(label)
        if bare is not None:
            raise one.wrong(f"“{label}”已有通用的名称 {bare}", f"直接写 {bare},不用自定")
    for one in reading.rows(node.get("groups")):
        name, label, more = _name(one, GROUPS)
        own = one.get("standard")
        groups[name] = Group(name, label, _own_standard(own, standards) if own else name, more)
    return Vocabulary(series, groups, standards)


def _own_standard(node: Node, standards: Mapping[str, str]) -> str:
    found = Vocabulary(standards=standards).standard_of(reading.text_of(node))
    if found is None:
        raise node.wrong(f"没有名为“{node.text}”的标准", "先在 own.standards 里写明 name 和 label")
    return found[0]


def _name(node: Node, taken: Mapping[str, object]) -> tuple[str, str, tuple[str, ...]]:
    reading.mapping(node, schema.keys("own_name"), "自定的名称")
    name = reading.text_of(node.need("name", "city_average"))
    if not (name.isascii() and name.replace("_", "").isalnum() and name[0].isalpha()):
        raise node.wrong(f"名称“{name}”只能用英文字母、数字和下划线", "例如 city_average;中文写在 label")
    if name in taken:
        raise node.wrong(f"“{name}”是通用的名称,不能自定", "直接使用,或换一个名称")
    label = reading.text_of(node.need("label", "全市平均低保标准"))
    return name, label, tuple(reading.text_of(one) for one in reading.rows(node.get("words")))


# -- versions and phases --------------------------------------------------------------------------


def _month(node: Node | None) -> Month | None:
    found = reading.month(node)
    if found is not None and node is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise node.wrong(f"月份 {found} 不可能", f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
    return found


def _paper(node: Node) -> Paper:
    verified = reading.yes_no(node.get("verified"), True)
    note = reading.text_of(node.get("note"))
    if not verified and not note:
        raise node.wrong("写了 verified: false,但没有说明", "写 note:哪里没有核实")
    document = reading.text_of(node.need("document", "发改价格〔2021〕1553号"))
    return Paper(document, reading.text_of(node.get("clause")), reading.text_of(node.get("url")), note, verified)


def _period(node: Node) -> tuple[Month, Month | None]:
    first = _month(node.need("from", "2016-09"))
    last = _month(node.get("to"))
    assert first is not None, "need() gave it"
    if last is not None and last < first:
        raise node.wrong(f"止月 {last} 早于起月 {first}", "from 和 to 都是指数月,to 含在内")
    return first, last


def _version(node: Node, place: str, name: str, words: Vocabulary, problems: Problems) -> Version:
    reading.mapping(node, schema.keys("version"), "规则")
    first, last = _period(node)
    paper = _paper(node)
    part = terms.Parts(node, words, problems)
    start = node.get("start")
    is_local = start is not None and start.text in LOCAL_WORDS
    level = node.get("level")
    version = Version(
        place=place, name=name, first=first, last=last, paper=paper, where=node.where, file=node.file, words=words,
        start=part.condition("start") if not is_local else None,
        is_start_local=is_local,
        stop=part.condition("stop"),
        level=reading.choice(level, LEVEL_WORDS, "level") if level else "",
        base=part.base(),
        groups=part.groups("groups"),
        amount=part.formula("amount"),
        rounding=part.rounding(),
        minimum=part.bound("minimum"),
        maximum=part.bound("maximum"),
        payment=part.payment(),
        deadlines=part.deadlines(),
        funds=part.funds(),
        dedup=part.dedup(),
        standard_month=part.word("standard_month", {"index": "index", "指数月": "index", "payment": "payment",
                                                    "发放月": "payment"}, ""),
        unit=part.word("unit", terms.UNIT_WORDS, ""),
        unpaid_months=part.unpaid_months(),
        decide_within=part.whole("decide_within", 1, 60, 0),
        takes_outer_phases=part.word("outer_phases", {"apply": "1", "ignore": ""}, "1") == "1",
        widens_groups=part.word("outer_groups", {"add": "1", "ignore": ""}, "1") == "1",
    )  # fmt: skip
    terms.check_triggers(version, node)
    return version


def _phase(node: Node, place: str, words: Vocabulary) -> Phase:
    reading.mapping(node, schema.keys("phase"), "阶段")
    first, last = _phase_period(node)
    problems = Problems()
    part = terms.Parts(node, words, problems)
    multiplier = node.get("multiplier")
    phase = Phase(
        name=reading.text_of(node.need("name", "2020 年 3 至 6 月加倍")),
        place=place,
        first=first,
        last=last,
        paper=_paper(node),
        where=node.where,
        file=node.file,
        lines=_lines(node.get("lines"), words),
        groups=part.groups("add_groups"),
        multiplier=reading.ratio(multiplier, "multiplier") if multiplier else Fraction(1),
        deadlines=part.deadlines(),
        amount=part.formula("amount"),
        minimum=part.bound("minimum"),
        words=words,
    )
    problems.refuse()
    return phase


def _phase_period(node: Node) -> tuple[Month, Month | None]:
    by_payment = node.get("from_payment")
    if by_payment is None:
        return _period(node)
    if node.get("from") or node.get("to"):
        raise node.wrong("from 和 from_payment 只能写一种", "文件按发放月写的用 from_payment,按指数月写的用 from")
    first, last = _month(by_payment), _month(node.get("to_payment"))
    assert first is not None, "it is there"
    if last is not None and last < first:
        raise node.wrong(f"止月 {last} 早于起月 {first}")
    return first.plus(-1), last.plus(-1) if last else None


def _lines(node: Node | None, words: Vocabulary) -> dict[str, ByArea[int]]:
    if node is None:
        return {}
    if node.pairs is None:
        raise node.wrong("lines 应写成“系列: 界线”", "例如 lines: {cpi: 3.0%}")
    found = {}
    for key, one in node.pairs.items():
        found[formulas.series_of(Node(one.file, one.line, text=key), words)] = formulas.percents(one, "界线")
    return found


# -- standards and basket ---------------------------------------------------------------------------


def _standard(node: Node, place: str, words: Vocabulary) -> StandardRow:
    reading.mapping(node, schema.keys("standard_row"), "标准")
    first, last = _period(node)
    named = node.need("standard", "低保")
    found = words.standard_of(reading.text_of(named))
    if found is None:
        raise named.wrong(f"没有名为“{named.text}”的标准", "本地另有的标准先在 own.standards 里写明 name 和 label")
    name, area = found
    given = node.get("area")
    own_place = node.get("place")
    if not reading.yes_no(node.get("verified"), True) and not node.get("note"):
        raise node.wrong("写了 verified: false,但没有说明", "写 note:哪里没有核实")
    return StandardRow(
        name,
        formulas.area_word(given) if given else area,
        first,
        last,
        reading.money(node.need("amount", "850 元/月"), "标准"),
        reading.text_of(node.need("source", "常州市 2019 年通知")),
        codes.from_padded(reading.text_of(own_place)) if own_place else place,
        reading.yes_no(node.get("verified"), True),
        node.where,
    )


def _basket_item(node: Node) -> BasketItem:
    reading.mapping(node, schema.keys("basket_item"), "支出")
    return BasketItem(
        reading.text_of(node.need("item", "肉")),
        reading.money(node.need("amount", "60 元"), "支出"),
        reading.text_of(node.get("source")),
    )


# -- what holds between the parts -----------------------------------------------------------------


def _check_versions(versions: Sequence[Version]) -> None:
    """Refuse versions of one file that overlap or leave months without a rule between them."""
    ordered = sorted(versions, key=lambda one: one.first)
    for early, late in itertools.pairwise(ordered):
        if early.last is None or early.last >= late.first:
            raise BadInput(
                f"两段规则都管 {late.first}:{early.paper.document} 与 {late.paper.document}",
                where=f"{early.where} 与 {late.where}",
                next_step=f"给前一段写 to: {late.first.plus(-1)}",
            )
        if early.last.plus(1) != late.first:
            raise BadInput(
                f"{early.last.plus(1)} 至 {late.first.plus(-1)} 没有规则",
                where=f"{early.where} 与 {late.where}",
                next_step="让前一段的 to 接上后一段的 from;这段时间确实没有本地规则的,写成两个文件",
            )


def check_phases(phases: Sequence[Phase]) -> None:
    """Refuse two phases of one place that set the same thing for the same month.

    :raises BadInput: names both places.
    """
    for number, one in enumerate(phases):
        for other in phases[:number]:
            if one.place != other.place or not periods_meet(one, other):
                continue
            both = _set_by(one) & _set_by(other)
            if both:
                raise BadInput(
                    f"“{other.name}”和“{one.name}”对同一个月都规定了{'、'.join(sorted(both))}",
                    where=f"{other.where} 与 {one.where}",
                    next_step="一个数值只能有一份文件;改期间,或只留现行的一份",
                )


def _set_by(phase: Phase) -> set[str]:
    found = {f"{name} 的界线" for name in phase.lines}
    found |= {"倍数"} if phase.multiplier != 1 else set()
    found |= {"期限"} if phase.deadlines else set()
    found |= {"算法"} if phase.amount else set()
    return found | ({"最低数额"} if phase.minimum else set())


Dated = Version | Phase | StandardRow


def periods_meet(one: Dated, other: Dated) -> bool:
    """Tell whether two periods have a month in common."""
    return (one.last is None or other.first <= one.last) and (other.last is None or one.first <= other.last)


def check_standards(rows: Sequence[StandardRow]) -> None:
    """Refuse two values of one standard that begin in the same month, or overlap with stated ends.

    :raises BadInput: names both places.
    """
    for number, one in enumerate(rows):
        for other in rows[:number]:
            same = (one.standard, one.place) == (other.standard, other.place)
            areas = not one.area or not other.area or one.area == other.area
            closed = one.last is not None and other.last is not None
            if same and areas and (one.first == other.first or (closed and periods_meet(one, other))):
                raise BadInput(
                    f"{STANDARDS.get(one.standard, one.standard)}在 {one.first} 有两个值"
                    f"({other.source or '前一份'} 与 {one.source or '后一份'})",
                    where=f"{other.where} 与 {one.where}",
                    next_step="一个标准在一个月只能有一个值;改起止月,或只留有效的一份文件",
                )
