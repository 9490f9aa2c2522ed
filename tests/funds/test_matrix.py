"""What may be paid from where: the packs' matrix, a place's own rule by two people, and the database behind both."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from doudi.audit.models import Entry
from doudi.funds import matrix, services
from doudi.funds.models import UseRule
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.payments.funding import fund_of
from doudi.security.scope import acting
from tests.cases.world import actor
from tests.payments.world import COUNTY, county

pytestmark = pytest.mark.django_db
ON = dt.date(2022, 4, 15)
LINXIAN = "141124"


@pytest.mark.parametrize(
    ("use", "place", "sources", "clause"),
    [
        ("price_subsidy:失业保险金", COUNTY, ("unemployment",), "HLJ2021-1.12"),
        ("price_subsidy:优抚", COUNTY, ("county", "prefecture", "provincial"), "HLJ2021-1.11"),
        ("price_subsidy:低保", COUNTY, ("central", "provincial", "prefecture", "county"), "HLJ2021-1.10"),
        ("price_subsidy:孤儿", COUNTY, ("county", "prefecture", "provincial"), "T0-暂用值"),
        ("price_subsidy:低保", LINXIAN, ("county", "prefecture", "provincial"), "SX2021-1.7"),
    ],
)
def test_the_nearest_place_and_the_group_decide(use, place, sources, clause):
    with acting(actor("province", "")):
        found = matrix.allowed(place, ON, [use])[use]
    assert (found.sources, found.clause) == (sources, clause)


def test_a_rule_of_yesterday_does_not_hold_before_it_began():
    with acting(actor("province", "")):
        assert (
            matrix.allowed(COUNTY, dt.date(2021, 1, 31), ["price_subsidy:优抚"])["price_subsidy:优抚"].clause
            == "T0-暂用值"
        )


def test_a_wrong_source_is_refused_with_clause_and_choice_and_stays_in_the_trail(actors):
    with pytest.raises(matrix.WrongSource, match="失业保险基金"), county(actors) as finance:
        fund_of(COUNTY, ON, {"dibao": "unemployment"}, actor=finance)
    with acting(actor("auditor", "")):
        entry = Entry.objects.filter(verb="access.source_refused").latest("id")
        assert entry.details["source"] == "unemployment"
        assert entry.division_code == COUNTY


def test_the_database_refuses_a_payment_from_the_wrong_source(actors):
    with county(actors) as finance:
        services.allocate(COUNTY, "unemployment", 100, document="文", actor=finance, on=ON)
        about = {"pay_run_id": 1, "line_count": 1, "memo": "试", "actor": finance, "on": ON}
        services.reserve(COUNTY, "unemployment", 100, idem="r", **about)
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            services.post(COUNTY, "unemployment", {"dibao": 100}, idem="p", **about)
        assert error.value.__cause__.diag.constraint_name == "source_allows_use"
        services.post(COUNTY, "unemployment", {"price_subsidy:失业保险金": 100}, idem="q", **about)


def proposed(who, sources=("county",), since=ON, **more):
    about = {"since": since, "until": None, "clause": "", "document": "宁财社〔2022〕3号"} | more
    return matrix.propose("dibao", COUNTY, sources, actor=who, **about)


def test_a_place_records_its_own_rule_by_two_people(actors):
    first, second = actor("finance", COUNTY, "孙会计"), actor("finance", COUNTY, "吴会计")
    with acting(first):
        proposed(first)
        assert matrix.allowed(COUNTY, ON, ["dibao"])["dibao"].sources[0] == "central"
        with pytest.raises(matrix.SamePerson):
            matrix.confirm("dibao", COUNTY, ON, actor=first)
        matrix.confirm("dibao", COUNTY, ON, actor=second)
        assert matrix.allowed(COUNTY, ON, ["dibao"])["dibao"].sources == ("county",)
        with pytest.raises(matrix.WrongSource):
            matrix.check("dibao", "central", COUNTY, ON)
        assert matrix.allowed("231081", ON, ["dibao"])["dibao"].sources[0] == "central"
    assert matrix.load_pack_rules() > 20
    assert UseRule.objects.filter(place_code=COUNTY).count() == 1


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"sources": ()}, "资金来源"),
        ({"sources": ("moon",)}, "资金来源"),
        ({"document": " "}, "依据文件"),
        ({"until": dt.date(2022, 4, 1)}, "止日"),
    ],
)
def test_wrong_rules_name_the_field(more, where):
    who = actor("finance", COUNTY, "孙会计")
    with acting(who), pytest.raises(BadInput) as refusal:
        proposed(who, **more)
    assert refusal.value.where == where


def test_who_may_record_a_rule():
    for who in (actor("county", COUNTY, "科长"), actor("finance", "231081", "邻县")):
        with acting(who), pytest.raises(NotPermitted):
            proposed(who)
