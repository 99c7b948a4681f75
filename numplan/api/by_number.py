"""A listing that is cut short, filled up by parts of numbers that begin alike, where the server looks for beginnings.

Whether it does is seen by asking: a number that it just showed must be found by its beginning. Beginnings are chosen
by the numbers that are known, so that hardly a part is cut short again; and once the parts add up to the whole's total,
nothing else is there. A server that finds digits anywhere in a number shows strays, which are no part; where its
answers are too full of them, this is given up.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from numplan.api.page_size import RejectedError
from numplan.api.shares import Filters, Share, is_short, joined, shortfall
from numplan.model.number import digits_of
from numplan.numbering.beginnings import LONGEST, beginnings, remainder, within

_FILLED: Final = 0.95
"""How full of known numbers a part may be: others may be among them."""
_LEAST: Final = 100
_FOR_EACH: Final = 25
"""Calls after which a listing is given up: so many, and so many for each answer's fill of it."""


class Part(NamedTuple):
    """What one answer shows of a beginning: the numbers that have it, and how many others came."""

    share: Share
    strays: int


Ask = Callable[[Filters, int], Part]


class GivenUpError(Exception):
    """The numbers cannot be had this way."""


class ByNumber:
    """One listing that is split. `known` are numbers that may be in it, digits in ascending order. `honoured` is
    whether the server looks for beginnings, None where nobody has seen that yet.
    """

    def __init__(
        self, ask: Ask, pool: Executor, at_once: int, known: Sequence[str], honoured: bool | None
    ) -> None:
        self._ask = ask
        self._pool = pool
        self._at_once = at_once
        self._known = known
        self._left = _LEAST
        self.honoured = honoured

    def fill(self, share: Share) -> Share | None:
        """The share with all that it counts, proven or with a gap; None where it cannot be had this way."""
        self._left = _LEAST + _FOR_EACH * ((share.total or 0) // max(1, share.count) + 1)
        try:
            whole = joined(share, self._parts(share))
        except (GivenUpError, RejectedError):
            return None
        return msgspec.structs.replace(whole, gap="" if whole.count == share.total else shortfall(whole))

    def _parts(self, share: Share) -> list[Share]:
        """Parts that are complete, and together all that is there, if they add up to it."""
        total = share.total or 0
        start, seen = share.filters.beginning, sorted(map(digits_of, share.rows))
        numbers = sorted({*within(self._known, start), *seen})
        weight = max(1.0, total / max(1, len(numbers)))
        chosen = beginnings(numbers, start, _FILLED * share.count / weight)
        first: list[Share] = []
        if self.honoured is None and (trial := next((one for one in chosen if within(seen, one)), None)):
            first = [self._tried(share, trial)]
            chosen.remove(trial)
        parts = [*first, *self._asked(share, chosen)]
        rest = iter(
            remainder(start, [part.filters.beginning for part in parts]) if len(start) < LONGEST else ()
        )
        while sum(part.count for part in parts) < total and (some := [*islice(rest, self._at_once)]):
            parts += self._asked(share, some)
        return parts

    def _tried(self, share: Share, beginning: str) -> Share:
        """The part of a beginning that a number has which was just shown. Sees whether beginnings are looked for."""
        part = self._part(share, beginning)
        total = part.share.total
        is_all = part.strays > 0 and total is not None and total >= (share.total or 0)
        self.honoured = part.share.count > 0 and not is_all
        if not self.honoured:
            raise GivenUpError
        return self._completed(part.share)

    def _asked(self, share: Share, chosen: Iterable[str]) -> list[Share]:
        parts = [*self._pool.map(lambda one: self._part(share, one).share, chosen)]
        return [self._completed(part) for part in parts]

    def _part(self, share: Share, beginning: str) -> Part:
        self._left -= 1
        if self._left < 0:
            raise GivenUpError
        return self._ask(msgspec.structs.replace(share.filters, beginning=beginning), share.asked)

    def _completed(self, part: Share) -> Share:
        """A part with what it lacks. One that has no more digits, or counts nothing, stays as it is: the sums tell."""
        return (
            joined(part, self._parts(part))
            if is_short(part) and len(part.filters.beginning) < LONGEST
            else part
        )
