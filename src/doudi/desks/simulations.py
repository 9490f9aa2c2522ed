"""What a reform would do: sliders or a file in, gainers, losers and cost out; kept, comparable, printable."""

import dataclasses
import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from doudi.desks.exporting import answer
from doudi.desks.paging import actor_of, list_page, place_names, today_of
from doudi.engine.words import in_words
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.kernel.money import yuan
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.policy import queries as policy
from doudi.security.permissions import may
from doudi.security.web import desk
from doudi.simulations import services
from doudi.simulations.laying import changes_in_words
from doudi.simulations.models import Simulation
from doudi.ui.charts import bars

PAGE = 50
AREA_WORD = {False: "城市", True: "农村"}
HEADER = [
    "区划代码",
    "县(市、区)",
    "城乡",
    "项目",
    "资金来源",
    "判断对象数",
    "改前享受",
    "改后享受",
    "新纳入",
    "不再享受",
    "金额增加",
    "金额减少",
    "改前不能判断",
    "改后不能判断",
    "改前金额(元)",
    "改后金额(元)",
    "每年增加(元)",
]
SHOWN_COUNTS = (
    "subject_count",
    "granted_before",
    "granted_after",
    "newly_in",
    "newly_out",
    "gainers",
    "losers",
    "unknown_before",
    "unknown_after",
)


@dataclasses.dataclass(frozen=True)
class Field:
    """One slider: its name, words, range and step; the unit it is written in."""

    name: str
    label: str
    low: int
    high: int
    unit: str
    hint: str = ""
    parameter: str = ""
    area: str = "urban"


SLIDERS = (
    Field("urban_rise", "城市低保标准上调", 0, 50, "%", "可写一位小数", "dibao_standard_fen_m_pc"),
    Field("rural_rise", "农村低保标准上调", 0, 50, "%", "可写一位小数", "dibao_standard_fen_m_pc", "rural"),
    Field("marginal_line", "低保边缘收入线", 100, 300, "% 低保标准", "不改则留空", "marginal_line_permille"),
    Field("deposit_months", "金融资产上限", 0, 120, "个月标准", "不改则留空", "dibao_deposit_months"),
    Field("single_person", "单人保障比例", 0, 100, "% 标准", "不改则留空", "single_person_permille"),
    Field("poverty_line", "脱贫标准", 0, 20000, "元/年", "填写后核对农村标准不低于它(LN2020-5.5)"),
)


@desk("view_simulation")
def simulation_list(request: HttpRequest) -> HttpResponse:
    """List the simulations of this post's division, newest first; two can be compared."""
    found = Simulation.objects.order_by("-id").only(
        "id", "title", "division_code", "made_by_name", "made_on", "reform_digest"
    )
    page = list_page(request, found.count())
    rows = list(found[page.offset : page.offset + PAGE])
    return render(
        request,
        "desks/simulations/list.html",
        {
            "rows": rows,
            "names": place_names({row.division_code for row in rows}, today_of(request)),
            "page": page,
            "may_simulate": may(actor_of(request), "simulate"),
        },
    )


@desk("simulate")
def simulation_new(request: HttpRequest) -> HttpResponse:
    """Set the sliders, or paste a reform file, and try it on everybody of the division."""
    actor, on = actor_of(request), today_of(request)
    filled = {name: request.POST.get(name, "").strip() for name in ("title", "on", "text", *_names())}
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            text = filled["text"] or _text_of_sliders(filled, actor.scope_code, request)
            made = services.simulate_division(services.read_text(text), text, actor.scope_code, actor=actor, on=on)
        except BadInput as error:
            errors = [(error.where if error.where in filled else "", error.text.removeprefix(f"{error.where}:"))]
        else:
            messages.success(request, f"已测算 {made.result['person_count']:,} 人")
            return redirect("simulation_file", made.pk)
    return render(
        request,
        "desks/simulations/new.html",
        {
            "fields": SLIDERS,
            "filled": filled | {"on": filled["on"] or str(on), "title": filled["title"]},
            "errors": errors,
            "present": _present_values(actor.scope_code, on),
            "runs": services.latest_runs(actor.scope_code),
        },
        status=422 if errors else 200,
    )


def _present_values(division_code: str, on: dt.date) -> dict[str, str]:
    """Say what each slider's value is today in the division, where one value holds there."""
    law = policy.law()
    local = policy.local_rows(on, on)
    found = {field.name: "" for field in SLIDERS}
    for field in SLIDERS:
        if field.parameter and division_code:
            value = law.parameters.resolve(field.parameter, division_code, field.area, on, on, local)
            if value is not None:
                found[field.name] = in_words(value.value, law.parameters.unit(field.parameter))
    return found


def _names() -> list[str]:
    return [field.name for field in SLIDERS]


def _text_of_sliders(filled: dict[str, str], division_code: str, request: HttpRequest) -> str:
    on = _day(filled["on"]) if filled["on"] else today_of(request)
    values = {field.name: _number(field, filled[field.name]) for field in SLIDERS}
    tenths = {name: value for name, value in values.items() if value is not None}

    def whole(name: str, factor: int) -> int | None:
        return tenths[name] * factor // 10 if name in tenths else None

    return services.reform_text(
        services.Sliders(
            title=filled["title"] or f"{on} 测算",
            division_code=division_code,
            on=on,
            urban_rise_permille=whole("urban_rise", 10),
            rural_rise_permille=whole("rural_rise", 10),
            marginal_line_permille=whole("marginal_line", 10),
            deposit_months=whole("deposit_months", 1),
            single_person_permille=whole("single_person", 10),
            poverty_line_yuan_y=whole("poverty_line", 1),
        )
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"“{text}”不是日期", where="on", next_step="请写成 2022-07-01 的样子") from error


def _number(field: Field, text: str) -> int | None:
    """Read a number with at most one decimal, in tenths.

    :raises BadInput: not such a number, or outside the slider's range.
    """
    if not text:
        return None
    head, _, tail = text.rstrip("%").partition(".")
    if not head.isascii() or not head.isdigit() or len(tail) > 1 or (tail and not tail.isdigit()) or len(head) > 6:
        raise BadInput(f"{field.label}“{text}”不是数", where=field.name, next_step="例如 5 或 5.5")
    tenths = int(head) * 10 + int(tail or 0)
    if not field.low * 10 <= tenths <= field.high * 10:
        raise BadInput(f"{field.label}应在 {field.low} 至 {field.high} {field.unit}之间,读到 {text}", where=field.name)
    return tenths


@desk("view_simulation")
def simulation_file(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Show one simulation: what changes, who gains and loses, what it costs, on which assumptions."""
    one = _simulation(simulation_id)
    result, on = one.result, today_of(request)
    names = place_names({row["county_code"] for row in result["by_county"]}, on)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _export(request, one, names)
    asked = services.read_text(one.reform_text)
    book = policy.law().parameters
    labels = {name: book.label(name) for name in asked.parameters}
    units = {name: book.unit(name) for name in asked.parameters}
    changes = changes_in_words(asked, labels, units)
    counties = result["by_county"]
    cost = [
        (names.get(row["county_code"], row["county_code"]), row["fen_more_y"], f"{yuan(row['fen_more_y'])} 元")
        for row in counties
    ]
    return render(
        request,
        "desks/simulations/file.html",
        {
            "one": one,
            "result": result,
            "names": names | place_names({change["place"] for change in changes if change["place"]}, on),
            "changes": changes,
            "cost_bars": bars(cost),
            "total_more_y": sum(row["fen_more_y"] for row in result["by_fund"]),
            "place": place_names({one.division_code}, on).get(one.division_code, "全国"),
        },
    )


def _export(request: HttpRequest, one: Simulation, names: dict[str, str]) -> HttpResponse:
    """Give every row with its division code, ready for a map or a sheet."""
    rows = [
        [
            row["county_code"],
            names.get(row["county_code"], ""),
            AREA_WORD[row["is_rural"]],
            PROGRAMME_LABEL.get(row["programme"], row["programme"]),
            row["fund_source"],
            *(row[name] for name in SHOWN_COUNTS),
            *(row[name] / 100 for name in ("fen_before", "fen_after", "fen_more_y")),
        ]
        for row in one.result["rows"]
    ]
    foot = [f"{one.title}  {one.made_on}  {one.made_by_name}", *one.result["assumptions"]]
    return answer(f"测算-{one.pk}", request.GET["format"], HEADER, rows, foot)


@desk("view_simulation")
def simulation_compare(request: HttpRequest) -> HttpResponse:
    """Put two simulations side by side, programme by programme."""
    ids = [int(text) for text in request.GET.getlist("one") if text.isascii() and text.isdigit() and len(text) < 18]
    if len(ids) != 2:
        raise BadInput("请选两个测算来比较", where="比较", next_step="在列表里勾选两项")
    first, second = (_simulation(one) for one in ids)
    rows: dict[str, dict[str, Any]] = {}
    for key, one in (("first", first), ("second", second)):
        for row in one.result["by_programme"]:
            rows.setdefault(row["programme"], {"label": row["label"], "unit": row["unit"]})[key] = row
    return render(request, "desks/simulations/compare.html", {"first": first, "second": second, "rows": rows.values()})


def _simulation(simulation_id: int) -> Simulation:
    found = Simulation.objects.filter(pk=simulation_id).first()
    if found is None:
        raise NotPermitted()
    return found


urlpatterns: list[Any] = [
    path("simulations/", simulation_list, name="simulation_list"),
    path("simulations/new/", simulation_new, name="simulation_new"),
    path("simulations/compare/", simulation_compare, name="simulation_compare"),
    path("simulations/<int:simulation_id>/", simulation_file, name="simulation_file"),
]
