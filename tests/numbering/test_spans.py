"""All numbers between two, or the reason why these are not the ends of one range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.number import E164, NumberError
from numplan.numbering.spans import MOST, numbers_between


@given(st.integers(min_value=2_000_000, max_value=9_900_000), st.integers(min_value=1, max_value=MOST))
def test_a_range_is_each_number_from_the_first_to_the_last(start: int, size: int) -> None:
    numbers = numbers_between(E164(f"+4930{start}"), E164(f"+4930{start + size - 1}"))
    assert numbers == [f"+4930{one}" for one in range(start, start + size)]


def test_a_range_of_one_is_that_number() -> None:
    assert numbers_between(E164("+12125550100"), E164("+12125550100")) == ["+12125550100"]


def test_a_range_may_lead_from_one_area_code_to_the_next() -> None:
    assert numbers_between(E164("+12129999999"), E164("+12130000000")) == ["+12129999999", "+12130000000"]


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("+49301234599", "+49301234500", "its first number comes after its last"),
        ("+49301234500", "+4930123450", "its first number has 11 digits, its last 10"),
        ("+49301234500", "+44301234500", "different calling codes"),
        ("+48999999999", "+49000000000", "different calling codes"),
        ("+35312345000", "+35412345000", "different calling codes"),
        ("+49301230000", "+49301240000", "it has 10,001 numbers, and a range has 10,000 at most"),
    ],
)
def test_two_numbers_that_are_no_ends_of_a_range(first: str, last: str, why: str) -> None:
    with pytest.raises(NumberError, match=why):
        numbers_between(E164(first), E164(last))
