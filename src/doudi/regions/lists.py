"""Takes in a list of states as a command post sends it: one row per division, checked whole before anything is written.

The caller has read the file into rows of cells; nothing here opens files.
"""

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Sequence

from django.db import transaction

from doudi.audit import services as audit
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, WrongField
from doudi.places import queries as places
from doudi.places.slips import Place
from doudi.regions import services
from doudi.regions.enums import GRADE_OF_WORD, VALUE_OF_WORD
from doudi.regions.models import RegionState
from doudi.regions.services import Draft
from doudi.security.permissions import require
from doudi.security.statistics import refresh

Cell = str | int | float | bool | dt.date | None
COLUMNS: dict[str, tuple[str, ...]] = {
    "division_code": ("区划代码", "代码", "行政区划代码"),
    "name": ("区划名称", "名称", "乡镇", "地区", "乡镇(街道)"),
    "value": ("状态", "风险等级", "等级", "标记", "模式"),
    "grade": ("级别", "响应级别"),
    "since": ("起始日", "起始日期", "自", "开始日期"),
    "last": ("最后一天", "截止日", "截止日期", "至", "结束日期"),
    "document": ("决定文件", "文件", "依据"),
    "document_number": ("文号",),
    "note": ("备注", "说明"),
}
LABELS = {field: names[0] for field, names in COLUMNS.items()} | {"until": "最后一天"}
NEEDED = ("value", "since", "document")
MOST_ROWS = 50_000
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


@dataclasses.dataclass(frozen=True)
class Problem:
    """A row that is not taken: which, why, and in which field."""

    row_number: int
    field: str
    reason: str
    is_known: bool = False  # the very same state is recorded already


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a list says and what was, or would be, recorded."""

    file_name: str
    batch: str
    row_count: int
    drafts: tuple[tuple[int, Draft], ...]
    problems: tuple[Problem, ...]
    is_dry_run: bool
    made_count: int

    @property
    def known_count(self) -> int:
        return sum(one.is_known for one in self.problems)


def load_list(
    rows: Sequence[tuple[int, Sequence[Cell]]], *, file_name: str, on: dt.date, actor: Actor, dry_run: bool
) -> Outcome:
    """
    Record the states of a list file as proposed; a second person confirms the whole list.

    Rows with problems are named and left out. The same list twice records nothing twice.

    :raises NotPermitted: wrong post. :raises BadInput: the file lacks a column or has too many rows.
    """
    require(actor, "propose_region_state")
    header, body = _header(rows)
    drafts, problems = _drafts(header, body, actor)
    digest = hashlib.sha256(repr([(n, list(cells)) for n, cells in rows]).encode()).hexdigest()[:32]
    with transaction.atomic():
        services.lock()
        held = services.standing(draft.division_code for _, draft in drafts)
        ready, more = _without_clashes(drafts, held)
        problems += more
        made: list[RegionState] = []
        if not dry_run and ready:
            plain = [draft for _, draft in ready]
            made = services.write(plain, on=on, actor=actor, source_file=file_name[:200], batch=digest)
            refresh(RegionState)
            audit.record(
                "region.imported", actor=actor, subject=f"region_batch:{digest}",
                details={"file": file_name, "rows": len(body), "made": len(made), "problems": len(problems)},
            )  # fmt: skip
    problems.sort(key=lambda one: one.row_number)
    return Outcome(file_name, digest, len(body), tuple(ready), tuple(problems), dry_run, len(made))


def _header(
    rows: Sequence[tuple[int, Sequence[Cell]]],
) -> tuple[dict[str, int], Sequence[tuple[int, Sequence[Cell]]]]:
    if not rows:
        raise BadInput("文件是空的", next_step=f"第一行写列名:{'、'.join(LABELS[one] for one in COLUMNS)}")
    if len(rows) > MOST_ROWS + 1:
        raise BadInput(f"超过 {MOST_ROWS} 行", next_step="请分批导入")
    names = [re.sub(r"\s", "", str(cell or "")) for cell in rows[0][1]]
    found: dict[str, int] = {}
    for field, words in COLUMNS.items():
        places_of = [number for number, name in enumerate(names) if name in words]
        if len(places_of) > 1:
            raise BadInput(f"“{LABELS[field]}”有两列", where="第 1 行", next_step="请只留一列")
        if places_of:
            found[field] = places_of[0]
    lacking = [LABELS[field] for field in NEEDED if field not in found]
    if "division_code" not in found and "name" not in found:
        lacking.insert(0, LABELS["division_code"])
    if lacking:
        raise BadInput(f"缺少列 {'、'.join(lacking)}", where="第 1 行", next_step="请按模板补上列名")
    return found, rows[1:]


def _drafts(
    header: dict[str, int], body: Sequence[tuple[int, Sequence[Cell]]], actor: Actor
) -> tuple[list[tuple[int, Draft]], list[Problem]]:
    read: list[tuple[int, Draft, str]] = []
    problems: list[Problem] = []
    for number, cells in body:
        row = {field: _text(cells[place]) if place < len(cells) else "" for field, place in header.items()}
        try:
            read.append((number, _draft(row), row.get("name", "")))
        except WrongField as error:
            problems.append(_problem(number, error))
    by_name = _codes_by_name({name for _, draft, name in read if not draft.division_code}, actor)
    known = _known([draft for _, draft, _ in read], by_name.values())
    found: list[tuple[int, Draft]] = []
    for number, draft, name in read:
        try:
            if not draft.division_code:
                draft = dataclasses.replace(draft, division_code=_code_of(name, by_name))
            assert draft.since is not None, "read before"
            _check_row(draft, name, known.get(draft.since, {}), actor)
            found.append((number, draft))
        except WrongField as error:
            problems.append(_problem(number, error))
    return found, problems


def _known(drafts: list[Draft], more: object) -> dict[dt.date, dict[str, Place]]:
    """Read the divisions of each first day; lists rarely have more than a few."""
    wanted = {draft.division_code for draft in drafts if draft.division_code}
    wanted |= {code for codes_of in more for code in codes_of}  # type: ignore[attr-defined]
    days = {draft.since for draft in drafts if draft.since is not None}
    return {day: places.divisions(wanted, day) for day in days}


def _check_row(draft: Draft, name: str, known: dict[str, Place], actor: Actor) -> None:
    services.check_draft(draft, known)
    if not codes.contains(actor.scope_code, draft.division_code):
        raise WrongField("division_code", f"{draft.division_code} 不在您的辖区内", next_step="由所在地登记")
    named = known[draft.division_code].name
    if name and named not in name and name not in known[draft.division_code].path_name:
        raise WrongField("name", f"代码 {draft.division_code} 是{named},名称写的是{name}", next_step="请核对代码和名称")


def _draft(row: dict[str, str]) -> Draft:
    word = row.get("value", "")
    if word not in VALUE_OF_WORD:
        known = "、".join(list(VALUE_OF_WORD)[:12])
        raise WrongField("value", f"不认识的状态“{word}”", next_step=f"可用:{known}")
    kind, value = VALUE_OF_WORD[word]
    grade = row.get("grade", "")
    if grade and grade not in GRADE_OF_WORD:
        raise WrongField("grade", f"不认识的级别“{grade}”", next_step="一级至四级")
    since, last = _day(row.get("since", ""), "since"), _day(row.get("last", ""), "until")
    if since is None:
        raise WrongField("since", "没有填写起始日", next_step="请写成 2022-06-10")
    code = row.get("division_code", "")
    try:
        code = codes.from_padded(code) if code else ""
    except BadInput as error:
        raise WrongField("division_code", error.text, next_step="例如渤海镇 231084103") from error
    return Draft(
        kind=kind, value=value, division_code=code, since=since,
        until=None if last is None else last + dt.timedelta(days=1), document=row.get("document", ""),
        document_number=row.get("document_number", ""), grade=GRADE_OF_WORD.get(grade), note=row.get("note", ""),
    )  # fmt: skip


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _day(text: str, field: str) -> dt.date | None:
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise WrongField(field, f"“{text}”不是日期", next_step="请写成 2022-06-10") from None


def _codes_by_name(names: set[str], actor: Actor) -> dict[str, list[str]]:
    """Find the townships and counties of the actor's subtree by name; one query when any is needed."""
    if not names:
        return {}
    found: dict[str, list[str]] = {name: [] for name in names}
    for level in (3, 4):
        for place in places.below(actor.scope_code, level):
            for name in names & {place.name, place.path_name}:
                found[name].append(place.code)
    return found


def _code_of(name: str, by_name: dict[str, list[str]]) -> str:
    found = by_name.get(name, [])
    if not name or not found:
        raise WrongField("division_code", f"辖区内没有叫“{name}”的县或乡镇", next_step="请写区划代码")
    if len(found) > 1:
        raise WrongField("division_code", f"辖区内有 {len(found)} 个“{name}”", next_step="请写区划代码")
    return found[0]


def _problem(number: int, error: WrongField) -> Problem:
    words = error.text + (f"。{error.step}" if error.step else "")
    return Problem(number, LABELS.get(error.field, error.field), words)


def _without_clashes(
    drafts: list[tuple[int, Draft]], held: list[RegionState]
) -> tuple[list[tuple[int, Draft]], list[Problem]]:
    """Keep what overlaps nothing; the very same state again is known and no fault."""
    same = {(one.division_code, one.track, one.value, one.grade, one.since, one.until): one.pk for one in held}
    clashes = services.overlaps([draft for _, draft in drafts], held)
    ready, problems = [], []
    for (number, draft), clash in zip(drafts, clashes, strict=True):
        key = (draft.division_code, draft.track, draft.value, draft.grade, draft.since, draft.until)
        if key in same:
            problems.append(Problem(number, "", f"已登记为第 {same[key]} 号", is_known=True))
        elif clash is not None:
            problems.append(_problem(number, clash))
        else:
            ready.append((number, draft))
    return ready, problems
