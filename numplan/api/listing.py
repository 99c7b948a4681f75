"""The account's listing, proven complete or marked as not.

purchased-list has a size and a total but no cursor. One answer is proof where it has fewer rows than asked
for and a total no larger than its count of different numbers. Where a server caps its answers, the listing is
split: by the digits that numbers begin with, where the server looks for these; else by the filters there are, by
country, then what is still open by type, then by state. A share that was split is proven when each of its parts is, and
their different numbers add up to the total it named.

A row that cannot be read counts as a row. Where it names its number, no other row speaks for that number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final

import msgspec

from numplan.api.by_number import ByNumber, Part
from numplan.api.decode import OwnedPage
from numplan.api.page_size import LARGEST, RejectedError, largest_page
from numplan.api.shares import NOWHERE, Filters, Share, contradictions, is_short, joined, shared, shortfall
from numplan.engine.account.parallel import ReadingPool
from numplan.engine.ports import KnownNumbers, StateNames
from numplan.model.account import Listing, Region
from numplan.model.errors import AnswerError
from numplan.model.number import E164, digits_of
from numplan.model.text.spelling import NUMBER_TYPES, normalize

Ask = Callable[[Mapping[str, str], int], OwnedPage]

_SIZE_LEAST: Final = 1000
_GROWTH: Final = 4
_NAMED: Final = 3


class ListingReader:
    """Reads listings. `regions` is called only for a listing that has to be split by country. Whether the server looks
    for the beginnings of numbers is seen once and remembered, and so are the numbers of a listing that was split.
    """

    def __init__(self, ask: Ask, regions: Callable[[], Sequence[Region]], parallelism: int) -> None:
        self._ask = ask
        self._regions = regions
        self._parallelism = parallelism
        self._beginnings: bool | None = None
        self._states: bool | None = None
        self._known: set[E164] = set()

    def read(
        self,
        filters: Filters,
        *,
        expected: int = 0,
        states: StateNames = tuple,
        known: KnownNumbers = tuple,
    ) -> Listing:
        """The numbers that the filters name, as a Listing that knows whether it is complete. Raises ApiError.

        `expected` sets the first size asked for, so that a whole listing normally takes one call; `states` and `known`
        give states and numbers worth asking for where it has to be split.
        """
        share = self._page(filters, max(_SIZE_LEAST, 2 * expected))
        if is_short(share) and (numbers := known()) is not None:
            with ReadingPool(self._parallelism) as pool:
                share = self._by_number(share, pool, numbers) or self._by_filters(share, pool, states)
        rows = share.rows
        if filters != Filters():
            rows = {number: row for number, row in rows.items() if filters.admits(row)}
        gap = "; ".join(filter(None, (share.gap, contradictions(share.unclear & rows.keys()))))
        return Listing(rows, complete=not gap, gap=gap, unreadable=(*share.unread.values(), *share.nameless))

    def require_states(self) -> None:
        """Raise AnswerError where the server pays no heed to the state that it is asked for. Rows do not name theirs,
        so that is seen by asking, once, for one that is nowhere. Raises ApiError.
        """
        if self._states is None:
            try:
                self._states = not self._ask(Filters(state=NOWHERE).query, 1).sent
            except RejectedError:
                self._states = True
        if not self._states:
            raise AnswerError(
                "purchased-list",
                "the API ignores the filter `state`, so which of the account's numbers are in which state is not known",
                hint="take `adopt` out of pools that name a state; `numplan doctor` shows what is honoured",
            )

    def _page(self, filters: Filters, size: int = _SIZE_LEAST) -> Share:
        """One answer, as large as the server gives it: the size grows while that brings more."""
        shown = -1
        while True:
            page, taken = largest_page(lambda rows: self._ask(filters.query, rows), size)
            share = shared(filters, page, taken)
            if page.sent < taken and page.total is not None and page.total <= share.count:
                return share
            larger = max((page.total or 0) + 1, taken * _GROWTH if page.sent >= taken else 0)
            if taken < size or larger <= size or size >= LARGEST or share.count <= shown:
                return msgspec.structs.replace(share, gap=shortfall(share))
            shown, size = share.count, min(larger, LARGEST)

    def _by_number(self, share: Share, pool: Executor, known: Iterable[E164]) -> Share | None:
        """A share that is cut short, filled up by beginnings of numbers; None where that proves nothing."""
        if self._beginnings is False:
            return None
        self._known.update(known)
        numbers = sorted(map(digits_of, self._known))
        split = ByNumber(self._part, pool, self._parallelism, numbers, self._beginnings)
        filled = split.fill(share)
        self._beginnings = split.honoured
        self._known.update(filled.rows if filled else ())
        return None if filled is None or filled.gap else filled

    def _part(self, filters: Filters, size: int) -> Part:
        """What one answer shows of the numbers that begin alike."""
        page, taken = largest_page(lambda rows: self._ask(filters.query, rows), size)
        share = shared(filters, page, taken)
        rows = {number: row for number, row in share.rows.items() if filters.begins(number)}
        unread = {number: row for number, row in share.unread.items() if filters.begins(number)}
        strays = len(share.rows) - len(rows) + len(share.unread) - len(unread)
        is_whole = page.sent < taken and page.total is not None and page.total <= share.count
        gap = "" if is_whole else shortfall(share)
        total = len(rows) + len(unread) + len(share.nameless) if is_whole else page.total
        return Part(msgspec.structs.replace(share, rows=rows, unread=unread, total=total, gap=gap), strays)

    def _by_filters(self, share: Share, pool: Executor, states: StateNames) -> Share:
        axes = (self._by_country, _by_type, lambda open_share: _by_state(open_share, states()))
        return self._fill(share, axes, pool)

    def _fill(self, share: Share, axes: "Sequence[_Axis]", pool: Executor) -> Share:
        """Fill a share up from parts along the first axis, and those that stay short along the next ones."""
        if not axes or not is_short(share):
            return share
        parts = axes[0](share)
        if not parts:
            return self._fill(share, axes[1:], pool)
        filled = [self._fill(part, axes[1:], pool) for part in pool.map(self._page, parts)]
        whole = joined(share, filled)
        gaps = [part.gap for part in filled if part.gap]
        if not gaps and whole.count != share.total:
            gaps = [shortfall(whole)]
        if len(gaps) > _NAMED:
            gaps = [*gaps[:_NAMED], f"and {len(gaps) - _NAMED} more parts"]
        return msgspec.structs.replace(whole, gap="; ".join(gaps))

    def _by_country(self, share: Share) -> Sequence[Filters]:
        if share.filters.country:
            return ()
        named = [*(region.name for region in self._regions()), *(row.country for row in share.rows.values())]
        return [msgspec.structs.replace(share.filters, country=name) for name in _different(named)]


_Axis = Callable[[Share], Sequence[Filters]]


def _by_type(share: Share) -> Sequence[Filters]:
    if share.filters.type:
        return ()
    named = [*NUMBER_TYPES, *(row.type for row in share.rows.values())]
    return [msgspec.structs.replace(share.filters, type=name) for name in _different(named)]


def _by_state(share: Share, states: Sequence[str]) -> Sequence[Filters]:
    if share.filters.state:
        return ()
    return [msgspec.structs.replace(share.filters, state=name) for name in _different(states)]


def _different(names: Sequence[str]) -> Sequence[str]:
    """The names that are not empty, each once however it is spelled, in ascending order."""
    return sorted({normalize(name): name for name in sorted(names, reverse=True) if normalize(name)}.values())
