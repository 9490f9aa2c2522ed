"""Write side of facts stated by hand; department files come in through ``imports``."""

import dataclasses
import datetime as dt

from doudi.audit.services import record
from doudi.engine import packs
from doudi.engine.inputs import Input
from doudi.facts.models import Fact
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.money import fen_from_yuan
from doudi.registry import queries as registry
from doudi.security.permissions import require

SOURCES = ("入户调查", "本人申报", "电话核实", "部门函复", "村(社区)证明")
DERIVED = frozenset(
    {
        "person_id",
        "household_id",
        "age_years",
        "relation_code",
        "is_dead",
        "disability_card_valid",
        "place_code",
        "is_rural",
        "wage_before_fen_m",
    }
)
_TRUE, _FALSE = ("是", "1", "true"), ("否", "0", "false")


class StatedAlready(Refusal):
    message = "“{label}”在这一天已由同一来源说明过,而且相同"
    next_step = "没有新情况时不必重复登记"


@dataclasses.dataclass(frozen=True)
class Subject:
    """Whose fact it is: one person, or a family as a whole."""

    person_id: int | None = None
    household_id: int | None = None


def statable() -> dict[str, Input]:
    """Give the inputs that a person may state by hand, by name: all but what the register and the books know.

    What belongs to one application goes with that application and is no standing fact.
    """
    inputs = packs.load().inputs
    return {
        one.name: one
        for one in inputs.rows
        if one.name not in DERIVED
        and not one.is_of_application
        and not one.name.startswith("held_")
        and one.name != "is_covered_elsewhere"
    }


def read_value(one: Input, text: str) -> int:
    """
    Read what was typed for an input: yuan for money, 是 or 否, a whole number, or a code's label.

    :raises BadInput: empty, not of that form, or out of the input's range.
    """
    clean = text.strip()
    if not clean:
        raise BadInput(f"“{one.label}”没有填写", where=one.label, next_step="不清楚的事实请先核实,不要填 0")
    if one.type == "bool":
        if clean.lower() not in (*_TRUE, *_FALSE):
            raise BadInput(f"“{one.label}”应写“是”或“否”", where=one.label)
        return int(clean.lower() in _TRUE)
    if one.unit.startswith("fen"):
        return fen_from_yuan(clean, field=one.label)
    labels = {label: code for code, label in one.values.items()}
    if clean in labels:
        return labels[clean]
    if not (clean.isascii() and clean.isdigit()):
        raise BadInput(f"“{clean}”不是整数", where=one.label)
    problem = one.out_of_range(int(clean))
    if problem:
        raise BadInput(problem, where=one.label)
    return int(clean)


def state_fact(
    subject: Subject,
    name: str,
    value: str,
    *,
    since: dt.date,
    known_on: dt.date,
    actor: Actor,
    source: str = SOURCES[0],
) -> Fact:
    """
    Add a hand-stated fact about a person or a family; it supersedes what was known and edits nothing.

    :raises NotPermitted: wrong post, or the subject lies outside the scope.
    :raises BadInput: no such fact, an unreadable value, an unknown source, or a day to come.
    :raises StatedAlready: the same source has said exactly this about the same day.
    """
    require(actor, "state_fact")
    one = statable().get(name)
    if one is None:
        raise BadInput(f"没有“{name}”这一项事实", next_step="请从列表中选择")
    if source not in SOURCES:
        raise BadInput(f"没有“{source}”这一来源", next_step=f"可用:{'、'.join(SOURCES)}")
    if since > known_on:
        raise BadInput(f"起始日期 {since} 晚于业务日期 {known_on}", where="自何时起", next_step="请填写已经发生的事实")
    if (one.entity == "person") != (subject.person_id is not None):
        whose = "个人" if one.entity == "person" else "家庭"
        raise BadInput(f"“{one.label}”是{whose}的事实", next_step="请重新选择对象")
    division_code = _place_of(subject)
    require(actor, "state_fact", division_code)
    number = read_value(one, value)
    same = Fact.objects.filter(
        person_id=subject.person_id, household_id=subject.household_id, name=name, since=since, source=source
    )
    last = same.order_by("-known_on", "-id").first()
    if last is not None and last.value_int == number:
        raise StatedAlready(label=one.label)
    fact = Fact.objects.create(
        person_id=subject.person_id,
        household_id=subject.household_id,
        name=name,
        value_int=number,
        since=since,
        known_on=known_on,
        source=source,
        said_by=actor.name[:60],
        division_code=division_code,
    )
    target = f"person:{subject.person_id}" if subject.person_id else f"household:{subject.household_id}"
    record(
        "fact.stated",
        actor=actor,
        division_code=division_code,
        subject=target,
        details={"fact": fact.pk, "name": name, "since": since, "source": source},
    )
    return fact


def _place_of(subject: Subject) -> str:
    if subject.person_id is not None:
        return registry.person(subject.person_id).division_code
    assert subject.household_id is not None, "a fact has a subject"
    found = registry.households([subject.household_id])
    if subject.household_id not in found:
        raise BadInput("没有这个家庭,或不在本岗位的管辖范围")
    return found[subject.household_id].division_code
