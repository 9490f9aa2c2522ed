"""Write side of the books: open accounts, bring money in, set it aside, pay it, give it back, correct by addition.

Every verb takes a key (``idem``): the same key with the same content adds nothing, with other content is refused.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from doudi.audit import services as audit
from doudi.funds.models import ACCOUNT_KINDS, FUND_SOURCES, Account, Journal
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.money import MAX_FEN, yuan
from doudi.security.permissions import require


class NotEnoughMoney(Refusal):
    message = "{source}可用 {available} 元,需要 {needed} 元,还差 {gap} 元"
    next_step = "请先下达资金({gap} 元),再批准"


class SameKeyOtherContent(Refusal):
    message = "凭证 {idem} 已经记过,内容不同"
    next_step = "请核对原凭证;需要改正时用“更正”追加一笔"


class NoAccounts(Refusal):
    message = "{division} 还没有{source}账户"
    next_step = "请先开立账户:doudi pay allocate 会在下达时开立"


def open_accounts(county_code: str, *, actor: Actor, fund_sources: tuple[str, ...] = tuple(FUND_SOURCES)) -> int:
    """Open one account per fund source and kind for a county. Repeating opens only what is missing."""
    require(actor, "allocate_funds", county_code)
    for source in fund_sources:
        _known_source(source)
    rows = [
        Account(
            code=f"{county_code}:{source}:{kind}",
            name=f"{FUND_SOURCES[source]}·{label}",
            kind=kind,
            fund_source=source,
            division_code=county_code,
            floor_fen=None if kind == "source" else 0,
        )
        for source in fund_sources
        for kind, label in ACCOUNT_KINDS.items()
    ]
    before = Account.objects.filter(division_code=county_code).count()
    Account.objects.bulk_create(rows, ignore_conflicts=True)
    return Account.objects.filter(division_code=county_code).count() - before


@transaction.atomic
def allocate(
    county_code: str,
    fund_source: str,
    amount_fen: int,
    *,
    document: str,
    actor: Actor,
    on: dt.date,
    idem: str = "",
) -> Journal:
    """Record money that a higher level sent down to a county, under a document.

    Without a key the document, source, amount and day are the key: the same paper typed twice counts once.

    :raises BadInput: amount not positive, source unknown, document missing.
    :source: LN2020-4.1, MCA2022-7.2
    """
    require(actor, "allocate_funds", county_code)
    check_allocation(fund_source, amount_fen, document)
    open_accounts(county_code, actor=actor, fund_sources=(fund_source,))
    key = idem or f"allocate:{county_code}:{fund_source}:{on}:{amount_fen}:{_short(document)}"
    return _write(
        idem=key,
        kind="allocate",
        county_code=county_code,
        fund_source=fund_source,
        moves={"source": -amount_fen, "available": amount_fen},
        memo=document.strip()[:200],
        actor=actor,
        on=on,
    )


def check_allocation(fund_source: str, amount_fen: int, document: str) -> None:
    """Refuse an allocation that cannot be written, before anybody is asked to confirm it."""
    _known_source(fund_source)
    if not 0 < amount_fen <= MAX_FEN:
        raise BadInput("下达金额应大于 0", where="金额", next_step="请写成 1234.50 这样的元数")
    if not document.strip():
        raise BadInput("没有写依据文号", where="文号", next_step="下达资金要写明依据的文件")


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
) -> Journal:
    """Set money aside for an approved run.

    :raises NotEnoughMoney: less is available than asked; names the gap.
    """
    _refuse_when_short(county_code, fund_source, amount_fen, idem)
    return _write(
        idem=idem,
        kind="reserve",
        county_code=county_code,
        fund_source=fund_source,
        moves={"available": -amount_fen, "reserved": amount_fen},
        memo=memo,
        actor=actor,
        on=on,
        pay_run_id=pay_run_id,
        line_count=line_count,
    )


def post(
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
) -> Journal:
    """Record that the bank paid reserved money out."""
    return _write(
        idem=idem,
        kind="post",
        county_code=county_code,
        fund_source=fund_source,
        moves={"reserved": -amount_fen, "paid": amount_fen},
        memo=memo,
        actor=actor,
        on=on,
        pay_run_id=pay_run_id,
        line_count=line_count,
    )


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
) -> Journal:
    """Give reserved money back to what is available: the bank returned it."""
    return _write(
        idem=idem,
        kind="void",
        county_code=county_code,
        fund_source=fund_source,
        moves={"reserved": -amount_fen, "available": amount_fen},
        memo=memo,
        actor=actor,
        on=on,
        pay_run_id=pay_run_id,
        line_count=line_count,
    )


@transaction.atomic
def correct(
    journal_id: int, *, from_kind: str, to_kind: str, amount_fen: int, reason: str, idem: str, actor: Actor, on: dt.date
) -> Journal:
    """Correct an entry by adding another one with a reason; the first stays as it is.

    :raises Refusal: no such entry, no reason, or more than the entry moved.
    """
    first = Journal.objects.filter(pk=journal_id).first()
    if first is None:
        raise Refusal(f"没有凭证 {journal_id}", next_step="请核对凭证编号")
    require(actor, "allocate_funds", first.division_code)
    if not reason.strip():
        raise BadInput("更正要写理由", where="理由", next_step="请写明为什么更正")
    source, moved_fen = _source_and_size(journal_id)
    if not 0 < amount_fen <= moved_fen:
        raise BadInput(f"更正金额应在 0.01 到 {yuan(moved_fen)} 元之间", where="金额")
    return _write(
        idem=idem,
        kind="correct",
        county_code=first.division_code,
        fund_source=source,
        moves={from_kind: -amount_fen, to_kind: amount_fen},
        memo=reason.strip()[:200],
        actor=actor,
        on=on,
        corrects_id=journal_id,
    )


def _write(
    *,
    idem: str,
    kind: str,
    county_code: str,
    fund_source: str,
    moves: Mapping[str, int],
    memo: str,
    actor: Actor,
    on: dt.date,
    pay_run_id: int | None = None,
    line_count: int = 0,
    corrects_id: int | None = None,
) -> Journal:
    """Write one journal with its legs, or find the one written under the same key with the same content."""
    body = json.dumps(
        [kind, county_code, fund_source, sorted(moves.items()), pay_run_id, line_count, corrects_id, memo],
        ensure_ascii=False,
    )
    digest = hashlib.sha256(body.encode()).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO funds_journal (idem, body_sha256, kind, effective_on, pay_run_id, corrects_id, memo,
                                       line_count, made_by, division_code, recorded_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
            ON CONFLICT (idem) DO NOTHING RETURNING id
            """,
            [
                idem, digest, kind, on, pay_run_id, corrects_id, memo, line_count, actor.person_key, county_code,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            return _the_same(idem, digest)
        _add_legs(cursor, row[0], county_code, fund_source, moves)
    audit.record(
        f"journal.{kind}",
        actor=actor,
        division_code=county_code,
        subject=f"journal:{row[0]}",
        details={"idem": idem, "fund_source": fund_source, "moves": dict(moves), "lines": line_count},
    )
    return Journal.objects.get(pk=row[0])


def _add_legs(
    cursor: CursorWrapper, journal_id: int, county_code: str, fund_source: str, moves: Mapping[str, int]
) -> None:
    """Insert the legs in one statement and have the books checked at once, not only at commit."""
    cursor.execute(
        """
        INSERT INTO funds_leg (journal_id, account_id, amount_fen, division_code)
        SELECT %s, a.id, m.fen, a.division_code
          FROM unnest(%s::text[], %s::bigint[]) AS m (kind, fen)
          JOIN funds_account a ON a.division_code = %s AND a.fund_source = %s AND a.kind = m.kind
        """,
        [journal_id, list(moves), list(moves.values()), county_code, fund_source],
    )
    if cursor.rowcount != len(moves):
        raise NoAccounts(division=county_code, source=FUND_SOURCES[fund_source])
    cursor.execute("SET CONSTRAINTS leg_journal_balances, journal_balances IMMEDIATE")
    cursor.execute("SET CONSTRAINTS leg_journal_balances, journal_balances DEFERRED")


def _the_same(idem: str, digest: str) -> Journal:
    written = Journal.objects.filter(idem=idem).first()
    if written is None or written.body_sha256 != digest:
        raise SameKeyOtherContent(idem=idem)
    return written


def _refuse_when_short(county_code: str, fund_source: str, amount_fen: int, idem: str) -> None:
    """Lock the available account and compare; the check constraint stands behind this."""
    if Journal.objects.filter(idem=idem).exists():
        return
    account = (
        Account.objects.select_for_update()
        .filter(division_code=county_code, fund_source=fund_source, kind="available")
        .first()
    )
    available = account.balance_fen if account else 0
    if available < amount_fen:
        raise NotEnoughMoney(
            source=FUND_SOURCES[fund_source],
            available=yuan(available),
            needed=yuan(amount_fen),
            gap=yuan(amount_fen - available),
            gap_fen=amount_fen - available,
        )


def _source_and_size(journal_id: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(a.fund_source), sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0)"
            "  FROM funds_leg l JOIN funds_account a ON a.id = l.account_id WHERE l.journal_id = %s",
            [journal_id],
        )
        source, fen = cursor.fetchone()
    return source, int(fen)


def _known_source(fund_source: str) -> None:
    if fund_source not in FUND_SOURCES:
        known = "、".join(f"{k}({v})" for k, v in FUND_SOURCES.items())
        raise BadInput(f"没有资金来源“{fund_source}”", where="资金来源", next_step=f"可用的有:{known}")


def _short(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]
