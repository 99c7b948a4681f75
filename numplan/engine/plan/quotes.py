"""Ask the vendor what it offers for what the manifest still wants: prices, stock, what could be adopted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from numplan.engine.account import no_hits
from numplan.engine.account.parallel import ask_all
from numplan.engine.account.pricing import price_again
from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.account.seeking import seek
from numplan.engine.account.shared_searches import search_all
from numplan.engine.account.sought import Sought
from numplan.engine.account.split_search import with_more
from numplan.engine.compare.attributes import on_other_trunk
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.localities import is_local, localities_of
from numplan.engine.compare.offers import NOTHING, Offers, Picks
from numplan.engine.compare.pools.status import PoolStatus
from numplan.engine.plan.choosing.local_search import search_locally
from numplan.engine.plan.choosing.owned_alike import owned_alike
from numplan.engine.plan.pool_choice import any_cap
from numplan.engine.plan.selecting.subjects import selects, subject_of
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Found, Offer, Region
from numplan.model.address import Resource
from numplan.model.manifest import Declared, Manifest, PoolEntry
from numplan.model.number import E164
from numplan.model.plan import Selection
from numplan.model.text.countries import as_offered, same_country, same_state, state_name
from numplan.model.text.spelling import same_word, serves

EVERYTHING: Final = Selection()


def fetch_offers(
    manifest: Manifest,
    comparison: Comparison,
    provider: Provider,
    *,
    first_run: bool,
    preferred: Mapping[Resource, Picks] = NOTHING,
    selection: Selection = EVERYTHING,
) -> Offers:
    """Price the explicit numbers and search for the pools. Raises ApiError.

    On a `first_run`, without state, owned numbers that match are sought for every pool that is short: a guard
    wants to know. Numbers that a pool has `preferred` are asked for by themselves where its search does not show them.
    What a `selection` leaves out may lack numbers.
    """
    parallelism = manifest.api.parallelism
    snapshot = comparison.snapshot
    sought = _sought(manifest, comparison, provider, selection)
    short = [status for status in comparison.pools if new_members(status)]
    curious = [one.pool for one in comparison.pools if one.shortage and (one.pool.adopt or first_run)]
    anywhere = [status for status in short if not localities_of(status.pool)]
    spare = _spare(short, comparison)
    stock = _search(anywhere, spare, comparison, provider, parallelism)
    local = search_locally(
        {
            one.pool.resource: (one.pool, criteria_of(one.pool, snapshot.regions), _enough([one], spare))
            for one in short
            if localities_of(one.pool)
        },
        provider,
        parallelism,
    )
    stock |= {resource: one.found for resource, one in local.items()}
    if preferred:
        stock = _with_preferred(stock, preferred, short, snapshot, provider, parallelism)
    alike = owned_alike(
        [(pool, criteria_of(pool, snapshot.regions)) for pool in curious], comparison, provider, parallelism
    )
    return Offers(
        sought=sought,
        stock=stock,
        alike=alike.rows,
        states=alike.states,
        exhausted={resource: one.exhausted for resource, one in local.items()},
    )


def _sought(manifest: Manifest, comparison: Comparison, provider: Provider, selection: Selection) -> Sought:
    """The explicit numbers that are wanted, and those that a pool may try again."""
    snapshot, managed, to_retry = comparison.snapshot, comparison.managed, comparison.to_retry

    def country_of(one: Declared) -> str | None:
        known = managed.get(one.number)
        named = one.terms.country or (known and known.attributes.country)
        return spelled(named, snapshot.regions) if named else None

    wanted = [one for one in comparison.wanted if one.number not in snapshot.unlooked]
    asked = {one.number: country_of(one) for one in wanted}
    for number in _owed(comparison.pools):
        asked.setdefault(number, None)
    needed = {
        one.number
        for one in wanted
        if not one.terms.may_lack and one.number not in managed and one.number not in to_retry
        if not selection.flags or selects(selection, subject_of(one.resource, one.number, one.terms.labels))
    }
    return seek(
        asked,
        provider,
        manifest.api.parallelism,
        needed=needed,
        doubtful=to_retry,
        settled=snapshot.looked_up if snapshot.complete else asked,
    )


def spelled(country: str, regions: Sequence[Region]) -> str:
    """A country in the vendor's own spelling; as it is where the vendor does not name it."""
    return as_offered(country, (one.name for one in regions)) or country


def criteria_of(pool: PoolEntry, regions: Sequence[Region]) -> Criteria:
    """What search is asked for a pool: its country in the vendor's own spelling."""
    return Criteria(
        country=spelled(pool.country, regions),
        state=state_name(pool.state, pool.country) if pool.state else "",
        type=pool.terms.type or "",
        category=pool.terms.category or "",
        digits=pool.digits or "",
    )


def new_members(status: PoolStatus) -> int:
    """The most numbers that a pool may buy: those it lacks, and one for each member to be replaced; none where a date
    keeps it from buying.
    """
    if status.idle:
        return 0
    terms = status.pool.terms
    if terms.on_trunk_change != "replace":
        return status.lacking
    return status.lacking + sum(
        1
        for one in status.members
        if one.number not in status.outgoing
        and on_other_trunk(one.attributes.sip_trunk_id, terms.sip_trunk_id)
    )


def _owed(standings: Sequence[PoolStatus]) -> list[E164]:
    return [one.number for status in standings for one in status.to_retry[: new_members(status)]]


def _search(
    short: Sequence[PoolStatus],
    spare: int,
    comparison: Comparison,
    provider: Provider,
    parallelism: int,
) -> dict[Resource, Found]:
    """Search once for all pools that ask the same, or differ in digits alone; enough for all together, and spare."""
    wishes: dict[Criteria, list[PoolStatus]] = {}
    for status in short:
        wishes.setdefault(criteria_of(status.pool, comparison.snapshot.regions), []).append(status)

    def ask_otherwise(at: int) -> Found:
        criteria, standings = asked[at]
        return no_hits.asked_otherwise(provider, criteria, _enough(standings, spare), answers[at])

    asked = list(wishes.items())
    taken = set().union(*_withheld(comparison))
    answers = search_all(
        provider, [(criteria, _enough(standings, spare)) for criteria, standings in asked], parallelism
    )
    for at, (criteria, _) in enumerate(asked):
        wanted = sum(map(new_members, short)) + sum(one.number in taken for one in answers[at].offers)
        if not answers[at].exhausted and len(answers[at].offers) < wanted:
            answers[at] = with_more(criteria, answers[at], wanted, provider, parallelism)
    without = [at for at, found in enumerate(answers) if no_hits.found_nothing(found)][: no_hits.FEW]
    for at, found in zip(without, ask_all(ask_otherwise, without, parallelism), strict=True):
        answers[at] = found
    return {
        status.pool.resource: answer
        for standings, answer in zip(wishes.values(), answers, strict=True)
        for status in standings
    }


def _spare(short: Sequence[PoolStatus], comparison: Comparison) -> int:
    """How many numbers that others declare, wait for or pick, or that no pool takes, may stand in an answer, and will
    be passed over.
    """
    return sum(map(len, _withheld(comparison))) + sum(map(new_members, short))


def _withheld(comparison: Comparison) -> tuple[Collection[E164], ...]:
    """Numbers that no pool takes from what is on offer."""
    return comparison.declared, comparison.to_retry, comparison.retired, comparison.released


def _enough(standings: Sequence[PoolStatus], spare: int) -> int | None:
    """How many numbers are enough for pools that ask the same; None where only all will do."""
    if any(wants_all(status.pool) for status in standings):
        return None
    return 2 * sum(map(new_members, standings)) + spare + 10


def _with_preferred(
    stock: Mapping[Resource, Found],
    preferred: Mapping[Resource, Picks],
    short: Sequence[PoolStatus],
    snapshot: AccountSnapshot,
    provider: Provider,
    parallelism: int,
) -> dict[Resource, Found]:
    """What is on offer to each pool, with the preferred numbers that are for sale and meet their pool's criteria."""
    asked: dict[E164, tuple[PoolEntry, Criteria]] = {}
    answers = {id(found): found for found in stock.values()}  # pools that ask the same share one
    numbers = {key: {offer.number for offer in found.offers} for key, found in answers.items()}
    for pool in (status.pool for status in short):
        shown = numbers[id(stock[pool.resource])]
        criteria = criteria_of(pool, snapshot.regions)
        asked.update(
            (number, (pool, criteria))
            for number in preferred.get(pool.resource, Picks()).all()
            if number not in shown
        )
    offers = price_again({number: criteria for number, (_, criteria) in asked.items()}, provider, parallelism)
    more = dict(stock)
    for number, (pool, criteria) in asked.items():
        offer = offers[number]
        if isinstance(offer, Offer) and meets(criteria, offer) and is_local(pool, number, offer.state):
            found = more[pool.resource]
            more[pool.resource] = msgspec.structs.replace(found, offers=(*found.offers, offer))
    return more


def meets(criteria: Criteria, offer: Offer) -> bool:
    """Whether an offer is what a search with these criteria asks for."""
    return (
        same_country(offer.country, criteria.country)
        and (not criteria.type or same_word(offer.type, criteria.type))
        and (not criteria.state or same_state(offer.state, criteria.state, criteria.country))
        and (not criteria.category or serves(offer.category, criteria.category))
        and criteria.digits in offer.number
    )


def wants_all(pool: PoolEntry) -> bool:
    """Whether a pool can only choose among all that is offered: the cheapest, the longest run, or what
    keeps a cap or a limit. For the lowest, enough is enough.
    """
    return pool.select != "lowest" or pool.max_per_exchange is not None or any_cap(pool)
