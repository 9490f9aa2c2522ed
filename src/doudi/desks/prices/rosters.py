"""The roster of a month: summary by group and fund, the people, export; list files of groups from elsewhere."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from doudi.audit.services import record
from doudi.desks.exporting import answer
from doudi.desks.paging import actor_of, list_page, today_of
from doudi.desks.prices.shared import known_clauses, month_or_last, names_of, place_of
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.kernel.money import plain_yuan
from doudi.kernel.periods import Month
from doudi.linkage.words import AREAS, FUNDS, Vocabulary
from doudi.prices import lists, queries, rosters
from doudi.prices.models import GroupMember, Roster, SubsidyLine
from doudi.registry.models import Person
from doudi.security import crypto
from doudi.security.permissions import may
from doudi.security.web import desk

PAGE = 50
HEADER = ["序号", "姓名", "对象", "城乡", "金额(元)", "资金来源", "依据", "同时属于", "乡镇代码", "款项名称"]


@require_POST
@desk("make_price_roster")
def make(request: HttpRequest) -> HttpResponse:
    """Freeze the roster of a month, or what came on top since."""
    made = rosters.make_roster(place_of(request), month_or_last(request), actor=actor_of(request), on=today_of(request))
    messages.success(request, f"已编花名册:{made.line_count:,} 人")
    return redirect("price_roster", made.pk)


@desk("view_prices")
def roster_file(request: HttpRequest, roster_id: int) -> HttpResponse:
    """Show a roster: sums by group and fund, and its people with masked names of identity."""
    actor, on = actor_of(request), today_of(request)
    one = queries.roster(roster_id)
    if one is None or not may(actor, "view_prices"):
        raise NotPermitted(next_step="请从价格补贴台账进入本地的花名册")
    found = queries.roster_lines(one.pk)
    group, area = request.GET.get("group", ""), request.GET.get("area", "")
    if group:
        found = found.filter(group_name=group)
    if area in AREAS:
        found = found.filter(area=area)
    words = queries.words_at(one.division_code, Month.of(one.index_month), on)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _export(request, one, list(found), words)
    page = list_page(request, found.count())
    lines = list(found[page.offset : page.offset + PAGE])
    people = dict(
        Person.objects.filter(pk__in=[line.person_id for line in lines if line.person_id]).values_list(
            "pk", "id_no_masked"
        )
    )
    listed = dict(
        GroupMember.objects.filter(pk__in=[line.member_id for line in lines if line.member_id]).values_list(
            "pk", "id_no_masked"
        )
    )
    return render(
        request,
        "desks/prices/roster.html",
        {
            "one": one,
            "month": Month.of(one.index_month),
            "names": names_of([one.division_code, *(line.division_code for line in lines)], on),
            "lines": lines,
            "people": people,
            "listed": listed,
            "page": page,
            "count": page.row_count,
            "group_label": words.group_label,
            "known_clauses": known_clauses(),
            "areas": AREAS,
            "funds": FUNDS,
            "groups": list(
                dict.fromkeys((row["group"], words.group_label(row["group"])) for row in one.counts["groups"])
            ),
            "group": group,
            "area": area,
            "aside": lambda text: "、".join(words.group_label(name) for name in text.split(",") if name),
        },
    )


def _export(request: HttpRequest, one: Roster, lines: list[SubsidyLine], words: Vocabulary) -> HttpResponse:
    actor, on = actor_of(request), today_of(request)
    rows = [
        [
            number,
            crypto.mask_name(line.name),
            words.group_label(line.group_name),
            AREAS.get(line.area, ""),
            plain_yuan(line.amount_fen),
            FUNDS.get(line.fund_source, ""),
            line.fund_clause,
            "、".join(words.group_label(name) for name in line.left_aside.split(",") if name),
            line.division_code[:9],
            line.label,
        ]
        for number, line in enumerate(lines, 1)
    ]
    month = Month.of(one.index_month)
    record(
        "list.exported",
        actor=actor,
        division_code=one.division_code,
        subject=f"price_roster:{one.pk}",
        details={"rows": len(rows), "format": request.GET["format"]},
    )
    foot = [f"{month.words}价格临时补贴花名册 第 {one.number} 份,封存值 {one.rows_digest}", f"{actor.name} {on} 导出"]
    return answer(f"价格补贴花名册-{one.division_code}-{month}", request.GET["format"], HEADER, rows, foot)


@require_POST
@desk("load_price_list")
def load_list(request: HttpRequest) -> HttpResponse:
    """Take a list file of people the register knows nothing of."""
    place, month = place_of(request), month_or_last(request)
    upload = request.FILES.get("file")
    if upload is None:
        raise BadInput("没有选择文件", where="名单文件", next_step="选择 CSV 或 XLSX 文件再上传")
    name = Path(str(upload.name)).name
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / f"list{Path(name).suffix.lower()}"
        held.write_bytes(upload.read())
        made = lists.load_list(
            place, month, held, department=request.POST.get("department", ""), actor=actor_of(request),
            on=today_of(request), shown=name,
        )  # fmt: skip
    messages.success(
        request, f"已装入 {made.taken_count} 人" + (f",退回 {made.rejected_count} 行" if made.rejected_count else "")
    )
    return _to_month(place, month)


@require_POST
@desk("load_price_list")
def withdraw_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Take a list back before the roster is made."""
    made = lists.withdraw_list(list_id, actor=actor_of(request))
    messages.success(request, f"名单 {made.file_name} 已撤回")
    return _to_month(made.division_code, Month.of(made.index_month))


def _to_month(place: str, month: Month) -> HttpResponse:
    found = queries.latest_evaluation(place, month)
    if found is None:
        return redirect(f"{reverse('price_overview')}?place={place}")
    return redirect(f"{reverse('price_evaluation', args=[found.pk])}#roster")


urlpatterns = [
    path("prices/rosters/new/", make, name="price_roster_make"),
    path("prices/rosters/<int:roster_id>/", roster_file, name="price_roster"),
    path("prices/lists/new/", load_list, name="price_list_load"),
    path("prices/lists/<int:list_id>/withdraw/", withdraw_list, name="price_list_withdraw"),
]
