"""Taking in the civil-affairs roster: whole rows or none, the reasons in words, and nothing twice."""

import datetime as dt
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from doudi.facts import imports, queries
from doudi.facts.models import Batch, Fact, RejectedRow, RosterLine
from doudi.kernel import idno
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.registry.models import Household, PayeeAccount, Person
from doudi.security.scope import acting
from tests.facts.files import COUNTY, KNOWN_ON, ROSTER_HEADER, number, roster_row, write_csv, write_xlsx

pytestmark = pytest.mark.django_db

Cast = dict[str, Actor]


def _hundred(folder: Path) -> Path:
    """100 people: 3 wrong check digits, 1 repeated number, 2 births in the future."""
    rows = [roster_row(n) for n in range(100)]
    for at in (10, 40, 70):
        right = rows[at][3]
        rows[at][3] = right[:17] + ("0" if right[17] != "0" else "1")
    rows[55] = roster_row(20)
    for at in (80, 90):
        rows[at][3] = idno.make("999231", dt.date(2031, 5, at - 70), 7)
    return write_xlsx(folder / "民政在册台账.xlsx", ROSTER_HEADER, rows)


def test_load_file_takes_94_of_100_and_gives_back_6(actors: Cast, tmp_path: Path) -> None:
    path = _hundred(tmp_path)

    with acting(actors["county"]):
        result = imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])
        people, lines = Person.objects.count(), RosterLine.objects.count()

    assert (result.row_count, result.taken_count, result.rejected_count) == (100, 94, 6)
    assert (people, lines) == (94, 94)
    assert result.error_file is not None
    header, *rows = CalamineWorkbook.from_path(str(result.error_file)).get_sheet_by_index(0).to_python()
    assert header == [*ROSTER_HEADER, "行号", "处理", "字段", "原因"]
    assert [(int(row[-4]), row[-2]) for row in rows] == [(n, "身份证号") for n in (12, 42, 57, 72, 82, 92)]
    assert [row[-1] for row in rows] == [
        "身份证号校验码不对,可能有一位写错",
        "身份证号校验码不对,可能有一位写错",
        "与第 22 行重复",
        "身份证号校验码不对,可能有一位写错",
        "出生日期 2031-05-10 晚于业务日期 2022-04-15",
        "出生日期 2031-05-20 晚于业务日期 2022-04-15",
    ]


def test_load_file_again_adds_nothing(actors: Cast, tmp_path: Path) -> None:
    path = _hundred(tmp_path)
    with acting(actors["county"]):
        imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])

        again = imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])
        counts = [m.objects.count() for m in (Batch, Person, RosterLine, RejectedRow)]

    assert again.repeated
    assert again.taken_count == 0
    assert again.words.startswith("重复批次")
    assert counts == [1, 94, 94, 6]


def test_dry_run_reports_the_same_and_writes_nothing(actors: Cast, tmp_path: Path) -> None:
    path = _hundred(tmp_path)

    with acting(actors["county"]):
        dry = imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"], dry_run=True)
        after_dry = [m.objects.count() for m in (Batch, Person, Household, RosterLine, RejectedRow, PayeeAccount)]
        real = imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])

    assert after_dry == [0] * 6
    assert dry.error_file is None
    assert dry.batch_id is None
    assert (dry.taken_count, dry.problems) == (real.taken_count, real.problems)


def test_load_file_of_a_family_makes_one_line_and_one_account(actors: Cast, tmp_path: Path) -> None:
    rows = [
        roster_row(1, 救助项目="城市低保"),
        roster_row(2, 家庭编号="N00001", 与户主关系="配偶", **{"月救助金额(元)": "", "收款账号": ""}),
        roster_row(2, 家庭编号="N00001", 与户主关系="配偶", 救助项目="困难残疾人生活补贴", **{"月救助金额(元)": "80"}),
    ]
    path = write_csv(tmp_path / "roster.csv", ROSTER_HEADER, rows)

    with acting(actors["county"]):
        result = imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])
        awards = queries.roster_awards(COUNTY).to_pylist()
        accounts = PayeeAccount.objects.count()

    assert result.taken_count == 3
    assert [(a["programme"], a["amount_fen_m"], a["person_id"] is None) for a in awards] == [
        ("disability_living_subsidy", 8000, False),
        ("dibao", 30000, True),
    ]
    assert {a["since"] for a in awards} == {dt.date(2021, 5, 1)}
    assert accounts == 1


def test_load_file_sets_aside_a_person_on_two_rosters(actors: Cast, tmp_path: Path) -> None:
    rows = [roster_row(1), roster_row(2), roster_row(1, 家庭编号="N00002", 与户主关系="其他")]
    path = write_csv(tmp_path / "roster.csv", ROSTER_HEADER, rows)

    with acting(actors["county"]):
        result = imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])

    assert [(p.row_number, p.kind) for p in result.problems] == [(4, "set_aside")]
    assert "疑似重复" in result.problems[0].reason


def test_load_file_refuses_the_next_county(actors: Cast, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "roster.csv", ROSTER_HEADER, [roster_row(1)])

    with acting(actors["outsider"]), pytest.raises(NotPermitted):
        imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["outsider"])
    with acting(actors["finance"]), pytest.raises(NotPermitted):
        imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["finance"])

    with acting(actors["county"]):
        assert Batch.objects.count() == 0


def test_load_file_says_which_columns_are_missing(actors: Cast, tmp_path: Path) -> None:
    header = ["姓名", "身份证号", "残疾等级"]
    path = write_csv(tmp_path / "残疾人证.csv", header, [["王桂兰", number(1), "一级"]])

    with acting(actors["county"]), pytest.raises(BadInput, match="缺少列:残疾类别"):
        imports.load_file(path, "disability", COUNTY, KNOWN_ON, actors["county"])


def test_load_file_writes_one_audit_entry(actors: Cast, tmp_path: Path) -> None:
    from doudi.audit.models import Entry

    path = write_csv(tmp_path / "roster.csv", ROSTER_HEADER, [roster_row(1), roster_row(2)])

    with acting(actors["county"]):
        imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])
        entries = list(Entry.objects.filter(verb="facts.imported"))

    assert len(entries) == 1
    assert entries[0].details["taken"] == 2
    assert number(1) not in str(entries[0].details)
    assert Fact.objects.count() == 0


def test_load_file_names_both_families_of_a_row_set_aside(actors: Cast, tmp_path: Path) -> None:
    rows = [roster_row(1), roster_row(2), roster_row(1, 家庭编号="N00002", 与户主关系="其他")]
    path = write_csv(tmp_path / "roster.csv", ROSTER_HEADER, rows)

    with acting(actors["county"]):
        imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])
        row = RejectedRow.objects.get()
        person = Person.objects.get(pk=row.person_id)
        numbers = dict(Household.objects.values_list("id", "filed_number"))
        told = queries.enrolled_twice(row.household_id or 0)
        keeping = queries.enrolled_twice(row.other_household_id or 0)

    assert (numbers[row.household_id], numbers[row.other_household_id]) == ("N00002", "N00001")
    assert len(row.division_code) > len(COUNTY)
    assert [(one.person_name, one.id_no_masked) for one in told] == [(person.name, person.id_no_masked)]
    assert keeping == []
