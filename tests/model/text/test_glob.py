"""Patterns of addresses and numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.model.text.glob import covers, is_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "covered"),
    [
        ("pool.ny_sales", "pool.ny_sales", True),
        ("pool.ny", "pool.ny_sales", False),
        ("pool.ny*", "pool.ny_sales", True),
        ("pool.ny*", 'pool.ny_sales["+13153901259"]', True),
        ("pool.?y_sales", "pool.ny_sales", True),
        ("pool.?", "pool.ny", False),
        ('set.dialer["+1205*"]', 'set.dialer["+12050032925"]', True),
        ('set.dialer["+1205*"]', 'set.dialer["+13050032925"]', False),
        ("+1205*", "+12050032925", True),
        ("+1205*", "+441205003292", False),
        ("*", "", True),
        ("Pool.p", "pool.p", False),
        ("a*b*", "axxbyy", True),
    ],
)
def test_a_star_is_any_characters_and_a_question_mark_is_one(pattern: str, text: str, covered: bool):
    assert covers(pattern, text) is covered


@given(st.text(st.characters(exclude_characters="*?"), max_size=12), st.text(max_size=12))
@settings(max_examples=50)
def test_without_them_a_pattern_covers_itself_alone(pattern: str, other: str):
    assert not is_pattern(pattern)
    assert covers(pattern, pattern)
    assert covers(pattern, other) is (pattern == other)
