"""Collects one payment's chain: money, books, run, award, approval, determination, facts, clauses. Fixed queries."""

import dataclasses
from typing import Any

from django.db.models import F, Q

from doudi.benefits.models import Award
from doudi.cases.models import Proposal, Step
from doudi.determination.models import Determination, Run
from doudi.facts.models import Batch
from doudi.funds.models import ACCOUNT_KINDS, JOURNAL_KINDS, Journal, Leg
from doudi.kernel.errors import NotPermitted
from doudi.payments.models import BankFile, Line, PayRun, ReturnLine
from doudi.registry.models import Household, Person
from doudi.security.models import User

STAGE_LABELS = {"review": "乡镇审核", "confirm": "县级确认", "return": "退回"}


@dataclasses.dataclass(frozen=True)
class Chain:
    """Everything behind one payment line, each stage as it was stored."""

    line: Line
    run: PayRun | None
    journals: list[dict[str, Any]]
    bank_files: list[BankFile]
    answers: list[ReturnLine]
    household: Household | None
    subject_name: str
    award: Award | None
    roster: Batch | None
    proposal: Proposal | None
    steps: list[tuple[Step, str]]
    determination: Determination | None
    determination_run: Run | None
    is_recheck: bool


def chain_of(line_id: int) -> Chain:
    """Read the chain of one line from its keys.

    An award taken over from a roster has no determination of its own; then the newest one made for the
    same subject and programme up to the month of the payment stands in, marked as a recheck.

    :raises NotPermitted: no such line within the actor's divisions.
    """
    line = Line.objects.filter(pk=line_id).first()
    if line is None:
        raise NotPermitted("无权限:没有这笔发放,或不在您的辖区")
    award = Award.objects.filter(pk=line.award_id).first()
    proposal = Proposal.objects.filter(pk=award.proposal_id).first() if award and award.proposal_id else None
    determination, is_recheck = _determination_of(award, proposal, line.month)
    return Chain(
        line=line,
        run=PayRun.objects.filter(pk=line.pay_run_id).first(),
        journals=_journals_of(line),
        bank_files=list(BankFile.objects.filter(pay_run_id=line.pay_run_id).order_by("id")),
        answers=list(ReturnLine.objects.filter(line_id=line.pk).select_related("return_file").order_by("id")),
        household=Household.objects.filter(pk=line.household_id).first(),
        subject_name=_subject_name(line, award),
        award=award,
        roster=Batch.objects.filter(pk=award.batch_id).first() if award and award.batch_id else None,
        proposal=proposal,
        steps=_steps_of(proposal) if proposal else [],
        determination=determination,
        determination_run=Run.objects.filter(pk=determination.run_id).first() if determination else None,
        is_recheck=is_recheck,
    )


def _determination_of(award: Award | None, proposal: Proposal | None, month: str) -> tuple[Determination | None, bool]:
    key = (award.determination_id if award else None) or (proposal.determination_id if proposal else None)
    if key:
        return Determination.objects.filter(pk=key).first(), False
    if award is None:
        return None, False
    newest = (
        Determination.objects.filter(
            subject_kind=award.subject_kind,
            subject_id=award.subject_id,
            household_id=award.household_id,
            programme=award.programme,
            run__month__lte=month,
        )
        .order_by("-run__month", "-id")
        .first()
    )
    return newest, newest is not None


def _steps_of(proposal: Proposal) -> list[tuple[Step, str]]:
    """Give the decisions with the names of the people who made them."""
    steps = list(Step.objects.filter(proposal=proposal).order_by("id"))
    keys = {step.person_key for step in steps}
    names = dict(User.objects.filter(person_key__in=keys).values_list("person_key", "name"))
    return [(step, names.get(step.person_key, step.person_key)) for step in steps]


def _subject_name(line: Line, award: Award | None) -> str:
    is_person = award is not None and award.subject_kind == "p"
    wanted = (
        Q(pk=award.subject_id)
        if award is not None and is_person
        else Q(pk__in=Household.objects.filter(pk=line.household_id).values("head_id"))
    )
    return Person.objects.filter(wanted).values_list("name", flat=True).first() or line.holder_name


def _journals_of(line: Line) -> list[dict[str, Any]]:
    keys = [key for key in (line.reserve_journal_id, line.final_journal_id) if key]
    journals = {journal.pk: journal for journal in Journal.objects.filter(pk__in=keys)}
    legs = (
        Leg.objects.filter(journal_id__in=keys)
        .order_by("journal_id", "amount_fen")
        .values("journal_id", "account_id", "amount_fen", account_name=F("account__name"), kind=F("account__kind"))
    )
    return [
        {
            "journal": journals[key],
            "kind": JOURNAL_KINDS.get(journals[key].kind, journals[key].kind),
            "legs": [
                {**leg, "kind": ACCOUNT_KINDS.get(leg["kind"], leg["kind"])} for leg in legs if leg["journal_id"] == key
            ],
        }
        for key in keys
        if key in journals
    ]
