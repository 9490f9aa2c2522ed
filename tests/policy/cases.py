"""Reads the worked cases of the packs: families in Chinese words and yuan, and what they should get."""

import dataclasses
import datetime as dt
import functools
import pathlib
from decimal import Decimal
from typing import Any

from doudi.engine import packfiles, packs
from doudi.engine.parameters import ParameterRow

ROOT = packs.packs_root()
PROGRAMMES = {
    "低保": "dibao",
    "特困": "tekun",
    "低保边缘": "dibao_marginal",
    "刚性支出": "rigid_expenditure",
    "生活补贴": "disability_living_subsidy",
    "护理补贴": "disability_care_subsidy",
}
OUTCOMES = {"符合": 1, "不符合": 0, "还不能判断": 2}
ROUTES = {"整户": "household", "单人": "single_person", "渐退": "phase_out", "集中": "institution", "分散": "home"}
AREAS = {"城市": False, "农村": True}
KINDS = {"视力": 1, "听力": 2, "言语": 3, "肢体": 4, "智力": 5, "精神": 6, "多重": 7}
GRADES = {"一级": 1, "二级": 2, "三级": 3, "四级": 4}
DIBAO_ROUTES = {"整户": 1, "单人": 2, "渐退": 3}
MONEY, WHOLE, TRUTH = "money", "whole", "truth"
PERSON_WORDS: dict[str, tuple[str, str]] = {
    "年龄": ("age_years", WHOLE),
    "已故": ("is_dead", TRUTH),
    "学生": ("is_student", TRUTH),
    "工资": ("wage_fen_m", MONEY),
    "原工资": ("wage_before_fen_m", MONEY),
    "务工成本": ("work_cost_fen_m", MONEY),
    "养老金": ("pension_fen_m", MONEY),
    "经营收入": ("business_income_fen_m", MONEY),
    "转移收入": ("transfer_income_fen_m", MONEY),
    "重病": ("is_seriously_ill", TRUTH),
    "自付医疗": ("medical_self_paid_fen_y", MONEY),
    "机动车": ("vehicle_count", WHOLE),
    "住房": ("dwelling_count", WHOLE),
    "企业": ("company_count", WHOLE),
    "义务人有能力": ("supporters_able", TRUTH),
    "不能完成项数": ("self_care_failed_count", WHOLE),
    "住机构": ("in_institution", TRUTH),
    "现为特困": ("held_tekun", TRUTH),
    "现领特困金": ("held_tekun_fen_m", MONEY),
    "在别处享受": ("is_covered_elsewhere", TRUTH),
}
HOUSEHOLD_WORDS: dict[str, tuple[str, str]] = {
    "农业收入": ("farm_income_fen_m", MONEY),
    "赡养给付": ("support_income_fen_m", MONEY),
    "存款": ("deposits_fen", MONEY),
    "其他刚性支出": ("rigid_spending_fen_y", MONEY),
    "在保": ("held_dibao", TRUTH),
    "现领低保金": ("held_dibao_fen_m", MONEY),
}
UNKNOWN = "未知"


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
    extra: tuple[ParameterRow, ...]
    expected: tuple[Expected, ...]

    def __str__(self) -> str:
        return f"{self.where}:{self.name}"


def _value(given: Any, kind: str, where: str) -> Any:
    if given == UNKNOWN:
        return None
    if kind == TRUTH:
        assert isinstance(given, bool), f"{where}:应为 true 或 false,读到 {given}"
        return given
    if kind == MONEY:
        fen = Decimal(str(given)) * 100
        assert fen == int(fen), f"{where}:{given} 不足一分"
        return int(fen)
    return int(given)


def _filled(words: dict[str, tuple[str, str]], row: dict[str, Any], where: str) -> dict[str, Any]:
    """Turn labels into inputs; what is not stated is none, not unknown."""
    empty: dict[str, Any] = {MONEY: 0, WHOLE: 0, TRUTH: False}
    found = {name: empty[kind] for name, kind in words.values()}
    for label, given in row.items():
        name, kind = words[label]
        found[name] = _value(given, kind, where)
    return found


def _person(row: dict[str, Any], position: int, where: str) -> dict[str, Any]:
    plain = {key: value for key, value in row.items() if key not in ("应得", "残疾", "称呼", packfiles.LINE)}
    person = _filled(PERSON_WORDS, {"义务人有能力": True} | plain, where)
    person |= {"relation_code": 0 if position == 0 else 9, "disability_kind": 0, "disability_grade": 0}
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
    """Read 试算参数: values that stand for a local decision in this case only, in the parameter's own unit."""
    return tuple(
        ParameterRow(
            name=name, place=place, area="", value=value, since=dt.date(2014, 5, 1), until=None,
            known_on=dt.date(2014, 5, 1), document="试算", clause="", verified=False, local_id=1,
        )
        for name, value in row.items()
        if name != packfiles.LINE
    )  # fmt: skip


def _case(row: dict[str, Any], path: pathlib.Path) -> Case:
    where = f"{path.relative_to(ROOT).as_posix()}:{row[packfiles.LINE]}"
    place, area = str(row["地区"]).split()
    household = dict(row.get("家庭") or {})
    household.pop(packfiles.LINE, None)
    route = household.pop("在保途径", "整户" if household.get("在保") else None)
    told = _filled(HOUSEHOLD_WORDS, household, where)
    told |= {"is_rural": AREAS[area], "held_dibao_route": DIBAO_ROUTES[route] if route else 0}
    persons = [_person(person, position, where) for position, person in enumerate(row["成员"])]
    expected = _expected(row.get("应得") or {}, None)
    for position, person in enumerate(row["成员"]):
        expected += _expected(person.get("应得") or {}, position)
    assert expected, f"{where}:没有写应得"
    clauses = row["依据"] if isinstance(row["依据"], list) else [row["依据"]]
    return Case(
        name=row["案例"], where=where, clauses=tuple(clauses), place_code=place, on=row["日期"],
        known_on=row.get("获知"), family={"household": told, "persons": persons},
        extra=_extra(row.get("试算参数") or {}, place), expected=tuple(expected),
    )  # fmt: skip


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Read every case of every pack."""
    return tuple(
        _case(row, path) for path in sorted(ROOT.glob("*/*/cases/*.yaml")) for row in packfiles.read(path, ROOT)
    )
