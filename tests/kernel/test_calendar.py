"""Working days, the report week, the Spring Festival."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel import calendar
from doudi.kernel.errors import BadInput

NATIONAL_DAY_FRIDAY = dt.date(2022, 10, 7)
KNOWN_DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2025, 6, 30))


def test_is_working_knows_holidays_and_make_up_days():
    assert not calendar.is_working(NATIONAL_DAY_FRIDAY)
    assert calendar.is_working(dt.date(2022, 10, 8))
    assert not calendar.is_working(dt.date(2022, 4, 16))


def test_is_working_lets_extra_days_go_first():
    assert calendar.is_working(NATIONAL_DAY_FRIDAY, {NATIONAL_DAY_FRIDAY: True})


def test_is_working_refuses_a_year_nobody_entered():
    with pytest.raises(BadInput, match="2199 年的放假安排还没有录入") as refusal:
        calendar.is_working(dt.date(2199, 3, 1))

    assert "录入 2199 年" in refusal.value.step


def test_is_working_takes_weekdays_once_the_year_is_entered():
    extra = {dt.date(2199, 1, 1): False}

    assert not calendar.is_working(dt.date(2199, 1, 1), extra)
    assert calendar.is_working(dt.date(2199, 3, 1), extra)
    assert not calendar.is_working(dt.date(2199, 3, 2), extra)


def test_add_working_days_steps_over_a_holiday_week():
    assert calendar.add_working_days(dt.date(2022, 9, 30), 1) == dt.date(2022, 10, 8)
    assert calendar.add_working_days(dt.date(2022, 10, 8), -1) == dt.date(2022, 9, 30)
    assert calendar.add_working_days(NATIONAL_DAY_FRIDAY, 0) == NATIONAL_DAY_FRIDAY


@given(KNOWN_DAYS, st.integers(1, 60))
def test_add_working_days_lands_on_a_working_day_that_many_later(day, count):
    end = calendar.add_working_days(day, count)

    assert calendar.is_working(end)
    assert calendar.working_days_between(day, end) == count


@given(st.dates())
def test_week_of_report_runs_saturday_to_friday_around_the_day(day):
    if day > dt.date(9999, 12, 20) or day < dt.date(1, 1, 20):
        return
    week = calendar.week_of_report(day)

    assert day in week
    assert (week.first_day.weekday(), week.last_day.weekday()) == (5, 4)
    assert (week.last_day - week.first_day).days == 6


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        (calendar.PREVIOUS_WORKING_DAY, dt.date(2022, 9, 30)),
        (calendar.NEXT_WORKING_DAY, dt.date(2022, 10, 8)),
        (calendar.SAME_DAY, dt.date(2022, 10, 7)),
    ],
)
def test_report_due_in_the_holiday_follows_and_names_the_rule(rule, day):
    due = calendar.report_due(NATIONAL_DAY_FRIDAY, rule)

    assert (due.day, due.hour, due.rule) == (day, 17, rule)
    assert "D11" in due.words


def test_report_due_on_an_ordinary_friday_is_that_friday():
    assert calendar.report_due(dt.date(2022, 4, 12)).day == dt.date(2022, 4, 15)


def test_due_rule_refuses_an_unknown_name():
    assert calendar.due_rule("same_day") == calendar.SAME_DAY
    with pytest.raises(BadInput, match="周报期限规则"):
        calendar.due_rule("whenever")


@pytest.mark.parametrize(
    ("year", "day"), [(2021, (2, 12)), (2022, (2, 1)), (2023, (1, 22)), (2033, (1, 31)), (2034, (2, 19))]
)
def test_spring_festival_and_its_eve(year, day):
    assert calendar.spring_festival(year) == dt.date(year, *day)
    assert calendar.eve_of_spring_festival(year) == dt.date(year, *day) - dt.timedelta(days=1)
