"""The roster of an index month: who is due what, each person once, from awards and list files by whole sets."""

import datetime as dt
import functools
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from doudi.audit import services as audit
from doudi.determination.tables import stage
from doudi.kernel.actors import Actor
from doudi.kernel.codes import upper
from doudi.kernel.errors import NeedsFacts, Refusal
from doudi.kernel.periods import Month
from doudi.linkage.words import AREAS
from doudi.places import queries as places
from doudi.prices import queries
from doudi.prices.errors import NoStart
from doudi.prices.evaluations import judge_month
from doudi.prices.models import LABEL, Evaluation, Roster, SubsidyLine
from doudi.security.permissions import require
from doudi.security.statistics import refresh

SQL = Path(__file__).parent / "sql" / "roster.sql"
TABLES = (
    "price_claim",
    "price_due",
    "price_award_group",
    "price_group",
    "price_amount",
    "price_rank",
    "price_not_started",
)
AWARD_GROUPS = {
    "dibao": "dibao",
    "tekun": "tekun",
    "dibao_marginal": "dibao_marginal",
    "orphan_allowance": "orphan",
    "unattended_child_allowance": "unattended_child",
    "veterans_pension": "veterans",
}
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('price_roster:' || %s, 0))"


class NobodyNew(Refusal):
    message = "{month} 没有需要新增或补足的人"
    next_step = "名单或数额有变化后再编补充花名册"


@functools.cache
def _statements() -> dict[str, str]:
    parts = re.split(r"^-- name: (\w+)\n", SQL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


@transaction.atomic
def make_roster(county_code: str, month: Month, *, actor: Actor, on: dt.date) -> Roster:
    """
    Freeze who is due what for an index month; a further call adds only what came on top since.

    Nobody gets two first lines for a month, in this county or any other.  What an earlier roster gave
    beyond what is due now is counted, not taken back here.

    :raises NotPermitted: wrong post or place.
    :raises NoStart: no confirmed start holds for the county and month.
    :raises NeedsFacts: a group with people has no amount.
    :raises NobodyNew: nothing came on top.
    """
    require(actor, "make_price_roster", county_code)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [f"{county_code}:{month}"])
    decision = queries.start_decision(county_code, month)
    if decision is None:
        raise NoStart(place=places.name(county_code, on), month=month)
    evaluation = judge_month(county_code, month, actor=actor, on=on)
    if evaluation.state != "started":
        raise NoStart(place=places.name(county_code, on), month=month)
    number = Roster.objects.filter(division_code=county_code, index_month=month.first_day).count() + 1
    asked: dict[str, Any] = {
        "low": county_code,
        "high": upper(county_code),
        "first": month.first_day,
        "evaluation": evaluation.pk,
        "label": LABEL,
        "take": evaluation.result["dedup"]["take"],
    }
    _stage(evaluation)
    roster = _fill(asked, decision.pk, evaluation, number, actor, on)
    audit.record(
        "price.roster_made",
        actor=actor,
        division_code=county_code,
        subject=f"price_roster:{roster.pk}",
        details={
            "month": month,
            "number": number,
            "lines": roster.line_count,
            "sum_fen": roster.sum_fen,
            "digest": roster.rows_digest,
        },
    )
    return roster


def _fill(
    asked: dict[str, Any], decision_id: int, evaluation: Evaluation, number: int, actor: Actor, on: dt.date
) -> Roster:
    sql = _statements()
    month = Month.of(evaluation.index_month)
    with connection.cursor() as cursor:
        cursor.execute(sql["award_claims"], asked)
        cursor.execute(sql["list_claims"], asked)
        cursor.execute("analyze price_claim")
        _refuse_lacking(cursor, sql["lacking"], month)
        cursor.execute(sql["due"], asked)
        cursor.execute("analyze price_due")
        cursor.execute("select nextval(pg_get_serial_sequence('prices_roster', 'id'))")
        asked["roster"] = int(cursor.fetchone()[0])
        cursor.execute(sql["wanted"], asked)
        wanted = int(cursor.fetchone()[0])
        cursor.execute(sql["lines"], asked)
        line_count = cursor.rowcount
        if not line_count and number > 1:
            raise NobodyNew(month=month)
        refresh(SubsidyLine)
        counts = _counts(cursor, sql, asked) | {"elsewhere": wanted - line_count}
        cursor.execute(sql["digest"], asked)
        digest = cursor.fetchone()[0]
        cursor.execute("drop table " + ", ".join(f"pg_temp.{name}" for name in TABLES))
    return Roster.objects.create(
        id=asked["roster"],
        division_code=asked["low"],
        index_month=evaluation.index_month,
        payment_month=evaluation.payment_month,
        number=number,
        decision_id=decision_id,
        evaluation=evaluation,
        line_count=line_count,
        sum_fen=sum(row["sum_fen"] for row in counts["groups"]),
        counts=counts,
        rows_digest=digest,
        made_by=actor.person_key,
        made_by_name=actor.name,
        made_on=on,
    )


def _counts(cursor: Any, sql: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
    cursor.execute(sql["counts"], asked)
    groups = [
        dict(zip(("group", "area", "fund_source", "fund_clause", "count", "sum_fen", "several"), row, strict=True))
        for row in cursor.fetchall()
    ]
    for row in groups:
        row["sum_fen"] = int(row["sum_fen"])
    cursor.execute(sql["less"], asked)
    less_count, less_fen = cursor.fetchone()
    return {"groups": groups, "less_count": int(less_count), "less_fen": int(less_fen)}


def _refuse_lacking(cursor: Any, sql: str, month: Month) -> None:
    """Refuse when people stand in a group whose amount could not be worked out."""
    cursor.execute(sql)
    words = queries.PLAIN_WORDS
    lacks = [
        {"label": f"{AREAS[area]}{words.group_label(group)} {count} 人的数额", "who": "当地规则文件或标准"}
        for group, area, count in cursor.fetchall()
    ]
    if lacks:
        raise NeedsFacts(f"{month.words}的花名册还不能编", missing=lacks, next_step="补齐规则或标准后重新评估")


def _stage(evaluation: Evaluation) -> None:
    """Put the month's amounts and the groups into temporary tables for the statements to join."""
    rows = evaluation.result["amounts"]
    known = [row for row in rows if row["amount_fen"] is not None]
    largest = {(row["group"], row["area"]): row["household_size"] or 0 for row in known}
    stage(
        pa.table(
            {
                "group_name": pa.array([row["group"] for row in known], pa.string()),
                "area": pa.array([row["area"] for row in known], pa.string()),
                "size": pa.array([row["household_size"] for row in known], pa.int32()),
                "largest": pa.array([largest[row["group"], row["area"]] for row in known], pa.int32()),
                "unit": pa.array([row["unit"] for row in known], pa.string()),
                "amount_fen": pa.array([row["amount_fen"] for row in known], pa.int64()),
                "fund_source": pa.array([row["fund_source"] or "" for row in known], pa.string()),
                "fund_clause": pa.array([row["fund_clause"] or "" for row in known], pa.string()),
            }
        ),
        "price_amount",
    )
    groups = list(dict.fromkeys(row["group"] for row in rows))
    stage(pa.table({"group_name": pa.array(groups, pa.string())}), "price_group")
    programmes = [(name, group) for name, group in AWARD_GROUPS.items() if group in groups]
    stage(
        pa.table(
            {
                "programme": pa.array([name for name, _ in programmes], pa.string()),
                "group_name": pa.array([group for _, group in programmes], pa.string()),
            }
        ),
        "price_award_group",
    )
    priority = evaluation.result["dedup"]["priority"]
    stage(
        pa.table({"group_name": pa.array(priority, pa.string()), "rank": pa.array(range(len(priority)), pa.int32())}),
        "price_rank",
    )
    met = {line["area"] for line in evaluation.result["conditions"] if line["met"]}
    lined = {line["area"] for line in evaluation.result["conditions"]}
    not_started = [] if lined <= {""} or "" in met else [area for area in AREAS if area not in met]
    stage(pa.table({"area": pa.array(not_started, pa.string())}), "price_not_started")
