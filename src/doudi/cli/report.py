"""``doudi report``: the weekly report."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def reports() -> None:
    """报表由记录自动形成,每个数都能点开。"""


@app.command()
def weekly(
    county: Annotated[str, typer.Option(help="区划代码:县级按记录,市、省级按各县报送汇总")],
    week_end: Annotated[str, typer.Option(help="报告周的周五,如 2022-04-15,默认业务日期所在周")] = "",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写成 XLSX 文件")] = None,
    submit: Annotated[bool, typer.Option("--submit", help="报送")] = False,
    zero: Annotated[bool, typer.Option("--zero", help="确认零报告")] = False,
    reason: Annotated[str, typer.Option(help="更正理由(第二版起)")] = "",
    login: Annotated[str, typer.Option("--as", help="以哪个登录名办理,默认系统")] = "",
) -> None:
    """每周报表:周六至周五,周五 17:00 前报送(遇放假提前)。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.places import queries as places
    from doudi.reports import queries, services, workbook
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    friday = _friday(week_end, on)
    with acting(actor, county):
        report = queries.weekly(county, friday)
        name = places.path_name(county, friday)
        submission = None
        if submit:
            submission = services.submit(county, friday, actor=actor, on=on, reason=reason, zero_confirmed=zero)
        content = workbook.workbook(report, name, submission, actor.name, on) if out else b""
    _print(report, name)
    if submission:
        late = "(迟报)" if submission.is_late else ""
        typer.echo(f"已报送第 {submission.version} 版{late}")
    if out:
        _write(out, content)
        typer.echo(f"{out}:已写出")


def _friday(text: str, on: dt.date) -> dt.date:

    from doudi.kernel.calendar import week_of_report
    from doudi.kernel.errors import BadInput

    if not text:
        return week_of_report(on).last_day
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"日期“{text}”无法识别", where="--week-end", next_step="请写成 2022-04-15") from error


def _print(report: object, name: str) -> None:
    from doudi.kernel.money import yuan
    from doudi.reports.queries import Weekly

    assert isinstance(report, Weekly)
    typer.echo(f"{name} {report.week.words},期限 {report.due.words}")
    for figure in report.figures:
        cell = figure.cell
        if figure.value is None:
            typer.echo(f"  {cell.group} {cell.label}:{figure.note or '--'}")
        else:
            shown = yuan(figure.value) if cell.is_money else str(figure.value)
            typer.echo(f"  {cell.group} {cell.label}:{shown} {cell.unit}")
    for code, missing in report.missing:
        typer.echo(f"  缺报:{missing}({code})")


def _write(path: Path, content: bytes) -> None:
    from doudi.kernel.errors import BadInput

    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput("文件写不进去", where=str(path), next_step="请核对文件夹和权限") from error
