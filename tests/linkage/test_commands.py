"""``doudi price`` on files alone, and the how-to that strangers write rule files from."""

import json
import pathlib
import re
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner

from doudi.cli.commands import app
from doudi.kernel.errors import BadInput, NeedsFacts
from doudi.linkage import rulefile, schema
from tests.linkage.rules import HEAD, rule_text

HOWTO = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/add-a-price-rule.md"
RULE = rule_text("amount: {kind: product, base: 低保, index: scpi}", "rounding: {to: 元, how: 四舍五入}")
INDEX = "month,cpi,food,scpi,published\n2019-08,2.8,9.1,4.3,2019-09-16\n2019-09,3.0,5.0,4.4,2019-10-17\n"


@pytest.fixture
def files(tmp_path: pathlib.Path) -> tuple[str, str]:
    rule, index = tmp_path / "泉州.yaml", tmp_path / "指数.csv"
    rule.write_text(RULE, encoding="utf-8")
    index.write_text(INDEX, encoding="utf-8")
    return str(rule), str(index)


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["price", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def _refused(kind: type[Exception], *arguments: str) -> Exception:
    with pytest.raises(kind) as refusal:
        CliRunner().invoke(app, ["price", *arguments], catch_exceptions=False)
    return refusal.value


def test_evaluate_gives_the_answer_as_json(files: tuple[str, str]) -> None:
    rule, index = files

    told = json.loads(
        _run("evaluate", "--rule", rule, "--index", index, "--month", "2019-08", "--standard", "低保=600",
             "--persons", "低保=1000", "--json")
    )  # fmt: skip

    dibao = next(one for one in told["amounts"] if one["group"] == "dibao")
    assert (told["triggered"], told["triggered_by"], told["payment_month"]) == (True, ["food"], "2019-09")
    assert (dibao["amount_fen"], dibao["amount_yuan"], dibao["unrounded_yuan"]) == (2600, "26.00", "25.80")
    assert dibao["total_fen"] == 2_600_000
    assert told["due_on"] == "2019-10-17"


def test_evaluate_tells_every_step(files: tuple[str, str]) -> None:
    rule, index = files

    text = _run("evaluate", "--rule", rule, "--index", index, "--month", "2019-08", "--standard", "低保=600")

    for words in (
        "食品 2019-08 同比 9.1%,达到 6.0%",
        "600.00 × 4.3% = 25.80 元",
        "【低保对象】26.00 元/人",
        "2019-10-17",
    ):
        assert words in text


def test_a_month_below_the_line_is_an_answer(files: tuple[str, str]) -> None:
    rule, index = files

    told = json.loads(_run("evaluate", "--rule", rule, "--index", index, "--month", "2019-09", "--json"))

    assert (told["triggered"], told["amounts"], told["due_on"]) == (False, [], None)


def test_a_missing_month_blocks_and_says_so(files: tuple[str, str]) -> None:
    rule, index = files

    refusal = _refused(NeedsFacts, "evaluate", "--rule", rule, "--index", index, "--month", "2019-10")

    assert any("2019-10 还没有录入" in one["label"] for one in refusal.missing)  # type: ignore[attr-defined]


def test_cpi_typed_as_52_asks(files: tuple[str, str]) -> None:
    rule, _ = files
    call = ("evaluate", "--rule", rule, "--month", "2019-08", "--value", "CPI=52", "--value", "SCPI=4.0",
            "--standard", "低保=600")  # fmt: skip

    assert "是不是 5.2%?" in str(_refused(BadInput, *call))
    assert "启动" in _run(*call, "--yes")


def test_known_day_hides_what_was_published_later(files: tuple[str, str]) -> None:
    rule, index = files

    _refused(NeedsFacts, "evaluate", "--rule", rule, "--index", index, "--month", "2019-08", "--known", "2019-09-15")


def test_months_lists_each_month(files: tuple[str, str]) -> None:
    rule, index = files

    lines = _run("months", "--rule", rule, "--index", index, "--standard", "低保=600").splitlines()

    assert [line.split()[:2] for line in lines] == [["2019-08", "启动"], ["2019-09", "不启动"]]
    assert "26.00" in lines[0]


def test_check_says_the_rule_back(files: tuple[str, str]) -> None:
    text = _run("check", *files)

    assert "启动条件:CPI 当月达到 3.5%、食品 当月达到 6.0%任一成立" in text
    assert "自动适用的全国阶段" in text
    assert "指数 6 个,没有问题" in text


def test_check_runs_cases_with_their_own_rule(tmp_path: pathlib.Path) -> None:
    rule = "\n".join(f"    {line}" for line in RULE.splitlines())
    case = (
        f'- 案例: 泉州\n  地区: "3505"\n  指数月: 2019-08\n  指数: {{食品: 9.1, SCPI: 4.3}}\n  标准: {{低保: 600}}\n'
        f"  规则: |\n{rule}\n  应得: {{启动: 是, 金额: {{低保: 26}}}}\n"
    )
    right, wrong = tmp_path / "对.yaml", tmp_path / "错.yaml"
    right.write_text(case, encoding="utf-8")
    wrong.write_text(case.replace("低保: 26", "低保: 27"), encoding="utf-8")

    assert "都算对了" in _run("check", str(right))
    assert "应为 27.00,算得 26.00" in str(_refused(BadInput, "check", str(wrong)))


def test_measured_extra_cost(tmp_path: pathlib.Path) -> None:
    rule = tmp_path / "望奎.yaml"
    rule.write_text(
        'place: "231221"\nname: 望奎县\nrules:\n  - {from: 2019-01, document: 试验}\n'
        "basket: [{item: 肉, amount: 60 元}, {item: 蛋, amount: 20 元}, {item: 菜, amount: 80 元}]\n",
        encoding="utf-8",
    )
    call = ["evaluate", "--rule", str(rule), "--month", "2021-01", "--value", "CPI=2.4", "--value", "食品=5.9"]
    rises = ["--rise", "肉=18", "--rise", "蛋=12", "--rise", "菜=25"]

    assert json.loads(_run(*call, *rises, "--json"))["measured"]["extra_fen"] == 3320


# -- the how-to ---------------------------------------------------------------------------------------


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.S)


def _as_file(block: str) -> str:
    """Make a rule file of a snippet: a whole one, a part of the file, or parts of a version."""
    if block.startswith("place:"):
        return block
    first = block.lstrip("# \n").split(":")[0].splitlines()[-1]
    return HEAD + block if first in schema.keys("") else rule_text(block)


def _snippets() -> list[str]:
    """List the snippets; where a block shows the same key several times, each line is a snippet."""
    found: list[str] = []
    for block in _blocks("yaml"):
        keys = re.findall(r"^(\w+):", block, re.M)
        if len(keys) != len(set(keys)):
            found += [line for line in block.splitlines() if line.strip()]
        else:
            found.append(block)
    return [one for one in found if "案例" not in one and "rows:" not in one]


OWN = "own:\n  groups: [{name: old_revolutionary, label: 五老}]\n"


@pytest.mark.parametrize("snippet", _snippets())
def test_every_snippet_of_the_howto_is_a_rule(snippet: str) -> None:
    text = _as_file(snippet)
    for key in ("start", "groups"):
        if re.match(rf"{key}:", snippet):
            text = re.sub(rf"^    {key}: .*\n", "", text, count=1, flags=re.M)
    text = text.replace("…", "省略")

    assert rulefile.parse(text if "own:" in text else text + OWN, "片段.yaml").versions


def test_howto_names_every_key_of_the_file() -> None:
    text = HOWTO.read_text(encoding="utf-8")
    every: Sequence[str] = (*schema.keys(""), *schema.keys("version"), *schema.keys("phase"), *schema.FORMULA_KEYS)

    assert [key for key in every if not re.search(rf"\b{key}\b", text)] == []


def test_first_example_of_the_howto_pays(tmp_path: pathlib.Path) -> None:
    rule = tmp_path / "泉州.yaml"
    rule.write_text(_blocks("yaml")[0], encoding="utf-8")

    told = json.loads(
        _run("evaluate", "--rule", str(rule), "--month", "2019-08", "--value", "食品=9.1", "--value", "SCPI=4.3",
             "--standard", "低保=600", "--json")
    )  # fmt: skip

    assert {one["amount_fen"] for one in told["amounts"]} == {2600}
