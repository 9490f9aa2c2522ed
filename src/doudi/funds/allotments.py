"""Sending money from one level to the level below and taking back what was not used; splitting by need and tilt."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from django.db import transaction

from doudi.audit import services as audit
from doudi.funds import journals
from doudi.funds.journals import Entry, Pool, open_pool, refuse_when_short, short_digest
from doudi.funds.models import Allotment, Journal
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.money import MAX_FEN, yuan
from doudi.security.permissions import require

TOWNSHIP_LEVEL = 4


@transaction.atomic
def allot(
    from_code: str,
    to_code: str,
    pool: Pool,
    amount_fen: int,
    *,
    document: str,
    actor: Actor,
    on: dt.date,
    idem: str = "",
) -> Allotment:
    """Send money down: from a province, prefecture or county to a division below it, or to a township's reserve.

    Both books are written in one transaction; the direct-fund mark goes with the money. The same paper counts once.

    :raises BadInput: names the field.
    :raises NotEnoughMoney: less is available than is sent.
    :source: HLJ2021-2.1, MCA2022-6.4, MCA2022-7.3, MCA2022-4.4
    """
    require(actor, "allocate_funds", from_code)
    pool.checked()
    check(from_code, to_code, amount_fen, document)
    mark = f":{pool.direct_mark}" if pool.direct_mark else ""
    paper = f"{pool.fund_source}{mark}:{on}:{amount_fen}:{short_digest(document)}"
    key = idem or f"allot:{from_code}:{to_code}:{paper}"
    standing = _standing(key)
    if standing is not None:
        return standing
    open_pool(from_code, pool)
    open_pool(to_code, pool)
    refuse_when_short(from_code, pool, amount_fen, key)
    memo = document.strip()[:200]
    down = {"available": -amount_fen, "allotted": amount_fen}
    upper = journals.write(Entry(key, "allot", from_code, pool, down, memo, on), actor=actor)
    up = {"source": -amount_fen, "available": amount_fen}
    lower = journals.write(Entry(f"{key}:in", "allocate", to_code, pool, up, memo, on), actor=actor)
    return _kept(from_code, to_code, pool, amount_fen, memo, on, upper.pk, lower.pk, actor)


@transaction.atomic
def recall(
    from_code: str, to_code: str, pool: Pool, amount_fen: int, *, document: str, actor: Actor, on: dt.date, idem: str
) -> Allotment:
    """Take back to ``from_code`` what the division below has not used.

    :raises NotEnoughMoney: the division below has less left.
    """
    require(actor, "allocate_funds", from_code)
    check(from_code, to_code, amount_fen, document)
    key = f"recall:{idem}"
    standing = _standing(key)
    if standing is not None:
        return standing
    refuse_when_short(to_code, pool, amount_fen, f"{key}:out")
    memo = document.strip()[:200]
    back = {"available": -amount_fen, "source": amount_fen}
    lower = journals.write(Entry(f"{key}:out", "recall", to_code, pool, back, memo, on), actor=actor)
    again = {"allotted": -amount_fen, "available": amount_fen}
    upper = journals.write(Entry(key, "recall", from_code, pool, again, memo, on), actor=actor)
    return _kept(from_code, to_code, pool, -amount_fen, memo, on, upper.pk, lower.pk, actor)


def check(from_code: str, to_code: str, amount_fen: int, document: str) -> None:
    codes.check(from_code)
    codes.check(to_code)
    if from_code == to_code or not codes.contains(from_code, to_code):
        raise BadInput("只能下达到下级地区", where="接收地区", next_step="请选择本辖区内的下级")
    if codes.level(to_code) > TOWNSHIP_LEVEL:
        raise BadInput("资金只下达到乡镇(备用金)为止", where="接收地区")
    if not 0 < amount_fen <= MAX_FEN:
        raise BadInput("金额应大于 0", where="金额", next_step="请写成 1234.50 这样的元数")
    if not document.strip():
        raise BadInput("没有写依据文号", where="文号", next_step="下达资金要写明依据的文件")


def _standing(key: str) -> Allotment | None:
    written = Journal.objects.filter(idem=key).first()
    return Allotment.objects.filter(upper_journal_id=written.pk).first() if written else None


def _kept(
    from_code: str, to_code: str, pool: Pool, fen: int, memo: str, on: dt.date, upper: int, lower: int, actor: Actor
) -> Allotment:
    made = Allotment.objects.create(
        from_code=from_code, division_code=to_code, fund_source=pool.fund_source, direct_mark=pool.direct_mark,
        amount_fen=fen, document=memo, on=on, upper_journal_id=upper, lower_journal_id=lower, made_by=actor.person_key,
    )  # fmt: skip
    audit.record(
        "allotment.made" if fen > 0 else "allotment.recalled",
        actor=actor,
        division_code=to_code,
        subject=f"allotment:{made.pk}",
        details={"from": from_code, "pool": pool.label, "yuan": yuan(abs(fen)), "document": memo},
    )
    return made


# -- how to split ---------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Share:
    """What one division would get of a sum, and from which weight."""

    division_code: str
    need: int
    tilt_permille: int
    amount_fen: int


def split(total_fen: int, needs: Mapping[str, int], tilts: Mapping[str, int] | None = None) -> list[Share]:
    """Split a sum by need, tilted towards severe areas; to the fen, nothing lost, largest remainders first.

    ``needs``: division → need (people, or fen of the roster). ``tilts``: division → thousandths, 1000 where nothing
    is said, 1200 for a fifth more weight.

    :raises BadInput: nothing to split, a negative need, or nobody in need.
    :source: MCA2022-7.3 (倾斜支持)
    """
    tilts = tilts or {}
    if total_fen < 0 or any(need < 0 for need in needs.values()):
        raise BadInput("总额和需求不能小于 0", where="分配")
    weights = {code: need * tilts.get(code, 1000) for code, need in needs.items()}
    whole = sum(weights.values())
    if not whole:
        raise BadInput("没有需求,无从分配", where="分配")
    exact = {code: Fraction(total_fen * weight, whole) for code, weight in weights.items()}
    given = {code: int(value) for code, value in exact.items()}
    rest = total_fen - sum(given.values())
    for code in sorted(exact, key=lambda code: (given[code] - exact[code], code))[:rest]:
        given[code] += 1
    return [Share(code, needs[code], tilts.get(code, 1000), given[code]) for code in sorted(needs)]
