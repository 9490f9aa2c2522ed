"""Runs a command and says what it cost: CPU seconds with its children, wall seconds, peak memory."""

import dataclasses
import os
import statistics
import subprocess
import time


@dataclasses.dataclass(frozen=True)
class Cost:
    """One run. Units: seconds and MiB."""

    cpu: float
    wall: float
    peak_mib: float


def run(command: list[str]) -> Cost:
    """Run to the end; a command that fails stops the benchmark.

    The system counts what this process held when it branched off as the command's, so it must stay small itself.
    """
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed with {process.returncode}: {' '.join(command)}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024)


def middle(costs: list[Cost]) -> Cost:
    """Take the median of each figure, and the greatest memory."""
    return Cost(
        statistics.median(one.cpu for one in costs),
        statistics.median(one.wall for one in costs),
        max(one.peak_mib for one in costs),
    )
