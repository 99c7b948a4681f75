"""Offers ranked once for many pools, and searches asked as one: the plan is the one that ranking and asking for each
pool gives.
"""

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.compare.offers import Picks
from numplan.engine.pipeline import compute_plan
from numplan.engine.plan import pool_steps, pools, quotes, ranked_stock
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.plan.pool_choice import Choice, Ranking, choose
from numplan.engine.plan.ranked_stock import RankedStocks, is_ranked_once
from numplan.model.account import Found, Offer
from numplan.model.address import Resource
from numplan.model.charge import Usage
from numplan.model.manifest import Manifest, PoolEntry
from numplan.model.number import E164
from numplan.model.state import Instance, State
from numplan.model.stored.plan_document import encode_plan
from tests.builders import entry, managed, manifest, pool, state, us
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor
from tests.strategies import World, worlds

# -- as it was: each pool ranks every offer that is left


def value(offer: Offer) -> int:
    return int(offer.number[1:])


def used(offer: Offer, usage: Usage) -> Decimal:
    rate = offer.rates.voice_rate
    return Decimal("Infinity") if rate is None else usage.minutes * rate


def naively_ranked(
    select: str, offers: Iterable[Offer], wanted: int, usage: Usage | None = None
) -> list[Offer]:
    by_number = sorted(offers, key=value)
    if select == "lowest":
        return by_number
    if select == "cheapest" and usage is not None:
        cheapest = naively_ranked(select, offers, wanted)
        return sorted(cheapest, key=lambda one: one.monthly_charge + used(one, usage))
    if select == "cheapest":
        return sorted(by_number, key=lambda one: (one.monthly_charge, one.setup_charge, value(one)))
    runs = [
        [offer for _, offer in run]
        for _, run in groupby(enumerate(by_number), key=lambda pair: value(pair[1]) - pair[0])
    ]

    def rank(run: list[Offer]) -> tuple[int, Decimal, int]:
        head = run[:wanted]
        cost = sum((one.monthly_charge + one.setup_charge for one in head), Decimal(0))
        return (-len(head), cost, value(run[0]))

    return [one for run in sorted(runs, key=rank) for one in run]


def naively_chosen(
    pool: PoolEntry,
    offers: Iterable[Offer],
    wanted: int,
    taken: Container[E164],
    preferred: Sequence[E164 | None] = (),
    *others: Any,
) -> Choice:
    if not is_ranked_once(pool):
        return choose(pool, offers, wanted, taken, preferred, *others)
    caps = (pool.max_setup_charge, pool.max_monthly_charge)
    free = [
        one
        for one in offers
        if one.number not in taken
        and (caps[0] is None or one.setup_charge <= caps[0])
        and (caps[1] is None or one.monthly_charge <= caps[1])
        and (
            pool.max_voice_rate is None
            or (one.rates.voice_rate is not None and one.rates.voice_rate <= pool.max_voice_rate)
        )
    ]
    left = naively_ranked(pool.select, free, wanted, pool.terms.usage)
    picks: list[Offer | None] = []
    for number in [*preferred, *[None] * wanted][:wanted]:
        at = next((one for one in left if one.number == number), None)
        picks.append(at)
        if at is not None:
            left.remove(at)
    told: list[Offer] = []
    for slot in picks:
        if slot is not None:
            told.append(slot)
        elif left:
            told.append(left.pop(0))
    if pool.on_unavailable == "fail" or not told:
        return Choice(tuple(told), ())
    kinds = {(one.type, one.category) for one in told}
    rates = [one.rates.voice_rate for one in told]
    return Choice(
        tuple(told),
        tuple(
            one
            for one in left
            if (one.type, one.category) in kinds
            and one.setup_charge <= max(each.setup_charge for each in told)
            and one.monthly_charge <= max(each.monthly_charge for each in told)
            and (
                None in rates
                or (one.rates.voice_rate is not None and one.rates.voice_rate <= max(filter(None, rates)))
            )
        ),
    )


class NaiveStock(NamedTuple):
    offers: Sequence[Offer]

    def front(self, *_: Any) -> Sequence[Offer]:
        return self.offers

    def spare(self, _: PoolEntry, choice: Choice) -> tuple[Offer, ...]:
        return choice.alternates


class NaiveStocks(RankedStocks):
    def of(self, _: PoolEntry, found: Found) -> Any:
        return NaiveStock(found.offers)


def naively_searched(provider: FakeVendor, wishes: Sequence[tuple[Any, int | None]], _: int) -> list[Found]:
    return [provider.search(criteria, wanted=wanted) for criteria, wanted in wishes]


Preferred = dict[Resource, Picks]


def planned(
    wanted: Manifest, remembered: State | None, vendor: FakeVendor, preferred: Preferred | None = None
) -> bytes:
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL, preferred=preferred or {})
    return encode_plan(compute_plan(wanted, remembered, vendor, options).plan)


def planned_naively(*known: Any) -> bytes:
    with (
        patch.object(pools, "RankedStocks", NaiveStocks),
        patch.object(pool_steps, "choose", naively_chosen),
        patch.object(quotes, "search_all", naively_searched),
    ):
        return planned(*known)


# -- the law

PLACES = st.integers(1, 24)
CHARGES = st.sampled_from(["0", "0.10", "0.1", "0.5", "2"])
KINDS = st.sampled_from([("Geographic", "Voice"), ("Geographic", "Voice+SMS"), ("Mobile", "Voice")])
VOICE = st.sampled_from(["", "0.01", "0.010", "0.7"])
SELLING = st.dictionaries(PLACES, st.tuples(CHARGES, CHARGES, KINDS, VOICE), min_size=4, max_size=24)
POOLS = st.lists(
    st.fixed_dictionaries(
        {
            "count": st.integers(0, 6),
            "select": st.sampled_from(["cheapest", "cheapest", "lowest", "consecutive"]),
            "on_unavailable": st.sampled_from(["substitute", "substitute", "fail"]),
            "on_shortage": st.sampled_from(["fail", "partial"]),
            "digits": st.sampled_from([None, None, "1", "2", "01", "3", "00"]),
            "max_monthly_charge": st.sampled_from([None, None, "0.5"]),
            "max_voice_rate": st.sampled_from([None, None, None, "0.01"]),
            "usage": st.sampled_from([None, None, Usage(minutes=100)]),
            "type": st.sampled_from([None, None, "Geographic"]),
            "sip_trunk_id": st.sampled_from([None, 1]),
            "on_trunk_change": st.just("replace"),
        }
    ),
    min_size=1,
    max_size=5,
)
MEMBERS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(61, 75)), max_size=6, unique_by=lambda one: one[1]
)
WISHED = st.lists(st.tuples(st.integers(0, 4), st.lists(PLACES, min_size=1, max_size=4)), max_size=4)


def world_of(selling: Any, keys: Any, members: Any) -> tuple[Manifest, State | None, FakeVendor]:
    vendor = FakeVendor()
    for place, (once, monthly, (kind, category), voice) in selling.items():
        vendor.put_on_sale(us(place), once=once, monthly=monthly, kind=kind, category=category, voice=voice)
    pools = [
        pool(f"p{at}", **{key: one for key, one in wish.items() if one is not None})
        for at, wish in enumerate(keys)
    ]
    rows: list[Instance] = [
        managed(f"pool.p{at}", vendor.own(us(place)), sip_trunk_id=2)
        for at, place in members
        if at < len(pools)
    ]
    return manifest(*pools, entry("x", us(7))), state(*rows) if rows else None, vendor


@settings(max_examples=400, deadline=None)
@given(SELLING, POOLS, MEMBERS, WISHED)
def test_the_plan_is_the_one_that_ranking_for_each_pool_gives(
    selling: Any, keys: Any, members: Any, wished: Any
) -> None:
    preferred = {
        Resource(f"pool.p{at}"): Picks(
            tuple(map(us, places[:2])), dict(zip(map(us, range(61, 75)), map(us, places[2:]), strict=False))
        )
        for at, places in wished
    }
    first = planned(*world_of(selling, keys, members), preferred)
    assert first == planned_naively(*world_of(selling, keys, members), preferred)
    assert first == planned(*world_of(selling, keys, members), preferred)


@given(worlds())
def test_so_it_is_where_everything_else_goes_wrong_too(world: World) -> None:
    known = (world.manifest, world.state)
    assert planned(*known, world.vendor()) == planned_naively(*known, world.vendor())


def test_what_a_pool_has_preferred_counts_once_among_what_it_sees() -> None:
    def preferring() -> tuple[Manifest, None, FakeVendor, Preferred]:
        vendor = FakeVendor()
        for place in (5, 6, 7, 8):
            vendor.put_on_sale(us(place))
        wanted = manifest(pool("p", 2), pool("q", 1))
        return (
            wanted,
            None,
            vendor,
            {Resource("pool.p"): Picks((us(5),)), Resource("pool.q"): Picks((us(6),))},
        )

    made = planned(*preferring())
    assert made == planned_naively(*preferring())
    assert made.count(b'"purchase"') == 3


# -- what it is for


def test_a_thousand_pools_rank_what_is_for_sale_once(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = FakeVendor()
    for place in range(3000):
        vendor.put_on_sale(us(2 * place), monthly=("0.10", "0.20", "0.50")[place % 3])
    ranked: list[int] = []
    ranking = ranked_stock.ranking_of

    def counting(pool: PoolEntry) -> Ranking:
        def counted(offers: Sequence[Offer], wanted: int) -> list[Offer]:
            ranked.append(len(offers))
            return ranking(pool)(offers, wanted)

        return counted

    monkeypatch.setattr(ranked_stock, "ranking_of", counting)
    made = planned(manifest(*(pool(f"p{at:04}", 2) for at in range(1000))), None, vendor)
    assert made.count(b'"purchase"') >= 2000
    assert sum(ranked) < 3000 + 1000 * 3
