"""Who may do what: with, without, and the next county."""

import pytest

from doudi.kernel.actors import ROLES, SYSTEM
from doudi.kernel.errors import NotPermitted, Refusal
from doudi.security import services
from doudi.security.matrix import LEVELS_OF_ROLE, LINE_OF_ROLE, VERBS
from doudi.security.permissions import may, require
from doudi.security.scope import acting

DECIDING = {
    "review_proposal", "confirm_proposal", "return_proposal", "approve_pay_run", "send_bank_file", "confirm_local_rule",
}  # fmt: skip
PASSWORD = "herd-nine-cobalt-tower"


def test_matrix_names_known_roles_only():
    assert set().union(*VERBS.values()) <= set(ROLES)
    assert set(LEVELS_OF_ROLE) == set(LINE_OF_ROLE) == set(ROLES) - {"system"}


@pytest.mark.parametrize("verb", sorted(DECIDING))
@pytest.mark.parametrize("role", ["administrator", "auditor", "system"])
def test_administrator_auditor_and_system_decide_nothing(verb, role):
    assert role not in VERBS[verb]


def test_right_post_in_the_own_county_may(actors):
    require(actors["county"], "confirm_proposal", "231084101")
    require(actors["county"], "confirm_proposal")


def test_wrong_post_is_told_who_does_it(actors):
    with pytest.raises(NotPermitted) as refused:
        require(actors["village"], "confirm_proposal", "231084101201")

    assert refused.value.text == "无权限"
    assert refused.value.step == "该事项由县级民政办理"


def test_right_post_in_the_next_county_is_refused(actors):
    with pytest.raises(NotPermitted):
        require(actors["county"], "confirm_proposal", "230227101")
    assert not may(actors["county"], "confirm_proposal", "23")


def test_unknown_verb_is_a_bug(actors):
    with pytest.raises(KeyError):
        require(actors["county"], "do_anything", "231084")


def _user(login: str, person: str):
    return services.make_user(login=login, name="李晓", password=PASSWORD, person_key=person, actor=SYSTEM)


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["finance", "auditor", "administrator"])
def test_one_person_cannot_hold_posts_of_two_lines_even_with_two_log_ins(other):
    with acting(SYSTEM):
        services.give_post(_user("first", "p1"), role="county", scope_code="231084", since="2022-01-01", actor=SYSTEM)

        with pytest.raises(Refusal, match="同一人不能"):
            services.give_post(_user("second", "p1"), role=other, scope_code="231084", since="2022-01-01", actor=SYSTEM)


@pytest.mark.django_db
def test_weak_password_and_taken_login_are_refused():
    with acting(SYSTEM):
        _user("first", "p1")
        with pytest.raises(Refusal, match="口令"):
            services.make_user(login="x", name="李晓", password="12345678", person_key="x", actor=SYSTEM)
        with pytest.raises(services.LoginTaken):
            _user("first", "p2")


@pytest.mark.django_db
def test_administrator_of_a_province_cannot_make_posts_elsewhere(actors):
    import dataclasses

    local = dataclasses.replace(actors["administrator"], scope_code="23")
    with acting(local):
        user = services.make_user(login="y", name="李晓", password=PASSWORD, person_key="y", actor=local)
        with pytest.raises(NotPermitted):
            services.give_post(user, role="county", scope_code="141124", since="2022-01-01", actor=local)


@pytest.mark.django_db
def test_last_administrator_stays():
    with acting(SYSTEM):
        user = _user("root", "r1")
        post = services.give_post(user, role="administrator", scope_code="", since="2022-01-01", actor=SYSTEM)

        with pytest.raises(services.LastAdministrator):
            services.set_active(user, False, actor=SYSTEM)
        with pytest.raises(services.LastAdministrator):
            services.end_post(post, until="2022-02-01", actor=SYSTEM)
