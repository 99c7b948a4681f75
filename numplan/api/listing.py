"""The account's listing, proven complete or marked as not.

purchased-list has a size and a total but no cursor. One answer is proof where it has fewer rows than asked
for and a total no larger than its count of different numbers. Where a server caps its answers, the listing is
split by the filters there are: by country, then what is still open by type, then by state. A share that was
split is proven when each of its parts is, and their different numbers add up to the total it named.

A row that cannot be read counts as a row. Where it names its number, no other row speaks for that number.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from itertools import chain
from typing import Final

import msgspec

from numplan.api.decode import OwnedPage
from numplan.api.page_size import LARGEST, largest_page
from numplan.api.row_filters import merge
from numplan.engine.account.parallel import ReadingPool
from numplan.engine.ports import StateNames
from numplan.model.account import Listing, OwnedNumber, Region, Unreadable, by_number, nameless
from numplan.model.number import E164
from numplan.model.text.countries import same_country
from numplan.model.text.spelling import NUMBER_TYPES, normalize, same_word

Ask = Callable[[Mapping[str, str], int], OwnedPage]

_SIZE_LEAST: Final = 1000
_GROWTH: Final = 4
_NAMED: Final = 3


class Filters(msgspec.Struct, frozen=True):
    """What part of the listing to ask for; an empty text means all."""

    country: str = ""
    type: str = ""
    state: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        """The filters as purchased-list takes them."""
        asked = {"country": self.country, "numberType": self.type, "state": self.state}
        return {name: text for name, text in asked.items() if text}

    def admits(self, row: OwnedNumber) -> bool:
        """Whether a row may belong here, as far as rows tell: they do not name their state."""
        return (not self.country or same_country(row.country, self.country)) and (
            not self.type or same_word(row.type, self.type)
        )


class _Share(msgspec.Struct, frozen=True):
    """What is known of one filter's part of the listing: the rows of numbers, those of numbers that cannot be read,
    and those that name none; `gap` says what keeps it from being proven.
    """

    filters: Filters
    rows: Mapping[E164, OwnedNumber]
    unread: Mapping[E164, Unreadable]
    nameless: tuple[Unreadable, ...]
    unclear: frozenset[E164]
    total: int | None
    gap: str = ""

    @property
    def count(self) -> int:
        """How many different numbers there are."""
        return len(self.rows) + len(self.unread) + len(self.nameless)


class ListingReader:
    """Reads listings. `regions` is called only for a listing that has to be split by country."""

    def __init__(self, ask: Ask, regions: Callable[[], Sequence[Region]], parallelism: int) -> None:
        self._ask = ask
        self._regions = regions
        self._parallelism = parallelism

    def read(self, filters: Filters, *, expected: int = 0, states: StateNames = tuple) -> Listing:
        """The numbers that the filters name, as a Listing that knows whether it is complete. Raises ApiError.

        `expected` sets the first size asked for, so that a whole listing normally takes one call; `states` gives
        those worth asking for where it has to be split.
        """
        share = self._page(filters, max(_SIZE_LEAST, 2 * expected))
        if _is_short(share):
            axes = (self._by_country, _by_type, lambda open_share: _by_state(open_share, states()))
            with ReadingPool(self._parallelism) as pool:
                share = self._fill(share, axes, pool)
        rows = share.rows
        if filters != Filters():
            rows = {number: row for number, row in rows.items() if filters.admits(row)}
        gap = "; ".join(filter(None, (share.gap, _contradictions(share.unclear & rows.keys()))))
        return Listing(rows, complete=not gap, gap=gap, unreadable=(*share.unread.values(), *share.nameless))

    def _page(self, filters: Filters, size: int = _SIZE_LEAST) -> _Share:
        """One answer, as large as the server gives it: the size grows while that brings more."""
        shown = -1
        while True:
            page, taken = largest_page(lambda rows: self._ask(filters.query, rows), size)
            share = _shared(filters, page)
            if page.sent < taken and page.total is not None and page.total <= share.count:
                return share
            larger = max((page.total or 0) + 1, taken * _GROWTH if page.sent >= taken else 0)
            if taken < size or larger <= size or size >= LARGEST or share.count <= shown:
                return msgspec.structs.replace(share, gap=_shortfall(share))
            shown, size = share.count, min(larger, LARGEST)

    def _fill(self, share: _Share, axes: "Sequence[_Axis]", pool: Executor) -> _Share:
        """Fill a share up from parts along the first axis, and those that stay short along the next ones."""
        if not axes or not _is_short(share):
            return share
        parts = axes[0](share)
        if not parts:
            return self._fill(share, axes[1:], pool)
        filled = [self._fill(part, axes[1:], pool) for part in pool.map(self._page, parts)]
        whole = _joined(share, filled)
        gaps = [part.gap for part in filled if part.gap]
        if not gaps and whole.count != share.total:
            gaps = [_shortfall(whole)]
        if len(gaps) > _NAMED:
            gaps = [*gaps[:_NAMED], f"and {len(gaps) - _NAMED} more parts"]
        return msgspec.structs.replace(whole, gap="; ".join(gaps))

    def _by_country(self, share: _Share) -> Sequence[Filters]:
        if share.filters.country:
            return ()
        named = [*(region.name for region in self._regions()), *(row.country for row in share.rows.values())]
        return [msgspec.structs.replace(share.filters, country=name) for name in _different(named)]


_Axis = Callable[[_Share], Sequence[Filters]]


def _shared(filters: Filters, page: OwnedPage) -> _Share:
    """What one answer shows."""
    rows, unclear = merge(page.rows)
    if not page.unreadable:
        return _Share(filters, rows, {}, (), unclear, page.total)
    part = ", ".join(filters.query.values())
    odd = [msgspec.structs.replace(one, part=part) for one in page.unreadable] if part else page.unreadable
    unread = by_number(odd)
    return _Share(filters, _without(rows, unread), unread, nameless(odd), unclear - unread.keys(), page.total)


def _joined(share: _Share, parts: Sequence[_Share]) -> _Share:
    """A share with what its parts show. Which of the rows without a number stand in both cannot be told: there are as
    many as the share shows, or the parts together, whichever is more.
    """
    rows, unclear = merge(chain(share.rows.values(), *(part.rows.values() for part in parts)))
    unclear |= share.unclear.union(*(part.unclear for part in parts))
    unread = dict(chain(*(one.unread.items() for one in (*parts, share))))
    odd = tuple(chain(*(part.nameless for part in parts)))
    return _Share(
        share.filters,
        _without(rows, unread),
        unread,
        max(share.nameless, odd, key=len),
        unclear - unread.keys(),
        share.total,
    )


def _without(
    rows: Mapping[E164, OwnedNumber], unread: Mapping[E164, Unreadable]
) -> Mapping[E164, OwnedNumber]:
    """The rows whose numbers no unreadable row names."""
    return {number: row for number, row in rows.items() if number not in unread} if unread else rows


def _by_type(share: _Share) -> Sequence[Filters]:
    if share.filters.type:
        return ()
    named = [*NUMBER_TYPES, *(row.type for row in share.rows.values())]
    return [msgspec.structs.replace(share.filters, type=name) for name in _different(named)]


def _by_state(share: _Share, states: Sequence[str]) -> Sequence[Filters]:
    if share.filters.state:
        return ()
    return [msgspec.structs.replace(share.filters, state=name) for name in _different(states)]


def _is_short(share: _Share) -> bool:
    """Whether the server says that there is more than it shows; without a total parts would prove nothing."""
    return bool(share.gap) and share.total is not None and share.total > share.count


def _different(names: Sequence[str]) -> Sequence[str]:
    """The names that are not empty, each once however it is spelled, in ascending order."""
    return sorted({normalize(name): name for name in sorted(names, reverse=True) if normalize(name)}.values())


def _shortfall(share: _Share) -> str:
    where = ", ".join(share.filters.query.values()) or "the whole account"
    counted = "names no total" if share.total is None else f"counts {share.total}"
    return f"{where}: the API shows {share.count} different numbers and {counted}"


def _contradictions(unclear: frozenset[E164]) -> str:
    if not unclear:
        return ""
    named = ", ".join(sorted(unclear)[:_NAMED])
    return (
        f"{len(unclear)} listed twice with different rows ({named}{', …' if len(unclear) > _NAMED else ''})"
    )
