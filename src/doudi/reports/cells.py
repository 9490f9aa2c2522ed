"""The measures of the weekly report as queries: every figure is a count or sum over rows that can be opened.

Grain of ``rows``: one row per thing counted.  Parameters: ``scope`` (division), ``first`` and ``last``
(Saturday and Friday), ``month`` (month of that Friday) and its first day.  Money in fen.
"""

import dataclasses

CLAUSE = "HLJMCA2022-5.8"
NOT_RECORDED = "系统尚无记录"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One figure. ``rows`` empty: the system keeps no such record yet, a person types it or says so."""

    id: str
    group: str
    label: str
    unit: str  # 人, 户, 项, 笔, 次, 元
    definition: str
    rows: str = ""
    value: str = "count(*)"  # over the rows; money sums fen
    columns: tuple[tuple[str, str], ...] = ()  # (column of rows, heading) shown when the figure is opened
    clause: str = CLAUSE

    @property
    def is_recorded(self) -> bool:
        return bool(self.rows)

    @property
    def is_money(self) -> bool:
        return self.unit == "元"


IN_SCOPE = "{t}.division_code >= %(scope)s AND {t}.division_code < %(scope)s || ':'"

_COVERED = f"""
SELECT DISTINCT c.person_id, p.name, p.id_no_masked, a.household_id, a.division_code
  FROM benefits_coverage c JOIN benefits_award a ON a.id = c.award_id JOIN registry_person p ON p.id = c.person_id
 WHERE a.programme = '{{programme}}' AND {IN_SCOPE.format(t="a")}
   AND c.since <= %(last)s AND (c.until IS NULL OR c.until > %(last)s)
   AND a.since <= %(last)s AND (a.until IS NULL OR a.until > %(last)s)
"""

_AWARDED = f"""
SELECT a.id, a.household_id, a.subject_id, a.amount_fen_m, a.since, a.division_code
  FROM benefits_award a
 WHERE a.programme = '{{programme}}' AND {IN_SCOPE.format(t="a")}
   AND a.since <= %(last)s AND (a.until IS NULL OR a.until > %(last)s)
"""

_DECIDED = f"""
SELECT p.id AS proposal_id, p.household_id, p.programme, p.kind, p.amount_before_fen_m, p.amount_after_fen_m,
       s.decided_on, p.division_code
  FROM cases_step s JOIN cases_proposal p ON p.id = s.proposal_id
 WHERE s.stage = 'confirm' AND p.state = 'confirmed' AND s.decided_on BETWEEN %(first)s AND %(last)s
   AND p.kind {{kinds}} AND {IN_SCOPE.format(t="p")}
"""

_HELD = f"""
SELECT p.id AS proposal_id, p.household_id, p.programme, p.kind, p.hold_clause, p.hold_until, p.division_code
  FROM cases_proposal p
 WHERE p.state = 'held' AND p.cycle_month = %(month)s AND {IN_SCOPE.format(t="p")}
"""

_PAID = f"""
SELECT l.id AS line_id, l.household_id, l.programme, l.month, l.amount_fen, l.account_masked, j.effective_on,
       l.division_code
  FROM payments_line l JOIN funds_journal j ON j.id = l.final_journal_id
 WHERE l.state = 'paid' AND j.effective_on BETWEEN %(first)s AND %(last)s {{programme}} AND {IN_SCOPE.format(t="l")}
"""

_PAID_PEOPLE = f"""
SELECT DISTINCT c.person_id, p.name, p.id_no_masked, l.household_id, l.division_code
  FROM payments_line l JOIN funds_journal j ON j.id = l.final_journal_id
  JOIN benefits_coverage c ON c.award_id = l.award_id AND c.since <= to_date(l.month, 'YYYY-MM')
                          AND (c.until IS NULL OR c.until > to_date(l.month, 'YYYY-MM'))
  JOIN registry_person p ON p.id = c.person_id
 WHERE l.state = 'paid' AND j.effective_on BETWEEN %(first)s AND %(last)s
   AND l.programme = '{{programme}}' AND {IN_SCOPE.format(t="l")}
"""

_RETURNED = f"""
SELECT l.id AS line_id, l.household_id, l.programme, l.month, l.amount_fen, l.return_text, j.effective_on,
       l.division_code
  FROM payments_line l JOIN funds_journal j ON j.id = l.final_journal_id
 WHERE l.state = 'returned' AND j.effective_on BETWEEN %(first)s AND %(last)s AND {IN_SCOPE.format(t="l")}
"""

_COMPARED = f"""
SELECT b.id AS batch_id, b.department, b.kind, b.file_name, b.row_count, b.known_on, b.division_code
  FROM facts_batch b WHERE b.known_on BETWEEN %(first)s AND %(last)s AND {IN_SCOPE.format(t="b")}
"""

PEOPLE = (("name", "姓名"), ("id_no_masked", "身份证号"), ("household_id", "家庭"), ("division_code", "区划"))
AWARDS = (("id", "待遇"), ("household_id", "家庭"), ("amount_fen_m", "月金额(元)"), ("since", "起"))
PROPOSALS = (("proposal_id", "事项"), ("household_id", "家庭"), ("programme", "项目"), ("division_code", "区划"))
LINES = (
    ("line_id", "明细"),
    ("household_id", "家庭"),
    ("programme", "项目"),
    ("month", "月份"),
    ("amount_fen", "金额(元)"),
    ("division_code", "区划"),
)


def _covered(programme: str, label: str) -> Cell:
    return Cell(
        f"covered_{programme}",
        "保障对象",
        f"{label}人数",
        "人",
        f"周五当日在享{label}的人,每人计一次",
        _COVERED.format(programme=programme),
        columns=PEOPLE,
    )


def _paid(programme: str, label: str) -> list[Cell]:
    return [
        Cell(
            f"paid_people_{programme}",
            "资金发放",
            f"{label}到账人数",
            "人",
            f"本周银行回盘成功的{label}覆盖的人,每人计一次",
            _PAID_PEOPLE.format(programme=programme),
            columns=PEOPLE,
        ),
        Cell(
            f"paid_fen_{programme}",
            "资金发放",
            f"{label}到账金额",
            "元",
            f"本周银行回盘成功的{label}金额",
            _PAID.format(programme=f"AND l.programme = '{programme}'"),
            "coalesce(sum(amount_fen), 0)",
            LINES,
        ),
    ]


_PROGRAMMES = (
    ("dibao", "最低生活保障"),
    ("tekun", "特困供养"),
    ("disability_living_subsidy", "困难残疾人生活补贴"),
    ("disability_care_subsidy", "重度残疾人护理补贴"),
    ("orphan_allowance", "孤儿基本生活费"),
    ("unattended_child_allowance", "事实无人抚养儿童补贴"),
    ("old_age_allowance", "高龄津贴"),
    ("elderly_hardship_subsidy", "经济困难老年人补贴"),
    ("elderly_care_subsidy", "老年人护理补贴"),
    ("veterans_pension", "优抚对象抚恤补助"),
)

CELLS: list[Cell] = [
    Cell("visited_people", "走访排查", "走访人数", "人", "本周入户或探访的人数。走访功能上线前由人填写"),
    Cell("visited_kinds", "走访排查", "走访对象类别数", "类", "本周走访涉及的对象类别数。走访功能上线前由人填写"),
    Cell(
        "compared_batches",
        "走访排查",
        "部门数据比对批次",
        "批",
        "本周装入的部门数据文件数",
        _COMPARED,
        columns=(("department", "部门"), ("file_name", "文件"), ("row_count", "行数"), ("known_on", "获知日")),
    ),
    Cell(
        "compared_rows",
        "走访排查",
        "部门数据比对人次",
        "人次",
        "本周装入的部门数据行数",
        _COMPARED,
        "coalesce(sum(row_count), 0)",
        (("department", "部门"), ("file_name", "文件"), ("row_count", "行数"), ("known_on", "获知日")),
    ),
    *(_covered(programme, label) for programme, label in _PROGRAMMES),
    Cell(
        "households_dibao",
        "保障对象",
        "最低生活保障户数",
        "户",
        "周五当日在享最低生活保障的家庭",
        _AWARDED.format(programme="dibao"),
        "count(DISTINCT household_id)",
        AWARDS,
    ),
    Cell(
        "households_marginal",
        "保障对象",
        "低保边缘家庭户数",
        "户",
        "周五当日认定为低保边缘的家庭",
        _AWARDED.format(programme="dibao_marginal"),
        "count(DISTINCT household_id)",
        AWARDS,
    ),
    Cell(
        "households_rigid",
        "保障对象",
        "刚性支出困难家庭户数",
        "户",
        "周五当日认定为刚性支出困难的家庭",
        _AWARDED.format(programme="rigid_expenditure"),
        "count(DISTINCT household_id)",
        AWARDS,
    ),
    Cell(
        "started",
        "救助帮扶",
        "新增待遇",
        "项",
        "本周县级确认的新增",
        _DECIDED.format(kinds="= 'start'"),
        columns=PROPOSALS,
    ),
    Cell(
        "changed",
        "救助帮扶",
        "调整待遇",
        "项",
        "本周县级确认的变更",
        _DECIDED.format(kinds="= 'change'"),
        columns=PROPOSALS,
    ),
    Cell(
        "stopped",
        "救助帮扶",
        "停发和渐退",
        "项",
        "本周县级确认的停发和渐退",
        _DECIDED.format(kinds="IN ('stop', 'phase_out')"),
        columns=PROPOSALS,
    ),
    Cell(
        "held",
        "救助帮扶",
        "因政策暂缓退出",
        "项",
        "本月认定应停、应减,因暂缓退出的规定没有办理的",
        _HELD,
        columns=PROPOSALS,
    ),
    Cell("urgent_aid", "救助帮扶", "临时救助人次", "人次", "本周临时救助的人次。临时救助功能上线前由人填写"),
    *(cell for programme, label in _PROGRAMMES for cell in _paid(programme, label)),
    Cell(
        "paid_fen",
        "资金发放",
        "到账金额合计",
        "元",
        "本周银行回盘成功的全部金额",
        _PAID.format(programme=""),
        "coalesce(sum(amount_fen), 0)",
        LINES,
    ),
    Cell(
        "returned",
        "资金发放",
        "退票",
        "笔",
        "本周银行退回的明细",
        _RETURNED,
        columns=(*LINES[:5], ("return_text", "原因")),
    ),
    Cell("goods_count", "物资发放", "发放物资数量", "件", "本周发放的救助物资件数。物资功能上线前由人填写"),
]

CELL_BY_ID = {cell.id: cell for cell in CELLS}
