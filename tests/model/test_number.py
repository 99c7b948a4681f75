"""Phone numbers: one canonical form, whatever the spelling."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from numplan.model.number import NumberError, digits_of, parse_number

digits = st.from_regex(r"[1-9][0-9]{4,14}", fullmatch=True)
SEPARATORS = " \u00a0-.()/"


@st.composite
def spellings(draw, of):
    """Any way to write these digits: with or without a plus sign, with separators anywhere."""
    gaps = st.text(SEPARATORS, max_size=2)
    plus = draw(st.sampled_from(["+", ""]))
    edges = st.text(" \t\n\u00a0", max_size=2)
    return draw(edges) + draw(gaps) + plus + "".join(one + draw(gaps) for one in of) + draw(edges)


@given(st.data(), digits)
def test_any_spelling_of_the_digits_is_the_same_number(data, of):
    assert parse_number(data.draw(spellings(of))) == "+" + of


@given(digits)
def test_the_canonical_form_is_its_own_spelling_and_requests_carry_the_digits(of):
    number = parse_number(of)
    assert parse_number(number) == number
    assert digits_of(number) == of


@given(st.text() | st.text("+0123456789 -./()\u0660\uff11\n\x00", max_size=20))
@example("")
@example("+")
@example("\ud800")
@example("+1" * 10_000)
@example("1" * 100_000)
@example("\u0661\u0662\u0663\u0664\u0665\u0666")
@example("\uff11\uff12\uff13\uff14\uff15")
@example("12345\n67890")
@example("+1205\u0000012202")
def test_any_text_is_a_number_or_a_number_error(text):
    try:
        number = parse_number(text)
    except NumberError as problem:
        assert str(problem)  # noqa: PT017 - any text may do either
    else:
        assert number[0] == "+"
        assert number[1:].isascii()
        assert number[1:].isdecimal()
        assert 5 <= len(number[1:]) <= 15
        assert number[1] != "0"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("()", "missing"),
        ("1234", "5 to 15 digits, this one has 4"),
        ("+1234567890123456", "this one has 16"),
        ("0044 20 7123 4567", "country code"),
        ("+0205001220", "country code"),
        ("12+05001220", "a + and digits"),
        ("++12050012202", "a + and digits"),
        ("+1205001CALL", "a + and digits"),
        ("1e10", "a + and digits"),
        ("1_2050012202", "a + and digits"),
        ("\u0661\u0662\u0663\u0664\u0665", "a + and digits"),
    ],
)
def test_what_is_no_number_says_why(text, why):
    with pytest.raises(NumberError, match=r".*" + why.replace("+", r"\+")):
        parse_number(text)


@pytest.mark.parametrize("text", ["+12345", "+123456789012345"])
def test_five_to_fifteen_digits_will_do(text):
    assert parse_number(text) == text
