"""The account's listing, proven complete or marked as not.

purchased-list has a size and a total but no cursor. One answer is proof where it has fewer rows than asked
for and a total no larger than its count of different numbers. Where a server caps its answers, the listing is
split by the filters there are: by country, then what is still open by type, then by state. A share that was
split is proven when each of its parts is, and their different numbers add up to the total it named.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import chain
from typing import Final

import msgspec

from numplan.api.rows import merge
from numplan.api.sizes import LARGEST, largest_page
from numplan.api.wire import OwnedPage
from numplan.engine.ports import States
from numplan.model.account import Listing, OwnedNumber, Region
from numplan.model.number import E164
from numplan.model.vocabulary import NUMBER_TYPES, fold, same_word

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
        return (not self.country or same_word(row.country, self.country)) and (
            not self.type or same_word(row.type, self.type)
        )


class _Share(msgspec.Struct, frozen=True):
    """What is known of one filter's part of the listing; `gap` says what keeps it from being proven."""

    filters: Filters
    rows: Mapping[E164, OwnedNumber]
    unclear: frozenset[E164]
    total: int | None
    gap: str


class ListingReader:
    """Reads listings. `regions` is called only for a listing that has to be split by country."""

    def __init__(self, ask: Ask, regions: Callable[[], Sequence[Region]], parallelism: int) -> None:
        self._ask = ask
        self._regions = regions
        self._parallelism = parallelism

    def read(self, filters: Filters, *, expected: int = 0, states: States = tuple) -> Listing:
        """The numbers that the filters name, as a Listing that knows whether it is complete. Raises ApiError.

        `expected` sets the first size asked for, so that a whole listing normally takes one call; `states` gives
        those worth asking for where it has to be split.
        """
        share = self._page(filters, max(_SIZE_LEAST, 2 * expected))
        if _is_short(share):
            axes = (self._by_country, _by_type, lambda open_share: _by_state(open_share, states()))
            with ThreadPoolExecutor(self._parallelism, thread_name_prefix="numplan-listing") as pool:
                share = self._fill(share, axes, pool)
        rows = share.rows
        if filters != Filters():
            rows = {number: row for number, row in rows.items() if filters.admits(row)}
        gap = "; ".join(filter(None, (share.gap, _contradictions(share.unclear & rows.keys()))))
        return Listing(rows, complete=not gap, gap=gap)

    def _page(self, filters: Filters, size: int = _SIZE_LEAST) -> _Share:
        """One answer, as large as the server gives it: the size grows while that brings more."""
        shown = -1
        while True:
            page, taken = largest_page(lambda rows: self._ask(filters.query, rows), size)
            rows, unclear = merge(page.rows)
            total = page.total
            if len(page.rows) < taken and total is not None and total <= len(rows):
                return _Share(filters, rows, unclear, total, gap="")
            larger = max((total or 0) + 1, taken * _GROWTH if len(page.rows) >= taken else 0)
            if taken < size or larger <= size or size >= LARGEST or len(rows) <= shown:
                return _Share(filters, rows, unclear, total, gap=_shortfall(filters, len(rows), total))
            shown, size = len(rows), min(larger, LARGEST)

    def _fill(self, share: _Share, axes: "Sequence[_Axis]", pool: Executor) -> _Share:
        """Fill a share up from parts along the first axis, and those that stay short along the next ones."""
        if not axes or not _is_short(share):
            return share
        parts = axes[0](share)
        if not parts:
            return self._fill(share, axes[1:], pool)
        filled = [self._fill(part, axes[1:], pool) for part in pool.map(self._page, parts)]
        rows, unclear = merge(chain(share.rows.values(), *(part.rows.values() for part in filled)))
        unclear |= share.unclear.union(*(part.unclear for part in filled))
        gaps = [part.gap for part in filled if part.gap]
        if not gaps and len(rows) != share.total:
            gaps = [_shortfall(share.filters, len(rows), share.total)]
        if len(gaps) > _NAMED:
            gaps = [*gaps[:_NAMED], f"and {len(gaps) - _NAMED} more parts"]
        return _Share(share.filters, rows, unclear, share.total, gap="; ".join(gaps))

    def _by_country(self, share: _Share) -> Sequence[Filters]:
        if share.filters.country:
            return ()
        named = [*(region.name for region in self._regions()), *(row.country for row in share.rows.values())]
        return [msgspec.structs.replace(share.filters, country=name) for name in _different(named)]


_Axis = Callable[[_Share], Sequence[Filters]]


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
    return bool(share.gap) and share.total is not None and share.total > len(share.rows)


def _different(names: Sequence[str]) -> Sequence[str]:
    """The names that are not empty, each once however it is spelled, in ascending order."""
    return sorted({fold(name): name for name in sorted(names, reverse=True) if fold(name)}.values())


def _shortfall(filters: Filters, shown: int, total: int | None) -> str:
    where = ", ".join(filters.query.values()) or "the whole account"
    counted = "names no total" if total is None else f"counts {total}"
    return f"{where}: the API shows {shown} different numbers and {counted}"


def _contradictions(unclear: frozenset[E164]) -> str:
    if not unclear:
        return ""
    named = ", ".join(sorted(unclear)[:_NAMED])
    return (
        f"{len(unclear)} listed twice with different rows ({named}{', …' if len(unclear) > _NAMED else ''})"
    )
