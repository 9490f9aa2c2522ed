"""A run's life: frozen once, checked with reasons, approved by a second person, paid once."""

import datetime as dt

import pytest

from doudi.benefits.models import Award, Coverage
from doudi.facts.models import Fact
from doudi.funds.services import NotEnoughMoney
from doudi.kernel.errors import BadInput, NotPermitted, Refusal, Stale
from doudi.payments import queries, services
from doudi.payments.models import Line, PayRun
from doudi.payments.runs import AlreadyPaidAhead, NothingToPay, SamePerson, roster_digest
from doudi.registry.models import PayeeAccount, Person
from doudi.security.scope import acting
from tests.payments.world import (
    APRIL,
    COUNTY,
    ON,
    TOWNSHIP,
    allocate_what_is_needed,
    approved_run,
    change_account,
    county,
    make_world,
    says_dead,
)

pytestmark = pytest.mark.django_db


def frozen(actor, **options):
    return services.freeze_run(COUNTY, APRIL, actor=actor, on=ON, **options)


def checked(actor):
    return services.check_run(frozen(actor).pk, actor=actor, on=ON)


def holds(run):
    return dict(Line.objects.filter(pay_run=run, state="held").values_list("household_id", "hold_reason"))


def test_freeze_makes_one_line_an_award(actors):
    with county(actors) as finance:
        world = make_world(3)
        run = frozen(finance)

        lines = Line.objects.filter(pay_run=run).order_by("id")
        assert [(line.award_id, line.amount_fen, line.state) for line in lines] == [
            (award.pk, award.amount_fen_m, "frozen") for award in world.awards
        ]
        assert (run.line_count, run.sum_fen, run.state) == (3, 90_003, "frozen")
        assert run.roster_sha256 == roster_digest(run.pk)
        assert {line.account_masked for line in lines} == {account.account_masked for account in world.accounts}


def test_freeze_twice_changes_nothing(actors):
    with county(actors) as finance:
        make_world(3)
        first, second = frozen(finance), frozen(finance)

        assert first == second
        assert Line.objects.count() == 3
        assert PayRun.objects.count() == 1


def test_freeze_takes_each_programme_from_its_fund(actors):
    with county(actors) as finance:
        make_world(1)
        make_world(1, programme="disability_care_subsidy", start=10)
        run = checked(finance)

        assert queries.funds_needed(run.pk) == {"central": 30_000, "provincial": 30_000}


def test_freeze_leaves_out_what_ended_or_has_not_begun(actors):
    with county(actors) as finance:
        world = make_world(3)
        Award.objects.filter(pk=world.awards[0].pk).update(until=dt.date(2022, 4, 1))
        Coverage.objects.filter(award_id=world.awards[0].pk).update(until=dt.date(2022, 4, 1))

        run = frozen(finance)

    assert run.line_count == 2


def test_freeze_with_nothing_due_says_so(actors):
    with county(actors) as finance, pytest.raises(NothingToPay, match="2022年4月"):
        frozen(finance)


def test_freeze_needs_the_post_and_the_county(actors):
    with county(actors):
        make_world(1)
    for who in ("auditor", "township", "village"):
        with pytest.raises(NotPermitted), acting(actors[who]):
            frozen(actors[who])
    with pytest.raises(NotPermitted), acting(actors["outsider"]):
        frozen(actors["outsider"])


def test_check_holds_each_with_its_reason(actors):
    with county(actors) as finance:
        world = make_world(8)
        dead, late_death, ended, shared, sharing, bare, fine, twice = world.households
        says_dead(world.people[0], "2022-03-05")
        says_dead(world.people[1], "2022-04-05")
        change_account(world.accounts[4], "62" + "0" * 14 + "3")
        PayeeAccount.objects.filter(household=bare).update(until=dt.date(2022, 1, 1))
        second = make_world(1, programme="disability_care_subsidy", start=100)
        Coverage.objects.create(
            award=second.awards[0], person_id=world.people[7].pk, group_number=0, since=world.awards[0].since,
            division_code=TOWNSHIP,
        )  # fmt: skip
        run = frozen(finance)
        Award.objects.filter(pk=world.awards[2].pk).update(until=dt.date(2022, 4, 1))

        run = services.check_run(run.pk, actor=finance, on=ON)

        assert holds(run) == {
            dead.pk: "dead",
            ended.pk: "ended",
            shared.pk: "shared_account",
            sharing.pk: "shared_account",
            bare.pk: "no_account",
        }
        assert (run.state, run.held_count) == ("checked", 5)
        text = Line.objects.get(household_id=dead.pk).hold_text
        assert "2022-03-05" in text
        assert world.people[0].name in text
        assert "同时用于 2 户" in Line.objects.get(household_id=shared.pk).hold_text
        assert {fine.pk, late_death.pk, twice.pk}.isdisjoint(holds(run))


def test_check_holds_both_lines_of_a_person_in_two(actors):
    with county(actors) as finance:
        world = make_world(2, programme="disability_care_subsidy")
        Coverage.objects.create(
            award=world.awards[1], person_id=world.people[0].pk, group_number=0, since=world.awards[0].since,
            division_code=TOWNSHIP,
        )  # fmt: skip

        run = checked(finance)

        assert set(holds(run).values()) == {"duplicate"}
        assert len(holds(run)) == 2


def test_check_again_finds_the_same(actors):
    with county(actors) as finance:
        world = make_world(2)
        says_dead(world.people[0], "2022-03-05")
        first = checked(finance)
        second = services.check_run(first.pk, actor=finance, on=ON)

        assert (first.held_count, first.version) == (second.held_count, second.version)


def test_release_needs_a_reason_and_is_not_held_again(actors):
    with county(actors) as finance:
        world = make_world(2)
        says_dead(world.people[0], "2022-03-05")
        run = checked(finance)
        line = Line.objects.get(pay_run=run, state="held")

        with pytest.raises(BadInput, match="理由"):
            services.release_line(line.pk, reason=" ", actor=finance)
        services.release_line(line.pk, reason="同名不同人,已核实", actor=finance)
        run = services.check_run(run.pk, actor=finance, on=ON)

        assert (run.held_count, Line.objects.get(pk=line.pk).state) == (0, "frozen")


def test_hold_by_hand_stays_through_another_check(actors):
    with county(actors) as finance:
        make_world(2)
        run = checked(finance)
        line = Line.objects.filter(pay_run=run).first()
        services.hold_line(line.pk, reason="举报待查", actor=actors["finance_second"])
        run = services.check_run(run.pk, actor=finance, on=ON)

        assert holds(run) == {line.household_id: "by_hand"}
        assert Line.objects.get(pk=line.pk).hold_text == "举报待查"


def test_hold_outside_the_county_is_not_permitted(actors):
    with county(actors) as finance:
        make_world(1)
        run = checked(finance)
        line_id = Line.objects.get(pay_run=run).pk
    with acting(actors["outsider"]), pytest.raises(NotPermitted):
        services.hold_line(line_id, reason="x", actor=actors["outsider"])


def test_approve_by_the_maker_is_refused(actors):
    with county(actors) as finance:
        make_world(1)
        run = checked(finance)
        allocate_what_is_needed(run, finance)

        with pytest.raises(SamePerson):
            services.approve_run(run.pk, actor=finance, on=ON)


def test_approve_without_money_names_the_gap(actors):
    with county(actors) as finance:
        make_world(2)
        run = checked(finance)

        with pytest.raises(NotEnoughMoney, match=r"还差 600\.01 元"):
            services.approve_run(run.pk, actor=actors["finance_second"], on=ON)
        run.refresh_from_db()
        assert run.state == "checked"
        assert set(Line.objects.values_list("state", flat=True)) == {"frozen"}


def test_approve_before_the_check_is_refused(actors):
    with county(actors) as finance:
        make_world(1)
        run = frozen(finance)

        with pytest.raises(Refusal, match="名单已冻结"):
            services.approve_run(run.pk, actor=actors["finance_second"], on=ON)


def test_approve_reserves_what_is_not_held(actors):
    with county(actors) as finance:
        world = make_world(3)
        says_dead(world.people[0], "2022-03-05")
        run = checked(finance)
        allocate_what_is_needed(run, finance)
        approved = services.approve_run(run.pk, actor=actors["finance_second"], on=ON)
        again = services.approve_run(run.pk, actor=actors["finance_second"], on=ON)

        assert (approved.approved_count, approved.approved_fen) == (2, 60_003)
        assert approved.version == again.version
        assert queries.run_tie(run.pk).ledger_reserved_fen == 60_003


def test_approve_with_a_wrong_count_or_an_old_page_is_refused(actors):
    with county(actors) as finance:
        make_world(2)
        run = checked(finance)
        allocate_what_is_needed(run, finance)

        with pytest.raises(BadInput, match="不符"):
            services.approve_run(run.pk, actor=actors["finance_second"], on=ON, count=3)
        with pytest.raises(Stale):
            services.approve_run(run.pk, actor=actors["finance_second"], on=ON, version=run.version - 1)


def test_cancel_frees_the_awards(actors):
    with county(actors) as finance:
        make_world(2)
        first = frozen(finance)
        services.cancel_run(first.pk, reason="口径有误", actor=finance)
        second = frozen(finance)

        assert (second.sequence, second.line_count) == (2, 2)


def test_pay_ahead_then_the_later_month_is_refused(actors):
    """S10.1: January and February paid ahead; February in February is refused."""
    with county(actors) as finance:
        make_world(2)
        january = APRIL.plus(-3)
        run = services.freeze_run(COUNTY, january, actor=finance, on=ON, months_ahead=1)

        with pytest.raises(AlreadyPaidAhead, match="已提前发放") as refusal:
            services.freeze_run(COUNTY, january.plus(1), actor=finance, on=ON)
        make_world(1, start=50)
        extra = services.freeze_run(COUNTY, january.plus(1), kind="back_pay", actor=finance, on=ON)

    assert "补发" in refusal.value.step
    assert (run.line_count, run.advance_clause != "") == (4, True)
    assert (extra.line_count, extra.already_paid_count) == (1, 2)


@pytest.fixture(autouse=True)
def _advance_payment_is_decided(request, monkeypatch):
    """The county's decision to pay ahead, for the tests that need one."""
    from types import SimpleNamespace

    from doudi.payments import runs

    state = SimpleNamespace(clause="SX2021-2.1", settings={"months_ahead": 1})
    in_force = state if "pay_ahead" in request.node.name else None
    switches = SimpleNamespace(in_force=lambda *a, **k: in_force)
    monkeypatch.setattr(runs.policy, "law", lambda: SimpleNamespace(switches=switches))
    monkeypatch.setattr(runs.policy, "local_rows", lambda on, known_on: [])


def test_paying_beyond_what_was_decided_is_refused_when_pay_ahead(actors):
    with county(actors) as finance:
        make_world(1)
        with pytest.raises(Refusal, match="最多提前 1 个月"):
            frozen(finance, months_ahead=2)


def test_paying_early_without_a_decision_is_refused(actors):
    with county(actors) as finance:
        make_world(1)
        with pytest.raises(Refusal, match="没有“提前发放”的决定"):
            frozen(finance, months_ahead=1)


def test_differences_name_kind_and_amount(actors):
    with county(actors) as finance:
        world = make_world(3)
        Award.objects.filter(pk=world.awards[0].pk).update(until=dt.date(2022, 4, 1), end_cause="hardship")
        Coverage.objects.filter(award_id=world.awards[0].pk).update(until=dt.date(2022, 4, 1))
        run = frozen(finance)

        found = {(d.kind, d.cause): (d.count, d.change_fen) for d in queries.differences(run.pk, COUNTY, APRIL)}

    assert found == {("ended", "hardship"): (1, -30_000), ("same", ""): (2, 0)}


def test_institution_may_share_one_account(actors):
    with county(actors) as finance:
        world = make_world(2, programme="tekun", route="institution")
        for account in world.accounts:
            change_account(account, "6288888")

        assert holds(checked(finance)) == {}


def test_back_pay_takes_what_was_released_after_approval(actors):
    with county(actors) as finance:
        world = make_world(2)
        says_dead(world.people[0], "2022-03-05")
        run = approved_run(actors)
        line = Line.objects.get(pay_run=run, state="held")
        services.release_line(line.pk, reason="误报,本人健在", actor=finance)

        extra = frozen(finance, kind="back_pay")

        assert [extra.line_count, Line.objects.get(pk=line.pk).state] == [1, "void"]


def _says(person, name, **value):
    Fact.objects.create(
        person_id=person.pk, name=name, since=dt.date(2021, 9, 1), known_on=ON, source="核对", division_code=TOWNSHIP,
        **value,
    )  # fmt: skip


def test_S16_5_check_holds_a_line_whose_disability_card_has_expired(actors):
    with county(actors) as finance:
        world = make_world(3, programme="disability_living_subsidy")
        for person, until in zip(world.people, ("2022-04-15", "2022-04-16", "2025-01-01"), strict=True):
            _says(person, "disability_card_until", value_text=until)
        run = checked(finance)

        assert holds(run) == {world.households[0].pk: "card_expired"}
        assert "2022-04-15到期" in Line.objects.get(pay_run=run, state="held").hold_text


def test_S16_5_check_holds_the_line_of_a_grown_child_who_is_not_at_school(actors):
    born = (dt.date(2004, 4, 15), dt.date(2004, 4, 15), dt.date(2004, 4, 16), dt.date(2004, 4, 15))
    with county(actors) as finance:
        world = make_world(4, programme="orphan_allowance")
        for person, birth, at_school in zip(world.people, born, (0, 1, 0, None), strict=True):
            Person.objects.filter(pk=person.pk).update(birth_date=birth)
            if at_school is not None:
                _says(person, "is_student", value_int=at_school)
        run = checked(finance)

        assert holds(run) == {world.households[0].pk: "not_at_school"}
