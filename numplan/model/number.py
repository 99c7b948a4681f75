"""Phone numbers in the one canonical form: E.164 with a leading `+` (ITU-T E.164)."""

import re
from collections.abc import Sequence
from typing import NewType, TypeGuard

E164 = NewType("E164", str)
"""A number such as `+12050012202`: a plus sign, then 5 to 15 digits, the first of them not 0."""

MIN_DIGITS = 5
MAX_DIGITS = 15

_CANONICAL = re.compile(r"\+[1-9][0-9]{4,14}")
_SEPARATORS = str.maketrans("", "", " \u00a0-.()/")
_SPELLING = re.compile(r"\+?[0-9]+")


class NumberError(ValueError):
    """A text is not an E.164 number; the message says why, in words for a user."""


def is_canonical(text: str) -> TypeGuard[E164]:
    """Whether a text is an E.164 number in the one canonical form."""
    return _CANONICAL.fullmatch(text) is not None


def are_canonical(texts: Sequence[str]) -> TypeGuard[Sequence[E164]]:
    """Whether each of many texts is."""
    return all(map(_CANONICAL.fullmatch, texts))


def parse_number(text: str) -> E164:
    """Read a number in any spelling of its digits: with or without `+`, with the usual separators.

    Raises NumberError for anything that is not 5 to 15 ASCII digits without a leading 0.
    """
    if _CANONICAL.fullmatch(text):
        return E164(text)
    bare = text.strip().translate(_SEPARATORS)
    if not bare:
        raise NumberError("a phone number is missing here")
    if not _SPELLING.fullmatch(bare):
        raise NumberError("a phone number is a + and digits, such as +12050012202")
    digits = bare.removeprefix("+")
    if digits.startswith("0"):
        raise NumberError("a phone number starts with its country code, such as +44, never with 0")
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise NumberError(
            f"a phone number has {MIN_DIGITS} to {MAX_DIGITS} digits, this one has {len(digits)}"
        )
    return E164("+" + digits)


def digits_of(number: E164) -> str:
    """The digits alone, as requests carry them (the API page shows no `+` in requests)."""
    return number[1:]
