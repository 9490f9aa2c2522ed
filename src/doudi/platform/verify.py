"""``doudi verify``: everything that can be recomputed is recomputed, and the first broken row is named."""

import dataclasses
import importlib
import time
from collections.abc import Callable, Iterator

from doudi.audit import seals
from doudi.audit.verify import ChainHead, verify_chain
from doudi.determination.models import Run
from doudi.kernel.actors import SYSTEM
from doudi.security import rls
from doudi.security.scope import acting

ROOM_CHECKS = (
    ("账簿", "doudi.funds.checks", "verify_ledger"),
    ("发放明细", "doudi.payments.checks", "verify_payments"),
    ("审批与待遇", "doudi.cases.checks", "verify_cases"),
    ("待遇", "doudi.benefits.checks", "verify_awards"),
    ("价格补贴", "doudi.prices.checks", "verify_prices"),
)
REPLAY = ("doudi.determination.services", "replay")


@dataclasses.dataclass(frozen=True)
class Checked:
    """One check: what was looked at, and what is wrong (the first one names the first broken row)."""

    name: str
    looked_at: str
    wrong: list[str]
    seconds: float


def _found(module: str, name: str) -> Callable[..., list[str]] | None:
    try:
        return getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None


def _guards() -> tuple[str, list[str]]:
    return "行级权限与视图", rls.gaps()


def _seals() -> tuple[str, list[str]]:
    wrong, count = [], 0
    tables = seals.all_sealed()
    for sealed in tables:
        count += seals.count_rows(sealed)
        broken = seals.first_broken(sealed)
        if broken:
            wrong.append(f"表 {broken.table} 第 {broken.key} 行:{broken.what}")
    return f"{len(tables)} 个表 {count:,} 行", wrong


def _replay(sample: int) -> tuple[str, list[str]]:
    replay = _found(*REPLAY)
    runs = list(Run.objects.order_by("-id").values_list("id", flat=True)[:20])
    wrong: list[str] = []
    for run_id in runs if replay else []:
        wrong += replay(run_id, sample) or []  # type: ignore[misc]
    return f"{len(runs)} 个批次,每批抽 {sample} 户", wrong


def checks(sample: int, heads: list[ChainHead]) -> Iterator[Checked]:
    """Run every check in the system's scope, one transaction each; the chain heads are added to ``heads``."""

    def chain() -> tuple[str, list[str]]:
        result = verify_chain()
        heads.extend(result.heads)
        broken = result.broken
        return f"{result.entry_count:,} 条", [f"{broken.table} {broken.key}:{broken.what}"] if broken else []

    rooms = [(name, check) for name, module, verb in ROOM_CHECKS if (check := _found(module, verb))]
    parts: list[tuple[str, Callable[[], tuple[str, list[str]]]]] = [
        ("权限围栏", _guards),
        ("操作留痕", chain),
        ("封存的行", _seals),
        *((name, lambda check=check: ("全部", list(check()))) for name, check in rooms),
        ("认定重算", lambda: _replay(sample)),
    ]
    for name, part in parts:
        begun = time.monotonic()
        with acting(SYSTEM):
            looked_at, wrong = part()
        yield Checked(name, looked_at, wrong, time.monotonic() - begun)
