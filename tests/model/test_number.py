"""Phone numbers in their one canonical form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.number import are_canonical, digits_of, is_canonical

digits = st.from_regex(r"[1-9][0-9]{4,14}", fullmatch=True)


@given(digits)
def test_a_plus_and_the_digits_are_canonical_and_requests_carry_the_digits(of):
    assert is_canonical("+" + of)
    assert are_canonical(["+" + of, "+12345"])
    assert digits_of("+" + of) == of


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "12345",
        "+1234",
        "+1234567890123456",
        "+01234",
        "+12345\n",
        " +12345",
        "+1 2345",
        "+1234\u0665",
    ],
)
def test_nothing_else_is(text):
    assert not is_canonical(text)
    assert not are_canonical(["+12345", text])
