"""The addresses of all pages, collected from the feature modules."""

import importlib
from typing import Any

FEATURES = (
    "login",
    "workbench",
    "search",
    "family",
    "imports",
    "explanation",
    "proposals",
    "funds",
    "payruns",
    "returns",
    "weekly",
    "policy",
    "audit",
    "admin",
    "trace",
    "reveal",
)


def _collect() -> list[Any]:
    patterns: list[Any] = []
    for feature in FEATURES:
        try:
            module = importlib.import_module(f"doudi.desks.{feature}")
        except ModuleNotFoundError as error:
            if error.name != f"doudi.desks.{feature}":
                raise
            continue
        patterns += module.urlpatterns
    return patterns


urlpatterns = _collect()
