"""Switches: what is on where, newest first, options stay off until decided; records by two people."""

import datetime as dt
from typing import Any

import pytest

from doudi.engine import packs
from doudi.engine.switches import SwitchRow
from doudi.kernel.actors import Actor
from doudi.kernel.errors import NotPermitted, Stale
from doudi.policy import queries
from doudi.policy.models import LocalRule
from doudi.policy.services import (
    Draft,
    NobodyAllows,
    NotOpen,
    SamePerson,
    WrongField,
    confirm_local_rule,
    end_local_rule,
    propose_local_rule,
    withdraw_local_rule,
)
from doudi.security.scope import acting

Cast = dict[str, Actor]
SWITCHES = packs.load().switches
NINGAN, LINXIAN, YIXIAN = "231084101", "141124100", "210727100"
APRIL = dt.date(2022, 4, 15)
LINXIAN_CHIEF = Actor(950, "linxian1", "test-lin-1", "临县科长", "county", "141124")
LINXIAN_SECOND = Actor(951, "linxian2", "test-lin-2", "临县科员", "county", "141124")


def _draft(**more: Any) -> Draft:
    given: dict[str, Any] = {
        "kind": "switch", "name": "exit_freeze", "division_code": "141124", "since": dt.date(2021, 2, 10),
        "until": None, "document": "临县疫情防控指挥部决定", "clause": "SX2021-5.8",
    }  # fmt: skip
    return Draft(**(given | more))


def _row(**more: Any) -> SwitchRow:
    given: dict[str, Any] = {
        "name": "exit_freeze", "place": "231084", "since": dt.date(2022, 5, 1), "until": None,
        "known_on": dt.date(2022, 5, 1), "clause": "HLJ2021-4.9", "document": "决定", "programmes": ("dibao",),
    }  # fmt: skip
    return SwitchRow(**(given | more))


def test_same_day_ningan_holds_and_linxian_does_not():
    here = SWITCHES.in_force("exit_freeze", NINGAN, APRIL)

    assert here is not None
    assert (here.clause, here.programmes) == ("HLJMCA2022-3.16", ("dibao", "tekun"))
    assert "death" in here.settings["passes"]
    assert SWITCHES.in_force("exit_freeze", LINXIAN, APRIL) is None
    assert SWITCHES.in_force("exit_freeze", YIXIAN, APRIL) is None


@pytest.mark.parametrize(
    ("on", "clause"),
    [
        (dt.date(2021, 6, 30), None),
        (dt.date(2021, 7, 1), "P1-第三十三条"),
        (dt.date(2022, 6, 1), "P1-第三十三条"),
        (dt.date(2022, 6, 2), "MCA2022-1.5"),
        (dt.date(2022, 10, 20), "P7-一(三)"),
    ],
)
def test_phase_out_cites_the_text_of_the_day(on: dt.date, clause: str | None):
    found = SWITCHES.in_force("phase_out", LINXIAN, on)

    assert (found.clause if found else None) == clause
    if found:
        assert found.settings == {"months": 6, "pay_permille": 1000}


def test_exit_freeze_begins_and_ends_by_itself():
    days = [dt.date(2022, 3, 31), dt.date(2022, 4, 1), dt.date(2023, 1, 7), dt.date(2023, 1, 8)]

    assert [SWITCHES.in_force("exit_freeze", NINGAN, day) is not None for day in days] == [False, True, True, False]


def test_advance_payment_is_for_shanxi_before_the_festival():
    found = SWITCHES.in_force("advance_payment", LINXIAN, dt.date(2021, 2, 4))

    assert found is not None
    assert (found.clause, found.settings["months_ahead"]) == ("SX2021-2.1", 1)
    assert all(found.covers(name) for name in ("dibao", "tekun", "orphan_allowance", "unattended_child_allowance"))
    assert SWITCHES.in_force("advance_payment", LINXIAN, dt.date(2021, 2, 12)) is None
    assert SWITCHES.in_force("advance_payment", NINGAN, dt.date(2021, 2, 4)) is None


def test_a_quarters_pension_ahead_of_the_festival_is_left_to_the_place():
    allowed = [row for row in SWITCHES.options_for("advance_payment", NINGAN, dt.date(2021, 2, 3))]

    assert [(row.clause, row.programmes, row.settings["months_ahead"]) for row in allowed] == [
        ("HLJ2021-2.3", ("veterans_pension",), 2)
    ]
    assert SWITCHES.options_for("advance_payment", NINGAN, dt.date(2021, 2, 12)) == []


def test_weekly_report_is_for_heilongjiang():
    assert SWITCHES.in_force("weekly_report", NINGAN, APRIL) is not None
    assert SWITCHES.in_force("weekly_report", LINXIAN, APRIL) is None


def test_newer_record_wins_and_an_ending_record_ends():
    both = ("dibao", "tekun")
    newer = SWITCHES.in_force("exit_freeze", NINGAN, dt.date(2022, 6, 1), [_row()])
    ended = SWITCHES.in_force(
        "exit_freeze", NINGAN, dt.date(2022, 7, 1), [_row(since=dt.date(2022, 7, 1), is_on=False, programmes=both)]
    )

    assert newer is not None
    assert newer.clause == "HLJ2021-4.9"
    assert ended is None


def test_older_freeze_still_holds_for_what_the_newer_one_leaves_out():
    stands = SWITCHES.standing("exit_freeze", NINGAN, dt.date(2022, 6, 1), [_row()])

    assert [(state.clause, state.programmes) for state in stands] == [
        ("HLJ2021-4.9", ("dibao",)),
        ("HLJMCA2022-3.16", ("tekun",)),
    ]


def test_ending_record_ends_only_the_programmes_it_names():
    off = _row(since=dt.date(2022, 7, 1), is_on=False, programmes=("dibao",))

    stands = SWITCHES.standing("exit_freeze", NINGAN, dt.date(2022, 7, 1), [off])

    assert [state.programmes for state in stands] == [("tekun",)]


def test_equally_new_records_give_the_more_favourable():
    twin = _row(since=dt.date(2022, 4, 1), place="231084101")

    found = SWITCHES.in_force("exit_freeze", NINGAN, APRIL, [twin])

    assert found is not None
    assert found.programmes == ("dibao", "tekun")


def test_county_months_reach_the_phase_out():
    row = queries.law().parameters.rows
    months = next(one for one in row if one.name == "phase_out_months" and one.place == "")
    own = type(months)(**{**months.__dict__, "place": "141124", "value": 3, "local_id": 7})

    found = SWITCHES.in_force("phase_out", LINXIAN, APRIL, [own])

    assert found is not None
    assert found.settings["months"] == 3


# -- records --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_linxian_decides_and_then_holds():
    with acting(LINXIAN_CHIEF):
        rule = propose_local_rule(_draft(), on=dt.date(2021, 2, 10), actor=LINXIAN_CHIEF)
        before = queries.switches_in_force(LINXIAN, dt.date(2021, 3, 1))
    with acting(LINXIAN_SECOND):
        confirm_local_rule(rule.pk, on=dt.date(2021, 2, 10), actor=LINXIAN_SECOND)
        confirm_local_rule(rule.pk, on=dt.date(2021, 2, 10), actor=LINXIAN_SECOND)
        after = queries.switches_in_force(LINXIAN, dt.date(2021, 3, 1))

    assert "exit_freeze" not in {state.name for state in before}
    assert {state.name: state.clause for state in after}["exit_freeze"] == "SX2021-5.8"


@pytest.mark.django_db
def test_proposer_cannot_confirm():
    with acting(LINXIAN_CHIEF):
        rule = propose_local_rule(_draft(), on=APRIL, actor=LINXIAN_CHIEF)
        with pytest.raises(SamePerson):
            confirm_local_rule(rule.pk, on=APRIL, actor=LINXIAN_CHIEF)


@pytest.mark.django_db
def test_officer_of_ningan_cannot_set_another_county(actors: Cast):
    with acting(actors["county"]), pytest.raises(NotPermitted):
        propose_local_rule(_draft(division_code="230227", clause="HLJ2021-4.9"), on=APRIL, actor=actors["county"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"until": dt.date(2021, 2, 10)}, "until"),
        ({"until": dt.date(2021, 2, 1)}, "until"),
        ({"since": None}, "since"),
        ({"document": " "}, "document"),
        ({"clause": "SX2021-9.9"}, "clause"),
        ({"name": "nothing"}, "name"),
        ({"kind": "other"}, "kind"),
        ({"programmes": ("tekun",)}, "programmes"),
        ({"kind": "parameter", "name": "nothing"}, "name"),
        ({"kind": "parameter", "name": "phase_out_months", "clause": ""}, "value"),
        ({"kind": "parameter", "name": "phase_out_months", "clause": "", "value_int": 99}, "value"),
    ],
)
def test_wrong_field_is_named(more: dict[str, Any], field: str):
    with acting(LINXIAN_CHIEF), pytest.raises(WrongField) as refusal:
        propose_local_rule(_draft(**more), on=APRIL, actor=LINXIAN_CHIEF)

    assert refusal.value.field == field
    assert not LocalRule.objects.exists()


@pytest.mark.django_db
def test_overlapping_record_is_refused():
    with acting(LINXIAN_CHIEF):
        propose_local_rule(_draft(until=dt.date(2021, 6, 1)), on=APRIL, actor=LINXIAN_CHIEF)
        with pytest.raises(WrongField, match="重叠") as refusal:
            propose_local_rule(_draft(since=dt.date(2021, 5, 1)), on=APRIL, actor=LINXIAN_CHIEF)
        propose_local_rule(_draft(since=dt.date(2021, 6, 1)), on=APRIL, actor=LINXIAN_CHIEF)

    assert refusal.value.field == "since"
    assert LocalRule.objects.count() == 2


@pytest.mark.django_db
def test_township_record_holds_for_the_township_alone():
    with acting(LINXIAN_CHIEF):
        rule = propose_local_rule(_draft(division_code="141124100"), on=APRIL, actor=LINXIAN_CHIEF)
    with acting(LINXIAN_SECOND):
        confirm_local_rule(rule.pk, on=APRIL, actor=LINXIAN_SECOND)
        inside = queries.switches_in_force("141124100", APRIL)
        beside = queries.switches_in_force("141124101", APRIL)

    assert "exit_freeze" in {state.name for state in inside}
    assert "exit_freeze" not in {state.name for state in beside}


@pytest.mark.django_db
def test_nobody_may_decide_what_no_clause_permits():
    draft = _draft(name="weekly_report", clause="")

    with acting(LINXIAN_CHIEF), pytest.raises(NobodyAllows):
        propose_local_rule(draft, on=APRIL, actor=LINXIAN_CHIEF)


@pytest.mark.django_db
def test_county_cannot_set_the_dibao_standard():
    draft = _draft(kind="parameter", name="dibao_standard_fen_m_pc", clause="", value_int=70_000)

    with acting(LINXIAN_CHIEF), pytest.raises(NobodyAllows, match="省级、地级"):
        propose_local_rule(draft, on=APRIL, actor=LINXIAN_CHIEF)


@pytest.mark.django_db
def test_county_sets_its_phase_out_months():
    draft = _draft(kind="parameter", name="phase_out_months", clause="", value_int=3, since=dt.date(2022, 1, 1))
    with acting(LINXIAN_CHIEF):
        rule = propose_local_rule(draft, on=APRIL, actor=LINXIAN_CHIEF)
    with acting(LINXIAN_SECOND):
        confirm_local_rule(rule.pk, on=APRIL, actor=LINXIAN_SECOND)
        states = {state.name: state for state in queries.switches_in_force(LINXIAN, APRIL)}

    assert rule.clause == "P1-第三十三条"
    assert states["phase_out"].settings["months"] == 3


@pytest.mark.django_db
def test_ningan_ends_the_freeze_early(actors: Cast):
    draft = _draft(
        division_code="231084", since=dt.date(2022, 6, 30), is_on=False, clause="HLJMCA2022-3.16", document="宁安市决定"
    )
    with acting(actors["county"]):
        rule = propose_local_rule(draft, on=dt.date(2022, 6, 20), actor=actors["county"])
    with acting(actors["county_second"]):
        confirm_local_rule(rule.pk, on=dt.date(2022, 6, 20), actor=actors["county_second"])
        held = [
            "exit_freeze" in {state.name for state in queries.switches_in_force(NINGAN, day)}
            for day in (dt.date(2022, 6, 29), dt.date(2022, 6, 30))
        ]

    assert held == [True, False]


@pytest.mark.django_db
def test_withdrawn_record_cannot_be_confirmed_and_stale_pages_are_noticed():
    with acting(LINXIAN_CHIEF):
        rule = propose_local_rule(_draft(), on=APRIL, actor=LINXIAN_CHIEF)
        with pytest.raises(Stale):
            withdraw_local_rule(rule.pk, actor=LINXIAN_CHIEF, version=9)
        withdraw_local_rule(rule.pk, actor=LINXIAN_CHIEF, version=1)
    with acting(LINXIAN_SECOND), pytest.raises(NotOpen):
        confirm_local_rule(rule.pk, on=APRIL, actor=LINXIAN_SECOND)


@pytest.mark.django_db
def test_record_is_ended_from_today_on():
    with acting(LINXIAN_CHIEF):
        rule = propose_local_rule(_draft(), on=APRIL, actor=LINXIAN_CHIEF)
    with acting(LINXIAN_SECOND):
        confirm_local_rule(rule.pk, on=APRIL, actor=LINXIAN_SECOND)
        with pytest.raises(WrongField):
            end_local_rule(rule.pk, until=dt.date(2022, 4, 1), on=APRIL, actor=LINXIAN_SECOND)
        end_local_rule(rule.pk, until=dt.date(2022, 5, 1), on=APRIL, actor=LINXIAN_SECOND)
        after = queries.switches_in_force(LINXIAN, dt.date(2022, 5, 1))

    assert "exit_freeze" not in {state.name for state in after}
