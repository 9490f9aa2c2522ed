"""The same blocks as tasks of a Spark cluster: Spark deals them out, DuckDB reckons each one.

Nothing is shuffled, because families never cross blocks.  Every machine of the cluster needs this package and the
two files and the output folder under the same paths.  Needs the extra ``doudi[spark]`` and Java 17 or later.
"""

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from typing import Any

from doudi.engine.blockrun import LOST, Task, Worker
from doudi.engine.files import TABLES
from doudi.engine.local import Progress, Step
from doudi.engine.rule import PERSON
from doudi.kernel.errors import BadInput

EVERY_SECONDS = 1.0


def runner(master: str = "local[2]") -> Callable[[list[Task], Progress | None, int], list[dict[str, int]]]:
    """Give what runs tasks on the cluster of this master address.

    :raises BadInput: PySpark or Java is not there.
    """
    session_type = _session_type()

    def run(tasks: list[Task], progress: Progress | None, workers: int) -> list[dict[str, int]]:
        waiting = [task for task in tasks if task.counts() is None]
        if waiting:
            _run_on(session_type, master, tasks, waiting, progress)
        _tell(tasks, progress, 0)
        return [_finished(task) for task in tasks]

    return run


def _session_type() -> Any:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise BadInput("找不到 Java", where="--engine spark", next_step="安装 Java 17,或用 JAVA_HOME 指明它在哪里")
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise BadInput(
            "没有安装 PySpark", where="--engine spark", next_step="运行 pip install -r requirements-spark.lock"
        ) from error
    return SparkSession


def _run_on(session_type: Any, master: str, tasks: list[Task], waiting: list[Task], progress: Progress | None) -> None:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    kept = sum((task.counts() or {}).get(TABLES[PERSON], 0) for task in tasks)
    try:
        session = (
            session_type.builder.master(master)
            .appName("doudi decide")
            .config("spark.ui.enabled", "false")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )
    except Exception as error:
        raise BadInput(f"连不上 Spark:{str(error).splitlines()[0]}", where=master) from error
    try:
        context = session.sparkContext
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(tasks, progress, kept, over), daemon=True)
        watcher.start()
        try:
            found = context.parallelize(waiting, len(waiting)).map(_run_task).collect()
        finally:
            over.set()
            watcher.join()
        wrong = next((one["error"] for one in found if one.get("error")), "")
        if wrong:
            raise BadInput(f"批量计算没有完成:{wrong}", next_step="核对输入里是否有过大的金额;磁盘和内存是否足够")
    finally:
        session.stop()


def _run_task(task: Task) -> dict[str, Any]:
    """Run one task in a worker process of the cluster."""
    import duckdb

    worker = Worker()
    try:
        return dict(worker.run(task))
    except duckdb.Error as error:
        return {"error": str(error).splitlines()[0]}
    finally:
        worker.close()


def _finished(task: Task) -> dict[str, int]:
    """Give the counts of a task; one without its note lost somebody on the way."""
    return task.counts() or {LOST: 1, TABLES[PERSON]: 0}


def _watch(tasks: list[Task], progress: Progress | None, kept: int, over: threading.Event) -> None:
    while not over.wait(EVERY_SECONDS):
        _tell(tasks, progress, kept)


def _tell(tasks: list[Task], progress: Progress | None, kept: int) -> None:
    if progress:
        done = [json.loads(task.note.read_text()) for task in tasks if task.note.exists()]
        progress(Step(len(done), len(tasks), sum(one[TABLES[PERSON]] for one in done), kept))
