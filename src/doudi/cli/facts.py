"""``doudi import`` and ``doudi seed``: department files in, invented department files out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from doudi.facts.outcome import ImportResult

PROBLEMS_SHOWN = 20


def import_(
    path: Annotated[Path, typer.Argument(help="部门文件(CSV、XLSX),或一个县的整个文件夹")],
    county: Annotated[str, typer.Option(help="县级区划代码,如 231084")],
    kind: Annotated[str, typer.Option(help="文件种类,如 roster、disability;不写则按文件名识别")] = "",
    known_on: Annotated[str, typer.Option("--known-on", help="获知日期,默认业务日期")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预检,不写入任何内容")] = False,
    confidentiality: Annotated[str, typer.Option(help="密级:internal、sensitive、restricted")] = "internal",
    login: Annotated[str, typer.Option("--as", help="以哪个登录名办理,默认系统")] = "",
) -> None:
    """装入部门文件。同一文件再装一次不会增加内容;退回行写成文件,附行号、字段和原因。"""
    from doudi.cli.edge import actor_of, business_day, read_day, ready
    from doudi.facts.columns import kind_of_file
    from doudi.facts.kinds import KINDS
    from doudi.kernel.errors import BadInput

    ready()
    from doudi.facts import imports
    from doudi.security.scope import acting

    actor = actor_of(login)
    day = read_day(known_on, "--known-on") if known_on else business_day()
    if path.is_dir():
        if kind:
            raise BadInput("文件夹按文件名识别种类", where="--kind", next_step="请去掉 --kind,或只给一个文件")
        with acting(actor, county):
            for result in imports.load_folder(path, division_code=county, known_on=day, actor=actor, dry_run=dry_run):
                _show(result)
        return
    if not kind:
        found = kind_of_file(path.name)
        if found is None:
            labels = "、".join(f"{k.name}({k.label})" for k in KINDS.values())
            raise BadInput(f"从文件名“{path.name}”认不出种类", next_step=f"请加 --kind,可用:{labels}")
        kind = found.name
    with acting(actor, county):
        _show(imports.load_file(path, kind, county, day, actor, dry_run, confidentiality))


def seed(
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个文件夹;每县一个子文件夹")],
    people: Annotated[int, typer.Option(help="每县人数")] = 20_000,
    seed: Annotated[int, typer.Option(help="种子;同一种子得到同样的文件")] = 1,
    county: Annotated[list[str] | None, typer.Option(help="县级区划代码,可写多次;默认三个演示县")] = None,
) -> None:
    """生成虚构人员的部门文件(含常见错误)和埋设清单 plant.csv,供演示和核对。"""
    import time

    from doudi.demo import generate
    from doudi.demo.families import AREAS
    from doudi.demo.plant import KINDS

    for code in county or list(AREAS):
        begun = time.monotonic()
        plant = generate.make(out / code, code, people=people, seed=seed)
        seconds = time.monotonic() - begun
        typer.echo(f"{code}:{plant.household_count} 户 {plant.person_count} 人,写入 {plant.folder}({seconds:.1f} 秒)")
        for kind, count in plant.counts.items():
            typer.echo(f"  {KINDS[kind]:<24}{count:>6}")


def _show(result: "ImportResult") -> None:
    """Print one file's outcome: the sentence, the remarks, the first problems and where the rest is."""
    typer.echo(f"{result.kind_label}({result.file_name}):{result.words}")
    for note in result.notes:
        typer.echo(f"  {note}")
    for problem in result.problems[:PROBLEMS_SHOWN]:
        typer.echo(f"  第 {problem.row_number} 行 {problem.field}:{problem.reason}")
    if len(result.problems) > PROBLEMS_SHOWN:
        typer.echo(f"  …… 共 {len(result.problems)} 行")
    if result.batch_id and not result.repeated:
        typer.echo(f"  批次 {result.batch_id},写入事实 {result.fact_count} 项")
    if result.error_file:
        typer.echo(f"  退回行:{result.error_file}")


COMMANDS: list[Callable[..., Any]] = [import_, seed]
