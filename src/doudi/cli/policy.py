"""``doudi policy``: clauses, values and switches in force, what rests on a clause, the check of the packs."""

import datetime as dt
from typing import Annotated

import typer

from doudi.engine.library import STATES
from doudi.engine.stacking import PER
from doudi.kernel import codes
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.programmes import PROGRAMME_LABEL

app = typer.Typer(no_args_is_help=True)

PlaceOption = Annotated[str, typer.Option("--place", help="区划代码,如 231084")]
OnOption = Annotated[str, typer.Option("--on", help="哪一天,如 2022-04-15;默认业务日期")]
FilesOnly = Annotated[bool, typer.Option("--packs-only", help="只看政策包,不连数据库、不含地方登记")]


@app.command()
def clauses(
    search: Annotated[str, typer.Option(help="条款里的字词,空格隔开的都要有")] = "",
    state: Annotated[str, typer.Option(help="works 已实现、planned 已规划、no_function 无直接功能")] = "",
    document: Annotated[str, typer.Option(help="文件编号,如 HLJMCA2022")] = "",
    cited: Annotated[bool, typer.Option("--cited", help="也列出规则引用的其他文件的条款")] = False,
) -> None:
    """查找条款,列出编号、状态和内容。"""
    texts = _library()
    if state and state not in STATES:
        raise BadInput(f"没有“{state}”这种状态", where="--state", next_step=f"可用:{'、'.join(STATES)}")
    if document and document not in texts.documents:
        raise BadInput(f"没有编号为“{document}”的文件", where="--document", next_step="、".join(texts.documents))
    found = texts.search(search, state, document, notices_only=not (cited or document))
    for one in found:
        typer.echo(f"{one.id}  [{STATES[one.state]}]  {one.kind}  {one.text}")
        if one.note:
            typer.echo(f"    {one.note}")
    typer.echo(f"共 {len(found)} 条")


@app.command()
def coverage() -> None:
    """按文件列出条款数和状态,并列出没有直接功能的条款及原因。"""
    texts = _library()
    typer.echo("文件        条款  已实现  已规划  无直接功能  标题")
    totals = dict.fromkeys(("all", *STATES), 0)
    for document in texts.documents.values():
        if not document.is_notice:
            continue
        own = texts.of(document.id)
        counts = {state: sum(one.state == state for one in own) for state in STATES}
        totals = {key: totals[key] + (len(own) if key == "all" else counts[key]) for key in totals}
        line = f"{document.id:<12}{len(own):>4}{counts['works']:>8}{counts['planned']:>8}{counts['no_function']:>11}"
        typer.echo(f"{line}    {document.title}")
    line = f"{'合计':<10}{totals['all']:>4}{totals['works']:>8}{totals['planned']:>8}{totals['no_function']:>11}"
    typer.echo(line)
    for one in texts.notices:
        if one.state == "no_function":
            typer.echo(f"{one.id}:{one.note}")


@app.command()
def params(
    place: PlaceOption,
    on: OnOption = "",
    area: Annotated[str, typer.Option(help="urban 城市、rural 农村;默认两者")] = "",
    known_on: Annotated[str, typer.Option("--known-on", help="按哪一天已获知的;默认全部")] = "",
    packs_only: FilesOnly = False,
) -> None:
    """列出一个地方某一天生效的参数、来源和是否核实。"""
    from doudi.engine.parameters import AREA_LABEL, AREAS
    from doudi.engine.words import in_words

    day, extra = _day_and_local(on, packs_only)
    known = _day(known_on, "--known-on") if known_on else None
    if area and area not in AREAS:
        raise BadInput(f"没有“{area}”这种区域", where="--area", next_step="可用:urban、rural")
    book = _law().parameters
    for one in [area] if area else AREAS:
        typer.echo(f"{_place_name(place, day, packs_only)} {AREA_LABEL[one]} {day}")
        found = book.in_force(codes.check(place), one, day, known, extra)
        for name, value in found.items():
            about = book.declarations[name]
            if value is None:
                typer.echo(f"  {about.label}:没有生效的值  ({name})")
                continue
            words = in_words(value.value, about.unit)
            mark = "" if value.verified else "  ※未核实"
            published = f"(公布 {value.published})" if value.published else ""
            origin = f"{value.place or '全国'} {value.since} 起 {value.source} {value.clause}"
            typer.echo(f"  {about.label}:{words}{published}  [{origin}]{mark}")


@app.command()
def switches(place: PlaceOption, on: OnOption = "", packs_only: FilesOnly = False) -> None:
    """列出一个地方某一天打开的开关和可以自行决定的选项。"""
    day, extra = _day_and_local(on, packs_only)
    book = _law().switches
    typer.echo(f"{_place_name(place, day, packs_only)} {day}")
    states = book.all_in_force(codes.check(place), day, extra)
    for state in states:
        typer.echo(
            f"  {state.label}:{state.since} 至 {state.until or '未定'}  {state.clause}  {state.document}"
            f"  {'、'.join(state.programmes)}"
        )
        for key, value in state.settings.items():
            typer.echo(f"      {key} = {value}")
    if not states:
        typer.echo("  没有打开的开关")
    for option in book.options:
        if codes.contains(option.place, place) and option.in_force(day):
            typer.echo(f"  可由当地决定:{option.name} {option.clause} {option.note}")


@app.command()
def stacking(
    place: Annotated[str, typer.Option("--place", help="区划代码,如 231084;不写为全国")] = "",
    on: OnOption = "",
    packs_only: FilesOnly = False,
) -> None:
    """列出某地某日哪些项目不能同时享受、补差、择高或可以同时享受,和依据条款。"""
    day, _ = _day_and_local(on, packs_only)
    found = _law().stacking(day, codes.check(place))
    for one in found:
        names = "、".join(PROGRAMME_LABEL[name] for name in (one.first, one.second))
        doubt = "" if one.verified else "  [未核实]"
        note = f"  {one.note}" if one.note else ""
        typer.echo(f"{one.effect_label}  {PER[one.per]}  {names}  {one.clause}{doubt}{note}")
    typer.echo(f"共 {len(found)} 对")


@app.command()
def depends(
    clause: Annotated[str, typer.Argument(help="条款编号,如 MCA2022-1.5")], packs_only: FilesOnly = False
) -> None:
    """列出以一个条款为依据的规则、参数、开关和地方登记。"""
    from doudi.engine.parameters import AREA_LABEL
    from doudi.engine.words import in_words

    one = _clause(clause)
    typer.echo(f"{one.id}  [{STATES[one.state]}]  {one.title}\n{one.text}")
    present = _law()
    count = 0
    for rule in present.every_rule:
        if any(cite.id == clause for cite in rule.cites):
            count += 1
            typer.echo(
                f"  规则 {rule.programme}.{rule.name}({rule.label}) {_period(rule.since, rule.until)} {rule.where}"
            )
    for row in present.parameters.rows:
        if row.clause == clause:
            count += 1
            words = in_words(row.value, present.parameters.unit(row.name))
            typer.echo(
                f"  参数 {present.parameters.label(row.name)} {row.place or '全国'} {AREA_LABEL[row.area]} {words}"
                f" {_period(row.since, row.until)}{'' if row.verified else ' ※未核实'}"
            )
    for row in (*present.switches.rows, *present.switches.options):
        if row.clause == clause:
            count += 1
            typer.echo(f"  开关 {row.name} {row.place or '全国'} {_period(row.since, row.until)}")
    if not packs_only:
        count += _local_dependents(clause)
    typer.echo(f"共 {count} 项")


@app.command()
def check() -> None:
    """装入全部政策包,逐一检查,列出每个问题的文件和行。"""
    from doudi.cli.edge import set_up

    set_up()
    from doudi.policy import queries

    found = queries.problems()
    for one in found:
        typer.echo(one, err=True)
    if found:
        raise Refusal(f"政策包有 {len(found)} 个问题", next_step="请按上面的文件和行修改后再检查")
    present, texts = queries.law(), queries.library()
    values, days = present.parameters.rows, queries.change_days(present)
    doubtful = sum(not row.verified for row in values)
    typer.echo(
        f"政策包无误:文件 {len(texts.documents)} 份,通知条款 {len(texts.notices)} 条,规则 {len(present.every_rule)} 条,"
        f"参数值 {len(values)} 个(未核实 {doubtful} 个),开关 {len(present.switches.rows)} 段,"
        f"变更日 {len(days)} 个({days[0]} 至 {days[-1]})"
    )


def _law():  # type: ignore[no-untyped-def]
    from doudi.engine import packs

    return packs.load()


def _library():  # type: ignore[no-untyped-def]
    from doudi.engine import packs
    from doudi.engine.library import read_library

    return read_library(packs.packs_root())


def _clause(clause_id: str):  # type: ignore[no-untyped-def]
    from doudi.cli.edge import set_up

    set_up()
    from doudi.policy import queries

    return queries.clause(clause_id)


def _local_dependents(clause: str) -> int:
    from doudi.cli.edge import ready

    ready()
    from doudi.policy import queries

    found = queries.dependents_of(clause).local
    for rule in found:
        typer.echo(
            f"  地方登记 {rule.pk} {rule.name} {rule.division_code} {_period(rule.since, rule.until)} {rule.document}"
        )
    return len(found)


def _day(text: str, where: str) -> dt.date:
    from doudi.cli.edge import read_day

    return read_day(text, where)


def _day_and_local(on: str, packs_only: bool) -> tuple[dt.date, list[object]]:
    """Give the day, and the confirmed local rules unless only the packs are wanted."""
    if packs_only:
        if not on:
            raise BadInput("只看政策包时要写明日期", where="--on", next_step="例如 --on 2022-04-15")
        return _day(on, "--on"), []
    from doudi.cli.edge import business_day, ready

    ready()
    from doudi.policy import queries

    day = _day(on, "--on") if on else business_day()
    return day, list(queries.local_rows(day, day))


def _place_name(code: str, on: dt.date, packs_only: bool) -> str:
    if packs_only:
        return code
    from doudi.places import queries as places

    return f"{places.path_name(code, on)}({code})"


def _period(since: dt.date | None, until: dt.date | None) -> str:
    return f"{since or '起初'} 至 {until or '未定'}"
