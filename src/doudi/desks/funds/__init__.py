"""The money: what came in, was sent down, is free, set aside, paid; trial balance, idle money, uses, budget."""

from typing import Any

from doudi.desks.funds import allotting, books, budget, entries, overview, uses

urlpatterns: list[Any] = [
    *overview.urlpatterns,
    *allotting.urlpatterns,
    *entries.urlpatterns,
    *books.urlpatterns,
    *uses.urlpatterns,
    *budget.urlpatterns,
]
