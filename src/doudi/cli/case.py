"""``doudi case``: review and confirm proposals from the command line, each by a person in a post."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

County = Annotated[str, typer.Option(help="区划代码,如 231084;乡镇审核可写乡镇代码")]
MonthText = Annotated[str, typer.Option(help="月份,如 2022-04")]
Login = Annotated[str, typer.Option("--as", help="办理人的登录名;审核与确认须由不同的人")]


@app.command("list")
def list_proposals(county: County, login: Annotated[str, typer.Option("--as", help="登录名")] = "") -> None:
    """按状态和通道列出建议的件数。"""
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.cases import queries
    from doudi.security.scope import acting

    with acting(actor_of(login), county):
        for (state, lane), count in sorted(queries.proposal_counts(queries.Wanted(county, state="")).items()):
            typer.echo(f"{state:<12}{lane:<10}{count:>8}")


@app.command()
def review(county: County, month: MonthText, login: Login) -> None:
    """乡镇审核:批量通过清洁通道的建议。需要人看的逐件在网页办理。"""
    from doudi.cli.edge import actor_of, business_day, ready
    from doudi.kernel.periods import Month

    ready()
    from doudi.cases import services
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor):
        count = services.review_clean_lane(county, Month.parse(month), actor=actor, on=business_day())
    typer.echo(f"审核通过 {count} 件")


@app.command()
def confirm(county: County, month: MonthText, login: Login) -> None:
    """县级确认:批量确认清洁通道已审核的建议,并形成待遇。"""
    from doudi.cli.edge import actor_of, business_day, ready
    from doudi.kernel.periods import Month

    ready()
    from doudi.benefits import services as benefits
    from doudi.cases import services
    from doudi.security.scope import acting

    actor, on, month_of = actor_of(login), business_day(), Month.parse(month)
    with acting(actor):
        count = services.confirm_clean_lane(county, month_of, actor=actor, on=on)
        applied = benefits.apply_confirmed(county, month_of, actor=actor, on=on)
    typer.echo(f"确认 {count} 件;待遇:" + "、".join(f"{kind} {n}" for kind, n in applied.items()))
