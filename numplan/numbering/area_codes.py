"""Area codes: the digits behind the calling code that say where a number is, or what kind it is.

What is said here of one number is what libphonenumber says, by its formats alone: it takes a tenth of a millisecond to
look at a number, and a listing has tens of thousands. Tests hold the one against the other.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from numplan.model.number import E164, MAX_DIGITS
from numplan.model.text.countries import region_of
from numplan.numbering.calling_codes import TRUNK_ZERO, calling_code, calling_code_of
from numplan.numbering.ranges import ranges_in

NORTH_AMERICA: Final = "+1"
_NORTH_AMERICAS: Final = slice(2, 5)
_WITHOUT: Final = frozenset(
    (45, 47, 65, 350, 352, 354, 356, 357, 371, 372, 376, 377, 502, 503, 504, 505, 506, 507, 852, 853)
)
"""Calling codes of countries that have no area codes, though they set groups of digits apart."""
_MOBILE_TOKENS: Final = {54: "9"}
"""What stands before the area code of a mobile."""
_FILLINGS: Final = ("2345678901234", "5550123456789", *(str(one) * MAX_DIGITS for one in range(1, 10)))
"""What may follow an area code: enough that one of them is in use behind any that is."""
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Geographic": ("FIXED_LINE", "FIXED_LINE_OR_MOBILE"),
    "Mobile": ("MOBILE", "FIXED_LINE_OR_MOBILE"),
    "Toll-Free": ("TOLL_FREE",),
    "Non-Geographic": ("PREMIUM_RATE", "SHARED_COST", "VOIP", "PERSONAL_NUMBER", "PAGER", "UAN"),
    "UIFN": (),
}
"""What libphonenumber calls each type of numbers."""


class _Format(NamedTuple):
    """How numbers of one form are set apart into groups."""

    begins: re.Pattern[str]
    numbers: re.Pattern[str]
    groups: str


def area_code_of(number: E164) -> str:
    """The area code of a number, or what stands in its place, such as 800; empty where its country has none."""
    if number.startswith(NORTH_AMERICA):
        return number[_NORTH_AMERICAS]
    code = calling_code(number)
    if code is None or code in _WITHOUT:
        return ""
    national = number[1 + len(str(code)) :]
    for form in _formats(code):
        if form.begins.match(national) and form.numbers.fullmatch(national):
            groups = re.findall(r"\d+", form.numbers.sub(form.groups, national))
            token = groups[:1] == [_MOBILE_TOKENS.get(code)]
            return "".join(groups[: 1 + token]) if len(groups) > 1 + token else ""
    return ""


def exchange_of(number: E164) -> str:
    """Area code and exchange of a number in North America: its first six digits behind the 1. Empty elsewhere."""
    return number[2:8] if number.startswith(NORTH_AMERICA) else ""


def calling_code_in(country: str) -> str:
    """The calling code of a country by its name or code, as digits; empty where nothing here knows it."""
    region = region_of(country)
    code = calling_code_of(region) if region else None
    return str(code or "")


def mistaken_code(code: str, country: str) -> tuple[str, str] | None:
    """Why digits cannot be meant as an area code of a country, and what was meant; None where they may be. Only what
    is surely the calling code, or a 0 too many or too few, is said to be a mistake: codes come into use every year.
    """
    region, calling = region_of(country), calling_code_in(country)
    if not region or not calling or is_area_code(code, region):
        return None
    rest = code.removeprefix(calling)
    if rest != code and is_area_code(rest, region):
        return f"begins with {calling}: write it without the calling code", rest
    if calling in TRUNK_ZERO:
        rest = code.lstrip("0")
        return (
            ("begins with a 0 that is dialled inside the country only", rest)
            if rest != code and rest
            else None
        )
    return ("lacks its 0", f"0{code}") if is_area_code(f"0{code}", region) else None


@cache
def is_area_code(digits: str, region: str, kind: str | None = None) -> bool:
    """Whether digits are an area code of a country, by its two letters: some number of this kind, or of any, is in use
    behind it.
    """
    code = calling_code_of(region)
    if code is None:
        return False
    return any(
        area_code_of(E164(f"+{code}{national}")) == digits and _is_of(national, code, kind)
        for national in _nationals(digits, region)
    )


def _nationals(digits: str, region: str) -> Iterator[str]:
    """Numbers of a country that begin with these digits, as they stand behind its calling code."""
    allowed = ranges_in(region)
    for filling in _FILLINGS:
        for length in range(len(digits) + 1, MAX_DIGITS):
            national = (digits + filling)[:length]
            if len(national) == length and allowed.fullmatch(national):
                yield national


def _is_of(national: str, code: int, kind: str | None) -> bool:
    import phonenumbers

    if kind is None:
        return True
    zero = national.startswith("0")
    number = phonenumbers.PhoneNumber(code, int(national), italian_leading_zero=zero or None)
    names = phonenumbers.PhoneNumberType
    return phonenumbers.number_type(number) in {getattr(names, one) for one in _KINDS.get(kind, ())}


@cache
def _formats(code: int) -> tuple[_Format, ...]:
    """The forms of a calling code's numbers, as they are written abroad; none of codes that belong to no country."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    if regions == ("001",):
        return ()
    plan = phonenumbers.PhoneMetadata.metadata_for_region(regions[0])
    forms = (plan.intl_number_format or plan.number_format) if plan else ()
    return tuple(
        _Format(
            re.compile(one.leading_digits_pattern[-1] if one.leading_digits_pattern else ""),
            re.compile(one.pattern or ""),
            one.format or "",
        )
        for one in forms
    )
