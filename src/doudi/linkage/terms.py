"""Reads the parts of a version or phase that are not formulas: groups, payment, deadlines, funds, dedup."""

from collections.abc import Mapping

from doudi.kernel.periods import Month
from doudi.linkage import formulas, reading, schema
from doudi.linkage.model import (
    Base,
    Bound,
    Combined,
    Condition,
    Deadline,
    Dedup,
    Formula,
    Fund,
    GroupTerms,
    Line,
    Payment,
    PerArea,
    PerGroup,
    PerTrigger,
    Rounding,
    Tiers,
    Version,
)
from doudi.linkage.reading import Node, Problems
from doudi.linkage.words import FUNDS, Vocabulary, fund_of

UNIT_WORDS = {"person": "person", "个人": "person", "人": "person", "household": "household", "家庭": "household",
              "户": "household"}  # fmt: skip
TAKE_WORDS = {"highest": "highest", "就高": "highest", "first": "first", "按次序": "first", "sum": "sum",
              "相加": "sum"}  # fmt: skip
EVERY_WORDS = {"month": "month", "按月": "month", "quarter": "quarter", "按季": "quarter"}
MONTH_END_WORDS = ("month_end", "公布当月", "公布当月月底")


class Parts:
    """Reads named parts of one mapping, gathering what is wrong in each."""

    def __init__(self, node: Node, words: Vocabulary, problems: Problems) -> None:
        self._node = node
        self._words = words
        self._problems = problems

    def condition(self, name: str) -> Condition | None:
        part = self._node.get(name)
        with self._problems.gathering():
            return formulas.condition(part, self._words) if part else None
        return None

    def base(self) -> Base | None:
        part = self._node.get("base")
        with self._problems.gathering():
            return formulas.base_of(part, self._words) if part else None
        return None

    def formula(self, name: str) -> Formula | None:
        part = self._node.get(name)
        with self._problems.gathering():
            return formulas.formula(part, self._words) if part else None
        return None

    def rounding(self) -> Rounding | None:
        part = self._node.get("rounding")
        with self._problems.gathering():
            return formulas.rounding(part) if part else None
        return None

    def bound(self, name: str) -> Bound | None:
        part = self._node.get(name)
        with self._problems.gathering():
            return formulas.bound(part, self._words) if part else None
        return None

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        part = self._node.get(name)
        with self._problems.gathering():
            return reading.whole(part, low, high, name) if part else default
        return default

    def word(self, name: str, words: Mapping[str, str], default: str) -> str:
        part = self._node.get(name)
        with self._problems.gathering():
            return reading.choice(part, words, name) if part else default
        return default

    def groups(self, name: str) -> tuple[GroupTerms, ...]:
        """Read the groups; a group stands once, or once for each area."""
        found: list[GroupTerms] = []
        for one in reading.rows(self._node.get(name)):
            with self._problems.gathering():
                terms = group_terms(one, self._words)
                other = next((old for old in found if old.group == terms.group and _clash(old, terms)), None)
                if other:
                    raise one.wrong(
                        f"“{self._words.group_label(terms.group)}”写了两次({other.where})", "一个对象只写一次"
                    )
                found.append(terms)
        return tuple(found)

    def payment(self) -> Payment | None:
        part = self._node.get("payment")
        with self._problems.gathering():
            return _payment(part) if part else None
        return None

    def deadlines(self) -> tuple[Deadline, ...]:
        with self._problems.gathering():
            return tuple(_deadline(one) for one in reading.rows(self._node.get("deadline")))
        return ()

    def funds(self) -> dict[str, Fund]:
        part = self._node.get("funds")
        found: dict[str, Fund] = {}
        with self._problems.gathering():
            if part is not None and part.pairs is None:
                raise part.wrong("funds 应写成“对象: 资金来源”", "例如 funds: {低保: social_assistance}")
        for key, one in (part.pairs or {} if part else {}).items():
            with self._problems.gathering():
                found[formulas.group_of(key, one, self._words)] = fund(one)
        return found

    def dedup(self) -> Dedup | None:
        part = self._node.get("dedup")
        with self._problems.gathering():
            return _dedup(part, self._words) if part else None
        return None

    def unpaid_months(self) -> dict[int, str]:
        """Read the calendar months, as index months, in which nothing is paid, with the reason."""
        part = self._node.get("not_paid_in")
        if part is None:
            return {}
        with self._problems.gathering():
            if part.pairs is not None:
                return {
                    reading.whole(Node(one.file, one.line, text=key, key="not_paid_in"), 1, 12, "not_paid_in"):
                    reading.text_of(one)
                    for key, one in part.pairs.items()
                }  # fmt: skip
            return {reading.whole(one, 1, 12, "not_paid_in"): "规则规定该月不发" for one in reading.rows(part)}
        return {}


def _clash(one: GroupTerms, other: GroupTerms) -> bool:
    return not one.area or not other.area or one.area == other.area


def group_terms(node: Node, words: Vocabulary) -> GroupTerms:
    """Read one group of a rule."""
    if node.is_text:
        name, whose = formulas.group_and_area(reading.text_of(node), node, words)
        return GroupTerms(name, area=whose, where=node.where)
    reading.mapping(node, schema.keys("group"), "对象")
    named = node.need("group", "低保")
    base, times, amount, own = node.get("base"), node.get("times"), node.get("amount"), node.get("fund")
    least, most, unit, area = node.get("minimum"), node.get("maximum"), node.get("unit"), node.get("area")
    read_base = formulas.base_of(base, words) if base else None
    group, named_area = formulas.group_and_area(reading.text_of(named), named, words)
    return GroupTerms(
        group,
        read_base,
        reading.ratio(times, "times") if times else GroupTerms.times,
        formulas.formula(amount, words, read_base) if amount else None,
        formulas.bound(least, words) if least else None,
        formulas.bound(most, words) if most else None,
        fund(own) if own else None,
        reading.yes_no(node.get("multiplied"), True),
        reading.choice(unit, UNIT_WORDS, "unit") if unit else "",
        formulas.area_word(area) if area else named_area,
        node.where,
    )


def fund(node: Node) -> Fund:
    """Read where money comes from."""
    if node.pairs is not None:
        reading.mapping(node, ("source", "clause", "note"), "资金来源")
    named = node.need("source", "social_assistance") if node.pairs is not None else node
    found = fund_of(reading.text_of(named))
    if found is None:
        known = "、".join(f"{name}({label})" for name, label in FUNDS.items())
        raise named.wrong(f"没有名为“{named.text}”的资金来源", f"可用:{known}")
    return Fund(found, reading.text_of(node.get("clause")), reading.text_of(node.get("note")))


def _payment(node: Node) -> Payment:
    reading.mapping(node, schema.keys_within("version", "payment"), "发放")
    later, every, pays = node.get("months_later"), node.get("every"), node.get("pays_months")
    word = reading.choice(every, EVERY_WORDS, "every") if every else "month"
    if pays is not None and word == "month" and reading.whole(pays, 1, 12, "pays_months") > 1:
        raise node.wrong("按月发放的一次只发一个月", "一个季度合发三个月的写 every: quarter 和 pays_months: 3")
    return Payment(
        reading.whole(later, 0, 6, "months_later") if later else 1,
        word,
        reading.whole(pays, 1, 12, "pays_months") if pays else 1,
    )


def _deadline(node: Node) -> Deadline:
    if node.is_text:
        if node.text in MONTH_END_WORDS:
            return Deadline("month_end")
        text = (node.text or "").replace("working days", "工作日").replace("working_days", "工作日")
        if "工作日" not in text:
            raise node.wrong(f"期限“{node.text}”无法识别", "写 20 个工作日、month_end 或 {dates: {…}}")
        return Deadline("working_days", reading.whole(Node(node.file, node.line, text=text), 1, 120, "工作日数"))
    known = ("working_days", "month_end", "day_of_payment_month", "dates")
    reading.mapping(node, (*known, "otherwise"), "期限")
    ways = [key for key in known if node.get(key)]
    if len(ways) != 1:
        raise node.wrong(f"期限要写 {'、'.join(known)} 中的一个", "几个期限取最早的,写成列表")
    part, rest = node.need(ways[0], ""), node.get("otherwise")
    if rest is not None and ways[0] != "dates":
        raise rest.wrong("otherwise 只和 dates 一起用")
    if ways[0] == "working_days":
        return Deadline("working_days", reading.whole(part, 1, 120, "工作日数"))
    if ways[0] == "month_end":
        return Deadline("month_end")
    if ways[0] == "day_of_payment_month":
        return Deadline("day_of_payment_month", reading.whole(part, 1, 31, "日"))
    return _dated(part, rest)


def _dated(part: Node, rest: Node | None) -> Deadline:
    dates = {}
    for key, one in (part.pairs or {}).items():
        found = reading.month(Node(one.file, one.line, text=key))
        day = reading.date(one)
        assert found is not None, "a key is never empty"
        assert day is not None, "the node is there"
        if Month.of(day) < found:
            raise one.wrong(f"指数月 {found} 的期限 {day} 早于该月", "核对年月")
        dates[found] = day
    if not dates:
        raise part.wrong("dates 应写成“指数月: 截止日”", "例如 dates: {2020-02: 2020-04-06}")
    return Deadline("dates", 0, dates, _deadline(rest) if rest else None)


def _dedup(node: Node, words: Vocabulary) -> Dedup:
    if node.is_text:
        return Dedup(reading.choice(node, TAKE_WORDS, "dedup"))
    reading.mapping(node, schema.keys("dedup"), "dedup")
    priority = tuple(formulas.group_of(reading.text_of(one), one, words) for one in reading.rows(node.get("priority")))
    take = node.get("take")
    word = reading.choice(take, TAKE_WORDS, "take") if take else ("first" if priority else "highest")
    if word == "first" and not priority:
        raise node.wrong("按次序取第一的要写次序", "例如 priority: [特困, 低保]")
    return Dedup(word, priority)


# -- what holds between trigger and formula ---------------------------------------------------------


def series_in(condition: Condition | None) -> set[str]:
    """List the series a condition looks at."""
    if condition is None:
        return set()
    if isinstance(condition, Line):
        return {condition.reading.series}
    return {name for part in condition.parts for name in series_in(part)}


def check_triggers(version: Version, node: Node) -> None:
    """Refuse a formula that names, as what started the month, a series that starts nothing.

    :raises BadInput: names the version.
    """
    if version.start is None:
        return
    known = series_in(version.start)
    named = _trigger_series(version.amount)
    for terms in version.groups:
        named |= _trigger_series(terms.amount)
    for name in sorted(named - known):
        raise node.wrong(
            f"by_trigger 写了 {version.words.short(name)},但启动条件里没有它", "by_trigger 的系列要和 start 的系列一致"
        )


def _trigger_series(formula: Formula | None) -> set[str]:
    if isinstance(formula, PerTrigger):
        return set(formula.formulas)
    inner: tuple[Formula, ...] = ()
    if isinstance(formula, PerArea):
        inner = (formula.formulas.urban, formula.formulas.rural)
    elif isinstance(formula, PerGroup):
        inner = (*formula.formulas.values(), *((formula.otherwise,) if formula.otherwise else ()))
    elif isinstance(formula, Combined):
        inner = formula.parts
    elif isinstance(formula, Tiers):
        inner = tuple(one.formula for one in formula.tiers)
    return {name for one in inner for name in _trigger_series(one)}
