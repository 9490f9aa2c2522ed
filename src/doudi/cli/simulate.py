"""``doudi simulate``: who gains, who loses, what it costs; from files, or on the counties in the database."""

import json
import pathlib
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from doudi.kernel.errors import BadInput

FORMAT = """\
方案文件(YAML):

reform: 2022年7月城乡低保提标测算     # 名称
on: 2022-07-01                        # 按哪一天的政策
known: 2022-06-30                     # 可不写:只用这一天已经知道的政策
programmes: [dibao, dibao_marginal]   # 可不写:只报告这些项目;不写则报告改动涉及的全部项目
change:                               # 至少一处;地方写最近的算
  - {parameter: dibao_standard_fen_m_pc, place: "21", area: urban, scale: 1050, round: 100, because: LN2020-5.1}
  - {parameter: dibao_standard_fen_m_pc, place: "2107", area: rural, add: 20 元/月}
  - {parameter: marginal_line_permille, place: "", set: 2000}
must_hold: [rural_above_poverty_line, gap_not_wider, nobody_below_before]   # 可不写
poverty_line: 4000 元/年              # must_hold 写了第一项时必填

place 为区划代码,"" 为全国;area 为 urban、rural,不写为城乡都改。
set 改为、add 增加(可为负)、scale 为现值的千分之几,按 round(分)进位。参数名见 doudi policy params。
"""


def simulate(
    reform_file: Annotated[pathlib.Path | None, typer.Argument(metavar="REFORM", help="方案文件(YAML)")] = None,
    people: Annotated[
        pathlib.Path | None, typer.Option("--people", help="含 persons、households(.parquet 或 .csv)的文件夹")
    ] = None,
    division: Annotated[str, typer.Option("--division", help="不用文件:数据库中这个地区最近一次认定的人口")] = "",
    login: Annotated[str, typer.Option("--as", help="以哪个登录名保存(与 --division 同用)")] = "",
    place: Annotated[str, typer.Option("--place", help="households 里没有 place_code 时用的区划代码")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    show_format: Annotated[bool, typer.Option("--format", help="只显示方案文件的格式")] = False,
) -> None:
    """政策测算:谁受益、谁受损、新纳入和不再享受多少、每年多花多少;不改变任何待遇。"""
    if show_format:
        sys.stdout.write(FORMAT)
        return
    if reform_file is None:
        raise BadInput("没有写方案文件", where="REFORM", next_step="格式见 doudi simulate --format")
    if (people is None) == (not division):
        raise BadInput("人口来自文件夹(--people)或数据库(--division),写其中一个")
    result = _from_database(reform_file, division, login) if division else _from_files(reform_file, people, place)
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
        return
    sys.stdout.write("\n".join(_lines(result)) + "\n")


def _from_files(reform_file: pathlib.Path, people: pathlib.Path | None, place: str) -> dict[str, Any]:
    from doudi.cli.edge import set_up
    from doudi.engine import packs, reform
    from doudi.engine.files import find
    from doudi.engine.simulate import simulate_files

    set_up()
    from doudi.simulations.laying import laid_out

    assert people is not None
    if not people.is_dir():
        raise BadInput("没有这个文件夹", where=str(people))
    law = packs.load()
    asked = reform.load(reform_file, law)

    def progress(done: int, count: int) -> None:
        if count > 1 and sys.stderr.isatty():
            sys.stderr.write(f"\r已完成 {done}/{count} 块" + ("\n" if done == count else ""))

    found = simulate_files(
        law, asked, find(people, "person"), find(people, "household"), place_code=place or None, progress=progress
    )
    sources = {one: law.funding.rule_for(one, "", asked.on) for one in {effect.programme for effect in found.effects}}
    return {"title": asked.title, **laid_out(found, {use: rule.sources[0] for use, rule in sources.items() if rule})}


def _from_database(reform_file: pathlib.Path, division: str, login: str) -> dict[str, Any]:
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.security.scope import acting
    from doudi.simulations import services

    if not reform_file.is_file():
        raise BadInput("没有这个方案文件", where=str(reform_file), next_step="格式见 doudi simulate --format")
    actor = actor_of(login)
    with acting(actor):
        text = reform_file.read_text(encoding="utf-8")
        asked = services.read_text(text)
        made = services.simulate_division(asked, text, division, actor=actor, on=business_day())
        return {"title": made.title, "id": made.pk, **made.result}


def _lines(result: dict[str, Any]) -> list[str]:
    from doudi.kernel.money import yuan

    lines = [f"{result['title']}:按 {result['on']} 的政策,{result['person_count']:,} 人"]
    lines += [f"  {'符合' if one['holds'] else '不符合'}:{one['text']}" for one in result["held"]]
    for row in result["by_programme"]:
        lines.append(
            f"  {row['label']}:{row['granted_before']:,} → {row['granted_after']:,} {row['unit']},"
            f"新纳入 {row['newly_in']:,},不再享受 {row['newly_out']:,},"
            f"金额增加 {row['gainers']:,},减少 {row['losers']:,},"
            f"不能判断 {row['unknown_after']:,},每年增加 {yuan(row['fen_more_y'])} 元"
        )
    lines.append("各县(每年增加):")
    lines += [f"  {row['county_code']}  {yuan(row['fen_more_y'])} 元" for row in result["by_county"]]
    lines.append("各资金来源(每年增加):")
    lines += [f"  {row['label']}  {yuan(row['fen_more_y'])} 元" for row in result["by_fund"]]
    lines.append("假定:" + ";".join(result["assumptions"]))
    return lines


COMMANDS: list[Callable[..., Any]] = [simulate]
