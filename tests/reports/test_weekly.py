"""The weekly report: figures from records, rows behind each, versions, zero report, who is missing."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.payments import files, services
from doudi.payments.adapters import fake_bank
from doudi.payments.models import BankFile
from doudi.places.models import Division
from doudi.reports import queries
from doudi.reports.cells import CELLS
from doudi.reports.models import Submission
from doudi.reports.services import NeedsReason, NeedsZeroConfirmation, Typed, is_late, submit
from doudi.reports.workbook import workbook
from doudi.security.scope import acting
from doudi.security.services import set_business_date
from tests.payments.world import COUNTY, ON, county, make_world, sent_run

pytestmark = pytest.mark.django_db
FRIDAY = ON
ZERO = {"zero_confirmed": True}


def figures(code=COUNTY):
    return {figure.cell.id: figure.value for figure in queries.weekly(code, FRIDAY).figures}


def paid_month(actors, count=4, permille=0):
    make_world(count)
    run = sent_run(actors)
    content = files.content_of(BankFile.objects.get(pay_run=run))
    services.load_return_bytes(
        fake_bank.answer(content, seed=5, failure_permille=permille), "r.csv", actor=actors["finance"], on=ON
    )
    return run


def test_figures_come_from_the_records(actors):
    with county(actors):
        paid_month(actors)
        found = figures()

    assert found["covered_dibao"] == 4
    assert found["paid_people_dibao"] == 4
    assert found["paid_fen"] == found["paid_fen_dibao"] == 120_006
    assert found["returned"] == 0


def test_what_the_system_does_not_know_is_not_zero(actors):
    with county(actors):
        report = queries.weekly(COUNTY, FRIDAY)

    unknown = [figure for figure in report.figures if not figure.cell.is_recorded]
    assert unknown
    assert {(figure.value, figure.note) for figure in unknown} == {(None, "系统尚无记录")}


def test_every_recorded_figure_opens_as_many_rows_as_it_counts(actors):
    with county(actors):
        paid_month(actors, permille=500)
        found = figures()
        for cell in CELLS:
            if not cell.is_recorded:
                continue
            rows, count = queries.rows_of(cell.id, COUNTY, FRIDAY)
            if cell.value == "count(*)":
                assert count == found[cell.id], cell.id
            for name, _ in cell.columns:
                assert all(name in row for row in rows)


def test_a_figure_without_records_opens_nothing(actors):
    with county(actors), pytest.raises(Refusal, match="系统尚无记录"):
        queries.rows_of("visited_people", COUNTY, FRIDAY)


def test_week_must_end_on_a_friday(actors):
    with county(actors), pytest.raises(BadInput, match="不是周五"):
        queries.weekly(COUNTY, FRIDAY - dt.timedelta(days=1))


def test_submit_keeps_every_version_with_reason_and_difference(actors):
    """S23.3: version 2 with reason and the difference; version 1 remains."""
    officer = actors["county"]
    with county(actors, "county"):
        make_world(2)
        first = submit(COUNTY, FRIDAY, actor=officer, on=ON, typed={"visited_people": Typed(100, "台账")})
        same = submit(COUNTY, FRIDAY, actor=officer, on=ON, typed={"visited_people": Typed(100, "台账")})
        with pytest.raises(NeedsReason):
            submit(COUNTY, FRIDAY, actor=officer, on=ON, typed={"visited_people": Typed(98, "台账")})
        second = submit(
            COUNTY, FRIDAY, actor=officer, on=ON, typed={"visited_people": Typed(98, "台账")}, reason="两人重复"
        )

        assert first == same
        assert (second.version, second.reason) == (2, "两人重复")
        assert [(d["id"], d["before"], d["after"]) for d in second.difference] == [("visited_people", 100, 98)]
        assert Submission.objects.count() == 2


def test_a_typed_figure_that_differs_needs_a_reason_and_both_are_kept(actors):
    """S23.5."""
    officer = actors["county"]
    with county(actors, "county"):
        make_world(2)
        with pytest.raises(BadInput, match="与系统记录 2 不一致") as refusal:
            submit(COUNTY, FRIDAY, actor=officer, on=ON, typed={"covered_dibao": Typed(3, "")}, **ZERO)
        made = submit(COUNTY, FRIDAY, actor=officer, on=ON, typed={"covered_dibao": Typed(3, "昨日新增")}, **ZERO)

    assert refusal.value.where == "最低生活保障人数"
    cell = next(cell for cell in made.cells if cell["id"] == "covered_dibao")
    assert (cell["value"], cell["recorded"], cell["note"]) == (3, 2, "昨日新增")


def test_a_county_with_nothing_confirms_a_zero_report(actors):
    """S23.4."""
    with county(actors, "county") as officer:
        with pytest.raises(NeedsZeroConfirmation):
            submit(COUNTY, FRIDAY, actor=officer, on=ON)
        assert submit(COUNTY, FRIDAY, actor=officer, on=ON, **ZERO).is_zero_report


@pytest.mark.parametrize(
    ("on", "at", "late"),
    [
        (ON, dt.time(16, 0), False),
        (ON, dt.time(17, 0), False),
        (ON, dt.time(17, 1), True),
        (ON, None, False),
        (ON + dt.timedelta(days=1), dt.time(9, 0), True),
    ],
)
def test_lateness_begins_a_minute_after_the_hour(on, at, late):
    assert is_late(queries.report_due(FRIDAY), on, at) is late


def test_roll_up_adds_counties_and_names_the_missing(actors):
    """S23.1: the city's report names the county that has not reported."""
    division = dict(level=3, kind="county", parent_code="2310", since=dt.date(2000, 1, 1))
    Division.objects.filter(code__startswith="2310", level=3).delete()
    Division.objects.create(code=COUNTY, name="宁安市", **division)
    Division.objects.create(code="231083", name="海林市", **division)
    with acting(actors["county"]):
        make_world(3)
        submit(COUNTY, FRIDAY, actor=actors["county"], on=ON, typed={"visited_people": Typed(7, "台账")})
    with acting(actors["province"]):
        report = queries.weekly("2310", FRIDAY)
        made = submit("2310", FRIDAY, actor=actors["province"], on=ON, at=dt.time(17, 1))

    known = {figure.cell.id: figure.value for figure in report.figures}
    assert report.missing == [("231083", "海林市")]
    assert (known["covered_dibao"], known["visited_people"]) == (3, 7)
    assert (made.is_late, made.missing) == (True, [["231083", "海林市"]])


def test_submit_needs_the_post_and_the_place(actors):
    with county(actors) as finance, pytest.raises(NotPermitted):
        submit(COUNTY, FRIDAY, actor=finance, on=ON, **ZERO)
    with acting(actors["outsider"]), pytest.raises(NotPermitted):
        submit(COUNTY, FRIDAY, actor=actors["outsider"], on=ON, **ZERO)


def test_workbook_has_figures_and_definitions(actors):
    with county(actors, "county") as officer:
        make_world(2)
        made = submit(COUNTY, FRIDAY, actor=officer, on=ON, **ZERO)
        content = workbook(queries.weekly(COUNTY, FRIDAY), "宁安市", made, officer.name, ON)

    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["周报", "指标说明"]
    figures = {row[1].value: row[2].value for row in book["周报"].iter_rows(min_row=6, max_col=3)}
    assert figures["最低生活保障人数"] == 2
    assert figures["走访人数"] == "--"
    assert book["指标说明"].max_row == len(CELLS) + 1


def test_page_shows_submits_and_opens(actors, page_as):
    with acting(actors["system"]):
        set_business_date(ON, actor=actors["system"])
    with county(actors):
        paid_month(actors)
    client = page_as("county")
    page = client.get(reverse("weekly_report")).content.decode()
    assert "系统尚无记录" in page
    answer = client.post(
        reverse("submit_weekly"),
        {
            "division": COUNTY,
            "week_end": str(FRIDAY),
            "value_visited_people": "12",
            "reason_visited_people": "走访台账",
        },
    )

    assert answer.status_code == 302
    assert "第 1 版" in client.get(answer["Location"]).content.decode()
    rows = client.get(reverse("weekly_cell", args=["paid_fen"])).content.decode()
    assert "共 <strong>4</strong> 行" in rows
    assert client.get(reverse("weekly_export")).status_code == 200
    assert page_as("auditor").get(f"{reverse('weekly_report')}?division={COUNTY}").status_code == 200
    assert page_as("outsider").get(f"{reverse('weekly_report')}?division={COUNTY}").status_code == 403
    assert page_as("finance").post(reverse("submit_weekly"), {"week_end": str(FRIDAY)}).status_code == 403
