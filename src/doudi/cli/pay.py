"""``doudi pay``: payment runs, bank files, returns, reconciliation, allocations."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

Login = Annotated[str, typer.Option("--as", help="以哪个登录名办理,默认系统")]
County = Annotated[str, typer.Option(help="县级区划代码,如 231084")]
MonthText = Annotated[str, typer.Option("--month", help="月份,如 2022-04")]
RunId = Annotated[int, typer.Argument(help="批次编号(doudi pay list 可查)")]
LayoutFile = Annotated[Path | None, typer.Option("--layout", help="银行列对应文件(YAML),默认通用格式")]


@app.command()
def allocate(
    county: County,
    source: Annotated[str, typer.Option(help="资金来源:central、provincial、prefecture、county")],
    amount: Annotated[str, typer.Option(help="金额(元),如 1200000.00")],
    document: Annotated[str, typer.Option(help="依据文号")],
    login: Login = "",
) -> None:
    """记录下达到县的资金。同一文号、来源、金额、日期再记一次不会多出一笔。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.funds import services
    from doudi.kernel.money import fen_from_yuan, yuan
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor, county):
        journal = services.allocate(county, source, fen_from_yuan(amount), document=document, actor=actor, on=on)
    typer.echo(f"凭证 {journal.pk}:{county} {source} 下达 {yuan(fen_from_yuan(amount))} 元({document})")


@app.command()
def freeze(
    county: County,
    month: MonthText,
    kind: Annotated[str, typer.Option(help="regular 月度发放,back_pay 补发")] = "regular",
    months_ahead: Annotated[int, typer.Option("--ahead", help="提前发放以后的几个月(需有提前发放的决定)")] = 0,
    login: Login = "",
) -> None:
    """冻结应发名单,编成批次。再运行一次不会多出批次或明细。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.kernel.periods import Month
    from doudi.payments import services
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor, county):
        run = services.freeze_run(county, Month.parse(month), kind=kind, actor=actor, on=on, months_ahead=months_ahead)
    _tell(run)


@app.command()
def check(run_id: RunId, login: Login = "") -> None:
    """发放前校验:去世、重复、共用账户、终止、无账户,有问题的暂缓并写明原因。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.payments import queries, services
    from doudi.payments.models import HOLD_REASONS
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        run = services.check_run(run_id, actor=actor, on=on)
        held = queries.held_by_reason(run.pk)
        needed = queries.funds_needed(run.pk)
    _tell(run)
    for reason, count, fen in held:
        typer.echo(f"  暂缓 {HOLD_REASONS.get(reason, reason)}:{count} 笔 {_yuan(fen)} 元")
    for source, fen in needed.items():
        typer.echo(f"  需要资金 {source}:{_yuan(fen)} 元")


@app.command()
def approve(run_id: RunId, login: Annotated[str, typer.Option("--as", help="批准人的登录名,须与编制人不同")]) -> None:
    """第二人批准,按来源预留资金。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.payments import services
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        run = services.approve_run(run_id, actor=actor, on=on)
    _tell(run)
    typer.echo(f"  批准 {run.approved_count} 笔 {_yuan(run.approved_fen)} 元,封存值 {run.sealed_sha256}")


@app.command(name="bank-file")
def bank_file(
    run_id: RunId,
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个文件(.csv 或 .xlsx)")],
    layout: LayoutFile = None,
    login: Login = "",
) -> None:
    """出银行文件。再出一次,字节完全相同。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.payments import services
    from doudi.payments.layouts import GENERIC, load_layout
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    chosen = load_layout(layout) if layout else GENERIC
    with acting(actor):
        made = services.make_bank_file(
            run_id, actor=actor, on=on, format=out.suffix.lstrip(".").lower() or "csv", layout=chosen
        )
        made, content = services.hand_out(made.pk, actor=actor)
    _write(out, content)
    typer.echo(f"{out}:{made.line_count} 笔 {_yuan(made.sum_fen)} 元,SHA-256 {made.sha256}")


@app.command(name="return")
def return_(
    file: Annotated[Path, typer.Argument(help="银行回盘文件,CSV 或 XLSX")],
    run: Annotated[int | None, typer.Option("--run", help="批次编号,不写则按文件内容认定")] = None,
    layout: LayoutFile = None,
    login: Login = "",
) -> None:
    """装入银行回盘。分批、重复、乱序都可以;不符的行写明原因,不入账。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.payments import queries, services
    from doudi.payments.layouts import GENERIC, load_layout
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        taken = services.load_return(
            file, actor=actor, on=on, run_id=run, layout=load_layout(layout) if layout else GENERIC
        )
        refused = queries.return_rows(taken.pk, taken="refused")
        number, state = taken.pay_run.number, taken.pay_run.state_label
    if taken.is_repeated:
        typer.echo(f"这份文件已于 {taken.taken_on} 装入过,没有再记。当时的结果:")
    typer.echo(
        f"批次 {number}({state}):成功 {taken.paid_count},退票 {taken.failed_count},"
        f"重复 {taken.repeated_count},未受理 {taken.refused_count}"
    )
    for row in refused:
        typer.echo(f"  第 {row['row_number']} 行:{row['reason']}")


@app.command(name="fake-bank")
def fake_bank(
    file: Annotated[Path, typer.Argument(help="银行文件(CSV)")],
    out: Annotated[Path, typer.Option("-o", "--out", help="回盘写到哪个文件")],
    seed: Annotated[int, typer.Option(help="同一种子,同样的回盘")] = 1,
    failure_permille: Annotated[int, typer.Option(help="失败比例(‰)")] = 8,
) -> None:
    """模拟银行:由银行文件生成回盘文件,用于演示和测试。"""
    from doudi.kernel.errors import BadInput
    from doudi.payments.adapters.fake_bank import answer

    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput("文件打不开", where=str(file), next_step="请核对路径") from error
    _write(out, answer(content, seed=seed, failure_permille=failure_permille))
    typer.echo(f"{out}:已生成回盘")


@app.command()
def retry(run_id: RunId, login: Login = "") -> None:
    """把一个批次的退票编成补发批次,用现在有效的账户。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.payments import services
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        run = services.retry_returned(run_id, actor=actor, on=on)
    _tell(run)


@app.command()
def close(run_id: RunId, login: Login = "") -> None:
    """办结批次:银行、账簿、明细一致才能办结。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.payments import services
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        run = services.close_run(run_id, actor=actor, on=on)
    _tell(run)


@app.command()
def reconcile(county: County, month: MonthText, login: Login = "") -> None:
    """对账:应发、明细、账簿、银行,差一分也指出来。有无法解释的,退出码为 1。"""
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.kernel.errors import Refusal
    from doudi.kernel.periods import Month
    from doudi.payments import queries
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor, county):
        found = queries.reconcile(county, Month.parse(month))
    typer.echo(f"{county} {month} 应发 {found.expected_count} 项 {_yuan(found.expected_fen)} 元")
    for part in found.parts:
        typer.echo(f"  {part.label}:{part.count} 项 {_yuan(part.fen)} 元")
    said = (("明细", found.lines_paid_fen), ("账簿", found.ledger_paid_fen), ("银行", found.bank_paid_fen))
    typer.echo("  已付:" + ",".join(f"{name} {_yuan(fen)} 元" for name, fen in said))
    if not found.ties:
        raise Refusal(
            f"有 {_yuan(found.unexplained_fen)} 元无法解释,第一处:{found.first_unexplained or '账簿或银行'}",
            next_step="请运行 doudi verify 找出第一处不一致",
        )
    typer.echo("  无法解释:0.00 元")


@app.command(name="list")
def list_(
    county: Annotated[str, typer.Option(help="只看某县")] = "",
    login: Login = "",
) -> None:
    """列出批次。"""
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.payments.models import PayRun
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor, county or None):
        runs = list(PayRun.objects.order_by("-pk")[:100])
    for run in runs:
        _tell(run)
    if not runs:
        typer.echo("还没有批次。先运行 doudi pay freeze。")


def _tell(run: object) -> None:
    """Say where a run stands, in one line."""
    from doudi.payments.models import PayRun

    assert isinstance(run, PayRun)
    typer.echo(
        f"批次 {run.pk} {run.number} {run.kind_label} {run.state_label}:"
        f"{run.line_count} 笔 {_yuan(run.sum_fen)} 元,暂缓 {run.held_count} 笔"
    )


def _yuan(fen: int) -> str:
    from doudi.kernel.money import yuan

    return yuan(fen)


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read."""
    import os

    from doudi.kernel.errors import BadInput

    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
    except OSError as error:
        raise BadInput("文件写不进去", where=str(path), next_step="请核对文件夹和权限") from error
