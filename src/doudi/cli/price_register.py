"""``doudi price`` on the register: enter, confirm, evaluate, decide, lists, rosters, ledger."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doudi.kernel.errors import BadInput
from doudi.kernel.periods import Month

if TYPE_CHECKING:
    from doudi.prices.models import Decision

Login = Annotated[str, typer.Option("--as", help="以哪个登录名办理")]
PlaceCode = Annotated[str, typer.Option("--place", help="区划代码,如 231084")]
CountyCode = Annotated[str, typer.Option("--county", help="县级区划代码,如 231084")]
IndexMonth = Annotated[str, typer.Option("--month", help="指数月,如 2022-03")]


def enter(
    values: Annotated[list[str], typer.Argument(metavar="系列=涨幅...", help="CPI=2.4 食品=5.9 SCPI=无")],
    place: PlaceCode,
    month: IndexMonth,
    published: Annotated[str, typer.Option(help="公布日期,如 2022-04-11")],
    source: Annotated[str, typer.Option(help="来源,如 国家统计局黑龙江调查总队")],
    reason: Annotated[str, typer.Option(help="更正已有数值的原因")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="超出常见范围的涨幅已核对,照录")] = False,
    login: Login = "",
) -> None:
    """录入一个月的指数;由另一人用 confirm 再录一遍后生效。"""
    from doudi.cli.edge import actor_of, business_day, read_day, ready

    ready()
    from doudi.linkage.indices import percent_text
    from doudi.prices import figures, queries
    from doudi.security.scope import acting

    actor, on, wanted = actor_of(login), business_day(), Month.parse(month)
    with acting(actor, place):
        words = queries.words_at(place, wanted, on)
        typed = {}
        for text in values:
            name, mark, value = text.partition("=")
            series = words.series_of(name)
            if not mark or series is None:
                raise BadInput(f"“{text}”无法识别", next_step="写成 CPI=2.4 或 食品=5.9 的样子")
            typed[series] = value
        draft = figures.Draft(
            place, wanted, typed, read_day(published, "--published"), source, typed if yes else {}, reason
        )
        for one in figures.enter_figures(draft, actor=actor, on=on):
            value = "不编制" if one.value_bp is None else percent_text(one.value_bp)
            typer.echo(f"指数 {one.pk}:{words.short(one.series)} {value},待另一人确认")


def confirm(
    figure: Annotated[int, typer.Argument(help="指数编号(doudi price pending 可查)")],
    value: Annotated[str, typer.Argument(help="从来源再读一遍的涨幅,如 2.4")],
    login: Login = "",
) -> None:
    """第二人确认一个指数:再录一遍,一致才生效;当月的数齐了就自动评估。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.prices import evaluations, figures
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        one = figures.confirm_figure(figure, value, actor=actor, on=on)
        made = evaluations.evaluate_if_complete(one.place_code, Month.of(one.month), actor=actor, on=on)
    typer.echo(f"指数 {one.pk} 已确认")
    if made is not None:
        typer.echo(f"评估 {made.pk}:{made.summary}")


def pending(login: Login = "") -> None:
    """列出等待第二人确认的指数、规则文件和决定。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.linkage.words import PLAIN_WORDS
    from doudi.prices import queries
    from doudi.prices.errors import KIND_WORDS
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        for one in queries.figures_waiting(actor.scope_code):
            typer.echo(
                f"指数 {one.pk}:{one.place_code} {Month.of(one.month)} {PLAIN_WORDS.short(one.series)}"
                f"({one.entered_by_name} 录入)"
            )
        for record in queries.rule_records(actor.scope_code).filter(state="entered"):
            typer.echo(f"规则 {record.pk}:{record.name} {record.document}({record.entered_by_name} 登记)")
        for row in queries.waiting(actor.scope_code, on):
            late = ",已超期" if row.is_late else ""
            until = f",{row.evaluation.decide_by} 前决定{late}" if row.evaluation.decide_by else ""
            decision = (
                f"决定 {row.decision.pk} {KIND_WORDS[row.decision.kind]} 待确认" if row.decision else "待提出决定"
            )
            typer.echo(f"评估 {row.evaluation.pk}:{row.evaluation.summary};{decision}{until}")


def record_evaluation(place: str, month: str, rises: list[str], login: str) -> None:
    """Judge a month from the register and tell what came of it."""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.linkage import reading
    from doudi.prices import evaluations, queries
    from doudi.prices.errors import KIND_WORDS, STATE_WORDS
    from doudi.security.scope import acting

    actor, on, wanted = actor_of(login), business_day(), Month.parse(month)
    given = {}
    for text in rises:
        name, mark, value = text.partition("=")
        if not mark:
            raise BadInput(f"“{text}”无法识别", where="--rise", next_step="写成 肉=18 的样子")
        given[name.strip()] = reading.percent_of(value, name, where="--rise")
    with acting(actor, place):
        made = evaluations.evaluate_month(place, wanted, actor=actor, on=on, rises_bp=given)
        decided = queries.decisions_of(place, wanted)
    typer.echo(f"评估 {made.pk}:{made.summary}")
    for step in made.result.get("measured", {}).get("steps", []):
        typer.echo(f"  测算 {step}")
    if made.decide_by:
        typer.echo(f"  {made.decide_by} 前要决定:doudi price decide {made.pk} one_off|no_subsidy --reason …")
    for one in decided:
        typer.echo(f"  决定 {one.pk}:{KIND_WORDS[one.kind]}({STATE_WORDS[one.state]})")


def decide(
    evaluation: Annotated[int, typer.Argument(help="评估编号")],
    kind: Annotated[str, typer.Argument(help="start 启动、one_off 未启动但发一次性补贴、no_subsidy 不发")],
    reason: Annotated[str, typer.Option(help="理由")],
    document: Annotated[str, typer.Option(help="决定文件")] = "",
    login: Login = "",
) -> None:
    """提出决定,由另一人用 confirm-decision 确认。达到条件的月份评估时已自动提出启动。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.prices import decisions
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        made = decisions.propose_decision(evaluation, kind, reason=reason, document=document, actor=actor, on=on)
    _tell_decision(made)


def confirm_decision(decision: Annotated[int, typer.Argument(help="决定编号")], login: Login = "") -> None:
    """第二人确认决定。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.prices import decisions
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        made = decisions.confirm_decision(decision, actor=actor, on=on)
    _tell_decision(made)


def _tell_decision(made: "Decision") -> None:
    from doudi.prices.errors import KIND_WORDS, STATE_WORDS

    typer.echo(f"决定 {made.pk}:{Month.of(made.index_month)} {KIND_WORDS[made.kind]}({STATE_WORDS[made.state]})")


def register(
    file: Annotated[Path, typer.Argument(help="规则文件(YAML),写法见 docs/how-to/add-a-price-rule.md")],
    login: Login = "",
) -> None:
    """登记一个地方的规则文件,由另一人用 confirm-rule 确认后代替政策包里的。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.prices import rules
    from doudi.security.scope import acting

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("打不开这个文件,或不是 UTF-8 编码", where=str(file), next_step="核对文件名和编码") from error
    actor, on = actor_of(login), business_day()
    with acting(actor):
        record = rules.register_rule(text, actor=actor, on=on, shown=file.name)
    typer.echo(f"规则 {record.pk}:{record.name} {record.document},待另一人确认(摘要 {record.digest[:12]})")


def confirm_rule(rule: Annotated[int, typer.Argument(help="规则编号")], login: Login = "") -> None:
    """第二人确认规则文件。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.prices import rules
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor):
        record = rules.confirm_rule(rule, actor=actor, on=on)
    typer.echo(f"规则 {record.pk}:{record.name} 自 {record.confirmed_on} 起使用")


def load_list(
    file: Annotated[Path, typer.Argument(help="名单:姓名、身份证号、对象、城乡、账号、户名、开户行")],
    county: CountyCode,
    month: IndexMonth,
    department: Annotated[str, typer.Option(help="提供名单的部门,如 市人社局")],
    login: Login = "",
) -> None:
    """装入登记簿没有的对象(失业、优抚等)的名单;退回的行写明原因。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.prices import lists
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor, county):
        made = lists.load_list(county, Month.parse(month), file, department=department, actor=actor, on=on)
    typer.echo(f"名单 {made.pk}:装入 {made.taken_count} 人,退回 {made.rejected_count} 行")
    for one in made.rejections:
        typer.echo(f"  第 {one['row']} 行 {one['name']}:{one['why']}" + (f"({one['step']})" if one["step"] else ""))


def roster(county: CountyCode, month: IndexMonth, login: Login = "") -> None:
    """编一个指数月的花名册:按在册和名单,每人一份;再编一次只补新增和不足的。"""
    from doudi.cli.edge import actor_of, business_day, ready

    ready()
    from doudi.kernel.money import yuan
    from doudi.linkage.words import AREAS, FUNDS, PLAIN_WORDS
    from doudi.prices import rosters
    from doudi.security.scope import acting

    actor, on = actor_of(login), business_day()
    with acting(actor, county):
        made = rosters.make_roster(county, Month.parse(month), actor=actor, on=on)
    typer.echo(
        f"花名册 {made.pk}:{Month.of(made.index_month)} 指数、{Month.of(made.payment_month)} 发放,第 {made.number} 份,"
        f"{made.line_count:,} 人 {yuan(made.sum_fen)} 元"
    )
    for row in made.counts["groups"]:
        fund = FUNDS.get(row["fund_source"], "资金来源未写明")
        typer.echo(
            f"  {AREAS.get(row['area'], '')}{PLAIN_WORDS.group_label(row['group'])} {row['count']:,} 人 "
            f"{yuan(row['sum_fen'])} 元  {fund}"
        )
    if made.counts["elsewhere"]:
        typer.echo(f"  {made.counts['elsewhere']} 人已在其他县的花名册上,没有重复列入")
    if made.counts["less_count"]:
        typer.echo(
            f"  {made.counts['less_count']} 人此前列入的多于现在应得,共 {yuan(made.counts['less_fen'])} 元,另行追回"
        )


def ledger(place: PlaceCode, login: Login = "") -> None:
    """一个地方逐月的台账:评估、决定、花名册。"""
    from doudi.cli.edge import actor_of, ready

    ready()
    from doudi.kernel.money import yuan
    from doudi.prices import queries
    from doudi.prices.errors import KIND_WORDS, STATE_WORDS
    from doudi.security.scope import acting

    with acting(actor_of(login), place):
        for row in queries.ledger(place):
            decided = "、".join(f"{KIND_WORDS[one.kind]}({STATE_WORDS[one.state]})" for one in row.decisions)
            lined = f"  {row.line_count:,} 人 {yuan(row.sum_fen)} 元" if row.line_count else ""
            typer.echo(f"{row.month}  {row.evaluation.summary}  {decided or '没有决定'}{lined}")


COMMANDS: list[Callable[..., Any]] = [
    enter,
    confirm,
    pending,
    decide,
    confirm_decision,
    register,
    confirm_rule,
    load_list,
    roster,
    ledger,
]
