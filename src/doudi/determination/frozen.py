"""Texts that determinations rest on, kept by digest: the SQL, the words of the criteria, the values in force."""

import datetime as dt
import json
from typing import Any

from doudi.determination.models import FrozenText
from doudi.engine.packs import Law
from doudi.engine.parameters import ParameterTable


def words_of(law: Law, on: dt.date) -> dict[str, Any]:
    """Collect what is needed to say a stored result in the words of its day."""
    rules = law.rules_on(on)
    programmes = {}
    for plan in rules.programmes:
        programmes[plan.name] = {
            "label": plan.label,
            "entity": plan.entity,
            "criteria": [
                {
                    "id": rule.name,
                    "bit": rule.bit,
                    "label": rule.label,
                    "yes": rule.yes,
                    "no": rule.no,
                    "ask": rule.ask,
                    "clause": rule.clause,
                    "document": "、".join(str(cite) for cite in rule.cites),
                }
                for rule in plan.criteria
            ],
            "routes": [
                {"name": route.route_name, "label": route.label, "clause": route.clause} for route in plan.routes
            ],
        }
    labels = {one.name: one.label or one.name for one in law.inputs.rows}
    return {"on": on.isoformat(), "programmes": programmes, "inputs": labels}


def keep(law: Law, on: dt.date, rule_digest: str, parameter_digest: str, parameters: ParameterTable) -> None:
    """File the words of the rules and the resolved values; what is filed already stays."""
    known = set(FrozenText.objects.filter(digest__in=[rule_digest, parameter_digest]).values_list("digest", flat=True))
    texts = {
        rule_digest: ("words", lambda: words_of(law, on)),
        parameter_digest: (
            "parameters",
            lambda: {"values": parameters.arrow.to_pydict(), "provenance": list(parameters.provenance)},
        ),
    }
    for digest, (kind, content) in texts.items():
        if digest not in known:
            body = json.dumps(content(), ensure_ascii=False, default=str)
            FrozenText.objects.get_or_create(digest=digest, defaults={"kind": kind, "body": body})


def text(digest: str) -> str:
    """Give a filed text; it is always there, determinations are never written without."""
    return FrozenText.objects.get(digest=digest).body


def words(rule_digest: str) -> dict[str, Any]:
    return dict(json.loads(text(rule_digest)))


def parameters(parameter_digest: str) -> dict[str, Any]:
    return dict(json.loads(text(parameter_digest)))
