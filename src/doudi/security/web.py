"""The border between pages and rooms: who acts, in which scope, what is refused, and the trail of it."""

import datetime as dt
import functools
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from doudi.audit.services import record
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, DoudiError, NeedsFacts, NotPermitted, Refusal, Stale, Upstream
from doudi.security import clock
from doudi.security.permissions import require
from doudi.security.posts import actor_of_post
from doudi.security.scope import acting
from doudi.security.scrub import scrubbed

POST_KEY, SINCE_KEY, SEEN_KEY = "post_id", "signed_in_at", "seen_at"
TITLES: tuple[tuple[type[DoudiError], int, str], ...] = (
    (NotPermitted, 403, "无权限"),
    (Stale, 409, "内容已被他人更新"),
    (BadInput, 422, "填写有误"),
    (NeedsFacts, 422, "还不能判断"),
    (Upstream, 503, "暂时不能办理"),
    (Refusal, 422, "不能办理"),
)
QUERY_LIMIT = 80
log = logging.getLogger("doudi.web")

View = Callable[..., HttpResponse]


class DeskMiddleware:
    """Finds out who acts and what day it is; turns what a page raises into a refusal in words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, request.today = None, None  # type: ignore[attr-defined]
        if not request.path.startswith(settings.STATIC_URL):
            self._recognise(request)
        return self.get_response(request)

    def _recognise(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        now = time.time()
        begun = request.session.setdefault(SINCE_KEY, now)
        if now - begun > settings.SESSION_ABSOLUTE_HOURS * 3600:
            logout(request)
            return
        request.today = clock.business_date()  # type: ignore[attr-defined]
        request.actor = actor_of_post(  # type: ignore[attr-defined]
            request.session.get(POST_KEY), request.user.pk, clock.calendar_date()
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an anticipated error; the view's transaction is already rolled back here."""
        if isinstance(error, DoudiError):
            note_refusal(request, error)
            return refusal(request, error)
        return None


def desk(verb: str | None = None) -> Callable[[View], View]:
    """Make a page: signed in with a post, allowed to do ``verb``, in the post's scope, one transaction, on the trail.

    Without a verb every post may open it.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return _to_log_in(request)
            if getattr(request.user, "must_change_password", False):
                return redirect("password")
            if verb is not None:
                require(actor, verb)
            with acting(actor):
                response = view(request, *args, **kwargs)
                _note_view(request, actor, response.status_code)
            return response

        page.desk_verb = verb  # type: ignore[attr-defined]
        return page

    return wrap


def _to_log_in(request: HttpRequest) -> HttpResponse:
    target = reverse("post_choose" if request.user.is_authenticated else "login")
    if request.method == "GET":
        target = f"{target}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _page_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


def _asked(request: HttpRequest) -> dict[str, Any]:
    query = {name: scrubbed(str(value)[:QUERY_LIMIT]) for name, value in request.GET.items() if value}
    return {"page": _page_name(request), "path": request.path[:QUERY_LIMIT], "from": client_address(request),
            **({"query": query} if query else {})}  # fmt: skip


def client_address(request: HttpRequest) -> str:
    """Give the address the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _note_view(request: HttpRequest, actor: Actor, status: int) -> None:
    verb = "page.viewed" if request.method in ("GET", "HEAD") else "page.submitted"
    record(verb, actor=actor, subject=request.path, details={**_asked(request), "status": status})


def note_refusal(request: HttpRequest, error: DoudiError) -> None:
    """Put a refused access or act on the trail, in a transaction of its own."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return
    verb = "access.refused" if isinstance(error, NotPermitted) else "page.refused"
    wanted = {name: str(value) for name, value in error.facts.items() if name in ("verb", "division_code")}
    with acting(actor):
        record(
            verb,
            actor=actor,
            subject=request.path,
            details={**_asked(request), "said": scrubbed(error.text), **wanted, "method": request.method},
        )


def _kind_of(error: DoudiError) -> tuple[int, str]:
    for kind, status, title in TITLES:
        if isinstance(error, kind):
            return status, title
    return 422, "没有办成"


def refusal(request: HttpRequest, error: DoudiError) -> HttpResponse:
    """Draw the page of a refusal: what is wrong and what to do next."""
    status, title = _kind_of(error)
    missing = error.missing if isinstance(error, NeedsFacts) else []
    return draw(request, status, title, error.text, error.step, missing=missing)


def draw(request: HttpRequest, status: int, title: str, message: str, step: str = "", **more: Any) -> HttpResponse:
    """Draw a refusal page inside the actor's scope, or without one for a stranger."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"title": title, "message": message, "next_step": step}, status=status)
    values = {"title": title, "message": message, "next_step": step, "back_href": "", "number": "", "missing": []}
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return render(request, "ui/refusal.html", {**values, **more}, status=status)
    with acting(actor):
        return render(request, "ui/refusal.html", {**values, **more}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    return draw(request, 404, "没有这个页面", "这个网址没有对应的页面", "请从左侧菜单或工作台进入")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the framework itself forbids."""
    return draw(request, 403, "无权限", "无权限", NotPermitted.next_step)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read."""
    return HttpResponse("请求无法识别", status=400, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was not drawn for this log-in."""
    return draw(request, 403, "表单已失效", "这张表单已失效,没有提交任何内容", "请返回后刷新页面,再提交一次")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer our own fault with a number that stands in the log, and nothing else."""
    number = f"{dt.date.today():%m%d}-{secrets.token_hex(3)}"
    log.error("page failed, number %s, path %s", number, request.path)
    words = ("系统出错", "系统出错,没有保存这次的内容")
    try:
        return draw(request, 500, *words, "请稍后再试", number=number)
    except Exception:
        log.exception("the page of the fault failed too, number %s", number)
        text = f"{words[1]}。编号 {number}"
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer a log-in after too many wrong passwords."""
    return draw(request, 429, "登录已锁定", "口令多次输错,登录已暂时锁定", "请 15 分钟后再试,或请系统管理员解锁")
