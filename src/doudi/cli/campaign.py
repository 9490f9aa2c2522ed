"""``doudi campaign``: one-off payments by a document: file, approval, rosters, lines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.campaigns.definition import Definition
    from doudi.campaigns.models import Roster
    from doudi.campaigns.rosters import Preview

app = typer.Typer(no_args_is_help=True)

Login = Annotated[str, typer.Option("--as", help="以哪个登录名办理")]
Number = Annotated[int, typer.Argument(help="活动编号(doudi campaign list 可查)")]
RosterNumber = Annotated[int, typer.Argument(help="花名册编号")]
County = Annotated[str, typer.Option(help="县级区划代码,如 231084")]
Supplement = Annotated[bool, typer.Option("--supplement", help="补充花名册:补充期内新批准的")]


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="活动文件(YAML),可以多个")]) -> None:
    """检查活动文件,逐项指出错在哪一项。不连数据库。"""
    from doudi.cli.edge import set_up

    set_up()
    from doudi.campaigns import definition

    faults = 0
    for path in files:
        if not path.is_file():
            raise BadInput(f"找不到文件 {path}", next_step="请核对路径")
        found, problems = definition.read(path.read_text(encoding="utf-8"))
        for one in problems:
            typer.echo(f"{path}:{one.field}:{one.text}{f'。{one.step}' if one.step else ''}")
        faults += len(problems)
        if found is not None:
            typer.echo(f"{path}:无误")
            for line in _told(found):
                typer.echo(line)
    if faults:
        raise BadInput(f"活动文件有 {faults} 处要改", next_step="改后再检查;项目见 docs/how-to/run-a-campaign.md")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="活动文件(YAML)")],
    login: Login,
    edits: Annotated[int, typer.Option(help="修改第几号草稿")] = 0,
) -> None:
    """把活动文件存为草稿,由另一人批准。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.campaigns import services
    from doudi.security.scope import acting

    if not file.is_file():
        raise BadInput(f"找不到文件 {file}", next_step="请核对路径")
    actor = actor_of(login)
    with acting(actor):
        text = file.read_text(encoding="utf-8")
        made = services.save_draft(text, actor=actor, on=business_day(), edits=edits or None, where=file.name)
    typer.echo(f"活动 {made.pk}:{made.title}({made.place_code})已存为草稿,待另一人批准")


@app.command("list")
def list_campaigns(login: Login = "") -> None:
    """列出看得到的活动。"""
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.campaigns import queries
    from doudi.campaigns.words import KINDS, STATES
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor):
        for one in queries.campaigns(actor.scope_code[:6]):
            typer.echo(
                f"{one.pk:>6}  {one.place_code:<8}{one.roster_on}  {STATES[one.state]}  {KINDS[one.kind]}  {one.title}"
            )


@app.command()
def show(number: Number, login: Login = "") -> None:
    """写出活动文件。"""
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.campaigns import queries
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor):
        one = queries.campaign(number, actor.scope_code[:6])
    if one is None:
        raise BadInput(f"没有第 {number} 号活动", next_step="用 doudi campaign list 查编号")
    typer.echo(one.text.rstrip())


@app.command()
def approve(number: Number, login: Login) -> None:
    """批准一个活动(与编写的人不是同一人)。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.campaigns import services
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor):
        one = services.approve_campaign(number, actor=actor, on=business_day())
    typer.echo(f"活动 {one.pk}:{one.title} 已批准")


@app.command()
def preview(number: Number, county: County, supplement: Supplement = False, login: Login = "") -> None:
    """算出花名册会有多少人、多少钱,按对象和乡镇;什么也不保存。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.campaigns import rosters
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        found = rosters.preview(number, county, actor=actor, on=on, supplement=supplement)
    _tell_preview(found)


@app.command()
def roster(number: Number, county: County, supplement: Supplement = False, login: Login = "") -> None:
    """编一个县的花名册(或补充花名册),由另一人批准。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.campaigns import rosters
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor):
        made = rosters.make_roster(number, county, actor=actor, on=business_day(), supplement=supplement)
    _tell_roster(made)


@app.command("approve-roster")
def approve_roster(number: RosterNumber, login: Login) -> None:
    """批准一份花名册;批准后可以发放。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.campaigns import rosters
    from doudi.security.scope import acting

    actor = actor_of(login)
    with acting(actor):
        _tell_roster(rosters.approve_roster(number, actor=actor, on=business_day()))


@app.command()
def progress(number: Number, county: County, login: Login = "") -> None:
    """按乡镇列出活动的进度。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.campaigns import queries
    from doudi.kernel.money import yuan
    from doudi.places import queries as places
    from doudi.security.scope import acting

    with acting(actor_of(login)):
        found = queries.progress(number, county)
        names = places.names_of({one.code for one in found}, business_day())
    for one in found:
        typer.echo(
            f"{names[one.code]:<12}列入 {one.count} 笔 {yuan(one.sum_fen)} 元,"
            f"已批准 {one.approved_count} 笔 {yuan(one.approved_fen)} 元"
        )
    typer.echo(f"共 {len(found)} 个乡镇")


def _told(one: "Definition") -> list[str]:
    from doudi.campaigns.words import KINDS, SAME_PERSON, UNITS
    from doudi.kernel.money import yuan

    lines = [
        f"  {KINDS[one.kind]}《{one.title}》 地区 {one.place} 花名册日 {one.roster_on} 期间 {one.since} 至 {one.to}"
    ]
    for group in one.groups:
        sum_words = f"{group.months} 个月救助金" if group.months else f"{yuan(group.amount_fen or 0)} 元"
        most = f",最多 {group.most_m2} 平方米" if group.most_m2 else ""
        lines.append(f"  {group.label}:每{UNITS[group.unit]} {sum_words}{most}")
    lines.append(
        f"  同属几类:{SAME_PERSON[one.same_person]}" + (f";限于{one.condition.words}" if one.condition.words else "")
    )
    return lines


def _tell_preview(found: "Preview") -> None:
    from doudi.campaigns.rosters import LEFT_OUT_WORDS
    from doudi.campaigns.words import AREAS, UNITS
    from doudi.kernel.money import yuan

    for one in found.groups:
        unit = "户" if one.unit != "person" else UNITS[one.unit]
        typer.echo(f"  {one.label}({AREAS[one.area]}) {one.count} {unit} {yuan(one.sum_fen)} 元")
    for why, count in found.left_out.items():
        typer.echo(f"  未列入:{LEFT_OUT_WORDS[why]} {count}")
    typer.echo(f"合计 {found.count} 笔,覆盖 {found.person_count} 人,{yuan(found.sum_fen)} 元")


def _tell_roster(made: "Roster") -> None:
    from doudi.campaigns.words import ROSTER_KINDS, ROSTER_STATES
    from doudi.kernel.money import yuan

    typer.echo(
        f"花名册 {made.pk}:{made.campaign.title} {made.division_code} {ROSTER_KINDS[made.kind]} "
        f"{made.line_count} 笔 {yuan(made.sum_fen)} 元,{ROSTER_STATES[made.state]}"
    )
