"""Proposals: the lists by state and lane, bulk work in the clean lane, one proposal, and what lacks facts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from doudi.audit.services import record
from doudi.benefits import services as benefits
from doudi.cases import queries, services
from doudi.cases.enums import CAUSES, FLAGS, KINDS, LANES, STATES
from doudi.cases.models import Proposal
from doudi.desks import exporting, proposal_views
from doudi.desks.paging import COUNTY_LEVEL, PAGE_SIZE, ListPage, actor_of, list_page, month_of, place_names, today_of
from doudi.determination.models import Run
from doudi.kernel import codes
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.kernel.money import plain_yuan
from doudi.kernel.periods import Month
from doudi.kernel.programmes import MONTHLY_PROGRAMME_CHOICES, PROGRAMME_LABEL, Programme
from doudi.places import queries as places
from doudi.security.permissions import may, require
from doudi.security.web import desk
from doudi.wiring import month as chain

EXPORT_AT_MOST = 20_000
EXPORT_HEADER = [
    "编号", "户编号", "户主", "对象", "所在地", "事项", "类别", "原因", "原月金额(元)", "新月金额(元)", "起始月",
    "终止月", "状态", "通道", "提示", "暂缓依据", "办理期限",
]  # fmt: skip
FIRST_STATE = {"county": "reviewed"}
STAGE_OF_ROLE = {"township": "review", "county": "confirm"}
WAITS_IN = {"review": "proposed", "confirm": "reviewed"}


def _chosen_from(request: HttpRequest, name: str, known: Any, what: str) -> str:
    value = request.GET.get(name, "")
    if value and value not in known:
        raise BadInput(f"没有“{value}”这一{what}", next_step="请从列表中选择")
    return value


def _wanted(request: HttpRequest) -> queries.Wanted:
    """Read the conditions; a place outside the post's divisions is refused, not narrowed."""
    actor = actor_of(request)
    place = codes.check(request.GET.get("place", "").strip() or actor.scope_code)
    if not codes.contains(actor.scope_code, place):
        raise NotPermitted("无权限:不在本岗位的管辖范围", next_step="请在所辖地区内选择")
    month = request.GET.get("month", "").strip()
    return queries.Wanted(
        place_code=place,
        state=_chosen_from(request, "state", STATES, "状态") or FIRST_STATE.get(actor.role, "proposed"),
        lane=_chosen_from(request, "lane", LANES, "通道"),
        programme=_chosen_from(request, "programme", Programme.__members__, "事项"),
        kind=_chosen_from(request, "kind", KINDS, "类别"),
        flag=_chosen_from(request, "flag", FLAGS, "提示"),
        month=str(Month.parse(month)) if month else "",
    )


def _chosen_words(wanted: queries.Wanted, scope: str, names: dict[str, str]) -> list[tuple[str, str, str]]:
    found = []
    if wanted.place_code != scope:
        found.append(("所在地", names.get(wanted.place_code, wanted.place_code), "place"))
    if wanted.programme:
        found.append(("事项", PROGRAMME_LABEL[wanted.programme], "programme"))
    if wanted.kind:
        found.append(("类别", KINDS[wanted.kind], "kind"))
    if wanted.flag:
        found.append(("提示", FLAGS[wanted.flag], "flag"))
    if wanted.month:
        found.append(("月份", Month.parse(wanted.month).words, "month"))
    return found


@desk("view_list")
def proposal_list(request: HttpRequest) -> HttpResponse:
    """List proposals by state and lane, the most urgent first, or give the same list as a file."""
    wanted, actor, today = _wanted(request), actor_of(request), today_of(request)
    if request.GET.get("export") in ("csv", "xlsx"):
        return _export(request, wanted)
    counts = queries.proposal_counts(wanted)
    row_count = sum(n for (state, lane), n in counts.items() if state == wanted.state and wanted.lane in ("", lane))
    page = list_page(request, row_count)
    rows = queries.proposal_rows(wanted, limit=PAGE_SIZE, offset=page.offset)
    below = places.children(actor.scope_code, today) if codes.level(actor.scope_code) < len(codes.LENGTHS) - 1 else []
    offered = [("", "全部"), *((place.code, place.name) for place in below)]
    names = place_names({row["division_code"] for row in rows} | {wanted.place_code}, today)
    stage = STAGE_OF_ROLE.get(actor.role, "")
    return render(
        request,
        "desks/proposals/list.html",
        {
            "wanted": wanted,
            "state_tabs": proposal_views.state_tabs(wanted, counts),
            "lane_tabs": proposal_views.lane_tabs(wanted, counts),
            "rows": proposal_views.shown(rows, today),
            "page": page,
            "row_count": row_count,
            "names": names,
            "place_value": wanted.place_code if wanted.place_code != actor.scope_code else "",
            "place_options": offered,
            "programme_options": [("", "全部"), *MONTHLY_PROGRAMME_CHOICES],
            "kind_options": [("", "全部"), *KINDS.items()],
            "flag_options": [("", "全部"), *FLAGS.items()],
            "chosen": _chosen_words(wanted, actor.scope_code, names),
            "may_cycle": may(actor, "run_cycle", actor.scope_code) and codes.level(actor.scope_code) == COUNTY_LEVEL,
            "bulk_stage": stage if wanted.state == WAITS_IN.get(stage) else "",
            "bulk_count": counts.get((wanted.state, "clean"), 0),
            "month": Month.of(today),
        },
    )


def _export(request: HttpRequest, wanted: queries.Wanted) -> HttpResponse:
    actor, today = actor_of(request), today_of(request)
    rows = queries.proposal_rows(wanted, limit=EXPORT_AT_MOST)
    names = places.path_names({row["division_code"] for row in rows}, today) if rows else {}
    chosen = _chosen_words(wanted, actor.scope_code, place_names({wanted.place_code}, today))
    words = ";".join(f"{label}={value}" for label, value, _name in chosen) or "全部"
    record(
        "list.exported",
        actor=actor,
        division_code=wanted.place_code,
        subject="proposal_list",
        details={"state": wanted.state, "filter": words, "rows": len(rows)},
    )
    lines = [
        [
            row["id"], row["household_number"], row["head_name"], row["subject_name"],
            names.get(row["division_code"], row["division_code"]), PROGRAMME_LABEL[row["programme"]],
            KINDS[row["kind"]], CAUSES[row["cause"]], plain_yuan(row["amount_before_fen_m"]),
            plain_yuan(row["amount_after_fen_m"]), row["since_month"], row["until_month"], STATES[row["state"]],
            LANES[row["lane"]], "、".join(proposal_views.flag_words(row["flags"])), row["hold_clause"],
            str(row["due_on"]),
        ]
        for row in rows
    ]  # fmt: skip
    foot = [
        f"{STATES[wanted.state]} · {words} · 共 {len(rows)} 件" + ("(已截断)" if len(rows) == EXPORT_AT_MOST else ""),
        f"导出:{actor.name} {timezone.localtime():%Y-%m-%d %H:%M} · 业务日期 {today}",
    ]
    return exporting.answer(
        f"待办事项-{STATES[wanted.state]}-{today}", request.GET["export"], EXPORT_HEADER, lines, foot
    )


# -- the month and the clean lane -----------------------------------------------------------


@desk("run_cycle")
@require_POST
def run_cycle(request: HttpRequest) -> HttpResponse:
    """Determine everyone of the county for a month and put forward what should change."""
    actor, today, month = actor_of(request), today_of(request), month_of(request)
    result = chain.run_cycle(actor.scope_code, month, on=today, known_on=today, actor=actor)
    words = "、".join(
        f"{label} {result.proposal_counts.get(name, 0)}"
        for name, label in (*KINDS.items(), ("held", "暂缓"), ("needs_facts", "还不能判断"))
    )
    messages.success(
        request,
        f"{month.words}认定完成:{result.household_count} 户 {result.person_count} 人。{words}。"
        "下一步:乡镇审核,再由县里另一人确认。",
    )
    return redirect("proposal_list")


@desk("run_cycle")
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Put held proposals whose freeze is over forward for review."""
    actor, today = actor_of(request), today_of(request)
    count = services.release_held(actor.scope_code, Month.of(today), actor=actor, on=today)
    if count:
        messages.success(
            request, f"{count} 件暂缓到期的事项已转入待审核,分 {services.RESTART_WEEKS} 周办理,不会自动停发"
        )
    else:
        messages.info(request, "暂缓的事项都还在暂缓期内,没有可以恢复办理的")
    return redirect("proposal_list")


@desk("view_list")
def bulk(request: HttpRequest, stage: str) -> HttpResponse:
    """Preview what a bulk act in the clean lane would do, with its left-outs; act when the count is typed."""
    actor, today = actor_of(request), today_of(request)
    if stage not in WAITS_IN:
        raise BadInput(f"没有“{stage}”这一步", next_step="请从待办事项列表进入")
    require(actor, f"{stage}_proposal", actor.scope_code)
    month, state = Month.of(today), WAITS_IN[stage]
    asked = (actor.scope_code, str(month), state, actor.person_key)
    sums = queries.lane_sums(*asked)
    count = sum(one.count for one in sums)
    if request.method == "POST":
        typed = request.POST.get("count", "").strip()
        if typed != str(count):
            raise BadInput(f"填写的件数“{typed}”与现在的 {count} 件不符", where="件数", next_step="请核对后重新填写")
        return _decide_lane(request, stage, month)
    flagged, own = queries.left_out(*asked)
    sample = queries.proposal_rows(queries.Wanted(actor.scope_code, state, "clean"), limit=10)
    return render(
        request,
        "desks/proposals/bulk.html",
        {
            "stage": stage,
            "act": {"review": "审核", "confirm": "确认"}[stage],
            "sums": sums,
            "count": count,
            "change_fen": sum(one.change_fen_m for one in sums),
            "begins": proposal_views.lane_begins(sums, actor.scope_code, today),
            "flagged": flagged,
            "own": own,
            "sample": proposal_views.shown(sample, today),
            "kinds": KINDS,
            "back": f"{proposal_views.list_href()}?state={state}",
        },
    )


def _decide_lane(request: HttpRequest, stage: str, month: Month) -> HttpResponse:
    actor, today = actor_of(request), today_of(request)
    place = actor.scope_code
    if stage == "review":
        count = services.review_clean_lane(place, month, actor=actor, on=today)
        messages.success(request, f"已审核 {count} 件,等县级确认")
    else:
        count = services.confirm_clean_lane(place, month, actor=actor, on=today)
        applied = benefits.apply_confirmed(place, month, actor=actor, on=today)
        messages.success(request, f"已确认 {count} 件。{proposal_views.applied_words(applied)}")
    return redirect("proposal_list")


# -- one proposal ---------------------------------------------------------------------------


@desk("view_family")
def proposal_file(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show one proposal: what changes, why, on which facts, who decided; and the acts that are this post's."""
    actor, today = actor_of(request), today_of(request)
    one = queries.proposal(proposal_id)
    require(actor, "view_family", one.division_code)
    subject, head, number = queries.subject_names(proposal_id)
    told, remark = proposal_views.reasons_of(one)
    return render(
        request,
        "desks/proposals/file.html",
        {
            "one": one,
            "subject": subject,
            "head": head,
            "number": number,
            "place": places.path_name(one.division_code, today),
            "label": PROGRAMME_LABEL[one.programme],
            "kind_word": KINDS[one.kind],
            "cause_word": CAUSES[one.cause],
            "begins": proposal_views.begins_of(one, today),
            "flags": [(code, FLAGS.get(code, code)) for code in one.flags],
            "twice": proposal_views.twice_of(one, today),
            "told": told,
            "remark": remark,
            "days_left": proposal_views.days_left(one.due_on, today),
            "events": proposal_views.events_of(one),
            "history": [(other, KINDS[other.kind], CAUSES[other.cause]) for other in queries.history_of(one)],
            "acts": proposal_views.acts_for(actor, one),
            "turn": proposal_views.whose_turn(one),
        },
    )


@desk("view_family")
@require_POST
def decide(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Agree at the township, confirm at the county, or send back; a confirmed one takes effect at once."""
    actor, today = actor_of(request), today_of(request)
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    version = proposal_views.version_of(request.POST.get("version", ""))
    if act == "review":
        services.review(proposal_id, actor=actor, on=today, reason=reason, version=version)
        messages.success(request, "已审核同意,等县级确认")
    elif act == "confirm":
        one = services.confirm(proposal_id, actor=actor, on=today, reason=reason, version=version)
        applied = benefits.apply_confirmed(one.division_code, Month.parse(one.cycle_month), actor=actor, on=today)
        messages.success(request, f"已确认。{proposal_views.applied_words(applied)}")
    elif act == "return":
        services.return_proposal(proposal_id, actor=actor, on=today, reason=reason, version=version)
        messages.success(request, "已退回乡镇补正")
    else:
        raise BadInput("没有选择办理意见", where="办理", next_step="请按“同意”或“退回”")
    following = _next_of(request, proposal_id) if request.POST.get("next") else None
    return redirect("proposal_file", following or proposal_id)


def _next_of(request: HttpRequest, proposal_id: int) -> int | None:
    """Find the next proposal that waits for this post."""
    stage = STAGE_OF_ROLE.get(actor_of(request).role)
    waiting = Proposal.objects.filter(state=WAITS_IN.get(stage or "", "")).exclude(pk=proposal_id)
    return waiting.order_by("due_on", "-lane", "pk").values_list("pk", flat=True).first()


# -- what lacks facts -----------------------------------------------------------------------


@desk("view_family")
def needs_facts(request: HttpRequest) -> HttpResponse:
    """List the families about which something cannot be decided: what is missing, and who can supply it."""
    actor, today = actor_of(request), today_of(request)
    programme = _chosen_from(request, "programme", Programme.__members__, "事项")
    runs = queries.latest_runs(actor.scope_code)
    page: ListPage = list_page(request, queries.needs_facts_count(actor.scope_code, runs, programme))
    rows = queries.needs_facts(actor.scope_code, runs, programme, limit=PAGE_SIZE, offset=page.offset)
    run_of = {run.pk: run for run in Run.objects.filter(pk__in={row.run_id for row in rows})}
    missing: dict[int, list[tuple[str, str]]] = {}
    for run_id, run in run_of.items():
        missing |= proposal_views.missing_of(run, [row.household_id for row in rows if row.run_id == run_id])
    return render(
        request,
        "desks/proposals/needs_facts.html",
        {
            "rows": [(row, missing.get(row.household_id, [])) for row in rows],
            "names": place_names({row.division_code for row in rows}, today),
            "page": page,
            "programme": programme,
            "programme_options": [("", "全部"), *MONTHLY_PROGRAMME_CHOICES],
            "chosen": [("事项", PROGRAMME_LABEL[programme], "programme")] if programme else [],
        },
    )


urlpatterns = [
    path("proposals/", proposal_list, name="proposal_list"),
    path("proposals/cycle/", run_cycle, name="proposal_cycle"),
    path("proposals/release/", release, name="proposal_release"),
    path("proposals/bulk/<str:stage>/", bulk, name="proposal_bulk"),
    path("proposals/<int:proposal_id>/", proposal_file, name="proposal_file"),
    path("proposals/<int:proposal_id>/decide/", decide, name="proposal_decide"),
    path("needs-facts/", needs_facts, name="needs_facts_list"),
]
