"""The books: sums are zero, money is never mixed, nothing is edited, the same paper counts once."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from doudi.funds import allotments, checks, queries, services
from doudi.funds.models import Account, AllowedMove, Journal, Leg
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from tests.payments.world import COUNTY, TOWNSHIP, county

pytestmark = pytest.mark.django_db
ON = dt.date(2022, 4, 15)


def allocated(actor, fen=100_000, source="central", document="黑财社〔2022〕1号"):
    return services.allocate(COUNTY, source, fen, document=document, actor=actor, on=ON)


def reserved(actor, fen, idem="r1"):
    return services.reserve(
        COUNTY, "central", fen, idem=idem, pay_run_id=1, line_count=1, memo="批准预留", actor=actor, on=ON
    )


def balance(kind, source="central"):
    return Account.objects.get(division_code=COUNTY, fund_source=source, kind=kind).balance_fen


def test_allocate_moves_money_from_its_source(actors):
    with county(actors) as finance:
        allocated(finance)

        assert (balance("source"), balance("available")) == (-100_000, 100_000)
        assert queries.trial_balance(COUNTY).ties
        assert checks.verify_ledger() == []


def test_allocate_same_paper_counts_once(actors):
    with county(actors) as finance:
        first, second = allocated(finance), allocated(finance)

        assert first == second
        assert balance("available") == 100_000


def test_same_key_with_other_content_is_refused(actors):
    with county(actors) as finance:
        allocated(finance)
        reserved(finance, 100)

        with pytest.raises(services.SameKeyOtherContent, match="r1"):
            reserved(finance, 200)


@pytest.mark.parametrize(
    ("fen", "source", "document", "where"),
    [
        (0, "central", "文", "金额"),
        (-1, "central", "文", "金额"),
        (1, "moon", "文", "资金来源"),
        (1, "central", " ", "文号"),
    ],
)
def test_allocate_refuses_bad_input(actors, fen, source, document, where):
    with county(actors) as finance, pytest.raises(BadInput) as refusal:
        services.allocate(COUNTY, source, fen, document=document, actor=finance, on=ON)

    assert refusal.value.where == where


def test_allocate_needs_the_post_and_the_county(actors):
    with county(actors, "county") as officer, pytest.raises(NotPermitted):
        allocated(officer)
    with county(actors) as finance, pytest.raises(NotPermitted):
        services.allocate("230227", "central", 1, document="文", actor=finance, on=ON)


def test_reserve_names_the_gap(actors):
    with county(actors) as finance:
        allocated(finance, 100_000)

        with pytest.raises(services.NotEnoughMoney, match=r"还差 0\.01 元") as refusal:
            reserved(finance, 100_001)

    assert "下达" in refusal.value.step


def test_correct_adds_an_entry_with_a_reason(actors):
    with county(actors) as finance:
        first = allocated(finance, 100_000)
        services.correct(
            first.pk,
            from_kind="available",
            to_kind="source",
            amount_fen=40_000,
            reason_code="wrong_amount",
            reason="多记",
            idem="c1",
            actor=finance,
            on=ON,
        )

        assert balance("available") == 60_000
        assert Journal.objects.count() == 2
        with pytest.raises(BadInput, match="理由"):
            services.correct(
                first.pk,
                from_kind="available",
                to_kind="source",
                amount_fen=1,
                reason_code="twice",
                reason="",
                idem="c2",
                actor=finance,
                on=ON,
            )


def refused_by_database(constraint, act):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act()
    assert error.value.__cause__.diag.constraint_name == constraint


def raw_journal(kind, legs):
    """Write a journal past the services, as somebody with a console would."""
    journal = Journal.objects.create(
        idem=f"raw {kind} {legs}",
        body_sha256="0" * 64,
        kind=kind,
        effective_on=ON,
        memo="手工",
        made_by="x",
        division_code=COUNTY,
        corrects_id=1 if kind == "correct" else None,
        reason_code="other" if kind == "correct" else "",
    )
    for (source, account_kind), fen in legs:
        account = Account.objects.get(division_code=COUNTY, fund_source=source, kind=account_kind)
        Leg.objects.create(journal=journal, account=account, amount_fen=fen, division_code=COUNTY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(
    ("constraint", "kind", "legs"),
    [
        ("journal_sums_to_zero", "reserve", [(("central", "available"), -5), (("central", "reserved"), 4)]),
        ("journal_sums_to_zero", "reserve", [(("central", "reserved"), 5)]),
        ("journal_sums_to_zero", "allocate", []),
        ("journal_never_mixed", "reserve", [(("central", "available"), -5), (("county", "reserved"), 5)]),
        (
            "account_not_below_floor",
            "reserve",
            [(("central", "available"), -100_001), (("central", "reserved"), 100_001)],
        ),
    ],
)
def test_the_database_refuses_a_wrong_journal(actors, constraint, kind, legs):
    with county(actors) as finance:
        services.open_accounts(COUNTY, actor=finance)
        allocated(finance)

        refused_by_database(constraint, lambda: raw_journal(kind, legs))


def test_every_pair_outside_the_list_of_moves_is_refused(actors):
    kinds = ("source", "available", "reserved", "paid", "allotted")
    allowed = set(AllowedMove.objects.values_list("journal_kind", "from_kind", "to_kind"))
    with county(actors) as finance:
        allocated(finance, 100_000)
        allotments.allot(COUNTY, TOWNSHIP, services.Pool("central"), 10_000, document="备用金", actor=finance, on=ON)
        reserved(finance, 50_000)
        services.post(
            COUNTY,
            "central",
            {"dibao": 20_000},
            idem="p1",
            pay_run_id=1,
            line_count=1,
            memo="支付",
            actor=finance,
            on=ON,
        )

        for journal_kind in ("allocate", "allot", "recall", "reserve", "post", "void", "correct"):
            for out in kinds:
                for into in kinds:
                    if out == into or (journal_kind, out, into) in allowed:
                        continue
                    legs = [(("central", out), -1), (("central", into), 1)]
                    refused_by_database(
                        "journal_allowed_move", lambda kind=journal_kind, legs=legs: raw_journal(kind, legs)
                    )
        assert checks.verify_ledger() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funds_leg SET amount_fen = amount_fen + 1",
        "UPDATE funds_journal SET memo = 'x'",
        "DELETE FROM funds_leg",
        "DELETE FROM funds_journal",
        "UPDATE funds_account SET balance_fen = 1",
        "UPDATE funds_account SET floor_fen = NULL",
        "DELETE FROM funds_account",
    ],
)
def test_the_books_are_append_only(actors, statement):
    with county(actors) as finance:
        allocated(finance)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

        assert checks.verify_ledger() == []


def test_statement_shows_the_balance_after_each_entry(actors):
    with county(actors) as finance:
        allocated(finance, 100_000)
        reserved(finance, 30_000)
        account = Account.objects.get(division_code=COUNTY, fund_source="central", kind="available")

        rows = queries.statement(account.pk)

    assert [(row.kind, row.amount_fen, row.balance_after_fen) for row in rows] == [
        ("reserve", -30_000, 70_000),
        ("allocate", 100_000, 100_000),
    ]


def test_balances_never_mix_sources_and_stay_in_scope(actors):
    with county(actors) as finance:
        allocated(finance, 100_000)
        allocated(finance, 5_000, "provincial", "黑财社〔2022〕2号")

        found = {row.fund_source: row.available_fen for row in queries.balances(COUNTY) if row.allocated_fen}
    with county(actors) as finance:
        own = len(queries.balances(COUNTY))
    assert found == {"central": 100_000, "provincial": 5_000}
    assert own == 2


def test_the_next_county_sees_nothing(actors):
    from doudi.security.scope import acting

    with county(actors) as finance:
        journal = allocated(finance)
    with acting(actors["outsider"]), pytest.raises(Refusal):
        services.correct(
            journal.pk,
            from_kind="available",
            to_kind="source",
            amount_fen=1,
            reason_code="twice",
            reason="x",
            idem="x",
            actor=actors["outsider"],
            on=ON,
        )
    with acting(actors["outsider"]):
        assert queries.balances("") == []
