"""Who fits an allowance and has not applied: the list a village works off, as page and file."""

import collections

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.audit import services as audit
from doudi.desks import exporting
from doudi.desks.paging import actor_of, list_page, place_names, today_of
from doudi.determination.waiting import Waiting, last_run_on, waiting_to_apply
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.security.web import desk

HEADER = ("村(社区)", "姓名", "身份证号", "出生日期", "项目")


@desk("view_family")
def waiting_list(request: HttpRequest) -> HttpResponse:
    """List who fits and has not applied in the post's division; nobody on it is paid."""
    actor, on = actor_of(request), today_of(request)
    every = waiting_to_apply(actor.scope_code)
    counts = collections.Counter(row.programme for row in every)
    programme = request.GET.get("programme", "")
    found = [row for row in every if not programme or row.programme == programme]
    if request.GET.get("format") in exporting.TYPES:
        return _export(request, found)
    page = list_page(request, len(found))
    rows = found[page.offset : page.offset + 50]
    return render(
        request,
        "desks/waiting/list.html",
        {
            "rows": rows,
            "page": page,
            "count": len(found),
            "programme": programme,
            "programmes": [(name, f"{PROGRAMME_LABEL[name]}({count})") for name, count in sorted(counts.items())],
            "label": PROGRAMME_LABEL.get(programme, ""),
            "names": place_names({row.division_code for row in rows}, on),
            "run_on": last_run_on(actor.scope_code),
            "today": on,
        },
    )


def _export(request: HttpRequest, found: list[Waiting]) -> HttpResponse:
    actor, on = actor_of(request), today_of(request)
    names = place_names({row.division_code for row in found}, on)
    audit.record(
        "list.exported", actor=actor, division_code=actor.scope_code, details={"list": "待申请名单", "rows": len(found)}
    )
    rows = [
        (names.get(row.division_code, row.division_code), row.name, row.id_no_masked, row.birth_date or "", row.label)
        for row in found
    ]
    foot = (f"{actor.name} {on} 导出,共 {len(found)} 人", "名单上的人尚未申请,不发放")
    return exporting.answer("待申请名单", request.GET["format"], HEADER, rows, foot)


urlpatterns = [path("waiting/", waiting_list, name="waiting_list")]
