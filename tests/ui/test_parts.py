"""The parts of pages: what they say for present, missing and unknown values."""

import datetime as dt

import jinja2
import pytest

from doudi.kernel.periods import Month
from doudi.ui import jinja_env, words


@pytest.fixture(scope="module")
def env() -> jinja2.Environment:
    built = jinja_env.environment(loader=jinja2.PackageLoader("doudi.ui", "jinja2"))
    built.globals["static"] = lambda path: f"/static/{path}"
    built.globals["url_or_none"] = lambda name, *args: f"/{name}/{args[0]}" if args else None
    return built


def part(env: jinja2.Environment, text: str, **values: object) -> str:
    return env.from_string('{% import "ui/components.html" as c with context %}' + text).render(**values)


def test_yuan_shows_a_missing_amount_as_dashes(env: jinja2.Environment):
    assert part(env, "{{ a|yuan }} {{ b|yuan }}", a=123456, b=None) == "1,234.56 --"


def test_month_words_read_text_dates_and_months():
    assert [jinja_env.month_words(v) for v in ("2022-04", dt.date(2022, 4, 1), Month(2022, 4), "")] == [
        "2022年4月", "2022年4月", "2022年4月", "--",
    ]  # fmt: skip


def test_masked_hides_the_middle_and_leaves_masked_text_alone():
    assert jinja_env.masked("999084195001012220") == "999***********2220"
    assert jinja_env.masked("999***********2220") == "999***********2220"
    assert jinja_env.masked(None) == "--"


def test_page_numbers_leave_gaps():
    assert jinja_env.page_numbers(5, 20) == [1, None, 3, 4, 5, 6, 7, None, 20]
    assert jinja_env.page_numbers(1, 3) == [1, 2, 3]


def test_tag_pairs_every_colour_with_a_word_and_a_mark(env: jinja2.Environment):
    html = part(env, "{{ c.tag('held') }}{{ c.tag(2) }}{{ c.tag('surprise') }}")

    assert "tag-yellow" in html
    assert "暂缓" in html
    assert "还不能判断" in html
    assert "surprise" in html
    assert all(status.label and status.mark for status in words.STATUSES.values())


def test_fact_line_says_who_can_supply_what_is_unknown(env: jinja2.Environment):
    html = part(env, "{{ c.fact_line('家庭存款', none, who='银行') }}")

    assert "还不知道" in html
    assert "可由 银行 提供" in html
    assert "None" not in html


def test_explanation_shows_ground_unknowns_and_what_would_change(env: jinja2.Environment):
    told = {
        "outcome": "needs_facts",
        "programme": "dibao",
        "amount_fen": None,
        "steps": [{"text": "人均收入 333.33 元", "clause": "X-9", "facts": [{"label": "工资", "source": "社保"}]}],
        "criteria": [{"met": None, "text": "财产在限额以内", "clause": "X-3"}],
        "missing": [{"label": "家庭存款", "who": "银行核对"}],
        "would_change": ["家庭月收入达到 1,950.00 元"],
    }
    html = part(env, "{{ c.explanation(told) }}", told=told)

    for piece in ("还不能判断", "最低生活保障", "/clause_file/X-9", "社保", "银行核对", "1,950.00", "why-teal"):
        assert piece in html
    assert "每月" not in html


def test_form_field_ties_hint_and_error_to_the_input(env: jinja2.Environment):
    html = part(env, "{{ c.form_field('n', '笔数', hint='再输一次', error='与名单不符') }}")

    assert 'aria-describedby="n-hint n-error"' in html
    assert 'aria-invalid="true"' in html


def test_form_field_escapes_what_was_typed(env: jinja2.Environment):
    assert "<b>" not in part(env, "{{ c.form_field('n', '姓名', value='\"><b>') }}")


def test_missing_variable_prints_nothing_and_is_logged(env: jinja2.Environment, caplog: pytest.LogCaptureFixture):
    assert env.from_string("[{{ forgotten }}]").render() == "[]"

    assert "forgotten" in caplog.text
