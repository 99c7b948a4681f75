"""Runs of neighbouring numbers among offers. Pure: the order in which these come does not matter."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate

from numplan.model.account import Offer
from numplan.model.number import E164
from numplan.numbering.area_codes import exchange_of


def value_of(number: E164) -> int:
    """A number as an integer."""
    return int(number[1:])


def runs_of(offers: Iterable[Offer]) -> list[list[Offer]]:
    """All offers, in order of number, parted where a number is missing between them."""
    runs: list[list[Offer]] = []
    for offer in sorted(offers, key=lambda one: value_of(one.number)):
        if runs and value_of(offer.number) == value_of(runs[-1][-1].number) + 1:
            runs[-1].append(offer)
        else:
            runs.append([offer])
    return runs


def block_of(
    offers: Iterable[Offer],
    wanted: int,
    *,
    had: frozenset[E164] = frozenset(),
    wished: Container[E164] = (),
    limit: int | None = None,
) -> list[Offer]:
    """One unbroken run of up to `wanted` offers, as long as there is one that keeps the `limit` of an exchange beside
    what the pool `had`. Of those that are equally long, the one with most of what is `wished` comes first, then one
    beside what the pool had, then the cheapest, then the lowest.
    """
    best: tuple[tuple[int, int, bool, Decimal, int], list[Offer]] | None = None
    for run in runs_of(offers):
        costs = [Decimal(0), *accumulate(one.monthly_charge + one.setup_charge for one in run)]
        wishes = [0, *accumulate(int(one.number in wished) for one in run)]
        for start, end in enumerate(_ends(run, wanted, limit, had)):
            first = run[start]
            if best is not None and end - start < -best[0][0]:
                continue
            rank = (
                start - end,
                wishes[start] - wishes[end],
                not _beside(first.number, end - start, had),
                costs[end] - costs[start],
                value_of(first.number),
            )
            if end > start and (best is None or rank < best[0]):
                best = rank, run[start:end]
    return best[1] if best else []


def _ends(run: Sequence[Offer], wanted: int, limit: int | None, had: Iterable[E164]) -> Iterator[int]:
    """For each place in a run where a block may start, where it ends at the latest, since the limit of an exchange lets
    a pool take no more. Both move on together, so that a long run is passed once.
    """
    counts = Counter(map(exchange_of, had))
    end = 0
    for start, first in enumerate(run):
        end = max(start, end)
        while end < min(len(run), start + wanted):
            exchange = exchange_of(run[end].number)
            if limit is not None and exchange and counts[exchange] >= limit:
                break
            counts[exchange] += 1
            end += 1
        yield end
        if end > start:
            counts[exchange_of(first.number)] -= 1


def _beside(first: E164, length: int, had: Container[E164]) -> bool:
    """Whether the number before a run or the one behind it is among those that the pool had."""
    value = value_of(first)
    return f"+{value - 1}" in had or f"+{value + length}" in had
