"""Phone numbers in the one canonical form: E.164 with a leading `+` (ITU-T E.164)."""

import re
from collections.abc import Sequence
from typing import NewType, TypeGuard

E164 = NewType("E164", str)
"""A number such as `+12050012202`: a plus sign, then 5 to 15 digits, the first of them not 0."""

MIN_DIGITS = 5
MAX_DIGITS = 15

_CANONICAL = re.compile(r"\+[1-9][0-9]{4,14}")


class NumberError(ValueError):
    """A text is not a phone number; the message says why and what to write, in words for a user. `character` is the one
    that is to blame, where the message names one.
    """

    def __init__(self, message: str, character: str = "") -> None:
        super().__init__(message)
        self.character = character


def is_canonical(text: str) -> TypeGuard[E164]:
    """Whether a text is an E.164 number in the one canonical form."""
    return _CANONICAL.fullmatch(text) is not None


def are_canonical(texts: Sequence[str]) -> TypeGuard[Sequence[E164]]:
    """Whether each of many texts is."""
    return all(map(_CANONICAL.fullmatch, texts))


def digits_of(number: E164) -> str:
    """The digits alone, as requests carry them (the API page shows no `+` in requests)."""
    return number[1:]
