"""Hold manifest, state and account against each other: what is there, what is missing, what is wanted.

Pure. Both the search for offers and the planner work from one comparison, so they never disagree.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.account.region_checks import check_regions
from numplan.engine.account.unreadable import held_unread
from numplan.engine.compare.declared_index import DeclaredNumbers
from numplan.engine.compare.deferral import awaited, lingering, unsettled
from numplan.engine.compare.number_status import NumberStatus, not_shown, number_statuses
from numplan.engine.compare.pool_moves import follow_moves
from numplan.engine.compare.pool_status import PoolStatus, pool_statuses
from numplan.engine.compare.sides import Sides
from numplan.engine.compare.watched import keeps_slot, surplus_of
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import Declared, Manifest
from numplan.model.moment import Moment, our_time
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance, State, Tombstone
from numplan.model.today import Today
from numplan.model.today import today as day_of

Labelled = TypeVar("Labelled", Instance, Deferred)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is known, arranged by what it means.

    `explicit` are the `declared` numbers in their order; `undeclared` are managed numbers that are not among them,
    members of pools or of what is gone.
    `wanted` are explicit numbers to be bought if they are for sale. `leaving` are managed numbers that
    nothing declares any more, `missing` managed numbers that the account lacks, whether declared or not. `absent` are
    those that it lacks too, and that only a second look, `hold` after the first, makes missing; they are held. `back`
    were noted as absent, and the account holds them again.
    `today` is the day by which what leaves is due, and how far it is to be believed.
    `forgotten` are managed no more; `not_adoptable` are these and whatever else no pool may adopt. All other numbers
    stand under the resource they belong to now: `new_resource` has it of those that move, `moved` where the managed
    ones of these were.
    """

    snapshot: AccountSnapshot
    declared: Mapping[E164, Declared]
    managed: Mapping[E164, Instance]
    explicit: tuple[NumberStatus, ...]
    undeclared: tuple[Instance, ...]
    wanted: tuple[Declared, ...]
    pools: tuple[PoolStatus, ...]
    leaving: tuple[Instance, ...]
    missing: tuple[Instance, ...]
    absent: tuple[Instance, ...]
    back: tuple[Instance, ...]
    hold: timedelta
    today: Today
    surplus: tuple[Instance, ...]
    held: tuple[Deferred, ...]
    to_retry: Mapping[E164, Tombstone]
    forgotten: tuple[Instance, ...]
    not_adoptable: frozenset[E164]
    new_resource: Mapping[E164, Resource]
    moved: Mapping[E164, Resource]
    unoffered: Mapping[Resource, Diagnostic]
    """Entries in a country, or of a type there, that the vendor does not offer: nothing is planned for them."""

    def on_leave(self) -> Iterator[Instance]:
        """The managed numbers that leave already, in their order, as far as the account holds them. Nobody declares
        one of these, so where all is declared none is looked at.
        """
        for one in self.undeclared:
            if (
                one.attributes.leaving_at is not None
                and not one.surplus
                and one.number in self.snapshot.owned
            ):
                yield one

    def present(self) -> Iterator[tuple[Instance, OwnedNumber]]:
        """Each managed number that the account holds, as state and as the account know it."""
        for one in self.explicit:
            if one.instance is not None and one.row is not None:
                yield one.instance, one.row
        for instance in self.undeclared:
            if (row := self.snapshot.owned.get(instance.number)) is not None:
                yield instance, row

    def unmanaged(self) -> list[OwnedNumber]:
        """What the account owns and neither manifest nor state knows, in order of number."""
        owned = self.snapshot.owned
        if len(owned) == sum([one.row is not None for one in self.explicit]):
            return []
        held = {one.number for one in self.held}
        free = [
            number
            for number in owned
            if number not in self.managed and number not in self.declared and number not in held
        ]
        return [owned[number] for number in sorted(free)]


def compare(
    manifest: Manifest,
    state: State | None,
    snapshot: AccountSnapshot,
    now: Moment,
    *,
    accept_missing: bool = False,
    today: Today | None = None,
) -> Comparison:
    """Arrange what the manifest declares, the state remembers and the account holds. `accept_missing`: somebody has
    seen that what the account lacks is gone, so that no second look is waited for. Without a day of both clocks it is
    the day of `now`, on which no date is believed.
    """
    sides = Sides(
        manifest=manifest,
        declared=DeclaredNumbers(manifest.explicit()),
        state=state,
        snapshot=snapshot,
        now=now,
        hold=timedelta(minutes=manifest.api.hold_minutes),
    )
    forgotten = _forgotten(sides)
    not_adoptable = frozenset(
        (*(one.number for one in manifest.forget if one.number), *(one.number for one in forgotten))
    )
    found = _sorted_out(sides, forgotten, not_adoptable, accept_missing=accept_missing)
    new_resource = _new_resources(sides, found)
    moved = {number: found.managed[number].resource for number in new_resource if number in found.managed}
    if new_resource:
        found = found.under(new_resource, sides)
    unoffered = check_regions(manifest, snapshot.regions, snapshot.unreadable_regions)
    offered = [pool for pool in manifest.pools if pool.resource not in unoffered]
    pools = {pool.resource for pool in manifest.pools}
    managed, held, undeclared = found.managed, found.held, found.undeclared
    return Comparison(
        snapshot=snapshot,
        declared=sides.declared,
        managed=managed,
        explicit=found.explicit,
        undeclared=undeclared,
        wanted=_wanted(found.explicit, held, unoffered),
        pools=pool_statuses(sides, offered, managed, held, found.to_retry),
        leaving=tuple(one for one in undeclared if one.number not in held and one.resource not in pools),
        missing=found.missing,
        absent=found.absent,
        back=tuple(
            one for one in managed.values() if one.missing_since is not None and one.number in snapshot.owned
        ),
        hold=sides.hold,
        today=today or day_of(our_time(now), None),
        surplus=tuple(one for one in managed.values() if one.surplus),
        held=tuple(held.values()),
        to_retry=found.to_retry,
        forgotten=forgotten,
        not_adoptable=not_adoptable,
        new_resource=new_resource,
        moved=moved,
        unoffered=unoffered,
    )


class _SortedOut(NamedTuple):
    """Each number that state knows of, by what is the matter with it."""

    managed: Mapping[E164, Instance]
    explicit: tuple[NumberStatus, ...]
    undeclared: tuple[Instance, ...]
    held: Mapping[E164, Deferred]
    absent: tuple[Instance, ...]
    missing: tuple[Instance, ...]
    to_retry: Mapping[E164, Tombstone]

    def under(self, new_resource: Mapping[E164, Resource], sides: Sides) -> "_SortedOut":
        """All of them under the resources that they belong to now."""

        def moved(one: Labelled) -> Labelled:
            if one.number not in new_resource:
                return one
            return msgspec.structs.replace(one, resource=new_resource[one.number])

        managed = {number: moved(one) for number, one in self.managed.items()}
        explicit, undeclared = number_statuses(sides.declared, managed, sides.snapshot)
        return _SortedOut(
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


def _sorted_out(
    sides: Sides, forgotten: Sequence[Instance], not_adoptable: Collection[E164], *, accept_missing: bool
) -> _SortedOut:
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
    return _SortedOut(
        managed, explicit, undeclared, held, tuple(absent), tuple(missing), _to_retry(sides, held)
    )


def _forgotten(sides: Sides) -> tuple[Instance, ...]:
    """Managed numbers that the manifest forgets. A call that is not settled comes first."""
    if sides.state is None or not sides.manifest.forget:
        return ()
    unsettled = {one.number for one in sides.intents}
    return tuple(
        one
        for one in sides.state.numbers
        if one.number not in sides.declared
        and one.number not in unsettled
        and any(entry.covers(one.resource, one.number) for entry in sides.manifest.forget)
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
    owned = sides.snapshot.owned
    for one in forgotten:
        del managed[one.number]
    for tombstone in sides.tombstones:
        turned_up = tombstone.number in owned and not tombstone.lingers(sides.now, sides.hold)
        if turned_up and tombstone.number not in managed and tombstone.number not in not_adoptable:
            managed[tombstone.number] = surplus_of(tombstone, owned[tombstone.number])
    return managed


def _to_retry(sides: Sides, held: Mapping[E164, Deferred]) -> dict[E164, Tombstone]:
    """Purchases closed as never happened whose numbers are not owned, nor on their way again."""
    return {
        one.number: one
        if keeps_slot(one, sides.now, sides.hold) or not sides.snapshot.complete
        else msgspec.structs.replace(one, holds_slot=False)
        for one in sides.tombstones
        if one.cause == "unknown" and one.number not in sides.snapshot.owned and one.number not in held
    }


def _new_resources(sides: Sides, found: _SortedOut) -> dict[E164, Resource]:
    """Where each number belongs that moves. What fills a slot of a pool is owned, held or tried again, and does not
    leave.
    """
    if not sides.manifest.moved:
        return {}
    held, owned = found.held, sides.snapshot.owned
    intended = {one.number: one.instance for one in sides.intents}
    waiting = {number: one.instance for number, one in found.to_retry.items() if one.holds_slot}
    known = {**waiting, **intended, **found.managed}
    filling = {
        number: one
        for number, one in known.items()
        if one.attributes.leaving_at is None
        and (
            (number in held and not held[number].leaving)
            or (number not in held and not one.surplus and (number in owned or number in waiting))
        )
    }
    others = {number: one for number, one in known.items() if number not in filling}
    return follow_moves(sides.manifest, filling, others)


def _wanted(
    explicit: Sequence[NumberStatus], held: Mapping[E164, Deferred], unoffered: Mapping[Resource, Diagnostic]
) -> tuple[Declared, ...]:
    """Declared numbers to be bought, where they are for sale."""
    return tuple(
        one.declared
        for one in explicit
        if one.row is None and one.declared.number not in held and one.declared.resource not in unoffered
    )
