"""The roster of an index month: from awards and lists, each identity once, amounts and funds by group, on top later."""

import datetime as dt
import pathlib

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doudi.benefits.models import Award, Coverage
from doudi.kernel import idno
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NeedsFacts, NotPermitted
from doudi.prices import lists, queries, rosters
from doudi.prices.errors import NoStart
from doudi.prices.models import GroupMember, Roster, SubsidyLine
from doudi.registry.models import Person
from doudi.security import crypto
from doudi.security.scope import acting
from tests.payments.world import TOWNSHIP, make_world
from tests.prices.world import APRIL, COUNTY, MARCH, MET, NOT_MET, ON, RULE, county, judged, registered, started

pytestmark = pytest.mark.django_db
Actors = dict[str, Actor]
HEADER = "姓名,身份证号,对象,城乡,账号,户名,开户行\n"


def _id_no(number: int) -> str:
    return idno.make("999123", dt.date(1980, 1, 1), number)


def _list(folder: pathlib.Path, rows: str, name: str = "名单.csv") -> pathlib.Path:
    path = folder / name
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def _known(person: Person, number: int) -> None:
    """Give a person of the world the identity number that a list will name."""
    Person.objects.filter(pk=person.pk).update(id_no_index=crypto.blind_index(_id_no(number)))


def test_S08_1_everyone_of_the_index_month_gets_the_amount(actors: Actors):
    with county(actors) as actor:
        make_world(1000)
        started(actors)

        roster = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        kinds = set(SubsidyLine.objects.values_list("amount_fen", "fund_source", "fund_clause", "label"))
    assert (roster.line_count, roster.sum_fen) == (1000, 3_120_000)
    assert kinds == {(3120, "social_assistance", "HLJ2021-1.10", "价格临时补贴")}
    assert roster.payment_month == dt.date(2022, 4, 1)


def test_S08_6_no_roster_in_a_month_without_a_start(actors: Actors):
    with county(actors) as actor:
        make_world(3)
        registered(actors)
        judged(actors, MARCH, NOT_MET)

        with pytest.raises(NoStart, match="没有 2022-03 的启动决定"):
            rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)


def test_a_start_that_nobody_confirmed_makes_no_roster(actors: Actors):
    with county(actors) as actor:
        registered(actors)
        judged(actors, MARCH, MET)

        with pytest.raises(NoStart):
            rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)


def test_the_database_refuses_a_roster_without_a_start(actors: Actors):
    with county(actors):
        registered(actors)
        made = judged(actors, MARCH, MET)
        with pytest.raises(IntegrityError, match="no confirmed start"), transaction.atomic():
            Roster.objects.create(
                division_code=COUNTY, index_month=MARCH.first_day, payment_month=APRIL.first_day, number=1,
                decision_id=queries.decisions_of(COUNTY, MARCH)[0].pk, evaluation=made, line_count=0, sum_fen=0,
                counts={}, rows_digest="-", made_by="x", made_on=ON,
            )  # fmt: skip


def test_who_was_on_the_books_in_the_index_month_is_on_the_roster(actors: Actors):
    """An award that ended with February is not of March; one that ends with March is; one from April is not."""
    with county(actors) as actor:
        world = make_world(4)
        _end(world.awards[0].pk, MARCH.first_day)
        _end(world.awards[1].pk, APRIL.first_day)
        _end(world.awards[2].pk, MARCH.first_day)
        april = Award.objects.get(pk=world.awards[2].pk)
        april.pk, april.since, april.until, april.end_cause = None, APRIL.first_day, None, ""
        april.ended_by_proposal_id = None
        april.save(force_insert=True)
        Coverage.objects.create(
            award=april, person_id=world.people[2].pk, group_number=1, since=APRIL.first_day, division_code=TOWNSHIP
        )
        started(actors)

        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        lined = set(SubsidyLine.objects.values_list("award_id", flat=True))
    assert lined == {world.awards[1].pk, world.awards[3].pk}


def _end(award_id: int, until: dt.date) -> None:
    Coverage.objects.filter(award_id=award_id).update(until=until)
    Award.objects.filter(pk=award_id).update(until=until, end_cause="test", ended_by_proposal_id=1)


def test_a_person_in_two_groups_is_paid_once_and_the_other_group_is_noted(actors: Actors, tmp_path: pathlib.Path):
    with county(actors) as actor:
        world = make_world(2)
        _known(world.people[0], 1)
        started(actors)
        path = _list(
            tmp_path, f"王桂一,{_id_no(1)},失业保险金,城市,,,\n李四,{_id_no(2)},失业保险金,城市,6222,李四,农行\n"
        )
        lists.load_list(COUNTY, MARCH, path, department="市人社局", actor=actor, on=ON)

        roster = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        lines = {line.name: line for line in SubsidyLine.objects.filter(roster=roster)}
        double = SubsidyLine.objects.get(person_id=world.people[0].pk)
    assert roster.line_count == 3
    assert lines["李四"].fund_source == "unemployment_fund"
    assert lines["李四"].person_id is None
    assert (double.group_name, double.left_aside) == ("dibao", "unemployment_benefit")
    assert sum(row["several"] for row in roster.counts["groups"]) == 1


def test_the_higher_amount_of_several_groups_counts(actors: Actors, tmp_path: pathlib.Path):
    text = RULE.replace("优抚, 失业保险金", "优抚, {group: 失业保险金, times: 2}")
    with county(actors) as actor:
        world = make_world(1)
        _known(world.people[0], 1)
        registered(actors, text)
        _start(actors)
        lists.load_list(
            COUNTY,
            MARCH,
            _list(tmp_path, f"王桂一,{_id_no(1)},失业保险金,城市,,,\n"),
            department="人社",
            actor=actor,
            on=ON,
        )

        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        line = SubsidyLine.objects.get()
    assert (line.group_name, line.amount_fen, line.left_aside) == ("unemployment_benefit", 6240, "dibao")


def _start(actors: Actors) -> None:
    from doudi.prices import decisions
    from doudi.prices.models import Decision

    made = judged(actors, MARCH, MET)
    decisions.confirm_decision(Decision.objects.get(evaluation=made).pk, actor=actors["county_second"], on=ON)


def test_a_second_roster_adds_only_what_came_on_top(actors: Actors, tmp_path: pathlib.Path):
    with county(actors) as actor:
        make_world(2)
        started(actors)
        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        with pytest.raises(rosters.NobodyNew):
            rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        path = _list(tmp_path, f"李四,{_id_no(2)},特困职工,城市,6222,李四,农行\n")
        lists.load_list(COUNTY, MARCH, path, department="总工会", actor=actor, on=ON)
        second = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)

    assert (second.number, second.line_count, second.sum_fen) == (2, 1, 3120)


def test_a_higher_rule_later_pays_the_difference_and_a_lower_one_is_counted(actors: Actors):
    with county(actors) as actor:
        make_world(2)
        started(actors)
        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        registered(actors, RULE.replace("600 元", "700 元"))
        second = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)

        lines = SubsidyLine.objects.filter(roster=second)
        assert [(one.amount_fen, one.sequence) for one in lines] == [(520, 2), (520, 2)]
        assert second.counts["less_count"] == 0


def test_nobody_is_lined_in_two_counties(actors: Actors, tmp_path: pathlib.Path):
    other = "230227"
    rule = RULE.replace('"231084"', f'"{other}"')
    row = f"李四,{_id_no(2)},特困职工,城市,6222,李四,农行\n"
    with county(actors) as actor:
        started(actors)
        lists.load_list(COUNTY, MARCH, _list(tmp_path, row), department="总工会", actor=actor, on=ON)
        first = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
    second_actor = Actor(911, "wai2", "test-wai2", "外乡二", "county", other)
    with acting(actors["outsider"], other) as actor:
        from doudi.prices import decisions, evaluations, figures, rules
        from doudi.prices.models import Decision

        record = rules.register_rule(rule, actor=actor, on=ON)
        rules.confirm_rule(record.pk, actor=second_actor, on=ON)
        draft = figures.Draft(other, MARCH, MET, dt.date(2022, 4, 10), "统计局")
        for one in figures.enter_figures(draft, actor=actor, on=ON):
            figures.confirm_figure(one.pk, MET[one.series], actor=second_actor, on=ON)
        made = evaluations.evaluate_month(other, MARCH, actor=actor, on=ON)
        decisions.confirm_decision(Decision.objects.get(evaluation=made).pk, actor=second_actor, on=ON)
        lists.load_list(other, MARCH, _list(tmp_path, row), department="总工会", actor=actor, on=ON)
        second = rosters.make_roster(other, MARCH, actor=actor, on=ON)

    assert (first.line_count, second.line_count, second.counts["elsewhere"]) == (1, 0, 1)


def test_people_of_another_county_are_out_of_sight(actors: Actors):
    with county(actors) as actor:
        make_world(2)
        started(actors)
        roster = rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)

    with acting(actors["outsider"]):
        assert queries.roster(roster.pk) is None
        assert not SubsidyLine.objects.exists()
    with acting(actors["province"]):
        assert queries.roster(roster.pk) is not None


def test_a_group_with_people_and_no_amount_is_refused(actors: Actors):
    with county(actors) as actor:
        make_world(2)
        registered(actors, RULE.replace("base: {amount: 600 元}, index: cpi", "base: 优抚, index: cpi"))
        _start(actors)

        with pytest.raises(NeedsFacts) as refusal:
            rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
    assert refusal.value.missing[0]["label"] == "农村低保对象 2 人的数额"


def test_lines_ready_for_payment(actors: Actors, tmp_path: pathlib.Path):
    with county(actors) as actor:
        make_world(2)
        started(actors)
        path = _list(tmp_path, f"李四,{_id_no(2)},特困职工,城市,6222021234567890,李四,农业银行\n")
        lists.load_list(COUNTY, MARCH, path, department="总工会", actor=actor, on=ON)
        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)

        ready = queries.lines_ready(COUNTY, APRIL)
        assert queries.lines_ready(COUNTY, MARCH) == []
    assert len(ready) == 3
    listed = next(one for one in ready if one.member_id)
    assert (listed.holder_name, listed.bank_name, listed.account_masked[-4:]) == ("李四", "农业银行", "7890")
    assert {one.index_month for one in ready} == {MARCH.first_day}
    assert all(len(one.row_hash) == 64 for one in ready)


def test_list_rows_that_cannot_be_taken_are_named(actors: Actors, tmp_path: pathlib.Path):
    rows = (
        f"甲,{_id_no(1)},失业保险金,城市,,,\n"
        "乙,123,失业保险金,城市,,,\n"
        f"丙,{_id_no(3)},贫困户,城市,,,\n"
        f"丁,{_id_no(4)},优抚,镇上,,,\n"
        f"戊,{_id_no(5)},优抚,农村,62-22,,\n"
        f"己,{_id_no(1)},失业保险金,城市,,,\n"
        f",{_id_no(7)},优抚,农村,,,\n"
    )
    with county(actors) as actor:
        registered(actors)
        made = lists.load_list(COUNTY, MARCH, _list(tmp_path, rows), department="人社", actor=actor, on=ON)

        masked = GroupMember.objects.get().id_no_masked
    assert (made.taken_count, made.rejected_count) == (1, 6)
    assert [one["row"] for one in made.rejections] == ["3", "4", "5", "6", "7", "8"]
    assert "没有名为“贫困户”的对象" in made.rejections[1]["why"]
    assert masked.startswith("999")
    assert "*" in masked


def test_a_list_without_its_columns_or_twice_is_refused(actors: Actors, tmp_path: pathlib.Path):
    path = tmp_path / "空.csv"
    path.write_text("姓名,对象\n甲,优抚\n", encoding="utf-8")
    good = _list(tmp_path, f"甲,{_id_no(1)},优抚,城市,,,\n")
    with county(actors) as actor:
        registered(actors)
        with pytest.raises(BadInput, match="缺少列 身份证号"):
            lists.load_list(COUNTY, MARCH, path, department="人社", actor=actor, on=ON)
        made = lists.load_list(COUNTY, MARCH, good, department="人社", actor=actor, on=ON)
        with pytest.raises(lists.AlreadyLoaded):
            lists.load_list(COUNTY, MARCH, good, department="人社", actor=actor, on=ON)
        lists.withdraw_list(made.pk, actor=actor)
        lists.load_list(COUNTY, MARCH, good, department="人社", actor=actor, on=ON)


@pytest.mark.parametrize("who", ["village", "township", "finance", "auditor", "administrator", "outsider"])
def test_who_may_not_make_a_roster_or_load_a_list(actors: Actors, tmp_path: pathlib.Path, who: str):
    path = _list(tmp_path, f"甲,{_id_no(1)},优抚,城市,,,\n")
    with county(actors):
        started(actors)
        with pytest.raises(NotPermitted):
            rosters.make_roster(COUNTY, MARCH, actor=actors[who], on=ON)
        with pytest.raises(NotPermitted):
            lists.load_list(COUNTY, MARCH, path, department="人社", actor=actors[who], on=ON)


def test_lines_are_sealed(actors: Actors):
    with county(actors) as actor:
        make_world(1)
        started(actors)
        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        for change in ("update prices_subsidyline set amount_fen = 1", "delete from prices_subsidyline"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)


def test_statements_do_not_grow_with_the_people(actors: Actors):
    counts = []
    with county(actors) as actor:
        started(actors)
        for start in (0, 500):
            make_world(5 if start == 0 else 300, start=start)
            with CaptureQueriesContext(connection) as held:
                rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
            counts.append(len(held))
    assert counts[0] == counts[1]
