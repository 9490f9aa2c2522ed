"""Reads the worked cases of the packs: families in Chinese words and yuan, and what they should get."""

import dataclasses
import datetime as dt
import functools
import pathlib
from decimal import Decimal
from typing import Any

from doudi.engine import inputs, packfiles, packs, states
from doudi.engine.inputs import Input
from doudi.engine.parameters import ParameterRow
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.states import StateRow
from doudi.kernel.programmes import Programme

ROOT = packs.packs_root()
PROGRAMMES = {name: p.name for p in Programme for name in (p.word, p.label)}
OUTCOMES = {"符合": 1, "不符合": 0, "还不能判断": 2}
ROUTES = {
    "整户": "household", "单人": "single_person", "渐退": "phase_out", "集中": "institution", "分散": "home",
    "散居": "home", "全额": "full", "补差": "difference", "乡镇": "township", "县级": "county", "一事一议": "meeting",
    "过渡期": "transition", "紧急转移": "transfer",
}  # fmt: skip
AREAS = {"城市": False, "农村": True}
KINDS = {"视力": 1, "听力": 2, "言语": 3, "肢体": 4, "智力": 5, "精神": 6, "多重": 7}
GRADES = {"一级": 1, "二级": 2, "三级": 3, "四级": 4}
DIBAO_ROUTES = {"整户": 1, "单人": 2, "渐退": 3}
INPUTS = inputs.load(ROOT / "cn" / "inputs.yaml")
UNKNOWN = "未知"
SINCE = dt.date(2014, 5, 1)


@dataclasses.dataclass(frozen=True)
class Expected:
    """What one programme should say of the family or of one member (by position)."""

    programme: str
    person: int | None
    outcome: int
    amount_fen_m: int | None
    route: str | None


@dataclasses.dataclass(frozen=True)
class Case:
    """One worked case."""

    name: str
    where: str
    clauses: tuple[str, ...]
    place_code: str
    on: dt.date
    known_on: dt.date | None
    family: dict[str, Any]
    extra: tuple[ParameterRow | StateRow, ...]
    expected: tuple[Expected, ...]

    def __str__(self) -> str:
        return f"{self.where}:{self.name}"


def _value(one: Input, given: Any, where: str) -> Any:
    if given == UNKNOWN:
        return None
    if one.type == "bool":
        assert isinstance(given, bool), f"{where}:应为 true 或 false,读到 {given}"
        return given
    if one.values:
        codes = {word: code for code, word in one.values.items()}
        assert given in codes, f"{where}:{one.word}没有“{given}”,可写:{'、'.join(codes)}"
        return codes[given]
    if one.type == "text":
        return str(given)
    if one.unit in ("date", "yearmonth"):
        return int(str(given).replace("-", ""))
    if one.unit.startswith("fen"):
        fen = Decimal(str(given)) * 100
        assert fen == int(fen), f"{where}:{given} 不足一分"
        return int(fen)
    return int(given)


def none_of(one: Input) -> Any:
    """Give what an unstated input is: its default, no, or nought; unknown where nought can be no value of it."""
    if one.default is not None:
        return one.default
    if one.type == "bool":
        return False
    return None if one.type == "text" or (one.low or 0) > 0 or (one.values and 0 not in one.values) else 0


def _filled(entity: str, row: dict[str, Any], where: str) -> dict[str, Any]:
    """Turn words into inputs; what is not stated is none, not unknown."""
    words = {one.word: one for one in INPUTS.of(entity) if one.word}
    found: dict[str, Any] = {one.name: none_of(one) for one in words.values()}
    for word, given in row.items():
        assert word in words, f"{where}:没有“{word}”,可写:{'、'.join(words)}"
        found[words[word].name] = _value(words[word], given, where)
    return found


def _person(row: dict[str, Any], position: int, where: str) -> dict[str, Any]:
    plain = {key: value for key, value in row.items() if key not in ("应得", "残疾", "称呼", packfiles.LINE)}
    person = _filled(PERSON, {"义务人有能力": True} | plain, where)
    person["relation_code"] = person.get("relation_code") or (0 if position == 0 else 9)
    person |= {"disability_kind": 0, "disability_grade": 0}
    disability = row.get("残疾")
    if disability == UNKNOWN:
        person |= {"disability_kind": None, "disability_grade": None}
    elif disability:
        person |= {"disability_kind": KINDS[disability[:2]], "disability_grade": GRADES[disability[2:]]}
    return person


def _expected(row: dict[str, Any], person: int | None) -> list[Expected]:
    found = []
    for label, answer in row.items():
        if label == packfiles.LINE:
            continue
        answer = {"结论": answer} if isinstance(answer, str) else answer
        outcome = OUTCOMES[answer["结论"]]
        amount = None if "金额" not in answer else int(Decimal(str(answer["金额"])) * 100)
        route = ROUTES[answer["途径"]] if "途径" in answer else None
        found.append(Expected(PROGRAMMES[label], person, outcome, amount, route))
    return found


def _extra(row: dict[str, Any], place: str) -> tuple[ParameterRow, ...]:
    """Read 试算参数: values that stand for a local decision in this case only, in the parameter's own unit.

    A list gives the plain value and those that hold in a state of the place.
    """
    found = []
    for name, given in row.items():
        if name == packfiles.LINE:
            continue
        for one in given if isinstance(given, list) else [given]:
            value, when = (one["值"], one["状态"]) if isinstance(one, dict) else (one, None)
            fixed = (SINCE, None, SINCE, "试算", "", False)
            found.append(ParameterRow(name, place, "", value, *fixed, local_id=1, when=states.condition_of(when)))
    return tuple(found)


def _states(rows: list[dict[str, Any]], place: str) -> tuple[StateRow, ...]:
    """Read 状态: what the place went through, such as 高风险 or 灾害响应 with its 级."""
    kinds = {label: (kind, value) for kind, labels in states.KINDS.items() for value, label in labels.items()}
    return tuple(
        StateRow(*kinds[row["是"]], place, row["自"], row.get("止"), row["自"], grade=row.get("级")) for row in rows
    )


def _case(row: dict[str, Any], path: pathlib.Path) -> Case:
    where = f"{path.relative_to(ROOT).as_posix()}:{row[packfiles.LINE]}"
    place, area = str(row["地区"]).split()
    household = dict(row.get("家庭") or {})
    household.pop(packfiles.LINE, None)
    route = household.pop("在保途径", "整户" if household.get("在保") else None)
    told = _filled(HOUSEHOLD, household, where)
    told |= {"is_rural": AREAS[area], "held_dibao_route": DIBAO_ROUTES[route] if route else 0}
    persons = [_person(person, position, where) for position, person in enumerate(row["成员"])]
    expected = _expected(row.get("应得") or {}, None)
    for position, person in enumerate(row["成员"]):
        expected += _expected(person.get("应得") or {}, position)
    assert expected, f"{where}:没有写应得"
    extra = _extra(row.get("试算参数") or {}, place) + _states(row.get("状态") or [], place)
    clauses = row["依据"] if isinstance(row["依据"], list) else [row["依据"]]
    return Case(
        name=row["案例"], where=where, clauses=tuple(clauses), place_code=place, on=row["日期"],
        known_on=row.get("获知"), family={"household": told, "persons": persons},
        extra=extra, expected=tuple(expected),
    )  # fmt: skip


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Read every case of every programme; those of price linkage have their own words and their own test."""
    paths = [path for path in sorted(ROOT.glob("*/*/cases/*.yaml")) if path.parts[-3] != "price_linkage"]
    return tuple(_case(row, path) for path in paths for row in packfiles.read(path, ROOT))
