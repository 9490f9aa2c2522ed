"""Reads YAML so that every value keeps its file and line, and no figure ever becomes a float."""

import contextlib
import dataclasses
import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Any

import yaml

from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_PERCENT_DIGITS = 2


@dataclasses.dataclass(frozen=True)
class Node:
    """A value of a file: text, a list or a mapping, and where it stands."""

    file: str
    line: int
    text: str | None = None
    items: tuple["Node", ...] | None = None
    pairs: Mapping[str, "Node"] | None = None
    key: str = ""

    @property
    def where(self) -> str:
        return f"{self.file} 第 {self.line} 行"

    @property
    def is_text(self) -> bool:
        return self.text is not None

    def wrong(self, words: str, next_step: str = "") -> BadInput:
        """Make the refusal that names this place."""
        return BadInput(words, where=self.where, next_step=next_step)

    def get(self, name: str) -> "Node | None":
        return (self.pairs or {}).get(name)

    def need(self, name: str, example: str) -> "Node":
        """Give a part that must be there.

        :raises BadInput: it is not.
        """
        found = self.get(name)
        if found is None:
            raise self.wrong(f"缺少 {name}", next_step=f"例如 {name}: {example}")
        return found


class Problems:
    """Gathers what is wrong in a file, so that one run names everything."""

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """Go on after a problem, keeping it."""
        try:
            yield
        except BadInput as error:
            self.found.append(error)

    def refuse(self) -> None:
        """Stop when anything was found.

        :raises BadInput: names every problem with what to do, one a line.
        """
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            lines = dict.fromkeys(one.text + (f"({one.step})" if one.step else "") for one in self.found)
            raise BadInput("\n".join(lines), next_step="请按上面的文件和行逐一修改")


def read(text: str, shown: str) -> Node:
    """Read a YAML text.

    :raises BadInput: not YAML, more than one document, empty, or a key twice.
    """
    try:
        top = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" 第 {mark.line + 1} 行" if mark else ""
        raise BadInput(
            f"不是可读的 YAML({getattr(error, 'problem', '') or '格式有误'})",
            where=f"{shown}{line}",
            next_step="检查缩进、冒号后的空格和引号",
        ) from error
    if top is None:
        raise BadInput("文件是空的", where=shown)
    return _node(top, shown, "")


def _node(node: Any, file: str, key: str) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Node(file, line, text=str(node.value).strip(), key=key)
    if isinstance(node, yaml.SequenceNode):
        return Node(file, line, items=tuple(_node(one, file, key) for one in node.value), key=key)
    pairs: dict[str, Node] = {}
    for name, value in node.value:
        word = str(name.value).strip() if isinstance(name, yaml.ScalarNode) else ""
        place = f"{file} 第 {name.start_mark.line + 1} 行"
        if not word:
            raise BadInput("键应是一个词", where=place)
        if word in pairs:
            raise BadInput(f"“{word}”写了两次", where=place, next_step="只留一个")
        if isinstance(value, yaml.ScalarNode) and not value.style and value.value in ("null", "~"):
            continue  # an explicit nothing is as good as the key left out
        pairs[word] = dataclasses.replace(_node(value, file, word), line=name.start_mark.line + 1)
    return Node(file, line, pairs=pairs, key=key)


# -- shapes -----------------------------------------------------------------------------------


def mapping(node: Node, allowed: Collection[str], what: str) -> Node:
    """Give the node back when it is a mapping of known keys.

    :raises BadInput: another shape, or a key nobody knows.
    """
    if node.pairs is None:
        raise node.wrong(f"{what}应写成“键: 值”的形式", next_step=f"可用的键:{'、'.join(allowed)}")
    for name, one in node.pairs.items():
        if name not in allowed:
            near = _near(name, allowed)
            hint = f"是不是 {near}?" if near else ""
            raise one.wrong(f"{what}没有名为“{name}”的键", next_step=f"{hint}可用的键:{'、'.join(allowed)}")
        if one.text == "" or (one.items is not None and not one.items) or (one.pairs is not None and not one.pairs):
            if name == "place":
                continue
            raise one.wrong(f"“{name}”没有写值", next_step="写上值,或删去这一行")
    return node


def _near(name: str, allowed: Collection[str]) -> str:
    found = difflib.get_close_matches(name.lower().replace("-", "_"), list(allowed), 1, 0.7)
    return found[0] if found else ""


def rows(node: Node | None) -> tuple[Node, ...]:
    """Give the members of a list; a single value counts as a list of one."""
    if node is None:
        return ()
    return node.items if node.items is not None else (node,)


def text_of(node: Node | None) -> str:
    """Give a text, "" when nothing is there.

    :raises BadInput: a list or a mapping.
    """
    if node is None:
        return ""
    if node.text is None:
        raise node.wrong(f"“{node.key}”应是一句话")
    return node.text


def yes_no(node: Node | None, default: bool) -> bool:
    """Read 是/否, true/false.

    :raises BadInput: anything else.
    """
    if node is None:
        return default
    word = (node.text or "").lower()
    if word in ("true", "yes", "是"):
        return True
    if word in ("false", "no", "否"):
        return False
    raise node.wrong(f"“{node.key}”应是 true 或 false,读到“{node.text}”")


def choice(node: Node, words: Mapping[str, str], what: str) -> str:
    """Read one of some words; the mapping gives their meaning.

    :raises BadInput: another word.
    """
    bare = "".join(unicodedata.normalize("NFKC", node.text or "").split()).casefold()
    table = {"".join(unicodedata.normalize("NFKC", one).split()).casefold(): name for one, name in words.items()}
    if node.text is None or bare not in table:
        shown = node.text if node.text is not None else "(不是一个词)"
        raise node.wrong(f"{what}没有“{shown}”这种写法", next_step=f"可用:{'、'.join(words)}")
    return table[bare]


# -- quantities -------------------------------------------------------------------------------


def _figure(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace(",", "").replace("\u2212", "-")


def percent(node: Node, what: str = "百分数") -> int:
    """Read ``3.5%``, ``3.5`` or ``3.5个百分点`` as 350 hundredths of a percent.

    :raises BadInput: not a figure, or more than two decimals.
    """
    return percent_of(text_of(node), what, node)


def percent_of(text: str, what: str, node: Node | None = None, where: str = "") -> int:
    """Read a percentage from text; see :func:`percent`."""

    def wrong(words: str, step: str) -> BadInput:
        return node.wrong(words, step) if node is not None else BadInput(words, where=where, next_step=step)

    bare = _figure(text).removesuffix("百分点").removesuffix("个").removesuffix("%")
    found = re.fullmatch(r"([+-]?)(\d{1,4})(?:\.(\d+))?", bare)
    if not found:
        raise wrong(f"{what}“{text}”不是百分数", "写成 3.5% 的样子,单位是百分之一")
    decimals = (found[3] or "").rstrip("0")
    if len(decimals) > MOST_PERCENT_DIGITS:
        raise wrong(f"{what}“{text}”多于两位小数", "指数涨幅最多写到百分数的两位小数")
    value = int(found[2]) * 100 + int(decimals.ljust(2, "0") or 0)
    return -value if found[1] == "-" else value


_UNITS = {"元": 100, "角": 10, "分": 1, "万元": 1_000_000}


def money(node: Node, what: str = "金额", allow_year: bool = True) -> Fraction:
    """Read ``25 元``, ``850 元/月`` or ``4395 元/年`` as fen, a yearly sum as a twelfth of it.

    :raises BadInput: not an amount, or no unit.
    """
    return money_of(text_of(node), what, node, allow_year=allow_year)


def money_of(
    text: str, what: str, node: Node | None = None, where: str = "", allow_year: bool = True, bare_yuan: bool = False
) -> Fraction:
    """Read an amount from text; ``bare_yuan`` takes a figure without a unit as yuan."""

    def wrong(words: str, step: str) -> BadInput:
        return node.wrong(words, step) if node is not None else BadInput(words, where=where, next_step=step)

    bare = _figure(text).replace("每人每月", "").replace("每月", "").replace("每人", "")
    found = re.fullmatch(r"(\d{1,9})(?:\.(\d+))?(万元|元|角|分)?((?:/[人月户年·.]+)*)", bare)
    if not found:
        raise wrong(f"{what}“{text}”不是金额", "写成 25 元 或 850 元/月 的样子")
    if not found[3] and not bare_yuan:
        raise wrong(f"{what}“{text}”没有写单位", f"写成 {text} 元")
    if len(found[2] or "") > 4:
        raise wrong(f"{what}“{text}”小数位数太多", "金额最小到分")
    value = Fraction(f"{found[1]}.{found[2] or 0}") * _UNITS[found[3] or "元"]
    if value.denominator != 1:
        raise wrong(f"{what}“{text}”不到一分", "金额最小到分")
    if "年" in found[4]:
        if not allow_year:
            raise wrong(f"{what}“{text}”应是一次的数额,不是全年的", "写成 25 元 的样子")
        return value / 12
    return value


def ratio(node: Node, what: str = "系数") -> Fraction:
    """Read ``1/12``, ``1.2``, ``50%``, ``50 %`` or ``2倍`` exactly.

    :raises BadInput: anything else, or not above zero.
    """
    bare = _figure(text_of(node)).removesuffix("倍")
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", bare)
    if found and int(found[2]):
        value = Fraction(int(found[1]), int(found[2]))
    elif re.fullmatch(r"\d{1,6}(\.\d{1,6})?%", bare):
        value = Fraction(bare[:-1]) / 100
    elif re.fullmatch(r"\d{1,6}(\.\d{1,6})?", bare):
        value = Fraction(bare)
    else:
        raise node.wrong(f"{what}“{node.text}”不是系数", next_step="写成 1/12、1.2、50% 或 2 的样子")
    if value <= 0:
        raise node.wrong(f"{what}应大于零")
    return value


def whole(node: Node, low: int, high: int, what: str) -> int:
    """Read a whole number within bounds.

    :raises BadInput: anything else.
    """
    bare = re.sub(r"(个?工作日|个?月|天|日|人)$", "", _figure(text_of(node)))
    if not re.fullmatch(r"\d{1,6}", bare) or not low <= int(bare) <= high:
        raise node.wrong(f"{what}应是 {low} 到 {high} 的整数,读到“{node.text}”")
    return int(bare)


def month(node: Node | None) -> Month | None:
    """Read ``2019-08``, ``201908`` or ``2019年8月``; None when nothing is there.

    :raises BadInput: no such month.
    """
    if node is None:
        return None
    try:
        return Month.parse(text_of(node))
    except BadInput as error:
        raise node.wrong(error.text, next_step=error.step) from error


def date(node: Node | None) -> dt.date | None:
    """Read ``2021-02-10``; None when nothing is there.

    :raises BadInput: no such day.
    """
    if node is None:
        return None
    try:
        return day_of(text_of(node))
    except BadInput as error:
        raise node.wrong(error.text, next_step=error.step) from error


def day_of(text: str) -> dt.date:
    """Read a day from text.

    :raises BadInput: no such day.
    """
    found = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", text.strip())
    try:
        if not found:
            raise ValueError(text)
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadInput(f"“{text}”不是日期,或没有这一天", next_step="请写成 2021-02-10") from None
