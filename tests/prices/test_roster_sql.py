"""The roster's statements against the plain rule in Python: same person, same amount, by every way of taking."""

import datetime as dt
import pathlib
import random

import pytest

from doudi.kernel import idno
from doudi.kernel.actors import Actor
from doudi.linkage.dedup import Claim, once
from doudi.linkage.model import Dedup
from doudi.prices import lists, rosters
from doudi.prices.models import SubsidyLine
from tests.prices.test_rosters import HEADER, _start
from tests.prices.world import COUNTY, MARCH, ON, RULE, county, registered

pytestmark = pytest.mark.django_db
AMOUNTS = {"dibao": 3120, "tekun": 3120, "veterans": 6240, "unemployment_benefit": 4680, "hardship_worker": 1560}
WORDS = {
    "dibao": "低保", "tekun": "特困", "veterans": "优抚", "unemployment_benefit": "失业保险金",
    "hardship_worker": "特困职工",
}  # fmt: skip
GROUPS = (
    "groups: [低保, 特困, {group: 优抚, times: 2}, {group: 失业保险金, times: 1.5}, "
    "{group: hardship_worker, times: 50%}]"
)


@pytest.mark.parametrize(
    ("dedup", "plain"),
    [
        ("dedup: highest", Dedup("highest")),
        ("dedup: sum", Dedup("sum")),
        (
            "dedup: {take: first, priority: [特困职工, 低保, 特困]}",
            Dedup("first", ("hardship_worker", "dibao", "tekun")),
        ),
        ("dedup: {take: highest, priority: [特困]}", Dedup("highest", ("tekun",))),
    ],
)
def test_statements_take_what_the_plain_rule_takes(
    actors: dict[str, Actor], tmp_path: pathlib.Path, dedup: str, plain: Dedup
):
    pick = random.Random(7)
    numbers = [idno.make("999123", dt.date(1980, 1, 1), n) for n in range(1, 41)]
    claims = [(number, group) for number in numbers for group in pick.sample(sorted(AMOUNTS), pick.randint(1, 4))]
    pick.shuffle(claims)
    path = tmp_path / "名单.csv"
    rows = "".join(f"甲,{number},{WORDS[group]},城市,,,\n" for number, group in claims)
    path.write_text(HEADER + rows, encoding="utf-8")
    text = RULE.replace("groups: [低保, 特困, 优抚, 失业保险金, hardship_worker]", GROUPS).replace(
        "dedup: highest", dedup
    )
    with county(actors) as actor:
        registered(actors, text)
        _start(actors)
        lists.load_list(COUNTY, MARCH, path, department="试", actor=actor, on=ON)
        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        lines = list(SubsidyLine.objects.values_list("group_name", "amount_fen", "left_aside"))

    expected = once([Claim(number, group, AMOUNTS[group]) for number, group in claims], plain)
    assert sorted(lines) == sorted((one.group, one.amount_fen, ",".join(one.left_aside)) for one in expected)


def test_household_amounts_go_to_one_member_by_the_size_of_the_family(actors: dict[str, Actor]):
    from doudi.benefits.models import Coverage
    from doudi.registry.models import Person
    from doudi.security import crypto
    from tests.payments.world import SINCE, TOWNSHIP, make_world

    text = RULE.replace(
        "amount: {kind: product, base: {amount: 600 元}, index: cpi}",
        "unit: household\n    amount: {kind: by_size, sizes: {1: 60 元, 2: 100 元, 3: 120 元}}",
    )
    with county(actors) as actor:
        world = make_world(3)
        extra = [
            Person.objects.create(id_no_index=crypto.blind_index(f"more {n}"), name="家人", division_code=TOWNSHIP)
            for n in range(5)
        ]
        for award, person in zip([world.awards[1], *[world.awards[2]] * 4], extra, strict=True):
            Coverage.objects.create(
                award=award, person_id=person.pk, group_number=1, since=SINCE, division_code=TOWNSHIP
            )
        registered(actors, text)
        _start(actors)
        rosters.make_roster(COUNTY, MARCH, actor=actor, on=ON)
        found = dict(SubsidyLine.objects.values_list("household_id", "amount_fen"))

    assert found == {
        world.households[0].pk: 6000,
        world.households[1].pk: 10000,
        world.households[2].pk: 12000,
    }
