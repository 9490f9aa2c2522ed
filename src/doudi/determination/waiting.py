"""Who fits an allowance but has not applied: the list that the village tells people from. Nobody on it is paid.

An allowance that starts on application has one criterion named ``…_applied``. Whoever fails that one alone,
in the newest monthly run of their county, is told.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from doudi.determination.models import Run
from doudi.kernel.codes import upper
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.policy import queries as policy

APPLIED = "_applied"
NEWEST_RUNS = """
select distinct on (r.place_code) r.id, r.reference_on from determination_run r
where r.kind = 'monthly'
  and ((r.place_code >= %(low)s and r.place_code < %(high)s) or left(%(low)s, length(r.place_code)) = r.place_code)
order by r.place_code, r.id desc
"""
WAITING = """
select d.id, d.subject_id, d.household_id, d.programme, p.name, p.id_no_masked, p.birth_date, d.division_code
from determination_determination d
join unnest(%(runs)s::bigint[], %(programmes)s::text[], %(masks)s::bigint[], %(bits)s::bigint[])
     as w (run_id, programme, mask, bit) on w.run_id = d.run_id and w.programme = d.programme
join registry_person p on p.id = d.subject_id
where d.outcome = 0 and d.subject_kind = 'p' and d.criteria_unknown & w.mask = 0
  and d.criteria_met & w.mask = w.mask - w.bit
  and d.division_code >= %(low)s and d.division_code < %(high)s
order by d.division_code, p.birth_date, d.id
"""


@dataclasses.dataclass(frozen=True)
class Waiting:
    """One person and allowance that only an application is lacking for."""

    determination_id: int
    person_id: int
    household_id: int
    programme: str
    name: str
    id_no_masked: str
    birth_date: dt.date | None
    division_code: str

    def age(self, on: dt.date) -> int | None:
        """Full years on a day."""
        born = self.birth_date
        if born is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    @property
    def label(self) -> str:
        return PROGRAMME_LABEL.get(self.programme, self.programme)


def masks_on(on: dt.date) -> dict[str, tuple[int, int]]:
    """Give, for each allowance that starts on application, all its criteria as one word and the bit of applying."""
    found: dict[str, tuple[int, int]] = {}
    for plan in policy.law().rules_on(on).programmes:
        bits = {rule.name: 1 << (rule.bit or 0) for rule in plan.criteria}
        applied = [bit for name, bit in bits.items() if name.endswith(APPLIED)]
        if applied and not plan.is_once:
            found[plan.name] = (sum(bits.values()), applied[0])
    return found


def waiting_to_apply(place_code: str) -> list[Waiting]:
    """List who fits and has not applied in a division, by village and age; two queries."""
    asked: dict[str, Any] = {"low": place_code, "high": upper(place_code)}
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_RUNS, asked)
        rows: Sequence[tuple[int, dt.date]] = cursor.fetchall()
        wanted = [
            (run_id, programme, mask, bit) for run_id, on in rows for programme, (mask, bit) in masks_on(on).items()
        ]
        columns = zip(*wanted, strict=True) if wanted else ([], [], [], [])
        asked |= dict(zip(("runs", "programmes", "masks", "bits"), map(list, columns), strict=True))
        cursor.execute(WAITING, asked)
        return [Waiting(*row) for row in cursor.fetchall()]


def last_run_on(place_code: str) -> dt.date | None:
    """Give the day of the newest monthly run that the list of a place rests on."""
    found = Run.objects.filter(kind="monthly", place_code__startswith=place_code[:6]).order_by("-id").first()
    return found.reference_on if found else None
