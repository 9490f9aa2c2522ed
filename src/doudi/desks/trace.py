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
from doudi.ui.story import story_of

HASH_SHOWN = 16
FACTS_SHOWN = 12


@dataclasses.dataclass(frozen=True)
class Ground:
    """One clause that carries the decision, with its words."""

    clause_id: str
    document: str
    text: str


def explanation_of(chain: Chain) -> dict[str, Any] | None:
    """Give the stored reasons for the programme of the line; None when there is no determination.

    The reasons come from the inputs frozen with the determination; where the rules were rewritten since,
    from the words filed with it. ``remark`` says so.
    """
    if chain.determination is None:
        return None
    told = determination.explain_stored(chain.determination.pk)
    if told.programme is None:
        return {**told.in_frozen_words, "remark": "规则此后有修改,下面是认定当时留存的文字"}
    reasons = told.programme.as_dict()
    return {**reasons, "remark": "现在的程序得不出当时的结果,请报告系统管理员"} if told.differs else reasons


def clauses_in(told: dict[str, Any] | None) -> list[str]:
    """List the clauses that carry the conclusion: of the conditions met and of the route and amount, each once.

    A conclusion that nothing carries rests on everything that was reckoned.
    """
    if told is None:
        return []
    met = [one for one in told.get("criteria") or [] if one.get("met") is True]
    carrying = [*met, *story_of(told).main] or [*(told.get("criteria") or []), *(told.get("steps") or [])]
    cited = [one.get("clause") for one in carrying]
    return list(dict.fromkeys(one for clause in cited if clause for one in clause.split("、")))


def facts_in(told: dict[str, Any] | None) -> list[dict[str, Any]]:
    """List the facts an explanation rests on, each once; those with a source first."""
    if told is None:
        return []
    seen: dict[Any, dict[str, Any]] = {}
    for step in told.get("steps") or []:
        for fact in step.get("facts") or []:
            if isinstance(fact, dict):
                seen.setdefault((fact.get("input"), fact.get("person")), fact)
    return sorted(seen.values(), key=lambda fact: (not fact.get("source"), fact.get("person") or ""))


def grounds(clause_ids: list[str]) -> list[Ground]:
    """Find the words of the clauses; one the library does not hold keeps its number alone."""
    library = policy.library()
    found = []
    for key in clause_ids:
        clause = library.clauses.get(key)
        document = library.documents.get(clause.document) if clause else None
        found.append(Ground(key, document.title if document else "", clause.text if clause else ""))
    return found


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
            "facts_shown": FACTS_SHOWN,
            "grounds": grounds(cited),
            "seal": bytes(chain.line.row_hash or b"").hex()[:HASH_SHOWN],
        },
    )


urlpatterns = [path("trace/<int:line_id>/", trace, name="trace")]
