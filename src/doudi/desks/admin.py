"""Running the system by pages: people and posts, the business date."""

import datetime as dt
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.kernel import codes
from doudi.kernel.actors import ROLES, Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.places import queries as places
from doudi.security import clock, services
from doudi.security.models import BusinessDate, Post, User
from doudi.security.permissions import require
from doudi.security.web import desk

PAGE_SIZE = 50
ROLE_OPTIONS = [(role, ROLES[role]) for role in services.ROLE_NAMES]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _day(text: str, where: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"“{text}”不是日期", where=where, next_step="请写成 2022-04-15 的样子") from None


def _posts_over(actor: Actor) -> Any:
    """The posts inside the administrator's own subtree."""
    low, high = actor.scope_code, codes.upper(actor.scope_code)
    return Post.objects.filter(scope_code__gte=low, scope_code__lt=high).select_related("user", "stands_in_for")


def _user_or_refuse(actor: Actor, user_id: int) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotPermitted("没有这个用户", next_step="请从用户列表进入")
    for post in Post.objects.filter(user=user):
        require(actor, "manage_users", post.scope_code)
    return user


@desk("manage_users")
def user_list(request: HttpRequest) -> HttpResponse:
    """List people with their posts, locked log-ins marked."""
    today, asked = clock.calendar_date(), request.GET.get("q", "").strip()
    role = request.GET.get("role", "")
    found = _posts_over(_actor(request)).order_by("user__login", "since")
    if asked:
        found = found.filter(Q(user__login=asked) | Q(user__name__startswith=asked))
    if role:
        found = found.filter(role=role)
    number = request.GET.get("page", "1")
    page = Paginator(found, PAGE_SIZE).get_page(number if number.isdecimal() else 1)
    posts = list(page.object_list)
    names = places.names_of({post.scope_code for post in posts if post.scope_code}, today)
    locked = set(
        AccessAttempt.objects.filter(
            username__in=[post.user.login for post in posts], failures_since_start__gte=settings.AXES_FAILURE_LIMIT
        ).values_list("username", flat=True)
    )
    rows = [
        {
            "post": post,
            "user": post.user,
            "role": ROLES[post.role],
            "place": names.get(post.scope_code) or "全国",
            "is_held": post.since <= today and (post.until is None or post.until > today),
            "is_locked": post.user.login in locked,
        }
        for post in posts
    ]
    chosen = [("姓名或登录名", asked, "q")] if asked else []
    chosen += [("岗位", ROLES.get(role, role), "role")] if role else []
    values = {
        "page": page,
        "rows": rows,
        "q": asked,
        "role": role,
        "roles": [("", "全部"), *ROLE_OPTIONS],
        "chosen": chosen,
    }
    return render(request, "desks/admin/users.html", values)


@desk("manage_users")
def user_new(request: HttpRequest) -> HttpResponse:
    """Make a person with a first post; the drawn password is shown once."""
    if request.method != "POST":
        return render(request, "desks/admin/user_new.html", _new_form({}, ""))
    form = {name: request.POST.get(name, "").strip() for name in
            ("login", "name", "person", "role", "scope", "since", "until", "note")}  # fmt: skip
    password = services.new_password()
    try:
        user = _make(form, password, _actor(request))
    except Refusal as error:
        values = _new_form(form, f"{error.text}。{error.step}" if error.step else error.text)
        return render(request, "desks/admin/user_new.html", values, status=422)
    return render(request, "desks/admin/user_made.html", {"user": user, "password": password})


def _make(form: dict[str, str], password: str, actor: Actor) -> User:
    scope = codes.from_padded(form["scope"]) if form["scope"] else ""
    require(actor, "manage_users", scope)
    services.check_post(form["role"], scope)
    since = _day(form["since"], "开始日期") if form["since"] else clock.calendar_date()
    until = _day(form["until"], "终止日期") if form["until"] else None
    if until and until <= since:
        raise BadInput("终止日期应晚于开始日期", where="终止日期")
    user = services.make_user(
        login=form["login"], name=form["name"], password=password, person_key=form["person"] or form["login"],
        actor=actor, must_change=True,
    )  # fmt: skip
    services.give_post(
        user, role=form["role"], scope_code=scope, since=since, until=until, note=form["note"], actor=actor
    )
    return user


def _new_form(form: dict[str, str], error: str) -> dict[str, Any]:
    return {"form": form, "error": error, "roles": ROLE_OPTIONS}


@desk("manage_users")
def user_file(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one person: posts, state of the log-in, and what can be done."""
    actor, today = _actor(request), clock.calendar_date()
    user = _user_or_refuse(actor, user_id)
    posts = list(Post.objects.filter(user=user).select_related("stands_in_for__user").order_by("since", "id"))
    names = places.names_of({post.scope_code for post in posts if post.scope_code}, today)
    failures = AccessAttempt.objects.filter(username=user.login).order_by("-attempt_time")
    rows = [
        {"post": post, "role": ROLES[post.role], "place": names.get(post.scope_code) or "全国",
         "is_held": post.until is None or post.until > today}
        for post in posts
    ]  # fmt: skip
    values = {"user": user, "rows": rows, "failures": failures.count(), "roles": ROLE_OPTIONS, "error": ""}
    return render(request, "desks/admin/user_file.html", values)


@require_POST
@desk("manage_users")
def user_act(request: HttpRequest, user_id: int) -> HttpResponse:
    """Do one thing to one person, then show the person again."""
    actor = _actor(request)
    user = _user_or_refuse(actor, user_id)
    act = request.POST.get("act", "")
    if act == "password":
        password = services.new_password()
        services.set_password(user, password, actor=actor)
        return render(request, "desks/admin/user_made.html", {"user": user, "password": password})
    if act in ("deactivate", "activate"):
        services.set_active(user, act == "activate", actor=actor)
        messages.success(request, f"{user.name} 已{'启用' if act == 'activate' else '停用'}")
    elif act == "unlock":
        services.unlock(user, actor=actor)
        messages.success(request, f"{user.name} 已解除锁定")
    elif act == "end_post":
        post = Post.objects.filter(user=user, pk=request.POST.get("post") or 0).first()
        if post is None:
            raise BadInput("没有这个岗位")
        services.end_post(post, until=clock.calendar_date(), actor=actor)
        messages.success(request, f"{ROLES[post.role]}岗位已终止")
    elif act == "give_post":
        _give(request, user, actor)
        messages.success(request, "岗位已任命")
    else:
        raise BadInput("没有这项操作")
    return redirect("user_file", user_id)


def _give(request: HttpRequest, user: User, actor: Actor) -> None:
    scope, until = request.POST.get("scope", "").strip(), request.POST.get("until", "").strip()
    since = request.POST.get("since", "").strip()
    stands_in_for = None
    if login := request.POST.get("stands_in_for", "").strip():
        role = request.POST.get("role", "")
        stands_in_for = Post.objects.filter(user__login=login, role=role).order_by("-since").first()
        if stands_in_for is None:
            raise BadInput(f"“{login}”没有这个岗位", where="代理谁")
    services.give_post(
        user,
        role=request.POST.get("role", ""),
        scope_code=codes.from_padded(scope) if scope else "",
        since=_day(since, "开始日期") if since else clock.calendar_date(),
        until=_day(until, "终止日期") if until else None,
        stands_in_for=stands_in_for,
        actor=actor,
    )


@desk("set_business_date")
def business_date(request: HttpRequest) -> HttpResponse:
    """Show and set the day the offices work on."""
    error = ""
    if request.method == "POST":
        text, reason = request.POST.get("day", "").strip(), request.POST.get("reason", "").strip()
        try:
            if not reason:
                raise BadInput("请写明原因", where="原因")
            services.set_business_date(_day(text, "业务日期") if text else None, actor=_actor(request), reason=reason)
        except BadInput as refused:
            error = refused.text
        else:
            messages.success(request, f"业务日期已设为 {clock.business_date()}")
            return redirect("business_date")
    history = BusinessDate.objects.order_by("-id")[:20]
    values = {"error": error, "present": clock.business_date(), "calendar": clock.calendar_date(), "history": history}
    return render(request, "desks/admin/date.html", values, status=422 if error else 200)


urlpatterns = [
    path("users/", user_list, name="user_list"),
    path("users/new/", user_new, name="user_new"),
    path("users/<int:user_id>/", user_file, name="user_file"),
    path("users/<int:user_id>/act/", user_act, name="user_act"),
    path("date/", business_date, name="business_date"),
]
