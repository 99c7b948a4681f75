"""Runs of neighbouring numbers among offers. Pure: the order in which these come does not matter."""

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate

from numplan.engine.plan.choosing.exchanges import within_exchanges
from numplan.model.account import Offer
from numplan.model.number import E164


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
        for start, first in enumerate(run):
            end = start + _longest(run[start : start + wanted], limit, had)
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


def _longest(run: Sequence[Offer], limit: int | None, had: frozenset[E164]) -> int:
    """How many from the start of a run the limit of an exchange lets a pool take."""
    if limit is None:
        return len(run)
    _, crowded = within_exchanges(run, limit, had)
    return run.index(crowded[0]) if crowded else len(run)


def _beside(first: E164, length: int, had: Container[E164]) -> bool:
    """Whether the number before a run or the one behind it is among those that the pool had."""
    value = value_of(first)
    return f"+{value - 1}" in had or f"+{value + length}" in had
