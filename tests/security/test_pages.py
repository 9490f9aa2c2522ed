"""The doors: log-in, posts, headers, refusals on the trail, people and the business date by pages."""

import pytest
from django.test import Client

from doudi.audit.models import Entry
from doudi.kernel.actors import SYSTEM
from doudi.registry.models import Household, Person
from doudi.security import services
from doudi.security.models import Post, User
from doudi.security.scope import acting
from tests.pageclient import PageClient, assert_fixed_queries

PASSWORD = "herd-nine-cobalt-tower"


def make_user(login="xiaoli", role="township", scope="231084102", **more) -> User:
    with acting(SYSTEM):
        user = services.make_user(login=login, name="李晓", password=PASSWORD, person_key=login, actor=SYSTEM, **more)
        services.give_post(user, role=role, scope_code=scope, since="2020-01-01", actor=SYSTEM)
    return user


def verbs(**wanted) -> list[str]:
    with acting(SYSTEM):
        return list(Entry.objects.filter(**wanted).order_by("id").values_list("verb", flat=True))


@pytest.mark.django_db
def test_log_in_with_one_post_opens_the_workbench():
    make_user()
    client = PageClient()

    answer = client.post("/login/", {"login": "xiaoli", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "login.made" in verbs(login="xiaoli")


@pytest.mark.django_db
def test_log_in_with_two_posts_asks_which():
    user = make_user()
    with acting(SYSTEM):
        services.give_post(user, role="township", scope_code="231084101", since="2020-01-01", actor=SYSTEM)
    client = PageClient()

    answer = client.post("/login/", {"login": "xiaoli", "password": PASSWORD}, follow=True)
    post = Post.objects.get(scope_code="231084101")
    chosen = client.post("/post/", {"post": post.pk})

    assert "选择岗位" in answer.content.decode()
    assert chosen["Location"] == "/"


@pytest.mark.django_db
def test_wrong_password_locks_after_five_tries_and_the_administrator_unlocks():
    user = make_user()
    client = PageClient()

    answers = [client.post("/login/", {"login": "xiaoli", "password": "wrong-wrong-wrong"}) for _ in range(5)]
    right = client.post("/login/", {"login": "xiaoli", "password": PASSWORD})

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    assert right.status_code == 429
    with acting(SYSTEM):
        services.unlock(user, actor=SYSTEM)
    assert client.post("/login/", {"login": "xiaoli", "password": PASSWORD}).status_code == 302
    assert "login.refused" in verbs(subject="user:xiaoli")


@pytest.mark.django_db
def test_stranger_is_sent_to_log_in():
    answer = PageClient().get("/audit/")

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Faudit%2F")


@pytest.mark.django_db
def test_next_address_of_another_host_is_ignored():
    make_user()

    answer = PageClient().post(
        "/login/?next=https://example.org/", {"login": "xiaoli", "password": PASSWORD, "next": "//example.org"}
    )

    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_ended_post_closes_the_session(page_as):
    client = page_as("auditor")
    Post.objects.filter(user__login="hesj").update(until="2021-01-01")

    answer = client.get("/audit/")

    assert answer["Location"].startswith("/post/")


@pytest.mark.django_db
def test_page_of_another_role_is_refused_and_on_the_trail(page_as):
    answer = page_as("township").get("/audit/")

    assert answer.status_code == 403
    assert "无权限" in answer.content.decode()
    with acting(SYSTEM):
        entry = Entry.objects.get(verb="access.refused")
    assert (entry.name, entry.subject, entry.division_code) == ("刘霞", "/audit/", "231084101")


@pytest.mark.django_db
def test_family_of_another_county_is_refused_without_any_of_its_data(page_as, actors):
    with acting(actors["outsider"]):
        head = Person.objects.create(temporary_number="T9", name="欧阳海棠", division_code="230227101")
        family = Household.objects.create(
            number="FY-0001", head=head, area="rural", division_code="230227101", since="2020-01-01"
        )

    answer = page_as("township").get(f"/families/{family.pk}/")

    text = answer.content.decode()
    assert answer.status_code == 403
    assert "无权限" in text
    assert "欧阳海棠" not in text
    assert "FY-0001" not in text
    with acting(SYSTEM):
        refused = list(Entry.objects.filter(verb="access.refused").values_list("name", "subject"))
    assert refused == [("刘霞", f"/families/{family.pk}/")]


@pytest.mark.django_db
def test_every_view_is_on_the_trail_without_numbers(page_as):
    page_as("auditor").get("/audit/?who=999999195001011239", numbers_allowed=True)

    with acting(SYSTEM):
        entry = Entry.objects.get(verb="page.viewed")
    assert entry.details["query"] == {"who": "***1239"}
    assert entry.details["page"] == "audit_log"


@pytest.mark.django_db
def test_audit_log_shows_the_own_subtree_only(page_as, actors):
    from doudi.audit.services import record

    with acting(actors["county"]):
        record("fact.stated", actor=actors["county"], subject="家庭甲")
    with acting(SYSTEM):
        record("fact.stated", actor=SYSTEM, division_code="141124", subject="家庭乙")

    text = page_as("auditor").get("/audit/?verb=fact.").content.decode()

    assert "家庭甲" in text
    assert "家庭乙" not in text


@pytest.mark.django_db
def test_administrator_makes_a_user_with_a_post(page_as):
    client = page_as("administrator")

    answer = client.post("/users/new/", {"login": "newone", "name": "丁一", "role": "village", "scope": "231084102201"})

    assert "只显示这一次" in answer.content.decode()
    post = Post.objects.get(user__login="newone")
    assert (post.role, post.scope_code, post.user.must_change_password) == ("village", "231084102201", True)
    assert "丁一" in client.get("/users/").content.decode()
    assert client.get(f"/users/{post.user_id}/").status_code == 200


@pytest.mark.django_db
def test_list_of_people_needs_the_same_queries_for_more_rows(page_as):
    client = page_as("administrator")

    assert_fixed_queries(client, "/users/", lambda: [make_user(f"clerk{n}") for n in range(3)])


@pytest.mark.django_db
def test_audit_log_needs_the_same_queries_for_more_rows(page_as, actors):
    client = page_as("auditor")
    client.get("/audit/")

    assert_fixed_queries(client, "/audit/?verb=login.", lambda: make_user("another"))


@pytest.mark.django_db
def test_administrator_is_told_what_is_wrong_with_a_user(page_as):
    answer = page_as("administrator").post(
        "/users/new/", {"login": "newone", "name": "丁一", "role": "village", "scope": "231084"}
    )

    assert answer.status_code == 422
    assert "辖区应为村级" in answer.content.decode()


@pytest.mark.django_db
def test_person_who_must_change_the_password_can_do_nothing_else():
    make_user(must_change=True)
    client = PageClient()
    client.post("/login/", {"login": "xiaoli", "password": PASSWORD})

    assert client.get("/")["Location"] == "/password/"
    changed = client.post(
        "/password/", {"old": PASSWORD, "new": "amber-lake-fifty-two", "again": "amber-lake-fifty-two"}
    )
    assert changed["Location"] == "/login/"
    assert client.post("/login/", {"login": "xiaoli", "password": "amber-lake-fifty-two"})["Location"] == "/"


@pytest.mark.django_db
def test_business_date_is_set_with_a_reason(page_as):
    client = page_as("administrator")

    assert client.post("/date/", {"day": "2022-04-15"}).status_code == 422
    assert client.post("/date/", {"day": "2022-04-15", "reason": "补办四月"}).status_code == 302
    assert "2022-04-15" in client.get("/date/").content.decode()


@pytest.mark.django_db
def test_headers_stand_on_pages_errors_and_static_files():
    client = Client()

    for address in ("/login/", "/no-such-page/", "/static/ui/doudi.css"):
        answer = client.get(address)
        answer.close()
        assert "default-src 'self'" in answer["Content-Security-Policy"], address
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
    assert client.get("/login/")["Cache-Control"].startswith("no-store")


@pytest.mark.django_db
def test_form_without_its_token_is_refused():
    answer = Client(enforce_csrf_checks=True).post("/login/", {"login": "x", "password": "y"})

    assert answer.status_code == 403
    assert "表单已失效" in answer.content.decode()
