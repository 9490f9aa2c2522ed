"""A reform as a file: which policy values would change where, and what must still hold.

::

    reform: 2022年7月城乡低保提标测算
    on: 2022-07-01
    programmes: [dibao, dibao_marginal]          # optional: what to report; all that the change reaches otherwise
    change:
      - {parameter: dibao_standard_fen_m_pc, place: "21", area: urban, scale: 1050, round: 100, because: LN2020-5.1}
      - {parameter: dibao_standard_fen_m_pc, place: "2107", area: rural, add: 20 元/月, because: 拟定}
    must_hold: [rural_above_poverty_line, gap_not_wider]
    poverty_line: 4000 元/年

``set`` gives the new value, ``add`` adds to the present one (or takes from it), ``scale`` takes so
many thousandths of it, rounded up to a multiple of ``round`` (1 where nothing is said).  The nearest
place wins where two changes meet.  Nothing in the packs is touched.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import pathlib
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from doudi.engine import packfiles
from doudi.engine.parameters import AREAS, Declaration, ParameterBook
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme

if TYPE_CHECKING:
    from doudi.engine.packs import Law

STANDARD = "dibao_standard_fen_m_pc"
MUST_HOLD = {
    "rural_above_poverty_line": "农村低保标准不低于脱贫(贫困)标准(LN2020-5.5)",
    "gap_not_wider": "城乡标准差距不扩大(LN2020-5.4)",
    "nobody_below_before": "任何地方的标准不低于现行标准",
}
_FIELDS = {"reform", "on", "known", "programmes", "change", "must_hold", "poverty_line", "note"}
_CHANGE_FIELDS = {"parameter", "place", "area", "set", "add", "scale", "round", "because"}
_VERBS = ("set", "add", "scale")
_AMOUNT = re.compile(r"(-?\d+(?:\.\d{1,2})?)\s*元(?:/(?:人·)?(月|年))?")


@dataclasses.dataclass(frozen=True)
class Change:
    """One value changed for a place and what lies below it; ``area`` empty means town and country."""

    parameter: str
    place: str
    area: str
    verb: str
    amount: int
    round_to: int
    because: str
    where: str

    def applied(self, value: int | None) -> int | None:
        """Give the changed value; what nobody knows can be set, but not raised."""
        if self.verb == "set":
            return self.amount
        if value is None:
            return None
        if self.verb == "add":
            return value + self.amount
        return -(-value * self.amount // (1000 * self.round_to)) * self.round_to


@dataclasses.dataclass(frozen=True)
class Reform:
    """What would change, from which day, and what must still hold."""

    title: str
    on: dt.date
    known_on: dt.date | None
    programmes: tuple[str, ...]
    changes: tuple[Change, ...]
    must_hold: tuple[str, ...] = ()
    poverty_line_fen_y: int | None = None
    note: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(change.parameter for change in self.changes))

    @property
    def digest(self) -> str:
        """Hash what is changed; two files that change the same are one reform."""
        rows = [dataclasses.astuple(dataclasses.replace(change, where="")) for change in self.changes]
        held = [*self.must_hold, self.poverty_line_fen_y]
        content = [str(self.on), str(self.known_on), list(self.programmes), rows, held]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def load(path: pathlib.Path | str, law: "Law") -> Reform:
    """Read a reform file.

    :raises BadInput: names file, line and what to do.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise BadInput("没有这个方案文件", where=str(path), next_step="格式见 doudi simulate --format")
    return parse(packfiles.read(path.resolve(), path.resolve().parent), law, path.name)


def parse(body: Any, law: "Law", file: str = "方案") -> Reform:
    """Check a reform as read from YAML or put together by a page.

    :raises BadInput: an unknown field, parameter, place or programme; no change; two changes for one place and area.
    """
    if not isinstance(body, dict):
        raise BadInput("方案文件应为“名称: 值”的形式", where=file, next_step="格式见 doudi simulate --format")
    body = {"on" if key is True else key: value for key, value in body.items()}  # YAML reads a bare "on" as true
    _refuse_unknown(body, _FIELDS, file)
    title, on = str(body.get("reform") or "").strip(), packfiles.date_in(body, "on", file)
    if not title or on is None:
        raise BadInput("方案要写明 reform(名称)和 on(日期)", where=file)
    rows = body.get("change")
    if not isinstance(rows, list) or not rows:
        raise BadInput("方案没有写 change(改什么)", where=file, next_step="至少写一处改动")
    changes = tuple(_change(row, law.parameters, f"{file} {_line(row)}") for row in rows)
    _refuse_double(changes)
    must_hold = tuple(body.get("must_hold") or ())
    for name in must_hold:
        if name not in MUST_HOLD:
            raise BadInput(f"must_hold 不认识“{name}”", where=file, next_step=f"可写:{'、'.join(MUST_HOLD)}")
    line = _poverty_line(body.get("poverty_line"), file)
    if "rural_above_poverty_line" in must_hold and line is None:
        raise BadInput("要核对农村标准不低于脱贫标准,须写 poverty_line", where=file, next_step="例如 4000 元/年")
    programmes = tuple(body.get("programmes") or ())
    for name in programmes:
        if name not in Programme.__members__:
            raise BadInput(f"没有项目“{name}”", where=file, next_step="名称见 doudi simulate --format")
    known = packfiles.date_in(body, "known", file)
    return Reform(title, on, known, programmes, changes, must_hold, line, str(body.get("note") or ""))


def _line(row: Any) -> str:
    line = row.get(packfiles.LINE) if isinstance(row, dict) else None
    return f"第 {line} 行" if line else ""


def _refuse_unknown(row: dict[str, Any], known: set[str], where: str) -> None:
    wrong = sorted(str(key) for key in row if key not in known and key != packfiles.LINE)
    if wrong:
        raise BadInput(f"不认识的属性 {'、'.join(wrong)}", where=where, next_step=f"可写:{'、'.join(sorted(known))}")


def _change(row: Any, book: ParameterBook, where: str) -> Change:
    if not isinstance(row, dict):
        raise BadInput("每处改动须是一组“名称: 值”", where=where)
    _refuse_unknown(row, _CHANGE_FIELDS, where)
    name = str(row.get("parameter") or "")
    about = book.declarations.get(name)
    if about is None:
        raise BadInput(f"没有参数 {name or '(空)'}", where=where, next_step="参数名见 doudi policy params")
    verbs = [verb for verb in _VERBS if row.get(verb) is not None]
    if len(verbs) != 1:
        raise BadInput(f"{about.label}要写 set、add、scale 中的一个", where=where)
    area = str(row.get("area") or "")
    if area not in ("", *AREAS):
        raise BadInput(f"area 应为 urban 或 rural,读到“{area}”", where=where)
    round_to = row.get("round", 1)
    if isinstance(round_to, bool) or not isinstance(round_to, int) or round_to < 1:
        raise BadInput(f"round 应为正整数(分),读到“{round_to}”", where=where)
    verb = verbs[0]
    amount = _amount(row[verb], verb, about, where)
    try:
        place = codes.check(str(row.get("place") if row.get("place") is not None else ""))
    except BadInput as error:
        raise BadInput(error.text, where=where, next_step=error.step) from error
    return Change(name, place, area, verb, amount, round_to, str(row.get("because") or ""), where)


def _amount(given: Any, verb: str, about: Declaration, where: str) -> int:
    if verb == "scale":
        if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= 10_000:
            raise BadInput(f"scale 是千分数,1000 为不变,读到“{given}”", where=where, next_step="上调百分之五写 1050")
        return given
    value = _in_unit(given, about) if isinstance(given, str) else given
    if isinstance(value, bool) or not isinstance(value, int):
        step = "写整数" + (",或“20 元/月”" if about.unit.startswith("fen") else "")
        raise BadInput(f"{about.label}的 {verb} 读不懂“{given}”", where=where, next_step=step)
    if verb == "set" and (value < about.low or (about.high is not None and value > about.high)):
        high = "" if about.high is None else f"、不大于 {about.high}"
        raise BadInput(f"{about.label}应不小于 {about.low}{high},读到 {value}", where=where)
    return value


def _in_unit(text: str, about: Declaration) -> int | None:
    """Read "20 元/月" in the parameter's unit; a yearly amount for a monthly value must divide by twelve."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found or not about.unit.startswith("fen"):
        return None
    fen = int(Decimal(found[1]) * 100)
    if found[2] == "年" and "year" not in about.unit:
        return fen // 12 if fen % 12 == 0 else None
    return fen * 12 if found[2] == "月" and "year" in about.unit else fen


def _poverty_line(given: Any, where: str) -> int | None:
    if given is None:
        return None
    found = _AMOUNT.fullmatch(str(given).strip())
    if not found or found[2] != "年":
        raise BadInput(f"poverty_line 应写成“4000 元/年”,读到“{given}”", where=where)
    return int(Decimal(found[1]) * 100)


def _refuse_double(changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes):
        for other in changes[:number]:
            same = (change.parameter, change.place) == (other.parameter, other.place)
            if same and (not change.area or not other.area or change.area == other.area):
                raise BadInput(
                    f"{change.parameter} 在 {change.place or '全国'} 有两处改动",
                    where=f"{other.where} 与 {change.where}",
                    next_step="合并成一处,或写明不同的 area",
                )


@dataclasses.dataclass(frozen=True)
class ChangedValue:
    """One parameter of one place and area, before and after; null is unknown."""

    parameter: str
    place_code: str
    area: str
    before: int | None
    after: int | None
    because: str


def changed_columns(
    reform: Reform, table: pa.Table, book: ParameterBook, must_reach: bool = True
) -> tuple[dict[str, pa.Array], list[ChangedValue]]:
    """Apply a reform to a dense parameter table (rows of place_code and is_rural).

    Gives the new column of every changed parameter, and the cells that differ.

    :raises BadInput: a change reaches no place of the table, or gives a value outside the declared bounds.
    """
    places, rural = table.column("place_code").to_pylist(), table.column("is_rural").to_pylist()
    reached: set[Change] = set()
    columns: dict[str, pa.Array] = {}
    cells: list[ChangedValue] = []
    for name in reform.parameters:
        mine = [change for change in reform.changes if change.parameter == name]
        before = table.column(name).to_pylist()
        after = list(before)
        for row, (place, is_rural) in enumerate(zip(places, rural, strict=True)):
            area = AREAS[int(is_rural)]
            change = _nearest(mine, place, area)
            if change is None:
                continue
            reached.add(change)
            after[row] = _within(change.applied(before[row]), book.declarations[name], change)
            if after[row] != before[row]:
                cells.append(ChangedValue(name, place, area, before[row], after[row], change.because))
        columns[name] = pa.array(after, pa.int64())
    for change in reform.changes:
        if must_reach and change not in reached:
            raise BadInput(
                f"改动没有涉及数据里的任何地方:{change.parameter} {change.place or '全国'}",
                where=change.where,
                next_step="核对 place 与人口文件里的 place_code",
            )
    return columns, cells


def _nearest(changes: Sequence[Change], place: str, area: str) -> Change | None:
    fitting = [one for one in changes if codes.contains(one.place, place) and one.area in ("", area)]
    return max(fitting, key=lambda one: len(one.place), default=None)


def _within(value: int | None, about: Declaration, change: Change) -> int | None:
    if value is not None and (value < about.low or (about.high is not None and value > about.high)):
        raise BadInput(
            f"改动使{about.label}成为 {value},超出 {about.low} 至 {about.high if about.high is not None else '不限'}",
            where=change.where,
        )
    return value


@dataclasses.dataclass(frozen=True)
class Held:
    """Whether one condition holds after the reform, and where it does not."""

    name: str
    text: str
    holds: bool
    places: tuple[str, ...]


def check_must_hold(reform: Reform, table: pa.Table, columns: dict[str, pa.Array]) -> list[Held]:
    """Check a reform's conditions place by place; unknown standards are left out.

    :source: LN2020-5.4, LN2020-5.5
    """
    before = _standards(table, table.column(STANDARD).to_pylist())
    after = _standards(table, columns[STANDARD].to_pylist()) if STANDARD in columns else before
    found = []
    for name in reform.must_hold:
        places = sorted({place for place in after if not _holds(name, before[place], after[place], reform)})
        found.append(Held(name, MUST_HOLD[name], not places, tuple(places)))
    return found


def _standards(table: pa.Table, values: list[int | None]) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = {}
    rows = zip(table.column("place_code").to_pylist(), table.column("is_rural").to_pylist(), values, strict=True)
    for place, is_rural, value in rows:
        found.setdefault(place, {})[AREAS[int(is_rural)]] = value
    return found


def _holds(name: str, before: dict[str, int | None], after: dict[str, int | None], reform: Reform) -> bool:
    rural, urban = after["rural"], after["urban"]
    if name == "rural_above_poverty_line":
        return rural is None or rural * 12 >= (reform.poverty_line_fen_y or 0)
    if name == "nobody_below_before":
        pairs = [(before[area], after[area]) for area in AREAS]
        return all(old is None or new is None or new >= old for old, new in pairs)
    standards = [before["urban"], before["rural"], urban, rural]
    known = [one for one in standards if one is not None]
    if len(known) < len(standards):
        return True
    return known[2] * known[1] <= known[0] * known[3]
