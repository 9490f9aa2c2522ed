"""Which source may pay for what, where and when: the matrix of the packs in the database, and local additions."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.engine import packs
from doudi.engine.funding import FUND_SOURCES
from doudi.funds.models import UseRule, use_label
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.kernel.programmes import Programme
from doudi.security.permissions import require


class WrongSource(Refusal):
    message = "{use}不能从{source}列支({clause})"
    next_step = "可以列支的来源:{allowed}"


class NoSourceAllowed(Refusal):
    message = "没有规定{use}可以从哪个来源列支"
    next_step = "请由本级登记列支的依据,由第二人确认"


class SamePerson(Refusal):
    message = "登记人和确认人必须是两个人"
    next_step = "请由另一名有确认权限的同事确认"


@dataclasses.dataclass(frozen=True)
class Allowed:
    """What one use may be paid from at a place on a day; the first source is the default."""

    use: str
    sources: tuple[str, ...]
    place_code: str
    clause: str
    document: str
    verified: bool

    @property
    def label(self) -> str:
        return use_label(self.use)


def load_pack_rules() -> int:
    """Bring the rows of the packs into the database; rows that places recorded stay. May be repeated."""
    rows = [
        UseRule(
            use=rule.use, place_code=rule.place, fund_source=source, position=position, since=rule.since,
            until=rule.until, clause=rule.clause, verified=rule.verified,
        )
        for rule in packs.load().funding.rows
        for position, source in enumerate(rule.sources)
    ]  # fmt: skip
    with transaction.atomic():
        UseRule.objects.filter(proposed_by="").delete()
        UseRule.objects.bulk_create(rows)
    return len(rows)


def allowed(place_code: str, on: dt.date, uses: Iterable[str] = ()) -> dict[str, Allowed]:
    """Tell, for each use, what it may be paid from at a place on a day; one query. Uses without a rule are left out."""
    wanted = list(uses) or [p.name for p in Programme if p.pays]
    names = sorted({part for use in wanted for part in (use, use.partition(":")[0])})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT use, place_code, since, fund_source, clause, document, verified FROM funds_userule
             WHERE use = ANY(%s) AND place_code = ANY(%s) AND since <= %s AND (until IS NULL OR until > %s)
               AND (proposed_by = '' OR confirmed_by <> '')
             ORDER BY use, length(place_code) DESC, since DESC, position
            """,
            [names, codes.chain(place_code), on, on],
        )
        rows = cursor.fetchall()
    found: dict[str, list[tuple[str, ...]]] = {}
    for use, place, since, *rest in rows:
        kept = found.setdefault(use, [])
        if not kept or (place, since) == kept[0][:2]:
            kept.append((place, since, *rest))
    answer = {}
    for use in wanted:
        kept = found.get(use) or found.get(use.partition(":")[0]) or []
        if kept:
            place, _, _, clause, document, verified = kept[0]
            sources = tuple(row[2] for row in kept)
            answer[use] = Allowed(use, sources, place, clause, document, bool(verified))
    return answer


def check(use: str, fund_source: str, place_code: str, on: dt.date) -> Allowed:
    """Refuse a use that the source may not pay there on that day.

    :raises WrongSource: names the sources that may.
    :raises NoSourceAllowed: nothing allows the use at all.
    :source: MCA2022-6.2, MCA2022-6.3, HLJ2021-1.10 to 1.12
    """
    found = allowed(place_code, on, [use]).get(use)
    if found is None:
        raise NoSourceAllowed(use=use_label(use))
    if fund_source not in found.sources:
        names = "、".join(FUND_SOURCES[source] for source in found.sources)
        raise WrongSource(
            use=found.label, source=FUND_SOURCES.get(fund_source, fund_source), clause=found.clause, allowed=names
        )
    return found


@transaction.atomic
def propose(
    use: str,
    place_code: str,
    sources: tuple[str, ...],
    *,
    since: dt.date,
    until: dt.date | None,
    clause: str,
    document: str,
    actor: Actor,
) -> list[UseRule]:
    """Record what a place's own document says about one use; in force once another person confirms.

    :raises BadInput: names the field.
    :source: MCA2022-6.3
    """
    require(actor, "allocate_funds", place_code)
    if use.partition(":")[0] not in Programme.__members__:
        raise BadInput(f"没有用途“{use}”", where="用途")
    if not sources or any(source not in FUND_SOURCES for source in sources) or len(set(sources)) < len(sources):
        raise BadInput("来源应从列表中选,不能重复", where="资金来源")
    if until is not None and until <= since:
        raise BadInput("止日应晚于起日", where="止日")
    if not document.strip():
        raise BadInput("没有写依据文件", where="依据文件")
    if UseRule.objects.filter(use=use, place_code=place_code, since=since).exists():
        raise Refusal(f"{use} 自 {since} 起已有登记", next_step="请换一个起日")
    made = UseRule.objects.bulk_create(
        UseRule(
            use=use, place_code=place_code, fund_source=source, position=position, since=since, until=until,
            clause=clause, document=document.strip(), proposed_by=actor.person_key,
        )
        for position, source in enumerate(sources)
    )  # fmt: skip
    _noted("fundrule.proposed", use, place_code, since, sources, actor)
    return made


@transaction.atomic
def confirm(use: str, place_code: str, since: dt.date, *, actor: Actor) -> None:
    """Confirm a place's own rule as a second person; from now on the database holds payments to it.

    :raises SamePerson: the proposer confirms.
    """
    require(actor, "allocate_funds", place_code)
    rows = list(
        UseRule.objects.select_for_update().filter(use=use, place_code=place_code, since=since, confirmed_by="")
    )
    rows = [row for row in rows if row.proposed_by]
    if not rows:
        raise NotPermitted("没有待确认的列支规定")
    if rows[0].proposed_by == actor.person_key:
        raise SamePerson()
    UseRule.objects.filter(pk__in=[row.pk for row in rows]).update(confirmed_by=actor.person_key)
    _noted("fundrule.confirmed", use, place_code, since, tuple(row.fund_source for row in rows), actor)


def _noted(verb: str, use: str, place: str, since: dt.date, sources: tuple[str, ...], actor: Actor) -> None:
    audit.record(
        verb,
        actor=actor,
        division_code=place,
        subject=f"fundrule:{use}",
        details={"use": use, "since": str(since), "sources": list(sources)},
    )
