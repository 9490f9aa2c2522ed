"""What every command needs first: the framework, the database, who acts, and the day."""

import datetime as dt
import os
from collections.abc import Sequence

from doudi.kernel import codes
from doudi.kernel.actors import SYSTEM, Actor
from doudi.kernel.errors import BadInput, NotPermitted, Upstream


def set_up() -> None:
    """Load the settings and the rooms, without touching the database. Files made from now on are private."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.platform.settings")
    import django

    django.setup()


def ready() -> None:
    """Load the rooms, start the embedded database when it sleeps, and see that it was migrated.

    :raises Upstream: the database does not answer, or was never migrated.
    """
    set_up()
    from django.db import OperationalError, connection

    from doudi.platform import database

    database.start()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('public.security_user') is not null")
            row = cursor.fetchone()
    except OperationalError as error:
        raise Upstream("数据库还没有准备好", next_step="请先运行 doudi migrate(或 doudi demo)") from error
    if not row or not row[0]:
        raise Upstream("数据库里还没有表", next_step="请先运行 doudi migrate(或 doudi demo)")


def actor_of(login: str) -> Actor:
    """Give the actor of a log-in; ``""`` is the system.

    :raises BadInput: nobody of that name has a post today.
    """
    if not login:
        return SYSTEM
    from doudi.security.clock import calendar_date
    from doudi.security.posts import actor_by_login

    return actor_by_login(login, calendar_date())


def business_day() -> dt.date:
    """Give the business date."""
    from doudi.security.clock import business_date

    return business_date()


def read_day(text: str, where: str = "日期") -> dt.date:
    """Read a day written as 2022-04-15.

    :raises BadInput: anything else.
    """
    try:
        if len(text) != 10:
            raise ValueError(text)
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"“{text}”不是日期", where=where, next_step="请写成 2022-04-15 的样子") from None


def counties_or_all(wanted: Sequence[str] | None, actor: Actor) -> list[str]:
    """Give the counties to work on: the named ones, or all with registered people in the actor's scope.

    :raises BadInput: not a county's code, or nobody is registered anywhere.
    :raises NotPermitted: a named county lies outside the actor's scope.
    """
    from doudi.registry.queries import counties_with_people
    from doudi.security.scope import acting

    if wanted:
        for code in wanted:
            if codes.level(codes.check(code)) != 3:
                raise BadInput(f"“{code}”不是县级区划代码", where="--county", next_step="例如宁安市 231084")
            if not codes.contains(actor.scope_code, code):
                raise NotPermitted(next_step="不在您的辖区内", division_code=code)
        return list(dict.fromkeys(wanted))
    with acting(actor):
        found = list(counties_with_people())
    if not found:
        raise BadInput("登记簿里还没有人", next_step="请先用 doudi import 装入花名册,或运行 doudi demo")
    return found
