"""Which fund source pays which programme, unless a place settles it otherwise.

A default of the system, not a quotation: the notices say that central, provincial and local money are
used together (LN2020-4.1, MCA2022-7.2) and leave the split to the place. The central assistance fund
covers dibao and tekun; both disability subsidies are paid from local money.
"""

from collections.abc import Mapping

from doudi.funds.models import FUND_SOURCES
from doudi.kernel.errors import BadInput
from doudi.kernel.programmes import PROGRAMME_LABEL, Programme

FUND_OF_PROGRAMME: dict[str, str] = {
    "dibao": "central",
    "tekun": "central",
    "disability_living_subsidy": "provincial",
    "disability_care_subsidy": "provincial",
}


def fund_of(chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Settle the fund source of every paying programme; ``chosen`` overrides the default.

    :raises BadInput: unknown programme or source.
    """
    settled = dict(FUND_OF_PROGRAMME)
    for programme, source in (chosen or {}).items():
        if programme not in PROGRAMME_LABEL or not Programme[programme].pays:
            raise BadInput(f"“{programme}”不是发放待遇的项目", where="资金来源")
        if source not in FUND_SOURCES:
            raise BadInput(f"没有资金来源“{source}”", where="资金来源", next_step="可用的有:" + "、".join(FUND_SOURCES))
        settled[programme] = source
    return settled
