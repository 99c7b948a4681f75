"""What the numbering plans of the world say of a number in E.164. Only doubts: the vendor sells numbers that
libphonenumber has not heard of.
"""

import re
from functools import cache
from typing import Final

from numplan.model.number import E164
from numplan.model.text.countries import name_of, region_of
from numplan.numbering.calling_codes import calling_code, calling_code_of
from numplan.numbering.ranges import ranges_of

_WORLDWIDE: Final = re.compile(r"\+8(?:00|08|70|78|8)")
"""Calling codes of no country: freephone, shared cost, satellites and networks."""


class Plans:
    """The numbering plans, as far as they were looked into. One is for one run."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[int, int], str] = {}
        self._codes: dict[str, int | None] = {}

    def other_country(self, number: E164, country: str) -> str:
        """In words, where the calling code of a number cannot be that of the declared country; else empty. Countries
        whose name nothing here knows, and codes of no country, are not judged.
        """
        if country not in self._codes:
            region = region_of(country)
            self._codes[country] = calling_code_of(region) if region else None
        code = self._codes[country]
        if code is None or number.startswith(f"+{code}") or _WORLDWIDE.match(number):
            return ""
        return f"is {_owner(number)}, not a number of {country}, which has +{code}"

    def doubt(self, number: E164) -> str:
        """Why no numbering plan allows a number, in words; empty where one does."""
        code = calling_code(number)
        if code is None:
            return "starts with no calling code that is in use"
        national = number[1 + len(str(code)) :]
        if ranges_of(code).fullmatch(national):
            return ""
        if (key := (code, len(national))) not in self._reasons:
            self._reasons[key] = _reason(*key)
        return self._reasons[key]


def _reason(code: int, length: int) -> str:
    """Why a number of so many digits behind its calling code, which no plan allows, is none."""
    import phonenumbers

    some = phonenumbers.PhoneNumber(code, 10 ** (length - 1)) if length else phonenumbers.PhoneNumber(code, 0)
    match phonenumbers.is_possible_number_with_reason(some):
        case phonenumbers.ValidationResult.TOO_SHORT:
            return f"is too short for a number in +{code}"
        case phonenumbers.ValidationResult.TOO_LONG:
            return f"is too long for a number in +{code}"
        case phonenumbers.ValidationResult.INVALID_LENGTH:
            return f"has a length that no number in +{code} has"
        case _:
            return f"lies in no range of +{code} that is known to be in use"


@cache
def _owner_of(code: int) -> str:
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    return f"a number of {name_of(regions[0])}" if len(regions) == 1 else f"a number in +{code}"


def _owner(number: E164) -> str:
    code = calling_code(number)
    return _owner_of(code) if code else "a number in no country"
