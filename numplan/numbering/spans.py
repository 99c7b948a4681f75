"""All numbers between two that are written, or a reason why these are not the ends of one range."""

from typing import Final

from numplan.model.number import E164, NumberError
from numplan.numbering.calling_codes import calling_code

MOST: Final = 10_000
"""How many numbers one range has at most."""
_LONGEST_CODE: Final = 3


def numbers_between(first: E164, last: E164) -> list[E164]:
    """The numbers from the first to the last, both included, in their order.

    Raises NumberError, with a reason in words for a user, where they are not the two ends of one range.
    """
    shared = 1 + _LONGEST_CODE
    if first[:shared] != last[:shared] and calling_code(first) != calling_code(last):
        raise NumberError("its first and its last number have different calling codes")
    if len(first) != len(last):
        raise NumberError(f"its first number has {len(first) - 1} digits, its last {len(last) - 1}")
    lowest, highest = int(first), int(last)
    if lowest > highest:
        raise NumberError("its first number comes after its last: write them the other way round")
    if (count := highest - lowest + 1) > MOST:
        raise NumberError(f"it has {count:,} numbers, and a range has {MOST:,} at most: write several")
    return [E164(f"+{one}") for one in range(lowest, highest + 1)]
