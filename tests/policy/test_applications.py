"""What applications and disasters bring: how it reads, what stays away, and what costs nobody anything."""

import datetime as dt
import pathlib
import re
import shutil
from typing import Any

import pytest

from doudi.cli import law as commands
from doudi.engine import packs, parameter_files, scalar
from doudi.engine.explain import explain
from doudi.engine.inputs import APPLICATION
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme
from tests.policy.cases import Case, all_cases

LAW = packs.load()
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples" / "families"
HANDBOOK = pathlib.Path(__file__).parents[2] / "docs" / "handbook.md"
RELIEF = ("temporary_assistance", "unemployed_one_off", "disaster_transition", "winter_spring_aid")


def _case(words: str) -> Case:
    return next(case for case in all_cases() if case.name.startswith(words))


def _told(case: Case, programme: str, person: int | None = None) -> Any:
    found = explain(LAW, case.family, case.place_code, case.on, case.known_on, case.extra)
    return found.of(programme, person)


def _shown(example: str, place: str, on: str, capsys: pytest.CaptureFixture[str]) -> str:
    commands.explain(EXAMPLES / f"{example}.yaml", place, on, "", False, True)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "route"),
    [
        ("S06.1 常态下", "县级审批"),
        ("S06.1 高风险期间", "乡镇(街道)审批"),
        ("S06.5 附有一事一议记录", "一事一议"),
    ],
)
def test_a_grant_names_the_route_of_approval_and_the_sum(words: str, route: str):
    told = _told(_case(words), "temporary_assistance")

    assert told.route_label == route
    assert re.fullmatch(rf"符合临时救助\({re.escape(route)}\),一次性 [\d,]+\.00 元", told.summary)


def test_S06_5_without_minutes_it_says_what_is_lacking():
    told = _told(_case("S06.5 封顶二万元"), "temporary_assistance")

    assert told.summary == "不符合临时救助:金额 30,000.00 元超过县级封顶 20,000.00 元,没有一事一议会议记录"


def test_a_township_beyond_its_limit_is_told_so_and_the_family_not_refused():
    told = _told(_case("街道审批超出权限"), "temporary_assistance")

    (answer,) = [one for one in told.criteria if one.id == "temporary_authority_fits"]
    assert answer.met is False
    assert "超过额度 3,000.00 元,须由县级审批" in answer.text
    assert told.outcome == "grants"


def test_S07_2_the_second_claim_is_refused_with_the_place_and_date_of_the_first():
    told = _told(_case("S07.2"), "unemployed_one_off", 0)

    assert told.outcome == "refuses"
    assert "静乐县,2022-06-10" in told.summary


def test_S07_1_the_months_without_income_are_counted_and_shown():
    texts = [one.text for one in _told(_case("S07.1"), "unemployed_one_off", 0).criteria]

    assert "最后有收入 2022-02,申请 2022-06,其间 3 个月没有收入" in texts


def test_unknown_facts_say_who_can_supply_them():
    told = _told(_case("失业保险状态没有比对"), "unemployed_one_off", 0)

    assert [(one.input, one.who) for one in told.missing] == [
        ("unemployment_insurance", "人力资源社会保障部门的参保和待遇名单")
    ]


def test_notices_of_other_provinces_are_not_shown():
    told = _told(_case("S07.1"), "unemployed_one_off", 0)

    clauses = {clause for one in told.criteria for clause in one.clause.split("、")}
    assert {"SX2021-5.13", "MCA2022-2.2"} <= clauses
    assert not [clause for clause in clauses if clause.startswith("HLJ")]


def test_steps_of_another_programme_are_told_with_that_one():
    told = _told(_case("受灾家庭正在过渡期救助"), "temporary_assistance")

    rules = {step.rule for step in told.steps}
    assert "disaster_transition_granted" in rules
    assert "disaster_needs_transition" not in rules


def test_nought_is_said_in_words_where_it_means_no_limit():
    told = _told(_case("火灾,收入和财产都没有查明"), "temporary_assistance")

    texts = {one.name: one.text for one in told.parameters}
    assert texts["temporary_county_limit_fen"] == "没有封顶"
    assert texts["temporary_township_limit_fen"] == "没有委托"
    assert texts["temporary_method"] == "按经办人提出的数额"


def test_grain_is_told_in_jin():
    told = _told(_case("一级响应另给口粮"), "disaster_transition")

    assert any(step.text.startswith("口粮:10 斤") for step in told.steps)


# -- the command ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("example", "place", "on", "words"),
    [
        ("emergency_outsider", "230102001", "2022-04-15", "符合临时救助(县级审批),一次性 500.00 元"),
        ("jobless_worker", "140926101", "2022-06-05", "还不能判断,缺少:未参保失业人员一次性临时救助金"),
        ("flood_family", "231084101", "2022-11-01", "符合过渡期生活救助(过渡期),一次性 1,800.00 元"),
    ],
)
def test_examples_read_as_the_handbook_says(
    example: str, place: str, on: str, words: str, capsys: pytest.CaptureFixture[str]
):
    assert words in _shown(example, place, on, capsys)
    assert f"examples/families/{example}.yaml --place {place} --on {on}" in HANDBOOK.read_text(encoding="utf-8")


def test_values_nobody_recorded_stand_in_one_line(capsys: pytest.CaptureFixture[str]):
    lines = _shown("emergency_outsider", "230102001", "2022-04-15", capsys).splitlines()

    (idle,) = [line for line in lines if "当地没有登记的参数:" in line and "封顶" in line]
    assert "县级审批封顶额(没有封顶)" in idle
    assert not [line for line in lines if line.startswith("  参数 县级审批封顶额")]
    assert [line for line in lines if line.startswith("  参数 同因再次申请须核对的天数 30 天")]


def test_a_family_without_an_application_sees_nothing_of_it(capsys: pytest.CaptureFixture[str]):
    shown = _shown("three_people", "231084", "2022-04-15", capsys)

    assert "最低生活保障】" in shown
    assert [label for label in ("临时救助】", "失业人员", "过渡期", "冬春") if label in shown] == []


def test_without_an_application_no_programme_applies_or_lacks_anything():
    family = {"household": {"is_rural": True}, "persons": [{}]}

    found = [one for one in scalar.decide(LAW, family, "231084101", dt.date(2022, 6, 10)) if one.programme in RELIEF]

    assert len(found) == len(RELIEF)
    assert {(one.outcome, one.amount_fen_m, one.applies) for one in found} == {(0, 0, False)}


def test_what_an_application_brings_is_read_by_programmes_granted_once_alone():
    once = {one.name for one in Programme if one.is_once}
    brought = {one.name for one in LAW.inputs.rows if one.feed == APPLICATION}
    rules = LAW.rules_on(dt.date(2022, 6, 10))

    monthly = [plan for plan in rules.programmes if plan.name not in once]
    needs = rules.needs_of(name for plan in monthly for name in plan.planned_names)

    assert needs & brought == set()


# -- registering values -----------------------------------------------------------------------


def test_classes_of_winter_aid_may_not_be_alike(tmp_path: pathlib.Path):
    root = tmp_path / "packs"
    shutil.copytree(packs.packs_root(), root)
    path = root / "cn_23" / "winter_spring_aid"
    path.mkdir()
    row = "    - {{from: 2022-12-01, value: {} 元, source: {{clause: HLJ2021-6.3}}}}"
    path.joinpath("params.yaml").write_text(
        "\n".join(
            [
                "winter_second_fen:\n  values:", row.format(200),
                "winter_first_fen:\n  values:", row.format(200),
            ]
        ),
        encoding="utf-8",
    )  # fmt: skip

    with pytest.raises(BadInput, match="冬春救助二类标准"):
        parameter_files.load(root)
