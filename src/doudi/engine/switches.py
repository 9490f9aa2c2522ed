"""Rules that a notice turns on for a place and a time: exit freeze, phase-out, advance payment.

Grain: one row per switch, place and beginning.  A row ``is_on`` False ends what came before it.
What a notice only permits (可) is an option: it is off until a place has recorded its decision.
A row with a condition (``when``) counts only where and while the state of the place meets it.
Of several rows in force the newest speaks for the programmes it names; of equally new ones the one more
favourable to people, which is the one that is on and covers more programmes. An older row that is
still in force goes on holding for the programmes the newer one does not name.
"""

import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterable
from typing import Any

from doudi.engine import library, packfiles, parameters
from doudi.engine.parameters import ParameterBook
from doudi.engine.states import ALWAYS, Condition, StateRow, Surroundings, condition_of
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme

NAMES: dict[str, str] = {
    "exit_freeze": "暂停退出",
    "review_freeze": "暂停复查",
    "phase_out": "渐退期",
    "advance_payment": "提前发放",
    "weekly_report": "每周五报送",
    "contact_mode": "限制入户走访",
    "more_visits": "提高探访频次",
    "more_patrols": "增加巡查频次",
    "village_direct_grant": "村(社区)直接实施临时救助",
    "top_up": "增发救助金",
    "short_procedure": "简化申请审核确认",
    "township_confirms": "审批权限下放乡镇",
    "green_channel": "救灾绿色通道",
    "fund_tilt": "资金倾斜",
}
PASSES: dict[str, str] = {
    "death": "死亡",
    "own_wish": "本人自愿",
    "fraud": "查实骗取",
    "double_enrolment": "重复享受",
    "moved_away": "迁出",
}
_FIELDS = {
    "name",
    "place",
    "since",
    "until",
    "known",
    "clause",
    "programmes",
    "settings",
    "from_parameters",
    "note",
    "when",
}


@dataclasses.dataclass(frozen=True)
class SwitchRow:
    """One period of a switch at one place, by one document."""

    name: str
    place: str
    since: dt.date
    until: dt.date | None
    known_on: dt.date
    clause: str
    document: str
    programmes: tuple[str, ...]
    settings: dict[str, Any] = dataclasses.field(hash=False, default_factory=dict)
    from_parameters: dict[str, str] = dataclasses.field(hash=False, default_factory=dict)
    is_on: bool = True
    note: str = ""
    where: str = ""
    local_id: int | None = None
    when: Condition = ALWAYS

    def in_force(self, on: dt.date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclasses.dataclass(frozen=True)
class SwitchState:
    """A switch that is on: where it comes from, until when, and with what settings."""

    name: str
    label: str
    place_code: str
    since: dt.date
    until: dt.date | None
    clause: str
    document: str
    settings: dict[str, Any]
    programmes: tuple[str, ...]
    note: str
    local_id: int | None
    when: Condition = ALWAYS

    def covers(self, programme: str) -> bool:
        return programme in self.programmes


class SwitchBook:
    """All switches of the packs, and the options that places may take up; immutable."""

    def __init__(self, rows: Iterable[SwitchRow], options: Iterable[SwitchRow], book: ParameterBook | None) -> None:
        self.rows = tuple(rows)
        self.options = tuple(options)
        self._book = book

    def in_force(
        self,
        name: str,
        place_code: str,
        on: dt.date,
        extra: Iterable[Any] = (),
        known_on: dt.date | None = None,
    ) -> SwitchState | None:
        """Give the newest state of a switch at a place, None when it is off; :meth:`standing` gives them all.

        :raises KeyError: no switch has this name.
        """
        return next(iter(self.standing(name, place_code, on, extra, known_on)), None)

    def standing(
        self,
        name: str,
        place_code: str,
        on: dt.date,
        extra: Iterable[Any] = (),
        known_on: dt.date | None = None,
    ) -> list[SwitchState]:
        """List what stands of a switch at a place, newest first; each programme stands in one state only.

        :raises KeyError: no switch has this name.
        """
        extra = tuple(extra)
        around = Surroundings(extra, on, known_on).around(place_code)
        return self._standing(name, place_code, on, extra, known_on, around)

    def _standing(
        self,
        name: str,
        place_code: str,
        on: dt.date,
        extra: tuple[Any, ...],
        known_on: dt.date | None,
        around: tuple[StateRow, ...],
    ) -> list[SwitchState]:
        label, chain = NAMES[name], codes.chain(place_code)
        held = [
            row
            for row in (*self.rows, *(one for one in extra if isinstance(one, SwitchRow)))
            if row.name == name
            and row.place in chain
            and row.in_force(on)
            and (known_on is None or row.known_on <= known_on)
            and row.when.met_by(around) is not None
        ]
        held.sort(key=lambda row: (row.since, row.is_on, len(row.programmes), len(row.place)), reverse=True)
        found: list[SwitchState] = []
        for row, programmes in _in_turn(held):
            settings = dict(row.settings)
            for key, parameter in row.from_parameters.items():
                settings[key] = self._value(parameter, place_code, on, known_on, extra)
            found.append(
                SwitchState(
                    name, label, row.place, row.since, row.until, row.clause, row.document, settings, programmes,
                    row.note, row.local_id, row.when,
                )
            )  # fmt: skip
        return found

    def _value(self, name: str, place: str, on: dt.date, known_on: dt.date | None, extra: tuple[Any, ...]) -> Any:
        if self._book is None:
            return None
        found = self._book.resolve(name, place, "urban", on, known_on, extra)
        return None if found is None else found.value

    def all_in_force(
        self, place_code: str, on: dt.date, extra: Iterable[Any] = (), known_on: dt.date | None = None
    ) -> list[SwitchState]:
        """List every switch that is on at a place."""
        extra = tuple(extra)
        around = Surroundings(extra, on, known_on).around(place_code)
        return [state for name in NAMES for state in self._standing(name, place_code, on, extra, known_on, around)]

    def options_for(self, name: str, place_code: str, on: dt.date | None = None) -> list[SwitchRow]:
        """List what a place may decide by itself, and by which clause."""
        return [
            row
            for row in self.options
            if row.name == name and codes.contains(row.place, place_code) and (on is None or row.in_force(on))
        ]

    def change_days(self) -> list[dt.date]:
        """List the days on which a switch of the packs begins or ends."""
        return sorted({day for row in self.rows for day in (row.since, row.until) if day})


def _in_turn(rows: list[SwitchRow]) -> list[tuple[SwitchRow, tuple[str, ...]]]:
    """Give what stands of rows, newest first: each with the programmes that no newer row has spoken for.

    A row without programmes speaks for everything; a row that is off silences what it speaks for.
    """
    spoken: set[str] = set()
    found: list[tuple[SwitchRow, tuple[str, ...]]] = []
    for row in rows:
        left = tuple(one for one in row.programmes if one not in spoken)
        if row.programmes and not left:
            continue
        if row.is_on:
            found.append((row, left))
        if not row.programmes:
            break
        spoken.update(left)
    return found


def load(packs_root: pathlib.Path) -> SwitchBook:
    """Read ``switches.yaml`` of every pack.

    :raises BadInput: names file and line.
    """
    titles = library.read_library(packs_root)
    rows: list[SwitchRow] = []
    options: list[SwitchRow] = []
    for pack in packfiles.packs_in(packs_root):
        path = pack.folder / "switches.yaml"
        if not path.exists():
            continue
        content = packfiles.read(path, packs_root)
        for key, found in (("in_force", rows), ("options", options)):
            for body in content.get(key) or []:
                where = str(packfiles.where_of(body, path, packs_root))
                found.append(_row(body, pack.place, where, titles))
    _check_twice(rows)
    return SwitchBook(rows, options, parameters.load(packs_root))


def _row(body: dict[str, Any], place: str, where: str, titles: library.Library) -> SwitchRow:
    wrong = set(body) - _FIELDS - {packfiles.LINE}
    if wrong:
        raise BadInput(f"开关有不认识的属性 {'、'.join(sorted(wrong))}", where=where)
    name, clause = body.get("name"), str(body.get("clause", ""))
    if name not in NAMES:
        raise BadInput(f"没有名为 {name} 的开关(可用:{'、'.join(NAMES)})", where=where)
    since, until = packfiles.date_in(body, "since", where), packfiles.date_in(body, "until", where)
    if since is None or (until is not None and until <= since):
        raise BadInput(f"开关 {name} 的起止日期不对:自 {since} 至 {until}", where=where)
    if clause not in titles.clauses:
        raise BadInput(f"开关 {name} 的依据 {clause or '(空)'} 不在条款库", where=where)
    given = codes.check(str(body.get("place", place)))
    if not codes.contains(place, given):
        raise BadInput(f"{given} 不在这个政策包的范围", where=where)
    programmes = tuple(body.get("programmes") or ())
    unknown = [one for one in programmes if one not in {known.name for known in Programme}]
    if unknown:
        raise BadInput(f"开关 {name} 的项目 {'、'.join(unknown)} 不认识", where=where, next_step="用项目文件夹的名称")
    return SwitchRow(
        name=name, place=given, since=since, until=until, clause=clause,
        known_on=packfiles.date_in(body, "known", where) or since,
        document=titles.title_of(titles.clauses[clause].document), programmes=programmes,
        settings=packfiles.without_line(body.get("settings") or {}),
        from_parameters=packfiles.without_line(body.get("from_parameters") or {}),
        note=body.get("note", ""), where=where, when=condition_of(body.get("when"), where),
    )  # fmt: skip


def _check_twice(rows: list[SwitchRow]) -> None:
    seen: dict[tuple[str, str, dt.date, Condition], SwitchRow] = {}
    for row in rows:
        other = seen.setdefault((row.name, row.place, row.since, row.when), row)
        if other is not row:
            raise BadInput(
                f"开关 {row.name} 在 {row.place or '全国'} 自 {row.since} 起写了两次",
                where=f"{other.where} 与 {row.where}",
                next_step="删去一个,或写明不同的 since 或 when",
            )
