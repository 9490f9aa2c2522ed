"""The table of standards by scheme, place, area and class, with history and export."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.desks import exporting
from doudi.desks.policy.pages import place_and_day
from doudi.engine.parameters import AREA_LABEL
from doudi.places import queries as places
from doudi.security.web import desk
from doudi.standards import queries
from doudi.standards.queries import StandardLine

HEADER = ["项目", "类别", "地区", "城乡", "公布标准", "折合每月", "自", "至", "何时获知", "文件", "是否核实"]


@desk("view_policy")
def standard_table(request: HttpRequest) -> HttpResponse:
    """List the standards of a place, of those above and below it; all dates when history is asked for."""
    place, on = place_and_day(request)
    known = queries.schemes()
    scheme = request.GET.get("scheme", "")
    scheme = scheme if scheme in known else ""
    with_history = request.GET.get("history") == "1"
    found = queries.standards_table(place, on, scheme=scheme, with_history=with_history)
    names = places.names_of({line.row.place for line in found} | {place}, on) | {"": "全国"}
    if request.GET.get("format") in exporting.TYPES:
        rows = [_cells(line, names) for line in found]
        foot = [f"{places.path_name(place, on)} {on} {scheme or '全部项目'}"]
        return exporting.answer("标准表", request.GET["format"], HEADER, rows, foot)
    return render(
        request,
        "desks/standards/table.html",
        {
            "place": place,
            "place_path": places.path_name(place, on),
            "on": on,
            "lines": found,
            "names": names,
            "areas": AREA_LABEL,
            "scheme": scheme,
            "scheme_options": [("", "全部"), *((one, one) for one in known)],
            "with_history": with_history,
        },
    )


def _cells(line: StandardLine, names: dict[str, str]) -> list[str]:
    row = line.row
    return [
        line.about.standard, line.about.label, names.get(row.place, row.place), AREA_LABEL[row.area], line.published,
        line.monthly, str(row.since), str(line.until or ""), str(row.known_on), row.document,
        "" if row.verified else "未核实",
    ]  # fmt: skip


urlpatterns = [path("standards/", standard_table, name="standard_table")]
