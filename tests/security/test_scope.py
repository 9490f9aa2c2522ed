"""The scope: what a post cannot see does not exist for it."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from doudi.kernel.errors import NotPermitted
from doudi.registry.models import Person
from doudi.security import rls
from doudi.security.scope import acting


def insert_person(number: str, code: str) -> None:
    Person.objects.create(temporary_number=number, name="王桂兰", division_code=code)


def count_people() -> int:
    return Person.objects.count()


@pytest.mark.django_db
def test_read_without_scope_shows_nothing(actors):
    with acting(actors["county"]):
        insert_person("T1", "231084101")

    assert count_people() == 0


@pytest.mark.django_db
def test_read_shows_the_own_subtree_only(actors):
    with acting(actors["county"]):
        insert_person("T1", "231084101")
    with acting(actors["outsider"]):
        insert_person("T2", "230227101")

    with acting(actors["county"]):
        assert count_people() == 1
    with acting(actors["province"]):
        assert count_people() == 2


@pytest.mark.django_db
def test_write_into_the_next_county_is_refused(actors):
    with pytest.raises(DatabaseError, match="row-level security"), acting(actors["county"]):
        insert_person("T3", "230227101")


@pytest.mark.django_db
@pytest.mark.parametrize("wildcard", ["%", "____", "23%", "2"])
def test_wildcard_as_scope_shows_nothing(actors, wildcard):
    with acting(actors["county"]):
        insert_person("T1", "231084101")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('app.r0', %s, true), set_config('app.r1', %s, true)", [wildcard, wildcard + ":"]
        )
        seen = count_people()

    assert seen == (1 if wildcard == "2" else 0)


@pytest.mark.django_db
def test_nested_scope_narrows_and_returns(actors):
    with acting(actors["county"]):
        insert_person("T1", "231084101")
        insert_person("T2", "231084102")
        with acting(actors["county"], "231084101"):
            assert count_people() == 1

        assert count_people() == 2


@pytest.mark.django_db
def test_scope_outside_the_post_is_refused(actors):
    with pytest.raises(NotPermitted), acting(actors["county"], "230227"):
        pass


@pytest.mark.django_db
def test_nested_scope_of_a_person_cannot_widen(actors):
    with pytest.raises(NotPermitted), acting(actors["county"], "231084101"), acting(actors["county"]):
        pass


@pytest.mark.django_db
def test_every_table_with_a_division_is_guarded():
    assert rls.gaps() == []


@pytest.mark.django_db
def test_application_account_owns_nothing():
    assert rls.connection_powers() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["truncate registry_person", "drop table registry_person", "alter table registry_person disable row level security",
     "set role doudi_owner", "set session_replication_role = replica"],
)  # fmt: skip
def test_application_account_cannot_lift_the_guards(statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_superuser_connection_is_refused_by_the_self_check(postgres):
    with psycopg.connect(
        host=str(postgres.socket_folder), user="postgres", password=postgres.password(), dbname="postgres"
    ) as admin:
        row = admin.execute(rls.POWERS).fetchone()

    assert row[0] is True
