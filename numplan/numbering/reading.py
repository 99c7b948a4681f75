"""The one reader of phone numbers that a person wrote, in a manifest, a list, an inventory or on the command line.

What the API answers has a stricter reader of its own: digits, with or without a `+`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from numplan.model.number import E164, MAX_DIGITS, MIN_DIGITS, NumberError
from numplan.model.text.countries import name_of, region_of
from numplan.numbering.calling_codes import (
    PLAIN,
    TRUNK_ZERO,
    calling_code,
    calling_code_of,
    has_trunk_zero,
    with_trunk_zero,
)
from numplan.numbering.ranges import in_country, is_dialled_as_written, region_of_valid

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

    from numplan.numbering.tidying import Tidy

_GROUPED = re.compile(
    r"'?\+[1-9][0-9]{0,2}(?: ?\([1-9][0-9]{0,5}\)[ -]?|[ -])?[0-9]+(?:[ -][0-9]+)*", re.ASCII
)
_GROUPED_NATIONAL = re.compile(r"'?(?:\([0-9]{1,6}\) ?)?[0-9]+(?:[ -][0-9]+)*", re.ASCII)
_DIGITS = re.compile(r"[1-9][0-9]*", re.ASCII)
_NO_DIGITS = re.compile(r"[^0-9]+", re.ASCII)
VENDORS_DIGITS = 11
"""So many digits, or more, without a `+` are read as the vendor writes numbers: with the calling code first."""


class Reading(NamedTuple):
    """The number that a text says; and where the text left it open, the country that it was taken to be of."""

    number: E164
    taken_for: str = ""


def is_plain(text: str) -> TypeGuard[E164]:
    """Whether a text is a number in E.164 that is read as it stands."""
    return PLAIN.fullmatch(text) is not None


def are_plain(texts: Sequence[str]) -> TypeGuard[Sequence[E164]]:
    """Whether each of many texts is."""
    return all(map(PLAIN.fullmatch, texts))


def read_number(text: str, country: str | None = None) -> Reading:
    """The number that a text says. `country` is what is declared for it, as it is written; it decides where the
    text has no `+`.

    Raises NumberError, with a reason in words for a user that says what to write.
    """
    if PLAIN.fullmatch(text):
        return Reading(E164(text))
    region = region_of(country) if country else None
    if (usual := _usual(text, region)) is not None:
        return usual
    from numplan.numbering.tidying import tidied  # nearly all numbers are as they should be

    tidy = tidied(text)
    if tidy.international:
        return Reading(_international(tidy))
    if country and region:
        return Reading(_in_country(tidy.digits, country, region))
    if tidy.digits == text.strip() and (reading := _as_the_vendor_writes(tidy.digits)):
        return reading
    why = (
        "it is dialled like that inside a country"
        if tidy.begins_locally
        else "without a + it may be many numbers"
    )
    raise NumberError(f"{why}: write the + and the calling code, or declare a country")


def _usual(text: str, region: str | None) -> Reading | None:
    """What nearly all texts are that are not plain: valid numbers whose groups spaces, hyphens or brackets set apart,
    or as the vendor writes them. The rest of this module reads them the same, and takes ten times as long.
    """
    if _GROUPED.fullmatch(text):
        number = E164(f"+{_NO_DIGITS.sub('', text)}")
        return Reading(number) if PLAIN.fullmatch(number) and is_dialled_as_written(number) else None
    if region is None:
        return _as_the_vendor_writes(text) if _DIGITS.fullmatch(text) else None
    if _GROUPED_NATIONAL.fullmatch(text) and (national := in_country(_NO_DIGITS.sub("", text), region)):
        return Reading(national)
    return None


def doubt(number: E164) -> str:
    """Why a number in E.164 can hardly be dialled, in words; empty where nothing speaks against it. Only a 0 that is
    dialled inside the country does.
    """
    if not has_trunk_zero(number):
        return ""
    return _difference(number)


def doubted(numbers: Iterable[E164]) -> dict[E164, str]:
    """Those of many numbers that can hardly be dialled, each with the reason."""
    return {one: why for number in with_trunk_zero(numbers) if (why := doubt(one := E164(number)))}


def _international(tidy: "Tidy") -> E164:
    digits = tidy.digits
    if tidy.zero_after is not None:
        digits = _with_zero_or_without(digits, tidy.zero_after)
    if digits.startswith("0"):
        raise NumberError("behind the + stands the country's code, such as 44, never a 0")
    number = _bounded("+" + digits)
    if not is_dialled_as_written(number) and (problem := _difference(number)):
        raise NumberError(problem)
    return number


def _with_zero_or_without(digits: str, after: int) -> str:
    """The digits without the 0 in brackets, or with it where the country keeps it."""
    import phonenumbers

    code, rest = digits[:after], digits[after:]
    if code in TRUNK_ZERO:
        return code + rest
    kept = f"{code}0{rest}"
    if phonenumbers.is_valid_number(
        phonenumbers.PhoneNumber(int(code), int(rest or 0), italian_leading_zero=True)
    ):
        return kept
    raise NumberError(f"no (0) is dialled behind +{code}; is +{code}{rest} meant?")


def _difference(number: E164) -> str:
    """In words, where libphonenumber reads a number with a `+` otherwise than digit by digit."""
    meant = _canonical(number, None)
    if meant is None or meant == number:
        return ""
    code = str(calling_code(number))
    if number.startswith(f"+{code}0") and code in TRUNK_ZERO:
        return f"the 0 after +{code} is dialled inside the country only; is {meant} meant?"
    return f"{number} is dialled as {meant}; write that, if it is meant"


def _in_country(digits: str, country: str, region: str) -> E164:
    """A number without a `+` in a declared country: with its calling code, or as it is dialled there."""
    quickly = in_country(digits, region)
    return by_the_library(digits, country, region) if quickly is None else quickly


def by_the_library(digits: str, country: str, region: str) -> E164:
    """A number without a `+` in a country, as libphonenumber reads it: slower than `in_country`, and with words for
    what is none. Raises NumberError.
    """
    code = calling_code_of(region)
    readings: dict[E164, None] = {}
    if code is not None and digits.startswith(str(code)) and MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        readings[E164("+" + digits)] = None
    if (national := _canonical(digits, region)) is not None:
        readings[national] = None
    valid = [one for one in readings if _is_valid(one, region)]
    if len(valid) == 1:
        return valid[0]
    if len(readings) == 1 and _is_possible(only := next(iter(readings)), code):
        return only
    if len(readings) > 1:
        raise NumberError(
            f"in {country} it may be {' or '.join(readings)}: write the one that is meant, with its +"
        )
    raise NumberError(
        f"it is no number of {country}: write a + and the calling code first, such as +{code or 44}"
    )


def _as_the_vendor_writes(digits: str) -> Reading | None:
    """Digits with the calling code first, and no country declared that could tell; None where they are no valid
    number.
    """
    number = E164("+" + digits)
    if len(digits) >= VENDORS_DIGITS and PLAIN.fullmatch(number) and (region := region_of_valid(number)):
        return Reading(number, name_of(region))
    return None


def _bounded(number: str) -> E164:
    length = len(number) - 1
    if not MIN_DIGITS <= length <= MAX_DIGITS:
        raise NumberError(f"a phone number has {MIN_DIGITS} to {MAX_DIGITS} digits, this one has {length}")
    return E164(number)


def _canonical(text: str, region: str | None) -> E164 | None:
    """What libphonenumber takes a text for; None where it takes it for nothing."""
    import phonenumbers

    parsed = _parsed(text, region)
    if parsed is None:
        return None
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return E164(number) if MIN_DIGITS < len(number) <= MAX_DIGITS + 1 else None


def _parsed(text: str, region: str | None) -> "PhoneNumber | None":
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _is_valid(number: E164, region: str) -> bool:
    import phonenumbers

    parsed = _parsed(number, None)
    return parsed is not None and phonenumbers.is_valid_number_for_region(parsed, region)


def _is_possible(number: E164, code: int | None) -> bool:
    """Whether a number has a length that numbers of its country have; what is dialled within one town has not."""
    import phonenumbers

    parsed = _parsed(number, None)
    if parsed is None or parsed.country_code != code:
        return False
    return phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
