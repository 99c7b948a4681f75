"""Hold manifest, state and account against each other: what is there, what is missing, what is wanted.

Pure. Both the search for offers and the planner work from an assessment, so they never disagree.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from numplan.engine.refresh import Live
from numplan.engine.regions import check_regions
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import Declared, Manifest, PoolEntry
from numplan.model.number import E164
from numplan.model.plan import Held
from numplan.model.state import Instance, State, Tombstone


class PoolStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One pool: its `members` in the account, `held` slots that nothing else may fill, and how many to find.

    `returned` are surplus members that may fill a slot; `owed` are tombstones whose number comes first.
    `excess` counts only what is known to be bought: a purchase that may never have happened makes no member
    too many.
    """

    pool: PoolEntry
    members: tuple[Instance, ...]
    held: int
    returned: tuple[Instance, ...]
    owed: tuple[Tombstone, ...]
    shortage: int
    excess: int


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What is known, arranged by what it means.

    `wanted` are explicit numbers to be bought if they are for sale. `leaving` are managed numbers that
    nothing declares any more, `missing` managed numbers that the account lacks, whether declared or not.
    """

    declared: Mapping[E164, Declared]
    managed: Mapping[E164, Instance]
    wanted: tuple[Declared, ...]
    pools: tuple[PoolStanding, ...]
    leaving: tuple[Instance, ...]
    missing: tuple[Instance, ...]
    surplus: tuple[Instance, ...]
    held: tuple[Held, ...]
    owed: Mapping[E164, Tombstone]
    unoffered: Mapping[Resource, Diagnostic]
    """Entries in a country, or of a type there, that the vendor does not offer: nothing is planned for them."""


def assess(manifest: Manifest, state: State | None, live: Live, now: datetime) -> Assessment:
    """Arrange what the manifest declares, the state remembers and the account holds."""
    declared = {one.number: one for one in manifest.explicit()}
    hold = timedelta(minutes=manifest.api.hold_minutes)
    held = _held_by_calls(state)
    managed = _managed(state, live, now, hold)
    missing: list[Instance] = []
    for number, instance in managed.items():
        if number in live.owned or number in held:
            continue
        if instance.bought_at is not None and now - instance.bought_at < hold:
            held[number] = Held(resource=instance.resource, number=number, reason=_not_yet_listed(instance))
        else:
            missing.append(instance)
    owed = _owed(state, live, held)
    resources = {pool.resource for pool in manifest.pools}
    unoffered = check_regions(manifest, live.regions)
    wanted = tuple(
        one
        for number, one in declared.items()
        if number not in live.owned and number not in held and one.resource not in unoffered
    )
    return Assessment(
        declared=declared,
        managed=managed,
        wanted=wanted,
        pools=tuple(
            _standing(pool, managed, declared, live, held, owed)
            for pool in sorted(manifest.pools, key=lambda pool: pool.name)
            if pool.resource not in unoffered
        ),
        leaving=tuple(
            one
            for number, one in managed.items()
            if number not in declared and one.resource not in resources and number not in held
        ),
        missing=tuple(missing),
        surplus=tuple(one for one in managed.values() if one.surplus),
        held=tuple(held.values()),
        owed=owed,
        unoffered=unoffered,
    )


def _held_by_calls(state: State | None) -> dict[E164, Held]:
    return {
        intent.number: Held(
            resource=intent.instance.resource,
            number=intent.number,
            reason=f"its {intent.kind} was about to be sent at {intent.written_at:%Y-%m-%d %H:%M} UTC and "
            "the outcome is not known yet",
            leaving=intent.kind == "release",
        )
        for intent in (state.intents if state else ())
    }


def _not_yet_listed(instance: Instance) -> str:
    return f"bought at {instance.bought_at:%Y-%m-%d %H:%M} UTC, not yet listed by the account"


def _managed(state: State | None, live: Live, now: datetime, hold: timedelta) -> dict[E164, Instance]:
    """The numbers in state, and closed purchases that turned up in the account after all."""
    if state is None:
        return {}
    managed = {instance.number: instance for instance in state.numbers}
    for tombstone in state.tombstones:
        turned_up = tombstone.number in live.owned and not tombstone.lingers(now, hold)
        if turned_up and tombstone.number not in managed:
            managed[tombstone.number] = msgspec.structs.replace(tombstone.instance, surplus=True)
    return managed


def _owed(state: State | None, live: Live, held: Mapping[E164, Held]) -> dict[E164, Tombstone]:
    """Purchases closed as never happened whose numbers are not owned, nor on their way again."""
    return {
        tombstone.number: tombstone
        for tombstone in (state.tombstones if state else ())
        if tombstone.number not in live.owned and tombstone.number not in held
    }


def _standing(
    pool: PoolEntry,
    managed: Mapping[E164, Instance],
    declared: Mapping[E164, Declared],
    live: Live,
    held: Mapping[E164, Held],
    owed: Mapping[E164, Tombstone],
) -> PoolStanding:
    resource: Resource = pool.resource
    own = [one for one in managed.values() if one.resource == resource and one.number not in declared]
    present = [one for one in own if one.number in live.owned and one.number not in held]
    members = tuple(one for one in present if not one.surplus)
    # A release with an unknown outcome counts as done: its slot is not filled.
    slots = [
        one.number
        for one in held.values()
        if one.resource == resource and one.number not in declared and not one.leaving
    ]
    bought = [one for one in slots if one in managed and not managed[one].surplus]
    return PoolStanding(
        pool=pool,
        members=members,
        held=len(slots),
        returned=tuple(one for one in present if one.surplus),
        owed=tuple(
            one
            for one in sorted(owed.values(), key=lambda one: (one.closed_at, one.number))
            if one.instance.resource == resource
            and one.holds_slot
            and one.number not in declared
            and one.number not in managed
        ),
        shortage=max(0, pool.count - len(members) - len(slots)),
        excess=max(0, len(members) + len(bought) - pool.count),
    )
