"""An explanation is cut for reading: what carries the conclusion first, the rest by person."""

from doudi.ui.story import story_of


def step(kind: str, value: object, person: str = "", text: str = "") -> dict[str, object]:
    return {"kind": kind, "value": value, "person": person, "text": text}


def test_story_of_a_grant_shows_the_route_and_the_amount_that_was_taken():
    phase_out, amount, route = step("amount", 100), step("amount", 100), step("entitled", True)
    told = {"amount_fen": 100, "steps": [phase_out, amount, route, step("entitled", False), step("fact", 3, "张凤琴")]}

    story = story_of(told)

    assert story.main == [amount, route]
    assert story.main[0] is amount
    assert [chapter.title for chapter in story.chapters] == ["全家", "张凤琴"]


def test_story_of_a_refusal_has_no_main_steps_and_leaves_conditions_out():
    told = {"amount_fen": 0, "steps": [step("fact", 1), step("criterion", False), step("derived", False)]}

    story = story_of(told)

    assert story.main == []
    assert story.step_count == 1


def test_story_counts_values_nobody_verified():
    told = {"amount_fen": 0, "steps": [step("fact", 1)], "parameters": [{"verified": True}, {"verified": False}]}

    assert story_of(told).unverified_count == 1
