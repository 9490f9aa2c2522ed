"""Which programmes exclude, reduce or allow one another: the matrix of the packs, by place and day.

Grain: one row per pair of programmes, place and beginning.  A row of a nearer place goes before one above it.
The rules of the excluded programme carry out what a row says; the matrix tells it, and tests hold the rules to it.
"""

import dataclasses
import datetime as dt
import pathlib
from typing import Any

from doudi.engine import library, packfiles
from doudi.engine.packfiles import Pack
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.periods import in_period
from doudi.kernel.programmes import Programme

EFFECTS = {"excludes": "不能同时享受", "reduces": "补差", "higher_of": "择高", "allows": "可以同时享受"}
PER = {"person": "同一人", "household": "同一户"}
_FIELDS = {"pair", "effect", "per", "place", "since", "until", "clause", "note", "verified", "unless"}


@dataclasses.dataclass(frozen=True)
class Pair:
    """What two programmes are to each other; ``unless`` names a parameter that, where it is 0, allows both."""

    first: str
    second: str
    effect: str
    per: str
    place: str
    since: dt.date
    until: dt.date | None
    clause: str
    unless: str
    note: str
    verified: bool
    where: str

    @property
    def programmes(self) -> frozenset[str]:
        return frozenset((self.first, self.second))

    @property
    def effect_label(self) -> str:
        return EFFECTS[self.effect]

    def in_force(self, on: dt.date) -> bool:
        return in_period(on, self.since, self.until)


class Matrix:
    """All pairs of the packs; immutable."""

    def __init__(self, rows: list[Pair]) -> None:
        self.rows = tuple(rows)

    def in_force(self, on: dt.date, place_code: str = "") -> list[Pair]:
        """List the pairs that stand on a day at a place: of one pair the nearest place, then the newest."""
        chain = codes.chain(place_code) if place_code else [""]
        standing = [row for row in self.rows if row.place in chain and row.in_force(on)]
        found: dict[frozenset[str], Pair] = {}
        for row in sorted(standing, key=lambda row: (len(row.place), row.since)):
            found[row.programmes] = row
        return list(found.values())


def load(packs_root: pathlib.Path) -> Matrix:
    """Read ``stacking.yaml`` of every pack.

    :raises BadInput: names file and line of every problem.
    """
    clauses = set(library.read_library(packs_root).clauses)
    problems = packfiles.Problems()
    rows: list[Pair] = []
    for pack in packfiles.packs_in(packs_root):
        path = pack.folder / "stacking.yaml"
        for body in packfiles.read(path, packs_root) or [] if path.exists() else []:
            with problems.gathering():
                row = _row(body, pack, str(packfiles.where_of(body, path, packs_root)), clauses)
                _check_twice(row, rows)
                rows.append(row)
    problems.refuse()
    return Matrix(rows)


def _row(body: dict[str, Any], pack: Pack, where: str, clauses: set[str]) -> Pair:
    wrong = set(body) - _FIELDS - {packfiles.LINE}
    if wrong:
        raise BadInput(f"叠加表有不认识的属性 {'、'.join(sorted(wrong))}", where=where)
    pair = body.get("pair")
    if not isinstance(pair, list) or len(set(pair)) != 2:
        raise BadInput("叠加表的 pair 应是两个不同的项目", where=where, next_step="写成 pair: [dibao, tekun]")
    unknown = [one for one in pair if one not in Programme.__members__]
    if unknown:
        raise BadInput(
            f"叠加表的项目 {'、'.join(map(str, unknown))} 不认识", where=where, next_step="用项目文件夹的名称"
        )
    for key, words in (("effect", EFFECTS), ("per", PER)):
        if body.get(key) not in words:
            raise BadInput(f"叠加表的 {key} 不认识“{body.get(key)}”", where=where, next_step=f"可用:{'、'.join(words)}")
    since, until = packfiles.date_in(body, "since", where), packfiles.date_in(body, "until", where)
    if since is None or (until is not None and until <= since):
        raise BadInput(
            f"叠加表的起止日期不对:自 {since} 至 {until}", where=where, next_step="写明 since;until 要晚于它"
        )
    if str(body.get("clause", "")) not in clauses:
        raise BadInput(f"叠加表的依据 {body.get('clause') or '(空)'} 不在条款库", where=where)
    place = codes.check(str(body.get("place", pack.place)))
    if not codes.contains(pack.place, place):
        raise BadInput(f"{place} 不在政策包 {pack.name} 的范围", where=where)
    return Pair(
        first=pair[0], second=pair[1], effect=body["effect"], per=body["per"], place=place, since=since, until=until,
        clause=str(body["clause"]), unless=str(body.get("unless", "")), note=str(body.get("note", "")),
        verified=bool(body.get("verified", True)), where=where,
    )  # fmt: skip


def _check_twice(row: Pair, rows: list[Pair]) -> None:
    for other in rows:
        if (other.programmes, other.place, other.since) == (row.programmes, row.place, row.since):
            raise BadInput(
                f"{row.first} 与 {row.second} 自 {row.since} 起写了两次", where=f"{other.where} 与 {row.where}"
            )
