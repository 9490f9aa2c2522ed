"""Price watch and price subsidy: figures, months, decisions, rosters, rules."""

from doudi.desks.prices import deciding, figures, overview, rosters, rules

urlpatterns = [
    *overview.urlpatterns,
    *figures.urlpatterns,
    *deciding.urlpatterns,
    *rosters.urlpatterns,
    *rules.urlpatterns,
]
