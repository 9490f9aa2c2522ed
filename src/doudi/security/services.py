"""Users and posts: make, end, lock, unlock; passwords; the business date."""

import datetime as dt
import secrets

from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from doudi.audit.services import record
from doudi.kernel import codes
from doudi.kernel.actors import ROLES, Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.security.matrix import LEVELS_OF_ROLE, LINE_OF_ROLE
from doudi.security.models import BusinessDate, Post, User
from doudi.security.permissions import require

ROLE_NAMES = tuple(role for role in ROLES if role != "system")
PASSWORD_STEP = "至少 12 位,不用常见口令,不与姓名、登录名相近,不全是数字"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ONE_LINE = "post_one_line_a_person"


class LoginTaken(Refusal):
    message = "登录名“{login}”已有人使用"
    next_step = "请换一个登录名"


class RolesExclude(Refusal):
    message = "同一人不能既任{one}岗又任{other}岗"
    next_step = "请由不同的人担任,或先终止原岗位"


class LastAdministrator(Refusal):
    message = "这是最后一位系统管理员,不能停用"
    next_step = "请先设置另一位系统管理员"


def new_password() -> str:
    """Make a password that can be read aloud and not be guessed."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(";".join(error.messages), where="口令", next_step=PASSWORD_STEP) from error


def check_post(role: str, scope_code: str) -> None:
    """Check that a role exists and may be given at a place of that level.

    :raises BadInput: unknown role, no division code, or the wrong level.
    """
    if role not in ROLE_NAMES:
        raise BadInput(
            f"没有岗位“{role}”", where="岗位", next_step="可选:" + "、".join(f"{r}({ROLES[r]})" for r in ROLE_NAMES)
        )
    depth = codes.level(codes.check(scope_code))
    if depth not in LEVELS_OF_ROLE[role]:
        levels = "、".join(codes.LEVEL_NAMES[level] for level in LEVELS_OF_ROLE[role])
        raise BadInput(f"{ROLES[role]}岗位的辖区应为{levels}", where="辖区", next_step="请填写相应级别的区划代码")


@transaction.atomic
def make_user(
    *, login: str, name: str, password: str, person_key: str, actor: Actor, must_change: bool = False
) -> User:
    """Make a log-in for a natural person. It can do nothing before it has a post.

    :raises BadInput: an empty field or a weak password.
    :raises LoginTaken: the log-in name is in use.
    """
    require(actor, "manage_users")
    login, name, person_key = login.strip(), name.strip(), person_key.strip()
    for where, value in (("登录名", login), ("姓名", name), ("工号", person_key)):
        if not value or len(value) > 60:
            raise BadInput("应为 1 到 60 个字符", where=where)
    if User.objects.filter(login=login).exists():
        raise LoginTaken(login=login)
    user = User(login=login, name=name, person_key=person_key, must_change_password=must_change)
    _check_password(password, user)
    user.set_password(password)
    user.save()
    record("user.made", actor=actor, subject=f"user:{login}", details={"name": name, "person": person_key})
    return user


@transaction.atomic
def give_post(
    user: User, *, role: str, scope_code: str, since: dt.date, actor: Actor, until: dt.date | None = None,
    stands_in_for: Post | None = None, note: str = "",
) -> Post:  # fmt: skip
    """Give a person a post for a period; a stand-in's post must end.

    :raises BadInput: unknown role or place, wrong level, or the end lies before the start.
    :raises NotPermitted: the place lies outside the administrator's.
    :raises RolesExclude: the person holds a post of another line in that period.
    """
    require(actor, "manage_users", scope_code)
    check_post(role, scope_code)
    if until and until <= since:
        raise BadInput("终止日期应晚于开始日期", where="终止日期")
    if stands_in_for and until is None:
        raise BadInput("代理岗位应写明终止日期", where="终止日期")
    try:
        with transaction.atomic():
            post = Post.objects.create(
                user=user, person_key=user.person_key, role=role, scope_code=scope_code, since=since, until=until,
                stands_in_for=stands_in_for, note=note,
            )  # fmt: skip
    except IntegrityError as error:
        if ONE_LINE not in str(error) and "two lines" not in str(error):
            raise
        held = Post.objects.filter(person_key=user.person_key).exclude(role=role).order_by("-id").first()
        one = LINE_OF_ROLE[held.role] if held else ""
        raise RolesExclude(one=one, other=LINE_OF_ROLE[role]) from error
    record("post.given", actor=actor, subject=f"user:{user.login}",
           details={"role": role, "scope": scope_code, "since": since, "until": until})  # fmt: skip
    return post


@transaction.atomic
def end_post(post: Post, *, until: dt.date, actor: Actor) -> None:
    """End a post on a day; what was done in it stays.

    :raises LastAdministrator: nobody could run the system afterwards.
    """
    require(actor, "manage_users", post.scope_code)
    if post.role == "administrator":
        _keep_an_administrator(post.user_id)
    post.until = max(until, post.since)
    post.save(update_fields=["until"])
    record("post.ended", actor=actor, subject=f"user:{post.user.login}",
           details={"role": post.role, "scope": post.scope_code, "until": post.until})  # fmt: skip


def _keep_an_administrator(but_user_id: int) -> None:
    left = Post.objects.filter(role="administrator", until__isnull=True, user__is_active=True)
    if not left.exclude(user_id=but_user_id).exists():
        raise LastAdministrator


def _require_over(user: User, actor: Actor) -> None:
    """An administrator manages the people whose posts lie in the own subtree."""
    require(actor, "manage_users")
    for post in Post.objects.filter(user=user):
        require(actor, "manage_users", post.scope_code)


@transaction.atomic
def set_active(user: User, active: bool, *, actor: Actor) -> None:
    """Let a person log in, or no longer; open sessions end with the next page.

    :raises LastAdministrator: nobody could run the system afterwards.
    """
    _require_over(user, actor)
    if not active and Post.objects.filter(user=user, role="administrator", until__isnull=True).exists():
        _keep_an_administrator(user.pk)
    user.is_active = active
    user.save(update_fields=["is_active"])
    record("user.activated" if active else "user.deactivated", actor=actor, subject=f"user:{user.login}")


@transaction.atomic
def set_password(user: User, password: str, *, actor: Actor) -> None:
    """Set a password. Somebody else's choice must be changed at the next log-in.

    :raises BadInput: a weak password.
    """
    own = actor.person_key == user.person_key
    if not own:
        _require_over(user, actor)
    _check_password(password, user)
    user.set_password(password)
    user.must_change_password = not own
    user.save(update_fields=["password", "must_change_password"])
    record("password.set", actor=actor, subject=f"user:{user.login}", details={"own": own})


@transaction.atomic
def unlock(user: User, *, actor: Actor) -> int:
    """Forget the failed log-ins of a person; return how many records there were."""
    _require_over(user, actor)
    count, _ = AccessAttempt.objects.filter(username=user.login).delete()
    record("user.unlocked", actor=actor, subject=f"user:{user.login}", details={"count": count})
    return count


@transaction.atomic
def set_business_date(value: dt.date | None, *, actor: Actor, reason: str = "") -> None:
    """Set the day the offices work on; None returns to the calendar."""
    require(actor, "set_business_date")
    BusinessDate.objects.create(value=value, set_by=actor.login, reason=reason)
    record("date.set", actor=actor, subject="business_date", details={"value": value, "reason": reason})
