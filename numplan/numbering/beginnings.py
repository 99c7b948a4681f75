"""The digits that numbers begin with, as a way to split them into parts. Pure.

Numbers here are digits without a `+`, calling code and all.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

LONGEST = 15
_DIGITS = "0123456789"


def within(numbers: Sequence[str], start: str) -> Sequence[str]:
    """Those of some sorted numbers that begin with these digits."""
    return numbers[bisect_left(numbers, start) : bisect_left(numbers, start + ":")]  # ":" follows on "9"


def beginnings(numbers: Sequence[str], start: str, most: float) -> list[str]:
    """The shortest beginnings longer than `start` that each have `most` of some sorted numbers at most, and together
    all of them. What all of them share is skipped in one step, and has no part of its own.
    """
    numbers = [one for one in within(numbers, start) if one != start]
    if not numbers:
        return []
    first, last = numbers[0], numbers[-1]
    shared = next((at for at, digit in enumerate(first[:-1]) if last[at : at + 1] != digit), len(first) - 1)
    found: list[str] = []
    for digit in _DIGITS:
        longer = first[:shared] + digit
        those = within(numbers, longer)
        if not those:
            continue
        if len(those) <= most or len(longer) >= LONGEST:
            found.append(longer)
        else:
            found += beginnings(those, longer, most)
    return found


def shared_beginning(numbers: Sequence[str]) -> str:
    """The digits that all of some sorted numbers begin with."""
    first, last = numbers[0], numbers[-1]
    return first[: next((at for at, digit in enumerate(first) if last[at : at + 1] != digit), len(first))]


def remainder(start: str, taken: Sequence[str]) -> list[str]:
    """The beginnings, longer than `start`, of all that begins so and with none of those taken; the shortest first."""
    ordered = sorted(taken)
    return sorted((one for digit in _DIGITS for one in _remainder(start + digit, ordered)), key=len)


def _remainder(start: str, taken: Sequence[str]) -> Iterator[str]:
    below = within(taken, start)
    if not below:
        yield start
    elif below[0] != start and len(start) < LONGEST:
        for digit in _DIGITS:
            yield from _remainder(start + digit, below)
