"""The house rules that a machine can read: sizes, names, words, citations of the tree itself."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from doudi.kernel import idno
from doudi.kernel.errors import BadInput

EXAMPLE_OF_THE_STANDARD = "11010519491231002X"  # printed in GB 11643
ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(p for folder in ("src", "tests", "packs", "benchmarks") for p in (ROOT / folder).rglob("*.py"))
HAND_WRITTEN = [p for p in CODE if "migrations" not in p.parts]
MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 70


def test_modules_stay_under_500_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in HAND_WRITTEN if (n := len(p.read_text().splitlines())) > MAX_MODULE_LINES
    }

    assert long == {}


def test_functions_fit_on_a_screen() -> None:
    long = []
    for path in HAND_WRITTEN:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")

    assert long == []


def test_public_functions_of_services_and_queries_say_what_they_do() -> None:
    silent = []
    for path in (ROOT / "src/doudi").glob("*/*.py"):
        if path.stem not in {"services", "queries"}:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")

    assert silent == []


def test_only_the_edge_reads_the_clock() -> None:
    edge = {"cli", "desks", "platform", "demo"}
    clock = re.compile(r"\b(date\.today|datetime\.now|timezone\.now|time\.time)\(")
    readers = [
        str(p.relative_to(ROOT))
        for p in (ROOT / "src/doudi").rglob("*.py")
        if p.relative_to(ROOT / "src/doudi").parts[0] not in edge | {"security", "audit"}
        and clock.search(p.read_text())
    ]

    assert readers == []


def test_no_bare_except_and_no_unfinished_marks() -> None:
    marks = re.compile(r"except\s*:|\b(TODO|FIXME|XXX)\b")
    found = [
        str(p.relative_to(ROOT)) for p in HAND_WRITTEN if p != Path(__file__).resolve() and marks.search(p.read_text())
    ]

    assert found == []


def test_templates_have_no_inline_script_style_or_handler() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']", re.IGNORECASE)
    found = [str(p.relative_to(ROOT)) for p in (ROOT / "src/doudi").rglob("*.html") if inline.search(p.read_text())]

    assert found == []


def test_no_identity_number_of_a_possible_person_stands_in_the_tree() -> None:
    """Invented people carry the unassigned area 999; any other number that checks could be somebody's."""
    number = re.compile(r"(?<![0-9a-fA-F])[1-8]\d{16}[\dX](?![0-9a-fA-F])")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    texts = [ROOT / name for name in tracked if Path(name).suffix in {".py", ".yaml", ".md", ".csv", ".html", ".sql"}]
    found = {
        (str(path.relative_to(ROOT)), one)
        for path in texts
        if path.exists()
        for one in number.findall(path.read_text(errors="ignore"))
        if one != EXAMPLE_OF_THE_STANDARD and _could_be_real(one)
    }

    assert found == set()


def _could_be_real(number: str) -> bool:
    try:
        idno.check(number)
    except BadInput:
        return False
    return True


@pytest.mark.slow
@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
