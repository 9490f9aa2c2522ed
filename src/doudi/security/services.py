"""Users and posts: make, change, end; and the actor that a post makes of a user."""

import dataclasses
import datetime as dt
import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from doudi.audit import services as audit
from doudi.kernel.actors import ROLES, Actor
from doudi.kernel.codes import check
from doudi.kernel.errors import BadInput, Refusal
from doudi.security.matrix import EXCLUSIVE_ROLES
from doudi.security.models import Post, User
from doudi.security.permissions import require


class RolesExclude(Refusal):
    message = "同一人不能既是{one}又是{other}"
    next_step = "请由不同的人担任,或先终止原岗位"


class LoginTaken(Refusal):
    message = "登录名“{login}”已有人使用"
    next_step = "请换一个登录名"


@dataclasses.dataclass(frozen=True)
class DemoLogin:
    """A log-in of the demo installation, to be printed."""

    login: str
    password: str
    name: str
    post_label: str


def posts_of(user: User, on: dt.date) -> list[Post]:
    """The posts that the user holds on a day."""
    return list(
        Post.objects.filter(user=user, since__lte=on).filter(Q(until__isnull=True) | Q(until__gt=on)).order_by("id")
    )


def actor_of_post(post_id: int | None, user: User, on: dt.date) -> Actor | None:
    """The actor of a chosen post; a single post chooses itself; None when a choice is needed or nothing is held."""
    held = posts_of(user, on) if user.is_active else []
    chosen = [p for p in held if p.pk == post_id] if post_id else held
    return actor_from(user, chosen[0]) if len(chosen) == 1 else None


def actor_from(user: User, post: Post) -> Actor:
    """Join a person and a post to an actor."""
    return Actor(user.pk, user.login, user.person_key, user.name, post.role, post.scope_code)


def actor_by_login(login: str, on: dt.date | None = None) -> Actor:
    """The actor of a log-in's first post in force, for commands.

    :raises BadInput: unknown log-in, or no post on that day.
    """
    from doudi.security.clock import business_date

    user = User.objects.filter(login=login, is_active=True).first()
    if user is None:
        raise BadInput(f"没有登录名“{login}”", where="--as", next_step="用 doudi users list 查看")
    posts = posts_of(user, on or business_date())
    if not posts:
        raise BadInput(f"“{login}”在业务日期没有岗位", where="--as", next_step="请管理员设置岗位的起止日期")
    return actor_from(user, posts[0])


@transaction.atomic
def make_user(
    *, login: str, name: str, password: str, role: str, scope_code: str, since: dt.date, actor: Actor, person_key: str = ""
) -> User:
    """Make a log-in with its first post.

    :raises BadInput: a field is empty, the role or place does not exist, or the password is weak.
    :raises LoginTaken: the log-in name is in use.
    """
    require(actor, "manage_users")
    if not login.strip() or not name.strip():
        raise BadInput("不能为空", where="登录名、姓名")
    if User.objects.filter(login=login).exists():
        raise LoginTaken(login=login)
    try:
        validate_password(password)
    except ValidationError as error:
        raise BadInput(";".join(error.messages), where="口令", next_step="至少 12 位,不要用常见口令") from error
    user = User(login=login, name=name, person_key=person_key or f"person-{login}", made_by=actor.person_key)
    user.set_password(password)
    user.save()
    audit.record("user.made", actor=actor, subject=login, details={"name": name})
    give_post(user, role=role, scope_code=scope_code, since=since, actor=actor)
    return user


@transaction.atomic
def give_post(
    user: User, *, role: str, scope_code: str, since: dt.date, actor: Actor, until: dt.date | None = None, document: str = ""
) -> Post:
    """Give a person a post for a period.

    :raises BadInput: unknown role or place, or the end lies before the start.
    :raises RolesExclude: the person holds a post that excludes this one.
    """
    require(actor, "manage_users")
    if role not in ROLES or role == "system":
        raise BadInput(f"没有岗位“{role}”", where="岗位", next_step="可选:" + "、".join(r for r in ROLES if r != "system"))
    check(scope_code)
    if until and until <= since:
        raise BadInput("结束日期应晚于开始日期", where="结束日期")
    same_person = Post.objects.filter(user__person_key=user.person_key).exclude(until__lte=since)
    for held in same_person:
        if frozenset({held.role, role}) in EXCLUSIVE_ROLES:
            raise RolesExclude(one=ROLES[held.role], other=ROLES[role])
    post = Post.objects.create(
        user=user, role=role, scope_code=scope_code, since=since, until=until, document=document
    )
    audit.record("post.given", actor=actor, subject=user.login, details={"role": role, "scope": scope_code})
    return post


@transaction.atomic
def end_post(post: Post, *, until: dt.date, actor: Actor) -> None:
    """End a post on a day. The last administrator's post cannot be ended."""
    require(actor, "manage_users")
    others = Post.objects.filter(role="administrator", until__isnull=True).exclude(pk=post.pk)
    if post.role == "administrator" and not others.exists():
        raise Refusal("这是最后一位系统管理员,不能终止", next_step="请先设置另一位管理员")
    post.until = max(until, post.since + dt.timedelta(days=1))
    post.save(update_fields=["until"])
    audit.record("post.ended", actor=actor, subject=post.user.login, details={"role": post.role, "until": str(until)})


@transaction.atomic
def set_password(user: User, password: str, *, actor: Actor) -> None:
    """Set a new password; the person must change it at the next log-in when somebody else set it."""
    if actor.person_key != user.person_key:
        require(actor, "manage_users")
    try:
        validate_password(password, user)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadInput(";".join(error.messages), where="口令", next_step="至少 12 位,不要用常见口令") from error
    user.set_password(password)
    user.must_change_password = actor.person_key != user.person_key
    user.save(update_fields=["password", "must_change_password"])
    audit.record("password.set", actor=actor, subject=user.login)


@transaction.atomic
def set_active(user: User, active: bool, *, actor: Actor) -> None:
    """Let a person log in, or no longer."""
    require(actor, "manage_users")
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record("user.activated" if active else "user.deactivated", actor=actor, subject=user.login)


def new_password() -> str:
    """A password that is easy to read aloud and hard to guess."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
