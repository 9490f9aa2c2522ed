"""What a reform would do to many people: who gains, who loses, who comes in, who falls out, at what cost.

Both worlds are reckoned in one pass over the files (see ``worlds``); only the programmes that the
change reaches, or those asked for, are worked out at all.  Nothing is written.
"""

import collections
import dataclasses
import pathlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from doudi.engine import population, reform, worlds
from doudi.engine.reform import ChangedValue, Held, Reform
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.ruleset import GRANTS, NEEDS_FACTS, ProgrammePlan, RuleSet
from doudi.engine.version import ENGINE_VERSION
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.packs import Law

MONTHS_A_YEAR = 12
COUNTY_DIGITS = 6
COUNTS = (
    "subject_count",
    "granted_before",
    "granted_after",
    "people_before",
    "people_after",
    "newly_in",
    "newly_out",
    "gainers",
    "losers",
    "unknown_before",
    "unknown_after",
    "fen_before",
    "fen_after",
)
ASSUMPTIONS = (
    "凡符合条件的都算作享受,不论现在是否已申请;现在的享受人数另见报表",
    "事实和人口按数据所在的时点,一年按十二个月相同计算;发放一次的项目按一次计算",
    "还不能判断的(缺少事实)不计入享受,也不计入费用,单独列出",
    "按户项目的人数为该户共同生活的全部成员",
    "没有计入改变带来的行为变化(就业、分户、申请意愿)",
)


@dataclasses.dataclass(frozen=True)
class Effect:
    """One programme in the towns or in the country of one county, before and after.

    Counts are families for programmes of families and persons for programmes of persons.  Money is fen a
    month, or fen in all for aid given once.
    """

    county_code: str
    is_rural: bool
    programme: str
    is_once: bool
    subject_count: int
    granted_before: int
    granted_after: int
    people_before: int
    people_after: int
    newly_in: int
    newly_out: int
    gainers: int
    losers: int
    unknown_before: int
    unknown_after: int
    fen_before: int
    fen_after: int

    @property
    def fen_more(self) -> int:
        return self.fen_after - self.fen_before

    @property
    def fen_more_y(self) -> int:
        """The cost of a year more: twelve months, or once."""
        return self.fen_more * (1 if self.is_once else MONTHS_A_YEAR)


@dataclasses.dataclass(frozen=True)
class Simulation:
    """The effects of one reform on one population, with what they rest on."""

    reform: Reform
    effects: tuple[Effect, ...]
    changed: tuple[ChangedValue, ...]
    held: tuple[Held, ...]
    household_count: int
    person_count: int
    rule_digest: str
    parameter_digest: str
    engine_version: str = ENGINE_VERSION
    assumptions: tuple[str, ...] = ASSUMPTIONS

    def total(self, **only: Any) -> dict[str, int]:
        """Sum the effects with the given county, area or programme."""
        chosen = [one for one in self.effects if all(getattr(one, key) == value for key, value in only.items())]
        sums = {name: sum(getattr(one, name) for one in chosen) for name in COUNTS}
        return sums | {name: sum(getattr(one, name) for one in chosen) for name in ("fen_more", "fen_more_y")}


def merged(parts: Iterable[Simulation]) -> Simulation:
    """Put simulations of one reform over several populations together.

    :raises BadInput: none, or different reforms.
    """
    found = list(parts)
    if not found or len({(one.reform.digest, one.rule_digest) for one in found}) > 1:
        raise BadInput("只能合并同一方案、同一规则的测算")
    held = [Held(one.name, one.text, True, ()) for one in found[0].held]
    for number, one in enumerate(held):
        places = tuple(sorted({place for part in found for place in part.held[number].places}))
        held[number] = dataclasses.replace(one, holds=not places, places=places)
    changed = {(one.parameter, one.place_code, one.area): one for part in found for one in part.changed}
    return dataclasses.replace(
        found[0],
        effects=_summed(effect for part in found for effect in part.effects),
        changed=tuple(changed[key] for key in sorted(changed)),
        held=tuple(held),
        household_count=sum(one.household_count for one in found),
        person_count=sum(one.person_count for one in found),
        parameter_digest="+".join(sorted({one.parameter_digest for one in found})),
    )


def _summed(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    sums: dict[tuple[str, str, bool, bool], collections.Counter[str]] = {}
    for one in effects:
        key = (one.county_code, one.programme, one.is_rural, one.is_once)
        sums.setdefault(key, collections.Counter()).update({name: getattr(one, name) for name in COUNTS})
    return tuple(
        Effect(county, rural, programme, once, **{name: sums[county, programme, rural, once][name] for name in COUNTS})
        for county, programme, rural, once in sorted(sums)
    )


def simulate_files(
    law: "Law",
    asked: Reform,
    persons_path: pathlib.Path | str,
    households_path: pathlib.Path | str,
    *,
    extra: Iterable[Any] = (),
    place_code: str | None = None,
    progress: population.Progress | None = None,
    must_reach: bool = True,
) -> Simulation:
    """Simulate a reform on the people of two files (see ``doudi schema persons``).

    ``must_reach`` off: the people are a part of those meant, so a change may lie elsewhere.

    :raises BadInput: a file is not as declared, or the reform reaches nobody in it.
    """
    rules = law.rules_on(asked.on)
    plans = _plans(rules, asked)
    outputs = [name for plan in plans for name in (plan.value("outcome"), plan.amount_name)]
    both = worlds.two_worlds(rules, asked.parameters, outputs)
    with population.opened(law, persons_path, households_path, place_code) as people:
        dense = law.parameters.table(people.places(rules), asked.on, asked.known_on, tuple(extra))
        columns, changed = reform.changed_columns(asked, dense.arrow, law.parameters, must_reach)
        table = dense.arrow
        for name, column in columns.items():
            table = table.append_column(worlds.new_name(name), column)

        def read(con: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> list[Effect]:
            return [_effect(plan, row) for plan in plans for row in _rows(con, plan, both, tables)]

        effects = [effect for block in people.reckoned(both, table, read, progress) for effect in block]
        return Simulation(
            reform=asked,
            effects=_summed(effects),
            changed=tuple(changed),
            held=tuple(reform.check_must_hold(asked, dense.arrow, columns)),
            household_count=people.household_count,
            person_count=people.person_count,
            rule_digest=both.digest,
            parameter_digest=dense.digest,
        )


def _plans(rules: RuleSet, asked: Reform) -> tuple[ProgrammePlan, ...]:
    """Choose the programmes to report: those asked for, else those that the change reaches."""
    reached = worlds.plans_reached(rules, asked.parameters)
    if not asked.programmes:
        if not reached:
            raise BadInput(
                f"{'、'.join(asked.parameters)} 不影响任何项目", where=asked.title, next_step="换一个日期或参数"
            )
        return reached
    return tuple(rules.programme(name) for name in asked.programmes)


def _rows(
    con: duckdb.DuckDBPyConnection, plan: ProgrammePlan, rules: RuleSet, tables: Mapping[str, str]
) -> Iterator[tuple[Any, ...]]:
    """Count one programme's changes in a block, by county and area."""
    names = {"before": plan.value("outcome"), "money": plan.amount_name}
    after, more = (worlds.new_name(one) for one in names.values())
    if after not in rules.rules:
        after = names["before"]
    if more not in rules.rules:
        more = names["money"]
    subject, people = "s", "1"
    text = f"{tables[HOUSEHOLD]} s"
    if plan.entity == PERSON:
        text = f"{tables[PERSON]} s join {tables[HOUSEHOLD]} h on h.household_id = s.household_id"
        subject = "h"
    else:
        text += (
            " join (select household_id, count(*) as people from persons_in group by 1) m"
            " on m.household_id = s.household_id"
        )
        people = "m.people"
    was, now = f"s.{names['before']} = {GRANTS}", f"s.{after} = {GRANTS}"
    old, new = f"s.{names['money']}", f"s.{more}"
    columns = [
        "count(*)",
        f"count(*) filter (where {was})",
        f"count(*) filter (where {now})",
        f"coalesce(sum({people}) filter (where {was}), 0)",
        f"coalesce(sum({people}) filter (where {now}), 0)",
        f"count(*) filter (where not ({was}) and {now})",
        f"count(*) filter (where {was} and not ({now}))",
        f"count(*) filter (where {was} and {now} and {new} > {old})",
        f"count(*) filter (where {was} and {now} and {new} < {old})",
        f"count(*) filter (where s.{names['before']} = {NEEDS_FACTS})",
        f"count(*) filter (where s.{after} = {NEEDS_FACTS})",
        f"coalesce(sum({old}) filter (where {was}), 0)",
        f"coalesce(sum({new}) filter (where {now}), 0)",
    ]
    yield from con.execute(
        f"select left(q.place_code, {COUNTY_DIGITS}), q.is_rural, {', '.join(columns)} from {text} "
        f"join parameters q on q.place_row = {subject}.place_row group by 1, 2 order by 1, 2"
    ).fetchall()


def _effect(plan: ProgrammePlan, row: tuple[Any, ...]) -> Effect:
    county, is_rural, *counts = row
    named = dict(zip(COUNTS, map(int, counts), strict=True))
    return Effect(county, bool(is_rural), plan.name, plan.is_once, **named)
