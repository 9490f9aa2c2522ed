"""The demo month: three counties from department files to the closed pay run. Run again, it adds nothing."""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from doudi.demo import generate
from doudi.funds import services as funds
from doudi.kernel.actors import SYSTEM, Actor
from doudi.kernel.periods import Month
from doudi.payments import files as bank_files
from doudi.payments import queries as payment_queries
from doudi.payments import services as payments
from doudi.payments.adapters import fake_bank
from doudi.security.scope import acting
from doudi.wiring import month as chain

Say = Callable[[str], None]

COUNTIES = {"231084": "宁安市", "141124": "临县", "210727": "义县"}
BUSINESS_DATE = dt.date(2022, 4, 15)
MONTH = Month(2022, 4)
FAILED_PERMILLE = 10
ALLOCATION_DOCUMENT = "演示用资金下达通知"


@dataclasses.dataclass(frozen=True)
class Staff:
    """The demo posts of one county that a month needs; four different people."""

    reviewer: Actor
    confirmer: Actor
    maker: Actor
    approver: Actor


def run_county(code: str, folder: Path, staff: Staff, *, people: int, seed: int, say: Say) -> None:
    """Walk one county from its files to the closed pay run, each stage in a transaction of its own."""
    begun = time.monotonic()
    say(f"{COUNTIES[code]}:生成 {people} 名虚构人员的部门数据")
    if not (folder / "plant.csv").exists():
        generate.make(folder, code, people=people, seed=seed)
    with acting(SYSTEM, code):
        chain.load_department_files(folder, code, known_on=BUSINESS_DATE, actor=SYSTEM, say=say)
    with acting(SYSTEM, code):
        result = chain.run_cycle(code, MONTH, on=BUSINESS_DATE, known_on=BUSINESS_DATE, actor=SYSTEM)
    say(f"  认定 {result.household_count} 户 {result.person_count} 人;建议 {result.proposal_counts}")
    with acting(staff.confirmer, code):
        decided = chain.decide_clean_lane(
            code, MONTH, on=BUSINESS_DATE, reviewer=staff.reviewer, confirmer=staff.confirmer
        )
    say(f"  清洁通道批量办理 {decided}")
    pay_month(code, folder, staff, seed=seed, say=say)
    say(f"  {COUNTIES[code]}用时 {time.monotonic() - begun:.1f} 秒")


def pay_month(code: str, folder: Path, staff: Staff, *, seed: int, say: Say) -> None:
    """Pay the month: freeze, check, fund, approve by a second person, bank file, the bank's answer, retry, close."""
    with acting(staff.maker, code):
        run = payments.freeze_run(code, MONTH, actor=staff.maker, on=BUSINESS_DATE)
        run = payments.check_run(run.pk, actor=staff.maker, on=BUSINESS_DATE)
        needed = payment_queries.funds_needed(run.pk)
    with acting(SYSTEM):
        funds.open_accounts(code, actor=SYSTEM)
        for source, fen in needed.items():
            funds.allocate(
                code,
                source,
                fen * 3,
                document=ALLOCATION_DOCUMENT,
                actor=SYSTEM,
                on=BUSINESS_DATE,
                idem=f"demo-allocate-{code}-{source}",
            )
    with acting(staff.approver, code):
        payments.approve_run(run.pk, actor=staff.approver, on=BUSINESS_DATE)
        file = payments.make_bank_file(run.pk, actor=staff.approver, on=BUSINESS_DATE)
        answer = fake_bank.answer(bank_files.content_of(file), seed=seed, failure_permille=FAILED_PERMILLE)
    returned = folder / f"{MONTH}-回盘.csv"
    returned.write_bytes(answer)
    with acting(staff.maker, code):
        taken = payments.load_return(returned, run_id=run.pk, actor=staff.maker, on=BUSINESS_DATE)
        tied = payment_queries.reconcile(code, MONTH)
    say(f"  发放 {taken.paid_count} 笔到账,{taken.failed_count} 笔退票;对账差额 {tied.unexplained_fen} 分")
