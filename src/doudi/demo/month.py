"""The demo: three counties from department files to two paid months. Run again, it adds nothing.

In April those already on the roll are paid; who is confirmed in April is paid from May.
"""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from doudi.demo import generate, local_values
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
PAY_DATE = dt.date(2022, 5, 10)
PAID_DAYS = {MONTH: BUSINESS_DATE, Month.of(PAY_DATE): PAY_DATE}  # each month with the day on which it is paid
LAST_MONTH = max(PAID_DAYS)
UNDECIDED, FINISHED = ("frozen", "checked"), ("answered", "closed")
FAILED_PERMILLE = 10
FUNDED_TIMES = 2  # what is sent down for a month, in months of need
ALLOCATION_DOCUMENT = "演示用资金下达通知"


@dataclasses.dataclass(frozen=True)
class Staff:
    """The demo posts of one county that a month needs; four different people."""

    reviewer: Actor
    confirmer: Actor
    maker: Actor
    approver: Actor


def run_county(code: str, folder: Path, staff: Staff, *, people: int, seed: int, say: Say) -> None:
    """Walk one county from its files to the paid months, each stage in a transaction of its own."""
    begun = time.monotonic()
    say(f"生成 {people} 名虚构人员的部门数据")
    if not (folder / "plant.csv").exists():
        generate.make(folder, code, people=people, seed=seed)
    with acting(SYSTEM, code):
        chain.load_department_files(folder, code, known_on=BUSINESS_DATE, actor=SYSTEM, say=say)
    with acting(staff.confirmer, code):
        local_values.record(code, confirmer=staff.confirmer, on=BUSINESS_DATE)
    with acting(SYSTEM, code):
        result = chain.run_cycle(code, MONTH, on=BUSINESS_DATE, known_on=BUSINESS_DATE, actor=SYSTEM)
    say(f"  认定 {result.household_count} 户 {result.person_count} 人;建议 {result.proposal_counts}")
    with acting(staff.confirmer, code):
        decided = chain.decide_clean_lane(
            code, MONTH, on=BUSINESS_DATE, reviewer=staff.reviewer, confirmer=staff.confirmer
        )
    say(f"  清洁通道批量办理 {decided}")
    for turn, (month, on) in enumerate(PAID_DAYS.items()):
        pay_month(code, month, folder, staff, on=on, seed=seed + turn, say=say)
    say(f"  用时 {time.monotonic() - begun:.1f} 秒")


def pay_month(code: str, month: Month, folder: Path, staff: Staff, *, on: dt.date, seed: int, say: Say) -> None:
    """Pay a month: freeze, check, fund, approve by a second person, bank file, the bank's answer."""
    with acting(staff.maker, code):
        run = payments.freeze_run(code, month, actor=staff.maker, on=on)
        if run.state in FINISHED:
            return
        if run.state in UNDECIDED:
            payments.check_run(run.pk, actor=staff.maker, on=on)
        needed = payment_queries.funds_needed(run.pk)
    with acting(SYSTEM):
        funds.open_accounts(code, actor=SYSTEM)
        for source, fen in needed.items():
            funds.allocate(
                code,
                source,
                fen * FUNDED_TIMES,
                document=ALLOCATION_DOCUMENT,
                actor=SYSTEM,
                on=on,
                idem=f"demo-allocate-{code}-{month}-{source}",
            )
    with acting(staff.approver, code):
        payments.approve_run(run.pk, actor=staff.approver, on=on)
        file = payments.make_bank_file(run.pk, actor=staff.approver, on=on)
        answer = fake_bank.answer(bank_files.content_of(file), seed=seed, failure_permille=FAILED_PERMILLE)
    returned = folder / f"{month}-回盘.csv"
    returned.write_bytes(answer)
    with acting(staff.maker, code):
        taken = payments.load_return(returned, run_id=run.pk, actor=staff.maker, on=on)
        tied = payment_queries.reconcile(code, month)
    say(f"  {month} 发放 {taken.paid_count} 笔到账,{taken.failed_count} 笔退票;对账差额 {tied.unexplained_fen} 分")
