"""One reader for whatever a person writes for a phone number."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from numplan.model.number import E164, NumberError
from numplan.model.text.countries import region_of
from numplan.numbering import reading
from numplan.numbering.calling_codes import PLAIN, TRUNK_ZERO
from numplan.numbering.ranges import in_country, region_of_valid
from numplan.numbering.reading import by_the_library, doubt, is_plain, read_number
from numplan.numbering.tidying import tidied
from tests.numbering.texts import TEXTS, Written

digits = st.from_regex(r"[1-9][0-9]{4,14}", fullmatch=True)


@pytest.mark.parametrize("written", TEXTS, ids=lambda one: ascii(one.text)[:60])
def test_each_text_is_the_number_that_is_meant_or_says_why_it_is_none(written: Written) -> None:
    if written.number is None:
        with pytest.raises(NumberError) as refused:
            read_number(written.text, written.country)
        assert written.reason in str(refused.value)
    else:
        assert read_number(written.text, written.country).number == written.number


def test_there_are_two_hundred() -> None:
    assert len(TEXTS) >= 200
    assert len({(one.text, one.country) for one in TEXTS}) == len(TEXTS)


def test_what_was_taken_for_a_country_names_it() -> None:
    assert read_number("442071838750").taken_for == "United Kingdom"
    assert read_number("12125550123").taken_for == "United States"
    assert read_number("442071838750", "United Kingdom").taken_for == ""
    assert read_number("+442071838750").taken_for == ""


@given(
    st.text() | st.text("+0123456789 -./()[]\u0660\uff11\n\x00E,x'=\"", max_size=24),
    st.sampled_from((None, "Germany", "US", "x")),
)
@example("", None)
@example("\ud800", None)
@example("+1" * 10_000, None)
@example("1" * 100_000, None)
@example("(" * 60, "US")
@example("1 " * 49, "US")
@example("12345\n67890", None)
def test_any_text_is_a_number_or_says_why_not(text: str, country: str | None) -> None:
    try:
        number, _ = read_number(text, country)
    except NumberError as problem:
        assert str(problem)  # noqa: PT017 - any text may do either
    else:
        assert PLAIN.fullmatch(number) or doubt(number) == ""
        assert 6 <= len(number) <= 16


@given(digits)
def test_what_is_read_is_read_again_as_itself(of: str) -> None:
    try:
        number = read_number(f"+{of}").number
    except NumberError:
        return
    assert read_number(number).number == number
    assert number == f"+{of}"


@given(st.integers(1, 999), st.from_regex(r"[0-9]{3,11}", fullmatch=True))
def test_the_quick_way_gives_what_libphonenumber_gives_of_numbers_with_a_0(code: int, rest: str) -> None:
    """A 0 behind a calling code that is not in the table never is one that is dialled inside the country only."""
    number = f"+{code}0{rest}"
    if not is_plain(number):
        return
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return
    if str(parsed.country_code) == str(code):
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


def test_the_table_of_codes_is_libphonenumbers() -> None:
    dialled = {
        str(code)
        for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
        for region in regions
        if (known := phonenumbers.PhoneMetadata.metadata_for_region(region, None)) is not None
        and (known.national_prefix_for_parsing or "").startswith(("0", "(0", "[01]0"))
    }
    assert dialled <= set(TRUNK_ZERO)
    assert set(TRUNK_ZERO) <= {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}


@given(
    st.sampled_from(
        ("US", "CA", "GB", "GG", "DE", "FR", "IT", "BR", "AR", "MX", "AU", "RU", "KZ", "HU", "JP", "SM", "CI")
    ),
    st.from_regex(r"(0{0,2}|1|8|06|011)[0-9]{6,12}", fullmatch=True),
    st.booleans(),
)
def test_the_quick_way_of_a_country_gives_what_the_library_gives(
    region: str, digits: str, example: bool
) -> None:
    if example:
        found = phonenumbers.example_number_for_type(region, int(digits[-1]))
        number = found or phonenumbers.example_number(region)
        digits = digits[:2].rstrip("123456789") + phonenumbers.national_significant_number(number)
    quickly = in_country(digits, region)
    if quickly is None:
        return
    assert by_the_library(digits, region, region) == quickly


@given(
    st.from_regex(
        r"'?\+?[1-9]?[0-9]{0,4}( ?\([0-9]{1,4}\)[ -]?|[ -])?[0-9]{2,7}([ -][0-9]{2,5}){0,3}", fullmatch=True
    ),
    st.sampled_from((None, "United States", "Germany", "United Kingdom", "Italy")),
)
@example("+44 (0)20 7183 8750", None)
@example("+1 (212) 555-0101", None)
@example("(212) 555-0101", "United States")
@example("(0)20 7183 8750", "United Kingdom")
def test_what_is_usual_is_read_as_by_all_the_rules(text: str, country: str | None) -> None:
    region = region_of(country) if country else None
    usual = reading._usual(text, region)
    if usual is None:
        return
    tidy = tidied(text)
    if tidy.international:
        assert reading._international(tidy) == usual.number
    elif region:
        assert reading.by_the_library(tidy.digits, country or "", region) == usual.number
    else:
        assert reading._as_the_vendor_writes(tidy.digits) == usual


@given(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), st.data())
def test_a_valid_number_is_one_of_the_region_that_the_library_says(code: int, data: st.DataObject) -> None:
    region = data.draw(st.sampled_from(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]))
    kind = data.draw(st.integers(0, 10))
    example_of = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    national = phonenumbers.national_significant_number(example_of) if example_of else "8001234567"
    kept = data.draw(st.integers(0, len(national)))
    number = E164(f"+{code}{national[:kept]}{data.draw(digits)[: len(national) - kept]}")
    if not PLAIN.fullmatch(number):
        return
    parsed = phonenumbers.parse(number, None)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    valid = phonenumbers.is_valid_number(parsed) and written == number
    assert region_of_valid(number) == (phonenumbers.region_code_for_number(parsed) if valid else "")
