"""What waits for a post today: counts that open lists, and the first items themselves. A fixed number of queries."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from doudi.cases.models import Proposal
from doudi.kernel.actors import Actor
from doudi.kernel.calendar import working_days_between
from doudi.kernel.errors import BadInput
from doudi.payments.models import RUN_STATES, PayRun
from doudi.policy.models import LocalRule
from doudi.ui.jinja_env import page_url_or_none, query_of

FIRST_ITEMS = 8
STAGE_OF_ROLE = {"township": "proposed", "county": "reviewed"}

NEEDS_FACTS_SQL = """
select count(distinct household_id)
from determination_determination
where outcome = 2
  and run_id in (select max(run_id) from cases_proposal group by left(division_code, 6))
"""

RETURNED_LINES_SQL = """
select count(*)
from payments_line l
where l.state = 'returned'
  and not exists (select 1 from payments_line n where n.replaces_id = l.id)
"""

LATEST_BATCHES_SQL = """
select distinct on (b.division_code, b.kind)
       b.id, b.kind, b.department, b.file_name, b.known_on, b.taken_count, b.rejected_count, b.set_aside_count
from facts_batch b
order by b.division_code, b.kind, b.id desc
"""

FIRST_ITEMS_SQL = """
select p.id, p.programme, p.kind, p.lane, p.amount_before_fen_m, p.amount_after_fen_m, p.since_month, p.due_on,
       coalesce(s.name, h.name, '') as subject_name, p.subject_kind, coalesce(d.name, p.division_code) as place_name
from cases_proposal p
join registry_household f on f.id = p.household_id
left join registry_person h on h.id = f.head_id
left join registry_person s on s.id = p.subject_id and p.subject_kind = 'p'
left join places_division d on d.code = p.division_code and d.since <= %(on)s and (d.until is null or d.until > %(on)s)
where p.state = %(state)s
order by p.due_on, p.lane desc, p.id
limit %(limit)s
"""


@dataclasses.dataclass(frozen=True)
class Queue:
    """One heap of work: how many, in which words, and where it opens."""

    label: str
    count: int
    hint: str
    href: str | None
    tone: str = ""
    amount_fen: int | None = None


def _rows(sql: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _opens(name: str, **query: str) -> str | None:
    href = page_url_or_none(name)
    return f"{href}{query_of(query)}" if href and query else href


def proposal_queues(actor: Actor) -> list[Queue]:
    """Count proposals by what this post does with them; one query."""
    counted = {
        (row["state"], row["lane"]): row["n"]
        for row in Proposal.objects.order_by().values("state", "lane").annotate(n=Count("id"))
    }

    def count(state: str, lane: str = "") -> int:
        return sum(n for (s, ln), n in counted.items() if s == state and lane in ("", ln))

    def queue(label: str, hint: str, state: str, lane: str = "", tone: str = "") -> Queue:
        return Queue(label, count(state, lane), hint, _opens("proposal_list", state=state, lane=lane), tone)

    review = [
        queue("待审核 · 需人工看", "有疑点,逐户看理由和证据", "proposed", "flagged", "orange"),
        queue("待审核 · 一致", "事实与结论一致,可成批审核", "proposed", "clean", "blue"),
    ]
    confirm = [
        queue("待确认 · 需人工看", "乡镇已审核,有疑点,逐户确认", "reviewed", "flagged", "orange"),
        queue("待确认 · 一致", "乡镇已审核,可成批确认", "reviewed", "clean", "blue"),
    ]
    held = queue("暂缓", "政策暂缓期内,停发、减发先不办", "held", tone="yellow")
    returned = queue("退回补正", "县里退回,补齐后再审核", "returned", tone="orange")
    return {
        "township": [*review, returned, held],
        "county": [*confirm, *review[:1], held],
        "province": [queue("待审核", "各乡镇尚未审核", "proposed"), queue("待确认", "各县尚未确认", "reviewed"), held],
        "auditor": [held, queue("已确认", "抽查:每一项都能看到两个人和理由", "confirmed")],
    }.get(actor.role, [])


def needs_facts_queue() -> Queue:
    return Queue(
        "还不能判断",
        _number(NEEDS_FACTS_SQL),
        "缺事实的家庭:缺什么、谁能提供",
        _opens("needs_facts_list"),
        "teal",
    )


def pay_queues(actor: Actor) -> list[Queue]:
    """Count payment runs by state and lines that came back; two queries."""
    by_state = {
        row["state"]: (row["n"], row["fen"])
        for row in PayRun.objects.order_by().values("state").annotate(n=Count("id"), fen=Sum("sum_fen"))
    }
    waits = {
        "frozen": ("待校验的批次", "名单已冻结,待查去世、重复、共用账户", "blue"),
        "checked": ("待批准的批次", "校验已过,待第二人批准", "orange"),
        "approved": ("待报送银行", "已批准,待制作代发文件", "blue"),
        "sent": ("等银行回盘", "文件已报送,待装入回盘", "yellow"),
        "answered": ("待结清", "回盘已入账,对账后结清", "blue"),
        "closed": ("已结清的批次", "可从任一笔追到条款", ""),
    }
    states = {
        "finance": ("frozen", "checked", "approved", "sent", "answered"),
        "county": ("frozen", "sent"),
        "auditor": ("sent", "answered", "closed"),
        "province": ("sent",),
    }.get(actor.role, ())
    queues = [
        Queue(
            waits[state][0],
            by_state.get(state, (0, 0))[0],
            waits[state][1],
            _opens("pay_run_list", state=state),
            waits[state][2],
            by_state.get(state, (0, 0))[1] or None,
        )
        for state in states
    ]
    if queues:
        back = _number(RETURNED_LINES_SQL)
        queues.append(Queue("退票", back, "银行退回,更正账户后补发", _opens("return_list"), "orange"))
    return queues


def local_rule_queue() -> Queue:
    waiting = LocalRule.objects.filter(state="proposed").count()
    return Queue("待会签的地方规定", waiting, "参数或开关,待第二人确认", _opens("switch_list"), "orange")


def latest_batches() -> list[dict[str, Any]]:
    """List the last file of every kind and county; one query."""
    return _rows(LATEST_BATCHES_SQL)


def first_items(actor: Actor, on: dt.date) -> list[dict[str, Any]]:
    """List the first proposals that wait for this post, the most pressing first; one query."""
    state = STAGE_OF_ROLE.get(actor.role)
    if state is None:
        return []
    found = _rows(FIRST_ITEMS_SQL, {"state": state, "limit": FIRST_ITEMS, "on": on})
    return [{**item, "days_left": days_left(on, item["due_on"])} for item in found]


def days_left(on: dt.date, due_on: dt.date) -> int:
    """Count the working days left; negative when overdue. Plain days where the year's holidays are not recorded."""
    first, last = min(on, due_on), max(on, due_on)
    try:
        days = working_days_between(first, last)
    except BadInput:
        days = (last - first).days
    return days if due_on >= on else -max(days, 1)


def latest_run() -> PayRun | None:
    """Give the newest payment run the post may see."""
    return PayRun.objects.exclude(state="cancelled").order_by("-id").first()


def run_steps(run: PayRun) -> tuple[list[str], int]:
    """Give the stages of a run and the index of the one in hand."""
    states = [state for state in RUN_STATES if state != "cancelled"]
    done = states.index(run.state)
    labels = ["冻结名单", "校验", "第二人批准", "报送银行", "银行回盘", "结清"]
    return labels, len(labels) if run.state == "closed" else done + 1


def with_pages(queues: Iterable[Queue]) -> list[Queue]:
    """Leave out heaps whose list is not installed."""
    return [queue for queue in queues if queue.href]
