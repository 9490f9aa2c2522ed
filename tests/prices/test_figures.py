"""Index figures and rule files: two people, the figure typed twice, corrections on top, nobody else's place."""

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.prices import figures, queries, rules
from doudi.prices.errors import AlreadyEntered, Doubtful, NotOpen, SamePerson, TypedOtherwise, WrongField
from doudi.prices.models import IndexFigure, RuleRecord
from tests.prices.world import COUNTY, MARCH, ON, RULE, county, entered, published, registered

pytestmark = pytest.mark.django_db
Actors = dict[str, Actor]
DRAFT = figures.Draft(COUNTY, MARCH, {"cpi": "5.2"}, published(MARCH), "统计局")


def test_a_figure_counts_when_a_second_person_typed_it_again(actors: Actors):
    with county(actors) as actor:
        one = figures.enter_figures(DRAFT, actor=actor, on=ON)[0]
        before = queries.index_book(COUNTY, ON).find(COUNTY, "cpi", MARCH)
        figures.confirm_figure(one.pk, "5.20", actor=actors["county_second"], on=ON)
        after = queries.index_book(COUNTY, ON).find(COUNTY, "cpi", MARCH)

    assert before is None
    assert after is not None
    assert (after.value_bp, after.published_on) == (520, published(MARCH))


def test_one_person_is_not_two(actors: Actors):
    with county(actors) as actor:
        one = figures.enter_figures(DRAFT, actor=actor, on=ON)[0]

        with pytest.raises(SamePerson):
            figures.confirm_figure(one.pk, "5.2", actor=actor, on=ON)


def test_a_second_figure_that_differs_is_refused(actors: Actors):
    with county(actors) as actor:
        one = figures.enter_figures(DRAFT, actor=actor, on=ON)[0]

        with pytest.raises(TypedOtherwise, match=r"5\.3% 与第一次的 5\.2%"):
            figures.confirm_figure(one.pk, "5.3", actor=actors["county_second"], on=ON)


def test_cpi_typed_as_52_asks_for_a_second_typing(actors: Actors):
    draft = dataclasses.replace(DRAFT, values={"cpi": "52"})
    with county(actors) as actor:
        with pytest.raises(Doubtful, match=r"是不是 5\.2%"):
            figures.enter_figures(draft, actor=actor, on=ON)
        with pytest.raises(Doubtful):
            figures.enter_figures(dataclasses.replace(draft, again={"cpi": "5.2"}), actor=actor, on=ON)
        sure = figures.enter_figures(dataclasses.replace(draft, again={"cpi": "52"}), actor=actor, on=ON)

    assert sure[0].doubt


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"values": {"cpi": "103.4"}}, "cpi", "以上年同月为 100"),
        ({"values": {"cpi": "五"}}, "cpi", "不是百分数"),
        ({"values": {"cpi": " "}}, "cpi", "没有填写数值"),
        ({"source": " "}, "source", "没有填写来源"),
        ({"published_on": None}, "published", "没有填写公布日期"),
        ({"published_on": dt.date(2022, 3, 31)}, "published", "早于 2022年3月结束"),
        ({"published_on": dt.date(2022, 4, 16)}, "published", "还没有到"),
    ],
)
def test_wrong_fields_are_named(actors: Actors, change: dict[str, object], field: str, words: str):
    with county(actors) as actor, pytest.raises(WrongField, match=words) as refusal:
        figures.enter_figures(dataclasses.replace(DRAFT, **change), actor=actor, on=ON)  # type: ignore[arg-type]

    assert refusal.value.field == field


def test_a_correction_is_added_and_the_first_stays(actors: Actors):
    with county(actors) as actor:
        entered(actors, MARCH, {"cpi": "5.2"})
        again = dataclasses.replace(DRAFT, values={"cpi": "5.1"})
        with pytest.raises(AlreadyEntered, match=r"已经录入 5\.2%"):
            figures.enter_figures(again, actor=actor, on=ON)
        later = dt.date(2022, 4, 20)
        made = figures.enter_figures(dataclasses.replace(again, reason="统计局更正"), actor=actor, on=later)[0]
        figures.confirm_figure(made.pk, "5.1", actor=actors["county_second"], on=later)
        book = queries.index_book(COUNTY)

    assert [one.value_bp for one in IndexFigure.objects.order_by("id")] == [520, 510]
    assert book.find(COUNTY, "cpi", MARCH, later).value_bp == 510  # type: ignore[union-attr]
    assert book.find(COUNTY, "cpi", MARCH, ON).value_bp == 520  # type: ignore[union-attr]


def test_withdrawn_before_confirmation_and_never_after(actors: Actors):
    with county(actors) as actor:
        one = figures.enter_figures(DRAFT, actor=actor, on=ON)[0]
        figures.withdraw_figure(one.pk, actor=actor)
        again = entered(actors, MARCH, {"cpi": "5.3"})[0]

        with pytest.raises(NotOpen, match="已确认"):
            figures.withdraw_figure(again.pk, actor=actor)


def test_negative_figures_are_taken(actors: Actors):
    with county(actors):
        one = entered(actors, MARCH, {"food": "-3.0", "scpi": "无"})

    assert [row.value_bp for row in one] == [-300, None]


@pytest.mark.parametrize("who", ["village", "township", "finance", "auditor", "administrator", "outsider", "system"])
def test_who_may_not_enter(actors: Actors, who: str):
    with county(actors), pytest.raises(NotPermitted):
        figures.enter_figures(DRAFT, actor=actors[who], on=ON)


def test_the_next_county_may_not_confirm(actors: Actors):
    with county(actors) as actor:
        one = figures.enter_figures(DRAFT, actor=actor, on=ON)[0]

        with pytest.raises(NotPermitted):
            figures.confirm_figure(one.pk, "5.2", actor=actors["outsider"], on=ON)


def test_the_database_keeps_two_people_and_decided_rows(actors: Actors):
    with county(actors):
        one = entered(actors, MARCH, {"cpi": "5.2"})[0]
        for change in ("value_bp = 1", "state = 'withdrawn'", "confirmed_by = entered_by"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"update prices_indexfigure set {change} where id = %s", [one.pk])


# -- rule files ---------------------------------------------------------------------------------------


def test_a_registered_file_stands_for_its_place_once_confirmed(actors: Actors):
    with county(actors) as actor:
        record = rules.register_rule(RULE, actor=actor, on=ON)
        before = queries.rule_book(ON).in_force(COUNTY, MARCH)
        rules.confirm_rule(record.pk, actor=actors["county_second"], on=ON)
        after = queries.rule_book(ON).in_force(COUNTY, MARCH)

    assert before.own.place == "23"
    assert after.own.place == COUNTY
    assert queries.rule_digest(COUNTY, MARCH, ON) != queries.rule_digest(COUNTY, MARCH, dt.date(2022, 4, 14))


def test_a_later_file_replaces_the_earlier_one(actors: Actors):
    with county(actors):
        registered(actors)
        registered(actors, RULE.replace("600 元", "700 元"))
        rule = queries.rule_book(ON).in_force(COUNTY, MARCH)

    assert "70000" in str(rule.amount)


def test_a_file_with_an_error_is_refused_with_its_line(actors: Actors):
    with county(actors) as actor, pytest.raises(BadInput, match="第 8 行"):
        rules.register_rule(RULE.replace("at_least: 3.5%", "at_least: 0.03"), actor=actor, on=ON)


def test_files_of_another_place_or_of_the_nation_are_refused(actors: Actors):
    with county(actors) as actor:
        with pytest.raises(NotPermitted):
            rules.register_rule(RULE.replace('"231084"', '"230227"'), actor=actor, on=ON)
        with pytest.raises(BadInput, match="全国"):
            rules.register_rule(RULE.replace('"231084"', '""'), actor=actor, on=ON)


def test_the_same_file_is_registered_once_and_confirmed_by_another(actors: Actors):
    with county(actors) as actor:
        record = rules.register_rule(RULE, actor=actor, on=ON)
        with pytest.raises(rules.AlreadyRegistered):
            rules.register_rule(RULE, actor=actors["county_second"], on=ON)
        with pytest.raises(SamePerson):
            rules.confirm_rule(record.pk, actor=actor, on=ON)
        rules.withdraw_rule(record.pk, actor=actor)
        registered(actors)

    assert RuleRecord.objects.filter(state="confirmed").count() == 1


def test_the_nation_and_province_are_seen_below_and_the_next_county_is_not(actors: Actors):
    with county(actors):
        record = registered(actors)

    assert queries.rule_record(record.pk, "231084101") == record
    assert queries.rule_record(record.pk, "23") == record
    with pytest.raises(BadInput):
        queries.rule_record(record.pk, "230227")
