"""The proofs in short: a few thousand families in the tests, a million by command (see each module)."""

import datetime as dt
import pathlib

import pytest

from doudi.engine import packs
from tests.proofs import agreement, metamorphic

ON = dt.date(2022, 4, 15)
DAYS = agreement.days()


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_both_executions_agree(on: dt.date) -> None:
    families, cells, decided, problem = agreement.compare(DAYS.index(on), 300, on, 8)

    assert problem == ""
    assert families == 300
    assert cells > 1_000
    assert decided["dibao grants"] > 5
    assert decided["dibao needs_facts"] > 5


def test_a_difference_is_found_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    right = agreement.decisions

    def wrong(reckoning: object) -> list[object]:
        found = right(reckoning)  # type: ignore[arg-type]
        object.__setattr__(found[0], "amount_fen_m", 1)
        return list(found)

    monkeypatch.setattr(agreement, "decisions", wrong)

    assert "bulk" in agreement.compare(1, 50, ON, 0)[3]


@pytest.mark.parametrize("relation", metamorphic.RELATIONS, ids=lambda one: one.__name__)
def test_relations_hold(tmp_path: pathlib.Path, relation: object) -> None:
    assert relation(metamorphic.Trial(tmp_path, ON, 3, 2_000)) == ""  # type: ignore[operator]


def test_a_broken_relation_is_found(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(metamorphic.CAPS, "dibao", "1")

    assert metamorphic.bounds(metamorphic.Trial(tmp_path, ON, 3, 500)).startswith("dibao")


def test_more_income_is_seen_when_it_raises(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metamorphic, "MOVED_FEN", -1)
    trial = metamorphic.Trial(tmp_path, ON, 3, 2_000)
    monkeypatch.setattr(trial.__class__, "invented", _rich(trial.__class__.invented))

    assert metamorphic.income(trial) != ""


def _rich(invented: object) -> object:
    """Give every member a transfer income, so that one fen less is allowed by the gate."""

    def made(self: metamorphic.Trial, unknown_permille: int) -> pathlib.Path:
        import duckdb

        folder = invented(self, unknown_permille)  # type: ignore[operator]
        rows = f"select * replace (transfer_income_fen_m + 1 as transfer_income_fen_m) from '{folder}/persons.parquet'"
        duckdb.sql(f"copy ({rows}) to '{folder}/p.parquet' (format parquet)")
        (folder / "p.parquet").replace(folder / "persons.parquet")
        return folder

    return made


def test_days_lie_in_every_stretch_of_the_rules() -> None:
    law = packs.load()
    digests = {law.rules_on(on).digest for on in DAYS}
    changes = [day for day in law.change_days() if day > agreement.FIRST]

    assert {law.rules_on(day).digest for day in changes} <= digests
