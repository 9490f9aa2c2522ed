"""Values that the invented counties have recorded for themselves, because no published ones were found.

They are no policy: the document that carries them says so, and nothing of it stands in the packs.
"""

import datetime as dt

from doudi.engine.parameters import ParameterRow
from doudi.kernel.actors import SYSTEM, Actor
from doudi.policy import services as policy
from doudi.policy.models import LocalRule

SINCE = dt.date(2022, 1, 1)
DOCUMENT = "演示县老年人津贴补贴办法(虚构,供演示)"
NOTE = "演示数据,不是政策文件"
VALUES: dict[str, int] = {
    "old_age_open": 1,
    "old_age_band1_fen_m": 5_000,
    "old_age_band2_fen_m": 10_000,
    "old_age_band3_fen_m": 10_000,
    "old_age_band4_fen_m": 30_000,
    "elderly_care_open": 1,
    "elderly_care_partly_fen_m": 4_000,
    "elderly_care_wholly_fen_m": 8_000,
}


def rows(county_code: str) -> list[ParameterRow]:
    """Give the values as the engine's extra rows, for the roster that stands before the month."""
    return [
        ParameterRow(
            name=name, place=county_code, area="", value=value, since=SINCE, until=None, known_on=SINCE,
            document=DOCUMENT, clause="", verified=False, note=NOTE,
        )
        for name, value in VALUES.items()
    ]  # fmt: skip


def record(county_code: str, *, confirmer: Actor, on: dt.date) -> int:
    """Record the values as the county's own, by two parties; what stands already is left alone."""
    standing = set(
        LocalRule.objects.filter(kind="parameter", division_code=county_code, name__in=list(VALUES))
        .exclude(state="withdrawn")
        .values_list("name", flat=True)
    )
    wanted = {name: value for name, value in VALUES.items() if name not in standing}
    for name, value in wanted.items():
        draft = policy.Draft(
            kind="parameter", name=name, division_code=county_code, since=SINCE, until=None, document=DOCUMENT,
            value_int=value, note=NOTE,
        )  # fmt: skip
        rule = policy.propose_local_rule(draft, on=on, actor=SYSTEM)
        policy.confirm_local_rule(rule.pk, on=on, actor=confirmer)
    return len(wanted)
