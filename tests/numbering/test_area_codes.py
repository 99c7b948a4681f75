"""Area codes: what a number shows, and what people write in their place."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.numbering.area_codes import (
    area_code_of,
    calling_code_in,
    exchange_of,
    is_area_code,
    mistaken_code,
)
from numplan.numbering.calling_codes import TRUNK_ZERO

REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+12125550177", "212"),
        ("+18005550177", "800"),
        ("+442071838750", "20"),
        ("+441315551234", "131"),
        ("+390212345678", "02"),
        ("+393331234567", "333"),
        ("+4930123456", "30"),
        ("+49492112345", "4921"),
        ("+33123456789", "1"),
        ("+999123456", ""),
    ],
)
def test_a_number_shows_its_area_code(number, code):
    assert area_code_of(number) == code


@given(st.from_regex(r"\+1[2-9][0-9]{9}", fullmatch=True))
def test_in_north_america_the_code_is_three_digits_and_the_exchange_three_more(number):
    assert number.startswith(f"+1{area_code_of(number)}")
    assert exchange_of(number) == number[2:8]
    assert exchange_of(number).startswith(area_code_of(number))


@given(REGIONS, st.integers(0, 9))
def test_a_code_is_how_the_library_groups_an_example_and_stands_behind_the_calling_code(region, kind):
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    code = area_code_of(number)
    assert number.startswith(f"+{example.country_code}{code}")
    length = 3 if example.country_code == 1 else phonenumbers.length_of_national_destination_code(example)
    assert not code or len(code) == length, "some countries have none, though they set groups of digits apart"


@pytest.mark.parametrize(
    ("code", "country", "meant"),
    [
        ("1212", "United States", "212"),
        ("1800", "US", "800"),
        ("1876", "Jamaica", "876"),
        ("4420", "United Kingdom", "20"),
        ("3902", "Italy", "02"),
        ("331", "France", "1"),
        ("8610", "China", "10"),
        ("020", "United Kingdom", "20"),
        ("030", "Germany", "30"),
        ("2", "Italy", "02"),
    ],
)
def test_a_calling_code_and_a_0_too_many_or_too_few_are_mistakes(code, country, meant):
    _, told = mistaken_code(code, country)
    assert told == meant


@pytest.mark.parametrize(
    ("code", "country"),
    [
        ("212", "United States"),
        ("800", "United States"),
        ("999", "United States"),
        ("121", "United States"),
        ("4921", "Germany"),
        ("30", "Germany"),
        ("727", "Kazakhstan"),
        ("02", "Italy"),
        ("347", "Italy"),
        ("20", "United Kingdom"),
        ("55", "Brazil"),
        ("33", "France"),
        ("212", "Morocco"),
        ("1212", "Nowhere"),
    ],
)
def test_what_may_be_meant_is_no_mistake_and_neither_is_a_code_that_nobody_knows_yet(code, country):
    assert mistaken_code(code, country) is None


@given(REGIONS, st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_no_code_that_a_country_has_is_a_mistake_there_and_what_was_meant_is_shorter_or_has_its_0(
    region, code
):
    mistaken = mistaken_code(code, region)
    if is_area_code(code, region):
        assert mistaken is None
    if mistaken is not None:
        why, meant = mistaken
        calling = calling_code_in(region)
        assert code in {f"{calling}{meant}", meant.removeprefix("0")} or code.lstrip("0") == meant
        assert meant.startswith("0") is False or calling not in TRUNK_ZERO or is_area_code(meant, region)
        assert why
