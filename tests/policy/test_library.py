"""The policy library: 307 clauses, each with a state; what is refused when it is read."""

import pathlib
import re

import pytest

from doudi.engine import packs
from doudi.engine.library import STATES, read_library
from doudi.kernel.errors import BadInput
from doudi.policy import queries

LIBRARY = read_library(packs.packs_root())
NOTICE = """document: {id: N1, title: 通知, date: 2022-04-01, kind: notice}
clauses:
  - {id: N1-1.1, kind: 应做, text: 甲, state: planned, note: 计划}
"""


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "packs" / "cn" / "notices"
    folder.mkdir(parents=True)
    (folder.parent / "pack.yaml").write_text('place: ""\ntitle: 全国\nsince: 2014-05-01\n', encoding="utf-8")
    return tmp_path / "packs"


def _write(root: pathlib.Path, text: str, name: str = "n1.yaml") -> None:
    (root / "cn" / "notices" / name).write_text(text, encoding="utf-8")


def test_five_notices_have_307_clauses():
    counts = {d.id: len(LIBRARY.of(d.id)) for d in LIBRARY.documents.values() if d.is_notice}

    assert counts == {"HLJ2021": 82, "MCA2022": 61, "HLJMCA2022": 62, "SX2021": 68, "LN2020": 34}
    assert len(LIBRARY.notices) == 307


def test_every_clause_has_a_state_and_a_reason():
    assert {clause.state for clause in LIBRARY.notices} == set(STATES)
    assert [clause.id for clause in LIBRARY.notices if not clause.note] == []
    assert sum(clause.state == "no_function" for clause in LIBRARY.notices) == 5


def test_search_finds_the_phase_out():
    assert [clause.id for clause in LIBRARY.search("渐退期")] == ["MCA2022-1.5"]


def test_basis_chain_is_kept():
    assert LIBRARY.documents["HLJ2021"].basis == ("国办发明电〔2021〕2号",)
    assert LIBRARY.documents["HLJ2021"].place == "23"


def test_clause_id_twice_is_refused_with_both_places(root: pathlib.Path):
    _write(root, NOTICE + "  - {id: N1-1.1, kind: 应做, text: 乙, state: planned, note: 计划}\n")

    with pytest.raises(BadInput, match=r"N1-1.1 已在 packs/cn/notices/n1.yaml 第 3 行") as refusal:
        read_library(root)

    assert "第 4 行" in refusal.value.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (NOTICE.replace(", date: 2022-04-01", ""), "没有日期"),
        (NOTICE.replace("date: 2022-04-01", "date: 2022年4月"), "应为 2022-04-01 这样的日期"),
        (NOTICE.replace("state: planned", "state: done"), "状态“done”不认识"),
        (NOTICE.replace(", note: 计划", ""), "没有说明"),
        (NOTICE.replace("id: N1-1.1", "id: N2-1.1"), "应以 N1- 开头"),
        (NOTICE.replace("title: 通知, ", ""), "没有标题"),
        (NOTICE.replace("kind: notice", "kind: notice, until: 2022-01-01"), "失效日期不晚于生效日期"),
        (NOTICE.replace("kind: notice", "colour: red"), "不认识的属性 colour"),
        ("document: {id: N1\n", "不是可读的 YAML"),
    ],
)
def test_wrong_files_are_refused(root: pathlib.Path, wrong: str, said: str):
    _write(root, wrong)

    with pytest.raises(BadInput, match=said):
        read_library(root)


def test_document_twice_is_refused(root: pathlib.Path):
    _write(root, NOTICE)
    _write(root, NOTICE, "n2.yaml")

    with pytest.raises(BadInput, match="文件 N1 已在"):
        read_library(root)


def test_packs_have_no_problem():
    assert queries.problems() == []


@pytest.mark.django_db
def test_dependents_of_the_phase_out_clause():
    found = queries.dependents_of("MCA2022-1.5")

    assert {use.name for use in found.rules} == {"dibao_rose_by_work", "dibao_phase_out"}
    assert {use.name for use in found.values} == {"phase_out_months", "phase_out_pay_permille"}
    assert [row.name for row in found.switches] == ["phase_out"]


def test_unknown_clause_says_which_there_are():
    with pytest.raises(BadInput, match=r"MCA2022-9\.9") as refusal:
        queries.clause("MCA2022-9.9")

    assert "MCA2022-0.1" in refusal.value.step


def test_clauses_beside_the_rules_are_those_the_rules_cite():
    law = packs.load()
    wrong = {}
    for path in sorted(law.root.glob("*/*/rules.py")):
        cited = {
            cite.id
            for rule in law.every_rule
            if pathlib.Path(rule.file).parent.name == path.parent.name
            for cite in rule.cites
        }
        listed = re.findall(r"^## (\S+)$", (path.parent / "clauses.md").read_text(encoding="utf-8"), re.M)
        if cited != set(listed):
            wrong[path.parent.name] = cited ^ set(listed)

    assert wrong == {}


def test_rules_name_the_place_of_a_document_as_the_library_does():
    documents = read_library(packs.packs_root()).documents
    cites = {cite for rule in packs.load().every_rule for cite in rule.cites}

    assert {cite.id: cite.place for cite in cites if cite.place != documents[cite.document].place} == {}
