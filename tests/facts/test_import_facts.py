"""Department files about registered people: matched by number and name, stated as facts with their source."""

import datetime as dt
from pathlib import Path

import pytest

from doudi.engine import packs
from doudi.facts import imports, queries, services
from doudi.facts.kinds import HEATING_GROUPS, HEATING_MODES, PARENT_STATES, VETERAN_CLASSES
from doudi.facts.models import Fact
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.registry.models import Household, PayeeAccount, Person
from doudi.security.scope import acting
from tests.facts.files import COUNTY, KNOWN_ON, ROSTER_HEADER, name, number, roster_row, write_csv, write_xlsx

pytestmark = pytest.mark.django_db

Cast = dict[str, Actor]
DISABILITY = ["姓名", "身份证号", "残疾类别", "残疾等级", "发证日期"]
VEHICLES = ["所有人", "身份证号", "号牌号码"]


@pytest.fixture
def county(actors: Cast, tmp_path: Path) -> Actor:
    """陈科长 with twenty people on the register, two of them in one family."""
    rows = [roster_row(n) for n in range(20)]
    rows[1] = roster_row(1, 家庭编号="N00000", 与户主关系="配偶", **{"月救助金额(元)": ""})
    path = write_csv(tmp_path / "民政在册台账.csv", ROSTER_HEADER, rows)
    with acting(actors["county"]):
        result = imports.load_file(path, "roster", COUNTY, dt.date(2022, 1, 10), actors["county"])
    assert result.problems == []
    return actors["county"]


def _facts(subject: int, fact: str, known_on: dt.date = KNOWN_ON) -> list[int | str | None]:
    table = queries.facts_as_known(COUNTY, KNOWN_ON, known_on).persons
    rows = [r for r in table.to_pylist() if r["person_id"] == subject and r["name"] == fact]
    return [r["value_int"] if r["value_text"] is None else r["value_text"] for r in rows]


def _person(sequence: int) -> int:
    return Person.objects.get(birth_date=dt.date(1950, 1, 1) + dt.timedelta(days=sequence)).pk


def test_load_file_states_facts_in_gb18030_and_sorts_out_strangers(county: Actor, tmp_path: Path) -> None:
    rows = [
        [name(2), number(2), "肢体残疾", "二级", "2015.3.1"],
        ["赵错名", number(3), "肢体", "1", "2015-03-01"],
        ["查无此", number(300), "肢体", "1", "2015-03-01"],
        ["合计", "", "", "3", ""],
    ]
    path = write_csv(tmp_path / "残疾人证.csv", DISABILITY, rows, "gb18030")

    with acting(county):
        result = imports.load_file(path, "disability", COUNTY, KNOWN_ON, county)
        known = (_facts(_person(2), "disability_grade"), _facts(_person(3), "disability_grade"))
        loaded = queries.batches_loaded(COUNTY, KNOWN_ON)

    assert (result.row_count, result.taken_count) == (3, 1)
    assert [(p.row_number, p.kind) for p in result.problems] == [(3, "set_aside"), (4, "not_registered")]
    assert "第 5 行是合计行,未读取" in result.notes
    assert known == ([2], [])
    assert loaded == {"roster", "disability"}


def test_load_file_counts_rows_and_says_none_for_who_is_no_longer_listed(county: Actor, tmp_path: Path) -> None:
    first = [[name(2), number(2), "黑C00001"], [name(2), number(2), "黑C00002"], [name(3), number(3), "黑C00003"]]
    later = [[name(3), number(3), "黑C00003"]]
    with acting(county):
        imports.load_file(
            write_xlsx(tmp_path / "机动车1.xlsx", VEHICLES, first), "vehicles", COUNTY, dt.date(2022, 2, 1), county
        )
        before = (_facts(_person(2), "vehicle_count"), _facts(_person(3), "vehicle_count"))
        imports.load_file(write_xlsx(tmp_path / "机动车2.xlsx", VEHICLES, later), "vehicles", COUNTY, KNOWN_ON, county)
        after = (_facts(_person(2), "vehicle_count"), _facts(_person(3), "vehicle_count"))
        as_known = _facts(_person(2), "vehicle_count", dt.date(2022, 3, 1))

    assert before == ([2], [1])
    assert after == ([0], [1])
    assert as_known == [2]


def test_wages_by_month_give_the_wage_of_a_year_before(county: Actor, tmp_path: Path) -> None:
    header = ["姓名", "身份证号", "所属月份", "月工资(元)", "月养老金(元)"]
    rows = [
        [name(2), number(2), "2021年3月", "800.00", ""],
        [name(2), number(2), "202203", "2400", ""],
        [name(2), number(2), "2022-03", "2400", ""],
    ]
    path = write_csv(tmp_path / "社会保险.csv", header, rows)

    with acting(county):
        result = imports.load_file(path, "social_insurance", COUNTY, KNOWN_ON, county)
        wages = (_facts(_person(2), "wage_fen_m"), _facts(_person(2), "wage_before_fen_m"))

    assert wages == ([240000], [80000])
    assert [(p.row_number, p.reason) for p in result.problems] == [(4, "与第 3 行重复")]


def test_home_survey_states_the_family_once_and_leaves_blanks_unknown(county: Actor, tmp_path: Path) -> None:
    header = ["姓名", "身份证号", "吃饭", "穿衣", "上下床", "如厕", "室内行走", "洗澡", "家庭存款(元)", "是否重病"]
    able = ["是"] * 6
    rows = [
        [name(0), number(0), "否", *able[1:], "5,000.00", "是"],
        [name(1), number(1), *able[:5], "", "6000", ""],
        [name(2), number(2), *able, "", "否"],
    ]
    path = write_csv(tmp_path / "入户调查.csv", header, rows)

    with acting(county):
        result = imports.load_file(path, "home_survey", COUNTY, KNOWN_ON, county)
        family = queries.facts_as_known(COUNTY, KNOWN_ON, KNOWN_ON).households.to_pylist()
        failed = [_facts(_person(n), "self_care_failed_count") for n in (0, 1, 2)]
        ill = [_facts(_person(n), "is_seriously_ill") for n in (0, 2)]

    assert [(f["name"], f["value_int"]) for f in family] == [("deposits_fen", 500000)]
    assert failed == [[1], [], [0]]
    assert ill == [[1], [0]]
    assert [(p.row_number, p.kind) for p in result.problems] == [(3, "set_aside")]
    assert "不一致" in result.problems[0].reason


def test_load_folder_takes_the_roster_first_and_a_rehearsal_writes_nothing(actors: Cast, tmp_path: Path) -> None:
    write_csv(tmp_path / "残疾人证.csv", DISABILITY, [[name(2), number(2), "肢体", "2", "2015-03-01"]])
    write_csv(tmp_path / "民政在册台账.csv", ROSTER_HEADER, [roster_row(n) for n in range(5)])
    (tmp_path / "说明.txt").write_text("不是部门文件", encoding="utf-8")
    county = actors["county"]

    with acting(county):
        dry = list(imports.load_folder(tmp_path, division_code=COUNTY, known_on=KNOWN_ON, actor=county, dry_run=True))
        people = Person.objects.count()
        real = list(imports.load_folder(tmp_path, division_code=COUNTY, known_on=KNOWN_ON, actor=county))

    assert people == 0
    assert [(r.kind, r.taken_count) for r in real] == [("roster", 5), ("disability", 1)]
    assert [(r.kind, r.taken_count) for r in dry] == [(r.kind, r.taken_count) for r in real]


def test_state_fact_supersedes_and_edits_nothing(county: Actor) -> None:
    with acting(county):
        subject = services.Subject(person_id=_person(2))
        services.state_fact(
            subject, "business_income_fen_m", "300", since=dt.date(2022, 1, 1), known_on=KNOWN_ON, actor=county
        )
        services.state_fact(
            subject, "business_income_fen_m", "450.50", since=dt.date(2022, 4, 1), known_on=KNOWN_ON, actor=county
        )
        known = _facts(_person(2), "business_income_fen_m")
        lines = queries.file_facts(Household.objects.get(filed_number="N00002").pk, KNOWN_ON, KNOWN_ON)
        count = Fact.objects.count()

    assert known == [45050]
    assert count == 2
    assert [(f.name, f.value_int, f.source, f.said_by) for f in lines] == [
        ("business_income_fen_m", 45050, "入户调查", county.name)
    ]


def test_state_fact_refuses_nonsense_and_other_posts(county: Actor, actors: Cast) -> None:
    with acting(county):
        subject = services.Subject(person_id=_person(2))
        for fact, value in (("is_student", "也许"), ("deposits_fen", "100"), ("held_tekun", "是"), ("wage_fen_m", "")):
            with pytest.raises(BadInput):
                services.state_fact(subject, fact, value, since=KNOWN_ON, known_on=KNOWN_ON, actor=county)
        services.state_fact(subject, "is_student", "否", since=KNOWN_ON, known_on=KNOWN_ON, actor=county)
        with pytest.raises(Refusal, match="已由同一来源说明过"):
            services.state_fact(subject, "is_student", "否", since=KNOWN_ON, known_on=KNOWN_ON, actor=county)
    for post in ("outsider", "finance", "auditor"):
        with acting(actors[post]), pytest.raises(NotPermitted):
            services.state_fact(subject, "is_student", "是", since=KNOWN_ON, known_on=KNOWN_ON, actor=actors[post])


def test_facts_are_sealed(county: Actor) -> None:
    from django.db import DatabaseError, transaction

    with acting(county):
        services.state_fact(
            services.Subject(person_id=_person(2)), "is_student", "否",
            since=KNOWN_ON, known_on=KNOWN_ON, actor=county,
        )  # fmt: skip
        fact = Fact.objects.get()
        assert fact.row_hash
        with pytest.raises(DatabaseError), transaction.atomic():
            Fact.objects.filter(pk=fact.pk).update(value_int=1)


def test_two_names_under_one_number_are_settled_by_the_register(county: Actor, tmp_path: Path) -> None:
    rows = [["赵错名", number(2), "肢体", "1", "2015-03-01"], [name(2), number(2), "肢体", "3", "2015-03-01"]]
    path = write_csv(tmp_path / "残疾人证.csv", DISABILITY, rows)

    with acting(county):
        result = imports.load_file(path, "disability", COUNTY, KNOWN_ON, county)
        grade = _facts(_person(2), "disability_grade")

    assert [(p.row_number, p.kind) for p in result.problems] == [(2, "set_aside")]
    assert grade == [3]


CHILDREN = [
    "姓名", "身份证号", "父亲状况", "父亲状况起始日", "母亲状况", "母亲羁押期限(月)", "选择特困供养", "监护人收款账号",
    "开户银行", "账户户名",
]  # fmt: skip


def test_the_childrens_list_states_both_parents_and_the_guardians_account(county: Actor, tmp_path: Path) -> None:
    rows = [
        [name(2), number(2), "失联", "2021-10-01", "服刑", "18", "否", "6299991234567890", "农村信用社", "周奶奶"],
        [name(3), number(3), "去世", "", "不详", "", "", "", "", ""],
        [name(4), number(4), "出差", "", "健在", "", "", "", "", ""],
    ]
    path = write_csv(tmp_path / "困境儿童名单.csv", CHILDREN, rows)

    with acting(county):
        result = imports.load_file(path, "children", COUNTY, KNOWN_ON, county)
        accounts = list(PayeeAccount.objects.filter(person_id=_person(2)).values_list("holder_name", flat=True))
        said = [_facts(_person(2), fact) for fact in ("father_state", "father_since", "mother_state_months")]
        unknown = _facts(_person(3), "mother_state")

    assert [(p.row_number, p.field) for p in result.problems] == [(4, "父亲状况")]
    assert "可写:健在、死亡" in result.problems[0].reason
    assert said == [[9], ["2021-10-01"], [18]]
    assert unknown == [99]
    assert accounts == ["周奶奶"]


def test_a_later_childrens_list_without_a_child_says_the_parents_are_there(county: Actor, tmp_path: Path) -> None:
    header = CHILDREN[:3] + CHILDREN[4:5]
    with acting(county):
        for turn, listed in enumerate(([2, 3], [3])):
            rows = [[name(n), number(n), "死亡", "重病"] for n in listed]
            path = write_csv(tmp_path / f"困境儿童{turn}.csv", header, rows)
            imports.load_file(path, "children", COUNTY, KNOWN_ON + dt.timedelta(days=turn), county)
        later = queries.facts_as_known(COUNTY, dt.date(2022, 5, 1), dt.date(2022, 5, 1)).persons.to_pylist()
        gone, kept = _person(2), _person(3)

    states = {row["person_id"]: row["value_int"] for row in later if row["name"] == "father_state"}
    assert states == {gone: 0, kept: 1}


def test_lists_of_old_people_and_veterans_are_read(county: Actor, tmp_path: Path) -> None:
    care = ["吃饭", "穿衣", "上下床", "如厕", "室内行走", "洗澡"]
    elderly = write_csv(
        tmp_path / "老年人津贴申请.csv",
        ["姓名", "身份证号", "是否申请", *care],
        [[name(2), number(2), "是", "能", "能", "否", "否", "能", "能"]],
    )
    veterans = write_csv(
        tmp_path / "优抚对象.csv",
        ["姓名", "身份证号", "优抚对象类别", "服义务兵役年数"],
        [[name(2), number(2), "农村籍老义务兵", "4"], [name(3), number(3), "一级残疾军人(因战)", ""]],
    )

    with acting(county):
        imports.load_file(elderly, "elderly", COUNTY, KNOWN_ON, county)
        result = imports.load_file(veterans, "veterans", COUNTY, KNOWN_ON, county)
        found = [_facts(_person(2), f) for f in ("has_applied", "self_care_failed_count", "veteran_class")]
        other = _facts(_person(3), "veteran_class")

    assert result.problems == []
    assert found == [[1], [2], [9]]
    assert other == [1]


def test_code_lists_of_files_are_those_of_the_rules() -> None:
    declared = {one.name: one.values for one in packs.load().inputs.rows}

    assert declared["father_state"] == declared["mother_state"] == PARENT_STATES
    assert declared["veteran_class"] == VETERAN_CLASSES
    assert declared["heating_mode"] == HEATING_MODES
    assert declared["heating_group"] == HEATING_GROUPS
