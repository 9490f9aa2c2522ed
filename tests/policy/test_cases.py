"""Every worked case, through one family and in bulk; every condition true and false in some case."""

import collections
import datetime as dt
import pathlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doudi.engine import bulk, explain, packs, scalar
from doudi.engine.library import read_library
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.scalar import ProgrammeDecision
from doudi.kernel.programmes import Programme
from tests.policy.cases import Case, Expected, all_cases, none_of

CASES = all_cases()
LAW = packs.load()


def _decisions(case: Case) -> list[ProgrammeDecision]:
    return scalar.decide(LAW, case.family, case.place_code, case.on, case.known_on, case.extra)


def _find(found: list[ProgrammeDecision], wanted: Expected) -> ProgrammeDecision:
    return next(one for one in found if (one.programme, one.person) == (wanted.programme, wanted.person))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case):
    found = _decisions(case)

    for wanted in case.expected:
        one = _find(found, wanted)
        assert one.outcome == wanted.outcome, wanted
        if wanted.amount_fen_m is not None:
            assert one.amount_fen_m == wanted.amount_fen_m, wanted
        if wanted.route is not None:
            assert one.route == wanted.route, wanted


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case_cites_known_clauses(case: Case):
    known = read_library(LAW.root).clauses

    assert [clause for clause in case.clauses if clause not in known] == []


def test_enough_cases():
    assert len(CASES) >= 70


def test_every_criterion_is_true_and_false_in_some_case():
    seen: dict[str, set[bool]] = collections.defaultdict(set)
    for case in CASES:
        rules = LAW.rules_on(case.on)
        for one in _decisions(case):
            for rule in rules.programme(one.programme).criteria:
                bit = 1 << (rule.bit or 0)
                if not one.criteria_unknown & bit:
                    seen[rule.name].add(bool(one.criteria_met & bit))
    every = {rule.name for rule in LAW.every_rule if rule.kind == "criterion"}

    assert {name: seen[name] for name in every if seen[name] != {True, False}} == {}


def test_every_route_is_taken_in_some_case():
    taken = {(one.programme, one.route) for case in CASES for one in _decisions(case) if one.outcome == 1}
    every = {(rule.programme, rule.route_name) for rule in LAW.every_rule if rule.kind == "entitled"}

    assert every - taken == set()


def test_explanation_of_a_case_shows_arithmetic_and_clauses():
    case = next(one for one in CASES if one.name.startswith("S04.1 差额算法"))

    told = explain.explain(LAW, case.family, case.place_code, case.on, case.known_on, case.extra).of("dibao")

    texts = " ".join(step.text for step in told.steps) + " ".join(one.text for one in told.criteria)
    assert "300.00" in texts
    assert "650.00" in texts
    assert told.amount_fen_m == 105_000
    assert "P5-第十二条" in {clause for step in told.steps for clause in step.clause.split("、")}


# -- in bulk --------------------------------------------------------------------------------


def _groups() -> dict[tuple[Any, ...], list[Case]]:
    groups: dict[tuple[Any, ...], list[Case]] = collections.defaultdict(list)
    for case in CASES:
        groups[case.on, case.known_on, case.extra].append(case)
    return groups


def _write(cases: list[Case], folder: pathlib.Path) -> None:
    arrow = {"bool": pa.bool_(), "text": pa.string()}
    persons, households = [], []
    for number, case in enumerate(cases, 1):
        households.append(case.family["household"] | {"household_id": number, "place_code": case.place_code})
        for place, person in enumerate(case.family["persons"]):
            persons.append(person | {"household_id": number, "person_id": number * 100 + place})
    for name, entity, rows in (("persons", PERSON, persons), ("households", HOUSEHOLD, households)):
        filled = [{one.name: row.get(one.name, none_of(one)) for one in LAW.inputs.of(entity)} for row in rows]
        schema = pa.schema([(one.name, arrow.get(one.type, pa.int64())) for one in LAW.inputs.of(entity)])
        pq.write_table(pa.Table.from_pylist(filled, schema=schema), folder / f"{name}.parquet")


def _once_tables(key: tuple[Any, ...], folder: pathlib.Path) -> dict[str, dict[int, dict[str, Any]]]:
    """Give the wide answers by subject; aid granted once stands in no monthly table."""
    on, known_on, extra = key
    people = folder / "persons.parquet", folder / "households.parquet"
    bulk.decide_files(LAW, *people, folder / "wide", on, known_on, extra)
    keys = {"p": ("persons", "person_id"), "h": ("households", "household_id")}
    return {
        kind: {row[name]: row for row in pq.read_table(folder / "wide" / f"{table}.parquet").to_pylist()}
        for kind, (table, name) in keys.items()
    }


def _wide_answer(
    one: ProgrammeDecision, once: dict[str, dict[int, dict[str, Any]]], number: int
) -> tuple[int, int | None]:
    row = once["h"][number] if one.person is None else once["p"][number * 100 + one.person]
    return row[f"{one.programme}_outcome"], row[f"{one.programme}_amount_fen"]


@pytest.mark.slow
@pytest.mark.parametrize("key", _groups(), ids=lambda key: f"{key[0]} {key[1] or ''} {len(key[2])}")
def test_bulk_gives_what_one_family_gives(key: tuple[dt.date, dt.date | None, Any], tmp_path: pathlib.Path):
    on, known_on, extra = key
    cases = _groups()[key]
    _write(cases, tmp_path)

    bulk.decide_long(
        LAW,
        tmp_path / "persons.parquet",
        tmp_path / "households.parquet",
        tmp_path / "long.parquet",
        on,
        known_on,
        extra,
    )

    once = _once_tables(key, tmp_path)
    rows = pq.read_table(tmp_path / "long.parquet").to_pylist()
    found = {(row["programme"], row["subject_kind"], row["subject_id"]): row for row in rows}
    for number, case in enumerate(cases, 1):
        for one in _decisions(case):
            subject = ("h", number) if one.person is None else ("p", number * 100 + one.person)
            if Programme[one.programme].is_once:
                assert _wide_answer(one, once, number) == (one.outcome, one.amount_fen_m), (case, one)
                continue
            row = found.get((one.programme, *subject))
            assert (row is not None) == one.applies, (case, one)
            if row is not None:
                wanted = (one.outcome, one.amount_fen_m, one.criteria_met, one.criteria_unknown, one.route)
                held = tuple(row[n] for n in ("outcome", "amount_fen_m", "criteria_met", "criteria_unknown", "route"))
                assert held == wanted, (case, one)
