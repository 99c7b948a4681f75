"""Numbers that the account owns, nobody manages, and that match pools: sought once for all pools that ask the same."""

from collections.abc import Container, Mapping, Sequence
from functools import cache

import msgspec

from numplan.engine.account.parallel import ask_all
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.localities import Locality, is_local, localities_of
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, OwnedNumber
from numplan.model.address import Resource
from numplan.model.manifest import PoolEntry
from numplan.model.number import E164
from numplan.model.text.countries import same_country
from numplan.model.text.spelling import same_word
from numplan.numbering.reading import doubt

Rows = tuple[OwnedNumber, ...]


class OwnedAlike(msgspec.Struct, frozen=True):
    """What matches each pool, in order of number; and the states of these, where a pool is spread over them."""

    rows: Mapping[Resource, Rows] = {}
    states: Mapping[E164, str] = {}


class _Wish(msgspec.Struct, frozen=True):
    """What a pool asks of an owned number: criteria in the vendor's spelling, without a category, which no listing
    shows; and localities.
    """

    criteria: Criteria
    places: tuple[Locality, ...]

    def own(self) -> Criteria:
        """What the listing is asked for the pool's own state, since no row names one."""
        return msgspec.structs.replace(self.criteria, digits="")

    def over(self) -> list[Criteria]:
        """What the listing is asked for each state that it is spread over."""
        states = [place.state for place in self.places if place.state]
        return [msgspec.structs.replace(self.own(), state=state) for state in states]

    def filters(self) -> list[Criteria]:
        """All that the listing is asked for."""
        return [*([self.own()] if self.criteria.state else ()), *self.over()]


def owned_alike(
    pools: Sequence[tuple[PoolEntry, Criteria]],
    comparison: Comparison,
    provider: Provider,
    parallelism: int,
) -> OwnedAlike:
    """What matches each of these pools, which come with what search is asked for them; none that nobody can dial as it
    is written. Raises ApiError.
    """
    wishes = {
        pool.resource: _Wish(msgspec.structs.replace(criteria, category=""), localities_of(pool))
        for pool, criteria in pools
    }
    like = {wishes[pool.resource]: pool for pool, _ in pools}
    matching = _matching(like, comparison) if like else {}
    filters = list(dict.fromkeys(one for wish, rows in matching.items() if rows for one in wish.filters()))
    listings = ask_all(provider.purchased_in, filters, parallelism)
    listed = dict(zip(filters, (listing.numbers for listing in listings), strict=True))
    found = {wish: _in_states(wish, rows, listed) for wish, rows in matching.items()}
    if any(
        pool.adopt and found[wishes[pool.resource]] and wishes[pool.resource].filters() for pool, _ in pools
    ):
        provider.require_states()
    return OwnedAlike(
        {resource: found[wish] for resource, wish in wishes.items()},
        {number: one.state for wish in like for one in wish.over() for number in listed.get(one, ())},
    )


def matches(pool: PoolEntry, owned: OwnedNumber) -> bool:
    """Whether an owned number has a pool's country, type, digits and area codes; its state is not known here."""
    return _is_of(owned, pool.country, pool.terms.type) and _has_digits(pool, owned)


def _is_of(owned: OwnedNumber, country: str, type_: str | None) -> bool:
    return same_country(owned.country, country) and (type_ is None or same_word(owned.type, type_))


def _has_digits(pool: PoolEntry, owned: OwnedNumber) -> bool:
    return (pool.digits is None or pool.digits in owned.number) and is_local(pool, owned.number, None)


def _matching(like: Mapping[_Wish, PoolEntry], comparison: Comparison) -> dict[_Wish, list[OwnedNumber]]:
    """What matches each wish, of which a pool is given, as far as rows tell."""
    barred = comparison.not_adoptable | comparison.snapshot.strangers | comparison.retired.keys()
    free = [one for one in comparison.unmanaged() if one.number not in barred]

    @cache
    def of(country: str, type_: str | None) -> list[OwnedNumber]:
        return [one for one in free if _is_of(one, country, type_) and not doubt(one.number)]

    return {
        wish: [one for one in of(pool.country, pool.terms.type) if _has_digits(pool, one)]
        for wish, pool in like.items()
    }


def _in_states(wish: _Wish, rows: Sequence[OwnedNumber], listed: Mapping[Criteria, Container[E164]]) -> Rows:
    """Those of the rows that are in the state of a wish, and in one that it is spread over."""
    if rows and wish.criteria.state:
        rows = [one for one in rows if one.number in listed[wish.own()]]
    if rows and (over := wish.over()):
        rows = [one for one in rows if any(one.number in listed[state] for state in over)]
    return tuple(rows)
