"""The month of the demo counties, stage by stage: department files to the paid month and the weekly report.

    python benchmarks/month.py --people 20000

Making the files is not counted. Each stage prints wall seconds and the number of statements it sent, which must not
grow with the people. The baseline is a bare ``COPY`` of the facts that the month carries, in the same run.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STAGES = ("import", "determine and propose", "decide the clean lane", "pay", "weekly report")
BAR_SECONDS = 180


class Clock:
    """Wall seconds and statements by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.statements: dict[str, int] = defaultdict(int)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        from django.db import connection

        def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            self.statements[name] += 1
            return execute(sql, params, many, context)

        begun = time.perf_counter()
        with connection.execute_wrapper(count):
            yield
        self.seconds[name] += time.perf_counter() - begun


def walk(code: str, folder: Path, clock: Clock, seed: int) -> None:
    """Walk one county through its April, stage by stage."""
    from doudi.demo import month as demo
    from doudi.kernel.actors import SYSTEM
    from doudi.reports import queries as reports
    from doudi.security.demo_users import demo_posts
    from doudi.security.posts import to_actor
    from doudi.security.scope import acting
    from doudi.wiring import month as chain

    with acting(SYSTEM, code):
        posts = {end: to_actor(post) for end, post in demo_posts(code).items()}
    staff = demo.Staff(posts["shenhe"], posts["queren"], posts["zhidan"], posts["fuhe"])
    on, month = demo.BUSINESS_DATE, demo.MONTH
    with clock.stage(STAGES[0]), acting(SYSTEM, code):
        chain.load_department_files(folder, code, known_on=on, actor=SYSTEM, say=lambda text: None)
    with clock.stage(STAGES[1]), acting(SYSTEM, code):
        chain.run_cycle(code, month, on=on, known_on=on, actor=SYSTEM)
    with clock.stage(STAGES[2]), acting(staff.confirmer, code):
        chain.decide_clean_lane(code, month, on=on, reviewer=staff.reviewer, confirmer=staff.confirmer)
    with clock.stage(STAGES[3]):
        demo.pay_month(code, month, folder, staff, on=on, seed=seed, say=lambda text: None)
    with clock.stage(STAGES[4]), acting(SYSTEM, code):
        reports.weekly(code, on)


def bare_copy() -> tuple[int, float]:
    """Copy the month's facts out and in again with nothing else; give rows and seconds of the way in."""
    from django.db import connection, transaction

    from doudi.kernel.actors import SYSTEM
    from doudi.security.scope import acting

    with acting(SYSTEM), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("create temp table bare (like facts_fact) on commit drop")
        raw = connection.connection
        with raw.cursor() as cursor:
            with cursor.copy("copy (select * from facts_fact) to stdout (format binary)") as out:
                blocks = [bytes(block) for block in out]
            begun = time.perf_counter()
            with cursor.copy("copy bare from stdin (format binary)") as way_in:
                for block in blocks:
                    way_in.write(block)
            seconds = time.perf_counter() - begun
            rows = cursor.execute("select count(*) from bare").fetchone()[0]
    return rows, seconds


def main() -> None:
    """Make a throwaway installation, walk the counties one after another, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=20_000, help="people in each of the three counties")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    home = Path(tempfile.mkdtemp(prefix="doudi-month-"))
    os.environ["DOUDI_HOME"] = str(home)
    from doudi.cli import edge

    edge.set_up()
    from doudi.cli import demonstration
    from doudi.demo import generate
    from doudi.demo.month import COUNTIES
    from doudi.platform import database

    demonstration.prepare(lambda text: None)
    clock = Clock()
    for code in COUNTIES:
        folder = home / "demo" / code
        generate.make(folder, code, people=chosen.people, seed=chosen.seed)
        walk(code, folder, clock, chosen.seed)
    rows, baseline = bare_copy()
    report(clock, chosen.people * len(COUNTIES), rows, baseline)
    database.box().stop()


def report(clock: Clock, people: int, rows: int, baseline: float) -> None:
    """Print the table and the bar."""
    print(f"| stage, {people:,} people, three counties one after another | wall s | statements |")
    print("| --- | ---: | ---: |")
    for name in STAGES:
        print(f"| {name} | {clock.seconds[name]:.1f} | {clock.statements[name]} |")
    whole = sum(clock.seconds.values())
    print(f"| all | {whole:.1f} | {sum(clock.statements.values())} |")
    print()
    ratio = whole / baseline
    print(f"Bare COPY of the month's {rows:,} facts: {baseline:.1f} s; the whole month is {ratio:.0f} times that.")
    print(f"Bar: 60,000 people in under {BAR_SECONDS} s: {'holds' if whole < BAR_SECONDS else 'missed'}")


if __name__ == "__main__":
    main()
