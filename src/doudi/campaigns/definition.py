"""What a campaign is, read from a file or a form: every fault is named with its field and what to do.

Grain: one ``Definition``, with its ``Group``s in order. Money in whole fen. Nothing here knows the register.
"""

import dataclasses
import datetime as dt
import hashlib
import re
from decimal import Decimal
from typing import Any

import yaml

from doudi.campaigns.words import (
    AREAS,
    BOUND_TO_STATE,
    FIELD_WORDS,
    KINDS,
    ROUTES,
    SAME_PERSON,
    UNITS,
    programme_of,
)
from doudi.engine.funding import FUND_SOURCES
from doudi.engine.states import Condition, condition_of
from doudi.kernel import codes
from doudi.kernel.errors import BadInput, WrongField
from doudi.kernel.programmes import Programme

MOST_GROUPS = 40
MOST_FEN = 100_000_00
_YUAN = re.compile(r"(\d{1,9}(?:\.\d{1,2})?)\s*元?")
_GROUP_KEYS = {"group", "area", "route", "unit", "amount", "months", "most", "percent", "age_from", "age_below"}
_BASIS_KEYS = {"document", "number", "clause", "url"}


@dataclasses.dataclass(frozen=True)
class Group:
    """Whom one amount is for: people on a programme, by area, way of support or age, per person, household or m²."""

    programme: str
    unit: str
    amount_fen: int | None  # a sum, or the price of a square metre
    months: int = 0  # instead of a sum: so many months of what each receives
    area: str = ""
    route: str = ""
    age_from: int | None = None
    age_below: int | None = None
    most_m2: int = 0
    percent: int = 100

    @property
    def label(self) -> str:
        """Name the group as people say it."""
        age = f"{self.age_from}周岁以上" if self.age_from is not None else ""
        age += f"未满{self.age_below}周岁" if self.age_below is not None else ""
        word = Programme[self.programme].word
        return f"{AREAS.get(self.area, '')}{ROUTES.get(self.route, '')}{word}{f'({age})' if age else ''}"


@dataclasses.dataclass(frozen=True)
class Definition:
    """A whole campaign as its document says it. All days are included in their periods."""

    title: str
    kind: str
    place: str
    document: str
    number: str
    clause: str
    url: str
    roster_on: dt.date
    since: dt.date
    to: dt.date
    supplement_to: dt.date | None
    fund: str
    same_person: str
    condition: Condition
    townships: tuple[str, ...]
    exclude: tuple[str, ...]
    exclude_campaigns: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def digest(self) -> str:
        """Hash what the campaign says; two files that say the same give the same."""
        return hashlib.sha256(text_of(self).encode()).hexdigest()


def parse(text: str, where: str = "") -> Definition:
    """Read a campaign from YAML.

    :raises BadInput: not YAML, or every faulty field at once.
    """
    found, problems = read(text)
    if found is None:
        first = problems[0]
        more = "".join(f";{one.text}" for one in problems[1:])
        raise WrongField(first.field, f"{where}:{first.text}{more}" if where else first.text + more)
    return found


def read(given: str | dict[str, Any]) -> tuple[Definition | None, list[WrongField]]:
    """Read a campaign; give it, or the faults in the order of the fields."""
    body: Any = given
    if isinstance(given, str):
        try:
            body = yaml.safe_load(given)
        except yaml.YAMLError as error:
            return None, [WrongField("title", f"文件不是可读的 YAML:{' '.join(str(error).split())[:200]}")]
    if not isinstance(body, dict):
        return None, [WrongField("title", "活动文件应是一组“名称: 值”", next_step="见 docs/how-to/run-a-campaign.md")]
    reader = _Reader(body)
    definition = reader.definition()
    return (definition if not reader.problems else None), reader.problems


def text_of(one: Definition) -> str:
    """Write a campaign as the file that reads back to it."""
    return yaml.safe_dump(plain(one), allow_unicode=True, sort_keys=False, width=120)


def plain(one: Definition) -> dict[str, Any]:
    """Give the form in which files, forms and tables hold a campaign."""
    basis = {key: value for key in ("document", "number", "clause", "url") if (value := getattr(one, key))}
    body: dict[str, Any] = {
        "title": one.title,
        "kind": KINDS[one.kind],
        "place": one.place,
        "basis": basis,
        "roster_on": one.roster_on,
        "from": one.since,
        "to": one.to,
        "supplement_to": one.supplement_to,
        "fund": one.fund,
        "same_person": SAME_PERSON[one.same_person],
        "only_in": one.condition.plain() or None,
        "townships": list(one.townships),
        "exclude": [Programme[name].word for name in one.exclude],
        "exclude_campaigns": list(one.exclude_campaigns),
        "groups": [_plain_group(group) for group in one.groups],
    }
    return {key: value for key, value in body.items() if value not in (None, [], "")}


def _plain_group(group: Group) -> dict[str, Any]:
    body = {
        "group": Programme[group.programme].word,
        "area": AREAS.get(group.area, ""),
        "route": ROUTES.get(group.route, ""),
        "unit": UNITS[group.unit],
        "amount": _yuan_text(group.amount_fen) if group.amount_fen is not None else "",
        "months": group.months,
        "most": group.most_m2,
        "percent": group.percent if group.percent != 100 else 0,
        "age_from": group.age_from,
        "age_below": group.age_below,
    }
    return {key: value for key, value in body.items() if value not in (None, 0, "")}


def _yuan_text(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d} 元" if rest else f"{whole} 元"


class _Reader:
    """Reads the fields one by one and gathers what is wrong with them."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.problems: list[WrongField] = []

    def wrong(self, field: str, text: str, next_step: str = "") -> None:
        self.problems.append(WrongField(field, text, next_step=next_step))

    def text(self, field: str, most: int = 120, *, must: bool = True) -> str:
        value = str(self.body.get(field) or "").strip()
        if must and not value:
            self.wrong(field, f"没有填写{FIELD_WORDS[field]}")
        if len(value) > most:
            self.wrong(field, f"{FIELD_WORDS[field]}超过 {most} 个字")
        return value

    def choice(self, field: str, words: dict[str, str], default: str = "") -> str:
        value = str(self.body.get(field) or default).strip()
        for code, word in words.items():
            if value in (code, word):
                return code
        told = f"没有填写{FIELD_WORDS[field]}" if not value else f"{FIELD_WORDS[field]}没有“{value}”"
        self.wrong(field, told, f"可选:{'、'.join(words.values())}")
        return next(iter(words))

    def day(self, field: str, *, must: bool = True) -> dt.date | None:
        value = self.body.get(field)
        if value in (None, ""):
            if must:
                self.wrong(field, f"没有填写{FIELD_WORDS[field]}", "请写成 2022-06-30")
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            return dt.date.fromisoformat(str(value).strip())
        except ValueError:
            self.wrong(field, f"{FIELD_WORDS[field]}“{value}”不是日期", "请写成 2022-06-30")
            return None

    def listed(self, field: str) -> list[str]:
        value = self.body.get(field) or []
        return [str(one).strip() for one in (value if isinstance(value, list) else [value]) if str(one).strip()]

    def code(self, field: str, value: str) -> str:
        try:
            return codes.from_padded(value)
        except BadInput:
            self.wrong(field, f"{FIELD_WORDS[field]}“{value}”不是区划代码", "例如宁安市 231084")
            return ""

    def definition(self) -> Definition:
        unknown = set(self.body) - set(FIELD_WORDS)
        if unknown:
            names = "、".join(sorted(map(str, unknown)))
            self.wrong("title", f"不认识的项目 {names}", f"可用:{'、'.join(FIELD_WORDS)}")
        title, kind = self.text("title"), self.choice("kind", KINDS)
        place = self.code("place", self.text("place")) if self.body.get("place") else self.text("place")
        basis = self._basis()
        roster_on, since, to, supplement_to = self._days()
        fund = self.choice("fund", FUND_SOURCES) if self.body.get("fund") else ""
        same_person = self.choice("same_person", SAME_PERSON, "highest")
        condition = self._condition(kind)
        townships = self._townships(place)
        exclude = self._exclude()
        groups = self._groups(kind)
        day = dt.date.min
        return Definition(
            title=title, kind=kind, place=place, document=basis["document"], number=basis["number"],
            clause=basis["clause"], url=basis["url"], roster_on=roster_on or day, since=since or day, to=to or day,
            supplement_to=supplement_to, fund=fund, same_person=same_person, condition=condition, townships=townships,
            exclude=exclude, exclude_campaigns=tuple(dict.fromkeys(self.listed("exclude_campaigns"))), groups=groups,
        )  # fmt: skip

    def _basis(self) -> dict[str, str]:
        given = self.body.get("basis")
        given = given if isinstance(given, dict) else {"document": given or ""}
        if set(given) - _BASIS_KEYS:
            self.wrong("basis", "文件依据有不认识的项目", "可用:document、number、clause、url")
        basis = {key: str(given.get(key) or "").strip() for key in _BASIS_KEYS}
        if not basis["document"]:
            self.wrong("basis", "没有填写文件依据", "请写文件标题")
        return basis

    def _days(self) -> tuple[dt.date | None, dt.date | None, dt.date | None, dt.date | None]:
        roster_on, since, to = self.day("roster_on"), self.day("from"), self.day("to")
        supplement_to = self.day("supplement_to", must=False)
        if since and to and to < since:
            self.wrong("to", f"止日 {to} 早于起日 {since}", "请改后再发布")
        elif roster_on and to and roster_on > to:
            self.wrong("roster_on", f"花名册日 {roster_on} 晚于止日 {to}")
        if roster_on and supplement_to and supplement_to < roster_on:
            self.wrong("supplement_to", f"补充期至 {supplement_to} 早于花名册日 {roster_on}")
        return roster_on, since, to, supplement_to

    def _condition(self, kind: str) -> Condition:
        try:
            found = condition_of(self.body.get("only_in"), FIELD_WORDS["only_in"])
        except BadInput as error:
            self.wrong("only_in", error.text, error.step)
            return Condition()
        if kind in BOUND_TO_STATE and found.is_always:
            self.wrong("only_in", f"{KINDS[kind]}只能在文件所说的地区实施,没有写明地区状态", "例如 {mark: severe}")
        return found

    def _townships(self, place: str) -> tuple[str, ...]:
        found = [self.code("townships", one) for one in self.listed("townships")]
        for code in found:
            if code and (len(code) != 9 or not codes.contains(place, code)):
                self.wrong("townships", f"{code} 不是 {place} 的乡镇")
        return tuple(dict.fromkeys(code for code in found if code))

    def _exclude(self) -> tuple[str, ...]:
        found = []
        for word in self.listed("exclude"):
            name = programme_of(word)
            if not name:
                self.wrong("exclude", f"不含的对象没有“{word}”")
            found.append(name)
        return tuple(dict.fromkeys(name for name in found if name))

    def _groups(self, kind: str) -> tuple[Group, ...]:
        given = self.body.get("groups")
        if not isinstance(given, list) or not given:
            self.wrong("groups", "没有写对象和金额", "至少写一类对象")
            return ()
        if len(given) > MOST_GROUPS:
            self.wrong("groups", f"对象有 {len(given)} 类,超过 {MOST_GROUPS} 类")
        groups = [group for number, body in enumerate(given, 1) if (group := self._group(number, body, kind))]
        seen: dict[tuple[Any, ...], int] = {}
        for number, group in enumerate(groups, 1):
            key = dataclasses.astuple(dataclasses.replace(group, amount_fen=0, months=0, percent=100, most_m2=0))
            if key in seen:
                self.wrong(f"groups.{number}.group", f"第 {number} 类与第 {seen[key]} 类的对象相同")
            seen[key] = number
        return tuple(groups)

    def _group(self, number: int, body: Any, kind: str) -> Group | None:
        at = f"groups.{number}"
        if not isinstance(body, dict) or set(body) - _GROUP_KEYS:
            self.wrong(f"{at}.group", f"第 {number} 类读不懂", f"可用:{'、'.join(sorted(_GROUP_KEYS))}")
            return None
        word = str(body.get("group") or "").strip()
        programme = programme_of(word)
        if not programme:
            told = "没有填写对象" if not word else f"没有对象“{word}”"
            self.wrong(f"{at}.group", f"第 {number} 类{told}", "写项目的名称,如 低保、特困、孤儿")
            return None
        unit = self._word(f"{at}.unit", f"第 {number} 类“{word}”的单位", body.get("unit"), UNITS)
        area = self._word(f"{at}.area", f"第 {number} 类“{word}”的城乡", body.get("area"), AREAS, optional=True)
        route = self._word(f"{at}.route", f"第 {number} 类“{word}”的供养方式", body.get("route"), ROUTES, optional=True)
        ages = [
            self._whole(f"{at}.{key}", f"第 {number} 类“{word}”的年龄", body.get(key))
            for key in ("age_from", "age_below")
        ]
        months = self._whole(f"{at}.months", f"第 {number} 类“{word}”的月数", body.get("months")) or 0
        amount = None if months else self._amount(f"{at}.amount", f"第 {number} 类“{word}”", body.get("amount"))
        if months and body.get("amount") not in (None, ""):
            self.wrong(f"{at}.amount", f"第 {number} 类“{word}”同时写了金额和月数", "只写一个")
        group = Group(
            programme, unit, amount, months, area, route, ages[0], ages[1],
            self._whole(f"{at}.most", f"第 {number} 类“{word}”的面积上限", body.get("most")) or 0,
            self._percent(f"{at}.percent", f"第 {number} 类“{word}”", body.get("percent")),
        )  # fmt: skip
        self._fits(at, number, word, group, kind)
        return group

    def _fits(self, at: str, number: int, word: str, group: Group, kind: str) -> None:
        """Refuse combinations that say nothing."""
        subject = Programme[group.programme].subject_kind
        if group.months and (group.unit == "household") != (subject == "h"):
            told = "按户" if subject == "h" else "按人"
            self.wrong(f"{at}.unit", f"第 {number} 类“{word}”的月救助金{told}发放,按月数增发的单位要相同")
        if group.unit == "area" and (kind != "heating" or not group.most_m2):
            self.wrong(f"{at}.most", f"第 {number} 类“{word}”按面积的只用于取暖救助,并要写面积上限")
        if (group.age_from is not None or group.age_below is not None) and group.unit != "person":
            self.wrong(f"{at}.unit", f"第 {number} 类“{word}”限定年龄的要按人")

    def _word(self, field: str, told: str, value: Any, words: dict[str, str], *, optional: bool = False) -> str:
        text = str(value or "").strip()
        if not text and optional:
            return ""
        for code, word in words.items():
            if text in (code, word):
                return code
        self.wrong(field, f"{told}{'没有填写' if not text else f'没有“{text}”'}", f"可选:{'、'.join(words.values())}")
        return next(iter(words))

    def _whole(self, field: str, told: str, value: Any) -> int | None:
        if value in (None, ""):
            return None
        text = str(value).strip()
        if isinstance(value, bool) or not text.isdigit() or not 0 < int(text) <= 1000:
            self.wrong(field, f"{told}应为 1 至 1000 的整数,读到“{text}”")
            return None
        return int(text)

    def _percent(self, field: str, told: str, value: Any) -> int:
        found = self._whole(field, f"{told}的比例", value)
        if found is not None and found > 100:
            self.wrong(field, f"{told}的比例不能超过 100")
        return found if found is not None else 100

    def _amount(self, field: str, told: str, value: Any) -> int | None:
        text = str(value if value is not None else "").strip()
        if not text:
            self.wrong(field, f"{told}没有填写金额", "例如 300 元;按月数增发的写 months")
            return None
        found = _YUAN.fullmatch(text)
        fen = int(Decimal(found[1]) * 100) if found else -1
        if fen <= 0 or fen > MOST_FEN:
            self.wrong(field, f"{told}的金额“{text}”应大于零、不超过十万元、至多两位小数", "例如 300 元")
            return None
        return fen
