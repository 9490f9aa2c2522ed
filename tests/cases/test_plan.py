"""What should change: kinds, causes, freezes, lanes, on small tables without a database."""

import datetime as dt
import json
from typing import Any

import pyarrow as pa
import pytest

from doudi.cases.plan import (
    DETERMINATION_FIELDS,
    FLAG_FIELDS,
    FREEZE_FIELDS,
    PHASE_OUT_FIELDS,
    UNVERIFIED_FIELDS,
    Ground,
    plan,
)
from doudi.determination.held import AWARD_FIELDS, COVERAGE_FIELDS, HeldAwards
from doudi.kernel.periods import Month

APRIL = Month(2022, 4)
VILLAGE = "231084101201"
TOWN = "231084101"
FREEZE = {"place_code": TOWN, "programme": "dibao", "clause": "HLJMCA2022-3.16", "until": dt.date(2022, 7, 1)}
PHASE_OUT = {
    "place_code": TOWN,
    "programme": "dibao",
    "clause": "MCA2022-1.5",
    "month_count": 6,
    "pay_permille": 1000,
}
PERSON = {
    "is_dead": False,
    "is_covered_elsewhere": False,
    "disability_grade": 0,
    "disability_kind": 0,
    "is_seriously_ill": False,
}
PERSON_FIELDS = pa.schema(
    [
        ("person_id", pa.int64()),
        ("household_id", pa.int64()),
        ("is_dead", pa.bool_()),
        ("is_covered_elsewhere", pa.bool_()),
        ("disability_grade", pa.int64()),
        ("disability_kind", pa.int64()),
        ("is_seriously_ill", pa.bool_()),
    ]
)
FACT_FIELDS = pa.schema(
    [("subject_kind", pa.string()), ("subject_id", pa.int64()), ("name", pa.string()), ("value_text", pa.string())]
)
HOUSEHOLD_FIELDS = pa.schema([("household_id", pa.int64()), ("place_code", pa.string()), ("is_rural", pa.bool_())])


def determined(outcome: int, amount: int | None = None, route: str = "household", **more: Any) -> dict[str, Any]:
    return {
        "id": 100,
        "subject_kind": "h",
        "subject_id": 1,
        "household_id": 1,
        "programme": "dibao",
        "outcome": outcome,
        "amount_fen_m": amount,
        "route": route if outcome == 1 else "",
        "division_code": VILLAGE,
        **more,
    }


def awarded(amount: int, route: str = "household", **more: Any) -> dict[str, Any]:
    return {
        "award_id": 7,
        "subject_kind": "h",
        "subject_id": 1,
        "household_id": 1,
        "programme": "dibao",
        "amount_fen_m": amount,
        "since": dt.date(2021, 1, 1),
        "until": None,
        "route": route,
        **more,
    }


def planned(
    determinations: list[dict[str, Any]],
    awards: list[dict[str, Any]] = (),  # type: ignore[assignment]
    *,
    persons: list[dict[str, Any]] | None = None,
    facts: list[dict[str, Any]] = (),  # type: ignore[assignment]
    freezes: list[dict[str, Any]] = (),  # type: ignore[assignment]
    phase_outs: list[dict[str, Any]] = (),  # type: ignore[assignment]
    flags: list[dict[str, Any]] = (),  # type: ignore[assignment]
    unverified: list[dict[str, Any]] = (),  # type: ignore[assignment]
) -> list[dict[str, Any]]:
    """Plan for family 1 with persons 11 and 12, and give the rows with lists read."""
    people = [{**PERSON, "household_id": 1, **p} for p in persons or [{"person_id": 11}, {"person_id": 12}]]
    coverage = [
        {
            "award_id": a["award_id"],
            "person_id": p["person_id"],
            "household_id": 1,
            "programme": "dibao",
            "group_number": 1,
        }
        for a in awards
        for p in people
        if a["subject_kind"] == "h"
    ]
    ground = Ground(
        determinations=pa.Table.from_pylist(determinations, schema=DETERMINATION_FIELDS),
        persons=pa.Table.from_pylist(people, schema=PERSON_FIELDS),
        households=pa.Table.from_pylist(
            [{"household_id": 1, "place_code": TOWN, "is_rural": True}], schema=HOUSEHOLD_FIELDS
        ),
        facts=pa.Table.from_pylist(list(facts), schema=FACT_FIELDS),
        held=HeldAwards(
            pa.Table.from_pylist(list(awards), schema=AWARD_FIELDS),
            pa.Table.from_pylist(coverage, schema=COVERAGE_FIELDS),
        ),
        freezes=pa.Table.from_pylist(list(freezes), schema=FREEZE_FIELDS),
        phase_outs=pa.Table.from_pylist(list(phase_outs), schema=PHASE_OUT_FIELDS),
        flags=pa.Table.from_pylist(list(flags), schema=FLAG_FIELDS),
        unverified=pa.Table.from_pylist(list(unverified), schema=UNVERIFIED_FIELDS),
    )
    rows = plan(ground, APRIL).to_pylist()
    return [{**row, "flags": json.loads(row["flags"]), "person_ids": json.loads(row["person_ids"])} for row in rows]


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1, rows
    return rows[0]


def test_plan_starts_what_is_granted_and_not_held():
    row = only(planned([determined(1, 105_000)]))

    assert (row["kind"], row["amount_before_fen_m"], row["amount_after_fen_m"]) == ("start", 0, 105_000)
    assert (row["state"], row["lane"], row["cause"]) == ("proposed", "clean", "")
    assert (row["since_month"], row["until_month"], row["person_ids"]) == ("2022-04", "", [11, 12])


def test_plan_leaves_alone_what_is_held_as_granted():
    assert planned([determined(1, 105_000)], [awarded(105_000)]) == []
    assert planned([determined(1, 105_000)], [awarded(105_000, route="")]) == []


def test_plan_never_ends_anything_for_lack_of_facts():
    assert planned([determined(2)], [awarded(105_000)]) == []
    assert planned([determined(2)]) == []
    assert planned([determined(0)]) == []


def test_plan_stops_what_is_refused_and_asks_for_a_look():
    row = only(planned([determined(0)], [awarded(105_000)]))

    assert (row["kind"], row["cause"], row["state"], row["hold_clause"]) == ("stop", "hardship", "proposed", "")
    assert (row["lane"], row["flags"], row["person_ids"]) == ("flagged", ["exit"], [])


def test_plan_holds_an_exit_under_a_freeze_and_names_the_clause():
    row = only(planned([determined(0)], [awarded(105_000)], freezes=[FREEZE]))

    assert (row["state"], row["hold_clause"], row["hold_until"]) == ("held", "HLJMCA2022-3.16", dt.date(2022, 7, 1))


def test_plan_holds_a_reduction_but_not_a_rise_under_a_freeze():
    less = only(planned([determined(1, 90_000)], [awarded(105_000)], freezes=[FREEZE]))
    more = only(planned([determined(1, 120_000)], [awarded(105_000)], freezes=[FREEZE]))

    assert (less["kind"], less["state"]) == ("change", "held")
    assert (more["kind"], more["state"], more["lane"]) == ("change", "proposed", "clean")


@pytest.mark.parametrize(
    ("day", "since"), [("2022-02-20", "2022-04"), ("2022-04-03", "2022-05"), (None, "2022-04")], ids=str
)
def test_plan_lets_a_death_pass_the_freeze(day: str | None, since: str):
    facts = [{"subject_kind": "p", "subject_id": 11, "name": "death_date", "value_text": day}] if day else []
    row = only(
        planned(
            [determined(0)],
            [awarded(105_000)],
            persons=[{"person_id": 11, "is_dead": True}],
            facts=facts,
            freezes=[FREEZE],
        )
    )

    assert (row["kind"], row["cause"], row["state"], row["lane"]) == ("stop", "death", "proposed", "flagged")
    assert (row["flags"], row["since_month"]) == (["death"], since)


def test_plan_lets_the_reduction_after_a_death_pass_the_freeze():
    row = only(
        planned(
            [determined(1, 60_000)],
            [awarded(105_000)],
            persons=[{"person_id": 11}, {"person_id": 12, "is_dead": True}],
            freezes=[FREEZE],
        )
    )

    assert (row["kind"], row["cause"], row["state"], row["person_ids"]) == ("change", "death", "proposed", [11])


def test_plan_lets_double_enrolment_pass_the_freeze():
    row = only(
        planned(
            [determined(1, 60_000)],
            [awarded(105_000)],
            persons=[{"person_id": 11}, {"person_id": 12, "is_covered_elsewhere": True}],
            freezes=[FREEZE],
        )
    )

    assert (row["cause"], row["state"], row["flags"]) == ("double_enrolment", "proposed", ["double_enrolment"])
    assert row["person_ids"] == [11]


def test_plan_fades_out_what_work_has_ended_for_the_months_in_force():
    row = only(planned([determined(1, 105_000, "phase_out")], [awarded(105_000)], phase_outs=[PHASE_OUT]))

    assert (row["kind"], row["cause"], row["route"], row["state"]) == ("phase_out", "work", "phase_out", "proposed")
    assert (row["since_month"], row["until_month"], row["amount_after_fen_m"]) == ("2022-04", "2022-10", 105_000)
    assert row["lane"] == "clean"


def test_plan_stops_at_once_where_no_phase_out_is_in_force():
    row = only(planned([determined(1, 105_000, "phase_out")], [awarded(105_000)]))

    assert (row["kind"], row["cause"], row["amount_after_fen_m"]) == ("stop", "work", 0)


def test_plan_leaves_a_running_phase_out_alone_and_ends_it_when_work_is_lost():
    running = awarded(105_000, "phase_out", until=dt.date(2022, 7, 1))

    assert planned([determined(1, 105_000, "phase_out")], [running], phase_outs=[PHASE_OUT]) == []
    row = only(planned([determined(1, 105_000)], [running], phase_outs=[PHASE_OUT]))
    assert (row["kind"], row["route"], row["until_month"]) == ("change", "household", "")


def test_plan_moves_a_person_to_tekun_past_the_freeze_in_one_go():
    person = determined(1, 80_000, "home", id=101, subject_kind="p", subject_id=12, programme="tekun")
    rows = planned([determined(1, 60_000), person], [awarded(105_000)], freezes=[FREEZE])

    family, tekun = rows
    assert (family["kind"], family["cause"], family["state"], family["person_ids"]) == (
        "change",
        "switch",
        "proposed",
        [11],
    )
    assert (tekun["kind"], tekun["flags"], tekun["person_ids"]) == ("start", ["switch"], [12])


def test_plan_feeds_only_who_may_stand_alone_on_the_single_person_route():
    row = only(
        planned(
            [determined(1, 50_000, "single_person")],
            persons=[{"person_id": 11}, {"person_id": 12, "disability_grade": 1}],
        )
    )

    assert row["person_ids"] == [12]


def test_plan_marks_what_a_person_must_look_at():
    row = only(
        planned(
            [determined(1, 105_000)],
            [awarded(20_000)],
            flags=[{"household_id": 1, "code": "shared_account"}],
            unverified=[{"place_code": TOWN, "is_rural": True, "programme": "dibao"}],
        )
    )

    assert (row["lane"], row["flags"]) == ("flagged", ["amount_jump", "shared_account", "unverified"])


def test_plan_keeps_an_unverified_standard_in_the_clean_lane_as_a_remark():
    row = only(
        planned([determined(1, 105_000)], unverified=[{"place_code": TOWN, "is_rural": True, "programme": "dibao"}])
    )

    assert (row["lane"], row["flags"]) == ("clean", ["unverified"])


def test_plan_holds_what_rests_on_dibao_together_with_it_and_adds_no_weaker_recognition():
    subsidy = determined(0, id=102, subject_kind="p", subject_id=12, programme="disability_living_subsidy")
    marginal = determined(1, 0, "", id=103, programme="dibao_marginal")
    paid = awarded(5_000, "", award_id=8, subject_kind="p", subject_id=12, programme="disability_living_subsidy")

    held = planned([determined(0), subsidy, marginal], [awarded(105_000), paid], freezes=[FREEZE])
    free = planned([determined(0), subsidy, marginal], [awarded(105_000), paid])

    assert [(row["programme"], row["kind"], row["state"], row["hold_clause"]) for row in held] == [
        ("dibao", "stop", "held", "HLJMCA2022-3.16"),
        ("disability_living_subsidy", "stop", "held", "HLJMCA2022-3.16"),
    ]
    assert [(row["programme"], row["kind"], row["state"]) for row in free] == [
        ("dibao", "stop", "proposed"),
        ("dibao_marginal", "start", "proposed"),
        ("disability_living_subsidy", "stop", "proposed"),
    ]


def test_plan_leaves_what_rests_on_dibao_alone_while_it_fades_out():
    subsidy = determined(0, id=102, subject_kind="p", subject_id=12, programme="disability_living_subsidy")
    marginal = determined(1, 0, "", id=103, programme="dibao_marginal")
    paid = awarded(5_000, "", award_id=8, subject_kind="p", subject_id=12, programme="disability_living_subsidy")
    fading = determined(1, 105_000, "phase_out")

    for route in ("household", "phase_out"):
        rows = planned([fading, subsidy, marginal], [awarded(105_000, route), paid], phase_outs=[PHASE_OUT])
        assert [row["kind"] for row in rows] == (["phase_out"] if route == "household" else [])


# -- allowances of one person ------------------------------------------------------------------


def _person(programme: str, outcome: int, amount: int | None = None, number: int = 11, **more: Any) -> dict[str, Any]:
    own = {"subject_kind": "p", "subject_id": number, "programme": programme}
    return determined(outcome, amount, **own, **more)


def _held(programme: str, amount: int, number: int = 11) -> dict[str, Any]:
    return awarded(amount, route="", subject_kind="p", subject_id=number, programme=programme)


def test_plan_starts_an_allowance_for_the_person_alone():
    row = only(planned([_person("orphan_allowance", 1, 107_400, route="home")]))

    assert (row["kind"], row["programme"], row["person_ids"], row["lane"]) == (
        "start",
        "orphan_allowance",
        [11],
        "clean",
    )


def test_plan_ends_an_allowance_for_lost_conditions_and_no_freeze_of_means_holds_it():
    freeze = {**FREEZE, "programme": "orphan_allowance"}
    row = only(planned([_person("orphan_allowance", 0)], [_held("orphan_allowance", 107_400)], freezes=[freeze]))

    assert (row["kind"], row["cause"], row["state"], row["flags"]) == ("stop", "conditions", "proposed", ["exit"])


def test_plan_does_not_call_it_an_exit_when_another_support_takes_its_place():
    freeze = {**FREEZE, "programme": "tekun"}
    rows = planned(
        [_person("tekun", 0), _person("orphan_allowance", 1, 107_400, route="home")],
        [_held("tekun", 58_400)],
        freezes=[freeze],
    )

    assert {row["programme"]: (row["kind"], row["cause"], row["state"]) for row in rows} == {
        "tekun": ("stop", "switch", "proposed"),
        "orphan_allowance": ("start", "", "proposed"),
    }


def test_plan_swaps_the_nursing_subsidies_when_the_other_is_higher():
    rows = planned(
        [_person("disability_care_subsidy", 0), _person("elderly_care_subsidy", 1, 12_000)],
        [_held("disability_care_subsidy", 5_000)],
    )

    assert {row["programme"]: row["cause"] for row in rows} == {
        "disability_care_subsidy": "switch",
        "elderly_care_subsidy": "",
    }


def test_plan_leaves_the_difference_of_a_child_alone_while_the_familys_dibao_is_held():
    child = _person("unattended_child_allowance", 1, 107_400, route="full")
    rows = planned(
        [determined(0), child],
        [awarded(88_200), {**_held("unattended_child_allowance", 63_300), "award_id": 8}],
        freezes=[FREEZE],
    )

    assert {row["programme"]: row["state"] for row in rows} == {"dibao": "held"}


def test_plan_stops_an_allowance_of_the_dead_from_the_month_after():
    died = {"subject_kind": "p", "subject_id": 11, "name": "death_date", "value_text": "2022-04-03"}
    row = only(
        planned(
            [_person("old_age_allowance", 0)],
            [_held("old_age_allowance", 5_000)],
            persons=[{"person_id": 11, "is_dead": True}, {"person_id": 12}],
            facts=[died],
        )
    )

    assert (row["kind"], row["cause"], row["since_month"]) == ("stop", "death", "2022-05")


TWICE = {"household_id": 1, "code": "double_enrolment"}


def test_plan_lets_the_reduction_of_a_family_with_a_row_set_aside_pass_the_freeze():
    row = only(planned([determined(1, 60_000)], [awarded(105_000)], freezes=[FREEZE], flags=[TWICE]))

    assert (row["kind"], row["cause"], row["state"]) == ("change", "double_enrolment", "proposed")
    assert (row["hold_clause"], row["lane"]) == ("", "flagged")
    assert "double_enrolment" in row["flags"]


def test_plan_holds_the_exit_of_a_family_with_a_row_set_aside_and_flags_it():
    row = only(planned([determined(0, 0)], [awarded(105_000)], freezes=[FREEZE], flags=[TWICE]))

    assert (row["kind"], row["cause"], row["state"]) == ("stop", "hardship", "held")
    assert row["flags"] == ["double_enrolment", "exit"]


def test_plan_does_not_call_a_rise_double_enrolment():
    row = only(planned([determined(1, 110_000)], [awarded(105_000)], freezes=[FREEZE], flags=[TWICE]))

    assert (row["kind"], row["cause"], row["state"]) == ("change", "", "proposed")
