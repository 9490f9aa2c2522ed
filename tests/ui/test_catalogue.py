"""Every part on one page, with and without a post: the strict reader finds nothing."""

import datetime as dt
import types
from pathlib import Path

import jinja2
import pytest
from django.http import QueryDict

from doudi.kernel.actors import Actor
from doudi.ui import jinja_env
from tests.pageclient import problems_of

PAGES = Path(__file__).parent / "pages"
CLERK = Actor(user_id=1, login="liuxia", person_key="p1", name="刘霞", role="township", scope_code="231084101")


@pytest.fixture(scope="module")
def env() -> jinja2.Environment:
    loaders = [jinja2.PackageLoader("doudi.ui", "jinja2"), jinja2.FileSystemLoader(PAGES)]
    built = jinja_env.environment(loader=jinja2.ChoiceLoader(loaders))
    built.globals["static"] = lambda path: f"/static/{path}"
    built.globals["url"] = built.globals["url_or_none"] = lambda name, *args: f"/{name}/"
    return built


def frame() -> types.SimpleNamespace:
    entry = types.SimpleNamespace(label="工作台", href="/", icon="desk", current=True)
    banner = types.SimpleNamespace(title="暂缓退出执行中", text="停发先行暂缓", clause="HLJMCA2022-3.16", href="/c/")
    return types.SimpleNamespace(
        actor=CLERK,
        today=dt.date(2022, 4, 15),
        home="/",
        search="/search/",
        place_name="黑龙江省牡丹江市宁安市宁安镇",
        banners=[banner],
        navigation=[types.SimpleNamespace(label="今天", items_shown=[entry])],
        messages=[],
    )


@pytest.mark.parametrize("name", ["catalogue.html", "stop.html", "ui/refusal.html"])
@pytest.mark.parametrize("with_post", [True, False])
def test_page_of_every_part_passes_the_strict_reader(env: jinja2.Environment, name: str, with_post: bool):
    request = types.SimpleNamespace(GET=QueryDict("v=1&page=2", encoding="utf-8"))
    context = {"shell": frame() if with_post else None, "csrf_token": "t", "csrf_input": "", "title": "没有办成"}

    html = env.get_template(name).render(request=request, **context)

    assert problems_of(html, whole=True) == []
    assert ("宁安市宁安镇" in html) == with_post
