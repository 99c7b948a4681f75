"""What is for sale to pools, ranked once for all of them that choose alike.

A thousand pools beside twenty thousand offers would else rank each offer a thousand times. What is picked here is what
ranking all that is left would pick, pool by pool: a law in the tests holds the one against the other.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Final

from numplan.engine.compare.ceiling import Ceiling, ceiling_of
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.localities import localities_of
from numplan.engine.plan.pool_choice import (
    Choice,
    Spare,
    ranking_of,
    within_caps,
)
from numplan.model.account import Found, Offer
from numplan.model.charge import Usage
from numplan.model.manifest import PoolEntry
from numplan.model.number import E164

_STANDING: Final = frozenset(("cheapest", "lowest"))
"""Orders in which an offer's place does not depend on which others are left."""
_Caps = tuple[Decimal | None, ...]
_Key = tuple[int, str, _Caps, Usage | None]


def is_ranked_once(pool: PoolEntry) -> bool:
    """Whether what a pool picks depends on nothing but the order of what is for sale."""
    return not localities_of(pool) and pool.max_per_exchange is None and pool.select != "block"


class RankedStock:
    """The offers that some pools choose from. `taken` are the numbers that somebody has by now: it only grows."""

    def __init__(self, pool: PoolEntry, offers: Iterable[Offer], taken: AbstractSet[E164]) -> None:
        self._ranked = [*offers]
        self._by_number = {one.number: one for one in self._ranked}
        self._stands = pool.select in _STANDING
        self._by_price = pool.select == "cheapest" and pool.terms.usage is None
        if self._stands:
            self._ranked = ranking_of(pool)(self._ranked, 0)
        self._taken = taken
        self._start = 0
        self._looked: dict[Ceiling, int] = {}

    def front(
        self, wanted: int, barred: Container[E164], preferred: Sequence[E164 | None]
    ) -> Sequence[Offer]:
        """As many of the offers as a pool must see to choose so many: those that it has preferred and the first of the
        others; all of them where their order depends on what is left.
        """
        if not self._stands:
            return self._ranked
        wished = {
            one: self._by_number[one] for one in preferred if one is not None and one in self._by_number
        }
        first = [offer for number, offer in wished.items() if number not in barred]
        return [*first, *self._next(wanted - len(first), barred, wished)]

    def _next(self, count: int, barred: Container[E164], besides: Container[E164]) -> list[Offer]:
        """The first so many that are not barred. What is taken by now is passed over, and not looked at again."""
        found: list[Offer] = []
        left: list[Offer] = []
        at, ranked, taken = self._start, self._ranked, self._taken
        while len(found) < count and at < len(ranked):
            offer = ranked[at]
            at += 1
            if offer.number in taken:
                continue
            left.append(offer)
            if offer.number not in besides and offer.number not in barred:
                found.append(offer)
        self._start = at - len(left)
        ranked[self._start : at] = left
        self._looked.clear()
        return found

    def spare(self, pool: PoolEntry, choice: Choice) -> Spare:
        """All that could take the place of what a pool chose. Where the order stands it is looked for when all pools
        have chosen, by its ceiling.
        """
        if self._stands and choice.picks and pool.on_unavailable != "fail":
            return ceiling_of(choice.picks)
        return choice.alternates

    def below(self, ceiling: Ceiling, barred: Container[E164]) -> Iterator[Offer]:
        """What is left that keeps below and is not barred, ranked."""
        first = self._looked.get(ceiling, self._start)
        for at in range(first, len(self._ranked)):
            offer = self._ranked[at]
            if self._by_price and offer.monthly_charge > ceiling.monthly:
                return
            if offer.number in self._taken or not ceiling.admits(offer):
                if at == first:  # nor is it one for the next pool that asks the same
                    self._looked[ceiling] = first = at + 1
            elif offer.number not in barred:
                yield offer


class RankedStocks:
    """The stocks of one plan, each filled when the first pool comes to it. What the manifest declares, what somebody
    has, here or in another state, what is waited for, what is retired and what was released lately never stands on one.
    """

    def __init__(self, comparison: Comparison, taken: AbstractSet[E164]) -> None:
        self.withheld: Final = (
            comparison.declared,
            comparison.managed,
            comparison.to_retry,
            frozenset(one.number for one in comparison.held),
            comparison.snapshot.owned,
            comparison.snapshot.unread,
            comparison.others.by_number,
            comparison.retired,
            comparison.released,
        )
        self._taken = taken
        self._filled: dict[_Key, RankedStock] = {}

    def of(self, pool: PoolEntry, found: Found) -> RankedStock:
        """The stock of a pool, with what is offered to it within its price caps."""
        key = (id(found.offers), pool.select, pool.caps, pool.terms.usage)
        if key not in self._filled:
            offers = (
                one
                for one in found.offers
                if within_caps(pool, one) and not any(one.number in some for some in self.withheld)
            )
            self._filled[key] = RankedStock(pool, offers, self._taken)
        return self._filled[key]

    def left(
        self, pool: PoolEntry, found: Found | None, spare: Spare, barred: Container[E164]
    ) -> Iterator[Offer]:
        """What is left of a pool's spare offers now, and not barred, ranked."""
        if isinstance(spare, Ceiling):
            return self.of(pool, found).below(spare, barred) if found else iter(())
        return (one for one in spare if one.number not in self._taken and one.number not in barred)
