"""Write side of the books: bring money in, set it aside, pay it, give it back, correct by addition.

Every verb takes a key (``idem``): the same key with the same content adds nothing, with other content is refused.
Sending money from level to level is in ``allotments``, shutting a month in ``closing``.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction

from doudi.funds import journals
from doudi.funds.journals import (
    Entry,
    NoAccounts,
    NotEnoughMoney,
    Pool,
    SameKeyOtherContent,
    open_pool,
    refuse_when_short,
    short_digest,
)
from doudi.funds.models import CORRECTION_REASONS, FUND_SOURCES, Journal
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.money import MAX_FEN, yuan
from doudi.security.permissions import require

__all__ = [
    "NoAccounts",
    "NotEnoughMoney",
    "Pool",
    "SameKeyOtherContent",
    "allocate",
    "check_allocation",
    "correct",
    "open_accounts",
    "post",
    "reserve",
    "void",
]


def open_accounts(county_code: str, *, actor: Actor, fund_sources: tuple[str, ...] = tuple(FUND_SOURCES)) -> int:
    """Open the accounts of each fund source in a division. Repeating opens only what is missing."""
    require(actor, "allocate_funds", county_code)
    return sum(open_pool(county_code, Pool(source).checked()) for source in fund_sources)


@transaction.atomic
def allocate(
    county_code: str,
    fund_source: str,
    amount_fen: int,
    *,
    document: str,
    actor: Actor,
    on: dt.date,
    direct_mark: str = "",
    idem: str = "",
) -> Journal:
    """Record money that came to a division from outside the books, under a document.

    Without a key the document, source, amount and day are the key: the same paper typed twice counts once.

    :raises BadInput: amount not positive, source or mark unknown, document missing.
    :source: LN2020-4.1, MCA2022-7.2
    """
    require(actor, "allocate_funds", county_code)
    pool = check_allocation(fund_source, amount_fen, document, direct_mark)
    open_pool(county_code, pool)
    marked = f":{direct_mark}" if direct_mark else ""
    key = idem or f"allocate:{county_code}:{fund_source}{marked}:{on}:{amount_fen}:{short_digest(document)}"
    moves = {"source": -amount_fen, "available": amount_fen}
    entry = Entry(key, "allocate", county_code, pool, moves, document.strip()[:200], on)
    return journals.write(entry, actor=actor)


def check_allocation(fund_source: str, amount_fen: int, document: str, direct_mark: str = "") -> Pool:
    """Refuse an allocation that cannot be written, before anybody is asked to confirm it."""
    pool = Pool(fund_source, direct_mark).checked()
    if not 0 < amount_fen <= MAX_FEN:
        raise BadInput("下达金额应大于 0", where="金额", next_step="请写成 1234.50 这样的元数")
    if not document.strip():
        raise BadInput("没有写依据文号", where="文号", next_step="下达资金要写明依据的文件")
    return pool


def reserve(
    county_code: str,
    fund_source: str,
    amount_fen: int,
    *,
    idem: str,
    pay_run_id: int,
    line_count: int,
    memo: str,
    actor: Actor,
    on: dt.date,
    direct_mark: str = "",
) -> Journal:
    """Set money aside for an approved run.

    :raises NotEnoughMoney: less is available than asked; names the gap.
    """
    pool = Pool(fund_source, direct_mark)
    refuse_when_short(county_code, pool, amount_fen, idem)
    moves = {"available": -amount_fen, "reserved": amount_fen}
    entry = Entry(idem, "reserve", county_code, pool, moves, memo, on, pay_run_id, line_count)
    return journals.write(entry, actor=actor)


def post(
    county_code: str,
    fund_source: str,
    by_use: Mapping[str, int],
    *,
    idem: str,
    pay_run_id: int,
    line_count: int,
    memo: str,
    actor: Actor,
    on: dt.date,
    direct_mark: str = "",
) -> Journal:
    """Record that the bank paid reserved money out. ``by_use``: programme (or programme:group) → fen."""
    pool = Pool(fund_source, direct_mark)
    open_pool(county_code, pool, tuple(by_use))
    moves = {"reserved": -sum(by_use.values())} | {f"paid:{use}": fen for use, fen in sorted(by_use.items())}
    entry = Entry(idem, "post", county_code, pool, moves, memo, on, pay_run_id, line_count)
    return journals.write(entry, actor=actor)


def void(
    county_code: str,
    fund_source: str,
    amount_fen: int,
    *,
    idem: str,
    pay_run_id: int,
    line_count: int,
    memo: str,
    actor: Actor,
    on: dt.date,
    direct_mark: str = "",
) -> Journal:
    """Record that reserved money was not paid; it is free again in the pool it came from."""
    pool = Pool(fund_source, direct_mark)
    moves = {"reserved": -amount_fen, "available": amount_fen}
    entry = Entry(idem, "void", county_code, pool, moves, memo, on, pay_run_id, line_count)
    return journals.write(entry, actor=actor)


@transaction.atomic
def correct(
    journal_id: int,
    *,
    from_kind: str,
    to_kind: str,
    amount_fen: int,
    reason_code: str,
    reason: str,
    idem: str,
    actor: Actor,
    on: dt.date,
) -> Journal:
    """Correct an entry by adding another one with a reason; the first stays as it is.

    Kinds as in ``Entry.moves``. All corrections of one entry together move no more than the entry did.

    :raises Refusal: no such entry, or more than the entry moved and was not corrected yet.
    :raises BadInput: no reason, or an unknown reason code.
    """
    with connection.cursor() as cursor:  # two corrections of one entry go one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('correct:' || %s, 0))", [str(journal_id)])
    first = Journal.objects.filter(pk=journal_id).first()
    if first is None:
        raise Refusal(f"没有凭证 {journal_id}", next_step="请核对凭证编号")
    require(actor, "allocate_funds", first.division_code)
    if reason_code not in CORRECTION_REASONS:
        raise BadInput(
            f"没有更正原因“{reason_code}”", where="更正原因", next_step=f"可用:{'、'.join(CORRECTION_REASONS)}"
        )
    if not reason.strip():
        raise BadInput("更正要写理由", where="理由", next_step="请写明为什么更正")
    pool, left_fen = _pool_and_rest(journal_id, idem)
    if not 0 < amount_fen <= left_fen:
        raise BadInput(f"更正金额应在 0.01 到 {yuan(left_fen)} 元之间", where="金额")
    entry = Entry(
        idem, "correct", first.division_code, pool, {from_kind: -amount_fen, to_kind: amount_fen},
        reason.strip()[:200], on, corrects_id=journal_id, reason_code=reason_code,
    )  # fmt: skip
    return journals.write(entry, actor=actor)


def _pool_and_rest(journal_id: int, idem: str) -> tuple[Pool, int]:
    """Tell a journal's pool, and how much of what it moved was not corrected under other keys yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(a.fund_source), min(a.direct_mark), sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0)
              FROM funds_leg l JOIN funds_account a ON a.id = l.account_id WHERE l.journal_id = %s
            """,
            [journal_id],
        )
        source, mark, moved = cursor.fetchone()
        cursor.execute(
            """
            SELECT coalesce(sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0), 0)
              FROM funds_journal j JOIN funds_leg l ON l.journal_id = j.id
             WHERE j.corrects_id = %s AND j.idem <> %s
            """,
            [journal_id, idem],
        )
        corrected = cursor.fetchone()[0]
    return Pool(source, mark), int(moved) - int(corrected)
