"""The inputs of everyone on a day: ages, full lists, what is held, what stays unknown."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from doudi.determination.held import AWARD_FIELDS, COVERAGE_FIELDS, HeldAwards, nothing_held
from doudi.determination.snapshot import FAMILY_FIELDS, MEMBER_FIELDS, Known, Snapshot, build, digest_of, file_away
from doudi.engine import inputs as engine_inputs
from doudi.engine.packs import packs_root
from doudi.kernel.errors import Upstream

ON = dt.date(2022, 4, 15)
INPUTS = engine_inputs.load(packs_root() / "cn" / "inputs.yaml")
FACT_KINDS = [
    ("name", pa.string()),
    ("value_int", pa.int64()),
    ("value_text", pa.string()),
    ("since", pa.date32()),
    ("known_on", pa.date32()),
    ("source", pa.string()),
]
ABOUT = {"value_text": None, "since": dt.date(2022, 1, 1), "known_on": dt.date(2022, 2, 1), "source": "核对"}


def snapshot_of(
    *,
    person_facts: list[dict[str, Any]] | None = None,
    household_facts: list[dict[str, Any]] | None = None,
    loaded: tuple[str, ...] = (),
    held: HeldAwards | None = None,
    birth: dt.date = dt.date(1950, 4, 15),
) -> Snapshot:
    """Build the snapshot of family 1 with persons 11 (head) and 12, and of family 2 with nobody in it."""
    members = [
        {"person_id": 11, "household_id": 1, "relation_code": 0, "birth_date": birth},
        {"person_id": 12, "household_id": 1, "relation_code": 2, "birth_date": dt.date(2004, 2, 29)},
    ]
    families = [
        {"household_id": 1, "place_code": "231084101", "is_rural": True, "division_code": "231084101201"},
        {"household_id": 2, "place_code": "231084101", "is_rural": False, "division_code": "231084101201"},
    ]

    def facts(subject: str, rows: list[dict[str, Any]] | None) -> pa.Table:
        fields = pa.schema([(subject, pa.int64()), *FACT_KINDS])
        return pa.Table.from_pylist([{**ABOUT, **row} for row in rows or []], schema=fields)

    known = Known(
        pa.Table.from_pylist(members, schema=MEMBER_FIELDS),
        pa.Table.from_pylist(families, schema=FAMILY_FIELDS),
        facts("person_id", person_facts),
        facts("household_id", household_facts),
        loaded,
        held or nothing_held(),
    )
    return build(INPUTS, known, ON)


def column(snapshot: Snapshot, name: str) -> list[Any]:
    table = snapshot.persons if name in snapshot.persons.column_names else snapshot.households
    return table.column(name).to_pylist()


def test_build_gives_every_input_in_its_order_and_only_families_with_members():
    snapshot = snapshot_of()

    assert tuple(snapshot.persons.column_names) == INPUTS.names("person")
    assert tuple(snapshot.households.column_names) == (*INPUTS.names("household"), "division_code")
    assert column(snapshot, "place_code") == ["231084101"]


@pytest.mark.parametrize(
    ("birth", "age"),
    [(dt.date(1950, 4, 15), 72), (dt.date(1950, 4, 16), 71), (dt.date(2022, 4, 15), 0), (dt.date(2022, 5, 1), None)],
)
def test_build_reckons_age_on_the_day(birth: dt.date, age: int | None):
    assert column(snapshot_of(birth=birth), "age_years") == [age, 18]


def test_build_takes_not_listed_for_none_only_once_the_list_was_loaded():
    before, after = snapshot_of(), snapshot_of(loaded=("vehicles", "disability"))

    assert column(before, "vehicle_count") == [None, None]
    assert column(after, "vehicle_count") == [0, 0]
    assert column(after, "disability_grade") == [0, 0]
    assert column(after, "company_count") == [None, None]
    assert column(after, "is_seriously_ill") == [None, None]


def test_build_keeps_unknown_what_was_stated_as_unknown():
    facts = [{"person_id": 11, "name": "vehicle_count", "value_int": None}]

    assert column(snapshot_of(person_facts=facts, loaded=("vehicles",)), "vehicle_count") == [None, 0]


def test_build_takes_no_earlier_wage_for_none_only_when_an_earlier_list_is_known():
    now = [{"person_id": 11, "name": "wage_fen_m", "value_int": 200_000}]
    before = [*now, {"person_id": 12, "name": "wage_before_fen_m", "value_int": 90_000}]

    assert column(snapshot_of(person_facts=now, loaded=("social_insurance",)), "wage_before_fen_m") == [None, None]
    assert column(snapshot_of(person_facts=before, loaded=("social_insurance",)), "wage_before_fen_m") == [0, 90_000]


def test_build_reads_deaths_and_yes_or_no():
    facts = [
        {"person_id": 11, "name": "death_date", "value_int": None, "value_text": "2022-04-10"},
        {"person_id": 12, "name": "is_student", "value_int": 1},
    ]
    snapshot = snapshot_of(person_facts=facts)

    assert column(snapshot, "is_dead") == [True, False]
    assert column(snapshot, "is_student") == [None, True]


def test_build_shows_what_is_held_and_who_is_fed_elsewhere():
    awards = [
        {"award_id": 1, "subject_kind": "h", "subject_id": 1, "household_id": 1, "programme": "dibao"},
        {"award_id": 2, "subject_kind": "p", "subject_id": 12, "household_id": 1, "programme": "tekun"},
    ]
    rows = [{**a, "amount_fen_m": 50_000, "since": ON, "until": None, "route": "phase_out"} for a in awards]
    coverage = [{"award_id": 9, "person_id": 11, "household_id": 2, "programme": "dibao", "group_number": 1}]
    held = HeldAwards(
        pa.Table.from_pylist(rows, schema=AWARD_FIELDS), pa.Table.from_pylist(coverage, schema=COVERAGE_FIELDS)
    )
    snapshot = snapshot_of(held=held)

    assert (column(snapshot, "held_dibao"), column(snapshot, "held_dibao_fen_m")) == ([True], [50_000])
    assert column(snapshot, "held_dibao_route") == [3]
    assert column(snapshot, "held_tekun_fen_m") == [0, 50_000]
    assert column(snapshot, "is_covered_elsewhere") == [True, False]


def test_file_away_is_once_read_only_and_noticed_when_changed(tmp_path: Path):
    snapshot = snapshot_of(household_facts=[{"household_id": 1, "name": "deposits_fen", "value_int": 100}])

    first, second = (file_away(snapshot, tmp_path, "231084/2022-04") for _ in range(2))

    assert first == second
    folder = tmp_path / first.path
    assert digest_of(folder) == first.sha256
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]
    (folder / "facts.parquet").unlink()
    with pytest.raises(Upstream, match="不见了"):
        digest_of(folder)


def test_build_reckons_the_months_of_a_parents_state_from_its_beginning_or_takes_the_term():
    lost = {"person_id": 12, "name": "father_since", "value_int": None, "value_text": "2021-10-15"}
    term = {"person_id": 12, "name": "mother_state_months", "value_int": 18}
    day_short = {**lost, "value_text": "2021-10-16"}

    assert column(snapshot_of(person_facts=[lost, term]), "father_state_months") == [0, 6]
    assert column(snapshot_of(person_facts=[lost, term]), "mother_state_months") == [0, 18]
    assert column(snapshot_of(person_facts=[day_short]), "father_state_months") == [0, 5]


def test_build_takes_nobody_on_no_list_for_a_child_without_parents():
    said = {"person_id": 12, "name": "father_state", "value_int": 99}

    assert column(snapshot_of(), "father_state") == [0, 0]
    assert column(snapshot_of(person_facts=[said], loaded=("children",)), "father_state") == [0, 99]


@pytest.mark.parametrize(("until", "valid"), [("2022-04-15", False), ("2022-04-16", True)])
def test_build_says_whether_a_card_is_valid_on_the_day(until: str, valid: bool):
    card = {"person_id": 11, "name": "disability_card_until", "value_int": None, "value_text": until}

    assert column(snapshot_of(person_facts=[card]), "disability_card_valid") == [valid, True]


def test_build_tells_which_allowances_a_person_holds():
    awards = [
        {
            "award_id": number, "subject_kind": "p", "subject_id": 12, "household_id": 1, "programme": programme,
            "amount_fen_m": 107_400, "since": dt.date(2021, 1, 1), "until": None, "route": "",
        }
        for number, programme in enumerate(("orphan_allowance", "veterans_pension"))
    ]  # fmt: skip
    held = HeldAwards(pa.Table.from_pylist(awards, schema=AWARD_FIELDS), COVERAGE_FIELDS.empty_table())
    snapshot = snapshot_of(held=held)

    assert column(snapshot, "held_orphan") == [False, True]
    assert column(snapshot, "held_veterans") == [False, True]
    assert column(snapshot, "held_unattended") == [False, False]
