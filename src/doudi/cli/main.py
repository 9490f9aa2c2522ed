"""The one entry: ``doudi --help`` reads like a table of contents.

Exit codes: 0 done, 1 refused with a reason, 2 wrong call.
"""

import sys
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console

from doudi.cli import admin, case, facts, law, month, pay, places, policy, price, report, simulate, sql, standards
from doudi.kernel.errors import DoudiError, NeedsFacts

app = typer.Typer(
    name="doudi",
    help="兜底:困难群众基本生活保障系统。事实 → 认定 → 审核确认 → 待遇 → 发放 → 账簿 → 报表。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: list[Callable[..., Any]] = [
    *admin.COMMANDS,
    *law.COMMANDS,
    *facts.COMMANDS,
    *month.COMMANDS,
    *simulate.COMMANDS,
    *sql.COMMANDS,
]
for command in COMMANDS:
    app.command(name=command.__name__.rstrip("_"))(command)
app.add_typer(admin.users, name="users", help="用户与岗位")
app.add_typer(admin.date, name="date", help="业务日期")
app.add_typer(policy.app, name="policy", help="条款、参数、开关")
app.add_typer(standards.app, name="standards", help="标准表、提标测算")
app.add_typer(places.app, name="places", help="行政区划")
app.add_typer(case.app, name="case", help="建议的审核与确认")
app.add_typer(price.app, name="price", help="价格临时补贴:规则文件、指数、启动、数额")
app.add_typer(pay.app, name="pay", help="发放批次、银行文件、回盘、对账")
app.add_typer(report.app, name="report", help="报表")


def main() -> None:
    """Run a command and turn an anticipated error into words and an exit code."""
    try:
        app(prog_name="doudi")
    except DoudiError as error:
        say = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        say.print(f"没有完成:{error.text}")
        if isinstance(error, NeedsFacts):
            for lack in error.missing:
                say.print(f"  缺少 {lack.get('label', '')}:{lack.get('who', '')}")
        if error.step:
            say.print(f"下一步:{error.step}")
        sys.exit(1)
    except KeyboardInterrupt:
        Console(stderr=True).print("已中断,可以再次运行同一命令继续。")
        sys.exit(1)


if __name__ == "__main__":
    main()
