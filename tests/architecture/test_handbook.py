"""The handbook lists every page and every command; a stranger runs the system from it alone."""

from pathlib import Path

import typer.main

from doudi.cli.commands import app
from doudi.desks.urls import urlpatterns

HANDBOOK = (Path(__file__).resolve().parents[2] / "docs/handbook.md").read_text(encoding="utf-8")


def test_handbook_lists_every_route() -> None:
    routes = [f"/{route.pattern}" for route in urlpatterns]

    assert [route for route in routes if f"| `{route}` |" not in HANDBOOK] == []


def test_handbook_lists_no_route_that_is_gone() -> None:
    routes = {f"/{route.pattern}" for route in urlpatterns}
    listed = {line.split("`")[1] for line in HANDBOOK.splitlines() if line.startswith("| `/")}

    assert listed - routes == set()


def test_handbook_shows_every_operators_command() -> None:
    group = typer.main.get_command(app)
    names = set(group.commands) - {"decide", "schema"}  # type: ignore[attr-defined]

    assert [name for name in sorted(names) if f"./doudi {name}" not in HANDBOOK] == []
