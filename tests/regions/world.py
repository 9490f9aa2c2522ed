"""A small tree and two offices: 宁安市 with three townships, 富裕县 beside it."""

import datetime as dt
from typing import Any

from doudi.kernel.actors import Actor
from doudi.places.models import Division
from doudi.places.services import load_divisions
from doudi.places.tree import Node
from doudi.regions import services
from doudi.regions.models import RegionState
from doudi.regions.services import Draft
from doudi.security.scope import acting

NINGAN, BOHAI, SHIYAN, FUYU = "231084", "231084102", "231084103", "230227"
CHEN = Actor(903, "chenkz", "test-chen", "陈科长", "county", NINGAN)
WANG = Actor(904, "wangky", "test-wang", "王科员", "county", NINGAN)
TODAY = dt.date(2022, 6, 10)
TREE = [
    Node("", "中华人民共和国", "国家"),
    Node("23", "黑龙江省", "省"),
    Node("2310", "牡丹江市", "地级市"),
    Node("231084", "宁安市", "县级市"),
    Node("231084101", "东京城镇", "镇"),
    Node("231084102", "渤海镇", "镇"),
    Node("231084103", "石岩镇", "镇"),
    Node("231084102201", "上官地村", "村"),
    Node("2302", "齐齐哈尔市", "地级市"),
    Node("230227", "富裕县", "县"),
    Node("230227100", "富裕镇", "镇"),
]


def plant() -> None:
    """Put the small tree in place of whatever is there."""
    Division.objects.all().delete()
    load_divisions(TREE, [])


def draft(**more: Any) -> Draft:
    """Give 渤海镇 at 高风险 from 10 to 30 June 2022, or what differs from it."""
    given: dict[str, Any] = {
        "kind": "level", "value": "high", "division_code": BOHAI, "since": dt.date(2022, 6, 10),
        "until": dt.date(2022, 7, 1), "document": "宁安市疫情防控指挥部第12号通告",
    }  # fmt: skip
    return Draft(**(given | more))


def record(*, on: dt.date = TODAY, **more: Any) -> RegionState:
    """Record a state by two people."""
    with acting(CHEN):
        made = services.propose_state(draft(**more), on=on, actor=CHEN)
    with acting(WANG):
        return services.confirm_state(made.pk, on=on, actor=WANG)
