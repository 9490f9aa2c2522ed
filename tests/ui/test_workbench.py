"""The workbench: each post sees its own heaps, every number opens a list, more rows cost no more queries."""

from collections.abc import Callable

import pytest

from doudi.kernel.actors import Actor
from doudi.security.scope import acting
from tests.pageclient import PageClient, assert_fixed_queries
from tests.ui import rows

pytestmark = pytest.mark.django_db
Cast = dict[str, Actor]
SignIn = Callable[[str], PageClient]


@pytest.mark.parametrize(
    "post", ["village", "township", "county", "finance", "province", "auditor", "administrator", "outsider"]
)
def test_workbench_opens_for_every_post(actors: Cast, page_as: SignIn, post: str):
    page = page_as(post).get("/")

    assert page.status_code == 200
    assert actors[post].name in page.content.decode()


def test_workbench_without_sign_in_leads_to_the_log_in():
    assert PageClient().get("/").status_code == 302


def test_workbench_of_a_township_counts_what_it_reviews(actors: Cast, page_as: SignIn):
    rows.make_many(actors["county"], 3, state="proposed", lane="flagged")
    rows.make_many(actors["county"], 2, state="proposed", lane="clean")
    rows.make_many(actors["county"], 1, state="held")

    html = page_as("township").get("/").content.decode()

    assert "共 5 件等我办" in html
    assert "赵敏0" in html
    assert "state=held" in html


def test_workbench_of_another_county_shows_nothing_of_it(actors: Cast, page_as: SignIn):
    rows.make_many(actors["county"], 3, state="reviewed")

    html = page_as("outsider").get("/").content.decode()

    assert "赵敏" not in html
    assert "等我办的都办完了" in html


def test_workbench_needs_a_fixed_number_of_queries(actors: Cast, page_as: SignIn):
    county = actors["county"]
    rows.make_many(county, 1, state="reviewed")

    def more() -> None:
        rows.make_many(county, 5, state="reviewed")
        with acting(county):
            rows.make_roster()

    assert_fixed_queries(page_as("county"), "/", more)
