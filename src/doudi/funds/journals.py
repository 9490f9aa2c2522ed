"""Writing one journal with its legs: once per key, from and to accounts of one pool in one division."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from doudi.audit import services as audit
from doudi.funds.models import ACCOUNT_KINDS, DIRECT_MARKS, FUND_SOURCES, Account, Journal, use_label
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.money import yuan

KINDS = ("source", "available", "reserved", "allotted")


class NotEnoughMoney(Refusal):
    message = "{source}可用 {available} 元,需要 {needed} 元,还差 {gap} 元"
    next_step = "请先下达资金({gap} 元),再批准"


class SameKeyOtherContent(Refusal):
    message = "凭证 {idem} 已经记过,内容不同"
    next_step = "请核对原凭证;需要改正时用“更正”追加一笔"


class NoAccounts(Refusal):
    message = "{division} 还没有{source}账户"
    next_step = "请先开立账户:doudi pay allocate 会在下达时开立"


@dataclasses.dataclass(frozen=True, order=True)
class Pool:
    """Money that may be put together: one fund source with one direct-fund mark."""

    fund_source: str
    direct_mark: str = ""

    @property
    def label(self) -> str:
        mark = f"({DIRECT_MARKS[self.direct_mark]})" if self.direct_mark else ""
        return f"{FUND_SOURCES[self.fund_source]}{mark}"

    def checked(self) -> "Pool":
        """Give the pool back when its source and mark are known.

        :raises BadInput: names what is not.
        """
        if self.fund_source not in FUND_SOURCES:
            known = "、".join(f"{k}({v})" for k, v in FUND_SOURCES.items())
            raise BadInput(f"没有资金来源“{self.fund_source}”", where="资金来源", next_step=f"可用的有:{known}")
        if self.direct_mark not in DIRECT_MARKS:
            known = "、".join(mark for mark in DIRECT_MARKS if mark)
            raise BadInput(f"没有直达标识“{self.direct_mark}”", where="直达标识", next_step=f"可用:{known},非直达不填")
        return self


@dataclasses.dataclass(frozen=True)
class Entry:
    """One journal to be written. ``moves``: account kind, or ``paid:<use>`` → signed fen."""

    idem: str
    kind: str
    division_code: str
    pool: Pool
    moves: Mapping[str, int]
    memo: str
    on: dt.date
    pay_run_id: int | None = None
    line_count: int = 0
    corrects_id: int | None = None
    reason_code: str = ""

    @property
    def digest(self) -> str:
        body = [
            self.kind, self.division_code, self.pool.fund_source, self.pool.direct_mark, sorted(self.moves.items()),
            self.pay_run_id, self.line_count, self.corrects_id, self.reason_code, self.memo,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


def open_pool(division_code: str, pool: Pool, uses: tuple[str, ...] = ()) -> int:
    """Open a pool's accounts in a division, and one paid account for each use; give how many were missing."""
    wanted = [(kind, "") for kind in KINDS] + [("paid", use) for use in uses]
    rows = [
        Account(
            code=":".join(filter(None, (division_code or "全国", pool.fund_source, pool.direct_mark, kind, use))),
            name=f"{pool.label}·{ACCOUNT_KINDS[kind]}" + (f"·{use_label(use)}" if use else ""),
            kind=kind,
            fund_source=pool.fund_source,
            direct_mark=pool.direct_mark,
            use=use,
            division_code=division_code,
            floor_fen=None if kind == "source" else 0,
        )
        for kind, use in wanted
    ]
    mine = Account.objects.filter(division_code=division_code, fund_source=pool.fund_source)
    before = mine.count()
    Account.objects.bulk_create(rows, ignore_conflicts=True)
    return mine.count() - before


def write(entry: Entry, *, actor: Actor) -> Journal:
    """Write one journal with its legs, or find the one written under the same key with the same content.

    :raises SameKeyOtherContent: the key was used for something else.
    :raises NoAccounts: the pool was never opened in the division.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO funds_journal (idem, body_sha256, kind, effective_on, pay_run_id, corrects_id, reason_code,
                                       memo, line_count, made_by, division_code, recorded_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
            ON CONFLICT (idem) DO NOTHING RETURNING id
            """,
            [
                entry.idem, entry.digest, entry.kind, entry.on, entry.pay_run_id, entry.corrects_id, entry.reason_code,
                entry.memo, entry.line_count, actor.person_key, entry.division_code,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            return _the_same(entry)
        _add_legs(cursor, row[0], entry)
    audit.record(
        f"journal.{entry.kind}",
        actor=actor,
        division_code=entry.division_code,
        subject=f"journal:{row[0]}",
        details={
            "idem": entry.idem,
            "fund_source": entry.pool.fund_source,
            "direct_mark": entry.pool.direct_mark,
            "moves": dict(entry.moves),
            "lines": entry.line_count,
        },
    )
    return Journal.objects.get(pk=row[0])


def _add_legs(cursor: CursorWrapper, journal_id: int, entry: Entry) -> None:
    """Insert the legs in one statement and have the books checked at once, not only at commit."""
    parts = [name.partition(":") for name in entry.moves]
    cursor.execute(
        """
        INSERT INTO funds_leg (journal_id, account_id, amount_fen, division_code)
        SELECT %s, a.id, m.fen, a.division_code
          FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS m (kind, use, fen)
          JOIN funds_account a ON a.division_code = %s AND a.fund_source = %s AND a.direct_mark = %s
                              AND a.kind = m.kind AND a.use = m.use
        """,
        [
            journal_id, [kind for kind, _, _ in parts], [use for _, _, use in parts], list(entry.moves.values()),
            entry.division_code, entry.pool.fund_source, entry.pool.direct_mark,
        ],
    )  # fmt: skip
    if cursor.rowcount != len(entry.moves):
        raise NoAccounts(division=entry.division_code, source=entry.pool.label)
    cursor.execute("SET CONSTRAINTS leg_journal_balances, journal_balances IMMEDIATE")
    cursor.execute("SET CONSTRAINTS leg_journal_balances, journal_balances DEFERRED")


def _the_same(entry: Entry) -> Journal:
    written = Journal.objects.filter(idem=entry.idem).first()
    if written is None or written.body_sha256 != entry.digest:
        raise SameKeyOtherContent(idem=entry.idem)
    return written


def refuse_when_short(county_code: str, pool: Pool, amount_fen: int, idem: str) -> None:
    """Lock the available account and compare; the check constraint stands behind this."""
    if Journal.objects.filter(idem=idem).exists():
        return
    account = (
        Account.objects.select_for_update()
        .filter(division_code=county_code, fund_source=pool.fund_source, direct_mark=pool.direct_mark, kind="available")
        .first()
    )
    available = account.balance_fen if account else 0
    if available < amount_fen:
        raise NotEnoughMoney(
            source=pool.label,
            available=yuan(available),
            needed=yuan(amount_fen),
            gap=yuan(amount_fen - available),
            gap_fen=amount_fen - available,
        )


def short_digest(text: str) -> str:
    """Shorten a document's name for a key."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]
