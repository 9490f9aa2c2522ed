"""``doudi demo``, step by step. Every step may be run again; what is there stays."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings

from doudi.cli import edge
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import DoudiError, Refusal, Upstream
from doudi.platform import database
from doudi.platform import serve as web
from doudi.platform.home import make_folder
from doudi.platform.migrate import is_current, migrate, remember
from doudi.security import clock, services
from doudi.security.demo_users import demo_posts, ensure_demo_users
from doudi.security.models import BusinessDate
from doudi.security.posts import to_actor
from doudi.security.scope import acting

Say = Callable[[str], None]
ANSWER_SECONDS = 150
MOST_WORKERS = 4


def prepare(say: Say) -> None:
    """Bring up the database, the divisions, the demo people and the demo date."""
    begun = time.monotonic()
    database.start()
    if is_current():
        say("数据库已是最新")
        return
    from doudi.demo.month import BUSINESS_DATE
    from doudi.places.services import load_divisions

    say("准备数据库……")
    tables = migrate()
    with acting(SYSTEM):
        loaded = load_divisions()
        ensure_demo_users()
        if not BusinessDate.objects.exists():
            services.set_business_date(BUSINESS_DATE, actor=SYSTEM, reason="演示")
    remember()
    say(
        f"数据库就绪:{len(tables)} 个表受行级权限保护,区划新增 {loaded.added} 条,用时 {time.monotonic() - begun:.1f} 秒"
    )


def open_pages(host: str, port: int, say: Say) -> "subprocess.Popen[bytes]":
    """Serve the pages in a process of their own and wait until they answer.

    :raises Upstream: they do not.
    """
    web.check_port(host, port)
    process = subprocess.Popen(web.serve_command(host, port))
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}/"
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                say(f"网页已可打开:{address}")
                return process
        except urllib.error.HTTPError:
            return process
        except OSError:
            time.sleep(0.3)
    process.terminate()
    raise Upstream("网页服务没有启动", next_step="原因见上面的输出")


def show_logins(say: Say) -> None:
    """Print the demo log-ins with their passwords."""
    with acting(SYSTEM):
        logins = ensure_demo_users()
    say("登录名、口令(本机随机生成,也存在 " + str(Path(settings.DOUDI_HOME) / "demo-users.json") + "):")
    for one in logins:
        say(f"  {one.login:<13}{one.password:<21}{one.name}  {one.post_label}")


def run_months(*, people: int, seed: int, say: Say) -> None:
    """Walk every demo county through its months, unless it has been; then it is the day of the last payment.

    Counties do not touch one another, so they run side by side, each in a process of its own.

    :raises Refusal: a county's month was refused; the others are finished all the same.
    """
    from doudi.demo import month as demo_month

    waiting = [code for code in demo_month.COUNTIES if not _is_paid(code)]
    for code in demo_month.COUNTIES.keys() - set(waiting):
        say(f"{demo_month.COUNTIES[code]}:到 {demo_month.LAST_MONTH} 已经跑完,保留")
    if waiting:
        workers = min(len(waiting), os.cpu_count() or 1, MOST_WORKERS)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=edge.ready) as pool:
            refused = [why for why in pool.map(_run_county, waiting, repeat(people), repeat(seed)) if why]
        if refused:
            raise Refusal(";".join(text for text, _ in refused), next_step=refused[0][1])
    with acting(SYSTEM):
        if clock.business_date() == demo_month.BUSINESS_DATE:
            services.set_business_date(demo_month.PAY_DATE, actor=SYSTEM, reason="演示:五月发放日")


def _is_paid(code: str) -> bool:
    from doudi.demo import month as demo_month
    from doudi.payments.models import PayRun

    with acting(SYSTEM, code):
        return PayRun.objects.filter(month=str(demo_month.LAST_MONTH), state__in=demo_month.FINISHED).exists()


def _run_county(code: str, people: int, seed: int) -> tuple[str, str] | None:
    """Walk one county, in a process of its own; give the text and next step of a refusal."""
    from doudi.demo import month as demo_month

    with acting(SYSTEM, code):
        posts = {end: to_actor(post) for end, post in demo_posts(code).items()}
    staff = demo_month.Staff(posts["shenhe"], posts["queren"], posts["zhidan"], posts["fuhe"])
    folder = make_folder(Path(settings.DOUDI_HOME) / "demo" / code)
    name = demo_month.COUNTIES[code]
    try:
        demo_month.run_county(code, folder, staff, people=people, seed=seed, say=lambda text: _tell(name, text))
    except DoudiError as error:
        return f"{name}:{error.text}", error.step
    return None


def _tell(county: str, text: str) -> None:
    print(f"{county}:{text.strip()}", flush=True)  # noqa: T201
