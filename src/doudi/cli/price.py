"""``doudi price``: check a rule file, evaluate a month from files, list months; and the register's commands."""

import json
import pathlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doudi.cli import price_register
from doudi.kernel import codes
from doudi.kernel.errors import BadInput, NeedsFacts
from doudi.kernel.periods import Month

if TYPE_CHECKING:
    from doudi.linkage.indices import IndexBook
    from doudi.linkage.inforce import RuleBook
    from doudi.linkage.model import RuleFile
    from doudi.linkage.result import AmountRow, Evaluation
    from doudi.linkage.standards import Found

app = typer.Typer(no_args_is_help=True)

PACK_STANDARDS = {
    "dibao": "dibao_standard_fen_m_pc",
    "tekun": "tekun_basic_home_fen_m",
    "orphan": "orphan_allowance_fen_m",
    "unattended_child": "unattended_child_allowance_fen_m",
}
PlaceOption = Annotated[str, typer.Option("--place", help="区划代码,如 3204;默认规则文件的地方")]
RuleOption = Annotated[pathlib.Path | None, typer.Option("--rule", help="规则文件;不写用政策包里的")]
IndexOption = Annotated[pathlib.Path | None, typer.Option("--index", help="指数文件(YAML 或 CSV);不写用政策包里的")]
StandardOption = Annotated[
    list[str] | None, typer.Option("--standard", help="标准,元/月:低保=850、城市低保=590、孤儿=1200,可多次")
]
ValueOption = Annotated[
    list[str] | None, typer.Option("--value", help="直接给出指数月的同比涨幅:CPI=3.4、食品=8.3、SCPI=无,可多次")
]
KnownOption = Annotated[str, typer.Option("--known", help="只用这一天已公布的指数,如 2019-09-20")]
YesOption = Annotated[bool, typer.Option("--yes", help="超出常见范围的涨幅已核对,照用")]
SelectedOption = Annotated[bool, typer.Option("--selected", help="指数文件只收若干个月,中间可以有缺")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command()
def check(
    files: Annotated[list[pathlib.Path], typer.Argument(metavar="FILE...", help="规则、指数或例子文件")],
    selected: SelectedOption = False,
    yes: YesOption = False,
) -> None:
    """检查文件,列出每个问题的文件、行和改法;没有问题的,用中文说出它的意思。"""
    from doudi.linkage import cases, indexfile, indices

    for path in files:
        kind = _kind_of(path)
        if kind == "index":
            rows = indexfile.load(path, is_selection=selected)
            doubts = indices.ask_about(rows, yes)
            typer.echo(f"{path.name}:指数 {len(rows)} 个,没有问题" + (f"(已确认:{';'.join(doubts)})" if doubts else ""))
        elif kind == "cases":
            found = cases.load(path)
            wrong = [problem for one in found for problem in cases.run(one, _books())]
            if wrong:
                raise BadInput("\n".join(wrong), next_step="核对规则、指数、标准和公布的数额")
            typer.echo(f"{path.name}:例子 {len(found)} 个,都算对了")
        else:
            _check_rule(path)


def _check_rule(path: pathlib.Path) -> None:
    from doudi.linkage import describe
    from doudi.linkage.advice import advice
    from doudi.linkage.rulefile import periods_meet

    file = _rule_file(path)
    book = _rules(file)
    for line in describe.lines(file):
        typer.echo(line)
    names = [
        phase.name
        for phase in book.phases
        if phase.place == ""
        and file.place
        and any(one.takes_outer_phases and periods_meet(one, phase) for one in file.versions)
    ]
    if names:
        typer.echo(f"自动适用的全国阶段:{'、'.join(names)}")
    for words in advice(file, book):
        typer.echo(f"提示 {words}")
    typer.echo(f"{path.name}:可以使用(摘要 {file.digest[:12]})")


def _kind_of(path: pathlib.Path) -> str:
    from doudi.linkage import reading

    if path.suffix.lower() == ".csv":
        return "index"
    try:
        top = reading.read(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("打不开这个文件,或不是 UTF-8 编码", where=str(path), next_step="核对文件名和编码") from error
    if top.items is not None:
        return "cases" if any(one.get("案例") for one in top.items) else "index"
    return "index" if top.get("rows") else "rule"


@app.command()
def evaluate(
    month: Annotated[str, typer.Option("--month", help="指数月,如 2019-08(发放月通常是下一个月)")],
    place: PlaceOption = "",
    rule: RuleOption = None,
    index: IndexOption = None,
    value: ValueOption = None,
    standard: StandardOption = None,
    persons: Annotated[list[str] | None, typer.Option("--persons", help="人数:低保=30557,可多次")] = None,
    rise: Annotated[list[str] | None, typer.Option("--rise", help="未启动时测算用的品类涨幅:肉=18,可多次")] = None,
    published: Annotated[str, typer.Option("--published", help="--value 的公布日期,用于推算期限")] = "",
    known: KnownOption = "",
    selected: SelectedOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    record: Annotated[bool, typer.Option("--record", help="按登记簿里已确认的指数和规则评估并存档")] = False,
    login: Annotated[str, typer.Option("--as", help="与 --record 一起用:以哪个登录名办理")] = "",
) -> None:
    """一个地方一个指数月:是否启动、因什么启动、每类对象发多少、每一步怎么算、何时发、期限、资金来源。"""
    if record:
        if rule or index or value or standard or persons or known or as_json:
            raise BadInput("--record 用登记簿里的指数、规则和标准", next_step="去掉其他来源的选项,或不加 --record")
        price_register.record_evaluation(_place(place, None), month, list(rise or ()), login)
        return
    from doudi.linkage import standards as standards_module
    from doudi.linkage.evaluate import Question
    from doudi.linkage.evaluate import evaluate as judge

    file = _rule_file(rule) if rule else None
    book = _rules(file)
    code = _place(place, file)
    wanted = Month.parse(month)
    words = book.in_force(code, wanted).words
    figures = _figures(index, value, published, code, wanted, book, file, selected, yes)
    found = standards_module.Standards(
        standards_module.typed_rows(standard or (), words), book.standards, _pack_standard
    )
    question = Question(code, wanted, _day(known), _persons(persons or (), book, code, wanted))
    told = judge(book, figures, found, question)
    extra = _measured(book, code, rise or ())
    if as_json:
        sys.stdout.write(json.dumps(told.as_dict() | extra, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join([*_told(told), *_measured_lines(extra)]) + "\n")
    _stop_when_blocked(told)


def _stop_when_blocked(told: "Evaluation") -> None:
    """Leave with exit code 1 when nothing could be decided or no amount could be worked out."""
    has_amount = any(one.amount_fen is not None for one in told.amounts)
    if told.state == "blocked" or (told.state == "started" and not has_amount):
        lacks = [{"label": one.label, "who": one.who} for one in told.missing]
        what = "不能判断是否启动" if told.state == "blocked" else "已启动,但还不能算出数额"
        raise NeedsFacts(f"{told.index_month.words}{what}", missing=lacks, next_step="补齐以后再评估")


@app.command()
def months(
    place: PlaceOption = "",
    since: Annotated[str, typer.Option("--from", help="第一个指数月")] = "",
    until: Annotated[str, typer.Option("--to", help="最后一个指数月")] = "",
    group: Annotated[str, typer.Option("--group", help="列出哪一类对象的数额")] = "低保",
    rule: RuleOption = None,
    index: IndexOption = None,
    standard: StandardOption = None,
    known: KnownOption = "",
    selected: SelectedOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """逐月列出指数、是否启动、阶段和数额。"""
    from doudi.linkage import standards as standards_module
    from doudi.linkage.evaluate import Question
    from doudi.linkage.evaluate import evaluate as judge

    file = _rule_file(rule) if rule else None
    book = _rules(file)
    code = _place(place, file)
    figures = _figures(index, None, "", code, None, book, file, selected, yes)
    span = _span(since, until, figures, code)
    name = book.in_force(code, span[-1]).words.group_of(group)
    if name is None:
        raise BadInput(f"没有名为“{group}”的对象", where="--group")
    told = []
    for one in span:
        typed = standards_module.typed_rows(standard or (), book.in_force(code, one).words)
        found = standards_module.Standards(typed, book.standards, _pack_standard)
        told.append(judge(book, figures, found, Question(code, one, _day(known))))
    if as_json:
        sys.stdout.write(json.dumps([one.as_dict() for one in told], ensure_ascii=False, indent=1) + "\n")
        return
    sys.stdout.write("".join(f"{_month_line(row, name)}\n" for row in told))


def _month_line(one: "Evaluation", group: str) -> str:
    from doudi.kernel.money import yuan
    from doudi.linkage.result import STATE_WORDS
    from doudi.linkage.rises import bp_text

    values = dict.fromkeys(
        f"{line.label} {'--' if line.value_bp is None else bp_text(line.value_bp)}" for line in one.lines
    )
    rows = [row for row in one.amounts if row.group == group]
    amounts = "、".join(f"{row.title} {yuan(row.amount_fen)}" for row in rows)
    phases = f"  [{'、'.join(one.phases)}]" if one.phases else ""
    return f"{one.index_month}  {STATE_WORDS[one.state]:<6}  {'  '.join(values)}  {amounts}{phases}".rstrip()


# -- what the commands read ---------------------------------------------------------------------------


def _rule_file(path: pathlib.Path) -> "RuleFile":
    from doudi.linkage import rulefile

    return rulefile.load(path, str(path))


def _rules(file: "RuleFile | None") -> "RuleBook":
    from doudi.engine import packs
    from doudi.linkage import rulebook

    book = rulebook.load_rules(packs.packs_root())
    return book.with_file(file) if file is not None else book


def _books() -> Any:
    from doudi.engine import packs
    from doudi.linkage import cases

    return cases.Books.of(packs.packs_root())


def _place(text: str, file: "RuleFile | None") -> str:
    if text:
        return codes.from_padded(text)
    if file is None:
        raise BadInput("没有说明是哪个地方", where="--place", next_step="例如 --place 3204(常州市)")
    return file.place


def _day(text: str) -> Any:
    from doudi.cli.edge import read_day

    return read_day(text, "--known") if text else None


def _figures(
    path: pathlib.Path | None,
    values: Sequence[str] | None,
    published: str,
    place: str,
    month: Month | None,
    book: "RuleBook",
    file: "RuleFile | None",
    selected: bool,
    yes: bool,
) -> "IndexBook":
    """Take the figures from the command, else from the file, else from the packs."""
    import dataclasses

    from doudi.cli.edge import read_day
    from doudi.engine import packs
    from doudi.linkage import indexfile, indices, rulebook

    words = book.in_force(place, month).words if month else (file.words if file else indices.PLAIN_WORDS)
    rows = []
    if path is not None:
        own = file.place if file is not None and file.place else place
        rows = indexfile.load(path, own, words, selected, str(path))
    if values and month is not None:
        day = read_day(published, "--published") if published else None
        typed = [indexfile.from_option(one, place, month, words) for one in values]
        rows = [
            *(row for row in rows if (row.place, row.month) != (place, month)),
            *(dataclasses.replace(one, published_on=day) for one in typed),
        ]
    if path is None and not values:
        return rulebook.load_indices(packs.packs_root())
    for doubt in indices.ask_about(rows, yes, words):
        typer.echo(f"已确认:{doubt}", err=True)
    return indices.IndexBook(rows)


def _persons(texts: Sequence[str], book: "RuleBook", place: str, month: Month) -> dict[tuple[str, str], int]:
    words = book.in_force(place, month).words
    found = {}
    for text in texts:
        name, mark, count = text.partition("=")
        group, area = words.group_of(name), ""
        if group is None:
            for prefix, one in (("城市", "urban"), ("城镇", "urban"), ("农村", "rural")):
                if name.startswith(prefix):
                    group, area = words.group_of(name.removeprefix(prefix)), one
        if not mark or group is None or not count.replace(",", "").isdigit():
            raise BadInput(f"“{text}”无法识别", where="--persons", next_step="写成 低保=30557 或 城市低保=1200")
        found[group, area] = int(count.replace(",", ""))
    return found


def _pack_standard(standard: str, area: str, place: str, month: Month) -> "Found | None":
    """Look a standard up among the parameters of the packs."""
    from fractions import Fraction

    from doudi.engine import packs
    from doudi.linkage.standards import Found

    name = PACK_STANDARDS.get(standard)
    book = packs.load().parameters
    if name is None or name not in book.names:
        return None
    try:
        found = book.resolve(name, place, area, month.first_day)
    except BadInput:
        return None
    if found is None or found.value is None:
        return None
    return Found(Fraction(found.value), found.source or "政策包", found.verified)


def _span(since: str, until: str, figures: "IndexBook", place: str) -> list[Month]:
    held = sorted({row.month for row in figures.rows() if codes.contains(row.place, place)})
    if not held and not (since and until):
        raise BadInput("没有这个地方的指数", next_step="用 --index 给出,或写明 --from 和 --to")
    first = Month.parse(since) if since else held[0]
    last = Month.parse(until) if until else held[-1]
    if last < first:
        raise BadInput(f"止月 {last} 早于起月 {first}", where="--to")
    return [first.plus(number) for number in range(first.until(last) + 1)]


# -- what the commands say ------------------------------------------------------------------------------


def _told(told: "Evaluation") -> list[str]:
    lines = [told.summary]
    for one in told.lines:
        lines.append(f"  {'?' if one.met is None else '✓' if one.met else '✗'} {one.words}{_origin(one)}")
    for paper in told.papers:
        mark = "" if paper.is_verified else " ※未核实"
        lines.append(f"  依据 {paper.of}:{paper.document} {paper.clause}".rstrip() + mark)
    if told.state == "started":
        lines.append(f"  指数月 {told.index_month},发放月 {told.payment_month},花名册按 {told.index_month} 在册")
        lines.append(f"  期限 {told.due_on or '未定'}:{told.due_words}")
    for row in told.amounts:
        lines += _row_lines(row)
    for note in told.notes:
        lines.append(f"  说明 {note}")
    for lack in told.missing:
        lines.append(f"  缺少 {lack.label}:{lack.who}")
    if told.state == "not_started":
        lines.append(f"  可以测算增支(--rise);测算后 {told.decide_within} 个工作日内要决定发不发一次性补贴")
    return lines


def _origin(line: Any) -> str:
    parts = [f"{line.published_on} 公布" if line.published_on else "", line.source]
    held = ",".join(part for part in parts if part)
    return f"({held})" if held else ""


def _row_lines(row: "AmountRow") -> list[str]:
    from doudi.kernel.money import yuan

    unit = "户" if row.unit == "household" else "人"
    fund = f"  资金:{row.fund_label}{f'({row.fund_clause})' if row.fund_clause else ''}" if row.fund else ""
    total = f"  {row.persons:,} {unit} × {yuan(row.amount_fen)} = {yuan(row.total_fen)} 元" if row.persons else ""
    mark = "" if row.is_verified else " ※未核实"
    amount = f"{yuan(row.amount_fen)} 元/{unit}" if row.amount_fen is not None else "还不能计算"
    lines = [f"  【{row.title}】{amount}{mark}{total}{fund}"]
    lines += [f"      {step}" for step in row.steps]
    return lines + [f"      缺少 {one.label}:{one.who}" for one in row.missing]


def _measured(book: "RuleBook", place: str, rises: Sequence[str]) -> dict[str, Any]:
    """Measure the extra cost by the basket of the place."""
    from doudi.linkage import measure, reading

    if not rises:
        return {}
    baskets = book.baskets(place)
    if not baskets:
        raise BadInput("这个地方没有困难家庭消费清单", where="--rise", next_step="在规则文件里写 basket")
    given = {}
    for text in rises:
        name, mark, value = text.partition("=")
        if not mark:
            raise BadInput(f"“{text}”无法识别", where="--rise", next_step="写成 肉=18 的样子")
        given[name.strip()] = reading.percent_of(value, name, where="--rise")
    found = measure.measure(baskets[0].basket, given)
    return {"measured": {"extra_fen": found.extra_fen, "steps": list(found.steps)}}


def _measured_lines(extra: dict[str, Any]) -> list[str]:
    return [f"  测算 {step}" for step in extra["measured"]["steps"]] if extra else []


for command in price_register.COMMANDS:
    # A falling index is typed as it is, -0.3, and must not be taken for an option.
    app.command(name=command.__name__.replace("_", "-"), context_settings={"ignore_unknown_options": True})(command)
