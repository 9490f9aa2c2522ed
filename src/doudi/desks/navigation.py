"""The left navigation: which pages a post is shown, in which drawer, in which order."""

import dataclasses

from doudi.ui.jinja_env import page_url_or_none

EVERYONE = frozenset({"village", "township", "county", "finance", "province", "auditor", "administrator"})
FAMILIES = frozenset({"village", "township", "county", "province", "auditor"})
DECIDING = frozenset({"township", "county", "province", "auditor"})
MONEY = frozenset({"county", "finance", "province", "auditor"})
REPORTING = frozenset({"township", "county", "province", "auditor"})
LOOKING = frozenset({"auditor", "administrator"})
RUNNING = frozenset({"administrator"})


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the navigation; hidden when its page is not installed or the post has no use for it."""

    label: str
    url_name: str
    icon: str
    roles: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Shown:
    label: str
    href: str
    icon: str
    current: bool


@dataclasses.dataclass(frozen=True)
class Drawer:
    label: str
    items_shown: list[Shown]


DRAWERS: list[tuple[str, list[Entry]]] = [
    (
        "今天",
        [
            Entry("工作台", "workbench", "desk", EVERYONE),
            Entry("查人查户", "search", "family", FAMILIES),
        ],
    ),
    (
        "认定",
        [
            Entry("部门数据", "import_list", "inbox", frozenset({"county", "province", "auditor"})),
            Entry("待办事项", "proposal_list", "scales", DECIDING),
            Entry("待申请名单", "waiting_list", "people", FAMILIES),
            Entry("价格补贴", "price_overview", "coins", MONEY | frozenset({"township"})),
        ],
    ),
    (
        "资金",
        [
            Entry("资金总览", "fund_overview", "coins", MONEY),
            Entry("发放批次", "pay_run_list", "run", MONEY),
            Entry("退票处理", "return_list", "return", MONEY),
            Entry("对账", "reconcile", "tie", MONEY),
        ],
    ),
    ("报送", [Entry("每周报表", "weekly_report", "report", REPORTING)]),
    (
        "政策",
        [
            Entry("条款", "policy_library", "book", EVERYONE),
            Entry("标准与参数", "parameter_list", "dial", EVERYONE),
            Entry("标准表", "standard_table", "dial", EVERYONE),
            Entry("政策开关", "switch_list", "pause", EVERYONE),
            Entry("区域状态", "region_list", "pause", EVERYONE),
            Entry("政策测算", "simulation_list", "scales", MONEY),
        ],
    ),
    (
        "监督与运行",
        [
            Entry("操作留痕", "audit_log", "trail", LOOKING),
            Entry("人员与岗位", "user_list", "people", RUNNING),
            Entry("业务日期", "business_date", "calendar", RUNNING),
        ],
    ),
]


def navigation(role: str, path: str) -> list[Drawer]:
    """Give the drawers of one post; the entry whose address begins the present path is marked."""
    found: list[tuple[str, list[tuple[Entry, str]]]] = []
    best = ""
    for label, entries in DRAWERS:
        kept: list[tuple[Entry, str]] = []
        for entry in entries:
            href = page_url_or_none(entry.url_name)
            if role not in entry.roles or href is None:
                continue
            kept.append((entry, href))
            if path.startswith(href) and len(href) > len(best) and (href != "/" or path == "/"):
                best = href
        if kept:
            found.append((label, kept))
    return [
        Drawer(label, [Shown(entry.label, href, entry.icon, href == best) for entry, href in kept])
        for label, kept in found
    ]
