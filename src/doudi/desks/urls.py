"""The addresses of all pages, collected from the feature modules."""

from doudi.desks import (
    admin,
    audit,
    explanation,
    family,
    funds,
    imports,
    login,
    payruns,
    policy,
    prices,
    proposals,
    returns,
    reveal,
    search,
    simulations,
    trace,
    weekly,
    workbench,
)

FEATURES = (
    login,
    workbench,
    search,
    family,
    imports,
    explanation,
    proposals,
    funds,
    payruns,
    returns,
    weekly,
    policy,
    prices,
    simulations,
    audit,
    admin,
    trace,
    reveal,
)

urlpatterns = [pattern for feature in FEATURES for pattern in feature.urlpatterns]
