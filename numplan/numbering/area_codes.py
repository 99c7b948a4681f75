"""Area codes: the digits behind the calling code that say where a number belongs, or that calling it is free."""

from functools import cache
from typing import Final

from numplan.model.number import E164
from numplan.model.text.countries import region_of
from numplan.numbering.calling_codes import TRUNK_ZERO, calling_code_of
from numplan.numbering.ranges import ranges_in

NORTH_AMERICA: Final = "+1"
_TAILS: Final = tuple(
    f"{first}{rest}" for first in "2345678901" for rest in ("23456789012345", "00000000000000")
)
"""What may follow a code: enough to meet some range of numbers that it begins."""


def area_code_of(number: E164) -> str:
    """The area code of a number, or the toll-free or mobile code in its place, as its country groups the digits; empty
    where the number has none, or its plan is not known. In Italy it begins with the 0 that belongs to the number.
    """
    if number.startswith(NORTH_AMERICA):
        return number[2:5]
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    length = phonenumbers.length_of_national_destination_code(parsed)
    return phonenumbers.national_significant_number(parsed)[:length]


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
def is_area_code(code: str, region: str) -> bool:
    """Whether digits are, exactly, the area code of some numbers that the plan of a region allows."""
    allowed, calling = ranges_in(region), calling_code_of(region)
    for length in range(len(code) + 1, 16):
        for tail in _TAILS:
            national = (code + tail)[:length]
            if allowed.fullmatch(national) and area_code_of(E164(f"+{calling}{national}")) == code:
                return True
    return False
