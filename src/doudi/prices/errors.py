"""What this room refuses, in words that say what to do next."""

from doudi.kernel.errors import BadInput, Refusal


class WrongField(BadInput):
    """One field of a form is wrong; ``field`` names it."""

    def __init__(self, field: str, text: str, *, next_step: str = "") -> None:
        super().__init__(text, next_step=next_step)
        self.field = field


class Doubtful(WrongField):
    """A figure outside what is usual; entering it a second time confirms it."""


class SamePerson(Refusal):
    message = "录入人和确认人必须是两个人"
    next_step = "请由另一名有确认权限的同事确认"


class NotOpen(Refusal):
    message = "这一项现为“{state}”,不能{act}"
    next_step = "请刷新后查看"


class AlreadyEntered(Refusal):
    message = "{month} 的 {series} 已经录入 {value}"
    next_step = "要更正的,写明更正原因再录一次;原来的数保留"


class TypedOtherwise(Refusal):
    message = "第二次录入的 {typed} 与第一次的 {value} 不一致"
    next_step = "请与公布的数值核对;第一次录错的,先撤回再录"


class MonthSkipped(Refusal):
    message = "{months} 还没有评估,不能跳到 {month}"
    next_step = "请先录入并确认 {first} 的指数,按月依次评估"


class NoStart(Refusal):
    message = "{place} 没有 {month} 的启动决定,不能编花名册"
    next_step = "达到启动条件并经两人决定启动后再编"


class Superseded(Refusal):
    message = "这次评估之后 {month} 又重新评估过"
    next_step = "请按最新的评估办理"


class NotDecidable(Refusal):
    message = "评估结论是“{state}”,不能作“{kind}”的决定"
    next_step = "启动要达到条件;未启动的可以决定发放一次性补贴或不发"


class AlreadyDecided(Refusal):
    message = "{month} 已有决定:{kind}({state})"
    next_step = "未确认的可以先撤回"


STATE_WORDS = {"entered": "待确认", "confirmed": "已确认", "withdrawn": "已撤回"}
KIND_WORDS = {"start": "启动", "stop": "中止", "one_off": "未启动,发放一次性补贴", "no_subsidy": "未启动,不发"}
