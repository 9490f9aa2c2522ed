"""A county with a rule file of its own, figures confirmed by two people, and the months that follow."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from doudi.kernel.actors import Actor
from doudi.kernel.periods import Month
from doudi.prices import decisions, evaluations, figures, rules
from doudi.prices.models import Decision, Evaluation, IndexFigure, RuleRecord
from doudi.security.scope import acting

COUNTY = "231084"
MARCH = Month(2022, 3)
APRIL = Month(2022, 4)
ON = dt.date(2022, 4, 15)
RULE = """\
place: "231084"
name: 宁安市
own:
  groups: [{name: hardship_worker, label: 特困职工}]
rules:
  - from: 2019-01
    document: 宁安市价格补贴联动机制实施办法(试验)
    start: {any: [{series: cpi, at_least: 3.5%}, {series: food, at_least: 6%}]}
    groups: [低保, 特困, 优抚, 失业保险金, hardship_worker]
    outer_groups: ignore
    outer_phases: ignore
    amount: {kind: product, base: {amount: 600 元}, index: cpi}
    rounding: {to: 分, how: 四舍五入}
    deadline: 20 个工作日
    dedup: highest
basket:
  - {item: 肉, amount: 60 元}
  - {item: 蛋, amount: 20 元}
  - {item: 菜, amount: 80 元}
"""
MET = {"cpi": "5.2", "food": "21.9"}
NOT_MET = {"cpi": "2.4", "food": "5.9"}


@contextmanager
def county(actors: Mapping[str, Actor], who: str = "county") -> Iterator[Actor]:
    with acting(actors[who], COUNTY) as actor:
        yield actor


def registered(actors: Mapping[str, Actor], text: str = RULE) -> RuleRecord:
    """Register a rule file by one person and confirm it by another."""
    record = rules.register_rule(text, actor=actors["county"], on=ON)
    return rules.confirm_rule(record.pk, actor=actors["county_second"], on=ON)


def published(month: Month) -> dt.date:
    return month.plus(1).first_day.replace(day=10)


def entered(
    actors: Mapping[str, Actor], month: Month, values: Mapping[str, str], place: str = COUNTY
) -> list[IndexFigure]:
    """Enter a month's figures by one person and confirm them by another."""
    draft = figures.Draft(place, month, values, published(month), "国家统计局黑龙江调查总队")
    made = figures.enter_figures(draft, actor=actors["county"], on=ON)
    return [figures.confirm_figure(one.pk, values[one.series], actor=actors["county_second"], on=ON) for one in made]


def judged(actors: Mapping[str, Actor], month: Month, values: Mapping[str, str]) -> Evaluation:
    entered(actors, month, values)
    return evaluations.evaluate_month(COUNTY, month, actor=actors["county"], on=ON)


def started(actors: Mapping[str, Actor], month: Month = MARCH, values: Mapping[str, str] = MET) -> Decision:
    """Bring a month to its confirmed start."""
    registered(actors)
    evaluation = judged(actors, month, values)
    proposal = Decision.objects.get(evaluation=evaluation)
    return decisions.confirm_decision(proposal.pk, actor=actors["county_second"], on=ON)
