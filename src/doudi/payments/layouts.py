"""Columns of the files exchanged with a bank: ours are generic, a bank's own are a mapping, never code."""

import dataclasses
from pathlib import Path

import yaml

from doudi.kernel.errors import BadInput

OUT_FIELDS = ("batch", "line", "holder", "account", "bank", "yuan", "purpose")
IN_FIELDS = ("batch", "line", "yuan", "result", "code", "text")
NEEDED_IN = ("line", "yuan", "result")


@dataclasses.dataclass(frozen=True)
class Layout:
    """Header of each field, in order; ``encoding`` is of CSV files."""

    name: str
    out_columns: dict[str, str]
    in_columns: dict[str, str]
    encoding: str = "utf-8-sig"
    paid_words: tuple[str, ...] = ("成功", "已入账", "入账成功", "处理成功")
    failed_words: tuple[str, ...] = ("失败", "退票", "退汇", "入账失败", "处理失败")


GENERIC = Layout(
    name="generic",
    out_columns={
        "batch": "批次号",
        "line": "明细号",
        "holder": "收款人",
        "account": "账号",
        "bank": "开户行",
        "yuan": "金额(元)",
        "purpose": "用途",
    },
    in_columns={
        "batch": "批次号",
        "line": "明细号",
        "yuan": "金额(元)",
        "result": "结果",
        "code": "原因代码",
        "text": "原因",
    },
)


def load_layout(path: Path) -> Layout:
    """Read a bank's column mapping from YAML: ``name``, ``encoding``, ``out`` and ``in`` (field: header).

    :raises BadInput: a field is unknown or a needed one is missing; names it.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput("列对应文件读不出来", where=str(path)) from error
    if not isinstance(given, dict) or not isinstance(given.get("out"), dict) or not isinstance(given.get("in"), dict):
        raise BadInput("列对应文件应有 name、out、in 三项", where=str(path))
    for part, known, needed in (("out", OUT_FIELDS, OUT_FIELDS[:6]), ("in", IN_FIELDS, NEEDED_IN)):
        for field in given[part]:
            if field not in known:
                raise BadInput(f"没有字段“{field}”", where=f"{path} {part}", next_step="可用:" + "、".join(known))
        for field in needed:
            if field not in given[part]:
                raise BadInput(f"缺少字段“{field}”", where=f"{path} {part}")
    return Layout(
        name=str(given.get("name") or path.stem)[:40],
        out_columns={k: str(v) for k, v in given["out"].items()},
        in_columns={k: str(v) for k, v in given["in"].items()},
        encoding=str(given.get("encoding") or "utf-8-sig"),
    )
