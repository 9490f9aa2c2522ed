"""Coming in and going out: log-in, choice of the post, the own password."""

import time
from urllib.parse import urlencode

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from doudi.audit.services import record
from doudi.kernel.actors import ROLES, Actor
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.places import queries as places
from doudi.security import clock, services
from doudi.security.models import Post, User
from doudi.security.posts import posts_of, to_actor
from doudi.security.web import POST_KEY, SINCE_KEY, client_address

WRONG = "登录名或口令不对"


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else ""


def _stranger(login_name: str) -> Actor:
    """Somebody at the door: the trail keeps the name that was typed, nothing more is known."""
    return Actor(0, login_name[:60], "", "", "", "")


@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for log-in name and password. Too many wrong ones lock the name for a while."""
    if request.method != "POST":
        if request.actor is not None:  # type: ignore[attr-defined]
            return redirect("workbench")
        return _form(request, "", {})
    name, password = request.POST.get("login", "").strip(), request.POST.get("password", "")
    if not name or not password:
        return _form(request, name, {"login" if not name else "password": "请填写登录名和口令"})
    user = authenticate(request, login=name, password=password)
    if not isinstance(user, User):
        locked = bool(getattr(request, "axes_locked_out", False))
        record("login.locked" if locked else "login.refused", actor=_stranger(name), subject=f"user:{name[:60]}",
               details={"from": client_address(request)})  # fmt: skip
        return _form(request, name, {"password": WRONG})
    login(request, user)
    request.session[SINCE_KEY] = time.time()
    held = posts_of(user.pk, clock.calendar_date())
    if len(held) == 1:
        return _take(request, held[0], _target(request))
    target = _target(request)
    response = redirect("post_choose")
    response["Location"] += f"?{urlencode({'next': target})}" if target else ""
    return response


def _form(request: HttpRequest, name: str, errors: dict[str, str]) -> HttpResponse:
    values = {"name": name, "errors": errors, "next": _target(request)}
    return render(request, "desks/login/login.html", values, status=422 if errors else 200)


def _take(request: HttpRequest, post: Post, target: str) -> HttpResponse:
    """Sit down at a post; the session gets a new number, so an old one is worth nothing."""
    request.session.cycle_key()
    request.session[POST_KEY] = post.pk
    record("login.made", actor=to_actor(post), subject=f"user:{post.user.login}",
           details={"role": post.role, "scope": post.scope_code, "from": client_address(request)})  # fmt: skip
    if post.user.must_change_password:
        return redirect("password")
    return redirect(target or "workbench")


@never_cache
def choose_post(request: HttpRequest) -> HttpResponse:
    """Let a person with several posts choose one; nobody acts in two at once."""
    if not request.user.is_authenticated:
        return redirect("login")
    today = clock.calendar_date()
    held = posts_of(int(request.user.pk), today)
    if request.method == "POST":
        chosen = [post for post in held if str(post.pk) == request.POST.get("post")]
        if not chosen:
            raise NotPermitted("没有这个岗位", next_step="请在列表中选择")
        return _take(request, chosen[0], _target(request))
    names = places.names_of([post.scope_code for post in held if post.scope_code], today)
    options = [
        (post.pk, f"{ROLES[post.role]} · {names.get(post.scope_code, post.scope_code) or '全国'}"
         + (f"(代理,至 {post.until})" if post.stands_in_for_id else ""))
        for post in held
    ]  # fmt: skip
    return render(request, "desks/login/posts.html", {"options": options, "next": _target(request)})


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is not None:
        record("login.ended", actor=actor, subject=f"user:{actor.login}")
    logout(request)
    return redirect("login")


@never_cache
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the own password; the old one is asked for."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None or not isinstance(request.user, User):
        return redirect("login")
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _changed(request, request.user, actor)
        if not errors:
            return redirect("login")
    values = {"errors": errors, "forced": request.user.must_change_password}
    return render(request, "desks/login/password.html", values, status=422 if errors else 200)


def _changed(request: HttpRequest, user: User, actor: Actor) -> dict[str, str]:
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    if authenticate(request, login=user.login, password=old) is None:
        return {"old": "原口令不对"}
    if new != request.POST.get("again", ""):
        return {"again": "两次填写的新口令不同"}
    if new == old:
        return {"new": "新口令与原口令相同"}
    try:
        services.set_password(user, new, actor=actor)
    except BadInput as error:
        return {"new": f"{error.text}。{error.step}"}
    logout(request)
    return {}


urlpatterns = [
    path("login/", log_in, name="login"),
    path("logout/", log_out, name="logout"),
    path("post/", choose_post, name="post_choose"),
    path("password/", change_password, name="password"),
]
