"""What ``doudi decide`` does: runs the blocks and tells how far it is, or writes one block's SQL."""

import dataclasses
import datetime as dt
import pathlib
import sys
import time
from typing import Any

import typer

from doudi.engine import bulk, packs
from doudi.engine.files import find
from doudi.engine.local import Step
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import PROGRAMME_LABEL

ENGINES = ("local", "spark")


@dataclasses.dataclass(frozen=True)
class Asked:
    """What the user asked for."""

    folder: pathlib.Path
    out: pathlib.Path
    on: dt.date
    known_on: dt.date | None
    place_code: str | None
    programmes: tuple[str, ...]
    by: str
    workers: int


class ProgressLine:
    """Tells on a terminal how many are done, how fast, and how long it will take; silent elsewhere."""

    def __init__(self) -> None:
        self.last = Step(0, 0, 0, 0)
        self.begun = time.monotonic()

    def __call__(self, step: Step) -> None:
        self.last = step
        if step.block_count > 1 and sys.stderr.isatty():
            end = "\n" if step.blocks_done == step.block_count else ""
            sys.stderr.write(f"\r\x1b[K{self.words(time.monotonic() - self.begun)}{end}")

    def words(self, seconds: float) -> str:
        """Say it in one line, after so many seconds."""
        step = self.last
        line = f"已完成 {step.blocks_done}/{step.block_count} 块,{step.people_done:,} 人"
        fresh = step.people_done - step.people_kept
        if fresh > 0 and seconds > 0:
            rate = fresh / seconds
            line += f",每秒 {rate:,.0f} 人,约剩 {_span((step.people_count - step.people_done) / rate)}"
        elif step.people_kept:
            line += ",接着上次"
        return line


def _span(seconds: float) -> str:
    return f"{seconds:.0f} 秒" if seconds < 100 else f"{seconds / 60:.0f} 分钟"


def run(asked: Asked, engine: str, master: str) -> None:
    """Decide everybody and say what came out.

    :raises BadInput: no such engine.
    """
    if engine not in ENGINES:
        raise BadInput(f"没有名为 {engine} 的引擎", where="--engine", next_step=f"可用:{'、'.join(ENGINES)}")
    options: dict[str, Any] = {"workers": asked.workers}
    if engine == "spark":
        from doudi.engine import spark

        options["runner"] = spark.runner(master)
    line = ProgressLine()
    try:
        result = bulk.decide_files(
            packs.load(),
            find(asked.folder, "person"),
            find(asked.folder, "household"),
            asked.out,
            asked.on,
            asked.known_on,
            progress=line,
            place_code=asked.place_code,
            programmes=asked.programmes,
            by=asked.by,
            **options,
        )
    except KeyboardInterrupt:
        step = line.last
        kept = f"已算完的 {step.blocks_done}/{step.block_count} 块({step.people_done:,} 人)留着。" * bool(
            step.blocks_done
        )
        sys.stderr.write(f"\n已中断。{kept}再次运行同一命令,从没有算完的块接着算。\n")
        raise typer.Exit(1) from None
    _say(result, asked.out)


def interrupted_words(step: Step) -> str:
    """Say what an interrupted run has kept."""
    kept = f"已算完的 {step.blocks_done}/{step.block_count} 块({step.people_done:,} 人)留着。"
    return f"已中断。{kept if step.blocks_done else ''}再次运行同一命令,从没有算完的块接着算。"


def _say(result: bulk.BulkResult, out: pathlib.Path) -> None:
    sys.stdout.write(f"{result.household_count:,} 户 {result.person_count:,} 人,结果在 {out}\n")
    for programme, counts in result.outcome_counts.items():
        sys.stdout.write(
            f"  {PROGRAMME_LABEL.get(programme, programme)}:符合 {counts['grants']:,},"
            f"不符合 {counts['refuses']:,},还不能判断 {counts['needs_facts']:,}\n"
        )
    sys.stdout.write(f"规则 {result.rule_digest[:12]} 参数 {result.parameter_digest[:12]}\n")


def write_sql(asked: Asked, number: int, target: pathlib.Path | None) -> None:
    """Write the complete SQL of one block to a file or to the screen."""
    text = bulk.block_text(
        packs.load(),
        find(asked.folder, "person"),
        find(asked.folder, "household"),
        asked.out.resolve(),
        asked.on,
        number,
        asked.known_on,
        place_code=asked.place_code,
        programmes=asked.programmes,
        by=asked.by,
    )
    if target is None:
        sys.stdout.write(text)
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    sys.stderr.write(f"第 {number} 块的 SQL 已写入 {target};运行 duckdb < {target},结果在 {asked.out}\n")
