"""Numbering plans as one expression a calling code: the same as libphonenumber, number for number."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.numbering.plausible import Plans
from numplan.numbering.ranges import is_dialled_as_written

PLANS = Plans()
CODES = st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
RANDOM = st.builds(lambda code, rest: f"+{code}{rest}", CODES, st.from_regex(r"[0-9]{4,11}", fullmatch=True))


@st.composite
def near_valid(draw: st.DrawFn) -> str:
    """An example of a country's, with one digit changed."""
    region = draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    example = phonenumbers.example_number_for_type(region, draw(st.integers(0, 9)))
    number = phonenumbers.format_number(
        example or phonenumbers.example_number(region), phonenumbers.PhoneNumberFormat.E164
    )
    at = draw(st.integers(2, len(number) - 1))
    return number[:at] + str(draw(st.integers(0, 9))) + number[at + 1 :]


@given(RANDOM | near_valid())
def test_a_number_is_doubted_where_libphonenumber_calls_it_invalid(number: str) -> None:
    if not 6 <= len(number) <= 16:
        return
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        assert PLANS.doubt(number)
        return
    as_it_stands = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
    assert (PLANS.doubt(number) == "") == (phonenumbers.is_valid_number(parsed) and as_it_stands)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_an_example_of_each_country_is_valid_there(region: str) -> None:
    number = phonenumbers.format_number(
        phonenumbers.example_number(region), phonenumbers.PhoneNumberFormat.E164
    )
    assert PLANS.doubt(number) == ""
    assert PLANS.other_country(number, region) == ""


@given(RANDOM | near_valid())
def test_what_is_dialled_as_written_is_what_the_library_writes(number: str) -> None:
    if not 6 <= len(number) <= 16 or not is_dialled_as_written(number):
        return
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return
    assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
