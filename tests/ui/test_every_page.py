"""Every entry of the navigation opens for every post that is shown it, and passes the strict reader."""

from collections.abc import Callable

import pytest

from doudi.desks.navigation import navigation
from doudi.desks.urls import urlpatterns
from doudi.kernel.actors import Actor
from doudi.security.scope import acting
from tests.pageclient import PageClient
from tests.ui import rows

pytestmark = pytest.mark.django_db
OPEN_TO_STRANGERS = {"login", "logout", "post_choose", "password"}


@pytest.mark.parametrize("post", ["village", "township", "county", "finance", "province", "auditor", "administrator"])
def test_every_entry_of_the_navigation_opens(actors: dict[str, Actor], page_as: Callable[[str], PageClient], post: str):
    with acting(actors["county"]):
        rows.make_proposal(rows.make_family())
    client = page_as(post)

    entries = [entry for drawer in navigation(actors[post].role, "/") for entry in drawer.items_shown]

    answers = {entry.label: client.get(entry.href).status_code for entry in entries}
    assert len(answers) >= 4
    assert set(answers.values()) == {200}, answers


def test_every_page_asks_who_is_there():
    """A page is made by ``desk``, which asks for a post; only the way in is open."""
    unguarded = [
        pattern.name
        for pattern in urlpatterns
        if pattern.name not in OPEN_TO_STRANGERS and not _guarded(pattern.callback)
    ]

    assert unguarded == []


def _guarded(view: Callable[..., object] | None) -> bool:
    while view is not None:
        if hasattr(view, "desk_verb"):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
