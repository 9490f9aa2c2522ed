"""Every worked case of price linkage in the packs, and the check of the packs themselves."""

import pathlib

import pytest

from doudi.engine import packs
from doudi.engine.library import read_library
from doudi.linkage import cases, rulebook

ROOT = packs.packs_root()
BOOKS = cases.Books.of(ROOT)
CASES = [case for path in cases.paths(ROOT) for case in cases.load(path, rulebook.shown_path(path, ROOT))]
PUBLISHED = (
    "JS-ZJ-2019-05", "JS-ZJ-2019-07", "JS-ZJ-2016-02", "JS-NJ-2016-10", "JS-CZ-2019-08", "JS-CZ-2019-11",
    "JS-YZ-2023-01", "JS-EX-1", "JS-EX-2", "SD-RZ-2019-07-U", "SD-RZ-2019-07-R", "SD-RZ-2019-08-U", "SD-RZ-2019-08-R",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: cases.Case) -> None:
    assert cases.run(case, BOOKS) == []


def test_every_published_payment_is_a_case() -> None:
    names = [case.name for case in CASES]

    assert [wanted for wanted in PUBLISHED if not any(name.startswith(wanted) for name in names)] == []


def test_a_case_with_a_wrong_amount_is_reported() -> None:
    case = next(one for one in CASES if one.name.startswith("JS-CZ-2019-11"))
    text = pathlib.Path(ROOT / "cn/price_linkage/cases/jiangsu.yaml").read_text(encoding="utf-8")
    wrong = text.replace("金额: {低保: 71}, 合计: {低保: 6278459}", "金额: {低保: 70}, 合计: {低保: 6278460}")

    found = [one for one in _load(wrong) if one.name == case.name]

    assert len(cases.run(found[0], BOOKS)) == 2


def _load(text: str) -> list[cases.Case]:
    from doudi.linkage import reading

    return [cases._case(one) for one in reading.rows(reading.read(text, "例子.yaml"))]


def test_every_version_names_its_document_and_known_clauses() -> None:
    known = read_library(ROOT).clauses
    papers = [one.paper for one in (*BOOKS.rules.versions, *BOOKS.rules.phases)]
    funds = [fund for one in BOOKS.rules.versions for fund in one.funds.values()]
    cited = [one.clause for one in (*papers, *funds) if one.clause and one.clause.split("-")[0].isalnum()]
    notices = [one for one in cited if "-" in one and one.isascii()]

    assert all(one.document for one in papers)
    assert [one for one in notices if one not in known] == []
    assert notices


def test_what_is_not_verified_says_why() -> None:
    papers = [one.paper for one in (*BOOKS.rules.versions, *BOOKS.rules.phases)]

    assert [one.document for one in papers if not one.is_verified and not one.note] == []


def test_every_index_row_names_its_source() -> None:
    assert [row for row in BOOKS.indices.rows() if not row.source] == []


def test_no_pack_uses_food_with_tobacco() -> None:
    from doudi.linkage.terms import series_in

    used = {name for version in BOOKS.rules.versions for name in series_in(version.start)}

    assert used == {"cpi", "food", "scpi", "grain"}
