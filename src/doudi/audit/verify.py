"""Checking the trail: every entry recomputed, every chain gapless, every head in place."""

import dataclasses

from django.db import connection

from doudi.audit.seals import Broken

RECOMPUTED = """
with walked as (
    select chain, seq, hash, prev_hash,
           lag(seq, 1, 0::bigint) over w as seq_before,
           lag(hash, 1, ''::bytea) over w as hash_before,
           sha256(prev_hash || audit_text(seq, recorded_at, login, name, person_key, role, verb, division_code,
                                          subject, details)) as made
    from audit_entry window w as (partition by chain order by seq)
)
select chain, seq, seq <> seq_before + 1, prev_hash <> hash_before, hash <> made
from walked
where seq <> seq_before + 1 or prev_hash <> hash_before or hash <> made
order by chain, seq
limit 1
"""

HEADS = """
select h.chain, h.seq, h.hash, coalesce(l.seq, 0), coalesce(l.hash, ''::bytea)
from audit_head h
left join lateral (select seq, hash from audit_entry e where e.chain = h.chain order by seq desc limit 1) l on true
order by h.chain
"""

ORPHANS = "select chain from audit_entry e where not exists (select from audit_head h where h.chain = e.chain) limit 1"


@dataclasses.dataclass(frozen=True)
class ChainHead:
    """The end of one chain; kept outside the database it proves that nothing was rewritten."""

    chain: str
    seq: int
    hash: str


@dataclasses.dataclass(frozen=True)
class ChainCheck:
    """How many entries were recomputed, where the first break is, and the heads."""

    entry_count: int
    broken: Broken | None
    heads: list[ChainHead]


def verify_chain() -> ChainCheck:
    """Recompute the whole trail. Needs a scope that sees all entries.

    Finds changed, removed, inserted and reordered entries and a cut end. A rewrite of
    everything with its heads is found only against a head kept outside.
    """
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_entry")
        entry_count = int(cursor.fetchone()[0])
        cursor.execute(RECOMPUTED)
        row = cursor.fetchone()
        cursor.execute(HEADS)
        ends = [(chain, seq, bytes(made), last, bytes(tail)) for chain, seq, made, last, tail in cursor.fetchall()]
        cursor.execute(ORPHANS)
        orphan = cursor.fetchone()
    heads = [ChainHead(chain or "全国", seq, made.hex()) for chain, seq, made, _, _ in ends]
    return ChainCheck(entry_count, _break_of(row) or _end_of(ends, orphan), heads)


def _break_of(row: tuple[str, int, bool, bool, bool] | None) -> Broken | None:
    if row is None:
        return None
    chain, seq, gap, loose, changed = row
    what = "前面缺少记录" if gap else "内容与校验值不符" if changed else "与前一条不相连" if loose else ""
    return Broken("audit_entry", f"{chain or '全国'} 第 {seq} 条", what)


def _end_of(ends: list[tuple[str, int, bytes, int, bytes]], orphan: tuple[str] | None) -> Broken | None:
    for chain, seq, made, last, tail in ends:
        if seq != last or made != tail:
            return Broken("audit_entry", f"{chain or '全国'} 第 {last + 1} 条", f"末尾缺少记录,链头为第 {seq} 条")
    return Broken("audit_head", orphan[0] or "全国", "没有链头") if orphan else None
