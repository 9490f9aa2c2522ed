"""Commands that need the law and files, but no database: explain, decide, schema."""

import datetime as dt
import json
import pathlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme

if TYPE_CHECKING:
    from doudi.engine.inputs import Input, Inputs
    from doudi.engine.told import Explanation, ProgrammeExplanation

THOROUGH = 3_000
PROVISIONAL = "T0-暂用值"
ONCE = {one.name for one in Programme if one.is_once}  # shown only where an application or an event is
Day = Annotated[str, typer.Option("--on", help="按哪一天的政策和事实判断,如 2022-04-15;不写为今天")]
KnownDay = Annotated[str, typer.Option("--known", help="只用这一天已经知道的政策;不写为与 --on 相同")]
Place = Annotated[str, typer.Option("--place", help="行政区划代码,如 231084")]


def _day(text: str, option: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"“{text}”不是日期", where=option, next_step="请写成 2022-04-15") from error


def _place(text: str) -> str | None:
    if text and (not text.isascii() or not text.isdigit() or len(text) not in (2, 4, 6, 9, 12)):
        raise BadInput(f"“{text}”不是行政区划代码", where="--place", next_step="如 231084 或 231084101")
    return text or None


def read_family(path: pathlib.Path) -> dict[str, Any]:
    """Read a family from YAML or JSON.

    :raises BadInput: the file is missing or not such a file.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        family = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise BadInput("打不开这个文件", where=str(path), next_step="核对文件名") from error
    except (UnicodeDecodeError, yaml.YAMLError, json.JSONDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else getattr(error, "lineno", 0)
        raise BadInput(
            f"不是可读的 YAML 或 JSON{f'(第 {line} 行)' if line else ''}",
            where=str(path),
            next_step="格式见 doudi schema family",
        ) from error
    if not isinstance(family, dict):
        raise BadInput("文件应有 household 和 persons 两部分", where=str(path), next_step="格式见 doudi schema family")
    return family


def explain(
    file: Annotated[pathlib.Path, typer.Argument(help="一户的 YAML 或 JSON 文件,格式见 doudi schema family")],
    place: Place = "",
    on: Day = "",
    known: KnownDay = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    steps: Annotated[bool, typer.Option("--steps/--no-steps", help="是否列出计算步骤")] = True,
) -> None:
    """一户各项目的结论、理由、条款、缺少的事实,以及什么会改变结论。"""
    from doudi.engine import packs
    from doudi.engine.explain import explain as explain_family

    day = _day(on, "--on") or dt.date.today()
    family = read_family(file)
    code = _place(place)
    if code is None and not (family.get("household") or {}).get("place_code"):
        raise BadInput("没有说明是哪个地方", next_step="加上 --place,或在 household 里写 place_code")
    told = explain_family(packs.load(), family, code, day, _day(known, "--known"), most_trials=THOROUGH)
    if as_json:
        sys.stdout.write(json.dumps(as_plain(told, family), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(_told_lines(told, steps)) + "\n")


def as_plain(told: "Explanation", family: dict[str, Any]) -> dict[str, Any]:
    """Lay an explanation out by programme.

    A person programme shows at its top the member with the most at stake (grants before needs
    facts before refuses) and lists every member under ``persons``; its amount is that of all members together.
    """
    found: dict[str, Any] = {}
    for one in told.programmes:
        plain = _plain_programme(one)
        if one.person is None:
            found[one.programme] = plain
            continue
        plain = {"person": one.person, "person_id": family["persons"][one.person].get("person_id")} | plain
        found.setdefault(one.programme, []).append(plain)
    for name, members in found.items():
        if isinstance(members, list):
            order = {"grants": 0, "needs_facts": 1, "refuses": 2}
            first = min(members, key=lambda member: order[member["outcome"]])
            amounts = [member["amount_fen_m"] for member in members]
            total = sum(amount or 0 for amount in amounts) if None not in amounts else None
            found[name] = first | {"amount_fen_m": total, "amount_fen": total, "persons": members}
    return found


def _plain_programme(one: "ProgrammeExplanation") -> dict[str, Any]:
    plain = one.as_dict()
    for name in ("programme", "person"):
        plain.pop(name)
    return plain


def _told_lines(told: "Explanation", with_steps: bool) -> list[str]:
    lines = [f"地区 {told.place_code} 按 {told.on} 的政策", ""]
    for one in told.programmes:
        if not one.applies and (one.person is not None or one.programme in ONCE):
            continue
        who = f"({one.person_label})" if one.person_label else ""
        lines.append(f"【{one.label}】{who} {one.outcome_label}")
        lines.append(f"  {one.summary}")
        marks = {True: "✓", False: "✗", None: "?"}
        lines += [f"  {marks[c.met]} {c.text}  [{c.clause}]" for c in one.criteria]
        lines += [f"  缺少 {m.person}{m.label}:可由{m.who}提供" for m in one.missing]
        lines += [f"  → {change.text}" for change in one.would_change]
        lines += _parameter_lines(one)
        if with_steps:
            lines.append("  步骤")
            lines += [f"    {number}. {step.text}  [{step.clause}]" for number, step in enumerate(one.steps, 1)]
            facts = [fact for step in one.steps for fact in step.facts if fact.source or fact.since]
            lines += dict.fromkeys(f"    事实 {f.person}{f.label} {f.text}:{_origin(f)}" for f in facts)
        lines.append("")
    return lines


def _parameter_lines(one: "ProgrammeExplanation") -> list[str]:
    """Tell each value with its origin; those that nobody has recorded and that limit nothing stand in one line."""
    idle = [p for p in one.parameters if p.clause == PROVISIONAL and not p.text[:1].isdigit() and p.value is not None]
    lines = [
        f"  参数 {p.label} {p.text}({p.place or '全国'},{p.source or p.clause}{'' if p.verified else ',未核实'})"
        for p in one.parameters
        if p not in idle
    ]
    if idle:
        lines.append(f"  当地没有登记的参数:{'、'.join(f'{p.label}({p.text})' for p in idle)}")
    return lines


def _origin(fact: Any) -> str:
    age = f",{fact.age_days} 天前" if fact.age_days is not None else ""
    return (
        f"{fact.source or '来源未记'}{',' + fact.since if fact.since else ''}{age}{',已过时' if fact.is_stale else ''}"
    )


def decide(
    folder: Annotated[
        pathlib.Path, typer.Argument(metavar="IN", help="含 persons、households(.parquet 或 .csv)的文件夹")
    ],
    out: Annotated[pathlib.Path, typer.Option("-o", "--out", help="结果文件夹")],
    on: Day = "",
    known: KnownDay = "",
    place: Annotated[str, typer.Option("--place", help="households 里没有 place_code 时用的区划代码")] = "",
    programme: Annotated[
        list[str] | None, typer.Option("--programme", help="只算这个项目,可写几次,如 dibao;不写为全部")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="county:每县单独成块,结果按县排列")] = "",
    workers: Annotated[int, typer.Option("--workers", min=0, help="同时算几块;0 为按处理器数")] = 0,
    engine: Annotated[str, typer.Option("--engine", help="local:本机;spark:PySpark 集群")] = "local",
    master: Annotated[str, typer.Option("--master", help="Spark 主节点地址")] = "local[2]",
    print_block: Annotated[int, typer.Option("--print-block", min=0, help="不计算,只写出第几块的完整 SQL")] = 0,
    sql: Annotated[pathlib.Path | None, typer.Option("--sql", help="SQL 写入这个文件;不写为屏幕")] = None,
) -> None:
    """批量认定:按县分块,内存不随人数增长;中断后再次运行会从没有算完的块接着算。"""
    from doudi.cli import deciding

    if not folder.is_dir():
        raise BadInput("没有这个文件夹", where=str(folder))
    asked = deciding.Asked(
        folder, out, _day(on, "--on") or dt.date.today(), _day(known, "--known"), _place(place),
        tuple(programme or ()), by, workers,
    )  # fmt: skip
    if print_block or sql:
        deciding.write_sql(asked, print_block or 1, sql)
    else:
        deciding.run(asked, engine, master)


FAMILY_HELP = """\
一户的文件(YAML 或 JSON):

household:            # 户的事实,见下;place_code 可由 --place 给出
  is_rural: true
persons:              # 共同生活的成员,至少一人
  - name: 张三        # 可不写,只用于显示
    age_years: 43
facts:                # 可不写:事实的来源和日期;成员也可以有自己的 facts
  deposits_fen: {source: 银行核对, since: 2022-03-01, known_on: 2022-03-05}

没有写出的可空项是“未知”,结论会是“还不能判断”;确知没有的请写 0 或 false。金额一律以分为单位。
"""


def schema(
    kind: Annotated[str, typer.Argument(help="family、persons、households 或 price-rule")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON Schema")] = False,
) -> None:
    """输入的格式:一户的文件,或批量的两张表。"""
    from doudi.engine import inputs, packs

    if kind == "price-rule":
        from doudi.linkage.schema import SCHEMA

        sys.stdout.write(json.dumps(SCHEMA, ensure_ascii=False, indent=1) + "\n")
        return
    if kind not in ("family", "persons", "households"):
        raise BadInput(f"没有名为 {kind} 的格式", next_step="可用:family、persons、households、price-rule")
    known = inputs.load(packs.packs_root() / "cn" / "inputs.yaml")
    if as_json:
        sys.stdout.write(json.dumps(_json_schema(kind, known), ensure_ascii=False, indent=1) + "\n")
        return
    parts = {"persons": ["person"], "households": ["household"], "family": ["household", "person"]}[kind]
    if kind == "family":
        sys.stdout.write(FAMILY_HELP)
    for entity in parts:
        title = {"person": "persons(人)", "household": "households(户)"}[entity]
        sys.stdout.write(
            f"\n{title}\n"
            if kind == "family"
            else f"{title}:Parquet 或 UTF-8 CSV,一行一{'人' if entity == 'person' else '户'}\n"
        )
        for one in known.of(entity):
            sys.stdout.write(_schema_line(one))


def _schema_line(one: "Input") -> str:
    kind = {"int": "整数", "bool": "是否", "code": "代码", "text": "文本", "key": "编号"}[one.type]
    codes = " ".join(f"{number}={word}" for number, word in one.values.items())
    need = "可空" if one.nullable else "必填" if one.default is None else f"不写为 {_plain_default(one)}"
    more = [one.unit, codes, need, f"由{one.ask}提供" if one.ask else ""]
    return f"  {one.name:<28}{kind}  {one.label}({','.join(word for word in more if word)})\n"


def _plain_default(one: "Input") -> str:
    if one.type == "bool":
        return "是" if one.default else "否"
    return one.values.get(int(one.default or 0), str(one.default))


def _json_schema(kind: str, known: "Inputs") -> dict[str, Any]:
    def rows(entity: str) -> dict[str, Any]:
        properties = {}
        for one in known.of(entity):
            base = {"bool": "boolean", "text": "string"}.get(one.type, "integer")
            about: dict[str, Any] = {"type": [base, "null"] if one.nullable else base, "description": one.label}
            if one.values:
                about["enum"] = [*one.values, None] if one.nullable else list(one.values)
            if one.default is not None:
                about["default"] = one.default
            if one.low is not None and base == "integer":
                about["minimum"] = one.low
            if one.high is not None:
                about["maximum"] = one.high
            properties[one.name] = about
        required = [one.name for one in known.of(entity) if not one.may_be_empty]
        return {"type": "object", "properties": properties, "required": required}

    if kind != "family":
        return rows("person" if kind == "persons" else "household")
    person, household = rows("person"), rows("household")
    for one in (person, household):
        one["required"] = [name for name in one["required"] if name == "is_rural"]
        one["properties"]["facts"] = {"type": "object"}
    person["properties"]["name"] = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "household": household,
            "persons": {"type": "array", "minItems": 1, "items": person},
            "facts": {"type": "object"},
        },
        "required": ["household", "persons"],
    }


COMMANDS: list[Callable[..., Any]] = [explain, decide, schema]
