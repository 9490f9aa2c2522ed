"""The money pages: who may open what, what the stops say, fixed numbers of queries."""

import io

import pytest
from django.urls import reverse

from doudi.payments import files, services
from doudi.payments.adapters import fake_bank
from doudi.payments.models import BankFile, Line, PayRun, ReturnFile
from doudi.security.scope import acting
from doudi.security.services import set_business_date
from tests.pageclient import count_queries
from tests.payments.world import (
    APRIL,
    COUNTY,
    ON,
    allocate_what_is_needed,
    approved_run,
    county,
    make_world,
    says_dead,
    sent_run,
)

pytestmark = pytest.mark.django_db

TABS = ("held", "differences", "lines", "files")


def text_of(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def _business_day(actors):
    with acting(actors["system"]):
        set_business_date(ON, actor=actors["system"])


def prepared(actors, count=3):
    with county(actors) as finance:
        world = make_world(count)
        says_dead(world.people[0], "2022-03-05")
        run = services.freeze_run(COUNTY, APRIL, actor=finance, on=ON)
        services.check_run(run.pk, actor=finance, on=ON)
        allocate_what_is_needed(run, finance)
    return PayRun(pk=run.pk), world


def test_a_month_by_clicking(actors, page_as):
    """Freeze, check, approve as another person, bank file, return, close: every page says what comes next."""
    with county(actors):
        make_world(3)
    maker, approver = page_as("finance"), page_as("finance_second")

    maker.post(reverse("freeze_pay_run"), {"month": "2022-04", "kind": "regular", "months_ahead": "0"})
    with county(actors):
        run = PayRun.objects.get()
        assert run.state == "frozen"
    maker.post(reverse("check_pay_run", args=[run.pk]))
    own = maker.get(reverse("approve_pay_run", args=[run.pk]))
    assert "编制人与批准人不能是同一个人" in text_of(own)
    poor = approver.post(reverse("approve_pay_run", args=[run.pk]), {"count": "3", "version": ""})
    assert poor.status_code == 422
    assert "还差 900.03 元" in text_of(poor)
    stop = maker.post(
        reverse("allocate_funds"),
        {"county": COUNTY, "source": "central", "amount": "900.03", "document": "黑财社〔2022〕1号"},
    )
    assert "玖佰元零叁分" in text_of(stop)
    maker.post(
        reverse("allocate_funds"),
        {"county": COUNTY, "source": "central", "amount": "900.03", "document": "黑财社〔2022〕1号", "confirmed": "1"},
    )
    question = text_of(approver.get(reverse("approve_pay_run", args=[run.pk])))
    assert "3 笔" in question
    assert "900.03 元" in question
    assert "玖佰元零叁分" in question
    approver.post(reverse("approve_pay_run", args=[run.pk]), {"count": "3"})
    maker.post(reverse("make_bank_file", args=[run.pk]), {"format": "csv"})
    with county(actors):
        bank_file = BankFile.objects.get()
    download = maker.get(reverse("download_bank_file", args=[bank_file.pk]), numbers_allowed=True)
    answer = fake_bank.answer(download.content, seed=1, failure_permille=0)
    upload = io.BytesIO(answer)
    upload.name = "回盘.csv"
    maker.post(reverse("load_return", args=[run.pk]), {"file": upload})
    maker.post(reverse("close_pay_run", args=[run.pk]))
    with county(actors):
        run.refresh_from_db()
    assert run.state == "closed"
    assert "三栏一致" in text_of(maker.get(reverse("reconcile"), {"month": "2022-04"}))


def test_approve_stop_needs_the_typed_count(actors, page_as):
    run, _ = prepared(actors)
    response = page_as("finance_second").post(reverse("approve_pay_run", args=[run.pk]), {"count": "9"})

    assert response.status_code == 422
    assert "不符" in text_of(response)


def test_held_lines_show_the_reason_and_are_released_with_one(actors, page_as):
    run, _world = prepared(actors)
    maker = page_as("finance")
    page = text_of(maker.get(reverse("pay_run_file", args=[run.pk])))
    assert "2022-03-05去世" in page
    with county(actors):
        line = Line.objects.get(state="held")

    refused = maker.post(reverse("release_payment", args=[line.pk]), {"reason": ""})
    maker.post(reverse("release_payment", args=[line.pk]), {"reason": "同名误报"})
    with county(actors):
        line.refresh_from_db()

    assert refused.status_code == 422
    assert (line.state, line.release_text) == ("frozen", "同名误报")


@pytest.mark.parametrize("who", ["finance", "county", "auditor", "province"])
def test_money_pages_open_for_who_may_see_money(actors, page_as, who):
    run, _ = prepared(actors)
    client = page_as(who)
    with county(actors):
        line = Line.objects.first()
    for address in [
        reverse("fund_overview"),
        reverse("pay_run_list"),
        *(f"{reverse('pay_run_file', args=[run.pk])}?tab={tab}" for tab in TABS),
        reverse("payment_line", args=[line.pk]),
        reverse("return_list"),
        reverse("reconcile"),
    ]:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("who", ["village", "township", "administrator"])
def test_money_pages_are_closed_to_others(actors, page_as, who):
    run, _ = prepared(actors)
    client = page_as(who)
    for name, *args in [("fund_overview",), ("pay_run_list",), ("pay_run_file", run.pk), ("return_list",)]:
        assert client.get(reverse(name, args=args)).status_code == 403


def test_the_next_county_sees_no_run(actors, page_as):
    run, world = prepared(actors)
    client = page_as("outsider")
    with county(actors):
        line = Line.objects.first()

    assert client.get(reverse("pay_run_file", args=[run.pk])).status_code == 403
    assert client.get(reverse("payment_line", args=[line.pk])).status_code == 403
    assert world.people[0].name not in text_of(client.get(reverse("pay_run_list")))


@pytest.mark.parametrize("who", ["county", "auditor", "province"])
def test_only_finance_approves(actors, page_as, who):
    run, _ = prepared(actors)

    assert page_as(who).post(reverse("approve_pay_run", args=[run.pk]), {"count": "2"}).status_code == 403


def test_returned_payments_say_why_and_what_to_do(actors, page_as):
    with county(actors) as finance:
        make_world(4)
        run = sent_run(actors)
        content = fake_bank.answer(files.content_of(BankFile.objects.get(pay_run=run)), seed=1, failure_permille=1000)
        services.load_return_bytes(content, "r.csv", actor=finance, on=ON)
        taken = ReturnFile.objects.get()
    client = page_as("finance")
    page = text_of(client.get(reverse("return_list")))

    assert "编入补发" in page
    assert "请" in page
    assert client.get(reverse("return_file", args=[taken.pk])).status_code == 200
    client.post(reverse("retry_pay_run", args=[run.pk]))
    with county(actors):
        assert PayRun.objects.filter(kind="retry").count() == 1


@pytest.mark.parametrize("tab", TABS)
def test_a_run_page_asks_the_same_number_of_questions_for_any_size(actors, page_as, tab):
    run, _ = prepared(actors, 2)
    client = page_as("finance")
    address = f"{reverse('pay_run_file', args=[run.pk])}?tab={tab}"
    client.get(address)
    few = count_queries(client, address)
    with county(actors) as finance:
        world = make_world(30, start=500)
        for person in world.people[:5]:
            says_dead(person, "2022-03-01")
        extra = services.freeze_run(COUNTY, APRIL, kind="back_pay", actor=finance, on=ON)
        services.check_run(extra.pk, actor=finance, on=ON)
    many = count_queries(client, f"{reverse('pay_run_file', args=[extra.pk])}?tab={tab}")

    assert few == many


def test_lists_ask_the_same_number_of_questions_for_any_size(actors, page_as):
    prepared(actors, 2)
    client = page_as("finance")
    for name in ("pay_run_list", "fund_overview", "return_list", "reconcile"):
        client.get(reverse(name))
    few = {n: count_queries(client, reverse(n)) for n in ("pay_run_list", "fund_overview", "return_list")}
    with county(actors):
        make_world(3, start=100)
        approved_run(actors, kind="back_pay")
    many = {n: count_queries(client, reverse(n)) for n in few}

    assert few == many
