"""States of divisions: who records them, what is refused, how they end, and what a list file brings."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from doudi.audit.models import Entry
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Stale, WrongField
from doudi.regions import lists, queries, services
from doudi.regions.models import RegionState
from doudi.regions.services import NotOpen, SamePerson
from doudi.security.scope import acting
from tests.regions.world import BOHAI, CHEN, FUYU, NINGAN, SHIYAN, TODAY, WANG, draft, plant, record

pytestmark = pytest.mark.django_db
Cast = dict[str, Actor]
JULY = dt.date(2022, 7, 1)
HEADER = ["区划代码", "区划名称", "状态", "级别", "起始日", "最后一天", "决定文件"]


@pytest.fixture(autouse=True)
def _tree() -> None:
    plant()


def _words(place: str, on: dt.date) -> list[str]:
    return [row.words for row in queries.around(place, on)]


def test_proposed_state_holds_only_after_a_second_person():
    with acting(CHEN):
        made = services.propose_state(draft(), on=TODAY, actor=CHEN)
        before = _words(BOHAI, TODAY)
        with pytest.raises(SamePerson):
            services.confirm_state(made.pk, on=TODAY, actor=CHEN)
    with acting(WANG):
        services.confirm_state(made.pk, on=TODAY, actor=WANG)
        again = services.confirm_state(made.pk, on=TODAY, actor=WANG)
        trail = Entry.objects.filter(verb__startswith="region.").order_by("id")
        verbs = list(trail.values_list("verb", flat=True))

    assert before == []
    assert _words(BOHAI, TODAY) == ["高风险"]
    assert again.version == 2
    assert verbs == ["region.proposed", "region.confirmed"]


def test_S12_1_state_ends_by_itself_on_the_day_after_its_last():
    record()

    assert _words(BOHAI, dt.date(2022, 6, 30)) == ["高风险"]
    assert _words(BOHAI, JULY) == []
    assert _words(SHIYAN, TODAY) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"until": dt.date(2022, 6, 10)}, "until"),
        ({"until": dt.date(2022, 6, 1)}, "until"),
        ({"since": None}, "since"),
        ({"document": " "}, "document"),
        ({"value": "extreme"}, "value"),
        ({"kind": "weather"}, "value"),
        ({"division_code": "231084999"}, "division_code"),
        ({"division_code": "231084102201"}, "division_code"),
        ({"kind": "mode", "value": "disaster"}, "grade"),
        ({"kind": "mode", "value": "disaster", "grade": 5}, "grade"),
        ({"grade": 1}, "grade"),
    ],
)
def test_S12_3_wrong_field_is_named(more: dict[str, Any], field: str):
    with acting(CHEN), pytest.raises(WrongField) as refusal:
        services.propose_state(draft(**more), on=TODAY, actor=CHEN)

    assert refusal.value.field == field
    assert not RegionState.objects.exists()


@pytest.mark.parametrize("value", ["medium", "high"])
def test_S12_3_overlapping_levels_of_one_township_are_refused(value: str):
    first = record()

    with acting(CHEN), pytest.raises(WrongField, match=f"第 {first.pk} 号高风险") as refusal:
        services.propose_state(draft(value=value, since=dt.date(2022, 6, 30), until=None), on=TODAY, actor=CHEN)

    assert refusal.value.field == "since"
    assert RegionState.objects.count() == 1


def test_next_level_may_begin_the_day_after():
    record()
    record(value="low", since=JULY, until=None)

    assert [_words(BOHAI, day) for day in (dt.date(2022, 6, 30), JULY)] == [["高风险"], ["低风险"]]


def test_marks_and_modes_stand_beside_the_level():
    record()
    record(kind="mark", value="sealed", until=None)
    record(kind="mark", value="severe", division_code=NINGAN, until=None)
    record(kind="mode", value="disaster", grade=2, division_code=NINGAN, until=None)

    assert _words(BOHAI, TODAY) == ["高风险", "封控", "疫情严重", "灾害响应(二级)"]
    assert _words(SHIYAN, TODAY) == ["疫情严重", "灾害响应(二级)"]


def test_township_level_goes_before_that_of_the_county():
    record(value="medium", division_code=NINGAN)
    record(value="low")

    assert (_words(BOHAI, TODAY), _words(SHIYAN, TODAY)) == (["低风险"], ["中风险"])


def test_database_refuses_an_overlap_that_went_past_the_check():
    record()

    with pytest.raises(IntegrityError, match="region_state_no_overlap"), transaction.atomic(), acting(CHEN):
        services.write([draft(value="low", since=dt.date(2022, 6, 20), until=None)], on=TODAY, actor=CHEN)


def test_S12_5_officer_of_ningan_cannot_set_fuyu(actors: Cast):
    with acting(actors["county"]), pytest.raises(NotPermitted):
        services.propose_state(draft(division_code=FUYU), on=TODAY, actor=actors["county"])


@pytest.mark.parametrize("who", ["village", "township", "finance", "auditor", "administrator"])
def test_posts_without_the_verb_cannot_record(actors: Cast, who: str):
    with acting(actors[who]), pytest.raises(NotPermitted):
        services.propose_state(draft(), on=TODAY, actor=actors[who])


def test_next_county_cannot_confirm(actors: Cast):
    with acting(CHEN):
        made = services.propose_state(draft(), on=TODAY, actor=CHEN)

    with acting(actors["outsider"]), pytest.raises(NotPermitted):
        services.confirm_state(made.pk, on=TODAY, actor=actors["outsider"])


def test_state_is_known_from_its_confirmation():
    record(on=dt.date(2022, 6, 14))

    known = [bool(queries.state_rows(TODAY, day)) for day in (dt.date(2022, 6, 13), dt.date(2022, 6, 14))]

    assert known == [False, True]


def test_withdrawn_state_leaves_room_for_another():
    with acting(CHEN):
        made = services.propose_state(draft(), on=TODAY, actor=CHEN)
        services.withdraw_state(made.pk, actor=CHEN, version=1)
    record(value="low")

    assert _words(BOHAI, TODAY) == ["低风险"]
    with acting(WANG), pytest.raises(NotOpen):
        services.confirm_state(made.pk, on=TODAY, actor=WANG)


def test_state_is_ended_early_but_never_put_off():
    one = record()
    with acting(WANG):
        for until in (dt.date(2022, 6, 12), dt.date(2022, 7, 5), None):
            with pytest.raises(WrongField):
                services.end_state(one.pk, until=until, on=dt.date(2022, 6, 15), actor=WANG)
        with pytest.raises(Stale):
            services.end_state(one.pk, until=dt.date(2022, 6, 20), on=dt.date(2022, 6, 15), actor=WANG, version=7)
        services.end_state(one.pk, until=dt.date(2022, 6, 20), on=dt.date(2022, 6, 15), actor=WANG)

    assert [bool(_words(BOHAI, dt.date(2022, 6, day))) for day in (19, 20)] == [True, False]


def test_what_was_decided_is_sealed():
    one = record()

    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        RegionState.objects.filter(pk=one.pk).update(value="low")


def test_townships_are_listed_with_their_states():
    record()

    found = {one.place.name: one.level.words if one.level else "" for one in queries.townships(NINGAN, TODAY)}

    assert found == {"东京城镇": "", "渤海镇": "高风险", "石岩镇": ""}


# -- list files -----------------------------------------------------------------------------


def _load(*rows: list[Any], dry_run: bool = False, actor: Actor = CHEN) -> lists.Outcome:
    table = list(enumerate([HEADER, *rows], 1))
    with acting(actor):
        return lists.load_list(table, file_name="名单.xlsx", on=TODAY, actor=actor, dry_run=dry_run)


def _good(code: Any = BOHAI, name: str = "渤海镇", value: str = "高风险") -> list[Any]:
    return [code, name, value, None, dt.date(2022, 6, 10), "2022/6/30", "第12号通告"]


def test_list_is_tried_without_writing_and_then_confirmed_as_a_whole():
    rows = [
        _good(),
        _good(SHIYAN, "石岩镇", "中风险区"),
        ["", "东京城镇", "封控", "", "2022年6月10日", "", "第12号通告"],
    ]

    tried = _load(*rows, dry_run=True)
    assert (tried.made_count, len(tried.drafts), RegionState.objects.count()) == (0, 3, 0)
    taken = _load(*rows)
    with acting(CHEN), pytest.raises(SamePerson):
        services.confirm_batch(taken.batch, on=TODAY, actor=CHEN)
    with acting(WANG):
        count = services.confirm_batch(taken.batch, on=TODAY, actor=WANG)

    assert (taken.made_count, count) == (3, 3)
    assert _words(BOHAI, TODAY) == ["高风险"]
    assert _words("231084101", dt.date(2023, 1, 1)) == ["封控"]


def test_the_same_list_again_records_nothing():
    _load(_good())

    again = _load(_good())

    assert (again.made_count, again.known_count, RegionState.objects.count()) == (0, 1, 1)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (_good(value="超高风险"), "状态"),
        (_good(code="231084999"), "区划代码"),
        (_good(code="不是代码"), "区划代码"),
        (_good(code="", name="没有的镇"), "区划代码"),
        (_good(code=FUYU, name="富裕县"), "区划代码"),
        (_good(name="石岩镇"), "区划名称"),
        ([*_good()[:4], "2022-02-30", "", "通告"], "起始日"),
        ([*_good()[:4], "", "", "通告"], "起始日"),
        ([*_good()[:4], "2022-06-10", "2022-06-01", "通告"], "最后一天"),
        ([*_good()[:4], "2022-06-10", "", ""], "决定文件"),
        ([*_good()[:3], "五级", "2022-06-10", "", "通告"], "级别"),
    ],
)
def test_row_with_a_problem_is_named_and_left_out(row: list[Any], field: str):
    outcome = _load(row, _good(SHIYAN, "石岩镇"))

    assert [(one.row_number, one.field) for one in outcome.problems] == [(2, field)]
    assert outcome.made_count == 1


def test_two_levels_for_one_township_in_a_list_are_named():
    outcome = _load(_good(), _good(value="中风险"))

    assert [(one.row_number, one.field) for one in outcome.problems] == [(3, "起始日")]
    assert "本次第 1 项高风险" in outcome.problems[0].reason


@pytest.mark.parametrize("table", [[], [(1, ["区划代码", "状态"])], [(1, ["状态", "起始日", "决定文件"])]])
def test_file_without_its_columns_is_refused(table: list[Any]):
    with acting(CHEN), pytest.raises(BadInput):
        lists.load_list(table, file_name="x.csv", on=TODAY, actor=CHEN, dry_run=True)


def test_clerk_without_the_verb_cannot_bring_a_list(actors: Cast):
    with pytest.raises(NotPermitted):
        _load(_good(), actor=actors["township"])
