"""Choose numbers for pools from what the vendor offers. Pure and deterministic: the order of the answer
does not matter.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from types import MappingProxyType
from typing import Final

import msgspec

from numplan.engine.compare.ceiling import Ceiling, ceiling_of, keeps_rate
from numplan.engine.compare.localities import Locality, localities_of, locality_of
from numplan.engine.plan.choosing.exchanges import within_exchanges
from numplan.engine.plan.choosing.runs import block_of, runs_of, value_of
from numplan.engine.plan.choosing.shares import shares
from numplan.model.account import Offer
from numplan.model.charge import Usage
from numplan.model.manifest import PoolEntry
from numplan.model.moment import our_time
from numplan.model.number import E164
from numplan.model.state import Instance


class Choice(msgspec.Struct, frozen=True):
    """What a pool buys, and all that could take the place of one of these: ranked, of a type and category that are
    among theirs, since that is what was reviewed, never dearer than the dearest of them, and with the area code of one
    of them where the pool names any. `left` is all that could have been picked and was not, in its order; so many of
    these are `crowded`: the limit of one exchange keeps them out.
    """

    picks: tuple[Offer, ...]
    alternates: tuple[Offer, ...]
    left: tuple[Offer, ...] = ()
    crowded: int = 0
    lacking: tuple[tuple[Locality, int, int], ...] = ()
    """Localities that have less than their share, where no other makes up for it: how many it is, and how many there
    are.
    """


Ranking = Callable[[Sequence[Offer], int], list[Offer]]
"""Puts offers into the order in which so many are taken of them."""
Spare = Ceiling | tuple[Offer, ...]
"""What could take the place of a pick: all that keeps below a ceiling, or these, ranked."""


def choose(
    pool: PoolEntry,
    offers: Iterable[Offer],
    wanted: int,
    taken: Container[E164],
    preferred: Sequence[E164 | None] = (),
    had: Iterable[E164] = (),
    had_in: Mapping[Locality, int] = MappingProxyType({}),
) -> Choice:
    """Pick up to `wanted` offers that nothing else has taken and that keep the pool's price caps, and its limit of one
    exchange beside the numbers that it `had`. Each slot may have a number that it prefers, where that is among them.
    Where the pool is spread, it is told how many it `had_in` each locality.
    """
    affordable = [one for one in offers if one.number not in taken and within_caps(pool, one)]
    if pool.select == "block":
        return _block(pool, affordable, wanted, preferred, frozenset(had))
    if pool.spread is not None:
        return _spread(pool, affordable, wanted, preferred, had, had_in)
    ranked = _ranked(pool, affordable, wanted)
    if any(preferred):
        ranked = _preferring(ranked, preferred[:wanted])
    admitted, crowded = within_exchanges(ranked, pool.max_per_exchange, had)
    picks, free = tuple(admitted[:wanted]), admitted[wanted:]
    picked = {one.number for one in picks}
    left = tuple(one for one in ranked if one.number not in picked)
    return Choice(picks, _alternates(pool, picks, free), left, len(crowded))


def _alternates(pool: PoolEntry, picks: Sequence[Offer], free: Iterable[Offer]) -> tuple[Offer, ...]:
    """Those of the free offers that could take the place of a pick, in their order."""
    if pool.on_unavailable == "fail" or not picks:
        return ()
    ceiling, localities = ceiling_of(picks), localities_of(pool)
    places = {locality_of(one.number, one.state, localities) for one in picks}
    return tuple(
        one
        for one in free
        if ceiling.admits(one)
        and (not localities or locality_of(one.number, one.state, localities) in places)
    )


def _spread(
    pool: PoolEntry,
    offers: Sequence[Offer],
    wanted: int,
    preferred: Sequence[E164 | None],
    had: Iterable[E164],
    had_in: Mapping[Locality, int],
) -> Choice:
    """Even shares, each chosen as the pool selects. With `elsewhere`, what one lacks comes from the others."""
    localities, rank = localities_of(pool), ranking_of(pool)
    even = shares(localities, had_in, wanted)
    ranked: list[Offer] = []
    liked = frozenset(preferred)
    for place, here in _by_locality(offers, localities).items():
        ranked += sorted(rank(here, max(1, even[place])), key=lambda one: one.number not in liked)
    admitted, crowded = within_exchanges(ranked, pool.max_per_exchange, had)
    stocks = _by_locality(admitted, localities)
    most = {place: len(stock) for place, stock in stocks.items()}
    wants = shares(localities, had_in, wanted, most) if pool.on_shortage == "elsewhere" else even
    picks = [one for place in localities for one in stocks[place][: wants[place]]]
    picks = _preferring(picks, preferred[:wanted]) if any(preferred) else picks
    picked = {one.number for one in picks}
    rest = zip_longest(*(stocks[place][wants[place] :] for place in localities))
    free = [one for round_ in rest for one in round_ if one is not None]
    return Choice(
        tuple(picks),
        _alternates(pool, picks, free),
        tuple(one for one in ranked if one.number not in picked),
        len(crowded),
        tuple((place, wants[place], most[place]) for place in localities if most[place] < wants[place]),
    )


def _block(
    pool: PoolEntry,
    offers: Sequence[Offer],
    wanted: int,
    preferred: Sequence[E164 | None],
    had: frozenset[E164],
) -> Choice:
    """One unbroken run, within one area code where the pool names any: the first that has one that is long enough. It
    has no alternates, since these would break it.
    """
    localities = localities_of(pool)
    stocks = [*_by_locality(offers, localities).values()]

    def longest(limit: int | None) -> list[Offer]:
        blocks = [
            block_of(here, wanted, had=had, wished=frozenset(filter(None, preferred)), limit=limit)
            for here in (stocks if localities else (offers,))
        ]
        return max(blocks, key=len)

    picks = tuple(longest(pool.max_per_exchange))
    crowded = len(longest(None)) - len(picks) if pool.max_per_exchange and len(picks) < wanted else 0
    picked = {one.number for one in picks}
    left = sorted((one for one in offers if one.number not in picked), key=lambda one: value_of(one.number))
    return Choice(picks, (), tuple(left), crowded)


def _ranked(pool: PoolEntry, offers: Sequence[Offer], wanted: int) -> list[Offer]:
    """Offers in the order in which a pool takes them: what it prefers to begin with is taken before all else."""
    rank, localities = ranking_of(pool), localities_of(pool)
    if not localities:
        return rank(offers, wanted)
    ranked: list[Offer] = []
    for here in _by_locality(offers, localities).values():
        ranked += rank(here, max(1, wanted - len(ranked)))
    return ranked


def _by_locality(offers: Iterable[Offer], localities: Sequence[Locality]) -> dict[Locality, list[Offer]]:
    """The offers of each locality, in the order of these; those of none are left out."""
    stocks: dict[Locality, list[Offer]] = {place: [] for place in localities}
    for one in offers:
        if (place := locality_of(one.number, one.state, localities)) is not None:
            stocks[place].append(one)
    return stocks


def _preferring(ranked: Sequence[Offer], preferred: Sequence[E164 | None]) -> list[Offer]:
    """Ranked offers with the preferred ones in their places; the others fill the places between, and follow."""
    offered = {one.number: one for one in ranked}
    rest = [one for one in ranked if one.number not in preferred]
    rest.reverse()
    # A document may name a number twice: the first slot has it.
    placed = [offered.pop(number, None) if number is not None else None for number in preferred]
    filled = [one if one is not None else rest.pop() for one in placed if one is not None or rest]
    return [*filled, *reversed(rest)]


def within_caps(pool: PoolEntry, offer: Offer) -> bool:
    """Whether an offer costs no more than the pool allows. One that does not say a rate fails that rate's cap."""
    return (
        _at_most(offer.setup_charge, pool.max_setup_charge)
        and _at_most(offer.monthly_charge, pool.max_monthly_charge)
        and keeps_rate(offer.rates.voice_rate, pool.max_voice_rate)
        and keeps_rate(offer.rates.sms_rate, pool.max_sms_rate)
    )


def any_cap(pool: PoolEntry) -> bool:
    """Whether a pool says what a number may cost at most."""
    return any(cap is not None for cap in pool.caps)


def spare_count(wanted: int) -> int:
    """How many alternates a plan carries for `wanted` purchases: enough for a busy stock, not the stock."""
    return min(100, max(5, wanted // 2))


def shrink_order(
    members: Iterable[Instance], elsewhere: Container[E164], assigned: Container[E164]
) -> list[Instance]:
    """Members in the order in which a pool lets them go: those on another trunk than declared, then those
    without an assignment, then the newest. Adopted members count as the oldest.
    """

    def rank(one: Instance) -> tuple[bool, bool, float, str]:
        bought = our_time(one.bought_at).timestamp() if one.bought_at else 0.0
        return (one.number not in elsewhere, one.number in assigned, -bought, one.number)

    return sorted(members, key=rank)


def _at_most(charge: Decimal, cap: Decimal | None) -> bool:
    return cap is None or charge <= cap


def ranking_of(pool: PoolEntry) -> Ranking:
    """In which order a pool takes what is offered, given how many it wants."""
    usage = pool.terms.usage
    if pool.select != "cheapest" or usage is None:
        return _RANKINGS[pool.select]
    return lambda offers, _: sorted(offers, key=lambda one: (*_whole(one, usage), *_price(one)))


def _price(offer: Offer) -> tuple[Decimal, Decimal, int]:
    return (offer.monthly_charge, offer.setup_charge, value_of(offer.number))


def _whole(offer: Offer, usage: Usage) -> tuple[bool, Decimal]:
    """What an offer comes to in a month with its use; those that do not say their rates come last."""
    used = usage.cost(offer.rates)
    return (used is None, offer.monthly_charge + (used or 0))


def _cheapest(offers: Sequence[Offer], wanted: int) -> list[Offer]:  # noqa: ARG001 - the three rank alike
    return sorted(offers, key=_price)


def _lowest(offers: Sequence[Offer], wanted: int) -> list[Offer]:  # noqa: ARG001
    return sorted(offers, key=lambda one: value_of(one.number))


def _consecutive(offers: Sequence[Offer], wanted: int) -> list[Offer]:
    """The longest run of neighbouring numbers first; what it lacks comes from the next longest. Runs that
    are long enough count as equally long, so the cheapest of these wins.
    """

    def rank(run: list[Offer]) -> tuple[int, Decimal, int]:
        head = run[:wanted]
        cost = sum((one.monthly_charge + one.setup_charge for one in head), Decimal(0))
        return (-len(head), cost, value_of(run[0].number))

    return [one for run in sorted(runs_of(offers), key=rank) for one in run]


_RANKINGS: Final[Mapping[str, Ranking]] = {
    "cheapest": _cheapest,
    "lowest": _lowest,
    "consecutive": _consecutive,
}
