"""The changes that a pool's plan is made of. Pure."""

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.attributes import (
    adopted_as,
    bought_as,
    current,
    must_move,
    on_terms,
    without_call,
)
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.differences import differences, updated
from numplan.engine.compare.localities import localities_of, locality_of
from numplan.engine.compare.pools.status import PoolStatus
from numplan.model.account import Offer, OwnedNumber
from numplan.model.changes import Adopt, Change, Keep, Purchase, Replace
from numplan.model.manifest import PoolEntry
from numplan.model.state import Attributes, Instance


def staying(pool: PoolEntry, one: Instance, comparison: Comparison) -> Change:
    """A member stays where it is, with changed settings where there are any; so does one that leaves, and fills a slot
    again.
    """
    before = current(one, comparison.snapshot.owned[one.number])
    after = without_call(one, before, pool.terms)
    previous = comparison.moved.get(one.number)
    if before == after and previous is None:
        return Keep(resource=one.resource, after=after)
    reason = "moved" if previous else "settings changed"
    if before.leaving_at is not None:
        reason = "the pool has a slot for it again, so it stays"
    return updated(one.resource, before, after, reason, previous=previous)


def taken_back(pool: PoolEntry, one: Instance, comparison: Comparison) -> Adopt:
    """A purchase that turned up after all fills a slot."""
    return Adopt(
        resource=pool.resource,
        after=without_call(one, current(one, comparison.snapshot.owned[one.number]), pool.terms),
        source=pool.source,
        trunk_verified=one.trunk_verified,
        reason="bought earlier after all, and the pool has a slot for it",
    )


def adopted(pool: PoolEntry, row: OwnedNumber, state: str | None) -> Adopt:
    """An unmanaged number that matches fills a slot; its state is the one that the listing was filtered by."""
    return Adopt(
        resource=pool.resource,
        after=msgspec.structs.replace(adopted_as(row, pool.terms), state=state),
        source=pool.source,
        takes_over=True,
        reason="owned by the account, not yet managed, and it matches the pool",
    )


def purchase(pool: PoolEntry, offer: Offer, *, sent_before: bool = False) -> Purchase:
    """A number is bought for an empty slot."""
    place = locality_of(offer.number, offer.state, localities_of(pool))
    where = ""
    if place is not None:
        where = f" in {place.name}" if place.state else f" with area code {place.name}"
    return Purchase(
        resource=pool.resource,
        after=bought_as(offer, pool.terms),
        source=pool.source,
        substitutable=pool.on_unavailable == "substitute" and pool.select != "block" and not sent_before,
        sent_before=sent_before,
        prefix=place.prefix if place else "",
        same_state=bool(place and place.state),
        reason=f"the pool is short; {pool.select}{where}",
    )


def first_to_go(status: PoolStatus, snapshot: AccountSnapshot) -> list[Instance]:
    """The members that go before any other where a pool has too many: outgoing ones, of these first what no flow uses,
    then those in whose place another was bought.
    """

    def rank(one: Instance) -> tuple[int, str]:
        if one.number in status.outgoing:
            return (snapshot.owned[one.number].flow is not None, one.number)
        return (2, one.number)

    goes = status.outgoing.keys() | status.replaced
    return sorted((one for one in status.members if one.number in goes), key=rank)


def replacement(
    status: PoolStatus, one: Instance, comparison: Comparison, offer: Offer, *, sent_before: bool = False
) -> Replace:
    """A member that is outgoing, or on another trunk than declared, gives way to a number that is bought."""
    before = current(one, comparison.snapshot.owned[one.number])
    pool = status.pool
    why = status.outgoing.get(one.number, "")
    return _replace(pool, before, bought_as(offer, pool.terms), why, sent_before=sent_before)


def refused_move(pool: PoolEntry, one: Instance, comparison: Comparison) -> Replace:
    """A member that would have to move, for the guard of trunk changes to refuse."""
    before = current(one, comparison.snapshot.owned[one.number])
    return _replace(pool, before, on_terms(before, pool.terms))


def why_goes(status: PoolStatus, one: Instance, *, assigned: bool) -> str:
    """Why a pool that has too many lets this member go, and no other."""
    pool = status.pool
    if (why := status.outgoing.get(one.number)) is not None:
        return why
    if one.number in status.replaced:
        return "another was bought in its place"
    if must_move(one, pool.terms):
        return f"on trunk {one.attributes.sip_trunk_id}, not {pool.terms.sip_trunk_id}"
    return "no member without an assignment is left" if assigned else "newest without an assignment"


def _replace(
    pool: PoolEntry, before: Attributes, after: Attributes, because: str = "", *, sent_before: bool = False
) -> Replace:
    trunk = "the trunk of a number cannot be changed: another is bought, then this one released"
    return Replace(
        resource=pool.resource,
        before=before,
        after=after,
        source=pool.source,
        differences=differences(before, after),
        sent_before=sent_before,
        because=because,
        reason=f"{because}; another is bought, then this one released" if because else trunk,
    )
