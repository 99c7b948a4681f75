"""Area codes: the digits behind the calling code that say where a number is, or what kind it is.

What is said here of one number is what libphonenumber says, by its formats alone: it takes a tenth of a millisecond to
look at a number, and a listing has tens of thousands. Tests hold the one against the other.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from numplan.model.number import E164, MAX_DIGITS
from numplan.numbering.calling_codes import calling_code, calling_code_of
from numplan.numbering.ranges import ranges_in

_NORTH_AMERICA: Final = "+1"
_NORTH_AMERICAS: Final = slice(2, 5)
_WITHOUT: Final = frozenset(
    (45, 47, 65, 350, 352, 354, 356, 357, 371, 372, 376, 377, 502, 503, 504, 505, 506, 507, 852, 853)
)
"""Calling codes of countries that have no area codes, though they set groups of digits apart."""
_MOBILE_TOKENS: Final = {54: "9"}
"""What stands before the area code of a mobile."""
_SHORTEST: Final = 2
_LONGEST: Final = 5
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
    if number.startswith(_NORTH_AMERICA):
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


@cache
def is_area_code(digits: str, region: str, kind: str | None) -> bool:
    """Whether digits are an area code of a country, by its two letters: some number of this kind, or of any, is in use
    behind it.
    """
    code = calling_code_of(region)
    if code is None or not _SHORTEST <= len(digits) <= _LONGEST:
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
