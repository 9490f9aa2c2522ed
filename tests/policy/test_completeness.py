"""Every day on which anything changes has rules and values; thresholds are sharp; unknown never decides."""

import copy
import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doudi.engine import packs, scalar
from doudi.policy import queries
from tests.policy.cases import all_cases

LAW = packs.load()
PLACES = {"23": "231084101", "14": "141124100", "21": "210727100"}
# From when a province's figures are known at all; earlier days are decided as "needs facts".
KNOWN_SINCE = {"23": dt.date(2020, 1, 1), "14": dt.date(2021, 1, 1), "21": dt.date(2018, 7, 1)}
LATE = {"rigid_validity_months"}
DAYS = queries.change_days(LAW)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_change_day_has_rules_and_values(day: dt.date):
    rules = LAW.rules_on(day)

    lacking = {
        (place, area, name)
        for province, place in PLACES.items()
        if day >= KNOWN_SINCE[province]
        for area in ("urban", "rural")
        for name in rules.parameters
        if LAW.parameters.resolve(name, place, area, day) is None
    }
    assert lacking == set()


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_no_rule_rests_on_expired_texts_alone(day: dt.date):
    assert queries.expired_basis(day) == {}


def _alone(**more: Any) -> dict[str, Any]:
    case = next(one for one in all_cases() if "健康的壮年人" in one.name)
    family = copy.deepcopy(case.family)
    family["persons"][0] |= more
    return family


def _outcome(family: dict[str, Any], programme: str, place: str, on: dt.date) -> int:
    return next(one.outcome for one in scalar.decide(LAW, family, place, on) if one.programme == programme)


@pytest.mark.parametrize(("province", "rural"), list(itertools.product(PLACES, (True, False))))
@pytest.mark.parametrize("on", [dt.date(2021, 7, 1), dt.date(2022, 4, 15), dt.date(2023, 7, 1)], ids=str)
def test_dibao_line_is_sharp_to_the_fen(province: str, rural: bool, on: dt.date):
    place = PLACES[province]
    found = LAW.parameters.resolve("dibao_standard_fen_m_pc", place, "rural" if rural else "urban", on)
    assert found is not None
    line = found.value or 0

    outcomes = []
    for income in (line - 1, line, line + 1):
        family = _alone(transfer_income_fen_m=income)
        family["household"]["is_rural"] = rural
        outcomes.append(_outcome(family, "dibao", place, on))

    assert outcomes == [1, 0, 0]


@pytest.mark.parametrize(
    ("field", "limit", "programme"),
    [
        ("vehicle_count", "dibao_vehicle_limit", "dibao"),
        ("dwelling_count", "dibao_dwelling_limit", "dibao"),
        ("company_count", "dibao_company_limit", "dibao"),
        ("vehicle_count", "marginal_vehicle_limit", "dibao_marginal"),
        ("dwelling_count", "marginal_dwelling_limit", "dibao_marginal"),
        ("company_count", "marginal_company_limit", "dibao_marginal"),
    ],
)
def test_possessions_are_limited_sharply(field: str, limit: str, programme: str):
    on, place = dt.date(2022, 4, 15), PLACES["23"]
    found = LAW.parameters.resolve(limit, place, "rural", on)
    assert found is not None
    most = found.value or 0
    income = 0 if programme == "dibao" else 50_000

    outcomes = [
        _outcome(_alone(**{field: count, "transfer_income_fen_m": income}), programme, place, on)
        for count in (most, most + 1)
    ]

    assert outcomes == [1, 0]


# What an application brings is checked as a whole and has tests of its own.
NULLABLE = [one for one in LAW.inputs.of("person") if one.nullable and one.type != "text" and not one.is_of_application]


def _some_value(one: Any) -> st.SearchStrategy[Any]:
    if one.type == "bool":
        return st.booleans()
    if one.values:
        return st.sampled_from(sorted(one.values))
    if "fen" in one.name:
        return st.integers(0 if one.low is not None else -50_000, 200_000)
    return st.integers(0, min(one.high or 5, 90))


PERSON = st.fixed_dictionaries({one.name: _some_value(one) for one in NULLABLE})
HOUSEHOLD = st.fixed_dictionaries(
    {one.name: _some_value(one) for one in LAW.inputs.of("household") if one.nullable and not one.is_of_application}
    | {"is_rural": st.booleans(), "held_dibao": st.booleans(), "held_dibao_fen_m": st.integers(0, 200_000)}
)
FAMILY = st.fixed_dictionaries({"household": HOUSEHOLD, "persons": st.lists(PERSON, min_size=1, max_size=4)})
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@QUIET
@given(
    family=FAMILY, data=st.data(), on=st.sampled_from([dt.date(2021, 6, 30), dt.date(2022, 4, 15), dt.date(2025, 2, 1)])
)
def test_what_is_learned_never_contradicts_what_was_decided(family: dict[str, Any], data: st.DataObject, on: dt.date):
    hidden = copy.deepcopy(family)
    persons = hidden["persons"]
    for _ in range(data.draw(st.integers(1, 4))):
        person = data.draw(st.sampled_from(range(len(persons))))
        persons[person][data.draw(st.sampled_from(NULLABLE)).name] = None

    before = scalar.decide(LAW, hidden, PLACES["23"], on)
    after = scalar.decide(LAW, family, PLACES["23"], on)

    for unknown, known in zip(before, after, strict=True):
        if unknown.outcome != 2:
            assert (unknown.outcome, unknown.amount_fen_m) == (known.outcome, known.amount_fen_m), unknown.programme


@QUIET
@given(family=FAMILY, more=st.integers(1, 100_000), data=st.data())
def test_more_income_never_raises_what_a_whole_family_gets(family: dict[str, Any], more: int, data: st.DataObject):
    on = dt.date(2022, 4, 15)
    richer = copy.deepcopy(family)
    richer["persons"][data.draw(st.sampled_from(range(len(family["persons"]))))]["transfer_income_fen_m"] += more

    def whole(one: dict[str, Any]) -> int:
        found = next(d for d in scalar.decide(LAW, one, PLACES["23"], on) if d.programme == "dibao")
        return found.amount_fen_m or 0 if found.route == "household" else 0

    tekun = [
        any(d.programme == "tekun" and d.outcome == 1 for d in scalar.decide(LAW, one, PLACES["23"], on))
        for one in (family, richer)
    ]
    if not any(tekun):
        assert whole(richer) <= whole(family)
