"""A test client that looks at every page it gets, as a strict reader would.

It refuses inline scripts, handlers and styles, a missing title or heading, template tags that
were not rendered, variables the view forgot, English or raw codes in visible text, identity and
account numbers in full, and pages too heavy for a county's line.
"""

import datetime as dt
import gzip
import logging
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

COMPRESSED_LIMIT_BYTES = 60_000  # of 120 kB for the page with its style and scripts
VOID = re.compile(r"area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|use|path")
SILENT = {"script", "style", "code", "samp", "pre", "kbd", "template"}
SILENT_CLASSES = {"mono", "clause", "foreign"}
ALLOWED = re.compile(
    r"ctrl|enter|csv|xlsx|pdf|utf|gb|bom|sha|id|doudi|json|zip|excel|wps|tab|cpi|scpi|yaml", re.IGNORECASE
)
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\-/@:+]*")
UNRENDERED = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|<object |object at 0x|&lt;(bound method|function|QuerySet|Undefined)")
LONG_DIGITS = re.compile(r"(?<![0-9A-Fa-f])\d{15,19}[Xx]?(?![0-9A-Fa-f])")


class PageProblem(AssertionError):
    """A page that must not reach a reader."""


class _Reader(HTMLParser):
    """Collects what a reader sees and what a content policy would refuse."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.headings = 0
        self.words: list[str] = []
        self.refused: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.headings += tag == "h1"
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.refused.append("页内脚本 <script>")
        if tag == "style" or "style" in given:
            self.refused.append(f"页内样式 <{tag}>")
        for name, value in given.items():
            if re.match(r"on[a-z]+$", name) or name.startswith("hx-on"):
                self.refused.append(f"页内处理程序 {name}")
            if name in ("src", "href", "action") and re.match(r"\s*javascript:", value, re.I):
                self.refused.append(f"脚本地址 {name}")
            if name == "src" and re.match(r"(https?:)?//", value):
                self.refused.append(f"外部资源 {value}")
        silent = tag in SILENT or bool(SILENT_CLASSES & set(given.get("class", "").split()))
        if not VOID.fullmatch(tag):
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title":
            self.title += data
        if not any(silent for _, silent in self._open):
            self.words.append(data)


def _is_identity_number(digits: str) -> bool:
    if not re.fullmatch(r"\d{17}[\dXx]", digits):
        return False
    try:
        return 1900 <= dt.date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])).year <= 2100
    except ValueError:
        return False


def _foreign_words(text: str) -> list[str]:
    found = []
    for word in WORD.findall(text):
        plain = word.strip(".-_/:@+")
        has_mark = any(c.isdigit() for c in plain) or re.search(r"[./@:]", plain)
        if len(plain) < 3 or has_mark or ALLOWED.fullmatch(plain):
            continue
        found.append(plain)
    return found


def problems_of(html: str, *, whole: bool, numbers_allowed: bool = False) -> list[str]:
    """List what is wrong with a page; ``whole`` is False for a fragment."""
    reader = _Reader()
    reader.feed(html)
    found = list(reader.refused)
    if whole and not reader.title.replace("兜底", "").strip(" ·"):
        found.append("没有标题 <title>")
    if whole and reader.headings != 1:
        found.append(f"应有一个 <h1>,现有 {reader.headings} 个")
    text = " ".join(reader.words)
    if match := UNRENDERED.search(html):
        found.append(f"没有渲染的标记:{html[max(0, match.start() - 40) : match.end() + 40]!r}")
    if foreign := sorted(set(_foreign_words(text))):
        found.append(f"没有译成中文:{'、'.join(foreign)}")
    if not numbers_allowed:
        for digits in LONG_DIGITS.findall(html):
            if _is_identity_number(digits):
                found.append(f"没有遮盖的身份证号:{digits[:6]}…")
            elif len(digits) >= 16:
                found.append(f"没有遮盖的长号码(账号?):{digits[:4]}…")
    size = len(gzip.compress(html.encode(), 6))
    if size > COMPRESSED_LIMIT_BYTES:
        found.append(f"页面压缩后 {size:,} 字节,超过 {COMPRESSED_LIMIT_BYTES:,}")
    return found


class _Forgotten(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.names.append(record.getMessage())


class PageClient(Client):
    """Django's client that raises :class:`PageProblem` for a page a reader must not get.

    Pass ``numbers_allowed=True`` with a request whose very purpose is to show a number in full.
    """

    def request(self, **request: Any) -> Any:
        numbers_allowed = bool(request.pop("numbers_allowed", False))
        forgotten = _Forgotten()
        logger = logging.getLogger("doudi.ui.missing")
        logger.addHandler(forgotten)
        try:
            response = super().request(**request)
        finally:
            logger.removeHandler(forgotten)
        self._look(response, forgotten.names, numbers_allowed)
        return response

    def _look(self, response: HttpResponse, forgotten: list[str], numbers_allowed: bool) -> None:
        if "text/html" not in response.headers.get("Content-Type", "") or getattr(response, "streaming", False):
            return
        html = response.content.decode()
        if not html.strip():
            return
        whole = html.lstrip()[:9].lower() == "<!doctype"
        found = problems_of(html, whole=whole, numbers_allowed=numbers_allowed) + forgotten
        if found:
            path = getattr(response, "request", {}).get("PATH_INFO", "")
            raise PageProblem(f"{path}:" + ";".join(found))


def count_queries(client: Client, url: str) -> int:
    """Count the statements one page needs."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, f"{url} answered {response.status_code}"
    return len(captured)


def assert_fixed_queries(client: Client, url: str, make_rows: Callable[[], object]) -> int:
    """Check that a list page needs as many statements after ``make_rows`` as before; return the number.

    The list must hold at least one row before. A first visit fills what a process keeps in memory.
    """
    count_queries(client, url)
    before = count_queries(client, url)
    make_rows()
    after = count_queries(client, url)
    assert after == before, f"{url}: {before} statements before, {after} with more rows"
    return after
