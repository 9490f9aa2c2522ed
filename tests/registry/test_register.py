"""Families coming into the register: found again, never twice, contradictions told."""

import datetime as dt

import pytest

from doudi.kernel.errors import BadInput, NotPermitted
from doudi.registry import queries
from doudi.registry.models import Household, Membership, PayeeAccount, Person
from doudi.registry.rows import AccountRow
from doudi.registry.services import register_accounts, register_families
from doudi.security.scope import acting
from tests.registry.families import COUNTY, GRANDCHILD_NO, GUILAN_NO, TODAY, VILLAGE, guilan_family, number, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(actors):
    with acting(actors["county"]):
        yield actors["county"]


def register(rows, actor, on=TODAY):
    return register_families(rows, on=on, actor=actor, division_code=COUNTY)


def test_register_families_makes_people_a_family_and_its_members(county):
    taken = register(guilan_family(), county)

    assert (taken.new_people, taken.new_households, taken.new_memberships) == (2, 1, 2)
    assert taken.conflicts == []
    family = queries.household_file(taken.household_ids[0], TODAY)
    assert family.household.number == "231084-2022-000001"
    assert family.household.head_name == "王桂兰"
    assert [(m.person.name, m.relation_label, m.since) for m in family.members] == [
        ("王桂兰", "户主", TODAY),
        ("王小丫", "孙子女", TODAY),
    ]
    assert family.members[0].person.birth_date == dt.date(1950, 3, 8)
    assert family.members[0].person.id_no_masked == f"{GUILAN_NO[:3]}***********{GUILAN_NO[-4:]}"


def test_register_families_twice_adds_nothing(county):
    first = register(guilan_family(), county)

    again = register(guilan_family(), county)

    assert (again.new_people, again.new_households, again.new_memberships) == (0, 0, 0)
    assert (again.person_ids, again.household_ids) == (first.person_ids, first.household_ids)
    assert Membership.objects.count() == 2


def test_register_families_finds_the_family_by_its_head_under_another_key(county):
    first = register(guilan_family(), county)

    again = register([row("王桂兰", GUILAN_NO, household_key="新编号")], county)

    assert again.household_ids == [first.household_ids[0]]
    assert Household.objects.get().filed_number == "新编号"


def test_register_families_stores_no_number_in_the_clear(county):
    register(guilan_family(), county)

    person = Person.objects.get(name="王桂兰")
    assert GUILAN_NO.encode() not in bytes(person.id_no_encrypted)
    assert queries.reveal_id_no(person.id) == GUILAN_NO


def test_register_families_reports_a_person_in_two_families(county):
    register(guilan_family(), county)

    taken = register(
        [
            row("李国强", number(333), household_key="K2"),
            row("王小丫", GRANDCHILD_NO, household_key="K2", relation="other"),
        ],
        county,
    )

    assert [(c.row, c.kind) for c in taken.conflicts] == [(1, "two_families")]
    assert "231084-2022-000001" in taken.conflicts[0].text
    assert [m.person.name for m in queries.members_on([taken.household_ids[0]], TODAY)[taken.household_ids[0]]] == [
        "李国强"
    ]
    assert queries.overlapping_memberships() == []


def test_register_families_reports_doubles_within_one_batch(county):
    rows = [
        *guilan_family(),
        row("王小丫", GRANDCHILD_NO, relation="child"),
        row("王桂兰", GUILAN_NO, household_key="K2"),
    ]

    taken = register(rows, county)

    assert [(c.row, c.kind) for c in taken.conflicts] == [(2, "repeated"), (3, "two_families")]
    assert taken.new_people == 2


def test_register_families_reports_another_name_under_one_number(county):
    register(guilan_family(), county)

    taken = register([row("王贵兰", GUILAN_NO)], county)

    assert [(c.kind, c.text) for c in taken.conflicts] == [("name_differs", "身份证号相同而姓名不同")]
    assert Person.objects.filter(name="王桂兰").exists()


def test_register_families_reports_people_of_another_county_without_showing_them(actors):
    outsider = actors["outsider"]
    with acting(outsider):
        register_families(
            [row("王桂兰", GUILAN_NO, division_code="230227100201")],
            on=TODAY, actor=outsider, division_code="230227",
        )  # fmt: skip
    with acting(actors["county"]):
        taken = register(guilan_family(), actors["county"])

    assert [(c.row, c.kind, c.person_id) for c in taken.conflicts] == [(0, "registered_elsewhere", None)]
    assert taken.new_people == 1


def test_register_families_numbers_people_without_papers_and_finds_them_again(county):
    rows = [*guilan_family(), row("王无名", "", relation="child", birth_date=dt.date(1980, 1, 1), sex="M")]
    first = register(rows, county)

    again = register(rows, county)

    assert first.person_ids == again.person_ids
    nameless = queries.people([first.person_ids[2]])[first.person_ids[2]]
    assert (nameless.temporary_number, nameless.age(TODAY), nameless.id_no_masked) == ("T231084000001", 42, "")
    assert nameless.papers == "临时编号 T231084000001"


def test_register_families_follows_a_changed_relation(county):
    register(guilan_family(), county)

    register([row("王桂兰", GUILAN_NO), row("王小丫", GRANDCHILD_NO, relation="child")], county)

    assert list(Membership.objects.order_by("id").values_list("relation", flat=True)) == ["head", "child"]


def test_register_families_takes_a_thousand_families_with_a_fixed_number_of_queries(
    county, django_assert_max_num_queries
):
    rows = [
        row(f"赵{n}", number(1 + n % 999, dt.date(1950, 1, 1) + dt.timedelta(days=n)), household_key=f"K{n}")
        for n in range(1000)
    ]

    with django_assert_max_num_queries(45):
        taken = register(rows, county)

    assert (taken.new_people, taken.new_households, taken.conflicts) == (1000, 1000, [])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": " "}, "第 1 行:缺少姓名"),
        ({"relation": "cousin"}, "关系“cousin”无法识别"),
        ({"area": ""}, "城乡“”无法识别"),
        ({"division_code": "230227100"}, "不在 231084 之内"),
        ({"household_key": ""}, "缺少家庭编号"),
    ],
)
def test_register_families_refuses_rows_it_cannot_place(county, wrong, reason):
    with pytest.raises(BadInput, match=reason):
        register([row(**{"name": "王桂兰", "id_no": GUILAN_NO, **wrong})], county)


def test_register_families_is_not_for_a_township(actors):
    with acting(actors["township"]), pytest.raises(NotPermitted):
        register(guilan_family(), actors["township"])


def test_outsider_sees_nobody(actors):
    with acting(actors["county"]):
        taken = register(guilan_family(), actors["county"])
    with acting(actors["outsider"]):
        assert queries.search("王桂兰", TODAY) == []
        assert queries.people(taken.person_ids) == {}
        with pytest.raises(NotPermitted):
            queries.household_file(taken.household_ids[0], TODAY)


def test_register_accounts_ends_the_account_it_replaces(county):
    family = register(guilan_family(), county).household_ids[0]
    first = AccountRow(family, None, "6217 0000 1111 2222 333", "王桂兰", "某银行", dt.date(2021, 1, 1))
    second = AccountRow(family, None, "6217000099998888777", "王桂兰", "某银行", TODAY)

    counts = [
        register_accounts([account], actor=county, division_code=COUNTY) for account in (first, first, second, second)
    ]

    assert counts == [1, 0, 1, 0]
    shown = queries.accounts_of(family)
    assert [(a.account_masked[-4:], a.since, a.until) for a in shown] == [
        ("8777", TODAY, None),
        ("2333", dt.date(2021, 1, 1), TODAY),
    ]
    assert PayeeAccount.objects.filter(division_code=VILLAGE).count() == 2


def test_register_accounts_refuses_a_row_without_number(county):
    with pytest.raises(BadInput, match="缺少账号或户名"):
        register_accounts([AccountRow(1, None, " ", "王桂兰", "", TODAY)], actor=county, division_code=COUNTY)


def test_register_families_makes_no_family_of_people_who_all_belong_elsewhere(county):
    register(guilan_family(), county)

    taken = register([row("王小丫", GRANDCHILD_NO, household_key="K2")], county)

    assert (taken.new_households, taken.household_ids) == (0, [None])
    assert [(c.kind, c.household_id is not None) for c in taken.conflicts] == [("two_families", True)]
    assert Household.objects.count() == 1
