"""Each number that state knows of, by what is the matter with it: managed, held, missing, to be tried again. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from numplan.engine.account.unreadable import held_unread
from numplan.engine.compare.deferral import awaited, lingering, unsettled
from numplan.engine.compare.forgets import Forgets
from numplan.engine.compare.localities import is_local
from numplan.engine.compare.number_status import NumberStatus, not_shown, number_statuses
from numplan.engine.compare.sides import Sides
from numplan.engine.compare.watched import keeps_slot, surplus_of
from numplan.model.address import Resource
from numplan.model.manifest import PoolEntry
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance, Tombstone

Labelled = TypeVar("Labelled", Instance, Deferred)


class KnownNumbers(NamedTuple):
    """Each number that state knows of, by what is the matter with it."""

    managed: Mapping[E164, Instance]
    explicit: tuple[NumberStatus, ...]
    undeclared: tuple[Instance, ...]
    held: Mapping[E164, Deferred]
    absent: tuple[Instance, ...]
    missing: tuple[Instance, ...]
    to_retry: Mapping[E164, Tombstone]

    def under(self, new_resource: Mapping[E164, Resource], sides: Sides) -> "KnownNumbers":
        """All of them under the resources that they belong to now."""

        def moved(one: Labelled) -> Labelled:
            if one.number not in new_resource:
                return one
            return msgspec.structs.replace(one, resource=new_resource[one.number])

        managed = {number: moved(one) for number, one in self.managed.items()}
        explicit, undeclared = number_statuses(sides.declared, managed, sides.snapshot)
        return KnownNumbers(
            managed=managed,
            explicit=explicit,
            undeclared=undeclared,
            held={number: moved(one) for number, one in self.held.items()},
            absent=tuple(map(moved, self.absent)),
            missing=tuple(map(moved, self.missing)),
            to_retry={
                number: msgspec.structs.replace(one, instance=moved(one.instance))
                for number, one in self.to_retry.items()
            },
        )


def sorted_out(
    sides: Sides, forgotten: Sequence[Instance], not_adoptable: Collection[E164], *, accept_missing: bool
) -> KnownNumbers:
    """What is the matter with each number. `accept_missing`: no second look is waited for where one is missing."""
    managed = _managed(sides, forgotten, not_adoptable)
    held = {**lingering(sides, managed), **unsettled(sides)}
    if sides.snapshot.unread:
        held = {**held_unread(sides.snapshot, managed, sides.declared, sides.state), **held}
    explicit, undeclared = number_statuses(sides.declared, managed, sides.snapshot)
    unseen = [
        one for one in not_shown(explicit, undeclared, managed, sides.snapshot) if one.number not in held
    ]
    waiting, absent, missing = awaited(unseen, sides.now, sides.hold, accept_missing=accept_missing)
    held = {**held, **waiting}
    return KnownNumbers(
        managed, explicit, undeclared, held, tuple(absent), tuple(missing), _to_retry(sides, held)
    )


def forgotten_of(sides: Sides) -> tuple[Instance, ...]:
    """Managed numbers that the manifest forgets. A call that is not settled comes first."""
    if sides.state is None or not sides.manifest.forget:
        return ()
    forgets = Forgets(sides.manifest.forget)
    unsettled = {one.number for one in sides.intents}
    return tuple(
        one
        for one in sides.state.numbers
        if one.number not in sides.declared
        and one.number not in unsettled
        and forgets.means(one.resource, one.number)
    )


def _managed(
    sides: Sides, forgotten: Sequence[Instance], not_adoptable: Collection[E164]
) -> Mapping[E164, Instance]:
    """The numbers in state, and closed purchases that turned up in the account after all; none that is
    forgotten.
    """
    if sides.state is None:
        return {}
    if not forgotten and not sides.tombstones:
        return sides.state.by_number
    managed = dict(sides.state.by_number)
    owned, others = sides.snapshot.owned, sides.others.by_number
    for one in forgotten:
        del managed[one.number]
    for tombstone in sides.tombstones:
        turned_up = tombstone.number in owned and not tombstone.lingers(sides.now, sides.hold)
        if tombstone.number in others and others[tombstone.number].comes_before(sides.state.lineage):
            continue
        if tombstone.number in sides.just_released:  # it was another's until just now
            continue
        if turned_up and tombstone.number not in managed and tombstone.number not in not_adoptable:
            managed[tombstone.number] = surplus_of(tombstone, owned[tombstone.number])
    return managed


def _to_retry(sides: Sides, held: Mapping[E164, Deferred]) -> dict[E164, Tombstone]:
    """Purchases closed as never happened whose numbers are not owned, nor on their way again."""
    pools = {pool.resource: pool for pool in sides.manifest.pools}
    return {
        one.number: one
        if keeps_slot(one, sides.now, sides.hold, never_again=_never_again(one, sides, pools))
        or not sides.snapshot.complete
        else msgspec.structs.replace(one, holds_slot=False)
        for one in sides.tombstones
        if one.cause == "unknown"
        and one.number not in sides.snapshot.owned
        and one.number not in held
        and one.number not in sides.others.by_number
    }


def _never_again(one: Tombstone, sides: Sides, pools: Mapping[Resource, PoolEntry]) -> bool:
    """Whether a closed purchase is not tried again as long as the manifest stays as it is."""
    pool = pools.get(one.instance.resource)
    elsewhere = pool is not None and not is_local(pool, one.number, one.instance.attributes.state)
    return one.number in sides.retired or elsewhere
