"""Small rule files and figures for the tests of price linkage."""

import dataclasses
import datetime as dt

from doudi.engine import packs
from doudi.kernel.periods import Month
from doudi.linkage import indexfile, rulebook, rulefile
from doudi.linkage.evaluate import Question, evaluate
from doudi.linkage.indices import IndexBook
from doudi.linkage.result import Evaluation
from doudi.linkage.standards import Standards, typed_rows

PLACE = "3505"
HEAD = """\
place: "3505"
name: 泉州市
rules:
  - from: 2016-09
    document: 试验文件
    start: {any: [{series: cpi, at_least: 3.5%}, {series: food, at_least: 6%}]}
    groups: [低保, 特困]
    outer_groups: ignore
"""


def rule_text(*parts: str, head: str = HEAD) -> str:
    """Put further keys, one a line or block, under the one version of a small file."""
    return head + "".join(f"    {line}\n" for part in parts for line in part.splitlines())


def figures(month: str, values: dict[str, str], published: str = "") -> IndexBook:
    at = Month.parse(month)
    rows = [
        indexfile.from_option(f"{name}={value}", PLACE, at, indexfile.PLAIN_WORDS) for name, value in values.items()
    ]
    if published:
        rows = [dataclasses.replace(row, published_on=dt.date.fromisoformat(published)) for row in rows]
    return IndexBook(rows)


def ask(
    text: str,
    month: str,
    values: dict[str, str],
    standards: tuple[str, ...] = ("低保=600", "特困=800"),
    published: str = "",
) -> Evaluation:
    """Evaluate a month under a rule text together with the rules of the packs."""
    file = rulefile.parse(text, "试验.yaml")
    book = rulebook.load_rules(packs.packs_root()).with_file(file)
    at = Month.parse(month)
    words = book.in_force(PLACE, at).words
    typed = typed_rows(standards, words)
    return evaluate(book, figures(month, values, published), Standards(typed, book.standards), Question(PLACE, at))


def fen(told: Evaluation, group: str = "dibao", area: str = "") -> int | None:
    row = told.amount(group, area)
    assert row is not None, f"no row for {group} {area}"
    return row.amount_fen
