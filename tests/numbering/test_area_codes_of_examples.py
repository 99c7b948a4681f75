"""Area codes, as libphonenumber has them."""

import phonenumbers
import pytest

from numplan.model.number import E164
from numplan.numbering.area_codes import area_code_of, is_area_code


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+12125550123", "212"),
        ("+12050012202", "205"),  # the vendor's own, whose exchange libphonenumber refuses
        ("+18885550123", "888"),
        ("+442071838750", "20"),
        ("+441612345678", "161"),
        ("+49301234567", "30"),
        ("+4949211234", "4921"),
        ("+390612345678", "06"),
        ("+5491123456789", "911"),
        ("+4532123456", ""),
        ("+80012345678", ""),
        ("+2101234567", ""),
    ],
)
def test_the_area_code_of_a_number(number: str, code: str) -> None:
    assert area_code_of(E164(number)) == code


def test_it_is_what_the_library_says_of_its_own_examples() -> None:
    compared = 0
    for regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.values():
        for region in set(regions) - {"001"}:
            for kind in range(11):
                example = phonenumbers.example_number_for_type(region, kind)
                number = example and E164(
                    phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
                )
                if number and area_code_of(number):
                    length = phonenumbers.length_of_national_destination_code(example)
                    national = phonenumbers.national_significant_number(example)
                    assert area_code_of(number) == national[:length], (region, number)
                    compared += 1
    assert compared > 500


@pytest.mark.parametrize(
    ("digits", "region", "kind"),
    [
        ("212", "US", None),
        ("212", "US", "Geographic"),
        ("888", "US", "Toll-Free"),
        ("416", "CA", None),
        ("30", "DE", "Geographic"),
        ("4921", "DE", None),  # Emden, though it begins with the calling code
        ("161", "GB", None),
        ("06", "IT", None),
        ("727", "KZ", None),
    ],
)
def test_digits_that_are_an_area_code(digits: str, region: str, kind: str | None) -> None:
    assert is_area_code(digits, region, kind)


@pytest.mark.parametrize(
    ("digits", "region", "kind"),
    [
        ("888", "US", "Geographic"),
        ("212", "US", "UIFN"),
        ("212", "US", "Toll-Free"),
        ("777", "US", None),
        ("555", "US", None),
        ("1212", "US", None),
        ("416", "US", None),
        ("2", "US", None),
        ("2125550", "US", None),
        ("32", "DK", None),
        ("212", "XX", None),
    ],
)
def test_digits_that_are_none(digits: str, region: str, kind: str | None) -> None:
    assert not is_area_code(digits, region, kind)
