"""``doudi places``: the division tree as it was on a day."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.places.slips import Place

app = typer.Typer(no_args_is_help=True)

OnOption = Annotated[str, typer.Option("--on", help="按哪一天的区划,如 2022-04-15;默认业务日期")]


@app.command()
def tree(
    code: Annotated[str, typer.Argument(help="区划代码,如 231084;不写为全国")] = "",
    depth: Annotated[int, typer.Option(help="往下几级")] = 1,
    on: OnOption = "",
) -> None:
    """列出一个区划和它以下各级,按某一天的名称。"""
    from doudi.cli.edge import ready
    from doudi.kernel import codes

    ready()
    from doudi.places import queries

    day = _day(on)
    top = queries.division(codes.from_padded(code) if code else "", day)
    typer.echo(f"{top.path_name}({day})")
    rows = [top]
    for level in range(top.level + 1, min(top.level + depth, 5) + 1):
        rows += queries.below(top.code, level, day)
    for place in sorted(rows, key=lambda p: p.code):
        typer.echo(_line(place, place.level - top.level))


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="名称的一部分、拼音、首字母或代码")],
    on: OnOption = "",
    limit: Annotated[int, typer.Option(help="最多几个")] = 20,
) -> None:
    """按名称、拼音、首字母或代码查找区划。"""
    from doudi.cli.edge import ready

    ready()
    from doudi.places import queries

    found = queries.search(text, _day(on), limit=limit)
    if not found:
        raise BadInput(f"没有找到“{text}”", next_step="可以写名称的一部分,或拼音首字母,如 nas")
    for place in found:
        typer.echo(f"{_line(place, 0)}  {place.path_name}")


@app.command()
def history(code: Annotated[str, typer.Argument(help="区划代码")], on: OnOption = "") -> None:
    """列出一个代码用过的名称,以及它后来并入、改为哪里。"""
    from doudi.cli.edge import ready

    ready()
    from doudi.places import queries
    from doudi.places.tree import NOT_RECORDED

    day = _day(on)
    names = queries.name_history(code)
    if not names:
        raise queries.UnknownDivision(code=code, when="")
    for place in names:
        since = "起期未载" if place.since == NOT_RECORDED else f"{place.since} 起"
        until = f",{place.until} 止" if place.until else ""
        typer.echo(f"{place.code} {place.name}({since}{until}) 来源:{place.source}")
    for step in queries.successions(code, day):
        mark = "" if step.verified else "(未核实)"
        typer.echo(f"{step.effective_on} {step.from_code} → {step.to_code} {step.document}{mark} {step.note}")


def _line(place: "Place", indent: int) -> str:
    own = " 自编代码" if place.own_code else ""
    return f"{'  ' * indent}{place.code or '--':<13}{place.name} {place.kind}{own}"


def _day(text: str) -> dt.date:
    """Read the day asked for, or take the business date.

    :raises BadInput: not a day.
    """
    from doudi.cli.edge import business_day, read_day

    return read_day(text, "--on") if text else business_day()
