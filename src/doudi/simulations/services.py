"""Trying a reform on the people of a division, as they were frozen for the last determination."""

import dataclasses
import datetime as dt
from typing import Any

import yaml

from doudi.audit import services as audit
from doudi.determination import queries as determination
from doudi.determination.models import Run
from doudi.engine import reform, simulate
from doudi.engine.reform import Change, Reform
from doudi.engine.version import ENGINE_VERSION
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.payments.funding import fund_of
from doudi.policy import queries as policy
from doudi.security.permissions import require
from doudi.simulations.laying import laid_out
from doudi.simulations.models import Simulation

COUNTY_LENGTH = 6


class NobodyYet(Refusal):
    message = "{division}还没有认定过的人口,无从测算"
    next_step = "请先装入部门数据并运行本月认定,或选择别的地区"


def simulate_division(asked: Reform, text: str, division_code: str, *, actor: Actor, on: dt.date) -> Simulation:
    """Try a reform on every county of a division; the same reform on the same people is kept once.

    :raises BadInput: a change lies outside the division, or reaches nobody.
    :raises NobodyYet: no county was ever determined.
    :source: LN2020-5.1, LN2020-5.4
    """
    require(actor, "simulate", division_code)
    runs = latest_runs(division_code)
    if not runs:
        raise NobodyYet(division=division_code or "全国")
    _refuse_outside(asked.changes, [run.place_code for run in runs])
    kept = {run.place_code: run.pk for run in runs}
    standing = Simulation.objects.filter(
        division_code=division_code, reform_digest=asked.digest, runs=kept, engine_version=ENGINE_VERSION
    ).first()
    if standing is not None and standing.title == asked.title:
        return standing
    found = simulate.merged([_tried(asked, run, on) for run in runs])
    if not found.changed:
        raise BadInput("改动前后的数值相同", where=asked.title, next_step="核对地区、城乡和幅度")
    made = Simulation.objects.create(
        division_code=division_code,
        title=asked.title[:120],
        reform_text=text,
        reform_digest=asked.digest,
        runs=kept,
        result=laid_out(found, fund_of(division_code, on)),
        engine_version=ENGINE_VERSION,
        made_by=actor.person_key,
        made_by_name=actor.name,
        made_on=on,
    )
    audit.record(
        "simulation.made",
        actor=actor,
        division_code=division_code,
        subject=f"simulation:{made.pk}",
        details={"title": made.title, "reform": asked.digest, "people": found.person_count},
    )
    return made


def latest_runs(division_code: str) -> list[Run]:
    """Give the newest monthly run of each county below a division."""
    scope = division_code[:COUNTY_LENGTH]  # a township's people lie in its county's snapshot
    below = Run.objects.filter(kind="monthly", place_code__gte=scope, place_code__lt=codes.upper(scope))
    return list(below.order_by("place_code", "-month", "-id").distinct("place_code"))


def _tried(asked: Reform, run: Run, on: dt.date) -> simulate.Simulation:
    folder = determination.snapshot_folder(run)
    return simulate.simulate_files(
        policy.law(),
        asked,
        folder / "persons.parquet",
        folder / "households.parquet",
        extra=policy.local_rows(asked.on, asked.known_on or on),
        must_reach=False,
    )


def _refuse_outside(changes: tuple[Change, ...], counties: list[str]) -> None:
    """Refuse a change that touches none of the counties that are reckoned."""
    for one in changes:
        if not any(codes.contains(one.place, county) or codes.contains(county, one.place) for county in counties):
            raise BadInput(
                f"改动的地区 {one.place} 不在测算范围", where=one.where, next_step=f"可用的县:{'、'.join(counties)}"
            )


@dataclasses.dataclass(frozen=True)
class Sliders:
    """What the page's sliders say; None leaves a value as it is. Rises in thousandths."""

    title: str
    division_code: str
    on: dt.date
    urban_rise_permille: int | None = None
    rural_rise_permille: int | None = None
    round_to_fen: int = 100
    marginal_line_permille: int | None = None
    deposit_months: int | None = None
    single_person_permille: int | None = None
    poverty_line_yuan_y: int | None = None


def reform_text(sliders: Sliders) -> str:
    """Write the sliders as a reform file, so that what a page tried can be filed and run again.

    :raises BadInput: nothing was moved.
    """
    place, changes = sliders.division_code, []
    for area, rise in (("urban", sliders.urban_rise_permille), ("rural", sliders.rural_rise_permille)):
        if rise:
            changes.append(
                {
                    "parameter": reform.STANDARD,
                    "place": place,
                    "area": area,
                    "scale": 1000 + rise,
                    "round": sliders.round_to_fen,
                }
            )
    for name, value in (
        ("marginal_line_permille", sliders.marginal_line_permille),
        ("dibao_deposit_months", sliders.deposit_months),
        ("single_person_permille", sliders.single_person_permille),
    ):
        if value is not None:
            changes.append({"parameter": name, "place": place, "set": value})
    if not changes:
        raise BadInput("没有改动任何数值", where="改动", next_step="至少调整一项")
    body: dict[str, Any] = {"reform": sliders.title, "on": sliders.on, "change": changes}
    must_hold = ["nobody_below_before", "gap_not_wider"]
    if sliders.poverty_line_yuan_y is not None:
        must_hold.append("rural_above_poverty_line")
        body["poverty_line"] = f"{sliders.poverty_line_yuan_y} 元/年"
    return yaml.safe_dump(body | {"must_hold": must_hold}, allow_unicode=True, sort_keys=False)


def read_text(text: str) -> Reform:
    """Read a reform from the text of a file or a form.

    :raises BadInput: not YAML, or not a reform.
    """
    try:
        body = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"(第 {mark.line + 1} 行)" if mark else ""
        raise BadInput(f"不是可读的方案文件{line}", where="方案", next_step="格式见 doudi simulate --format") from error
    return reform.parse(body, policy.law(), "方案")
