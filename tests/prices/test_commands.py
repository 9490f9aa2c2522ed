"""``doudi price`` on the register, from the first figure to the roster; the process is set up by the test."""

import pathlib
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from doudi.cli import edge
from doudi.cli.commands import app
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, DoudiError
from doudi.prices.errors import Doubtful
from doudi.prices.models import Decision, IndexFigure
from tests.payments.world import make_world
from tests.prices.world import COUNTY, ON, RULE, county

pytestmark = pytest.mark.django_db
Run = Callable[..., str]


@pytest.fixture
def run(actors: dict[str, Actor], monkeypatch: pytest.MonkeyPatch) -> Run:
    by_login = {actor.login: actor for actor in actors.values()}
    monkeypatch.setattr(edge, "ready", lambda: None)
    monkeypatch.setattr(edge, "actor_of", lambda login: by_login[login or "system"])
    monkeypatch.setattr(edge, "business_day", lambda: ON)

    def call(*words: str) -> str:
        done = CliRunner().invoke(app, ["price", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return call


def _enter(run: Run, month: str, published: str, *values: str) -> None:
    before = set(IndexFigure.objects.values_list("pk", flat=True))
    run("enter", *values, "--place", COUNTY, "--month", month, "--published", published, "--source", "统计局",
        "--as", "chenkz")  # fmt: skip
    typed = dict(zip(sorted(set(IndexFigure.objects.values_list("pk", flat=True)) - before), values, strict=True))
    for pk, text in typed.items():
        run("confirm", str(pk), text.partition("=")[2], "--as", "wangky")


def test_from_figures_to_roster_and_ledger(run: Run, actors: dict[str, Actor], tmp_path: pathlib.Path) -> None:
    rule = tmp_path / "宁安.yaml"
    rule.write_text(RULE, encoding="utf-8")
    with county(actors):
        make_world(3)
    number = run("register", str(rule), "--as", "chenkz").split(":")[0].split()[1]
    assert "使用" in run("confirm-rule", number, "--as", "wangky")

    _enter(run, "2022-02", "2022-03-09", "CPI=2.4", "食品=-3.9")
    _enter(run, "2022-03", "2022-04-11", "CPI=5.2", "食品=21.9")

    assert "启动 待确认" in run("pending", "--as", "chenkz")
    decision = Decision.objects.get(kind="start")
    assert "启动(已确认)" in run("confirm-decision", str(decision.pk), "--as", "chenkz")
    assert "3 人 93.60 元" in run("roster", "--county", COUNTY, "--month", "2022-03", "--as", "chenkz")
    ledger = run("ledger", "--place", COUNTY).splitlines()
    assert ledger[0].startswith("2022-03")
    assert ledger[0].endswith("3 人 93.60 元")


def test_below_the_line_is_measured_and_decided(run: Run, tmp_path: pathlib.Path) -> None:
    rule = tmp_path / "宁安.yaml"
    rule.write_text(RULE, encoding="utf-8")
    number = run("register", str(rule), "--as", "chenkz").split(":")[0].split()[1]
    run("confirm-rule", number, "--as", "wangky")
    _enter(run, "2022-03", "2022-04-11", "CPI=2.4", "食品=5.9")

    told = run("evaluate", "--record", "--place", COUNTY, "--month", "2022-03", "--rise", "肉=18", "--rise", "蛋=12",
               "--rise", "菜=25", "--as", "chenkz")  # fmt: skip

    assert "每人每月多支出 33.20 元" in told
    assert "2022-04-28 前要决定" in told
    evaluation = told.split(":")[0].split()[1]
    assert "待确认" in run("decide", evaluation, "no_subsidy", "--reason", "当地价格平稳", "--as", "chenkz")


def test_lists_are_loaded_with_their_rejections(run: Run, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("姓名,身份证号,对象\n甲,123,失业保险金\n", encoding="utf-8")

    told = run(
        "load-list", str(path), "--county", COUNTY, "--month", "2022-03", "--department", "人社", "--as", "chenkz"
    )

    assert "退回 1 行" in told
    assert "第 2 行 甲" in told


def test_cpi_typed_as_52_is_confirmed_with_yes(run: Run) -> None:
    head = ("--place", COUNTY, "--month", "2022-03", "--published", "2022-04-11", "--source", "统计局")
    call = ("enter", "CPI=52", *head, "--as", "chenkz")

    with pytest.raises(Doubtful, match=r"是不是 5\.2%"):
        run(*call)
    assert "待另一人确认" in run(*call, "--yes")


def test_wrong_calls_are_refused_in_words(run: Run, tmp_path: pathlib.Path) -> None:
    head = ("--place", COUNTY, "--month", "2022-03")
    for words in (
        ("enter", "猪肉=3", *head, "--published", "2022-04-11", "--source", "统计局", "--as", "chenkz"),
        ("evaluate", "--record", *head, "--rise", "肉", "--as", "chenkz"),
        ("evaluate", "--record", *head, "--value", "CPI=3", "--as", "chenkz"),
        ("register", str(tmp_path / "没有.yaml"), "--as", "chenkz"),
    ):
        with pytest.raises(BadInput):
            run(*words)
    with pytest.raises(DoudiError, match="没有 2022-03 的启动决定"):
        run("roster", "--county", COUNTY, "--month", "2022-03", "--as", "chenkz")
