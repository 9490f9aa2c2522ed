"""The division tree as rows, before it meets the database: reading the files, and what makes it unsound.

Pure: a tree that passes ``check`` can be written without any constraint of the database firing.
"""

import collections
import csv
import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterable, Iterator

from doudi.kernel import codes, names
from doudi.kernel.errors import BadInput
from doudi.places import kinds

FILES = pathlib.Path(__file__).parent / "data"
# An empty start in the files: the division is older than our sources.
NOT_RECORDED = dt.date(1949, 10, 1)
STATISTICAL_CODES = "国家统计局统计用区划代码和城乡划分代码(2019—2023 年版)"


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """One name of one division over a half-open period."""

    code: str
    name: str
    kind: str
    since: dt.date = NOT_RECORDED
    until: dt.date | None = None
    own_code: bool = False
    source: str = ""
    parent_code: str | None = None  # None: the code says it

    @property
    def above(self) -> str:
        return codes.parent(self.code) if self.parent_code is None else self.parent_code

    def in_force(self, on: dt.date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What became of a division by one decision. Grain: (from, to, day)."""

    kind: str
    from_code: str
    to_code: str
    effective_on: dt.date
    document: str
    verified: bool
    note: str = ""


def published() -> list[Node]:
    """Read the tree that ships with the platform, sound and in code order."""
    special = {(node.code, node.name): node for node in _nodes("special.csv")}
    rest = (node for stem in ("divisions.csv", "villages.csv") for node in _nodes(stem))
    nodes = [*special.values(), *(node for node in rest if (node.code, node.name) not in special)]
    return check(_not_before_their_parents(nodes))


def changes() -> list[Change]:
    """Read the merges, splits, renames and moves that ship with the platform."""
    return [
        Change(
            row["kind"],
            row["from_code"],
            row["to_code"],
            dt.date.fromisoformat(row["effective_on"]),
            row["document"],
            row["verified"] == "true",
            row["note"],
        )
        for stem in ("documented_changes.csv", "edition_changes.csv")
        for row in _rows(stem)
    ]


def check(nodes: Iterable[Node]) -> list[Node]:
    """Give the nodes back in code order when they form a sound tree.

    :raises BadInput: a code without the form of one, an empty or reversed period, two names of one
        code on one day, a parent that is not above its child (so no cycle can arise), or a parent
        that is missing for part of the child's life.
    """
    ordered = sorted(nodes, key=lambda node: (node.code, node.since))
    periods: dict[str, list[Node]] = collections.defaultdict(list)
    for node in ordered:
        where = f"{node.code or '全国'} {node.name}"
        codes.check(node.code)
        if not node.name.strip():
            raise BadInput("区划没有名称", where=where)
        if node.until is not None and node.until <= node.since:
            raise BadInput(f"止期 {node.until} 不晚于起期 {node.since}", where=where)
        if periods[node.code] and _overlap(periods[node.code][-1], node):
            raise BadInput(
                f"与“{periods[node.code][-1].name}”的有效期重叠", where=where, next_step="请先截止旧名称的有效期"
            )
        periods[node.code].append(node)
    for node in ordered:
        if node.code:
            _check_parent(node, periods)
    return ordered


def path_names(nodes: list[Node]) -> list[str]:
    """Spell out where each node lies, from the province down, by the names at the start of its last day."""
    periods: dict[str, list[Node]] = collections.defaultdict(list)
    for node in nodes:
        periods[node.code].append(node)
    return [_path(node, periods) for node in nodes]


def record_of(node: Node, path_name: str) -> tuple[object, ...]:
    """Give the columns of ``places_division`` in the order of ``services.COLUMNS``."""
    pinyin, initials = names.place_sounds(node.name)
    return (
        node.code, node.name, codes.level(node.code), node.kind or kinds.kind_of(node.code, node.name), node.above,
        kinds.area_of(node.code, node.kind), node.own_code, pinyin[:120], initials[:30], path_name[:200], node.source,
        node.since, node.until,
    )  # fmt: skip


def _path(node: Node, periods: dict[str, list[Node]]) -> str:
    day = node.until - dt.timedelta(days=1) if node.until else dt.date.max
    above = reversed(codes.chain(node.above)[:-1]) if node.code else ()
    known = (next((p.name for p in periods[code] if p.in_force(day)), "") for code in above)
    return "".join([*known, node.name])


def _check_parent(node: Node, periods: dict[str, list[Node]]) -> None:
    where = f"{node.code} {node.name}"
    if len(node.above) >= len(node.code) or not codes.contains(node.above, node.code):
        raise BadInput(
            f"上级 {node.above} 不在其上,区划树会成环", where=where, next_step="上级代码必须是本级代码的前几位"
        )
    day: dt.date | None = node.since
    for parent in periods.get(node.above, ()):
        if day is not None and parent.in_force(day):
            day = parent.until
    if day is not None and (node.until is None or day < node.until):
        raise BadInput(f"上级 {node.above} 在 {day} 没有登记", where=where, next_step="请先登记上级区划")


def _not_before_their_parents(nodes: list[Node]) -> list[Node]:
    """Let a node whose start is not recorded begin with the first parent that has one."""
    first: dict[str, dt.date] = {}
    settled: list[Node] = []
    for node in sorted(nodes, key=lambda n: (len(n.code), n.code, n.since)):
        if node.code and node.since == NOT_RECORDED:
            node = dataclasses.replace(node, since=first.get(node.above, NOT_RECORDED))
        first[node.code] = min(first.get(node.code, node.since), node.since)
        settled.append(node)
    return settled


def _overlap(earlier: Node, later: Node) -> bool:
    return earlier.until is None or later.since < earlier.until


def _nodes(stem: str) -> Iterator[Node]:
    for row in _rows(stem):
        yield Node(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            since=_day(row.get("since")) or NOT_RECORDED,
            until=_day(row.get("until")),
            own_code=row.get("own_code") == "true",
            source=row.get("source") or STATISTICAL_CODES,
        )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _rows(stem: str) -> Iterator[dict[str, str]]:
    with (FILES / stem).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
