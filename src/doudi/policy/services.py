"""Recording local parameters and switches: proposed by one person, confirmed by another, withdrawn or ended.

What was decided is never changed; a new decision is recorded instead.
"""

import dataclasses
import datetime as dt
from typing import Any

from django.db import connection

from doudi.audit import services as audit
from doudi.engine import bounds
from doudi.engine.parameters import AREAS, LEVELS, Declaration, ParameterRow
from doudi.engine.states import condition_of
from doudi.engine.switches import NAMES, SwitchRow
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal, Stale, WrongField
from doudi.policy import queries
from doudi.policy.models import LocalRule
from doudi.security.permissions import require

LEVEL_WORDS = {LEVELS["nation"]: "全国", 1: "省级", 2: "地级", 3: "县级", 4: "乡级"}


class NobodyAllows(Refusal):
    """No clause lets this place decide this."""

    message = "没有条款允许{place}自行决定“{label}”"
    next_step = "可由上级在政策包中登记,或选用已列出的条款"


class SamePerson(Refusal):
    message = "登记人和确认人必须是两个人"
    next_step = "请由本地另一名有确认权限的同事确认"


class NotOpen(Refusal):
    message = "这项登记现为“{state}”,不能{act}"
    next_step = "请刷新后查看"


@dataclasses.dataclass(frozen=True)
class Draft:
    """A local rule as filled in."""

    kind: str
    name: str
    division_code: str
    since: dt.date | None
    until: dt.date | None
    document: str
    document_number: str = ""
    clause: str = ""
    area: str = ""
    value_int: int | None = None
    published: str = ""
    is_on: bool = True
    condition: Any = None
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    programmes: tuple[str, ...] = ()
    note: str = ""
    batch: str = ""


def propose_local_rule(draft: Draft, *, on: dt.date, actor: Actor) -> LocalRule:
    """
    Record a local value or switch; it does nothing until a second person confirms it.

    :raises NotPermitted: wrong post, or the place lies outside the actor's subtree.
    :raises WrongField: a field is missing or wrong, or the period overlaps another record.
    :raises NobodyAllows: no clause lets this place decide this.
    """
    require(actor, "propose_local_rule", draft.division_code)
    codes.check(draft.division_code)
    _check_common(draft, on)
    rule = _rule_of(draft, on, actor)
    _lock(draft)
    _check_overlap(draft, rule.condition)
    rule.save()
    _record("policy.proposed", rule, actor)
    return rule


def _rule_of(draft: Draft, on: dt.date, actor: Actor) -> LocalRule:
    """Check what is particular to values or switches, and fill in what the clause brings along."""
    condition = condition_of(draft.condition).plain()
    if draft.kind == "parameter":
        clause, settings, programmes = _checked_parameter(draft, actor), {}, []
    elif draft.kind == "switch":
        option = _checked_switch(draft)
        clause = draft.clause or option.clause
        settings = dict(option.settings) | draft.settings
        programmes = list(draft.programmes or option.programmes)
        condition = option.when.plain() if draft.is_on else []
    else:
        raise WrongField("kind", "只能登记参数或开关")
    assert draft.since is not None, "checked before"
    rule = LocalRule(
        kind=draft.kind, name=draft.name, division_code=draft.division_code, area=draft.area,
        value_int=draft.value_int, published=draft.published.strip(), is_on=draft.is_on, settings=settings,
        programmes=programmes, condition=condition, since=draft.since, until=draft.until, proposed_on=on,
        document=draft.document.strip(), document_number=draft.document_number.strip(), clause=clause,
        note=draft.note.strip(), batch=draft.batch, proposed_by=actor.person_key, proposed_by_name=actor.name,
    )  # fmt: skip
    if draft.kind == "parameter":
        _check_bounds(rule)
    return rule


def _check_bounds(rule: LocalRule) -> None:
    """Hold a value to the floors and ceilings of the texts above it.

    :raises WrongField: names the bound's clause.
    """
    row = queries.as_row(rule)
    assert isinstance(row, ParameterRow), "called for values only"
    for breach in bounds.breaches(queries.law().parameters, row, queries.local_rows(rule.since)):
        raise WrongField("value", breach.text, next_step="请改正数值;界限有变化的,先登记界限本身")


def confirm_local_rule(rule_id: int, *, on: dt.date, actor: Actor, version: int | None = None) -> LocalRule:
    """
    Put a proposed rule in force and known from today; the confirming person is another one.

    Repeating the call changes nothing.

    :raises NotPermitted: wrong post or place. :raises SamePerson: the proposer confirms.
    :raises Stale: it was changed meanwhile. :raises WrongField: a bound recorded meanwhile forbids it.
    """
    rule = _locked(rule_id)
    require(actor, "confirm_local_rule", rule.division_code)
    if rule.state == "confirmed" and rule.confirmed_by == actor.person_key:
        return rule
    _check_open(rule, "确认", version)
    if rule.proposed_by == actor.person_key:
        raise SamePerson()
    if rule.kind == "parameter":
        _check_bounds(rule)
    rule.state, rule.confirmed_by, rule.confirmed_by_name = "confirmed", actor.person_key, actor.name
    rule.known_on = on
    rule.version += 1
    rule.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "known_on", "version"])
    _record("policy.confirmed", rule, actor)
    return rule


def withdraw_local_rule(rule_id: int, *, actor: Actor, version: int | None = None) -> LocalRule:
    """
    Take a rule back before it was confirmed. What is in force is ended, not withdrawn.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is confirmed or withdrawn already.
    """
    rule = _locked(rule_id)
    require(actor, "propose_local_rule", rule.division_code)
    _check_open(rule, "撤回", version)
    rule.state, rule.withdrawn_by_name = "withdrawn", actor.name
    rule.version += 1
    rule.save(update_fields=["state", "withdrawn_by_name", "version"])
    _record("policy.withdrawn", rule, actor)
    return rule


def end_local_rule(
    rule_id: int, *, until: dt.date | None, on: dt.date, actor: Actor, version: int | None = None
) -> LocalRule:
    """
    Give a rule in force an end, today or later; what it governed before stays as it was.

    :raises NotPermitted: wrong post or place. :raises NotOpen: it is not in force.
    :raises WrongField: the end lies before today or is not earlier than the present one.
    """
    rule = _locked(rule_id)
    require(actor, "confirm_local_rule", rule.division_code)
    if rule.state != "confirmed":
        raise NotOpen(state=STATE_WORDS[rule.state], act="终止")
    if version is not None and version != rule.version:
        raise Stale()
    if until is None or until < on or until <= rule.since:
        raise WrongField("until", f"终止日期须晚于起始日期 {rule.since},且不早于今天 {on}")
    if rule.until is not None and until >= rule.until:
        raise WrongField("until", f"这项登记已于 {rule.until} 终止,只能提前")
    rule.until = until
    rule.version += 1
    rule.save(update_fields=["until", "version"])
    _record("policy.ended", rule, actor)
    return rule


STATE_WORDS = {"proposed": "待确认", "confirmed": "已确认", "withdrawn": "已撤回"}


def _check_common(draft: Draft, on: dt.date) -> None:
    if draft.since is None:
        raise WrongField("since", "没有填写起始日期", next_step="请写成 2022-04-15")
    if draft.until is not None and draft.until <= draft.since:
        raise WrongField("until", f"终止日期 {draft.until} 不晚于起始日期 {draft.since}", next_step="请改后再登记")
    if not draft.document.strip():
        raise WrongField("document", "没有填写决定文件", next_step="请写文件标题,例如“临县疫情防控指挥部决定”")
    queries.law().parameters.check_covered(draft.division_code, max(draft.since, on))
    if draft.clause and draft.clause not in queries.library().clauses:
        raise WrongField("clause", f"条款库没有 {draft.clause}", next_step="请从条款库选用")


def _checked_parameter(draft: Draft, actor: Actor) -> str:
    about = queries.law().parameters.declarations.get(draft.name)
    if about is None:
        raise WrongField("name", f"没有名为“{draft.name}”的参数")
    if draft.area not in ("", *AREAS):
        raise WrongField("area", "区域只能是城乡、城市或农村")
    _check_level(draft, about, actor)
    if draft.value_int is None:
        raise WrongField("value", f"没有填写“{about.label}”的值")
    if draft.value_int < about.low or (about.high is not None and draft.value_int > about.high):
        high = "" if about.high is None else f"、不大于 {about.high}"
        raise WrongField("value", f"“{about.label}”应不小于 {about.low}{high}")
    asked = about.in_state.clause if about.in_state and draft.condition else ""
    return draft.clause or asked or about.legal or _clause_in_force(draft)


def _clause_in_force(draft: Draft) -> str:
    assert draft.since is not None
    found = queries.law().parameters.resolve(draft.name, draft.division_code, draft.area or "urban", draft.since)
    return found.clause if found else ""


def _check_level(draft: Draft, about: Declaration, actor: Actor) -> None:
    """Only an office of a level that the law names decides; it may decide for a part of its place alone."""
    level = codes.level(actor.scope_code or draft.division_code)
    if about.set_by and level not in about.set_by:
        who = "、".join(LEVEL_WORDS[one] for one in about.set_by)
        raise NobodyAllows(
            f"“{about.label}”由{who}规定,{LEVEL_WORDS.get(level, '村级')}不能自定"
            + (f"({about.legal})" if about.legal else ""),
            place=draft.division_code,
            label=about.label,
            next_step="请由有权制定的机关登记",
        )


def _checked_switch(draft: Draft) -> SwitchRow:
    """Find the clause that lets the place decide; ending a switch needs one that is in force."""
    if draft.name not in NAMES:
        raise WrongField("name", f"没有名为“{draft.name}”的开关")
    if draft.area or draft.value_int is not None:
        raise WrongField("area", "开关不分城乡,也没有数值")
    book = queries.law().switches
    allowed = book.options_for(draft.name, draft.division_code, draft.since)
    if not draft.is_on:
        chain = codes.chain(draft.division_code)
        allowed = [*allowed, *(row for row in book.rows if row.name == draft.name and row.place in chain)]
    chosen = [row for row in allowed if not draft.clause or row.clause == draft.clause]
    if not chosen:
        raise NobodyAllows(place=draft.division_code, label=NAMES[draft.name])
    wrong = [one for one in draft.programmes if one not in chosen[0].programmes]
    if wrong:
        raise WrongField("programmes", f"{chosen[0].clause} 不包括 {'、'.join(wrong)}")
    return chosen[0]


def _check_overlap(draft: Draft, condition: list[dict[str, Any]]) -> None:
    """Two records of one matter, place and condition may not cover the same day."""
    assert draft.since is not None
    others = LocalRule.objects.filter(
        kind=draft.kind, name=draft.name, division_code=draft.division_code, state__in=["proposed", "confirmed"]
    )
    for other in others:
        if draft.area and other.area and draft.area != other.area:
            continue
        if draft.is_on != other.is_on or condition != other.condition:
            continue
        if _overlaps(draft, other):
            period = f"{other.since} 至 {other.until or '未定'}"
            raise WrongField(
                "since",
                f"与已登记的第 {other.pk} 号({period},{STATE_WORDS[other.state]})期间重叠",
                next_step="请先终止或撤回前一项,或改用不重叠的日期",
            )


def _overlaps(draft: Draft, other: LocalRule) -> bool:
    """Tell whether two periods collide; a value without an end gives way to one that begins later."""
    assert draft.since is not None
    ends_before = other.until is not None and other.until <= draft.since
    begins_after = draft.until is not None and draft.until <= other.since
    if ends_before or begins_after:
        return False
    gives_way = other.until is None if other.since < draft.since else draft.until is None
    return not (draft.kind == "parameter" and other.since != draft.since and gives_way)


def _lock(draft: Draft) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"policy:{draft.kind}:{draft.name}:{draft.division_code}"],
        )


def _locked(rule_id: int) -> LocalRule:
    rule = LocalRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise BadInput(f"没有第 {rule_id} 号登记", next_step="请从列表进入")
    return rule


def _check_open(rule: LocalRule, act: str, version: int | None) -> None:
    if rule.state != "proposed":
        raise NotOpen(state=STATE_WORDS[rule.state], act=act)
    if version is not None and version != rule.version:
        raise Stale()


def _record(verb: str, rule: LocalRule, actor: Actor) -> None:
    details = {"name": rule.name, "since": rule.since, "until": rule.until, "clause": rule.clause}
    details |= {"value": rule.value_int} if rule.kind == "parameter" else {"is_on": rule.is_on}
    audit.record(verb, actor=actor, division_code=rule.division_code, subject=f"local_rule:{rule.pk}", details=details)
