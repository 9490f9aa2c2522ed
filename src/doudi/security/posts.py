"""Reading posts: who a log-in is today."""

import datetime as dt

from django.db.models import Q, QuerySet

from doudi.kernel.actors import SYSTEM, Actor
from doudi.kernel.errors import BadInput
from doudi.security.models import Post


def posts_on(day: dt.date) -> QuerySet[Post]:
    """Give the posts in force on a calendar day, of people who may log in."""
    held = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return Post.objects.filter(held, user__is_active=True).select_related("user").order_by("id")


def posts_of(user_id: int, day: dt.date) -> list[Post]:
    """List the posts a user holds on a day."""
    return list(posts_on(day).filter(user_id=user_id))


def to_actor(post: Post) -> Actor:
    """Carry a post to the services."""
    user = post.user
    return Actor(user.pk, user.login, user.person_key, user.name, post.role, post.scope_code)


def actor_of_post(post_id: int | None, user_id: int, day: dt.date) -> Actor | None:
    """Give the actor of a session's post, or None when the post has ended or is not the user's."""
    if post_id is None:
        return None
    post = posts_on(day).filter(pk=post_id, user_id=user_id).first()
    return to_actor(post) if post else None


def actor_by_login(login: str, day: dt.date) -> Actor:
    """Give the actor of a log-in; ``""`` is the system itself.

    :raises BadInput: nobody of that name has a post today.
    """
    if not login:
        return SYSTEM
    post = posts_on(day).filter(user__login=login).first()
    if post is None:
        raise BadInput(f"没有在岗的登录名“{login}”", next_step="用 doudi users list 查看")
    return to_actor(post)
