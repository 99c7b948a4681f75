"""Pools as manifest, state and account know them: members, slots, how many numbers are too few or too many. Pure."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from numplan.engine.account.unreadable import is_in_doubt
from numplan.engine.compare.attributes import days_to_wait
from numplan.engine.compare.sides import Sides
from numplan.model.address import Resource
from numplan.model.manifest import PoolEntry
from numplan.model.moment import age
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance, Tombstone

Labelled = TypeVar("Labelled", Instance, Deferred, Tombstone)


class PoolStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One pool: its `members` in the account, `held` slots that nothing else may fill, and how many to find.

    `late_arrivals` are surplus members that may fill a slot; `to_retry` are tombstones whose number comes first, the
    one that was tried last before all others: where the pool wants fewer by now, it is tried again, and the others
    never, be they ones of which a retirement kept the pool for a while.
    `excess` counts only what the account shows: what it shows no more, or not yet, may be lost, and makes no member one
    too many. `idle`: a date keeps the pool from buying and releasing; once its last day may be over, it lacks nothing
    and has nothing too many.
    """

    pool: PoolEntry
    members: tuple[Instance, ...]
    held: int
    late_arrivals: tuple[Instance, ...]
    to_retry: tuple[Tombstone, ...]
    shortage: int
    excess: int
    leaving: tuple[Instance, ...] = ()
    """Former members that the account holds until their day comes: they fill no slot."""
    awaited: tuple[Instance, ...] = ()
    """What state knows of the numbers in the held slots."""
    idle: bool = False
    outgoing: Mapping[E164, str] = {}
    """Members that are to be replaced, and why: they fill no slot. One that a flow uses stays until it is free, while
    its successor is bought, and so counts for the shortage; another is exchanged."""
    replaced: frozenset[E164] = frozenset()
    """Members in whose place another was bought already."""

    @property
    def lacking(self) -> int:
        """How many numbers it lacks, those that take the place of outgoing ones included."""
        return max(0, self.pool.count - (len(self.members) - len(self.outgoing)) - self.held)


def pool_statuses(
    sides: Sides,
    pools: Iterable[PoolEntry],
    managed: Mapping[E164, Instance],
    held: Mapping[E164, Deferred],
    to_retry: Mapping[E164, Tombstone],
    outgoing: Mapping[E164, str],
) -> tuple[PoolStatus, ...]:
    """Each of these pools, in order of name. `outgoing` are managed numbers that are to be replaced, and why."""
    pools = sorted(pools, key=lambda pool: pool.name)
    resources = {pool.resource for pool in pools}
    members = _by_resource(resources, sides.declared, managed.values())
    slots = _by_resource(resources, sides.declared, held.values())
    again = [one for one in to_retry.values() if one.number not in managed]
    again.sort(key=lambda one: (age(sides.now, one.closed_at), one.number))
    retries = _by_resource(resources, sides.declared, again)
    counting = (one for own in members.values() for one in own if not one.surplus)
    replaced = frozenset(one.replaces for one in counting if one.replaces is not None)
    statuses = (
        _status(
            sides, pool, managed, held, members[pool.resource], slots[pool.resource], retries[pool.resource]
        )
        for pool in pools
    )
    return tuple(_going_first(one, sides, outgoing, replaced) for one in statuses)


def _going_first(
    status: PoolStatus, sides: Sides, outgoing: Mapping[E164, str], replaced: frozenset[E164]
) -> PoolStatus:
    """A pool that knows which members are to go, and what it lacks without those that cannot go yet."""
    if status.idle or not (outgoing or replaced):
        return status
    members = [one.number for one in status.members]
    going = {number: outgoing[number] for number in members if number in outgoing}
    stuck = sum(_stays_for_now(one, status.pool, sides) for one in status.members if one.number in going)
    staying = len(members) - stuck - min(status.excess, len(going) - stuck)
    return msgspec.structs.replace(
        status,
        shortage=max(0, status.pool.count - staying - status.held),
        outgoing=going,
        replaced=replaced.intersection(members),
    )


def _stays_for_now(one: Instance, pool: PoolEntry, sides: Sides) -> bool:
    """Whether an outgoing member stays while another is bought: a flow uses it, and it does not wait for a day."""
    in_flow = sides.snapshot.owned[one.number].flow is not None
    return in_flow and not days_to_wait(one, pool.terms.release_after)


def _by_resource(
    resources: Collection[Resource], declared: Container[E164], numbers: Iterable[Labelled]
) -> Mapping[Resource, list[Labelled]]:
    """Those of these resources that no entry declares, under the resource that they belong to."""
    found: dict[Resource, list[Labelled]] = {resource: [] for resource in resources}
    if found:
        for one in numbers:
            resource = one.instance.resource if isinstance(one, Tombstone) else one.resource
            if resource in found and one.number not in declared:
                found[resource].append(one)
    return found


def _status(
    sides: Sides,
    pool: PoolEntry,
    managed: Mapping[E164, Instance],
    held: Mapping[E164, Deferred],
    own: list[Instance],
    waiting: list[Deferred],
    retries: list[Tombstone],
) -> PoolStatus:
    present = [one for one in own if one.number in sides.snapshot.owned and one.number not in held]
    staying = [one for one in present if not one.surplus]
    members = tuple(one for one in staying if one.attributes.leaving_at is None)
    # A release with an unknown outcome counts as done: its slot is not filled.
    slots = [one.number for one in waiting if not (one.leaving or _leaves(managed.get(one.number)))]
    unread = [one for one in slots if one in managed and not managed[one].surplus and _is_shown(one, sides)]
    idle = pool.resource in sides.idle
    over = idle and pool.terms.has_ended(sides.today.day)
    return PoolStatus(
        pool=pool,
        members=members,
        held=len(slots),
        late_arrivals=tuple(one for one in present if one.surplus and one.number not in sides.retired),
        to_retry=tuple(one for one in retries if one.holds_slot),
        shortage=0 if over else max(0, pool.count - len(members) - len(slots)),
        excess=0 if over else max(0, len(members) + len(unread) - pool.count),
        leaving=()
        if len(members) == len(staying)
        else tuple(one for one in staying if one.attributes.leaving_at is not None),
        awaited=tuple(_awaited(slots, sides, managed)) if slots else (),
        idle=idle,
    )


def _is_shown(number: E164, sides: Sides) -> bool:
    """Whether the account holds a number in a row that names it and cannot be read."""
    return number in sides.snapshot.unread and not is_in_doubt(number, sides.snapshot)


def _leaves(one: Instance | None) -> bool:
    return one is not None and one.attributes.leaving_at is not None


def _awaited(slots: Iterable[E164], sides: Sides, managed: Mapping[E164, Instance]) -> Iterator[Instance]:
    intents = {one.instance.number: one.instance for one in sides.state.intents} if sides.state else {}
    for number in slots:
        if (one := managed.get(number) or intents.get(number)) is not None:
            yield one
