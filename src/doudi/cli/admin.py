"""Running an installation: database, pages, demo, people, dates, checks, backups."""

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doudi.kernel.errors import BadInput, Refusal

if TYPE_CHECKING:
    from doudi.kernel.actors import Actor
    from doudi.security.models import User

users = typer.Typer(no_args_is_help=True)
date = typer.Typer(no_args_is_help=True)

PortOption = Annotated[int, typer.Option(min=1, max=65535, help="端口")]
HostOption = Annotated[str, typer.Option(help="监听地址;对外开放时另设 DOUDI_HOSTS")]
AsOption = Annotated[str, typer.Option("--as", help="以哪个登录名办理,默认系统")]


def migrate() -> None:
    """建立或更新数据库:角色、表、触发器、行级权限。可重复运行。"""
    from doudi.cli.edge import set_up

    set_up()
    from doudi.platform.migrate import migrate as bring_up_to_date

    tables = bring_up_to_date()
    typer.echo(f"数据库已是最新,{len(tables)} 个表受行级权限保护")


def serve(port: PortOption = 8000, host: HostOption = "127.0.0.1") -> None:
    """打开网页服务,Ctrl-C 结束。"""
    from doudi.cli.edge import ready

    ready()
    from doudi.platform import serve as web

    if (pid := web.running_pid()) is not None:
        raise Refusal(f"网页服务已在运行(进程 {pid})", next_step="先运行 doudi stop")
    typer.echo(f"网页地址 http://{host}:{port}/")
    web.serve(host, port)


def stop() -> None:
    """停止网页服务和内置数据库。"""
    from doudi.cli.edge import set_up

    set_up()
    from doudi.platform import serve as web

    for line in web.stop():
        typer.echo(line)


def status() -> None:
    """显示安装的状态:文件夹、数据库、网页服务、业务日期。"""
    from doudi.cli.edge import set_up

    set_up()
    from django.conf import settings

    from doudi.platform import database
    from doudi.platform import serve as web

    typer.echo(f"数据文件夹  {settings.DOUDI_HOME}")
    if database.is_embedded():
        box = database.box()
        typer.echo(f"数据库      内置,{'运行中' if box.ready() else '没有运行'},位于 {box.place}")
    else:
        typer.echo("数据库      由 DATABASE_URL 指定")
    pid = web.running_pid()
    typer.echo(f"网页服务    {f'运行中(进程 {pid})' if pid else '没有运行'}")


def demo(
    people: Annotated[int, typer.Option(min=400, max=2_000_000, help="每县人数")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="随机种子,同种子同数据")] = 1,
    port: PortOption = 8000,
    host: HostOption = "127.0.0.1",
    stay: Annotated[bool, typer.Option("--serve/--no-serve", help="是否打开网页服务")] = True,
) -> None:
    """建库、装政策和区划、生成三个示例县、跑完认定和两个月的发放、打开网页。再次运行几秒启动,数据保留。"""
    from doudi.cli.edge import set_up

    set_up()
    from doudi.cli import demonstration

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    web = None
    try:
        demonstration.prepare(typer.echo)
        if stay:
            web = demonstration.open_pages(host, port, typer.echo)
        demonstration.show_logins(typer.echo)
        demonstration.run_months(people=people, seed=seed, say=typer.echo)
        if web:
            typer.echo(f"全部就绪。网页地址 http://{host}:{port}/ (Ctrl-C 结束;数据库用 doudi stop 停止)")
            sys.exit(web.wait())
    finally:
        if web and web.poll() is None:
            web.terminate()
            try:
                web.wait(timeout=15)
            except subprocess.TimeoutExpired:
                web.kill()


def verify(
    sample: Annotated[int, typer.Option(min=0, max=100_000, help="每个认定批次重算多少户")] = 50,
) -> None:
    """核对全部:留痕链、封存的行、账簿、发放、认定重算。指出第一处损坏,并以退出码 1 结束。"""
    from doudi.cli.edge import ready

    ready()
    from doudi.audit.verify import ChainHead
    from doudi.platform.verify import checks

    heads: list[ChainHead] = []
    first = ""
    for one in checks(sample, heads):
        typer.echo(f"{'✗' if one.wrong else '✓'} {one.name}({one.looked_at},{one.seconds:.1f} 秒)")
        for line in one.wrong[:10]:
            typer.echo(f"    {line}")
        first = first or (one.wrong[0] if one.wrong else "")
    for head in heads:
        typer.echo(f"  链头 {head.chain} 第 {head.seq} 条 {head.hash}")
    if first:
        raise Refusal(f"第一处损坏:{first}", next_step="请保留现场,通知审计,用备份比对")
    typer.echo("全部相符。请把链头抄存到系统之外,可证明留痕没有被整体改写。")


def backup(
    file: Annotated[Path, typer.Argument(help="备份文件,如 /备份/doudi-20220415.tar")],
    keys: Annotated[bool, typer.Option("--keys/--no-keys", help="是否包含密钥文件")] = True,
) -> None:
    """备份数据库、快照、银行文件和密钥到一个文件。"""
    from doudi.cli.edge import ready

    ready()
    from django.utils import timezone

    from doudi.platform import backup as keeping

    made = keeping.backup(file.absolute(), on=timezone.localtime(), with_keys=keys)
    typer.echo(
        f"已备份到 {made.path}:{made.byte_count:,} 字节,附带文件 {made.file_count} 个,留痕 {made.entry_count:,} 条"
    )
    typer.echo(f"sha256 {made.sha256}")
    typer.echo("备份含密钥,拿到它就能读到全部号码,请离线保管" if keys else "备份不含密钥,请另行保管 keys.json")


def restore(
    file: Annotated[Path, typer.Argument(help="doudi backup 生成的文件")],
    drill: Annotated[bool, typer.Option("--drill", help="演练:恢复到旁边的库,核对后删除,不动现有数据")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="确认替换现有数据")] = False,
) -> None:
    """从备份恢复。恢复前先核对备份的每个文件。"""
    from doudi.cli.edge import set_up

    set_up()
    from doudi.platform import backup as keeping

    if drill:
        wrong = []
        for one in keeping.drill(file.absolute(), 20):
            typer.echo(f"{'✗' if one.wrong else '✓'} {one.name}({one.looked_at})")
            wrong += one.wrong
        if wrong:
            raise Refusal(f"演练发现损坏:{wrong[0]}", next_step="请换一份备份再演练")
        typer.echo("演练通过,现有数据没有变动")
        return
    if not yes:
        raise Refusal("恢复会替换现有数据库和文件,没有执行", next_step="确认后加 --yes;只想试恢复用 --drill")
    manifest = keeping.restore(file.absolute())
    typer.echo(f"已恢复到 {manifest['made_at']} 的状态,请运行 doudi verify 核对")


@users.command("add")
def add_user(
    login: Annotated[str, typer.Argument(help="登录名")],
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[str, typer.Option(help="岗位:village township county finance province auditor administrator")],
    scope: Annotated[str, typer.Option(help="辖区代码,如 231084;全国不写")] = "",
    person: Annotated[str, typer.Option(help="工号:同一人的几个登录名用同一工号,默认同登录名")] = "",
    since: Annotated[str, typer.Option(help="任职起日,默认今天")] = "",
    until: Annotated[str, typer.Option(help="任职止日(不含),默认长期")] = "",
    password: Annotated[str, typer.Option(help="口令,默认随机生成并显示一次")] = "",
    login_as: AsOption = "",
) -> None:
    """新建用户并给一个岗位;已有的用户再加一个岗位。"""
    from doudi.cli.edge import actor_of, read_day, ready

    ready()
    from doudi.kernel import codes
    from doudi.security import services
    from doudi.security.clock import calendar_date
    from doudi.security.models import User
    from doudi.security.scope import acting

    actor = actor_of(login_as)
    secret = password or services.new_password()
    scope = codes.from_padded(scope) if scope else ""
    begins = read_day(since, "--since") if since else calendar_date()
    ends = read_day(until, "--until") if until else None
    services.check_post(role, scope)
    with acting(actor):
        user = User.objects.filter(login=login).first()
        made = user is None
        if user is None:
            user = services.make_user(
                login=login,
                name=name,
                password=secret,
                person_key=person or login,
                actor=actor,
                must_change=not password,
            )
        services.give_post(user, role=role, scope_code=scope, since=begins, until=ends, actor=actor)
    typer.echo(f"{'已建用户' if made else '已加岗位'} {login} {name} {role} {scope or '全国'}")
    if made and not password:
        typer.echo(f"口令 {secret} (只显示这一次,首次登录须修改)")


@users.command("list")
def list_users() -> None:
    """列出用户和在任岗位。"""
    from doudi.cli.edge import ready

    ready()
    from doudi.kernel.actors import ROLES
    from doudi.security.models import Post

    for post in Post.objects.select_related("user").order_by("user__login", "since"):
        user, ends = post.user, post.until or "长期"
        state = "" if user.is_active else " 已停用"
        held = f"{ROLES[post.role]:<12}{post.scope_code or '全国':<14}{post.since}—{ends}"
        typer.echo(f"{user.login:<14}{user.name:<8}{held}{state}")


@users.command("passwd")
def set_password(
    login: Annotated[str, typer.Argument(help="登录名")],
    password: Annotated[str, typer.Option(help="口令,默认随机生成并显示一次")] = "",
    login_as: AsOption = "",
) -> None:
    """重设口令。"""
    user, actor = _user_and_actor(login, login_as)
    from doudi.security import services
    from doudi.security.scope import acting

    secret = password or services.new_password()
    with acting(actor):
        services.set_password(user, secret, actor=actor)
    typer.echo("口令已重设" if password else f"口令已重设:{secret}")


@users.command("unlock")
def unlock_user(login: Annotated[str, typer.Argument(help="登录名")], login_as: AsOption = "") -> None:
    """解除因口令输错而锁定的登录。"""
    user, actor = _user_and_actor(login, login_as)
    from doudi.security import services
    from doudi.security.scope import acting

    with acting(actor):
        services.unlock(user, actor=actor)
    typer.echo(f"{login} 已解锁")


@users.command("disable")
def disable_user(login: Annotated[str, typer.Argument(help="登录名")], login_as: AsOption = "") -> None:
    """停用用户:不能再登录,办过的事仍在。"""
    _set_active(login, login_as, False)
    typer.echo(f"{login} 已停用")


@users.command("enable")
def enable_user(login: Annotated[str, typer.Argument(help="登录名")], login_as: AsOption = "") -> None:
    """重新启用用户。"""
    _set_active(login, login_as, True)
    typer.echo(f"{login} 已启用")


def _set_active(login: str, login_as: str, active: bool) -> None:
    user, actor = _user_and_actor(login, login_as)
    from doudi.security import services
    from doudi.security.scope import acting

    with acting(actor):
        services.set_active(user, active, actor=actor)


def _user_and_actor(login: str, login_as: str) -> "tuple[User, Actor]":
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.security.models import User

    user = User.objects.filter(login=login).first()
    if user is None:
        raise BadInput(f"没有登录名“{login}”", next_step="用 doudi users list 查看")
    return user, actor_of(login_as)


@date.command("show")
def show_date() -> None:
    """显示业务日期。"""
    from doudi.cli.edge import business_day, ready

    ready()
    typer.echo(f"业务日期 {business_day()}")


@date.command("set")
def set_date(
    day: Annotated[str, typer.Argument(help="日期,如 2022-04-15;写 today 恢复为当天")],
    reason: Annotated[str, typer.Option(help="原因")] = "",
    login_as: AsOption = "",
) -> None:
    """设置业务日期,演示和补办往月时使用。"""
    from doudi.cli.edge import actor_of, business_day, read_day, ready

    value: dt.date | None = None if day == "today" else read_day(day)
    ready()
    from doudi.security import services
    from doudi.security.scope import acting

    actor = actor_of(login_as)
    with acting(actor):
        services.set_business_date(value, actor=actor, reason=reason)
    typer.echo(f"业务日期 {business_day()}")


COMMANDS: list[Callable[..., Any]] = [migrate, serve, stop, demo, verify, backup, restore, status]
