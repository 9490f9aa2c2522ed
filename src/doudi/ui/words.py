"""Words for statuses: one table of label, tone and mark, so that one state looks the same on every page."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Status:
    """How a state is shown. ``mark`` is a shape, so that colour never speaks alone."""

    label: str
    tone: str  # plain, blue, green, teal, yellow, orange, red
    mark: str = "•"


STATUSES: dict[str, Status] = {
    # outcomes of a determination
    "refuses": Status("不符合", "plain", "○"),
    "grants": Status("符合", "green", "✓"),
    "needs_facts": Status("还不能判断", "teal", "?"),
    # proposals
    "proposed": Status("待审核", "blue", "▸"),
    "held": Status("暂缓", "yellow", "‖"),
    "reviewed": Status("待确认", "blue", "▸"),
    "confirmed": Status("已确认", "green", "✓"),
    "withdrawn": Status("已撤销", "plain", "○"),
    "start": Status("新增", "green", "+"),
    "change": Status("变更", "blue", "±"),
    "stop": Status("停发", "orange", "−"),
    "phase_out": Status("渐退", "yellow", "↘"),
    "clean": Status("一致", "green", "✓"),
    "flagged": Status("需人工看", "orange", "▲"),
    # awards
    "running": Status("在保", "green", "✓"),
    "ended": Status("已停", "plain", "○"),
    # payments
    "frozen": Status("已锁定", "plain", "□"),
    "checked": Status("已复核", "blue", "▸"),
    "approved": Status("已批准", "blue", "✓"),
    "sent": Status("已报送", "blue", "→"),
    "answered": Status("已回盘", "blue", "←"),
    "closed": Status("已结清", "green", "✓"),
    "cancelled": Status("已作废", "plain", "○"),
    "paid": Status("已到账", "green", "✓"),
    "returned": Status("退回", "orange", "↩"),
    "void": Status("已冲正", "plain", "○"),
    "posted": Status("已入账", "green", "✓"),
    "voided": Status("已冲回", "plain", "↩"),
    "repeated": Status("重复,未再记", "plain", "="),
    "refused": Status("未受理", "orange", "▲"),
    "failed": Status("失败", "orange", "↩"),
    # files
    "taken": Status("已装入", "green", "✓"),
    "rejected": Status("退回修改", "orange", "▲"),
    "set_aside": Status("搁置待核", "yellow", "‖"),
    # policy
    "works": Status("已实现", "green", "✓"),
    "planned": Status("计划中", "yellow", "…"),
    "no_function": Status("无需系统功能", "plain", "○"),
    "in_force": Status("执行中", "green", "✓"),
    "expired": Status("已到期", "plain", "○"),
    # reports
    "submitted": Status("已报送", "green", "✓"),
    "late": Status("迟报", "orange", "▲"),
    "due": Status("待报", "blue", "▸"),
}

OUTCOMES = {0: "refuses", 1: "grants", 2: "needs_facts"}


def status(code: str | int | None) -> Status:
    """Look a state up; an unknown one is shown as it is, without colour."""
    if isinstance(code, int):
        code = OUTCOMES.get(code, str(code))
    return STATUSES.get(code or "", Status(code or "--", "plain", "•"))
