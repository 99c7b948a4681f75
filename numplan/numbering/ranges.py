"""The numbering plans of libphonenumber as regular expressions: one for each calling code, and for each country.

The library takes 30 µs and more to look at one number; a list of a hundred thousand lies in a few ranges of a few
codes. What these say is what it says, number for number: tests hold them against it.
"""

import re
from functools import cache
from typing import Any, Final, NamedTuple

from numplan.model.number import E164, is_canonical
from numplan.numbering.calling_codes import calling_code, calling_code_of

_KINDS: Final = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


@cache
def ranges_of(code: int) -> re.Pattern[str]:
    """All that the plans of a calling code allow, behind it."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    return re.compile("|".join(part for region in regions for part in _parts(code, region, alone=False)))


@cache
def ranges_in(region: str) -> re.Pattern[str]:
    """All that the plan of one country allows, behind its calling code."""
    return re.compile("|".join(_parts(calling_code_of(region) or 0, region, alone=True)) or r"(?!)")


def is_dialled_as_written(number: E164) -> bool:
    """Whether a number is surely dialled digit by digit: some plan allows it, or it does not begin with what is dialled
    inside a country only. Where not, it takes the library to tell.
    """
    code = calling_code(number)
    if code is None:
        return True
    national = number[1 + len(str(code)) :]
    return _prefix_of(code).match(national) is None or ranges_of(code).fullmatch(national) is not None


@cache
def _prefix_of(code: int) -> re.Pattern[str]:
    """What is dialled inside the country before a number; of a code that several share, in the one it is known for."""
    import phonenumbers

    plan = _plan(code, phonenumbers.region_code_for_country_code(code))
    return re.compile((plan and plan.national_prefix_for_parsing) or r"(?!)")


def in_country(digits: str, region: str) -> E164 | None:
    """The number that digits without a `+` are in a country, where just one reading is valid there; None where that
    takes the library to tell.
    """
    plan = _dialling(region)
    if plan is None:
        return None
    rest = digits.removeprefix(plan.code)
    if abroad := plan.abroad.match(digits):
        number = digits[abroad.end() :]
        own = rest == digits and number.startswith(plan.code)
        return E164("+" + number) if own and plan.allowed.fullmatch(number[len(plan.code) :]) else None
    if rest != digits and plan.prefix.match(rest):
        return None  # with a prefix where none belongs
    national = {digits, rest}
    if stripped := plan.prefix.match(digits):
        national.add(digits[stripped.end() :])
    valid = [one for one in national if plan.allowed.fullmatch(one)] or _alone(digits, rest, national, region)
    return E164(number) if len(valid) == 1 and is_canonical(number := f"+{plan.code}{valid[0]}") else None


def region_of_valid(number: E164) -> str:
    """The region that a number in E.164 is a valid one of; empty where it is of none, or that takes the library to
    tell.
    """
    code = calling_code(number)
    if code is None:
        return ""
    national = number[1 + len(str(code)) :]
    return next((region for region, its in _ranges_by_region(code) if its.fullmatch(national)), "")


class _Dialling(NamedTuple):
    """What a country dials, ready to be matched."""

    code: str
    allowed: re.Pattern[str]
    """Behind the calling code."""
    prefix: re.Pattern[str]
    """Before a number of the country, inside it."""
    abroad: re.Pattern[str]
    """Before the calling code of another."""


@cache
def _dialling(region: str) -> _Dialling | None:
    """None where the prefix is not cut off but changed into something else, or where there is no plan."""
    code = calling_code_of(region)
    plan = _plan(code or 0, region)
    if code is None or plan is None or plan.national_prefix_transform_rule:
        return None
    return _Dialling(
        str(code),
        ranges_in(region),
        re.compile(plan.national_prefix_for_parsing or r"(?!)"),
        re.compile(plan.international_prefix or r"(?!)"),
    )


@cache
def _ranges_by_region(code: int) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The ranges of a calling code, each with its region, in the order in which the library asks them."""
    import phonenumbers

    parts = (
        (region, _parts(code, region, alone=False))
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    )
    return tuple((region, re.compile("|".join(its))) for region, its in parts if its)


def _alone(digits: str, rest: str, national: set[str], region: str) -> list[str]:
    """What no plan allows, where it is the only reading and has a length that numbers of the country have: as it is
    dialled there, or with a calling code before it that makes it too long for that.
    """
    lengths = _lengths(region)
    if digits.startswith("0") or not lengths:
        return []
    if rest == digits:
        return [digits] if national == {digits} and len(digits) in lengths else []
    return [rest] if len(digits) > max(lengths) and len(rest) in lengths and not rest.startswith("0") else []


@cache
def _lengths(region: str) -> frozenset[int]:
    """How many digits numbers of a country have behind its calling code: by its own plan, and by the one that its
    calling code is known for.
    """
    import phonenumbers

    code = calling_code_of(region) or 0
    plans = (_plan(code, region), _plan(code, phonenumbers.region_code_for_country_code(code)))
    return frozenset.intersection(*(frozenset(plan.general_desc.possible_length) for plan in plans))


def _plan(code: int, region: str) -> Any:  # noqa: ANN401 - the library's metadata say no types
    import phonenumbers

    return phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)


def _parts(code: int, region: str, *, alone: bool) -> list[str]:
    """The ranges of one country; beside others of its calling code, behind the digits that tell them apart."""
    plan, parts = _plan(code, region), []
    first = rf"(?={plan.leading_digits})" if plan.leading_digits and not alone else ""
    general = plan.general_desc
    for kind in (getattr(plan, name) for name in _KINDS):
        if kind is not None and kind.national_number_pattern:
            lengths = "|".join(rf"\d{{{one}}}" for one in kind.possible_length or general.possible_length)
            parts.append(
                rf"{first}(?=(?:{lengths})$)(?=(?:{general.national_number_pattern})$)"
                rf"(?:{kind.national_number_pattern})"
            )
    return parts
