"""The one entry. Exit codes: 0 done, 1 refused with a reason, 2 wrong call."""

import sys
from collections.abc import Callable
from typing import Any

import typer

from doudi.kernel.errors import DoudiError, NeedsFacts

ALONE = ("explain", "decide", "schema")


def new_app() -> typer.Typer:
    """Make the application without its commands."""
    return typer.Typer(
        name="doudi",
        help="兜底:困难群众基本生活保障系统。事实 → 认定 → 审核确认 → 待遇 → 发放 → 账簿 → 报表。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def name_of(command: Callable[..., Any]) -> str:
    return command.__name__.rstrip("_")


def app_for(words: list[str]) -> typer.Typer:
    """Give the application; a command that needs files alone does not wait for the others to be read."""
    if words and words[0] in ALONE:
        from doudi.cli import law

        app = new_app()
        for command in law.COMMANDS:
            app.command(name=name_of(command))(command)
        return app
    from doudi.cli.commands import app

    return app


def main() -> None:
    """Run a command and turn an anticipated error into words and an exit code."""
    try:
        app_for(sys.argv[1:])(prog_name="doudi")
    except DoudiError as error:
        from rich.console import Console

        say = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        say.print(f"没有完成:{error.text}")
        if isinstance(error, NeedsFacts):
            for lack in error.missing:
                say.print(f"  缺少 {lack.get('label', '')}:{lack.get('who', '')}")
        if error.step:
            say.print(f"下一步:{error.step}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("已中断,可以再次运行同一命令继续。\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
