"""Hold manifest, state and account against each other: what is there, what is missing, what is wanted.

Pure. Both the search for offers and the planner work from one comparison, so they never disagree.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.account.region_checks import check_regions
from numplan.engine.account.unreadable import held_unread, is_in_doubt
from numplan.engine.compare.declared_index import DeclaredNumbers
from numplan.engine.compare.pool_moves import follow_moves
from numplan.engine.compare.watched import keeps_slot, surplus_of
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import Declared, Manifest, PoolEntry
from numplan.model.moment import Moment, age, our_time, shown
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance, State, Tombstone

Labelled = TypeVar("Labelled", Instance, Deferred)


class NumberStatus(msgspec.Struct, frozen=True, gc=False):
    """One explicit number, as the manifest, the state and the account know it. Each is asked for it once, here: of a
    million numbers that alone takes seconds.
    """

    declared: Declared
    instance: Instance | None
    row: OwnedNumber | None


class PoolStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One pool: its `members` in the account, `held` slots that nothing else may fill, and how many to find.

    `late_arrivals` are surplus members that may fill a slot; `to_retry` are tombstones whose number comes first, always
    in one order: where the pool wants fewer by now, the same ones are tried again, and the others never.
    `excess` counts only what is known to be bought: a purchase that may never have happened makes no member
    too many, nor does a number of which nobody can say whether the account still holds it.
    """

    pool: PoolEntry
    members: tuple[Instance, ...]
    held: int
    late_arrivals: tuple[Instance, ...]
    to_retry: tuple[Tombstone, ...]
    shortage: int
    excess: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is known, arranged by what it means.

    `explicit` are the `declared` numbers in their order; `undeclared` are managed numbers that are not among them,
    members of pools or of what is gone.
    `wanted` are explicit numbers to be bought if they are for sale. `leaving` are managed numbers that
    nothing declares any more, `missing` managed numbers that the account lacks, whether declared or not. `absent` are
    those that it lacks too, and that only a second look, `hold` after the first, makes missing; they are held. `back`
    were noted as absent, and the account holds them again.
    `forgotten` are managed no more; `not_adoptable` are these and whatever else no pool may adopt. All other numbers
    stand under the resource they belong to now: `new_resource` has it of those that move, `moved` where the managed
    ones of these were.
    """

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
    surplus: tuple[Instance, ...]
    held: tuple[Deferred, ...]
    to_retry: Mapping[E164, Tombstone]
    forgotten: tuple[Instance, ...]
    not_adoptable: frozenset[E164]
    new_resource: Mapping[E164, Resource]
    moved: Mapping[E164, Resource]
    unoffered: Mapping[Resource, Diagnostic]
    """Entries in a country, or of a type there, that the vendor does not offer: nothing is planned for them."""


def compare(
    manifest: Manifest,
    state: State | None,
    snapshot: AccountSnapshot,
    now: Moment,
    *,
    accept_missing: bool = False,
) -> Comparison:
    """Arrange what the manifest declares, the state remembers and the account holds. `accept_missing`: somebody has
    seen that what the account lacks is gone, so that no second look is waited for.
    """
    declared = DeclaredNumbers(manifest.explicit())
    hold = timedelta(minutes=manifest.api.hold_minutes)
    held = _held_by_calls(state)
    forgotten = _forgotten(manifest, state, declared, held)
    not_adoptable = frozenset(
        (*(one.number for one in manifest.forget if one.number), *(one.number for one in forgotten))
    )
    managed = _managed(state, snapshot, now, hold, forgotten, not_adoptable)
    explicit, undeclared = _known(declared, managed, snapshot)
    held = {**_lingering(state, declared, managed, snapshot, now, hold), **held}
    if snapshot.unread:
        held = {**held_unread(snapshot, managed, declared, state), **held}
    unseen = [one for one in _absent(explicit, undeclared, managed, snapshot) if one.number not in held]
    waiting, absent, missing = _told_apart(unseen, now, hold, accept_missing=accept_missing)
    held = {**held, **waiting}
    to_retry = _owed(state, snapshot, held, now, hold)
    new_resource = _moves(manifest, state, managed, snapshot, held, to_retry)
    moved = {number: managed[number].resource for number in new_resource if number in managed}
    if new_resource:
        managed = {number: _under(one, new_resource) for number, one in managed.items()}
        explicit, undeclared = _known(declared, managed, snapshot)
        held = {number: _under(one, new_resource) for number, one in held.items()}
        missing = [_under(one, new_resource) for one in missing]
        absent = [_under(one, new_resource) for one in absent]
        to_retry = {
            number: msgspec.structs.replace(one, instance=_under(one.instance, new_resource))
            for number, one in to_retry.items()
        }
    resources = {pool.resource for pool in manifest.pools}
    unoffered = check_regions(manifest, snapshot.regions, snapshot.unreadable_regions)
    return Comparison(
        declared=declared,
        managed=managed,
        explicit=explicit,
        undeclared=undeclared,
        wanted=tuple(
            one.declared
            for one in explicit
            if one.row is None and one.declared.number not in held and one.declared.resource not in unoffered
        ),
        pools=tuple(
            _standing(pool, managed, declared, snapshot, held, to_retry)
            for pool in sorted(manifest.pools, key=lambda pool: pool.name)
            if pool.resource not in unoffered
        ),
        leaving=tuple(one for one in undeclared if one.number not in held and one.resource not in resources),
        missing=tuple(missing),
        absent=tuple(absent),
        back=_back(managed, snapshot),
        hold=hold,
        surplus=tuple(one for one in managed.values() if one.surplus),
        held=tuple(held.values()),
        to_retry=to_retry,
        forgotten=forgotten,
        not_adoptable=not_adoptable,
        new_resource=new_resource,
        moved=moved,
        unoffered=unoffered,
    )


def present(comparison: Comparison, snapshot: AccountSnapshot) -> Iterator[tuple[Instance, OwnedNumber]]:
    """Each managed number that the account holds, as state and as the account know it."""
    for one in comparison.explicit:
        if one.instance is not None and one.row is not None:
            yield one.instance, one.row
    for instance in comparison.undeclared:
        if (row := snapshot.owned.get(instance.number)) is not None:
            yield instance, row


def _known(
    declared: DeclaredNumbers, managed: Mapping[E164, Instance], snapshot: AccountSnapshot
) -> tuple[tuple[NumberStatus, ...], tuple[Instance, ...]]:
    """Each declared number as it is known, and the managed numbers that are not declared."""
    numbers = [*declared]
    alike = numbers == [*managed]  # the same numbers in one order: then nothing need be looked up in state
    instances = managed.values() if alike else map(managed.get, numbers)
    explicit = tuple(map(NumberStatus, declared.entries, instances, map(snapshot.owned.get, numbers)))
    if alike or sum([one.instance is not None for one in explicit]) == len(
        managed
    ):  # all of them are declared
        return explicit, ()
    return explicit, tuple([one for number, one in managed.items() if number not in declared])


def _absent(
    explicit: Sequence[NumberStatus],
    undeclared: Sequence[Instance],
    managed: Mapping[E164, Instance],
    snapshot: AccountSnapshot,
) -> list[Instance]:
    """The managed numbers that the account does not show, in their order."""
    lost = any(one.row is None and one.instance is not None for one in explicit)
    if not lost and all(one.number in snapshot.owned for one in undeclared):
        return []
    return [one for number, one in managed.items() if number not in snapshot.owned]


def _told_apart(
    unseen: Iterable[Instance], now: Moment, hold: timedelta, *, accept_missing: bool
) -> tuple[dict[E164, Deferred], list[Instance], list[Instance]]:
    """Managed numbers that the account does not show: those that wait, and of these the ones that a second look decides
    about; and those that are missing.
    """
    waiting: dict[E164, Deferred] = {}
    absent: list[Instance] = []
    missing: list[Instance] = []
    for one in unseen:
        if one.bought_at is not None and age(now, one.bought_at) < hold:
            reason = _not_yet_listed(one.bought_at)
        elif accept_missing or is_missing(one, now, hold):
            missing.append(one)
            continue
        else:
            absent.append(one)
            reason = _looked_for(one, now, hold)
        waiting[one.number] = Deferred(resource=one.resource, number=one.number, reason=reason)
    return waiting, absent, missing


def _held_by_calls(state: State | None) -> dict[E164, Deferred]:
    return {
        intent.number: Deferred(
            resource=intent.instance.resource,
            number=intent.number,
            reason=f"its {intent.kind} was about to be sent at {shown(intent.written_at)} and "
            f"the outcome is not known yet{f': {intent.doubt}' if intent.doubt else ''}",
            leaving=intent.kind == "release",
        )
        for intent in (state.intents if state else ())
    }


def _lingering(
    state: State | None,
    declared: Mapping[E164, Declared],
    managed: Mapping[E164, Instance],
    snapshot: AccountSnapshot,
    now: Moment,
    hold: timedelta,
) -> dict[E164, Deferred]:
    """Declared numbers that the account shows still, or again, so soon after their release that nobody can say which:
    adopted now, one that was never released would stand on the trunk that is declared, and not on its own.
    """
    return {
        one.number: Deferred(
            resource=declared[one.number].resource,
            number=one.number,
            reason="the account shows it, though its release had seemed to be carried out just before",
        )
        for one in (state.tombstones if state else ())
        if one.number in snapshot.owned
        and one.number in declared
        and one.number not in managed
        and one.lingers(now, hold)
    }


def _forgotten(
    manifest: Manifest, state: State | None, declared: Mapping[E164, Declared], held: Mapping[E164, Deferred]
) -> tuple[Instance, ...]:
    """Managed numbers that the manifest forgets. A call that is not settled comes first."""
    if state is None or not manifest.forget:
        return ()
    return tuple(
        one
        for one in state.numbers
        if one.number not in declared
        and one.number not in held
        and any(entry.covers(one.resource, one.number) for entry in manifest.forget)
    )


def _moves(
    manifest: Manifest,
    state: State | None,
    managed: Mapping[E164, Instance],
    snapshot: AccountSnapshot,
    held: Mapping[E164, Deferred],
    to_retry: Mapping[E164, Tombstone],
) -> dict[E164, Resource]:
    """Where each number belongs that moves. What fills a slot of a pool is owned, held or tried again."""
    if not manifest.moved:
        return {}
    intended = {one.number: one.instance for one in (state.intents if state else ())}
    waiting = {number: one.instance for number, one in to_retry.items() if one.holds_slot}
    known = {**waiting, **intended, **managed}
    filling = {
        number: one
        for number, one in known.items()
        if (number in held and not held[number].leaving)
        or (number not in held and not one.surplus and (number in snapshot.owned or number in waiting))
    }
    others = {number: one for number, one in known.items() if number not in filling}
    return follow_moves(manifest, filling, others)


def _under(one: Labelled, new_resource: Mapping[E164, Resource]) -> Labelled:
    if one.number not in new_resource:
        return one
    return msgspec.structs.replace(one, resource=new_resource[one.number])


def is_missing(instance: Instance, now: Moment, hold: timedelta) -> bool:
    """Whether this look, which does not show a managed number either, is the second one, `hold` after the first."""
    return instance.missing_since is not None and age(now, instance.missing_since) >= hold


def again_from(instance: Instance, now: Moment, hold: timedelta) -> datetime:
    """From when on a second look decides about an absent number."""
    return our_time(now if instance.missing_since is None else instance.missing_since) + hold


def _looked_for(instance: Instance, now: Moment, hold: timedelta) -> str:
    then = shown(again_from(instance, now, hold))
    return (
        f"the account does not show it; it is looked for again from {then} on, and missing only if it is "
        "not there then"
    )


def _back(managed: Mapping[E164, Instance], snapshot: AccountSnapshot) -> tuple[Instance, ...]:
    noted = [one for one in managed.values() if one.missing_since is not None]
    return tuple(one for one in noted if one.number in snapshot.owned)


def _not_yet_listed(bought_at: Moment) -> str:
    return f"bought at {shown(bought_at)}, not yet listed by the account"


def _managed(
    state: State | None,
    snapshot: AccountSnapshot,
    now: Moment,
    hold: timedelta,
    forgotten: Sequence[Instance],
    not_adoptable: Collection[E164],
) -> Mapping[E164, Instance]:
    """The numbers in state, and closed purchases that turned up in the account after all; none that is
    forgotten.
    """
    if state is None:
        return {}
    if not forgotten and not state.tombstones:
        return state.by_number
    managed = dict(state.by_number)
    for one in forgotten:
        del managed[one.number]
    for tombstone in state.tombstones:
        turned_up = tombstone.number in snapshot.owned and not tombstone.lingers(now, hold)
        if turned_up and tombstone.number not in managed and tombstone.number not in not_adoptable:
            managed[tombstone.number] = surplus_of(tombstone, snapshot.owned[tombstone.number])
    return managed


def _owed(
    state: State | None,
    snapshot: AccountSnapshot,
    held: Mapping[E164, Deferred],
    now: Moment,
    hold: timedelta,
) -> dict[E164, Tombstone]:
    """Purchases closed as never happened whose numbers are not owned, nor on their way again."""
    return {
        one.number: one
        if keeps_slot(one, now, hold) or not snapshot.complete
        else msgspec.structs.replace(one, holds_slot=False)
        for one in (state.tombstones if state else ())
        if one.cause == "unknown" and one.number not in snapshot.owned and one.number not in held
    }


def _standing(
    pool: PoolEntry,
    managed: Mapping[E164, Instance],
    declared: Mapping[E164, Declared],
    snapshot: AccountSnapshot,
    held: Mapping[E164, Deferred],
    to_retry: Mapping[E164, Tombstone],
) -> PoolStatus:
    resource: Resource = pool.resource
    own = [one for one in managed.values() if one.resource == resource and one.number not in declared]
    present = [one for one in own if one.number in snapshot.owned and one.number not in held]
    members = tuple(one for one in present if not one.surplus)
    # A release with an unknown outcome counts as done: its slot is not filled.
    slots = [
        one.number
        for one in held.values()
        if one.resource == resource and one.number not in declared and not one.leaving
    ]
    bought = [
        one for one in slots if one in managed and not managed[one].surplus and not is_in_doubt(one, snapshot)
    ]
    return PoolStatus(
        pool=pool,
        members=members,
        held=len(slots),
        late_arrivals=tuple(one for one in present if one.surplus),
        to_retry=tuple(
            one
            for _, one in sorted(to_retry.items())
            if one.instance.resource == resource
            and one.holds_slot
            and one.number not in declared
            and one.number not in managed
        ),
        shortage=max(0, pool.count - len(members) - len(slots)),
        excess=max(0, len(members) + len(bought) - pool.count),
    )
