"""Rounds of rises: drafted, measured and submitted by an office, then adopted as local records by two people."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence

from django.db import transaction

from doudi.audit import services as audit
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal, Stale, WrongField
from doudi.places import queries as places
from doudi.policy import queries as policy
from doudi.policy import services as records
from doudi.policy.models import LocalRule
from doudi.policy.services import Draft
from doudi.security.permissions import require
from doudi.standards import amounts, measure, queries
from doudi.standards.models import RiseLine, RisePlan

STATE_WORDS = {"draft": "草稿", "submitted": "已提交", "adopted": "已登记为标准", "withdrawn": "已撤回"}
MOST_LINES = 2_000


class NotOpen(Refusal):
    message = "这份方案现为“{state}”,不能{act}"
    next_step = "请刷新后查看"


class TooEarly(Refusal):
    """An early rise lacks a condition."""

    message = "还不能提前提标:{lacking}({clause})"
    next_step = "条件齐备后再提交,或改为按期提标"


class WrongLines(BadInput):
    """Lines of a plan are wrong; ``problems`` names row, field and reason of each."""

    def __init__(self, problems: Sequence["LineProblem"]) -> None:
        self.problems = tuple(problems)
        told = ";".join(f"第 {one.row_number} 行 {one.label}:{one.reason}" for one in self.problems[:5])
        more = f"等 {len(self.problems)} 处" if len(self.problems) > 5 else ""
        super().__init__(f"{told}{more}", next_step="请改正后再保存")


@dataclasses.dataclass(frozen=True)
class LineDraft:
    """One line as filled in; an empty ``before`` takes the standard in force."""

    row_number: int
    division_code: str
    area: str
    after: str
    recipients: str
    before: str = ""
    subsidy: str = ""


@dataclasses.dataclass(frozen=True)
class PlanDraft:
    """A round as filled in."""

    title: str
    division_code: str
    since: dt.date | None
    standard: str = queries.DIBAO
    is_early: bool = False
    months_run: int | None = None
    approval: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True)
class LineProblem:
    """What is wrong in one line; ``field`` is one of the line's."""

    row_number: int
    field: str
    reason: str

    @property
    def label(self) -> str:
        return LINE_LABELS.get(self.field, self.field)


LINE_LABELS = {
    "division_code": "区划代码", "area": "城乡", "before": "原标准", "after": "新标准", "recipients": "保障人数",
    "subsidy": "已发价格补贴",
}  # fmt: skip


@transaction.atomic
def save_plan(
    draft: PlanDraft, lines: Sequence[LineDraft], *, on: dt.date, actor: Actor, plan_id: int | None = None
) -> RisePlan:
    """
    Write down a round as a draft, or replace the lines of one.

    :raises NotPermitted: wrong post or place. :raises WrongField: a field of the head is wrong.
    :raises WrongLines: lines are wrong; a rural standard not above the poverty line is one of them.
    :raises NotOpen: it was submitted already.
    """
    require(actor, "propose_rise", draft.division_code)
    _check_head(draft)
    assert draft.since is not None, "checked before"
    one = _open_plan(plan_id, actor, "修改") if plan_id else RisePlan(made_on=on, made_by=actor.person_key)
    if plan_id is None:
        one.title, one.standard, one.division_code = draft.title.strip(), draft.standard, draft.division_code
        one.since, one.is_early, one.made_by_name = draft.since, draft.is_early, actor.name
    one.months_run, one.approval, one.note = draft.months_run, draft.approval.strip(), draft.note.strip()[:300]
    rows = _checked_lines(one, lines, on)
    one.version += 0 if plan_id is None else 1
    one.save()
    RiseLine.objects.filter(plan=one).delete()
    for row in rows:
        row.plan = one
    RiseLine.objects.bulk_create(rows)
    _record("rise.saved", one, actor, {"lines": len(rows)})
    return one


def _check_head(draft: PlanDraft) -> None:
    about = policy.law().parameters.declarations.get(draft.standard)
    if about is None or not about.standard:
        raise WrongField("standard", f"没有名为“{draft.standard}”的标准", next_step="请从标准表选用")
    if not draft.title.strip():
        raise WrongField("title", "没有填写方案名称", next_step="例如“2020年城乡低保提标”")
    if draft.since is None:
        raise WrongField("since", "没有填写生效日期", next_step="请写成 2020-07-01")
    policy.law().parameters.check_covered(draft.division_code, draft.since)


def _checked_lines(one: RisePlan, lines: Sequence[LineDraft], on: dt.date) -> list[RiseLine]:
    if not lines:
        raise WrongField("lines", "没有提标的行", next_step="每个县、每类区域写一行")
    if len(lines) > MOST_LINES:
        raise WrongField("lines", f"超过 {MOST_LINES} 行", next_step="请分成几份方案")
    known = places.divisions({line.division_code for line in lines}, on)
    yearly = policy.law().parameters.resolve("yearly_rounding_fen", one.division_code, "rural", one.since)
    unit = (yearly.value or 1) if yearly else 1
    problems: list[LineProblem] = []
    found: dict[tuple[str, str], RiseLine] = {}
    for line in lines:
        try:
            row = _line(one, line, known.keys(), unit)
            if (row.division_code, row.area) in found:
                raise WrongField("division_code", "同一地方、同一类区域写了两次")
            found[row.division_code, row.area] = row
        except WrongField as error:
            words = error.text + (f"。{error.step}" if error.step else "")
            problems.append(LineProblem(line.row_number, error.field, words))
    if problems:
        raise WrongLines(problems)
    return list(found.values())


def _line(one: RisePlan, line: LineDraft, known: object, yearly_unit: int) -> RiseLine:
    if line.division_code not in known or not line.division_code:  # type: ignore[operator]
        raise WrongField("division_code", f"没有区划 {line.division_code or '(空)'}", next_step="县级写 6 位代码")
    if not codes.contains(one.division_code, line.division_code):
        raise WrongField("division_code", f"{line.division_code} 不在 {one.division_code} 之内")
    if line.area not in measure.AREA_WORD:
        raise WrongField("area", f"没有“{line.area}”这种区域", next_step="可用:城市、农村")
    before = _amount("before", line.before) if line.before.strip() else _present(one, line)
    after = _amount("after", line.after)
    if after.fen_y < before.fen_y:
        raise WrongField("after", f"新标准 {after.published} 低于原标准 {before.published}", next_step="标准只升不降")
    row = RiseLine(
        division_code=line.division_code, area=line.area, before=before.published, before_fen_y=before.fen_y,
        after=after.published, after_fen_y=after.fen_y, after_fen_m=after.fen_m(yearly_unit),
        recipients=_count(line.recipients),
        subsidy_fen_y=_amount("subsidy", line.subsidy).fen if line.subsidy.strip() else None,
    )  # fmt: skip
    breach = queries.floor_breach(one, row)
    if breach:
        raise WrongField("after", breach, next_step="请提高新标准")
    return row


def _present(one: RisePlan, line: LineDraft) -> amounts.Amount:
    found = queries.present_amount(line.division_code, line.area, one.since - dt.timedelta(days=1), one.standard)
    if found is None:
        raise WrongField("before", "没有查到现行标准", next_step="请填写原标准")
    return found


def _amount(field: str, text: str) -> amounts.Amount:
    try:
        found = amounts.read(text)
    except BadInput as error:
        raise WrongField(field, error.text, next_step=error.step) from error
    if found.fen <= 0 and field != "subsidy":
        raise WrongField(field, "标准应大于 0")
    return found


def _count(text: str) -> int:
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 9:
        raise WrongField("recipients", f"“{text}”不是人数", next_step="请写整数,没有的写 0")
    return int(plain)


@transaction.atomic
def submit_plan(plan_id: int, *, on: dt.date, actor: Actor, version: int | None = None) -> RisePlan:
    """
    Close a draft and keep its figures; an early rise needs its conditions (LN2020-5.3).

    :raises NotOpen: it is no draft. :raises TooEarly: names the conditions that are lacking.
    :raises BadInput: the lines cannot be measured. :raises Stale: it was changed meanwhile.
    """
    one = _open_plan(plan_id, actor, "提交", version)
    result, stick, lines = _measured(one)
    if one.is_early:
        demands = queries.demands_of(one, result, stick)
        lacking = [demand.text for demand in demands if not demand.is_met]
        if lacking:
            raise TooEarly(lacking=";".join(lacking), clause=queries.EARLY_CLAUSE)
    one.state, one.submitted_on = "submitted", on
    one.measured = queries.figures(result, stick)
    one.version += 1
    one.save(update_fields=["state", "submitted_on", "measured", "version"])
    text = "\n".join(f"{row.division_code} {row.area} {row.before} {row.after} {row.recipients}" for row in lines)
    _record("rise.submitted", one, actor, {"lines_digest": hashlib.sha256(text.encode()).hexdigest()})
    return one


def _measured(one: RisePlan) -> tuple[measure.Measured, queries.Yardstick, list[RiseLine]]:
    rows = queries.lines_of(one)
    stick = queries.yardstick(one.division_code, one.since, policy.local_rows(one.since))
    return queries.measured(queries.as_lines(rows, one.since), stick), stick, rows


@transaction.atomic
def withdraw_plan(plan_id: int, *, actor: Actor, version: int | None = None) -> RisePlan:
    """
    Take back a round that was not adopted.

    :raises NotOpen: it was adopted or withdrawn already.
    """
    one = _locked(plan_id, actor)
    if one.state not in ("draft", "submitted"):
        raise NotOpen(state=STATE_WORDS[one.state], act="撤回")
    _check_version(one, version)
    one.state, one.version = "withdrawn", one.version + 1
    one.save(update_fields=["state", "version"])
    _record("rise.withdrawn", one, actor)
    return one


@transaction.atomic
def adopt_plan(
    plan_id: int, *, document: str, document_number: str, on: dt.date, actor: Actor, version: int | None = None
) -> int:
    """
    Record every line of a submitted round as a standard, to be confirmed by a second person; give how many.

    :raises NotOpen: it was not submitted. :raises NobodyAllows: the office may not set this standard.
    :raises WrongField: the document is missing, or a record of the place is in the way.
    """
    one = _locked(plan_id, actor)
    if one.state != "submitted":
        raise NotOpen(state=STATE_WORDS[one.state], act="登记为标准")
    _check_version(one, version)
    rows = queries.lines_of(one)
    for row in rows:
        draft = Draft(
            kind="parameter", name=one.standard, division_code=row.division_code, area=row.area,
            value_int=row.after_fen_m, published=row.after, since=one.since, until=None, document=document,
            document_number=document_number, note=f"提标方案 {one.pk}", batch=batch_of(one),
        )  # fmt: skip
        records.propose_local_rule(draft, on=on, actor=actor)
    _record("rise.adopted", one, actor, {"records": len(rows), "document": document})
    return len(rows)


@transaction.atomic
def confirm_adoption(plan_id: int, *, on: dt.date, actor: Actor) -> int:
    """
    Put the records of a round in force as the second person; the standards are known from today. Give how many.

    :raises SamePerson: the actor made the records. :raises NotOpen: nothing waits.
    """
    one = _locked(plan_id, actor, "confirm_local_rule")
    waiting = list(LocalRule.objects.filter(batch=batch_of(one), state="proposed").order_by("id"))
    if not waiting:
        raise NotOpen(state=STATE_WORDS[one.state], act="确认")
    for rule in waiting:
        records.confirm_local_rule(rule.pk, on=on, actor=actor)
    one.state, one.version = "adopted", one.version + 1
    one.save(update_fields=["state", "version"])
    _record("rise.confirmed", one, actor, {"records": len(waiting)})
    return len(waiting)


def batch_of(one: RisePlan) -> str:
    """Name the batch of local records that a round becomes."""
    return f"rise:{one.pk}"


def _open_plan(plan_id: int, actor: Actor, act: str, version: int | None = None) -> RisePlan:
    one = _locked(plan_id, actor)
    if one.state != "draft":
        raise NotOpen(state=STATE_WORDS[one.state], act=act)
    _check_version(one, version)
    return one


def _locked(plan_id: int, actor: Actor, verb: str = "propose_rise") -> RisePlan:
    queries.plan(plan_id)
    one = RisePlan.objects.select_for_update().get(pk=plan_id)
    require(actor, verb, one.division_code)
    return one


def _check_version(one: RisePlan, version: int | None) -> None:
    if version is not None and version != one.version:
        raise Stale()


def _record(verb: str, one: RisePlan, actor: Actor, more: dict[str, object] | None = None) -> None:
    details = {"title": one.title, "since": one.since, "state": one.state, **(more or {})}
    audit.record(verb, actor=actor, division_code=one.division_code, subject=f"rise_plan:{one.pk}", details=details)
