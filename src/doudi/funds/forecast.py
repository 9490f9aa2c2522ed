"""Will the money last the year: budget against what was spent and what the rosters will cost."""

import dataclasses

from doudi.kernel.periods import Month

MONTHS_A_YEAR = 12


@dataclasses.dataclass(frozen=True)
class Forecast:
    """One use's year: spent so far, expected for the rest, the gap, and the month in which the budget runs out."""

    budget_fen: int
    spent_fen: int
    monthly_fen: int
    year_fen: int
    gap_fen: int
    runs_out: Month | None


def forecast(budget_fen: int, spent_fen: int, monthly_fen: int, spent_to: Month) -> Forecast:
    """Carry the latest month's cost on to December.

    ``runs_out`` is the first month that the budget does not fully cover; None when it lasts.

    :source: HLJ2021-8.6, SX2021-6.2
    """
    months_left = MONTHS_A_YEAR - spent_to.first_day.month
    year_fen = spent_fen + monthly_fen * months_left
    runs_out = None
    for ahead in range(1, months_left + 1):
        if spent_fen + monthly_fen * ahead > budget_fen:
            runs_out = spent_to.plus(ahead)
            break
    if spent_fen > budget_fen:
        runs_out = spent_to
    return Forecast(budget_fen, spent_fen, monthly_fen, year_fen, max(year_fen - budget_fen, 0), runs_out)
