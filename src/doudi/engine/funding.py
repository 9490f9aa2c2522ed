"""Which fund source may pay for what: the use–source matrix of the packs, by place and date, with its clause.

Grain: one row per use, place and beginning.  A use is a programme, or a programme and a group of people
(``price_subsidy:优抚``).  The nearest place upward that says anything about the use wins; a group without a
row of its own follows its programme.
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

FUND_SOURCES: dict[str, str] = {
    "central": "中央困难群众救助补助资金",
    "provincial": "省级资金",
    "prefecture": "市级资金",
    "county": "县级资金",
    "unemployment": "失业保险基金",
    "lottery": "福利彩票公益金",
    "donation": "捐赠资金",
}
_FIELDS = {"use", "sources", "from", "until", "source", "verified", "note", "place"}


@dataclasses.dataclass(frozen=True)
class UseRule:
    """The sources a use may be paid from at a place; the first is taken when nobody chooses."""

    use: str
    place: str
    sources: tuple[str, ...]
    since: dt.date
    until: dt.date | None
    clause: str
    verified: bool
    note: str = ""
    where: str = ""

    def in_force(self, on: dt.date) -> bool:
        return in_period(on, self.since, self.until)


@dataclasses.dataclass(frozen=True)
class UseBook:
    """The whole matrix; immutable."""

    rows: tuple[UseRule, ...]

    def rule_for(self, use: str, place: str, on: dt.date) -> UseRule | None:
        """Give the rule in force, or None where nothing allows the use at all."""
        for name in (use, use.partition(":")[0]):
            for code in codes.chain(place):
                found = [row for row in self.rows if row.use == name and row.place == code and row.in_force(on)]
                if found:
                    return max(found, key=lambda row: row.since)
        return None


def load(packs_root: pathlib.Path) -> UseBook:
    """Read every ``funding.yaml`` of the packs.

    :raises BadInput: names file and line of every problem.
    """
    texts = library.read_library(packs_root)
    problems = packfiles.Problems()
    rows: list[UseRule] = []
    for pack in packfiles.packs_in(packs_root):
        path = pack.folder / "funding.yaml"
        if not path.exists():
            continue
        for row in packfiles.read(path, packs_root) or []:
            with problems.gathering():
                rows.append(_rule(row, pack, str(packfiles.where_of(row, path, packs_root)), texts))
    with problems.gathering():
        _refuse_twice(rows)
    problems.refuse()
    return UseBook(tuple(rows))


def _rule(row: Any, pack: Pack, where: str, texts: library.Library) -> UseRule:
    if not isinstance(row, dict) or set(row) - _FIELDS - {packfiles.LINE}:
        raise BadInput("不认识的属性", where=where, next_step=f"可写:{'、'.join(sorted(_FIELDS))}")
    use, sources = str(row.get("use") or ""), row.get("sources")
    if use.partition(":")[0] not in Programme.__members__:
        raise BadInput(f"没有项目“{use}”", where=where)
    if not isinstance(sources, list) or not sources or len(set(sources)) < len(sources):
        raise BadInput(f"{use} 的 sources 应是不重复的来源列表", where=where)
    for source in sources:
        if source not in FUND_SOURCES:
            raise BadInput(f"没有资金来源“{source}”", where=where, next_step=f"可写:{'、'.join(FUND_SOURCES)}")
    since, until = packfiles.date_in(row, "from", where), packfiles.date_in(row, "until", where)
    if since is None or (until is not None and until <= since):
        raise BadInput(f"{use} 的 from、until 写错了", where=where, next_step="写明 from;until 须晚于 from")
    given = row.get("source")
    clause = str(given.get("clause") or "") if isinstance(given, dict) else ""
    if clause not in texts.clauses:
        raise BadInput(f"{use} 没有写依据条款", where=where, next_step="写 source: {clause: 文件-条款}")
    place = codes.check(str(row.get("place", pack.place)))
    if not codes.contains(pack.place, place):
        raise BadInput(f"{place} 不在政策包 {pack.name} 的范围", where=where)
    verified = bool(row.get("verified", True))
    return UseRule(use, place, tuple(sources), since, until, clause, verified, str(row.get("note") or ""), where)


def _refuse_twice(rows: list[UseRule]) -> None:
    for number, row in enumerate(rows):
        for other in rows[:number]:
            if (row.use, row.place, row.since) == (other.use, other.place, other.since):
                raise BadInput(
                    f"用途 {row.use} 在 {row.place or '全国'} 自 {row.since} 起有两条规定",
                    where=f"{other.where} 与 {row.where}",
                    next_step="删去一条,或写明不同的 from",
                )
