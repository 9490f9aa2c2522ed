"""The left navigation: a post sees the drawers it works in, and nothing it has no use for."""

import pytest

from doudi.desks import navigation as nav


@pytest.fixture(autouse=True)
def _every_page_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {"workbench": "/", "pay_run_list": "/payruns/", "proposal_list": "/proposals/"}
    monkeypatch.setattr(nav, "page_url_or_none", lambda name: addresses.get(name, f"/{name}/"))


def labels(role: str, path: str = "/") -> list[str]:
    return [entry.label for drawer in nav.navigation(role, path) for entry in drawer.items_shown]


def test_navigation_of_a_township_has_no_money():
    assert "待办事项" in labels("township")
    assert "发放批次" not in labels("township")


def test_navigation_of_finance_has_money_and_no_families():
    assert "发放批次" in labels("finance")
    assert "查人查户" not in labels("finance")


def test_navigation_of_every_post_opens_the_workbench_and_the_policy():
    for role in nav.EVERYONE:
        assert labels(role)[0] == "工作台"
        assert "条款" in labels(role)


def test_navigation_marks_one_entry():
    def marked(path: str) -> list[str]:
        return [e.label for drawer in nav.navigation("auditor", path) for e in drawer.items_shown if e.current]

    assert marked("/") == ["工作台"]
    assert marked("/payruns/7/") == ["发放批次"]
    assert marked("/somewhere/else/") == []


def test_navigation_hides_a_page_that_is_not_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nav, "page_url_or_none", lambda name: "/" if name == "workbench" else None)

    assert labels("county") == ["工作台"]
