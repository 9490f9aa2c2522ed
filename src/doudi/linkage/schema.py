"""The shape of a rule file as JSON Schema; the reader takes its list of known keys from here."""

from typing import Any

from doudi.linkage.words import FUNDS, GROUPS, SERIES

Schema = dict[str, Any]
PERCENT = "百分数:3.5% 或 3.5,最多两位小数"
MONEY = "金额带单位:25 元、850 元/月、4395 元/年"
MONTH = "月份:2019-08"


def _text(about: str, **more: Any) -> Schema:
    return {"type": ["string", "number"], "description": about} | more


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(about: str, properties: dict[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    found: Schema = {
        "type": "object",
        "description": about,
        "properties": properties,
        "additionalProperties": False,
    }
    return found | {"required": list(required)} if required else found


def _list_of(one: Schema, about: str = "") -> Schema:
    return {"type": "array", "items": one, "minItems": 1} | ({"description": about} if about else {})


def _one_or_more(one: Schema) -> Schema:
    return {"oneOf": [one, _list_of(one)]}


_PAPER: dict[str, Schema] = {
    "document": _text("依据文件:标题或文号,必写"),
    "clause": _text("条款编号或条次"),
    "url": _text("看到文本的地址"),
    "note": _text("说明"),
    "verified": {"type": "boolean", "description": "没有见到文本的写 false,并写 note"},
}
_READING: dict[str, Schema] = {
    "series": _text(f"指数系列:{'、'.join(name for name in SERIES if name != 'food_tobacco')} 或 own 里自定的"),
    "months": {"type": "integer", "minimum": 1, "maximum": 12, "description": "几个月一起看,到指数月为止"},
    "how": _text("几个月怎么看", enum=["average", "each", "year_to_date"]),
}
_AMOUNT_PARTS: dict[str, Schema] = {
    "kind": _text(
        "算法",
        enum=[
            "product", "share", "fixed", "points", "tiers", "by_area", "by_group", "by_trigger", "highest_of",
            "lowest_of", "sum_of", "by_size",
        ],
    ),
}  # fmt: skip
FORMULA_KEYS: dict[str, dict[str, Schema]] = {
    "product": {"base": _ref("base"), "index": _ref("index")},
    "share": {"base": _ref("base"), "share": _text("标准的几分之几:1/12、8%")},
    "fixed": {"amount": _ref("money_by_area")},
    "points": {
        "index": _ref("index"),
        "each": _ref("money_by_area"),
        "over": _text(f"从这个涨幅以上计,默认 0。{PERCENT}"),
        "step": _text("一个点是多少,默认 1%"),
        "count": _text("full 满一个点才算、begun 不足一个点按一个点、exact 按比例", enum=["full", "begun", "exact"]),
        "start": _ref("money_by_area"),
    },
    "tiers": {"base": _ref("base"), "index": _ref("index"), "tiers": _list_of(_ref("tier"))},
    "by_area": {"urban": _ref("amount"), "rural": _ref("amount")},
    "by_group": {
        "groups": {"type": "object", "additionalProperties": _ref("amount")},
        "otherwise": _ref("amount"),
    },
    "by_trigger": {
        "series": {"type": "object", "additionalProperties": _ref("amount")},
        "both": _text("几个条件都达到时", enum=["higher", "lower", "sum"]),
    },
    "highest_of": {"of": _list_of(_ref("amount"))},
    "lowest_of": {"of": _list_of(_ref("amount"))},
    "sum_of": {"of": _list_of(_ref("amount"))},
    "by_size": {"sizes": {"type": "object", "additionalProperties": _ref("money_by_area")}},
}
DEFS: dict[str, Schema] = {
    "money_by_area": {
        "oneOf": [_text(MONEY), _object("城乡不同", {"urban": _text(MONEY), "rural": _text(MONEY)})],
        "description": MONEY,
    },
    "percent_by_area": {
        "oneOf": [_text(PERCENT), _object("城乡不同", {"urban": _text(PERCENT), "rural": _text(PERCENT)})]
    },
    "line": _object(
        "一个启动条件",
        {**_READING, "at_least": _ref("percent_by_area"), "more_than": _ref("percent_by_area")},
        ("series",),
    ),
    "condition": {
        "oneOf": [
            _text("local:由各地规定"),
            _ref("line"),
            _object("任何一个达到", {"any": _list_of(_ref("condition"))}),
            _object("都要达到", {"all": _list_of(_ref("condition"))}),
        ]
    },
    "reading": {"oneOf": [_text("系列名"), _object("几个月一起看的涨幅", _READING, ("series",))]},
    "index": {
        "oneOf": [
            _text("系列名,或 triggered(达到条件的那一个,几个都达到时取高的)"),
            _object(
                "用哪个涨幅",
                {
                    **_READING,
                    "higher": _list_of(_ref("reading")),
                    "lower": _list_of(_ref("reading")),
                    "of_average": _list_of(_ref("reading")),
                    "triggered": _text("几个都达到时", enum=["higher", "lower", "average"]),
                    "less": _text(f"减去多少。{PERCENT}"),
                    "round_to": _text("涨幅先取整到多少,如 1%"),
                    "round_how": _text("怎么取整", enum=["nearest", "up", "down"]),
                },
            ),
        ]
    },
    "base": {
        "oneOf": [
            _text("标准名:低保、城市低保、特困……;own 为各对象自己的标准"),
            _object(
                "基数",
                {
                    "standard": _text("标准名"),
                    "area": _text("谁的标准", enum=["person", "urban", "rural", "average"]),
                    "months_back": {"type": "integer", "minimum": 0, "maximum": 24, "description": "12 为上年同期"},
                    "share": _text("取标准的几分之几"),
                    "amount": _ref("money_by_area"),
                },
            ),
        ]
    },
    "tier": _object(
        "一档:涨幅达到 from、低于 below",
        {"from": _text(PERCENT), "below": _text(PERCENT), "share": _text("1/12、8%"), "amount": _ref("amount")},
        ("from",),
    ),
    "amount": {
        "oneOf": [
            _text(MONEY),
            _object("城乡不同", {"urban": _ref("amount"), "rural": _ref("amount")}),
            *(_object(kind, {"kind": {"const": kind}, **keys}, ("kind",)) for kind, keys in FORMULA_KEYS.items()),
        ]
    },
    "rounding_step": _object(
        "一步取整",
        {
            "to": _text("取到:元、角、分、半元、5 元……"),
            "how": _text("nearest 四舍五入、up 进位、down 舍去、见角进元"),
            "before_multiplier": {"type": "boolean", "description": "先取整再乘倍数;默认先乘后取整"},
        },
        ("to", "how"),
    ),
    "bound": {
        "oneOf": [
            _ref("money_by_area"),
            _object(
                "最低或最高数额",
                {
                    "amount": _ref("money_by_area"),
                    "groups": {"type": "object", "additionalProperties": _ref("money_by_area")},
                    "multiplied": {"type": "boolean", "description": "阶段加倍时也跟着加倍;默认不"},
                },
            ),
        ]
    },
    "deadline": {
        "oneOf": [
            _text("20 个工作日,或 month_end(指数公布当月)"),
            _object(
                "发放期限",
                {
                    "working_days": {"type": "integer", "minimum": 1, "maximum": 120},
                    "month_end": {"const": True},
                    "day_of_payment_month": {"type": "integer", "minimum": 1, "maximum": 31},
                    "dates": {"type": "object", "description": "指数月: 截止日", "additionalProperties": _text("日期")},
                    "otherwise": _ref("deadline"),
                },
            ),
        ]
    },
    "dedup": {
        "oneOf": [
            _text("一人属于几类时:取高、按次序取第一、相加", enum=["highest", "first", "sum"]),
            _object(
                "一人属于几类时",
                {
                    "take": _text("取高、按次序取第一、相加", enum=["highest", "first", "sum"]),
                    "priority": _list_of(_text("对象")),
                },
            ),
        ]
    },
    "fund": {
        "oneOf": [
            _text("资金来源", enum=list(FUNDS)),
            _object(
                "资金来源",
                {"source": _text("资金来源", enum=list(FUNDS)), "clause": _text("条款"), "note": _text("说明")},
            ),
        ]
    },
    "group": {
        "oneOf": [
            _text(f"对象:{'、'.join(GROUPS)},或中文名"),
            _object(
                "有特别规定的对象",
                {
                    "group": _text("对象"),
                    "base": _ref("base"),
                    "times": _text("系数:1.2、50%、1/2"),
                    "amount": _ref("amount"),
                    "minimum": _ref("bound"),
                    "maximum": _ref("bound"),
                    "fund": _ref("fund"),
                    "multiplied": {"type": "boolean", "description": "阶段加倍时是否加倍,默认是"},
                    "unit": _text("发给个人还是家庭", enum=["person", "household"]),
                    "area": _text("只限城市或农村的", enum=["urban", "rural"]),
                    "note": _text("说明"),
                },
                ("group",),
            ),
        ]
    },
    "version": _object(
        "一段时间的规则;没有写的部分按上级在同月的规则",
        {
            "from": _text(f"第一个指数月。{MONTH}"),
            "to": _text(f"最后一个指数月,含;不写为仍在施行。{MONTH}"),
            **_PAPER,
            "level": _text("由哪一级启动", enum=["province", "prefecture", "county"]),
            "start": _ref("condition"),
            "stop": _ref("condition"),
            "groups": _list_of(_ref("group")),
            "outer_groups": _text("上级规定的对象是否一并算入,默认 add", enum=["add", "ignore"]),
            "outer_phases": _text("上级的阶段性政策是否适用,默认 apply", enum=["apply", "ignore"]),
            "base": _ref("base"),
            "amount": _ref("amount"),
            "rounding": {
                "oneOf": [_text("not_stated:文件没有写"), _ref("rounding_step"), _list_of(_ref("rounding_step"))]
            },
            "minimum": _ref("bound"),
            "maximum": _ref("bound"),
            "unit": _text("默认发给个人还是家庭", enum=["person", "household"]),
            "payment": _object(
                "发放",
                {
                    "months_later": {"type": "integer", "minimum": 0, "maximum": 6},
                    "every": _text("按月还是按季", enum=["month", "quarter"]),
                    "pays_months": {"type": "integer", "minimum": 1, "maximum": 12},
                },
            ),
            "deadline": _one_or_more(_ref("deadline")),
            "funds": {"type": "object", "additionalProperties": _ref("fund")},
            "dedup": _ref("dedup"),
            "standard_month": _text("用指数月还是发放月的标准", enum=["index", "payment"]),
            "not_paid_in": {
                "oneOf": [
                    _list_of({"type": "integer", "minimum": 1, "maximum": 12}),
                    {"type": "object", "additionalProperties": _text("原因")},
                ]
            },
            "decide_within": {
                "type": "integer",
                "minimum": 1,
                "maximum": 60,
                "description": "未启动但测算有增支时,几个工作日内作出决定",
            },
        },
        ("from", "document"),
    ),
    "phase": _object(
        "阶段性政策:不改基本规则,只在这些月改变界线、对象、倍数、期限",
        {
            "name": _text("名称"),
            "from": _text(f"第一个指数月。{MONTH}"),
            "to": _text(f"最后一个指数月。{MONTH}"),
            "from_payment": _text("文件按发放月写的,写发放月,自动换成前一个指数月"),
            "to_payment": _text("同上"),
            **_PAPER,
            "lines": {"type": "object", "additionalProperties": _ref("percent_by_area")},
            "add_groups": _list_of(_ref("group")),
            "multiplier": _text("倍数:2、1.5"),
            "deadline": _one_or_more(_ref("deadline")),
            "amount": _ref("amount"),
            "minimum": _ref("bound"),
        },
        ("name", "document"),
    ),
    "standard_row": _object(
        "一个标准的数值",
        {
            "standard": _text("标准名"),
            "area": _text("urban、rural,不写为城乡相同", enum=["urban", "rural"]),
            "place": _text("区划代码,默认本规则的地方"),
            "from": _text(MONTH),
            "to": _text(MONTH),
            "amount": _text(MONEY),
            "source": _text("出处"),
            "verified": {"type": "boolean"},
            "note": _text("说明"),
        },
        ("standard", "from", "amount", "source"),
    ),
    "own_name": _object(
        "本地自定的名称",
        {
            "name": _text("英文名"),
            "label": _text("中文名"),
            "words": _list_of(_text("其他叫法")),
            "standard": _text("对象自己的标准名"),
            "low": _text("常见范围的下限"),
            "high": _text("常见范围的上限"),
        },
        ("name", "label"),
    ),
    "basket_item": _object(
        "困难家庭每人每月的一项支出", {"item": _text("品名"), "amount": _text(MONEY), "source": _text("出处")}
    ),
}
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "社会救助和保障标准与物价上涨挂钩联动机制:规则文件",
    **_object(
        "一个文件写一个地方的规则",
        {
            "place": {"type": ["string", "integer"], "description": "区划代码前缀:省 2 位、市 4 位、县 6 位"},
            "name": _text("地名"),
            "note": _text("说明"),
            "own": _object(
                "本地自定的系列、对象、标准",
                {
                    "series": _list_of(_ref("own_name")),
                    "groups": _list_of(_ref("own_name")),
                    "standards": _list_of(_ref("own_name")),
                },
            ),
            "rules": _list_of(_ref("version")),
            "phases": _list_of(_ref("phase")),
            "standards": _list_of(_ref("standard_row")),
            "basket": _list_of(_ref("basket_item")),
        },
        ("place", "name"),
    ),
    "$defs": DEFS,
}


def keys(name: str) -> tuple[str, ...]:
    """List the keys of an object of the schema; ``""`` is the file itself."""
    if not name:
        return tuple(SCHEMA["properties"])
    found = DEFS[name]
    for one in (found, *found.get("oneOf", ())):
        if one.get("properties") and set(one["properties"]) != {"urban", "rural"}:
            return tuple(one["properties"])
    raise KeyError(name)


def keys_within(name: str, part: str) -> tuple[str, ...]:
    """List the keys of an object written inside another one."""
    holder = SCHEMA["properties"] if not name else DEFS[name]["properties"]
    return tuple(holder[part]["properties"])
