"""Every verb that is written to the trail has words."""

import ast
from pathlib import Path

from doudi.audit.labels import LABELS, verb_label

ROOMS = Path(__file__).resolve().parents[2] / "src/doudi"


def _constants(node: ast.expr) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def written_verbs() -> set[str]:
    found: set[str] = set()
    for path in ROOMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name == "record" and node.args and isinstance(node.args[0], ast.Constant | ast.IfExp):
                found |= {word for word in _constants(node.args[0]) if "." in word}
    return found


def test_every_written_verb_has_words():
    assert len(written_verbs()) > 20
    assert written_verbs() - set(LABELS) == set()


def test_verb_without_words_is_shown_as_it_is():
    assert verb_label("some.thing") == "some.thing"
