"""Reads of determinations, and the telling of stored ones as they were decided."""

import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterable
from typing import Any

import duckdb

from doudi.determination import frozen
from doudi.determination.held import HeldAwards
from doudi.determination.models import Determination, Run
from doudi.determination.snapshot import Snapshot, build
from doudi.determination.sources import known_of, snapshot_root
from doudi.engine.explain import Explanation, ProgrammeExplanation, explain
from doudi.engine.ruleset import OUTCOME_NAMES
from doudi.kernel.errors import NotPermitted, Upstream
from doudi.kernel.programmes import PROGRAMME_LABEL
from doudi.policy import queries as policy
from doudi.registry import queries as registry

ROWS = "select * from {table} where household_id in (select unnest($households)) order by {order}"
KEYS = frozenset({"person_id", "household_id", "place_code", "division_code"})


@dataclasses.dataclass(frozen=True)
class Family:
    """One family as the engine takes it; ``person_ids`` in the order of ``told['persons']``."""

    household_id: int
    place_code: str
    person_ids: list[int]
    told: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Told:
    """One stored determination in words.

    ``programme`` is None when the rules have been rewritten since; then ``in_frozen_words`` speaks.
    ``differs`` says that today's program code no longer gives the stored result, which is a fault.
    """

    determination: Determination
    run: Run
    programme: ProgrammeExplanation | None
    in_frozen_words: dict[str, Any]
    rules_changed: bool
    differs: bool


def determination(determination_id: int) -> Determination:
    """Give one determination with its run.

    :raises NotPermitted: no such determination within the scope.
    """
    found = Determination.objects.select_related("run").filter(pk=determination_id).first()
    if found is None:
        raise NotPermitted("无权限:没有这项认定,或不在您的辖区")
    return found


def explain_stored(determination_id: int) -> Told:
    """
    Tell a stored determination again from its snapshot, under the rules of its day.

    :raises NotPermitted: no such determination within the scope.
    :raises Upstream: the snapshot is gone or was changed.
    """
    one = determination(determination_id)
    run = one.run
    family = families_of(run, [one.household_id])[one.household_id]
    words = frozen_words(one)
    if policy.law().rules_on(run.reference_on).digest != run.rule_digest:
        return Told(one, run, None, words, rules_changed=True, differs=False)
    whole = explain_family(family, run.reference_on, run.known_on)
    told = told_of(whole, one, family)
    return Told(one, run, told, words, rules_changed=False, differs=told is None or not _agrees(told, one))


def explain_families(families: Iterable[Family], on: dt.date, known_on: dt.date) -> dict[int, Explanation]:
    """Explain every programme of some families under the rules and local decisions of a day; one look-up."""
    extra, law = policy.local_rows(on, known_on), policy.law()
    return {
        family.household_id: explain(law, family.told, family.place_code, on, known_on, extra) for family in families
    }


def explain_family(family: Family, on: dt.date, known_on: dt.date) -> Explanation:
    """Explain every programme of one family."""
    return explain_families([family], on, known_on)[family.household_id]


def told_of(whole: Explanation, one: Determination, family: Family) -> ProgrammeExplanation | None:
    """Find one determination's programme and subject in the explanation of its family."""
    if one.subject_kind == "p" and one.subject_id not in family.person_ids:
        return None
    place = family.person_ids.index(one.subject_id) if one.subject_kind == "p" else None
    return next((p for p in whole.programmes if p.programme == one.programme and p.person == place), None)


def _agrees(told: ProgrammeExplanation, one: Determination) -> bool:
    return (told.outcome, told.amount_fen_m, told.route) == (
        OUTCOME_NAMES[one.outcome],
        one.amount_fen_m,
        one.route,
    )


def family_now(household_id: int, place_code: str, on: dt.date, known_on: dt.date, held: HeldAwards) -> Family:
    """Put a family together from what is known today. The scope must reach the county's files.

    :raises NotPermitted: nobody lives together in it any more.
    """
    snapshot = build(policy.law().inputs, known_of(place_code, on, known_on, held, household_id), on)
    if not snapshot.persons.num_rows:
        raise NotPermitted("这户今天已没有共同生活的成员")
    return _families(snapshot)[household_id]


def explain_now(household_id: int, place_code: str, on: dt.date, known_on: dt.date, held: HeldAwards) -> Explanation:
    """Explain a family with today's facts and rules; nothing is stored."""
    return explain_family(family_now(household_id, place_code, on, known_on, held), on, known_on)


def retell(one: Determination, on: dt.date, known_on: dt.date, held: HeldAwards) -> ProgrammeExplanation | None:
    """Tell what a stored determination would be with today's facts and rules; None when the person has left."""
    family = family_now(one.household_id, one.division_code, on, known_on, held)
    return told_of(explain_family(family, on, known_on), one, family)


def siblings_of(one: Determination) -> list[Determination]:
    """List the determinations of the same family in the same run, by programme."""
    return list(Determination.objects.filter(run_id=one.run_id, household_id=one.household_id).order_by("id"))


def frozen_words(one: Determination) -> dict[str, Any]:
    """Say a stored result in the words filed with it: outcome, each criterion met, not met or unknown."""
    words = frozen.words(one.run.rule_digest)["programmes"].get(one.programme, {})
    criteria = []
    for rule in words.get("criteria", []):
        mask = 1 << rule["bit"]
        met = None if one.criteria_unknown & mask else bool(one.criteria_met & mask)
        criteria.append({**rule, "met": met, "text": rule["label"]})
    route = next((r for r in words.get("routes", []) if r["name"] == one.route), None)
    return {
        "programme": one.programme,
        "label": PROGRAMME_LABEL.get(one.programme, one.programme),
        "outcome": OUTCOME_NAMES[one.outcome],
        "amount_fen": one.amount_fen_m,
        "route_label": route["label"] if route else "",
        "criteria": criteria,
        "missing": [{"label": c["label"], "who": c["ask"]} for c in criteria if c["met"] is None],
    }


# -- snapshots ------------------------------------------------------------------------------


def snapshot_folder(run: Run) -> pathlib.Path:
    """Say where a run's snapshot lies.

    :raises Upstream: it is gone.
    """
    folder = snapshot_root() / run.snapshot_path
    if not folder.is_dir():
        raise Upstream(f"快照 {run.snapshot_path} 不见了", next_step="请从备份恢复快照文件夹")
    return folder


def families_of(run: Run, household_ids: Iterable[int]) -> dict[int, Family]:
    """Read families from a run's snapshot, with where each fact comes from and present names; one look-up."""
    wanted = {"households": sorted(set(household_ids))}
    folder = snapshot_folder(run)
    with duckdb.connect(":memory:") as memory:
        memory.execute("set threads = 1")

        def rows(table: str, order: str) -> Any:
            source = f"read_parquet('{folder / table}.parquet')"
            return memory.execute(ROWS.format(table=source, order=order), wanted).to_arrow_table()

        found = Snapshot(
            rows("persons", "household_id, person_id"),
            rows("households", "household_id"),
            rows("facts", "household_id"),
        )
    return _families(found)


def _families(snapshot: Snapshot) -> dict[int, Family]:
    persons, facts = snapshot.persons.to_pylist(), snapshot.facts.to_pylist()
    names = {key: slip.name for key, slip in registry.people(row["person_id"] for row in persons).items()}
    origin: dict[tuple[str, int], dict[str, Any]] = {}
    for row in facts:
        about = {key: row[key] for key in ("source", "since", "known_on")}
        origin.setdefault((row["subject_kind"], row["subject_id"]), {})[row["name"]] = about
        if row["name"] in ("birth_date", "death_date"):
            derived = {"birth_date": "age_years", "death_date": "is_dead"}[row["name"]]
            origin[row["subject_kind"], row["subject_id"]][derived] = about
    families: dict[int, Family] = {}
    for row in snapshot.households.to_pylist():
        told: dict[str, Any] = {"household": _inputs(row), "persons": []}
        told["facts"] = origin.get(("h", row["household_id"]), {})
        families[row["household_id"]] = Family(row["household_id"], row["place_code"], [], told)
    for row in sorted(persons, key=lambda one: (one["relation_code"] != 0, one["person_id"])):
        family = families[row["household_id"]]
        family.person_ids.append(row["person_id"])
        about = origin.get(("p", row["person_id"]), {"": {}})
        family.told["persons"].append({**_inputs(row), "name": names.get(row["person_id"], ""), "facts": about})
    return families


def _inputs(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in KEYS}
