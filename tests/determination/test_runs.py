"""Runs on real rules: kept with their inputs, replayed to the byte, told again in the words of their day."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from doudi.benefits import queries as awards
from doudi.determination import queries, replaying, services
from doudi.determination.models import Determination, FrozenText, Run
from doudi.kernel.actors import SYSTEM
from doudi.kernel.errors import NotPermitted
from doudi.security.scope import acting
from tests.cases import world
from tests.cases.world import APRIL, NINGAN, ON, TOWN

pytestmark = pytest.mark.django_db


def county_run(**stated: int | None) -> tuple[Run, world.Family]:
    world.county_loaded(NINGAN)
    one = world.family(NINGAN)
    world.say(one, NINGAN, **stated)
    held = awards.held_awards(NINGAN, APRIL)
    run = services.determine_county(NINGAN, APRIL, on=ON, known_on=ON, actor=SYSTEM, held=held)
    return run, one


def dibao_of(run: Run) -> Determination:
    return Determination.objects.get(run=run, programme="dibao")


def test_determine_keeps_the_run_with_everything_it_rests_on():
    with acting(SYSTEM):
        run, _one = county_run()

        assert (run.household_count, run.person_count) == (1, 3)
        assert len(run.rows_digest) == 64
        kinds = dict(FrozenText.objects.values_list("digest", "kind"))
        assert kinds[run.sql_digest] == "sql"
        assert kinds[run.rule_digest] == "words"
        assert kinds[run.parameter_digest] == "parameters"
        with pytest.raises(IntegrityError, match="finished"), transaction.atomic():
            Run.objects.filter(pk=run.pk).update(rows_digest="x")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Determination.objects.update(amount_fen_m=1)


def test_replay_gives_the_same_bytes_and_names_the_first_row_that_differs():
    with acting(SYSTEM):
        run, _one = county_run()
        whole, sampled = replaying.replay(run.pk, None), replaying.replay(run.pk, 5)
        assert whole.problem == sampled.problem == ""
        assert whole.sha256 == sampled.sha256
        assert whole.checked_count == run.row_count
        assert replaying.verify_determinations() == []

        other = Determination.objects.create(
            run=run, subject_kind="h", subject_id=999_999, household_id=999_999, programme="dibao", outcome=1,
            amount_fen_m=1, criteria_met=0, criteria_unknown=0, route="household", division_code=TOWN[NINGAN],
        )  # fmt: skip
        assert "结果行" in replaying.replay(run.pk, None).problem
        assert replaying._first_difference(run.pk, *_tables(run)).startswith(
            f"认定批次 {run.pk}:家庭 {other.household_id}"
        )


def _tables(run: Run):
    stored = replaying.fetch(
        replaying.STORED, {"run": run.pk, "households": [], "everyone": True}, replaying.DECIDED_FIELDS
    )
    folder = queries.snapshot_folder(run)
    return stored.select(replaying.COMPARED), replaying._computed(run, folder, None)[1]


def test_explain_stored_tells_steps_sources_and_clauses():
    with acting(SYSTEM):
        run, one = county_run(transfer_income_fen_m=10_000)
        told = queries.explain_stored(dibao_of(run).pk)

        assert (told.rules_changed, told.differs) == (False, False)
        assert told.programme is not None
        assert told.programme.outcome == "grants"
        assert told.programme.amount_fen_m == dibao_of(run).amount_fen_m
        assert {f.source for step in told.programme.steps for f in step.facts} >= {"入户调查"}
        assert all(answer.clause for answer in told.programme.criteria)
        assert told.in_frozen_words["outcome"] == "grants"
        assert [c["met"] for c in told.in_frozen_words["criteria"] if c["id"] == "dibao_income_below"] == [True]

        world.later(one.person_ids[0], NINGAN, "transfer_income_fen_m", 900_000)
        held = awards.held_awards(NINGAN, APRIL, one.household_id)
        now = queries.explain_now(one.household_id, TOWN[NINGAN] + "201", ON, ON, held)
        again = queries.explain_stored(dibao_of(run).pk)

        assert now.of("dibao").outcome == "refuses"
        assert again.programme == told.programme


def test_explain_stored_lists_what_is_missing_and_who_can_supply_it():
    with acting(SYSTEM):
        run, _one = county_run(deposits_fen=None)
        told = queries.explain_stored(dibao_of(run).pk).programme

        assert told is not None
        assert (told.outcome, told.amount_fen_m) == ("needs_facts", None)
        assert [(m.input, bool(m.who)) for m in told.missing] == [("deposits_fen", True)]


def test_explain_stored_uses_the_filed_words_when_the_rules_were_rewritten():
    with acting(SYSTEM):
        run, _one = county_run()
        words = FrozenText.objects.get(digest=run.rule_digest)
        old = "0" * 64
        FrozenText.objects.create(digest=old, kind="words", body=words.body)
        fields = {f.name: getattr(run, f.name) for f in Run._meta.fields if f.name not in ("id", "row_hash")}
        rewritten = Run.objects.create(**{**fields, "rule_digest": old, "month": "2022-03", "rows_digest": ""})
        one = dibao_of(run)
        copy = Determination.objects.create(
            run=rewritten,
            **{f.name: getattr(one, f.name) for f in one._meta.fields if f.name not in ("id", "run", "row_hash")},
        )

        told = queries.explain_stored(copy.pk)

        assert (told.rules_changed, told.programme) == (True, None)
        assert told.in_frozen_words["outcome"] == "grants"


def test_a_single_family_is_decided_like_in_the_county_run():
    with acting(SYSTEM):
        run, one = county_run(transfer_income_fen_m=10_000)
        held = awards.held_awards(NINGAN, APRIL, one.household_id)
        single = services.determine_household(
            one.household_id, APRIL, on=ON, known_on=ON, actor=SYSTEM_VIEWER, held=held
        )

        def rows(of: Run) -> list[tuple]:
            return list(
                Determination.objects.filter(run=of)
                .order_by("programme", "subject_id")
                .values_list("programme", "subject_id", "outcome", "amount_fen_m", "criteria_met")
            )

        assert single.kind == "single"
        assert rows(single) == rows(run)


SYSTEM_VIEWER = world.actor("county", NINGAN)


def test_known_on_leaves_out_what_was_learned_later():
    with acting(SYSTEM):
        _run, one = county_run()
        world.later(one.person_ids[0], NINGAN, "transfer_income_fen_m", 900_000, known_on=dt.date(2022, 4, 20))
        held = awards.held_awards(NINGAN, APRIL)
        before, after = (
            services.determine_county(NINGAN, APRIL, on=ON, known_on=known, actor=SYSTEM, held=held)
            for known in (ON, dt.date(2022, 4, 20))
        )

        assert (dibao_of(before).outcome, dibao_of(after).outcome) == (1, 0)


def test_determine_is_refused_without_the_verb_and_to_the_next_county():
    with acting(SYSTEM):
        run, one = county_run()
        held = awards.held_awards(NINGAN, APRIL)
        for stranger in (world.actor("township", TOWN[NINGAN]), world.actor("county", "230227")):
            with pytest.raises(NotPermitted):
                services.determine_county(NINGAN, APRIL, on=ON, known_on=ON, actor=stranger, held=held)
        key = dibao_of(run).pk
    with acting(world.actor("county", "230227")):
        with pytest.raises(NotPermitted):
            queries.explain_stored(key)
        with pytest.raises(NotPermitted):
            services.determine_household(
                one.household_id, APRIL, on=ON, known_on=ON, actor=world.actor("county", "230227"), held=held
            )
    with acting(world.actor("township", TOWN[NINGAN])):
        assert queries.explain_stored(key).programme is not None


def test_determine_refuses_a_county_without_families():
    with acting(SYSTEM), pytest.raises(services.NobodyThere, match="没有登记"):
        services.determine_county(
            "210727", APRIL, on=ON, known_on=ON, actor=SYSTEM, held=awards.held_awards("210727", APRIL)
        )


def test_determine_asks_the_same_number_of_queries_for_any_number_of_families():
    counts = []
    with acting(SYSTEM):
        world.county_loaded(NINGAN)
        for month in (APRIL, APRIL.plus(1)):
            for _ in range(3):
                world.say(world.family(NINGAN), NINGAN)
            held = awards.held_awards(NINGAN, month)
            asked: list[str] = []

            def note(execute: Any, sql: str, params: Any, many: bool, context: Any, asked: list[str] = asked) -> Any:
                asked.append(sql)
                return execute(sql, params, many, context)

            with connection.execute_wrapper(note):
                services.determine_county(NINGAN, month, on=ON, known_on=ON, actor=SYSTEM, held=held)
            counts.append(len(asked))

    assert counts[1] <= counts[0]
