"""Recording the states of divisions: proposed by one person, confirmed by another, withdrawn or ended early.

What was decided is never changed; a new decision is recorded instead.  A state ends by itself.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.engine.states import GRADES, KIND_LABEL, KINDS
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal, Stale, WrongField
from doudi.places import queries as places
from doudi.places.slips import Place
from doudi.regions.enums import DIVISION_LEVELS, STATE_WORDS, TRACKS
from doudi.regions.models import RegionState
from doudi.security.permissions import require

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('regions', 0))"


class SamePerson(Refusal):
    message = "登记人和确认人必须是两个人"
    next_step = "请由本地另一名有确认权限的同事确认"


class NotOpen(Refusal):
    message = "这项登记现为“{state}”,不能{act}"
    next_step = "请刷新后查看"


@dataclasses.dataclass(frozen=True)
class Draft:
    """A state as filled in; ``until`` is the first day on which it no longer holds."""

    kind: str
    value: str
    division_code: str
    since: dt.date | None
    until: dt.date | None
    document: str
    document_number: str = ""
    grade: int | None = None
    note: str = ""

    @property
    def track(self) -> int:
        return TRACKS[self.kind, self.value]

    @property
    def words(self) -> str:
        return f"{KINDS[self.kind][self.value]}{f'({GRADES[self.grade]})' if self.grade else ''}"


@transaction.atomic
def propose_state(draft: Draft, *, on: dt.date, actor: Actor) -> RegionState:
    """
    Record a level, mark or mode; it does nothing until a second person confirms it.

    :raises NotPermitted: wrong post, or the place lies outside the actor's subtree.
    :raises WrongField: a field is missing or wrong, or another state of the place overlaps.
    """
    require(actor, "propose_region_state", draft.division_code)
    check_draft(draft, places.divisions([draft.division_code], draft.since))
    lock()
    clash = overlaps([draft], standing([draft.division_code]))[0]
    if clash:
        raise clash
    made = write([draft], on=on, actor=actor)[0]
    _record("region.proposed", made, actor)
    return made


def check_draft(draft: Draft, known: dict[str, Place]) -> None:
    """
    Check one state by itself; ``known`` are the divisions in force on its first day.

    :raises WrongField: names the field.
    """
    if draft.kind not in KINDS:
        raise WrongField("value", f"没有“{draft.kind}”这一类", next_step="可登记风险等级、标记和模式")
    if draft.value not in KINDS[draft.kind]:
        labels = "、".join(KINDS[draft.kind].values())
        raise WrongField("value", f"没有“{draft.value}”这种{KIND_LABEL[draft.kind]}", next_step=f"可用:{labels}")
    if draft.since is None:
        raise WrongField("since", "没有填写起始日期", next_step="请写成 2022-06-10")
    if draft.until is not None and draft.until <= draft.since:
        last = draft.until - dt.timedelta(days=1)
        raise WrongField("until", f"最后一天 {last} 早于起始日期 {draft.since}", next_step="请改后再登记")
    if not draft.document.strip():
        raise WrongField("document", "没有填写决定文件", next_step="请写文件标题,例如“宁安市疫情防控指挥部第12号通告”")
    if draft.kind == "mode" and draft.value == "disaster":
        if draft.grade not in GRADES:
            raise WrongField("grade", "灾害响应要写级别", next_step="一级至四级,一级最重")
    elif draft.grade is not None:
        raise WrongField("grade", "只有灾害响应有级别", next_step="请清空级别")
    _check_division(draft, known)


def _check_division(draft: Draft, known: dict[str, Place]) -> None:
    if draft.division_code not in known:
        step = "请用 doudi places find 按名称查找代码"
        raise WrongField("division_code", f"{draft.since} 没有区划 {draft.division_code or '(空)'}", next_step=step)
    levels = DIVISION_LEVELS[draft.kind]
    if codes.level(draft.division_code) not in levels:
        words = "、".join(codes.LEVEL_NAMES[one] for one in levels)
        raise WrongField("division_code", f"{KIND_LABEL[draft.kind]}登记到{words}", next_step="请改用这一级的区划代码")


def standing(division_codes: Iterable[str]) -> list[RegionState]:
    """List what is recorded and not withdrawn for some divisions; one query."""
    wanted = list(dict.fromkeys(division_codes))
    return list(RegionState.objects.filter(division_code__in=wanted).exclude(state="withdrawn").order_by("id"))


def overlaps(drafts: Sequence[Draft], held: Sequence[RegionState]) -> list[WrongField | None]:
    """Say for each draft what it overlaps, among what is recorded and among the drafts before it."""
    taken: dict[tuple[str, int], list[tuple[dt.date, dt.date | None, str]]] = {}
    for one in held:
        words = KINDS[one.kind][one.value] + (f"({GRADES[one.grade]})" if one.grade else "")
        told = f"第 {one.pk} 号{words},{STATE_WORDS[one.state]}"
        taken.setdefault((one.division_code, one.track), []).append((one.since, one.until, told))
    found: list[WrongField | None] = []
    for number, draft in enumerate(drafts, 1):
        assert draft.since is not None, "checked before"
        own = taken.setdefault((draft.division_code, draft.track), [])
        clash = next((one for one in own if _cross(draft.since, draft.until, one[0], one[1])), None)
        if clash is None:
            own.append((draft.since, draft.until, f"本次第 {number} 项{draft.words}"))
            found.append(None)
            continue
        until = "未定" if clash[1] is None else str(clash[1] - dt.timedelta(days=1))
        found.append(
            WrongField(
                "since",
                f"{draft.words}与{clash[2]}({clash[0]} 至 {until})期间重叠",
                next_step="请先终止或撤回前一项,或改用不重叠的日期",
            )
        )
    return found


def _cross(since: dt.date, until: dt.date | None, other_since: dt.date, other_until: dt.date | None) -> bool:
    return (other_until is None or since < other_until) and (until is None or other_since < until)


def write(
    drafts: Sequence[Draft], *, on: dt.date, actor: Actor, source_file: str = "", batch: str = ""
) -> list[RegionState]:
    """Store checked drafts as proposed; the caller has the lock and writes the trail."""
    rows = []
    for one in drafts:
        assert one.since is not None, "checked before"
        row = RegionState(
            kind=one.kind, value=one.value, grade=one.grade, track=one.track, division_code=one.division_code,
            since=one.since, until=one.until, document=one.document.strip(),
            document_number=one.document_number.strip(), note=one.note.strip()[:300], source_file=source_file,
            batch=batch, proposed_on=on, proposed_by=actor.person_key, proposed_by_name=actor.name,
        )  # fmt: skip
        rows.append(row)
    return list(RegionState.objects.bulk_create(rows))


def lock() -> None:
    """Let one writer at a time check for overlaps."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)


@transaction.atomic
def confirm_state(state_id: int, *, on: dt.date, actor: Actor, version: int | None = None) -> RegionState:
    """
    Put a proposed state in force as the second person. Repeating the call changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: the proposer confirms.
    :raises NotOpen: it was withdrawn. :raises Stale: it was changed meanwhile.
    """
    one = _locked(state_id, "confirm_region_state", actor)
    if one.state == "confirmed" and one.confirmed_by == actor.person_key:
        return one
    _check_open(one, "确认", version)
    if one.proposed_by == actor.person_key:
        raise SamePerson()
    one.state, one.confirmed_by, one.confirmed_by_name, one.known_on = "confirmed", actor.person_key, actor.name, on
    one.version += 1
    one.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "known_on", "version"])
    _record("region.confirmed", one, actor)
    return one


@transaction.atomic
def confirm_batch(batch: str, *, on: dt.date, actor: Actor) -> int:
    """
    Put everything of one list file that still waits in force; give how many.

    :raises NotPermitted: wrong post, or a row lies outside the actor's subtree.
    :raises SamePerson: the actor brought the file in.
    """
    require(actor, "confirm_region_state")
    found = list(RegionState.objects.select_for_update().filter(batch=batch, state="proposed").order_by("id"))
    if not batch or not found:
        raise BadInput("这份名单没有待确认的登记", next_step="请刷新后查看")
    for code in {one.division_code for one in found}:
        require(actor, "confirm_region_state", code)
    if any(one.proposed_by == actor.person_key for one in found):
        raise SamePerson()
    for one in found:
        one.state, one.confirmed_by, one.confirmed_by_name, one.known_on = (
            "confirmed", actor.person_key, actor.name, on,
        )  # fmt: skip
        one.version += 1
    RegionState.objects.bulk_update(found, ["state", "confirmed_by", "confirmed_by_name", "known_on", "version"])
    audit.record(
        "region.confirmed", actor=actor, subject=f"region_batch:{batch}", details={"count": len(found)},
        division_code=actor.scope_code,
    )  # fmt: skip
    return len(found)


@transaction.atomic
def withdraw_state(state_id: int, *, actor: Actor, version: int | None = None) -> RegionState:
    """
    Take a state back before it was confirmed. What is in force is ended, not withdrawn.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is confirmed or withdrawn already.
    """
    one = _locked(state_id, "propose_region_state", actor)
    _check_open(one, "撤回", version)
    one.state, one.ended_by_name = "withdrawn", actor.name
    one.version += 1
    one.save(update_fields=["state", "ended_by_name", "version"])
    _record("region.withdrawn", one, actor)
    return one


@transaction.atomic
def end_state(
    state_id: int, *, until: dt.date | None, on: dt.date, actor: Actor, version: int | None = None
) -> RegionState:
    """
    End a state in force earlier than it would end by itself; what it governed before stays as it was.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is not in force.
    :raises WrongField: the end lies before today, or is not earlier than the present one.
    """
    one = _locked(state_id, "confirm_region_state", actor)
    if one.state != "confirmed":
        raise NotOpen(state=STATE_WORDS[one.state], act="终止")
    if version is not None and version != one.version:
        raise Stale()
    if until is None or until < on or until <= one.since:
        raise WrongField("until", f"恢复日期须晚于起始日期 {one.since},且不早于今天 {on}", next_step="请改后再办")
    if one.until is not None and until >= one.until:
        raise WrongField("until", f"这项状态到 {one.until} 已自行恢复,只能提前", next_step="要延长的请另行登记")
    one.until, one.ended_by_name = until, actor.name
    one.version += 1
    one.save(update_fields=["until", "ended_by_name", "version"])
    _record("region.ended", one, actor)
    return one


def _locked(state_id: int, verb: str, actor: Actor) -> RegionState:
    one = RegionState.objects.select_for_update().filter(pk=state_id).first()
    if one is None:
        raise NotPermitted("无权限:没有这项登记")
    require(actor, verb, one.division_code)
    return one


def _check_open(one: RegionState, act: str, version: int | None) -> None:
    if one.state != "proposed":
        raise NotOpen(state=STATE_WORDS[one.state], act=act)
    if version is not None and version != one.version:
        raise Stale()


def _record(verb: str, one: RegionState, actor: Actor) -> None:
    details = {
        "kind": one.kind, "value": one.value, "grade": one.grade, "since": one.since, "until": one.until,
        "document": one.document,
    }  # fmt: skip
    audit.record(verb, actor=actor, division_code=one.division_code, subject=f"region_state:{one.pk}", details=details)
