"""From one fen to one clause: a payment's whole chain on one page, every item of it opens."""

import dataclasses
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.desks.tracing import STAGE_LABELS, Chain, chain_of
from doudi.determination import queries as determination
from doudi.kernel.errors import DoudiError
from doudi.payments.models import HOLD_REASONS, LINE_STATES, RUN_KINDS, RUN_STATES
from doudi.policy import queries as policy
from doudi.security.web import desk

HASH_SHOWN = 16


@dataclasses.dataclass(frozen=True)
class Ground:
    """One clause that carries the decision, with its words."""

    clause_id: str
    document: str
    text: str


def _plain(value: Any) -> Any:
    """Turn an explanation into dictionaries, whatever it is made of."""
    if hasattr(value, "as_dict"):
        return value.as_dict()
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


def explanation_of(chain: Chain) -> dict[str, Any] | None:
    """Give the stored reasons for the programme of the line; None when there is no determination.

    The reasons come from the inputs and texts frozen with the determination, never from today's rules.
    """
    if chain.determination is None:
        return None
    told: dict[str, Any] = _plain(determination.explain_stored(chain.determination.pk))
    candidates = [one for one in told.get("programmes", [told]) if one.get("programme") == chain.line.programme]
    decided = chain.determination
    same = [one for one in candidates if one.get("amount_fen_m") == decided.amount_fen_m]
    return next(iter(same or candidates), None)


def clauses_in(told: dict[str, Any] | None) -> list[str]:
    """List the clauses an explanation cites, in the order of its steps, each once."""
    if told is None:
        return []
    cited = [item.get("clause") for part in ("steps", "criteria", "parameters") for item in told.get(part) or []]
    return list(dict.fromkeys(clause for clause in cited if clause))


def facts_in(told: dict[str, Any] | None) -> list[dict[str, Any]]:
    """List the facts an explanation rests on, each once."""
    if told is None:
        return []
    seen: dict[Any, dict[str, Any]] = {}
    for step in told.get("steps") or []:
        for fact in step.get("facts") or []:
            if isinstance(fact, dict):
                seen.setdefault((fact.get("input"), fact.get("person")), fact)
    return list(seen.values())


def grounds(clause_ids: list[str]) -> list[Ground]:
    """Find the words of the clauses; one the library does not hold keeps its number alone."""
    known = {clause.id: clause for clause in policy.law().clauses}
    return [
        Ground(key, known[key].document, known[key].text) if key in known else Ground(key, "", "") for key in clause_ids
    ]


@desk("view_money")
def trace(request: HttpRequest, line_id: int) -> HttpResponse:
    """Show the chain of one payment line."""
    chain = chain_of(line_id)
    broken = ""
    try:
        told = explanation_of(chain)
    except DoudiError as refusal:  # the snapshot is away or damaged: the rest of the chain still has to be seen
        told, broken = None, str(refusal)
    cited = clauses_in(told)
    if chain.proposal and chain.proposal.hold_clause:
        cited = list(dict.fromkeys([*cited, chain.proposal.hold_clause]))
    return render(
        request,
        "desks/trace/trace.html",
        {
            "chain": chain,
            "line_state": LINE_STATES.get(chain.line.state, chain.line.state),
            "hold_label": HOLD_REASONS.get(chain.line.hold_reason, ""),
            "run_kind": RUN_KINDS.get(chain.run.kind, "") if chain.run else "",
            "run_state": RUN_STATES.get(chain.run.state, "") if chain.run else "",
            "stage_labels": STAGE_LABELS,
            "told": told,
            "broken": broken,
            "facts": facts_in(told),
            "grounds": grounds(cited),
            "seal": bytes(chain.line.row_hash or b"").hex()[:HASH_SHOWN],
        },
    )


urlpatterns = [path("trace/<int:line_id>/", trace, name="trace")]
