"""Runs blocks on this machine: some workers side by side, each on one processor with its own DuckDB."""

import dataclasses
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

from doudi.engine.blockrun import LOST, Task, Worker
from doudi.engine.files import TABLES
from doudi.engine.rule import PERSON

T = TypeVar("T")
MOST_WORKERS = 4


@dataclasses.dataclass(frozen=True)
class Step:
    """How far a run has come. ``kept`` people were already done by an earlier, interrupted run."""

    blocks_done: int
    block_count: int
    people_done: int
    people_kept: int
    people_count: int = 0


Progress = Callable[[Step], None]


def usual_workers(block_count: int) -> int:
    """Give the number of workers that fits this machine and the work."""
    return max(1, min(len(os.sched_getaffinity(0)), MOST_WORKERS, block_count))


def run(tasks: list[Task], progress: Progress | None, workers: int) -> list[dict[str, int]]:
    """Run every task that is not yet done; gives the counts of all, in their order.

    After a task that lost somebody no further one is begun.
    """
    found: dict[int, dict[str, int]] = {}
    for task in tasks:
        counts = task.counts()
        if counts is not None:
            found[task.number] = counts
    kept = people = sum(counts[TABLES[PERSON]] for counts in found.values())

    def tell() -> None:
        if progress:
            progress(Step(len(found), len(tasks), people, kept))

    tell()
    with Pool(workers) as pool:
        futures = {pool.begin(_running(task)): task for task in tasks if task.number not in found}
        for future in as_completed(futures):
            counts = future.result()
            found[futures[future].number] = counts
            people += counts[TABLES[PERSON]]
            tell()
            if counts.get(LOST):
                break
    return [found[number] for number in sorted(found)]


def _running(task: Task) -> Callable[[Worker], dict[str, int]]:
    return lambda worker: worker.run(task)


class Pool:
    """Threads with a worker each; leaving it early breaks off what runs and drops what waits."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)
        self._own = threading.local()
        self._workers: list[Worker] = []

    def begin(self, job: Callable[[Worker], T]) -> "Future[T]":
        """Let the next free worker do a job."""
        return self._threads.submit(self._run, job)

    def _run(self, job: Callable[[Worker], T]) -> T:
        if not hasattr(self._own, "worker"):
            self._own.worker = Worker()
            self._workers.append(self._own.worker)
        return job(self._own.worker)

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.close()
