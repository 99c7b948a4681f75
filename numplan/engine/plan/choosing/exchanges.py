"""How many numbers of one exchange a pool may have. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from numplan.model.account import Offer, OwnedNumber
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.numbering.area_codes import exchange_of

Numbered = TypeVar("Numbered", Offer, OwnedNumber, Instance)


def within_exchanges(
    ones: Sequence[Numbered], limit: int | None, had: Iterable[E164]
) -> tuple[list[Numbered], list[Numbered]]:
    """Those of some numbers that a pool may take beside what it has, each with those before it, and those that its
    exchanges have no room for.
    """
    if limit is None:
        return list(ones), []
    counts = Counter(map(exchange_of, had))
    kept: list[Numbered] = []
    crowded: list[Numbered] = []
    for one in ones:
        exchange = exchange_of(one.number)
        if exchange and counts[exchange] >= limit:
            crowded.append(one)
        else:
            counts[exchange] += 1
            kept.append(one)
    return kept, crowded
