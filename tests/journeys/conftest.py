"""A browser and a running Doudi of its own: new folder, new database, the pages as a clerk gets them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, sync_playwright

from tests.pageclient import problems_of

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
START_SECONDS = 180
PATIENCE_MS = 60_000


class Doudi:
    """One installation in a folder, driven by its command line and its address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DOUDI_", "DJANGO_", "DATABASE_"))}
        self.environment = {**kept, "DOUDI_HOME": str(home), "PYTHONWARNINGS": "ignore"}

    def run(self, *words: str) -> str:
        """Run one command and give what it says; a refusal fails the journey with its text."""
        return self._call([sys.executable, "-m", "doudi.cli.main", *words])

    def python(self, program: str) -> str:
        """Run a few lines inside the installation: what somebody outside the pages would do."""
        return self._call([sys.executable, "-c", f"from doudi.cli import edge\nedge.set_up()\n{program}"])

    def _call(self, command: list[str]) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def serve(self) -> "subprocess.Popen[str]":
        with (self.home / "pages.log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "doudi.cli.main", "serve", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        _wait_for(f"{self.address}/login/", server)
        return server

    def password(self, login: str) -> str:
        return str(json.loads((self.home / "demo-users.json").read_text())[login])


class Desk:
    """A clerk in front of the pages: signs in, clicks what is written, reads what is there.

    Every page that a clerk sees goes before the strict reader.
    """

    def __init__(self, browser: Browser, doudi: Doudi, login: str) -> None:
        self.page: Page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN").new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.spoken: list[str] = []
        self.page.on("console", lambda said: self.spoken.append(said.text))
        self.clicks = 0
        self.page.goto(f"{doudi.address}/login/")
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("口令").fill(doudi.password(login))
        self.press("登录")

    def _settle(self) -> None:
        self.clicks += 1
        found = problems_of(self.page.content(), whole=True) + self.spoken
        assert found == [], f"{self.page.url}: {found}"

    def go(self, entry: str) -> None:
        """Open an entry of the left navigation."""
        self.open(self.page.get_by_role("navigation", name="主导航").get_by_role("link", name=entry, exact=True))

    def follow(self, text: str) -> None:
        """Follow the first link of the page's body that carries the text."""
        self.open(self.page.locator("main").get_by_role("link", name=text).first)

    def open(self, link: Locator) -> None:
        """Click and see the next page; what cannot be clicked is told with what is on the page."""
        try:
            with self.page.expect_navigation(wait_until="load"):
                link.click()
        except TimeoutError as missed:
            around = self.page.locator("body").inner_text()
            raise AssertionError(f"{self.page.url}: {link} is not there:\n{around[:2000]}") from missed
        self._settle()

    def press(self, text: str) -> None:
        self.open(self.page.locator("main").get_by_role("button", name=text).first)

    def _field(self, label: str) -> Locator:
        inputs = self.page.locator("main").locator("input, select, textarea")
        return self.page.get_by_label(label).and_(inputs).first

    def fill(self, label: str, value: str) -> None:
        self._field(label).fill(value)

    def choose(self, label: str, value: str) -> None:
        self._field(label).select_option(label=value)

    def attach(self, label: str, path: Path) -> None:
        self._field(label).set_input_files(path)

    def reads(self, *texts: str) -> None:
        body = self.page.locator("main").inner_text()
        around = self.page.locator("body").inner_text()
        for text in texts:
            assert text in body or text in around, f"{self.page.url} does not say “{text}”:\n{around[:1500]}"

    def number_after(self, pattern: str) -> str:
        found = re.search(pattern, self.page.locator("main").inner_text())
        assert found, f"{self.page.url} has nothing like {pattern}"
        return found[1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {address} within {START_SECONDS} seconds")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("没有找到 Chromium,浏览器行程略过;安装:apt-get install chromium")
    with sync_playwright() as played:
        opened = played.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def doudi(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Doudi]:
    """A new installation."""
    installed = Doudi(tmp_path_factory.mktemp("doudi"))
    # The places and the demo people, but nobody's data: that comes in by clicks.
    installed.python("from doudi.cli import demonstration\ndemonstration.prepare(print)")
    server = installed.serve()
    yield installed
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(timeout=30)
    installed.run("stop")
