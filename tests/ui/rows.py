"""A few rows for pages, as the rooms would have written them: a family, a proposal, an award, a line."""

import dataclasses
import datetime as dt
import itertools

from doudi.benefits.models import Award
from doudi.cases.models import Proposal, Step
from doudi.facts.models import Batch
from doudi.kernel.actors import Actor
from doudi.payments.models import Line, PayRun
from doudi.registry.models import Household, Person
from doudi.security.scope import acting

TOWNSHIP = "231084101"
COUNTY = "231084"
MONTH = "2022-04"
DAY = dt.date(2022, 4, 15)
numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Family:
    """A household with its head."""

    household: Household
    head: Person


def make_family(name: str = "王桂兰") -> Family:
    number = next(numbers)
    head = Person.objects.create(name=name, temporary_number=f"T{number:06d}", division_code=TOWNSHIP, sex="F")
    household = Household.objects.create(
        number=f"H231084{number:06d}", head=head, area="rural", division_code=TOWNSHIP, since=dt.date(2020, 1, 1)
    )
    return Family(household, head)


def make_proposal(family: Family, *, state: str = "proposed", lane: str = "flagged") -> Proposal:
    """Make a start of dibao, undecided, held under its clause, or reviewed."""
    proposal = Proposal.objects.create(
        cycle_month=MONTH,
        determination_id=0,
        run_id=0,
        subject_kind="h",
        subject_id=family.household.pk,
        household_id=family.household.pk,
        programme="dibao",
        kind="start",
        amount_after_fen_m=94_999,
        since_month=MONTH,
        lane=lane,
        state="held" if state == "held" else "proposed",
        reference_on=DAY,
        due_on=dt.date(2022, 4, 19),
        hold_clause="HLJMCA2022-3.16" if state == "held" else "",
        division_code=TOWNSHIP,
    )
    if state not in ("proposed", "held"):
        Proposal.objects.filter(pk=proposal.pk).update(state=state)
    return proposal


def confirm(proposal: Proposal, reviewer: Actor, confirmer: Actor) -> None:
    """Review and confirm by two people."""
    make_step(proposal, reviewer, "review")
    Proposal.objects.filter(pk=proposal.pk).update(state="reviewed")
    make_step(proposal, confirmer, "confirm")
    Proposal.objects.filter(pk=proposal.pk).update(state="confirmed")


def make_step(proposal: Proposal, actor: Actor, stage: str = "review") -> Step:
    return Step.objects.create(
        proposal=proposal,
        stage=stage,
        user_id=actor.user_id,
        person_key=actor.person_key,
        role=actor.role,
        decided_on=DAY,
        in_bulk=False,
        reason="材料齐全",
        division_code=TOWNSHIP,
    )


def make_roster() -> Batch:
    number = next(numbers)
    return Batch.objects.create(
        department="民政局", kind="roster", file_name="花名册", sha256=f"{number:064d}", division_code=COUNTY,
        row_count=1, taken_count=1, rejected_count=2, known_on=DAY, loaded_by="test",
    )  # fmt: skip


def make_award(family: Family, *, roster: Batch | None = None, proposal: Proposal | None = None) -> Award:
    return Award.objects.create(
        batch_id=roster.pk if roster else None,
        proposal_id=proposal.pk if proposal else None,
        subject_kind="h",
        subject_id=family.household.pk,
        household_id=family.household.pk,
        programme="dibao",
        programme_number=1,
        amount_fen_m=94_999,
        since=dt.date(2022, 4, 1),
        division_code=TOWNSHIP,
    )


def make_line(family: Family, award: Award, *, maker: Actor) -> Line:
    """Freeze one line into a run of its own."""
    run = PayRun.objects.create(
        division_code=COUNTY, month=MONTH, kind="regular", sequence=next(numbers), state="frozen", line_count=1,
        sum_fen=award.amount_fen_m, made_by=maker.person_key, made_by_name=maker.name, made_on=DAY,
    )  # fmt: skip
    return Line.objects.create(
        pay_run=run, award_id=award.pk, household_id=family.household.pk, programme="dibao", month=MONTH,
        kind="regular", amount_fen=award.amount_fen_m, account_masked="***************8821",
        holder_name=family.head.name, bank_name="农信社宁安支行", fund_source="central",
        state="frozen", division_code=TOWNSHIP,
    )  # fmt: skip


def make_many(actor: Actor, count: int, **kinds: str) -> None:
    """Make several families with a proposal each, inside the actor's scope."""
    with acting(actor):
        for number in range(count):
            make_proposal(make_family(f"赵敏{number}"), **kinds)
