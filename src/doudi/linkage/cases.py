"""Worked cases of price linkage in Chinese: figures and standards in, the published amount out.

A figure may be given as a band (``3 至 5``: from 3 up to but excluding 5) when only the band was
published; the case then has to come out the same at both ends.
"""

import dataclasses
import pathlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month
from doudi.linkage import measure, reading, rulebook, rulefile
from doudi.linkage.evaluate import Question, evaluate
from doudi.linkage.indices import NONE_WORDS, IndexBook, IndexRow
from doudi.linkage.inforce import RuleBook
from doudi.linkage.model import StandardRow
from doudi.linkage.reading import Node
from doudi.linkage.result import Evaluation
from doudi.linkage.rounding import to_unit, yuan_text
from doudi.linkage.standards import Standards
from doudi.linkage.words import AREAS, Vocabulary

KEYS = (
    "案例",
    "依据",
    "网址",
    "等级",
    "说明",
    "地区",
    "指数月",
    "指数",
    "公布",
    "标准",
    "人数",
    "测算",
    "规则",
    "应得",
)
EXPECTED_KEYS = (
    "启动", "因", "金额", "未取整", "取整", "合计", "发放月", "期限", "倍数", "阶段", "缺少", "增支",
)  # fmt: skip
STATES = {"是": True, "否": False, "未知": None}


@dataclasses.dataclass(frozen=True)
class Case:
    """One worked example and what must come of it."""

    name: str
    place: str
    month: Month
    node: Node
    words: Vocabulary

    def __str__(self) -> str:
        return self.name


@dataclasses.dataclass(frozen=True)
class Books:
    """The rules and figures that cases are run against."""

    rules: RuleBook
    indices: IndexBook

    @classmethod
    def of(cls, root: pathlib.Path) -> "Books":
        return cls(rulebook.load_rules(root), rulebook.load_indices(root))


def load(path: pathlib.Path, shown: str = "") -> list[Case]:
    """Read a case file.

    :raises BadInput: an unknown word, or a case without place, month or expectation.
    """
    top = reading.read(path.read_text(encoding="utf-8"), shown or path.name)
    problems = reading.Problems()
    found = []
    for one in reading.rows(top):
        with problems.gathering():
            found.append(_case(one))
    problems.refuse()
    return found


def _case(node: Node) -> Case:
    reading.mapping(node, KEYS, "例子")
    reading.mapping(node.need("应得", "{启动: 是, 金额: {低保: 71}}"), EXPECTED_KEYS, "应得")
    month = reading.month(node.need("指数月", "2019-08"))
    assert month is not None, "need() gave it"
    place = codes.from_padded(reading.text_of(node.need("地区", '"3204"')))
    return Case(reading.text_of(node.need("案例", "常州 2019 年 8 月")), place, month, node, Vocabulary())


def run(case: Case, books: Books) -> list[str]:
    """Run a case; list what came out otherwise than it says."""
    found: list[str] = []
    for number in (0, 1):
        try:
            told, rules = _evaluated(case, books, number)
        except BadInput as error:
            return [f"{case.name}:{error.text}"]
        wrong = [f"{case.node.where} {case.name}:{one}" for one in _differences(case, told, rules)]
        found += [one for one in wrong if one not in found]
    return found


def evaluated(case: Case, books: Books) -> Evaluation:
    """Give the answer of a case at the low end of its bands."""
    return _evaluated(case, books, 0)[0]


def _evaluated(case: Case, books: Books, end: int) -> tuple[Evaluation, RuleBook]:
    rules = books.rules
    written = case.node.get("规则")
    if written is not None:
        rules = rules.with_file(rulefile.parse(reading.text_of(written), written.where))
    words = rules.in_force(case.place, case.month).words
    figures = _figures(case, words, end)
    question = Question(case.place, case.month, None, _persons(case.node.get("人数"), words))
    standards = Standards(_standards(case.node.get("标准"), words), rules.standards)
    return evaluate(rules, IndexBook(figures) if figures else books.indices, standards, question), rules


def _figures(case: Case, words: Vocabulary, end: int) -> list[IndexRow]:
    """Read the figures; a list gives several months, a mapping the index month."""
    published = reading.date(case.node.get("公布"))
    found: list[IndexRow] = []
    for one in reading.rows(case.node.get("指数")):
        month = reading.month(one.get("月")) or case.month
        for key, value in (one.pairs or {}).items():
            if key == "月":
                continue
            series = words.series_of(key)
            if series is None:
                raise value.wrong(f"没有名为“{key}”的指数系列")
            bp = _band(value, end)
            day = published if month == case.month else None
            found.append(IndexRow(case.place, month, series, bp, day, where=value.where))
    return found


def _band(node: Node, end: int) -> int | None:
    text = reading.text_of(node)
    if text in NONE_WORDS:
        return None
    low, mark, high = text.partition("至")
    if not mark:
        return reading.percent_of(text, "涨幅", node)
    return reading.percent_of(high, "涨幅", node) - 1 if end else reading.percent_of(low, "涨幅", node)


def _standards(node: Node | None, words: Vocabulary) -> tuple[StandardRow, ...]:
    found = []
    for key, value in (node.pairs or {} if node else {}).items():
        known = words.standard_of(key)
        if known is None:
            raise value.wrong(f"没有名为“{key}”的标准")
        fen = reading.money_of(reading.text_of(value), "标准", value, bare_yuan=True)
        found.append(StandardRow(known[0], known[1], Month(1990, 1), None, fen, "例子"))
    return tuple(found)


def _named(node: Node, key: str, words: Vocabulary) -> tuple[str, str]:
    """Read ``低保`` or ``农村低保`` as group and area."""
    group = words.group_of(key)
    if group is not None:
        return group, ""
    for area, word in AREAS.items():
        rest = words.group_of(key.removeprefix(word)) if key.startswith(word) else None
        if rest is not None:
            return rest, area
    raise node.wrong(f"没有名为“{key}”的对象")


def _persons(node: Node | None, words: Vocabulary) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for key, value in (node.pairs or {} if node else {}).items():
        group, area = _named(value, key, words)
        found[group, area] = int(reading.text_of(value).replace(",", ""))
    return found


# -- comparing ----------------------------------------------------------------------------------------


def _differences(case: Case, told: Evaluation, rules: RuleBook) -> list[str]:
    want = case.node.need("应得", "")
    found: list[str] = []
    started = want.get("启动")
    if started is not None and told.triggered != STATES[reading.text_of(started)]:
        found.append(f"应为启动“{started.text}”,算得 {told.summary}")
    by = want.get("因")
    words = rules.in_force(case.place, case.month).words
    if by is not None:
        names = {words.series_of(reading.text_of(one)) for one in reading.rows(by)}
        if names != set(told.triggered_by):
            found.append(f"应因 {'、'.join(str(one) for one in names)} 启动,算得 {'、'.join(told.triggered_by)}")
    for key, get in (("金额", _amount), ("未取整", _unrounded), ("合计", _total)):
        found += _money_differences(want.get(key), key, get, told, words)
    found += _other_differences(case, want, told, rules)
    return found


def _amount(row: Any) -> Fraction | None:
    return None if row.amount_fen is None else Fraction(row.amount_fen)


def _unrounded(row: Any) -> Fraction | None:
    return None if row.unrounded is None else to_unit(row.unrounded * 100, 1, "nearest") / 100


def _total(row: Any) -> Fraction | None:
    return None if row.total_fen is None else Fraction(row.total_fen)


def _money_differences(node: Node | None, label: str, get: Any, told: Evaluation, words: Vocabulary) -> list[str]:
    found = []
    for key, value in (node.pairs or {} if node else {}).items():
        group, area = _named(value, key, words)
        rows = [one for one in told.amounts if one.group == group and (not area or one.area in (area, ""))]
        wanted = Fraction(reading.text_of(value).replace(",", "").removesuffix("元").strip()) * 100
        for row in rows:
            if get(row) != wanted:
                got = get(row)
                shown = yuan_text(got) if got is not None else ";".join(one.label for one in row.missing) or "无"
                found.append(f"{label} {key} 应为 {yuan_text(wanted)},算得 {shown}({'→'.join(row.steps)})")
        if not rows:
            found.append(f"{label} {key}:没有这类对象的数额")
    return found


def _other_differences(case: Case, want: Node, told: Evaluation, rules: RuleBook) -> list[str]:
    found = []
    got: Mapping[str, str] = {
        "发放月": str(told.payment_month),
        "期限": str(told.due_on),
        "倍数": str(told.multiplier),
        "取整": "已说明" if told.rounding_stated else "未说明",
        "阶段": "、".join(told.phases) or "无",
    }
    for key, value in got.items():
        node = want.get(key)
        if node is not None and reading.text_of(node) != value:
            found.append(f"{key}应为 {node.text},算得 {value}")
    lacking = want.get("缺少")
    held = ";".join(one.label for one in told.missing)
    if lacking is not None and reading.text_of(lacking) not in held:
        found.append(f"应说明缺少“{lacking.text}”,算得“{held}”")
    extra = want.get("增支")
    if extra is not None:
        rises = {
            key: reading.percent(value, key) for key, value in (case.node.need("测算", "{肉: 18%}").pairs or {}).items()
        }
        measured = measure.measure(rules.baskets(case.place)[0].basket, rises)
        if measured.extra_fen != Fraction(reading.text_of(extra)) * 100:
            found.append(f"增支应为 {extra.text},算得 {yuan_text(Fraction(measured.extra_fen))}")
    return found


def paths(root: pathlib.Path) -> list[pathlib.Path]:
    """List the case files of the packs."""
    return sorted(root.glob(f"*/{rulebook.FOLDER}/**/cases/*.yaml"))
