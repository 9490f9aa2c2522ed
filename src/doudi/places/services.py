"""Writes of the division tree and of the calendar: loading, changes by decision, declared days."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from doudi.audit.services import record
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.places import queries, tree
from doudi.places.models import CalendarDay, Division, DivisionChange
from doudi.places.tree import Change, Node
from doudi.security.permissions import require

COLUMNS = (
    "code", "name", "level", "kind", "parent_code", "area", "own_code", "pinyin", "initials", "path_name", "source",
    "since", "until",
)  # fmt: skip
VERB = "manage_users"
CHANGE_KINDS = {"merge": "合并", "split": "拆分", "rename": "更名", "move": "划转"}

_LIST = ", ".join(COLUMNS)
_STAGE = f"create temp table incoming on commit drop as select {_LIST} from places_division with no data"
# A period that a user closed stays closed when the files are loaded again.
_CHANGED = f"""
update places_division d
set ({_LIST}) = (select {", ".join(f"i.{c}" for c in COLUMNS[:-1])}, coalesce(i.until, d.until))
from incoming i
where i.code = d.code and i.since = d.since
  and (d.name, d.kind, d.area, d.own_code, d.pinyin, d.initials, d.path_name, d.source, d.until)
      is distinct from
      (i.name, i.kind, i.area, i.own_code, i.pinyin, i.initials, i.path_name, i.source, coalesce(i.until, d.until))
"""
_CLASH = """
select i.code, i.name, d.name, d.since from incoming i join places_division d using (code)
where d.since <> i.since
  and daterange(d.since, d.until) && daterange(i.since, i.until)
  and not exists (select from places_division same where same.code = i.code and same.since = i.since)
order by i.code limit 1
"""
_NEW = f"""
insert into places_division ({_LIST})
select {_LIST} from incoming i
where not exists (select from places_division d where d.code = i.code and d.since = i.since)
order by code, since
"""


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What a load changed; all zero when nothing was new."""

    added: int
    changed: int
    changes_added: int


@transaction.atomic
def load_divisions(nodes: Sequence[Node] | None = None, changes: Sequence[Change] | None = None) -> Loaded:
    """
    Load the published tree, or the given one; loading again changes nothing.

    Names and merges that users recorded meanwhile stay.  The whole tree is checked before a row is written.

    :raises BadInput: overlapping names, a cycle, a missing parent, or a name that overlaps a recorded one.
    """
    sound = tree.published() if nodes is None else tree.check(nodes)
    rows = [tree.record_of(node, path) for node, path in zip(sound, tree.path_names(sound), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists incoming")
        cursor.execute(_STAGE)
        with cursor.copy(f"copy incoming ({_LIST}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_CHANGED)
        changed = cursor.rowcount
        cursor.execute(_CLASH)
        clash = cursor.fetchone()
        if clash:
            code, name, other, since = clash
            raise BadInput(
                f"{code} {name} 与已登记的“{other}”({since} 起)有效期重叠", next_step="请先截止已登记名称的有效期"
            )
        cursor.execute(_NEW)
        added = cursor.rowcount
        cursor.execute("drop table incoming")
    published = tree.changes() if nodes is None and changes is None else list(changes or ())
    before = DivisionChange.objects.count()
    DivisionChange.objects.bulk_create(
        (DivisionChange(**dataclasses.asdict(change)) for change in published), ignore_conflicts=True
    )
    return Loaded(added, changed, DivisionChange.objects.count() - before)


@transaction.atomic
def rename_division(code: str, new_name: str, on: dt.date, *, document: str, actor: Actor) -> None:
    """
    Give a division a new name from a day on; what was written before keeps the old one.

    :raises UnknownDivision: the code is not in force on the day.
    :raises BadInput: no document, the name did not change, or the day is not after the present name's start.
    """
    require(actor, VERB, code)
    present = _closable(code, on, document)
    clean = new_name.strip()
    if not clean or clean == present.name:
        raise BadInput("新名称为空或与现名称相同", where=code)
    _close([code], on)
    node = Node(code, clean, present.kind, on, present.until, present.own_code, document)
    path = present.path_name.removesuffix(present.name) + clean
    Division.objects.create(**dict(zip(COLUMNS, tree.record_of(node, path), strict=True)))
    _note("rename", code, code, on, document, f"{present.name} → {clean}")
    record(
        "division.renamed", actor=actor, division_code=code, subject=code, details={"document": document, "to": clean}
    )


@transaction.atomic
def merge_divisions(
    from_codes: Sequence[str], to_code: str, on: dt.date, *, document: str, actor: Actor, kind: str = "merge"
) -> None:
    """
    End divisions on a day and name the one that takes over; records keep the old codes.

    The subtree of an ended division ends with it, each node without a successor of its own.

    :raises UnknownDivision: a code is not in force on the day.
    :raises BadInput: no document, another level, or a division that would merge into itself.
    """
    if kind not in CHANGE_KINDS:
        raise BadInput(f"没有“{kind}”这种调整", next_step=f"可选:{'、'.join(CHANGE_KINDS)}")
    heir = queries.division(to_code, on)
    for code in from_codes:
        require(actor, VERB, code)
        ended = _closable(code, on, document)
        if codes.contains(code, to_code) or ended.level != heir.level:
            raise BadInput(f"{ended.name}不能并入{heir.name}", next_step="并入的应是同级的另一个区划")
        _close([code], on, subtree=True)
        _note(kind, code, to_code, on, document, f"{ended.name} → {heir.name}")
        record(
            "division.merged",
            actor=actor,
            division_code=code,
            subject=code,
            details={"to": to_code, "document": document},
        )


@transaction.atomic
def declare_day(day: dt.date, is_working: bool, *, note: str, actor: Actor) -> None:
    """Declare a day working or free; repeating is safe, the last word counts."""
    require(actor, "set_business_date", "")
    CalendarDay.objects.update_or_create(day=day, defaults={"is_working": is_working, "note": note})
    record("calendar.declared", actor=actor, subject=day.isoformat(), details={"working": is_working, "note": note})


def _closable(code: str, on: dt.date, document: str) -> queries.Place:
    present = queries.division(code, on)
    if not document.strip():
        raise BadInput("请写明批准文件", where=code)
    if on <= present.since:
        raise BadInput(f"{present.name}自 {present.since} 起,调整日必须在其后", where=code)
    return present


def _close(ended: Sequence[str], on: dt.date, *, subtree: bool = False) -> None:
    """End the names in force on the day; names that would only begin later are not touched."""
    for code in ended:
        end = codes.upper(code) if subtree else f"{code}\x01"
        Division.objects.filter(code__gte=code, code__lt=end, since__lt=on).filter(until__isnull=True).update(until=on)
        Division.objects.filter(code__gte=code, code__lt=end, since__lt=on, until__gt=on).update(until=on)


def _note(kind: str, from_code: str, to_code: str, on: dt.date, document: str, note: str) -> None:
    DivisionChange.objects.get_or_create(
        from_code=from_code,
        to_code=to_code,
        effective_on=on,
        defaults={"kind": kind, "document": document, "verified": True, "note": note},
    )
