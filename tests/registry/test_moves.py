"""Moves, members who come and go, and papers that turn up: no day without a family, none with two."""

import datetime as dt

import pytest

from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.registry import queries
from doudi.registry.models import Person
from doudi.registry.rows import AccountRow
from doudi.registry.services import (
    InTwoFamilies,
    NumberTaken,
    end_membership,
    identify,
    move_household,
    move_person,
    register_accounts,
    register_families,
)
from doudi.security.scope import acting
from tests.registry.families import COUNTY, GUILAN_NO, TODAY, VILLAGE, guilan_family, number, row

pytestmark = pytest.mark.django_db

EARLIER = dt.date(2021, 1, 1)
MOVED_ON = dt.date(2021, 3, 20)
ELSEWHERE = "230227100201"


@pytest.fixture
def family():
    with acting(SYSTEM):
        rows = [*guilan_family(), row("王无名", "", relation="child", birth_date=dt.date(1980, 1, 1))]
        yield register_families(rows, on=EARLIER, actor=SYSTEM, division_code=COUNTY)


def test_move_household_leaves_no_gap_and_no_double(family):
    household = family.household_ids[0]
    register_accounts(
        [AccountRow(household, None, "6217000011112222333", "王桂兰", "某银行", EARLIER)],
        actor=SYSTEM, division_code=COUNTY,
    )  # fmt: skip

    move_household(household, ELSEWHERE, on=MOVED_ON, actor=SYSTEM, area="urban")
    move_household(household, ELSEWHERE, on=MOVED_ON, actor=SYSTEM)

    periods = [(p.division_code, p.since, p.until) for p in queries.person_history(family.person_ids[0])]
    assert periods == [(VILLAGE, EARLIER, MOVED_ON), (ELSEWHERE, MOVED_ON, None)]
    for day in (MOVED_ON - dt.timedelta(days=1), MOVED_ON):
        assert len(queries.members_on([household], day)[household]) == 3
    moved = queries.household_file(household, TODAY)
    assert (moved.household.division_code, moved.household.area) == (ELSEWHERE, "urban")
    assert {m.person.division_code for m in moved.members} == {ELSEWHERE}
    assert [(a.since, a.until) for a in moved.accounts] == [(MOVED_ON, None), (EARLIER, MOVED_ON)]


def test_move_household_shows_the_family_to_the_new_county_only(family, actors):
    move_household(family.household_ids[0], ELSEWHERE, on=MOVED_ON, actor=SYSTEM)

    with acting(actors["outsider"]):
        assert len(queries.search("王桂兰", TODAY)) == 1
    with acting(actors["county"]):
        assert queries.search("王桂兰", TODAY) == []


def test_move_household_refuses_a_county_and_a_day_before_the_start(family):
    with pytest.raises(BadInput, match="不到乡级"):
        move_household(family.household_ids[0], "230227", on=MOVED_ON, actor=SYSTEM)
    with pytest.raises(BadInput, match="才入户"):
        move_household(family.household_ids[0], ELSEWHERE, on=EARLIER, actor=SYSTEM)


def test_move_household_is_not_for_one_county_alone(family, actors):
    with acting(SYSTEM, COUNTY), pytest.raises(NotPermitted):
        move_household(family.household_ids[0], ELSEWHERE, on=MOVED_ON, actor=actors["county"])


def test_move_person_leaves_one_family_and_joins_the_other(family):
    other = register_families(
        [row("李国强", number(333), household_key="K2")], on=EARLIER, actor=SYSTEM, division_code=COUNTY
    ).household_ids[0]

    move_person(family.person_ids[1], other, "child", on=TODAY, actor=SYSTEM)
    move_person(family.person_ids[1], other, "child", on=TODAY, actor=SYSTEM)

    history = queries.person_history(family.person_ids[1])
    assert [(p.household_id, p.since, p.until) for p in history] == [
        (family.household_ids[0], EARLIER, TODAY),
        (other, TODAY, None),
    ]


def test_end_membership_wants_a_reason_and_a_later_day(family):
    with pytest.raises(BadInput, match="原因"):
        end_membership(family.person_ids[1], on=TODAY, reason="", actor=SYSTEM)
    with pytest.raises(BadInput, match="离开日必须在其后"):
        end_membership(family.person_ids[1], on=EARLIER, reason="出嫁", actor=SYSTEM)

    end_membership(family.person_ids[1], on=TODAY, reason="出嫁", actor=SYSTEM)

    file = queries.household_file(family.household_ids[0], TODAY)
    assert [m.person.name for m in file.others] == ["王小丫"]


def test_identify_gives_the_number_that_turned_up(family):
    kept = identify(family.person_ids[2], number(888), on=TODAY, actor=SYSTEM)

    assert kept == family.person_ids[2]
    assert identify(kept, number(888), on=TODAY, actor=SYSTEM) == kept
    assert [hit.person.id for hit in queries.search(number(888), TODAY)] == [kept]


def test_identify_merges_into_the_file_that_has_the_number(family):
    known = Person.objects.create(
        id_no_index=_index(number(888)), id_no_masked="999***", name="王无名", division_code=VILLAGE
    )

    kept = identify(family.person_ids[2], number(888), on=TODAY, actor=SYSTEM)

    assert kept == known.id
    assert queries.standing_ids(family.person_ids) == {
        family.person_ids[0]: family.person_ids[0],
        family.person_ids[1]: family.person_ids[1],
        family.person_ids[2]: known.id,
    }
    members = queries.members_on(family.household_ids[:1], TODAY)[family.household_ids[0]]
    assert known.id in {m.person.id for m in members}
    rows = [row("王无名", "", relation="child", birth_date=dt.date(1980, 1, 1))]
    assert register_families(rows, on=TODAY, actor=SYSTEM, division_code=COUNTY).person_ids == [known.id]


def test_identify_refuses_two_families_on_one_day(family):
    register_families([row("王无名", number(888), household_key="K2")], on=EARLIER, actor=SYSTEM, division_code=COUNTY)

    with pytest.raises(InTwoFamilies, match="231084-2021-000001"):
        identify(family.person_ids[2], number(888), on=TODAY, actor=SYSTEM)


def test_identify_refuses_a_number_registered_out_of_sight(family, actors):
    register_families(
        [row("王无名", number(888), division_code=ELSEWHERE)], on=EARLIER, actor=SYSTEM, division_code="230227"
    )

    with acting(actors["county"]), pytest.raises(NumberTaken, match="另一辖区"):
        identify(family.person_ids[2], number(888), on=TODAY, actor=actors["county"])


def test_identify_refuses_a_second_number_and_a_birth_to_come(family):
    with pytest.raises(BadInput, match="已有另一个身份证号"):
        identify(family.person_ids[0], number(888), on=TODAY, actor=SYSTEM)
    with pytest.raises(BadInput, match="晚于"):
        identify(family.person_ids[2], number(1, dt.date(2030, 1, 1)), on=TODAY, actor=SYSTEM)
    assert identify(family.person_ids[0], GUILAN_NO, on=TODAY, actor=SYSTEM) == family.person_ids[0]


def _index(text):
    from doudi.security.crypto import blind_index

    return blind_index(text)
