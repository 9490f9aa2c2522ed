"""Sealed rows stay; one that was changed past the triggers is named."""

import pytest
from django.db import DatabaseError, connection

from doudi.audit import seals
from doudi.kernel.actors import SYSTEM
from doudi.security.scope import acting


@pytest.mark.django_db
def test_every_sealed_table_has_its_columns_and_triggers():
    with connection.cursor() as cursor:
        for sealed in seals.all_sealed():
            cursor.execute("select column_name from information_schema.columns where table_name = %s", [sealed.table])
            columns = {row[0] for row in cursor.fetchall()}
            cursor.execute("select tgname from pg_trigger where tgrelid = %s::regclass", [sealed.table])
            triggers = {row[0] for row in cursor.fetchall()}

            assert {*sealed.columns, "row_hash"} <= columns, sealed.table
            assert {"zz_seal", "zz_seal_stays", "zz_seal_no_delete", "zz_seal_no_truncate"} <= triggers, sealed.table


def _fill_batches(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into facts_batch (department, kind, period, file_name, sha256, division_code, confidentiality,"
            " row_count, taken_count, rejected_count, set_aside_count, known_on, loaded_by, recorded_at)"
            " select '残联', 'disability', '', 'f' || n, md5(n::text), '231084', 'internal', n, n, 0, 0,"
            " date '2022-04-15', 'x', now() from generate_series(1, %s) n",
            [count],
        )


def _batch() -> seals.Sealed:
    return next(one for one in seals.all_sealed() if one.table == "facts_batch")


def test_changed_row_is_the_first_one_named(committed_db, tamper):
    with acting(SYSTEM):
        _fill_batches(1000)
        assert seals.first_broken(_batch()) is None

    assert tamper("update facts_batch set row_count = row_count + 1 where id in (777, 512)") == 2
    with acting(SYSTEM):
        broken = seals.first_broken(_batch())

    assert (broken.table, broken.key, broken.what) == ("facts_batch", "512", "内容与封存值不符")


def test_row_slipped_in_without_a_seal_is_named(committed_db, tamper):
    with acting(SYSTEM):
        _fill_batches(3)

    tamper("update facts_batch set row_hash = null where id = 2")
    with acting(SYSTEM):
        assert seals.first_broken(_batch()).what == "没有封存值"


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["update facts_batch set sha256 = 'x'", "delete from facts_batch"])
def test_application_cannot_change_a_sealed_row(statement):
    with acting(SYSTEM):
        _fill_batches(1)

    with pytest.raises(DatabaseError), acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(statement)


def test_seal_tells_nulls_from_empty_texts_and_borders():
    text = seals.text_of(seals.Sealed("t", ("a", "b"), True))

    assert text == 'sha256(convert_to(ROW("a", "b")::text, \'UTF8\'))'
