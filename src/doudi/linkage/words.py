"""The words that rule, index and case files may use, and what each of them means here.

Files are written by officials of many places, so one thing may be called by several words;
two things that differ in law never share one.  食品 and 食品烟酒 are such a pair.
"""

import dataclasses
import unicodedata
from collections.abc import Mapping

FOOD_TOBACCO = "food_tobacco"
AREAS = {"urban": "城市", "rural": "农村"}
_AREA_WORDS = {
    "urban": "urban", "城市": "urban", "城镇": "urban", "rural": "rural", "农村": "rural", "乡村": "rural",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Series:
    """An index series; ``low`` and ``high`` bound, in hundredths of a percent, what is usual."""

    name: str
    label: str
    low_bp: int
    high_bp: int
    aliases: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Group:
    """A group of people; ``standard`` names the standard that is its own."""

    name: str
    label: str
    standard: str
    aliases: tuple[str, ...] = ()


SERIES = {
    one.name: one
    for one in (
        Series("cpi", "居民消费价格指数(CPI)", -500, 1500, ("CPI", "居民消费价格", "居民消费价格总指数")),
        Series(
            "food", "食品价格指数(CPI 中的食品)", -3000, 4500, ("食品", "食品价格", "CPI中的食品", "CPI中的食品价格")
        ),
        Series(
            "scpi",
            "低收入居民基本生活费用价格指数(SCPI)",
            -800,
            2000,
            ("SCPI", "低收入居民基本生活费用价格", "城镇低收入居民基本生活费用价格", "基本生活费用价格"),
        ),
        Series("grain", "粮食价格指数", -2000, 4000, ("粮食", "粮食价格")),
        Series(FOOD_TOBACCO, "食品烟酒价格指数", -3000, 4500, ("食品烟酒", "食品烟酒类", "食品、烟酒", "食品烟酒价格")),
    )
}
GROUPS = {
    one.name: one
    for one in (
        Group("dibao", "低保对象", "dibao", ("低保", "城乡低保", "城乡低保对象", "最低生活保障对象")),
        Group("tekun", "特困人员", "tekun", ("特困", "特困供养人员", "五保", "五保对象", "农村五保对象")),
        Group(
            "veterans",
            "享受国家定期抚恤补助的优抚对象",
            "veterans",
            ("优抚", "优抚对象", "重点优抚", "重点优抚对象"),
        ),
        Group(
            "unemployment_benefit",
            "领取失业保险金人员",
            "unemployment_benefit",
            ("失业保险金", "失业金", "领取失业保险金", "领取失业金人员"),
        ),
        Group(
            "unemployment_allowance",
            "领取失业补助金人员",
            "unemployment_allowance",
            ("失业补助金", "领取失业补助金"),
        ),
        Group("orphan", "孤儿", "orphan", ("孤儿",)),
        Group("unattended_child", "事实无人抚养儿童", "unattended_child", ("事实无人抚养",)),
        Group("hiv_child", "艾滋病病毒感染儿童", "hiv_child", ("艾滋病感染儿童", "艾滋病儿童")),
        Group("dibao_marginal", "低保边缘人口", "dibao_marginal", ("低保边缘", "低保边缘家庭成员", "低保边缘家庭")),
    )
}
STANDARDS = {
    "dibao": "低保标准",
    "tekun": "特困人员基本生活标准",
    "veterans": "优抚对象抚恤补助标准",
    "unemployment_benefit": "失业保险金标准",
    "unemployment_allowance": "失业补助金标准",
    "orphan": "孤儿基本生活标准",
    "unattended_child": "事实无人抚养儿童基本生活标准",
    "hiv_child": "艾滋病病毒感染儿童基本生活标准",
    "dibao_marginal": "低保边缘人口补贴基数",
}
FUNDS = {
    "social_assistance": "困难群众救助补助资金",
    "fiscal": "地方财政预算资金",
    "unemployment_fund": "失业保险基金",
}
_FUND_WORDS = {
    "救助资金": "social_assistance", "社会救助资金": "social_assistance", "财政": "fiscal", "财政资金": "fiscal",
    "失业基金": "unemployment_fund",
}  # fmt: skip


def plain(text: str) -> str:
    """Bring full-width letters, blanks and letter case to one form."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _table(known: Mapping[str, Series] | Mapping[str, Group]) -> dict[str, str]:
    return {plain(word): one.name for one in known.values() for word in (one.name, one.label, *one.aliases)}


_SERIES_WORDS = _table(SERIES)
_GROUP_WORDS = _table(GROUPS)
_STANDARD_WORDS = {
    **{plain(word): one.standard for one in GROUPS.values() for word in (one.name, one.label, *one.aliases)},
    **{plain(label): name for name, label in STANDARDS.items()},
    plain("特困标准"): "tekun",
    plain("特困基本生活"): "tekun",
}


def area_of(word: str) -> str | None:
    """Give ``urban`` or ``rural`` for a word, None when it is neither."""
    return _AREA_WORDS.get(plain(word))


def fund_of(word: str) -> str | None:
    """Give the fund source a word names."""
    found = {plain(name): name for name in FUNDS} | {plain(label): name for name, label in FUNDS.items()}
    return (found | {plain(one): name for one, name in _FUND_WORDS.items()}).get(plain(word))


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """The known words together with what one rule file declares for its own place."""

    series: Mapping[str, Series] = dataclasses.field(default_factory=dict)
    groups: Mapping[str, Group] = dataclasses.field(default_factory=dict)
    standards: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def series_of(self, word: str) -> str | None:
        """Give the name of the series a word means, None when nobody knows it."""
        bare = plain(word)
        own = _table(self.series)
        for one in (bare, bare.removesuffix("同比涨幅"), bare.removesuffix("指数"), bare.removesuffix("同比")):
            found = own.get(one) or _SERIES_WORDS.get(one)
            if found:
                return found
        return None

    def group_of(self, word: str) -> str | None:
        bare = plain(word)
        return _table(self.groups).get(bare) or _GROUP_WORDS.get(bare)

    def standard_of(self, word: str) -> tuple[str, str] | None:
        """Read ``低保``, ``城市低保标准`` or ``农村低保`` as a standard's name and an area ("" for both)."""
        bare = plain(word)
        own = {plain(one): name for name, label in self.standards.items() for one in (name, label)}
        own |= {plain(one): group.standard for group in self.groups.values() for one in (group.name, group.label)}
        for prefix, area in (("", ""), *((plain(one), area) for one, area in _AREA_WORDS.items())):
            if not bare.startswith(prefix):
                continue
            rest = bare[len(prefix) :]
            for one in (rest, rest.removesuffix("标准"), rest.removesuffix("月标准")):
                found = own.get(one) or _STANDARD_WORDS.get(one)
                if found:
                    return found, area
        return None

    def with_(self, other: "Vocabulary") -> "Vocabulary":
        """Add the words of an outer file; the own ones win."""
        return Vocabulary(
            {**other.series, **self.series},
            {**other.groups, **self.groups},
            {**other.standards, **self.standards},
        )

    def series_label(self, name: str) -> str:
        found = self.series.get(name) or SERIES.get(name)
        return found.label if found else name

    def short(self, name: str) -> str:
        """Name a series in few letters, as tables and sentences do."""
        return {"cpi": "CPI", "food": "食品", "scpi": "SCPI", "grain": "粮食", FOOD_TOBACCO: "食品烟酒"}.get(
            name, self.series_label(name)
        )

    def group_label(self, name: str) -> str:
        found = self.groups.get(name) or GROUPS.get(name)
        return found.label if found else name

    def own_standard(self, group: str) -> str:
        found = self.groups.get(group) or GROUPS.get(group)
        return found.standard if found else group

    def standard_label(self, name: str) -> str:
        return self.standards.get(name) or STANDARDS.get(name) or f"{self.group_label(name)}标准"


PLAIN_WORDS = Vocabulary()
