"""Every command of ``doudi``; ``--help`` reads like a table of contents."""

from collections.abc import Callable
from typing import Any

from doudi.cli import (
    admin,
    campaign,
    case,
    facts,
    law,
    month,
    pay,
    places,
    policy,
    price,
    report,
    simulate,
    sql,
    standards,
)
from doudi.cli.main import name_of, new_app

app = new_app()

COMMANDS: list[Callable[..., Any]] = [
    *admin.COMMANDS,
    *law.COMMANDS,
    *facts.COMMANDS,
    *month.COMMANDS,
    *simulate.COMMANDS,
    *sql.COMMANDS,
]
for command in COMMANDS:
    app.command(name=name_of(command))(command)
app.add_typer(admin.users, name="users", help="用户与岗位")
app.add_typer(admin.date, name="date", help="业务日期")
app.add_typer(policy.app, name="policy", help="条款、参数、开关")
app.add_typer(standards.app, name="standards", help="标准表、提标测算")
app.add_typer(places.app, name="places", help="行政区划")
app.add_typer(case.app, name="case", help="建议的审核与确认")
app.add_typer(price.app, name="price", help="价格临时补贴:规则文件、指数、启动、数额")
app.add_typer(campaign.app, name="campaign", help="节日补助、一次性补贴:活动文件、花名册、批准")
app.add_typer(pay.app, name="pay", help="发放批次、银行文件、回盘、对账")
app.add_typer(report.app, name="report", help="报表")
