"""The rule language: three truth values, whole numbers, exact SQL, and what rule files may not do."""

import ast
import datetime as dt
import pathlib

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.engine.lang import (
    HOUSEHOLD,
    PERSON,
    UNKNOWN,
    Programme,
    RuleError,
    certainly,
    div,
    law,
    least,
    missing,
    most,
    not_,
    number,
    permille,
    up_to,
    where,
)
from doudi.engine.packs import lint, read_rules
from doudi.engine.ruleset import NoRulesThatDay, RuleSet, check_numbers
from doudi.engine.sqltext import NotSql, Sql
from doudi.engine.values import BranchOnValue
from tests.engine.families import SmallLaw
from tests.engine.small_law import ACT, INPUTS, ON, PARAMETERS, rules_on

TRUTHS = (True, False, UNKNOWN)
CON = duckdb.connect(":memory:")


def in_sql(formula: Sql, **values: int | bool | object) -> int | bool | object:
    columns = ", ".join(
        f"cast({'null' if v is UNKNOWN else str(v).lower()} as {'boolean' if isinstance(v, bool) else 'bigint'}) as {k}"
        for k, v in values.items()
    )
    found = CON.execute(f"select {formula.text} from (select {columns})").fetchall()[0][0]
    return UNKNOWN if found is None else found


@pytest.mark.parametrize("a", TRUTHS)
@pytest.mark.parametrize("b", TRUTHS)
def test_and_or_follow_kleene(a: object, b: object) -> None:
    both = False if a is False or b is False else UNKNOWN if a is UNKNOWN or b is UNKNOWN else True
    either = True if a is True or b is True else UNKNOWN if a is UNKNOWN or b is UNKNOWN else False

    assert (a & b) is both
    assert (a | b) is either


def test_unknown_stays_unknown_and_refuses_to_branch() -> None:
    assert UNKNOWN + 1 is UNKNOWN
    assert (UNKNOWN > 5) is UNKNOWN
    assert most(UNKNOWN, 3) is UNKNOWN
    assert where(UNKNOWN, 1, 2) is UNKNOWN
    assert not_(UNKNOWN) is UNKNOWN
    assert number(UNKNOWN) is UNKNOWN
    assert div(UNKNOWN, 3) is UNKNOWN
    assert missing(UNKNOWN) is True
    assert certainly(UNKNOWN) is False
    with pytest.raises(BranchOnValue):
        bool(UNKNOWN)


def test_up_to_rounds_up_and_permille_down() -> None:
    assert [up_to(amount, 100) for amount in (0, 1, 100, 101)] == [0, 100, 100, 200]
    assert permille(999, 500) == 499


@given(a=st.integers(-(10**12), 10**12), b=st.integers(1, 10**6))
def test_div_rounds_down_alike_in_sql(a: int, b: int) -> None:
    formula = div(Sql("a"), most(Sql("b", False, 0), 1))

    assert in_sql(formula, a=a, b=b) == div(a, b)


@pytest.mark.parametrize("a", [-3, 0, 7, UNKNOWN])
@pytest.mark.parametrize("b", [-3, 0, 7, UNKNOWN])
def test_most_and_least_never_drop_an_unknown_in_sql(a: object, b: object) -> None:
    for helper in (most, least):
        formula = helper(Sql("a", True), Sql("b", True))
        assert in_sql(formula, a=a, b=b) is helper(a, b) or in_sql(formula, a=a, b=b) == helper(a, b)


@pytest.mark.parametrize("condition", TRUTHS)
def test_where_never_takes_unknown_for_no_in_sql(condition: object) -> None:
    columns = f"cast({'null' if condition is UNKNOWN else str(condition).lower()} as boolean) as c"
    formula = where(Sql("c", True), 1, 2)

    found = CON.execute(f"select {formula.text} from (select {columns})").fetchall()[0][0]

    assert found == {True: 1, False: 2, UNKNOWN: None}[condition]


def test_div_refuses_a_divisor_that_could_be_zero() -> None:
    with pytest.raises(NotSql, match="可能为零"):
        div(Sql("a"), Sql("b", False, 0))


def test_two_literals_do_not_overflow_32_bits() -> None:
    formula = where(Sql("c"), 2_000_000_000, 0) * Sql("n")

    assert in_sql(formula, c=True, n=3) == 6_000_000_000


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os", "from doudi.engine.lang import"),
        ("from os import path", "from doudi.engine.lang import"),
        ("def f(a):\n    if a:\n        return 1\n    return 2", "where"),
        ("def f(a):\n    return 1 if a else 2", "where"),
        ("def f(a):\n    return a * 1.5", "小数"),
        ("def f(a):\n    return a // 2", "除法用 div"),
        ("def f(a, b):\n    return a and b", "& 和 |"),
        ("def f(a):\n    return not a", "not_"),
        ("def f(a):\n    return 0 < a < 3", "连写"),
        ("def f(a):\n    return a.__class__", "属性"),
        ("def f(a=1):\n    return a", "普通名称"),
        ("def f(a):\n    print(a)\n    return a", "赋值和 return"),
        ("x = [i for i in (1, 2)]", "ListComp"),
    ],
)
def test_lint_names_what_rules_may_not_do(body: str, words: str) -> None:
    problems = lint(ast.parse(body))

    assert any(words in text for _, text in problems)


def test_read_rules_gives_no_builtins(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "cn" / "dibao" / "rules.py"
    path.parent.mkdir(parents=True)
    path.write_text("x = open('/etc/hosts')\n")

    with pytest.raises(NameError):
        read_rules(path, tmp_path)


def test_read_rules_keeps_the_text_of_each_rule(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "cn" / "dibao" / "rules.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from doudi.engine.lang import HOUSEHOLD, Programme, law\n\n"
        'ACT = law("X1")\ndibao = Programme("dibao")\n\n\n'
        '@dibao.entitled(1, HOUSEHOLD, ACT["1"], label="全部")\ndef everybody(is_rural):\n    return is_rural | True\n'
    )

    programmes, sources = read_rules(path, tmp_path)

    (rule,) = programmes[0].rules
    assert sources[rule.file, rule.line].endswith("return is_rural | True")
    assert rule.clause == "X1-1"


def test_a_rule_without_clause_is_refused() -> None:
    with pytest.raises(RuleError, match="没有依据条款"):
        Programme("dibao").fact(PERSON, (), label="无据")(lambda age_years: age_years)


def broken(*add: object) -> None:
    """Build a rule set of one small programme after changing it."""
    programme = Programme("dibao")

    @programme.entitled(1, HOUSEHOLD, ACT["1"], label="全部")
    def everybody(is_rural: bool) -> bool:
        return is_rural

    for change in add:
        change(programme)
    RuleSet([programme], INPUTS, PARAMETERS, ON)


def test_rule_sets_refuse_bad_graphs() -> None:
    def circle(p: Programme) -> None:
        p.criterion(1, HOUSEHOLD, ACT["1"], label="甲", yes="", no="")(eval("lambda first: first"))

    def misspelt(p: Programme) -> None:
        def first(no_such_thing: int) -> bool:
            return no_such_thing > 0

        p.criterion(1, HOUSEHOLD, ACT["1"], label="甲", yes="", no="")(first)

    def looks_at_member(p: Programme) -> None:
        def first(age_years: int) -> bool:
            return age_years > 0

        p.criterion(1, HOUSEHOLD, ACT["1"], label="甲", yes="", no="")(first)

    def named_like_input(p: Programme) -> None:
        def is_rural(deposits_fen: int) -> bool:
            return deposits_fen > 0

        p.fact(HOUSEHOLD, ACT["1"], label="甲")(is_rural)

    broken()
    with pytest.raises(RuleError, match="既不是规则"):
        broken(misspelt)
    with pytest.raises(RuleError, match="直接用了成员的值"):
        broken(looks_at_member)
    with pytest.raises(RuleError, match="同名"):
        broken(named_like_input)


def test_numbers_are_never_reused() -> None:
    programme = Programme("dibao")

    def one(is_rural: bool) -> bool:
        return is_rural

    def two(is_rural: bool) -> bool:
        return is_rural

    programme.criterion(4, HOUSEHOLD, ACT["1"], label="旧", yes="", no="", until="2020-01-01")(one)
    programme.criterion(4, HOUSEHOLD, ACT["1"], label="新", yes="", no="", since="2020-01-01")(two)

    with pytest.raises(RuleError, match="编号 4"):
        check_numbers(programme.rules)


def test_dates_choose_between_rules_of_one_name() -> None:
    before, after = rules_on(dt.date(2021, 12, 31)), rules_on(dt.date(2022, 1, 1))

    assert "business_income_fen_m" not in before.all_needs
    assert "business_income_fen_m" in after.all_needs
    assert before.digest != after.digest
    assert after.digest == rules_on(dt.date(2023, 1, 1)).digest


def test_a_date_without_rules_is_refused() -> None:
    programme = Programme("dibao")

    def all_(is_rural: bool) -> bool:
        return is_rural

    programme.entitled(1, HOUSEHOLD, ACT["1"], label="全部", since="2014-05-01")(all_)

    with pytest.raises(NoRulesThatDay, match="2010-01-01"):
        RuleSet([programme], INPUTS, PARAMETERS, dt.date(2010, 1, 1))


def test_the_same_days_share_one_rule_set() -> None:
    law_of_tests = SmallLaw()

    assert law_of_tests.rules_on(ON) is law_of_tests.rules_on(dt.date(2022, 6, 1))
    assert law_of_tests.change_days() == [dt.date(2022, 1, 1)]


def test_law_names_clauses_as_the_library_does() -> None:
    assert law("HLJMCA2022")["3.16"].id == "HLJMCA2022-3.16"
