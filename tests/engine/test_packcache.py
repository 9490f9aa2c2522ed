"""The kept packs: used only while nothing changed, and never from a folder that others can write to."""

import pathlib
import shutil

import pytest

from doudi.engine import packcache, packs


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DOUDI_CACHE", raising=False)


def some_packs(tmp_path: pathlib.Path) -> pathlib.Path:
    root = tmp_path / "packs"
    (root / "cn").mkdir(parents=True)
    (root / "cn" / "rules.py").write_text("first")
    return root


def counted(root: pathlib.Path) -> tuple[str, int]:
    """Read through the cache; tells what came and whether it had to be made."""
    made: list[int] = []
    value = packcache.kept(root, "words", lambda: made.append(1) or (root / "cn" / "rules.py").read_text())
    return value, len(made)


def test_unchanged_packs_are_not_read_twice(tmp_path: pathlib.Path) -> None:
    root = some_packs(tmp_path)

    assert [counted(root), counted(root)] == [("first", 1), ("first", 0)]


def test_a_changed_file_is_read_anew(tmp_path: pathlib.Path) -> None:
    root = some_packs(tmp_path)
    counted(root)
    (root / "cn" / "rules.py").write_text("other")

    assert counted(root) == ("other", 1)
    (root / "cn" / "more.yaml").write_text("a: 1")
    assert counted(root) == ("other", 1)


def test_packs_that_change_while_they_are_read_are_not_kept(tmp_path: pathlib.Path) -> None:
    root = some_packs(tmp_path)

    def make() -> str:
        text = (root / "cn" / "rules.py").read_text()
        (root / "cn" / "rules.py").write_text("changed meanwhile")
        return text

    assert packcache.kept(root, "words", make) == "first"
    (root / "cn" / "rules.py").write_text("first")
    assert counted(root) == ("first", 1)


def test_a_damaged_file_is_not_used(tmp_path: pathlib.Path) -> None:
    root = some_packs(tmp_path)
    counted(root)
    (path,) = (tmp_path / "cache" / "doudi").glob("words-*")
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    assert counted(root) == ("first", 1)


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: pathlib.Path) -> None:
    root = some_packs(tmp_path)
    counted(root)
    (tmp_path / "cache" / "doudi").chmod(0o777)

    assert counted(root) == ("first", 1)


def test_it_can_be_turned_off(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = some_packs(tmp_path)
    monkeypatch.setenv("DOUDI_CACHE", "off")

    assert [counted(root), counted(root)] == [("first", 1), ("first", 1)]
    assert not (tmp_path / "cache" / "doudi").exists()


def test_old_packs_are_dropped_in_time(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = some_packs(tmp_path)
    monkeypatch.setattr(packcache, "MOST_KEPT", 3)
    for number in range(6):
        (root / "cn" / "rules.py").write_text(str(number))
        counted(root)

    assert len(list((tmp_path / "cache" / "doudi").iterdir())) == 3


def test_the_law_is_the_same_from_the_cache(tmp_path: pathlib.Path) -> None:
    root = tmp_path / "packs"
    shutil.copytree(packs.packs_root(), root, ignore=shutil.ignore_patterns("__pycache__"))

    fresh, kept = packs._load.__wrapped__(root), packs._load.__wrapped__(root)

    assert fresh.parameters.digest == kept.parameters.digest == packs.load().parameters.digest
    assert fresh.inputs == kept.inputs
    for day in fresh.change_days():
        assert fresh.rules_on(day).digest == kept.rules_on(day).digest
