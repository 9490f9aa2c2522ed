"""The invented counties: the same for the same seed, nobody real, every planted kind, roster as the rules say."""

import collections
import csv
import hashlib
from pathlib import Path

import pytest

from doudi.demo import entitle, generate, shape
from doudi.demo.families import BUSINESS_DATE, Inventor
from doudi.demo.plant import KINDS as PLANT_KINDS
from doudi.facts.checks import check_rows
from doudi.facts.columns import find_layout, kind_of_file
from doudi.facts.readers import read
from doudi.kernel import idno
from doudi.kernel.errors import BadInput

pytestmark = pytest.mark.slow
SMALL = 800


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> generate.Plant:
    return generate.make(tmp_path_factory.mktemp("county"), "231084", people=SMALL, seed=3)


def test_make_gives_the_same_bytes_for_the_same_seed(made: generate.Plant, tmp_path: Path) -> None:
    generate.make(tmp_path / "again", "231084", people=SMALL, seed=3)
    generate.make(tmp_path / "other", "231084", people=SMALL, seed=4)

    assert _digests(tmp_path / "again") == _digests(made.folder)
    assert _digests(tmp_path / "other") != _digests(made.folder)
    assert len(_digests(made.folder)) == 14


def test_make_plants_at_least_three_of_every_kind(made: generate.Plant) -> None:
    assert set(made.counts) == set(PLANT_KINDS)
    assert min(made.counts.values()) >= shape.PLANT_LEAST
    with (made.folder / "plant.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert collections.Counter(row["kind"] for row in rows) == made.counts
    assert all(row["expected"] for row in rows)


def test_make_plants_one_truth_in_a_family(made: generate.Plant) -> None:
    families = collections.defaultdict(set)
    for planted in made.planted:
        if planted.kind != "bad_row":
            families[planted.household].add(planted.kind)

    assert [kinds for kinds in families.values() if len(kinds) > 1] == []


def test_files_read_as_their_kind_and_only_bad_rows_are_refused(made: generate.Plant) -> None:
    refused = {}
    for path in made.folder.iterdir():
        kind = kind_of_file(path.name)
        if path.name == "plant.csv":
            assert kind is None
            continue
        assert kind is not None
        sheet = read(path)
        checked = check_rows(sheet, find_layout(sheet, kind, path.name), kind, BUSINESS_DATE)
        planted = [p for p in made.planted if p.kind == "bad_row" and p.note.startswith(kind.label)]
        refused[kind.name] = (len(checked.problems), sum(p.expected == "rejected" for p in planted))

    assert len(refused) == 13
    assert all(found == wanted for found, wanted in refused.values()), refused


def test_everybody_is_invented() -> None:
    families = Inventor("210727", 1).families(SMALL)
    numbers = [member.id_no for family in families for member in family.members]

    assert len(numbers) == len(set(numbers)) == SMALL
    assert all(idno.is_invented(number) for number in numbers)
    assert all(not isinstance(one, str) for one in idno.check_all(numbers))


@pytest.mark.parametrize("county", ["231084", "141124", "210727"])
def test_most_families_meant_for_dibao_are_granted_it(county: str) -> None:
    families = Inventor(county, 1).families(2000)
    grants = entitle.granted(families, BUSINESS_DATE)
    meant = [n for n, family in enumerate(families) if family.meant == "dibao"]
    held = [n for n in meant if grants.household.get(n, {}).get("dibao", 0) > 0]
    tekun = [n for n, family in enumerate(families) if family.meant == "tekun"]

    assert len(held) > 0.9 * len(meant)
    assert sum("tekun" in grants.person.get((n, 0), {}) for n in tekun) > 0.9 * len(tekun)


def test_make_refuses_sizes_and_counties_it_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="人数"):
        generate.make(tmp_path, "231084", people=3)
    with pytest.raises(BadInput, match="没有 110101 的村级区划"):
        generate.make(tmp_path, "110101", people=SMALL)
