"""Calling codes: which a number begins with, and where a 0 behind it is dialled inside the country only.

What stands here as a table is what libphonenumber says, so that numbers in E.164, which nearly all are, need not ask
it: loading it takes longer than reading a thousand of them.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from numplan.model.number import MAX_DIGITS, MIN_DIGITS

TRUNK_ZERO: Final = """
    20 27 31 32 33 36 40 41 43 44 46 49 51 53 54 55 57 58 60 61 62 63 64 66 81 82 84 86 90 91 92 93 94 95 98 211 212
    213 218 231 232 233 234 241 243 249 250 251 252 254 255 256 260 261 262 263 264 265 291 353 355 358 359 370 373
    374 375 377 380 381 382 383 385 386 387 389 421 423 508 590 591 593 594 595 596 598 686 850 855 856 880 886 961
    962 963 964 966 967 970 971 972 976 977 994 995 996
""".split()  # noqa: SIM905 - a code a line is a page
"""Calling codes behind which a 0 is not part of the number: it is dialled inside the country only."""


def _any_of(codes: Sequence[str]) -> str:
    """A pattern of any of these codes. By what they begin with: so it is compiled in a third of the time."""
    after: dict[str, str] = {}
    for code in codes:
        after[code[:-1]] = after.get(code[:-1], "") + code[-1]
    return "|".join(f"{begin}[{last}]" for begin, last in after.items())


_WITH_ZERO: Final = _any_of(TRUNK_ZERO)
_DOUBTED: Final = re.compile(rf"\+(?:{_WITH_ZERO})0")
# The line end before it, and no 1, are what the engine looks for first: most numbers are passed over at once.
_DOUBTED_LINE: Final = re.compile(rf"\n(\+(?!1)(?:{_WITH_ZERO})0[0-9]*)")
PLAIN: Final = re.compile(
    # North America, then those without a 0 early on: the list of codes is for the few that are left.
    rf"\+(?:1[0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}}|[2-9][1-9]{{3}}[0-9]{{{MIN_DIGITS - 4},{MAX_DIGITS - 4}}}"
    rf"|(?!(?:{_WITH_ZERO})0)[2-9][0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}})"
)
"""A number in E.164 whose reading needs no thought."""


def with_trunk_zero(numbers: Iterable[str]) -> Sequence[str]:
    """Those of many numbers behind whose calling code stands a 0 that is dialled inside the country only."""
    return _DOUBTED_LINE.findall("\n" + "\n".join(numbers))


def has_trunk_zero(number: str) -> bool:
    """Whether a 0 that is dialled inside the country only stands behind the calling code of a number with `+`."""
    return _DOUBTED.match(number) is not None


@cache
def calling_code_of(region: str) -> int | None:
    """The calling code of a country by its two letters, such as 44 of GB; None where it has none of its own."""
    import phonenumbers

    return phonenumbers.country_code_for_region(region) or None


def calling_code(number: str) -> int | None:
    """The calling code that a number with `+` begins with; None where none is in use."""
    import phonenumbers

    for length in (1, 2, 3):
        code = int(number[1 : 1 + length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code
    return None
