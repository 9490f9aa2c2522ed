"""``doudi cycle``: the monthly chain up to proposals."""

from typing import Annotated

import typer


def cycle(
    month: Annotated[str, typer.Option(help="月份,如 2022-04")],
    county: Annotated[list[str] | None, typer.Option(help="县级区划代码,可多次;不写为全部有人的县")] = None,
    known_on: Annotated[str, typer.Option(help="按哪一天已知的事实,默认业务日期")] = "",
    login: Annotated[str, typer.Option("--as", help="以哪个登录名办理,默认系统")] = "",
) -> None:
    """跑一个月:已知事实 → 批量认定 → 建议。同样的事实再跑一次不会多出任何东西。"""
    from doudi.cli.edge import actor_of, business_day, counties_or_all, read_day, ready
    from doudi.kernel.periods import Month

    month_of = Month.parse(month)
    ready()
    from doudi.security.scope import acting
    from doudi.wiring.month import run_cycle

    actor, on = actor_of(login), business_day()
    known = read_day(known_on, "--known-on") if known_on else on
    for code in counties_or_all(county, actor):
        with acting(actor, code):
            result = run_cycle(code, month_of, on=on, known_on=known, actor=actor)
        typer.echo(f"{code} {month_of}:{result.household_count} 户 {result.person_count} 人,认定批次 {result.run_id}")
        for kind, count in sorted(result.proposal_counts.items()):
            typer.echo(f"  {kind:<24}{count:>8}")


COMMANDS = [cycle]
