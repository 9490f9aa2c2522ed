"""The people of the demo counties. Log-ins are fixed; passwords are drawn once per installation."""

import dataclasses
import datetime as dt
import json
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from doudi.kernel.actors import ROLES, SYSTEM
from doudi.security.models import Post, User
from doudi.security.services import give_post, make_user, new_password

FILE = "demo-users.json"
SINCE = dt.date(2020, 1, 1)


@dataclasses.dataclass(frozen=True)
class DemoPost:
    """One invented official."""

    login: str
    name: str
    role: str
    scope_code: str
    where: str


@dataclasses.dataclass(frozen=True)
class DemoLogin:
    """A log-in of the demo, to be printed."""

    login: str
    password: str
    name: str
    post_label: str


Place = tuple[str, str]


def _county(
    prefix: str, code: str, county: str, township: Place, village: Place, names: tuple[str, ...]
) -> list[DemoPost]:
    roles = (
        ("cun", "village", village[0], village[1]),
        ("xiang", "township", township[0], township[1]),
        ("shenhe", "township", code, f"{county}(全县审核)"),
        ("queren", "county", code, f"{county}(确认)"),
        ("minzheng", "county", code, county),
        ("zhidan", "finance", code, f"{county}(制单)"),
        ("fuhe", "finance", code, f"{county}(复核)"),
    )
    return [
        DemoPost(f"{prefix}-{end}", name, role, scope, where)
        for (end, role, scope, where), name in zip(roles, names, strict=True)
    ]


POSTS: list[DemoPost] = [
    *_county("na", "231084", "宁安市", ("231084102", "渤海镇"), ("231084102001", "新园社区"),
             ("周长山", "刘霞", "于春梅", "陈立国", "王秀云", "孙桂芝", "吴志远")),
    *_county("lx", "141124", "临县", ("141124100", "临泉镇"), ("141124100009", "凤凰社区"),
             ("薛有才", "高玉莲", "郭润生", "刘建平", "张秀珍", "李爱香", "冯志强")),
    *_county("yx", "210727", "义县", ("210727101", "刘龙台镇"), ("210727101201", "六台村"),
             ("佟德福", "关淑兰", "白景春", "赵永胜", "金美玲", "宋丽华", "韩绍文")),
    DemoPost("hlj-sheng", "高鸿远", "province", "23", "黑龙江省"),
    DemoPost("sx-sheng", "贾晋生", "province", "14", "山西省"),
    DemoPost("ln-sheng", "沈明辉", "province", "21", "辽宁省"),
    DemoPost("shenji", "何正", "auditor", "", "全国"),
    DemoPost("guanli", "罗小川", "administrator", "", "全国"),
]  # fmt: skip


def passwords() -> dict[str, str]:
    """Read the installation's demo passwords; draw those that are missing."""
    path = Path(settings.DOUDI_HOME) / FILE
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [post.login for post in POSTS if post.login not in kept]
    if missing:
        kept |= {login: new_password() for login in missing}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump(kept, out, indent=1)
    return kept


@transaction.atomic
def ensure_demo_users() -> list[DemoLogin]:
    """Make the demo people who are missing; give all log-ins with their passwords. May be repeated.

    A password that was changed later is not set back; then the one shown no longer opens.
    """
    known = passwords()
    present = set(User.objects.values_list("login", flat=True))
    for post in POSTS:
        if post.login in present:
            continue
        user = make_user(
            login=post.login, name=post.name, password=known[post.login], person_key=f"demo-{post.login}", actor=SYSTEM
        )
        give_post(user, role=post.role, scope_code=post.scope_code, since=SINCE, actor=SYSTEM, note="演示")
    return [DemoLogin(post.login, known[post.login], post.name, f"{ROLES[post.role]}·{post.where}") for post in POSTS]


def demo_posts(code: str) -> dict[str, Post]:
    """Give the demo posts of one county by the end of their log-in (cun, xiang, shenhe, queren, …)."""
    held = Post.objects.filter(user__login__in=[p.login for p in POSTS], scope_code__startswith=code)
    return {post.user.login.split("-")[-1]: post for post in held.select_related("user")}
