"""One dictionary: every programme, role and state that a person reads stands in docs/glossary.csv."""

import csv
from pathlib import Path

from doudi.kernel.actors import ROLES
from doudi.kernel.programmes import Programme

ROOT = Path(__file__).resolve().parents[2]


def _glossary() -> dict[str, str]:
    with (ROOT / "docs/glossary.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["identifier"]: row["chinese"] for row in csv.DictReader(lines)}


def test_glossary_names_are_unique_and_complete() -> None:
    with (ROOT / "docs/glossary.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert len({row["identifier"] for row in rows}) == len(rows)
    assert all(row["chinese"] and row["identifier"].isascii() and row["english"] and row["origin"] for row in rows)


def test_every_programme_has_the_glossary_label() -> None:
    glossary = _glossary()

    assert {p.name: glossary.get(p.name) for p in Programme} == {p.name: p.label for p in Programme}


def test_every_role_has_the_glossary_label() -> None:
    glossary = _glossary()

    assert {name: glossary.get(f"role_{name}") for name in ROLES} == {name: label for name, label in ROLES.items()}


def test_every_pack_folder_is_a_term() -> None:
    glossary = _glossary()
    programmes = {p.parent.name for p in (ROOT / "packs").glob("*/*/rules.py")}

    assert programmes - set(glossary) == set()
