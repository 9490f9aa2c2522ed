"""``doudi standards``: the table of standards, and what a list of rises comes to."""

import datetime as dt
import pathlib
from typing import Annotated

import typer

from doudi.kernel import codes
from doudi.kernel.errors import BadInput

app = typer.Typer(no_args_is_help=True)

PlaceOption = Annotated[str, typer.Option("--place", help="区划代码,如 21")]
OnOption = Annotated[str, typer.Option("--on", help="哪一天,如 2020-07-01;默认业务日期")]
FilesOnly = Annotated[bool, typer.Option("--packs-only", help="只看政策包,不连数据库、不含地方登记")]


@app.command()
def table(
    place: PlaceOption,
    on: OnOption = "",
    scheme: Annotated[str, typer.Option(help="项目,如 低保")] = "",
    history: Annotated[bool, typer.Option("--history", help="连同历年")] = False,
) -> None:
    """列出一个地方、它的上级和下级的标准:公布数、折合每月、期间、文件。"""
    from doudi.cli.edge import business_day, read_day, ready

    ready()
    from doudi.engine.parameters import AREA_LABEL
    from doudi.places import queries as places
    from doudi.standards import queries

    day = read_day(on, "--on") if on else business_day()
    if scheme and scheme not in queries.schemes():
        raise BadInput(f"没有项目“{scheme}”", where="--scheme", next_step=f"可用:{'、'.join(queries.schemes())}")
    found = queries.standards_table(codes.check(place), day, scheme=scheme, with_history=history)
    names = places.names_of({line.row.place for line in found}, day)
    for line in found:
        row = line.row
        late = f" {row.known_on} 获知" if line.is_late else ""
        typer.echo(
            f"{line.about.label}  {names.get(row.place, row.place)} {AREA_LABEL[row.area]}  {line.published}"
            f"(折合 {line.monthly})  {row.since} 至 {line.until or '未定'}{late}  {row.document}"
            f"{'' if row.verified else '  ※未核实'}"
        )
    typer.echo(f"共 {len(found)} 项")


@app.command()
def measure(
    file: Annotated[pathlib.Path, typer.Argument(help="CSV 或 XLSX:区划代码或地区、城乡、原标准、新标准、保障人数")],
    place: PlaceOption,
    on: OnOption = "",
    band: Annotated[int, typer.Option(help="归并档次的宽度,百分数")] = 5,
    packs_only: FilesOnly = False,
) -> None:
    """测算一批提标方案:加权平均提高幅度与目标、城乡比、扶贫标准、县间差距和归并建议。"""
    from doudi.cli.edge import business_day, read_day, ready, set_up

    set_up() if packs_only else ready()
    from doudi.facts import readers
    from doudi.policy import queries as policy
    from doudi.standards import measure as measuring
    from doudi.standards import queries, sheets

    if packs_only and not on:
        raise BadInput("只看政策包时要写明日期", where="--on", next_step="例如 --on 2020-07-01")
    day = read_day(on, "--on") if on else business_day()
    stick = queries.yardstick(codes.check(place), day, [] if packs_only else policy.local_rows(day))
    lines = sheets.lines_of(sheets.read_rows(readers.read(file).rows))
    found = measuring.measure(lines, stick.target, stick.floor_fen_y, band * 10)
    for text in told(found, stick, day):
        typer.echo(text)
    if found.below_floor:
        names = "、".join(one.line.name for one in found.below_floor)
        raise BadInput(f"{names}的农村标准不高于扶贫标准({stick.floor_clause})", next_step="请提高后再测算")


def told(found, stick, day: dt.date) -> list[str]:  # type: ignore[no-untyped-def]
    """Say what was measured, a line each."""
    from doudi.standards import measure as m

    rows = []
    for area in found.areas:
        target = "没有登记" if area.target_permille is None else f"{area.target_permille / 10:g}%"
        verdict = {True: "达到", False: "未达到", None: "不能判断"}[area.is_met]
        rows.append(
            f"{m.AREA_WORD[area.area]}加权平均 {m.yuan_a_month(area.before_fen_y)} → "
            f"{m.yuan_a_month(area.after_fen_y)} 元/月,提高 {m.percent(area.rise)},目标 {target},{verdict}(LN2020-5.1)"
        )
        rows.append(
            f"  最高 {area.highest.name},最低 {area.lowest.name},相差 {m.times(area.spread)} 倍;"
            f"全员按提高额估算一年多支出 {m.yuan_a_month(area.extra_fen_y * 12)} 元(不含新增对象)"
        )
        for band in area.bands:
            if len(band.places) > 1 and band.extra_fen_y:
                rows.append(f"  可统一为 {m.yuan_a_month(band.unified_fen_y)} 元/月:{'、'.join(band.places)}")
    for one in found.lines:
        over = one.line.rise_over_subsidy
        if one.is_below_target or over is not None:
            mark = ",低于目标" if one.is_below_target else ""
            taken_in = f",计入已发价格补贴后 {m.percent(over)}(LN2020-5.2)" if over is not None else ""
            rows.append(
                f"  {one.line.name}({m.AREA_WORD[one.line.area]})提高 {m.percent(one.line.rise)}{mark}{taken_in}"
            )
    for ratio in [*found.ratios, *([found.overall] if found.overall else [])]:
        rows.append(f"城乡比 {ratio.name} {m.times(ratio.before)} → {m.times(ratio.after)},{ratio.word}(LN2020-5.4)")
    if stick.floor is None:
        rows.append(f"{day} 没有登记须高于的扶贫标准,未核对")
    return rows
