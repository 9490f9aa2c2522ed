"""Rounds of rises in the database: saved, refused, submitted, adopted by two people; the table of standards."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
import yaml

from doudi.engine import reform
from doudi.kernel.actors import Actor
from doudi.kernel.errors import NotPermitted, Stale, WrongField
from doudi.places.services import load_divisions
from doudi.policy import queries as policy
from doudi.policy.models import LocalRule
from doudi.policy.services import NobodyAllows, SamePerson
from doudi.security.scope import acting
from doudi.standards import queries, services, sheets
from doudi.standards.models import RiseLine, RisePlan
from doudi.standards.services import LineDraft, PlanDraft, TooEarly, WrongLines

pytestmark = pytest.mark.django_db
LIAONING = Actor(960, "liaoning1", "test-ln-1", "辽宁处长", "province", "21")
SECOND = Actor(961, "liaoning2", "test-ln-2", "辽宁副处长", "province", "21")
YIXIAN = Actor(962, "yixian1", "test-yi-1", "义县科长", "county", "210727")
TODAY, SINCE = dt.date(2020, 5, 6), dt.date(2020, 7, 1)
HEAD = PlanDraft("2020年城乡低保提标", "21", SINCE)
LINES = [
    LineDraft(1, "210106", "urban", "735 元/月", "10000", "700 元/月"),
    LineDraft(2, "210727", "urban", "594 元/月", "3000", "560 元/月"),
    LineDraft(3, "211422", "urban", "562 元/月", "2000", "540 元/月"),
]


@pytest.fixture(autouse=True)
def _places() -> None:
    load_divisions()


def _saved(lines: list[LineDraft] = LINES, actor: Actor = LIAONING, **head: Any) -> RisePlan:
    with acting(actor):
        return services.save_plan(dataclasses.replace(HEAD, **head), lines, on=TODAY, actor=actor)


def _rural(after: str, **more: Any) -> LineDraft:
    return LineDraft(**({"row_number": 1, "division_code": "210727", "area": "rural", "after": after,
                         "recipients": "100", "before": "3,800 元/年"} | more))  # fmt: skip


def test_S09_1_submitted_round_keeps_its_figures():
    plan = _saved()

    with acting(LIAONING):
        services.submit_plan(plan.pk, on=TODAY, actor=LIAONING)
        kept = queries.plan(plan.pk)

    urban = kept.measured["areas"][0]
    assert (urban["before"], urban["after"], urban["rise"], urban["is_met"]) == ("650.67", "683.73", "5.08%", True)
    assert kept.state == "submitted"


@pytest.mark.parametrize("after", ["3,900 元/年", "4,000 元/年", "333 元/月"])
def test_S09_2_rural_standard_below_the_poverty_line_is_not_saved(after: str):
    with pytest.raises(WrongLines, match=r"LN2020-5\.5") as refusal:
        _saved([_rural(after)])

    assert [(one.row_number, one.label) for one in refusal.value.problems] == [(1, "新标准")]
    assert not RisePlan.objects.exists()


def test_rural_standard_above_the_line_and_an_urban_one_are_saved():
    plan = _saved([_rural("4,001 元/年"), LineDraft(2, "210727", "urban", "330 元/月", "10", "300 元/月")])

    assert RiseLine.objects.count() == 0  # nobody sees lines without a scope
    with acting(LIAONING):
        assert len(queries.lines_of(plan)) == 2


@pytest.mark.parametrize(
    ("after", "approval", "months", "said"),
    [
        ("786 元/月", "县政府常务会议纪要", 6, "4.80%,不低于 5.00%"),
        ("789 元/月", "", 6, "当地政府审定文件:没有"),
        ("789 元/月", "县政府常务会议纪要", 2, "已启动 2 个月,要求 3 个月"),
    ],
)
def test_S09_3_early_rise_without_its_conditions_is_refused(after: str, approval: str, months: int, said: str):
    lines = [LineDraft(1, "210106", "urban", after, "100", "750 元/月")]
    plan = _saved(lines, is_early=True, approval=approval, months_run=months)

    with acting(LIAONING), pytest.raises(TooEarly, match=said) as refusal:
        services.submit_plan(plan.pk, on=TODAY, actor=LIAONING)

    assert "LN2020-5.3" in refusal.value.text


def test_S09_3_early_rise_with_all_conditions_passes():
    lines = [LineDraft(1, "210106", "urban", "789 元/月", "100", "750 元/月")]
    plan = _saved(lines, is_early=True, approval="县政府常务会议纪要", months_run=6)

    with acting(LIAONING):
        assert services.submit_plan(plan.pk, on=TODAY, actor=LIAONING).state == "submitted"


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({"division_code": "210799"}, "区划代码"),
        ({"division_code": "231084"}, "区划代码"),
        ({"area": "sea"}, "城乡"),
        ({"after": "很多"}, "新标准"),
        ({"after": "0"}, "新标准"),
        ({"after": "699"}, "新标准"),
        ({"before": "七百"}, "原标准"),
        ({"recipients": "-3"}, "保障人数"),
        ({"recipients": "1.5"}, "保障人数"),
        ({"subsidy": "若干"}, "已发价格补贴"),
    ],
)
def test_wrong_line_is_named_with_its_field(more: dict[str, str], label: str):
    line = dataclasses.replace(LINES[0], row_number=7, **more)

    with pytest.raises(WrongLines) as refusal:
        _saved([line, LINES[1]])

    assert [(one.row_number, one.label) for one in refusal.value.problems] == [(7, label)]


def test_line_twice_and_a_round_without_lines_are_refused():
    with pytest.raises(WrongLines, match="写了两次"):
        _saved([LINES[0], LINES[0]])
    with pytest.raises(WrongField, match="没有提标的行"):
        _saved([])


@pytest.mark.parametrize(
    ("head", "field"),
    [({"title": " "}, "title"), ({"since": None}, "since"), ({"standard": "phase_out_months"}, "standard")],
)
def test_wrong_head_is_named(head: dict[str, Any], field: str):
    with pytest.raises(WrongField) as refusal:
        _saved(**head)

    assert refusal.value.field == field


def test_present_standard_is_taken_where_none_is_typed():
    plan = _saved([LineDraft(1, "210106", "urban", "700 元/月", "10")])

    with acting(LIAONING):
        assert queries.lines_of(plan)[0].before == "655 元/月"


def test_county_cannot_plan_for_another(actors: dict[str, Actor]):
    with pytest.raises(NotPermitted):
        _saved(actor=YIXIAN)
    with acting(actors["outsider"]), pytest.raises(NotPermitted):
        services.save_plan(HEAD, LINES, on=TODAY, actor=actors["outsider"])


@pytest.mark.parametrize("who", ["township", "finance", "auditor"])
def test_posts_without_the_verb_cannot_plan(actors: dict[str, Actor], who: str):
    with acting(actors[who]), pytest.raises(NotPermitted):
        services.save_plan(dataclasses.replace(HEAD, division_code="231084"), LINES, on=TODAY, actor=actors[who])


def test_round_is_seen_only_within_its_scope():
    plan = _saved()

    with acting(YIXIAN), pytest.raises(NotPermitted):
        queries.plan(plan.pk)


def test_submitted_round_is_closed_and_stale_pages_are_noticed():
    plan = _saved()
    with acting(LIAONING):
        with pytest.raises(Stale):
            services.submit_plan(plan.pk, on=TODAY, actor=LIAONING, version=9)
        services.submit_plan(plan.pk, on=TODAY, actor=LIAONING, version=1)
        with pytest.raises(services.NotOpen):
            services.save_plan(HEAD, LINES, on=TODAY, actor=LIAONING, plan_id=plan.pk)


def test_adopted_round_becomes_standards_known_from_the_second_persons_day():
    plan = _saved()
    with acting(LIAONING):
        services.submit_plan(plan.pk, on=TODAY, actor=LIAONING)
        count = services.adopt_plan(
            plan.pk, document="辽宁省民政厅通知", document_number="", on=dt.date(2020, 8, 3), actor=LIAONING
        )
        with pytest.raises(SamePerson):
            services.confirm_adoption(plan.pk, on=dt.date(2020, 8, 3), actor=LIAONING)
    with acting(SECOND):
        services.confirm_adoption(plan.pk, on=dt.date(2020, 8, 5), actor=SECOND)
        adopted = queries.plan(plan.pk)
        table = queries.standards_table("210727", dt.date(2020, 8, 6), scheme="低保", area="urban")
        rows = policy.local_rows()
    known = [
        policy.law().parameters.resolve(queries.DIBAO, "210727100", "urban", dt.date(2020, 7, 15), day, rows)
        for day in (dt.date(2020, 8, 4), dt.date(2020, 8, 5))
    ]

    assert (count, adopted.state) == (3, "adopted")
    assert [one.value if one else None for one in known] == [59_200, 59_400]
    assert [(line.row.place, line.published, line.is_late) for line in table] == [
        ("21", "592 元/月", False),
        ("210727", "594 元/月", True),
    ]


def test_county_cannot_adopt_what_it_may_not_set():
    plan = _saved([LINES[1]], YIXIAN, division_code="210727")

    with acting(YIXIAN):
        services.submit_plan(plan.pk, on=TODAY, actor=YIXIAN)
        with pytest.raises(NobodyAllows, match="省级、地级"):
            services.adopt_plan(plan.pk, document="县政府决定", document_number="", on=TODAY, actor=YIXIAN)
        assert not LocalRule.objects.exists()


def test_next_years_round_takes_over_from_this_years():
    for year, after in ((2020, "594 元/月"), (2021, "620 元/月")):
        since = dt.date(year, 7, 1)
        plan = _saved([dataclasses.replace(LINES[1], before="", after=after)], since=since)
        with acting(LIAONING):
            services.submit_plan(plan.pk, on=since, actor=LIAONING)
            services.adopt_plan(plan.pk, document="通知", document_number="", on=since, actor=LIAONING)
        with acting(SECOND):
            services.confirm_adoption(plan.pk, on=since, actor=SECOND)

    with acting(LIAONING):
        history = queries.standards_table("210727", dt.date(2021, 8, 1), scheme="低保", area="urban", with_history=True)
    own = [(line.published, line.until, line.is_in_force) for line in history if line.row.place == "210727"]
    assert own == [("620 元/月", None, True), ("594 元/月", dt.date(2021, 7, 1), False)]


def test_standards_of_a_place_come_with_those_above_it():
    with acting(LIAONING):
        table = queries.standards_table("210106", dt.date(2023, 8, 1), scheme="低保")

    assert [(line.row.place, line.published) for line in table if line.row.area == "urban"] == [
        ("21", "753 元/月"),
        ("2101", "793 元/月"),
    ]


def test_round_is_written_as_a_reform():
    plan = _saved()
    with acting(LIAONING):
        text = queries.reform_text(plan, queries.lines_of(plan))

    read = reform.parse(yaml.safe_load(text), policy.law(), "方案")
    assert [(change.place, change.area, change.amount) for change in read.changes] == [
        ("210106", "urban", 73_500),
        ("210727", "urban", 59_400),
        ("211422", "urban", 56_200),
    ]


def test_list_file_is_read_into_lines():
    rows = [
        (1, ["区划代码", "地区", "城乡", "原标准", "新标准", "保障人数"]),
        (2, [210727, "义县", "农村", "", "4800 元/年", 3000.0]),
    ]

    ((line, name),) = sheets.read_rows(rows)

    assert (line.division_code, line.area, line.after, line.recipients, name) == (
        "210727", "rural", "4800 元/年", "3000", "义县",
    )  # fmt: skip
