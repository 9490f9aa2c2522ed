"""The language of rule files: the only module that a ``packs/**/rules.py`` imports.

A rule is a function whose argument names are inputs (``packs/cn/inputs.yaml``), parameters, or
other rules; it returns a whole number or a truth value.  No ``if``, no floats, no I/O, no date
of today: only ``+ - *``, comparisons, ``& |``, other helpers below.  Every rule names its clause.
Rule names are global: any programme may use any other programme's rules by name, and a person
rule sees the values of the person's household.  A household rule sees members only through
``total``, ``anyone`` and ``everyone``.

::

    from doudi.engine.lang import HOUSEHOLD, PERSON, Programme, certainly, div, law, most, where

    MEASURES = law("P1", "社会救助暂行办法")
    NOTICE = law("HLJMCA2022", "黑龙江省民政厅等2022年通知")
    dibao = Programme("dibao")                # a programme of the platform (doudi.kernel.programmes)
    family = Programme("family")              # any other name: shared facts without an outcome

    @family.fact(PERSON, MEASURES["第十条"], label="计入收入", unit="fen/month")
    def counted_income_fen_m(wage_fen_m, pension_fen_m, is_student):
        return where(is_student, 0, wage_fen_m) + pension_fen_m

    family.total("income_fen_m_hh", of="counted_income_fen_m", cite=MEASURES["第十条"], label="家庭月收入",
                 unit="fen/month")
    family.total("member_count", cite=MEASURES["第九条"], label="成员", unit="person")   # of=None counts members
    family.anyone("has_company", of="owns_company", cite=MEASURES["第九条"], label="有成员登记企业")

    @dibao.criterion(1, HOUSEHOLD, MEASURES["第九条"], label="收入低于标准", ask="向用人单位核实工资",
                     yes="人均月收入{income_fen_m_pc}低于标准{dibao_standard_fen_m_pc}",
                     no="人均月收入{income_fen_m_pc}不低于标准{dibao_standard_fen_m_pc}")
    def income_below_standard(income_fen_m_pc, dibao_standard_fen_m_pc):
        return income_fen_m_pc < dibao_standard_fen_m_pc

    @dibao.entitled(1, HOUSEHOLD, MEASURES["第九条"], name="household", label="整户保障")
    def dibao_household(income_below_standard, has_company):
        return income_below_standard & not_(has_company)

    @dibao.amount(HOUSEHOLD, MEASURES["第十二条"], route=1, label="差额", unit="fen/month")
    def dibao_gap_fen_m(dibao_standard_fen_m_pc, member_count, income_fen_m_hh):
        return dibao_standard_fen_m_pc * member_count - income_fen_m_hh

``cite`` is one clause or a tuple of clauses; those of a document named with ``since=``/``until=`` are
shown only for days inside, and a rule none of whose texts stands that day is not in force.
``since=`` / ``until=`` ("2022-06-02", half-open) let several functions share a name for different
dates: exactly one may be in force on a day.
``bit`` (0..62) and the route number are given once per programme and never reused.
``yes``/``no`` may show any named value in braces; ``unit`` says how to write it (fen, fen/month,
fen/year, permille, person, ...).  ``ask`` says what to do when the criterion is unknown.

From the above the engine derives, for every programme with an ``entitled`` rule, values that
other rules may use too: ``dibao_outcome`` (0 refuses, 1 grants, 2 needs facts), ``dibao_granted``
(true / false / unknown), ``dibao_route`` (number, 0 none), ``dibao_amount_fen_m`` (0 when refused,
unknown when facts are needed; ``..._amount_fen`` for programmes granted once), ``dibao_criteria_met``,
``dibao_criteria_unknown``.  Routes are
tried by ascending number; the first that is not certainly false decides: true grants it, unknown
needs facts.  A grant whose amount is unknown needs facts.  Without an ``amount`` the amount is 0.
``@tekun.applies(PERSON, cite)`` says for whom a row is written to the determinations table
(unknown counts as yes); without it, for everybody.

``where(c, a, b)`` is unknown when ``c`` is unknown; write ``where(certainly(c), a, b)`` to read
unknown as no.  ``missing(x)`` and ``certainly(c)`` are always known.  ``total`` is unknown when
any member's value is unknown; ``anyone``/``everyone`` follow Kleene's logic over the members.
"""

import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from doudi.engine.rule import HOUSEHOLD, PERSON, Cite, Document, Rule
from doudi.engine.values import UNKNOWN, Expression
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme as PlatformProgramme

__all__ = [
    "HOUSEHOLD",
    "PERSON",
    "UNKNOWN",
    "Programme",
    "certainly",
    "div",
    "law",
    "least",
    "missing",
    "most",
    "not_",
    "number",
    "permille",
    "up_to",
    "where",
]

Function = TypeVar("Function", bound=Callable[..., Any])
Cites = Cite | tuple[Cite, ...]
Day = dt.date | str | None


class RuleError(BadInput):
    """A rule file says something that the engine cannot accept."""


def _day(value: Day) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def law(document_id: str, title: str = "", *, place: str = "", since: Day = None, until: Day = None) -> Document:
    """Name a document; index it with a clause number to cite. Outside its dates, and to families elsewhere, it is
    not cited: ``place`` is the division whose document it is."""
    return Document(document_id, title, _day(since), _day(until), place)


class Programme:
    """Collects the rules of one programme, or shared facts under a name of their own."""

    def __init__(self, name: str, *, label: str = "", entity: str = "") -> None:
        known = PlatformProgramme.__members__.get(name)
        self.name = name
        self.label = label or (known.label if known else name)
        self.entity = entity or ((HOUSEHOLD if known.subject_kind == "h" else PERSON) if known else "")
        self.is_once = known.is_once if known else False
        self.rules: list[Rule] = []

    def _add(self, kind: str, entity: str, cite: Cites, *, name: str, **more: Any) -> None:
        cites = cite if isinstance(cite, tuple) else (cite,)
        if not cites or not all(isinstance(one, Cite) for one in cites):
            raise RuleError(f"规则 {name} 没有依据条款", next_step="在装饰器里写上 law(文件)[条款]")
        if entity not in (PERSON, HOUSEHOLD):
            raise RuleError(f"规则 {name} 的主体只能是 PERSON 或 HOUSEHOLD")
        more |= {"since": _day(more.get("since")), "until": _day(more.get("until"))}
        self.rules.append(Rule(name=name, kind=kind, entity=entity, programme=self.name, cites=cites, **more))

    def _deco(self, kind: str, entity: str, cite: Cites, **more: Any) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            code = function.__code__
            self._add(
                kind,
                entity,
                cite,
                name=function.__name__,
                needs=tuple(inspect.signature(function).parameters),
                function=function,
                file=code.co_filename,
                line=code.co_firstlineno,
                **more,
            )
            return function

        return register

    def fact(
        self, entity: str, cite: Cites, *, label: str, unit: str = "", since: Day = None, until: Day = None
    ) -> Callable[[Function], Function]:
        """Register a step of the reckoning: a number or a truth value."""
        return self._deco("fact", entity, cite, label=label, unit=unit, since=since, until=until)

    def criterion(
        self,
        bit: int,
        entity: str,
        cite: Cites,
        *,
        label: str,
        yes: str,
        no: str,
        ask: str = "",
        since: Day = None,
        until: Day = None,
    ) -> Callable[[Function], Function]:
        """Register a condition with its bit in the programme's two words and its texts."""
        if not 0 <= bit <= 62:
            raise RuleError(f"条件位 {bit} 超出 0 至 62")
        return self._deco(
            "criterion", entity, cite, bit=bit, label=label, yes=yes, no=no, ask=ask, since=since, until=until
        )

    def entitled(
        self, route: int, entity: str, cite: Cites, *, name: str = "", label: str, since: Day = None, until: Day = None
    ) -> Callable[[Function], Function]:
        """Register a way to be granted; ``name`` is the route's name in result tables."""
        if route < 1:
            raise RuleError(f"途径编号 {route} 须从 1 起")
        return self._deco("entitled", entity, cite, route=route, route_name=name, label=label, since=since, until=until)

    def amount(
        self,
        entity: str,
        cite: Cites,
        *,
        route: int | None = None,
        label: str = "",
        unit: str = "",
        since: Day = None,
        until: Day = None,
    ) -> Callable[[Function], Function]:
        """Register the amount of one route, or of all routes without an amount of their own.

        Fen per month; fen in all for a programme that is granted once.
        """
        label = label or ("救助金额" if self.is_once else "月保障金额")
        unit = unit or ("fen" if self.is_once else "fen/month")
        return self._deco("amount", entity, cite, route=route, label=label, unit=unit, since=since, until=until)

    def applies(
        self, entity: str, cite: Cites, *, label: str = "适用对象", since: Day = None, until: Day = None
    ) -> Callable[[Function], Function]:
        """Register for whom a determination row is written; unknown counts as yes."""
        return self._deco("applies", entity, cite, label=label, since=since, until=until)

    def _gather(self, how: str, name: str, of: Any, cite: Cites, label: str, unit: str, since: Day, until: Day) -> None:
        member = of.__name__ if callable(of) else of
        self._add(
            "total",
            HOUSEHOLD,
            cite,
            name=name,
            needs=(member,) if member else (),
            how=how,
            label=label,
            unit=unit,
            since=since,
            until=until,
        )

    def total(
        self,
        name: str,
        *,
        of: Callable[..., Any] | str | None = None,
        cite: Cites,
        label: str,
        unit: str = "",
        since: Day = None,
        until: Day = None,
    ) -> None:
        """Sum a person value over the household; a truth value is counted; None counts members."""
        self._gather("sum" if of else "count", name, of, cite, label, unit, since, until)

    def anyone(
        self, name: str, *, of: Callable[..., Any] | str, cite: Cites, label: str, since: Day = None, until: Day = None
    ) -> None:
        """True when it holds for some member."""
        self._gather("any", name, of, cite, label, "", since, until)

    def everyone(
        self, name: str, *, of: Callable[..., Any] | str, cite: Cites, label: str, since: Day = None, until: Day = None
    ) -> None:
        """True when it holds for every member."""
        self._gather("all", name, of, cite, label, "", since, until)


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """Give ``then`` when the condition holds, ``otherwise`` when not, unknown when unknown."""
    if condition is True:
        return then
    if condition is False:
        return otherwise
    return UNKNOWN if condition is UNKNOWN else condition.choose(then, otherwise)


def not_(condition: Any) -> Any:
    """Turn a condition round; unknown stays unknown."""
    if condition is True:
        return False
    if condition is False:
        return True
    return UNKNOWN if condition is UNKNOWN else condition.negated()


def missing(value: Any) -> Any:
    """Tell whether the value is unknown; the answer itself is always known."""
    if isinstance(value, Expression):
        return value.is_missing()
    return value is UNKNOWN


def certainly(condition: Any) -> Any:
    """Read unknown as no."""
    if isinstance(condition, Expression):
        return condition.is_certain()
    return condition is not UNKNOWN and bool(condition)


def number(condition: Any) -> Any:
    """Turn a truth value into 1 or 0."""
    if condition is True:
        return 1
    if condition is False:
        return 0
    return UNKNOWN if condition is UNKNOWN else condition.as_number()


def most(first: Any, second: Any) -> Any:
    """Give the larger; unknown when either is unknown."""
    if type(first) is int and type(second) is int:
        return first if first >= second else second
    if isinstance(first, Expression):
        return first.most_of(second)
    return second.most_of(first) if isinstance(second, Expression) else UNKNOWN


def least(first: Any, second: Any) -> Any:
    """Give the smaller; unknown when either is unknown."""
    if type(first) is int and type(second) is int:
        return first if first <= second else second
    if isinstance(first, Expression):
        return first.least_of(second)
    return second.least_of(first) if isinstance(second, Expression) else UNKNOWN


def div(dividend: Any, divisor: Any) -> Any:
    """Divide whole numbers, rounded down; the divisor must be positive (``most(n, 1)``)."""
    return dividend // divisor


def permille(amount: Any, rate: Any) -> Any:
    """Take ``rate`` thousandths of an amount, rounded down to whole fen."""
    return div(amount * rate, 1000)


def up_to(amount: Any, unit: int) -> Any:
    """Round up to a whole multiple of ``unit`` fen (100 for whole yuan)."""
    return div(amount + (unit - 1), unit) * unit
