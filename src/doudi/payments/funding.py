"""From which fund source each programme is paid: the use–source matrix of the place, or a choice within it.

The matrix is content of the packs (``packs/*/funding.yaml``) and of the places' own confirmed rules; the
database holds every payment to it.
"""

import datetime as dt
from collections.abc import Mapping

from doudi.audit import services as audit
from doudi.funds import matrix
from doudi.funds.matrix import WrongSource
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import Programme


def fund_of(
    place_code: str, on: dt.date, chosen: Mapping[str, str] | None = None, *, actor: Actor | None = None
) -> dict[str, str]:
    """Settle the fund source of every paying programme at a place; ``chosen`` picks another allowed one.

    :raises BadInput: not a programme that pays.
    :raises WrongSource: the source may not pay for it; the attempt stays in the trail.
    :source: MCA2022-6.2, MCA2022-6.3
    """
    settled = {use: rule.sources[0] for use, rule in matrix.allowed(place_code, on).items()}
    for programme, source in (chosen or {}).items():
        if programme not in Programme.__members__ or not Programme[programme].pays:
            raise BadInput(f"“{programme}”不是发放待遇的项目", where="资金来源")
        try:
            matrix.check(programme, source, place_code, on)
        except WrongSource as refusal:
            if actor is not None:
                audit.record_apart(
                    "access.source_refused",
                    actor=actor,
                    division_code=place_code,
                    subject=f"use:{programme}",
                    details={"source": source, "refusal": refusal.text},
                )
            raise
        settled[programme] = source
    return settled
