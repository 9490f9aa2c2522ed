"""The trail cannot be edited, and a hand that goes past the guards is found."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from doudi.audit.models import Entry
from doudi.audit.queries import TrailFilter, entries, entries_page, trail_of
from doudi.audit.services import chain_of, record
from doudi.audit.verify import verify_chain
from doudi.kernel.actors import SYSTEM
from doudi.security.scope import acting


def fill(count: int, code: str = "231084") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(audit_append(%s, 'sys', '系统', 'sys', 'system', 'fact.stated', %s, 'family:' || n,"
            " jsonb_build_object('n', n))) from generate_series(1, %s) n",
            [code, code, count],
        )


@pytest.mark.parametrize(
    ("verb", "code", "chain"),
    [
        ("award.started", "231084101201", "231084"),
        ("award.started", "23", ""),
        ("award.started", "", ""),
        ("page.viewed", "231084101", "231084v"),
        ("access.refused", "", "v"),
    ],
)
def test_chain_is_the_county_and_views_have_their_own(verb, code, chain):
    assert chain_of(verb, code) == chain


@pytest.mark.django_db
def test_record_numbers_entries_without_gaps(actors):
    with acting(actors["county"]):
        numbers = [record("award.started", actor=actors["county"], subject="family:1") for _ in range(3)]
        kept = list(trail_of("family:1").values_list("seq", "name", "division_code"))

    assert numbers == [1, 2, 3]
    assert kept == [(1, "陈科长", "231084"), (2, "陈科长", "231084"), (3, "陈科长", "231084")]


@pytest.mark.django_db
def test_rolled_back_step_leaves_no_entry_and_no_gap(actors):
    county = actors["county"]

    def step() -> None:
        with acting(county):
            record("award.started", actor=county)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step()

    with acting(county):
        assert record("award.started", actor=county) == 1


@pytest.mark.django_db
def test_entries_of_the_next_county_are_not_shown(actors):
    with acting(actors["county"]):
        record("award.started", actor=actors["county"])

    with acting(actors["outsider"]):
        assert entries(TrailFilter()).count() == 0
    with acting(actors["province"]):
        assert entries_page(TrailFilter(who="陈科长", verb="award."), 1).paginator.count == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set name = '他人'",
        "delete from audit_entry",
        "truncate audit_entry",
        "insert into audit_entry select * from audit_entry",
        "update audit_head set seq = 1",
        "delete from audit_head",
    ],
)
def test_application_cannot_edit_the_trail(statement):
    with pytest.raises(DatabaseError), acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(statement)


def test_untouched_trail_is_sound(committed_db):
    with acting(SYSTEM):
        fill(100)
        fill(50, "141124")
        result = verify_chain()

    assert (result.entry_count, result.broken) == (150, None)
    assert [(head.chain, head.seq) for head in result.heads] == [("141124", 50), ("231084", 100)]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("update audit_entry set details = '{\"n\": 0}' where seq = 437", "231084 第 437 条"),
        ("update audit_entry set login = 'another' where seq = 437", "231084 第 437 条"),
        ("update audit_entry set recorded_at = recorded_at + interval '1 second' where seq = 1", "231084 第 1 条"),
        ("delete from audit_entry where seq = 437", "231084 第 438 条"),
        ("delete from audit_entry where seq = 1000", "231084 第 1000 条"),
        ("update audit_entry set seq = -seq where seq in (5, 6)", "231084 第 -6 条"),
        ("delete from audit_head", "231084"),
    ],
)
def test_changed_row_among_a_thousand_is_named(committed_db, tamper, statement, named):
    with acting(SYSTEM):
        fill(1000)

    assert tamper(statement) >= 1
    with acting(SYSTEM):
        broken = verify_chain().broken

    assert broken is not None
    assert broken.key == named


def test_entry_with_a_recomputed_hash_breaks_the_next_one(committed_db, tamper):
    with acting(SYSTEM):
        fill(1000)

    tamper(
        "update audit_entry set details = '{}', hash = sha256(prev_hash || audit_text(seq, recorded_at, login, name,"
        " person_key, role, verb, division_code, subject, '{}')) where seq = 500"
    )
    with acting(SYSTEM):
        broken = verify_chain().broken

    assert (broken.key, broken.what) == ("231084 第 501 条", "与前一条不相连")


def test_two_at_once_leave_one_gapless_chain(committed_db, actors):
    county = actors["county"]

    def work() -> None:
        try:
            for _ in range(20):
                with acting(county):
                    record("award.started", actor=county)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with acting(SYSTEM):
        assert Entry.objects.count() == 80
        assert verify_chain().broken is None


def test_open_step_of_work_does_not_keep_pages_waiting(committed_db, actors):
    county = actors["county"]
    seen = []

    def look() -> None:
        try:
            with acting(county), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '2s'")
                seen.append(record("page.viewed", actor=county))
        finally:
            connection.close()

    with acting(county):
        record("facts.imported", actor=county)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert seen == [1]
    assert not transaction.get_connection().in_atomic_block
