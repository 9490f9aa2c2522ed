"""The queries that read the results off the last tables of a run: wide files, and one long table."""

from collections.abc import Mapping

from doudi.engine.fold import Folded
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import NEEDS_FACTS, ProgrammePlan, RuleSet

KEYS = {PERSON: ("person_id", "household_id"), HOUSEHOLD: ("household_id",)}


def wide(rules: RuleSet, folded: Folded, entity: str, table: str) -> str:
    """Write the query of one wide file: keys, then the outputs of this kind of subject, in the order of the keys."""
    written: dict[str, str] = {}
    for plan in rules.programmes:
        written |= _programme_columns(plan, folded)
    hidden = {plan.applies for plan in rules.programmes}
    shown = [name for name in rules.outputs if rules.entity_of(name) == entity and name not in hidden]
    columns = [*KEYS[entity], *(f"{written.get(name, folded.text(name))} as {name}" for name in shown)]
    return "select\n  " + ",\n  ".join(columns) + f"\nfrom {table}\norder by {', '.join(reversed(KEYS[entity]))}"


def _programme_columns(plan: ProgrammePlan, folded: Folded) -> dict[str, str]:
    """Write the outputs of a programme that the run reckons; an amount only where the outcome is certain."""
    types = {"outcome": "tinyint", "criteria_met": "bigint", "criteria_unknown": "bigint", "route": "tinyint"}
    named = {plan.value(suffix): kind for suffix, kind in types.items()}
    columns = {name: f"cast({folded.text(name)} as {kind})" for name, kind in named.items() if name in folded.values}
    if plan.amount_name in folded.values and plan.value("outcome") in folded.values:
        columns[plan.amount_name] = _amount(plan, folded)
    return columns


def _amount(plan: ProgrammePlan, folded: Folded) -> str:
    certain = f"{folded.text(plan.value('outcome'))} <> {NEEDS_FACTS}"
    return f"case when {certain} then cast({folded.text(plan.amount_name)} as bigint) end"


def long(rules: RuleSet, folded: Folded, tables: Mapping[str, str]) -> str:
    """Write the query of determinations: one row per subject and monthly programme it may concern."""
    whole = [plan for plan in rules.programmes if not plan.is_once and set(plan.planned_names) <= set(rules.outputs)]
    return "\nunion all\n".join(_long(plan, folded, tables[plan.entity]) for plan in whole)


def _long(plan: ProgrammePlan, folded: Folded, table: str) -> str:
    kind, subject = ("p", "person_id") if plan.entity == PERSON else ("h", "household_id")
    route = "''"
    if plan.has_routes:
        cases = " ".join(f"when {number} then '{name}'" for number, name in plan.route_names.items())
        route = f"case {folded.text(plan.value('route'))} {cases} else '' end"
    columns = [
        f"'{kind}' as subject_kind",
        f"{subject} as subject_id",
        "household_id",
        f"'{plan.name}' as programme",
        f"cast({folded.text(plan.value('outcome'))} as tinyint) as outcome",
        f"{_amount(plan, folded)} as amount_fen_m",
        f"cast({folded.text(plan.value('criteria_met'))} as bigint) as criteria_met",
        f"cast({folded.text(plan.value('criteria_unknown'))} as bigint) as criteria_unknown",
        f"{route} as route",
    ]
    scope = f"\nwhere coalesce({folded.text(plan.applies)}, true)" if plan.applies else ""
    return "select " + ",\n  ".join(columns) + f"\nfrom {table}{scope}"
