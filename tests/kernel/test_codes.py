"""Division codes: prefixes all the way up."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel import codes
from doudi.kernel.errors import BadInput

CODES = st.sampled_from(codes.LENGTHS).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))


def test_chain_names_every_ancestor_of_a_village():
    assert codes.chain("231084101201") == ["231084101201", "231084101", "231084", "2310", "23", ""]


def test_parent_of_the_nation_is_the_nation():
    assert codes.parent("") == ""


@pytest.mark.parametrize("text", ["1", "23108", "23108a", "２３", "23108410120111", " 23"])
def test_check_refuses_what_is_no_code(text):
    with pytest.raises(BadInput, match="不是区划代码"):
        codes.check(text)


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        ("230000000000", "23"),
        ("231000", "2310"),
        ("231084000000", "231084"),
        ("231084101000", "231084101"),
        ("231084101201", "231084101201"),
        ("000000", ""),
    ],
)
def test_from_padded_keeps_the_significant_prefix(padded, code):
    assert codes.from_padded(padded) == code


@given(CODES, CODES)
def test_contains_is_the_range_that_the_database_uses(scope, code):
    assert codes.contains(scope, code) == (scope <= code < codes.upper(scope))


@given(CODES)
def test_chain_contains_the_code_and_ends_at_the_nation(code):
    above = codes.chain(code)

    assert above[0] == code
    assert above[-1] == ""
    assert len(above) == codes.level(code) + 1
    assert all(codes.contains(ancestor, code) for ancestor in above)
    assert all(codes.parent(low) == high for low, high in itertools.pairwise(above))


def test_at_level_refuses_a_deeper_level():
    assert codes.at_level("231084101201", 3) == "231084"
    with pytest.raises(BadInput, match="不到县级"):
        codes.at_level("2310", 3)
