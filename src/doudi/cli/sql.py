"""``doudi sql``: look through the operators' views, read-only and within a scope."""

import csv
import io
from typing import Annotated

import typer


def sql(
    statement: Annotated[str, typer.Argument(help="一条 SELECT 语句;视图见操作手册")],
    scope: Annotated[str, typer.Option(help="只看这个区划及其下级,默认全国")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="以内置数据库的超级用户执行,可以改动;只用于演练")] = False,
) -> None:
    """以只读角色查询视图,结果为 CSV。"""
    import psycopg

    from doudi.cli.edge import ready
    from doudi.kernel.codes import check, upper
    from doudi.kernel.errors import BadInput
    from doudi.platform.database import admin_connection, reader_connection

    ready()
    code = check(scope)
    with admin_connection("doudi") if admin else reader_connection() as connection:
        connection.execute(
            "select set_config('app.r0', %s, false), set_config('app.r1', %s, false)", [code, upper(code)]
        )
        try:
            cursor = connection.execute(statement.encode())
        except psycopg.Error as error:
            raise BadInput(str(error).splitlines()[0], where="SQL", next_step="视图和列见操作手册第 12 节") from error
        if cursor.description:
            sheet = io.StringIO()
            writer = csv.writer(sheet)
            writer.writerow([column.name for column in cursor.description])
            writer.writerows(cursor.fetchall())
            typer.echo(sheet.getvalue(), nl=False)
        else:
            typer.echo(cursor.statusmessage or "")


COMMANDS = [sql]
