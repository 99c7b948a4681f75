"""Searches whose answers are cut short, asked again by the digits that numbers begin with after their calling code.

A vendor may find digits anywhere in a number, or only where it begins; both find a number by its own beginning. One
that ignores them answers as before, and is not asked again. What a row shows is on offer, however it was found.
"""

from collections import deque
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from numplan.engine.account.parallel import ask_all
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Found, Offer
from numplan.model.errors import AnswerError
from numplan.model.number import E164, digits_of
from numplan.numbering.beginnings import beginnings, remainder, shared_beginning, within
from numplan.numbering.calling_codes import calling_code

FEW: Final = 2
"""Fewer numbers that begin alike are as cheap to ask for one by one."""
_FULL: Final = 200
"""Numbers that one search is asked for, at most: others on offer begin as they do."""
_LONGEST: Final = 10
_BLOCK: Final = 3
"""Digits at the end of a number that its neighbours do not share."""
_MOST: Final = 300
"""Searches that are made for more offers, at most."""


def priced_by_beginnings(
    criteria: Criteria, numbers: Collection[E164], provider: Provider
) -> dict[E164, Offer]:
    """What searches by beginnings show of these numbers. Raises ApiError, but for answers that cannot be read."""
    found: dict[E164, Offer] = {}
    left = sorted(map(national, numbers))
    waiting = _groups(left, "", _FULL)
    while waiting:
        # Whether digits are looked at is seen by the first answer.
        asked, waiting = (waiting, []) if found else (waiting[:1], waiting[1:])
        answers = dict(zip(asked, _shown(criteria, asked, provider, 1), strict=True))
        more = {
            one.number: one for shown in answers.values() for one in shown.offers if one.number in numbers
        }
        if not more.keys() - found.keys():
            break
        found |= more
        known = {national(number) for number in found}
        left = [one for one in left if one not in known]
        for digits, shown in answers.items():
            if not shown.exhausted and len(digits) < _LONGEST:
                waiting += _groups(left, digits, max(FEW, len(within(left, digits)) // 4))
    return found


def with_more(criteria: Criteria, found: Found, wanted: int, provider: Provider, parallelism: int) -> Found:
    """An answer that was cut short, with the offers of searches by beginnings until so many are there: first those that
    stand beside what was shown, for numbers are sold in blocks, then the shortest. Once there are as many as the answer
    counted, nothing more is for sale. Raises ApiError, but for answers that cannot be read.
    """
    if not found.offers or criteria.digits:
        return found
    (one,) = _shown(criteria, [national(found.offers[0].number)], provider, 1)
    if not one.exhausted:
        return found  # digits are not looked at: with those of a whole number, nothing is cut short
    offers = {one.number: one for one in found.offers}
    beside = deque(sorted({national(number)[:-_BLOCK] for number in offers}))
    others = deque(remainder("", ()))
    asked: set[str] = set()
    wanted = wanted if found.total is None else min(wanted, found.total)
    while (beside or others) and len(offers) < wanted and len(asked) < _MOST:
        queue = beside or others
        some = [queue.popleft() for _ in range(min(parallelism, len(queue)))]
        some = [digits for digits in dict.fromkeys(some) if digits not in asked]
        for digits, shown in zip(some, _shown(criteria, some, provider, parallelism), strict=True):
            new = {one.number: one for one in shown.offers if one.number not in offers}
            asked.add(digits)
            offers |= new
            beside.extend(sorted({national(number)[:-_BLOCK] for number in new} - asked))
            if not shown.exhausted and shown.offers and len(digits) < _LONGEST:
                (beside if new else others).extend(remainder(digits, ()))
    return msgspec.structs.replace(
        found,
        offers=tuple(offers[number] for number in sorted(offers)),
        exhausted=len(offers) == found.total,
    )


def national(number: E164) -> str:
    """A number's digits after its calling code."""
    return digits_of(number).removeprefix(str(calling_code(number) or ""))


def _shown(criteria: Criteria, beginning: Sequence[str], provider: Provider, parallelism: int) -> list[Found]:
    def ask(digits: str) -> Found:
        try:
            return provider.search(msgspec.structs.replace(criteria, digits=digits), wanted=None)
        except AnswerError:  # find-number may do better, and has the last word
            return Found((), exhausted=True)

    return ask_all(ask, beginning, parallelism)


def _groups(numbers: Sequence[str], start: str, most: float) -> list[str]:
    """What numbers share, in groups of so many at most: the longer that is, the fewer others are found by it. Those
    that are alone are left out.
    """
    groups = (within(numbers, one) for one in beginnings(numbers, start, most))
    return [shared_beginning(those) for those in groups if len(those) >= FEW]
