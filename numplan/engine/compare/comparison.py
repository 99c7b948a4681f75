"""Hold manifest, state and account against each other: what is there, what is missing, what is wanted.

Pure. Both the search for offers and the planner work from one comparison, so they never disagree.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.account.region_checks import check_regions
from numplan.engine.compare.in_force import Ended, ended_by
from numplan.engine.compare.known_numbers import KnownNumbers, forgotten_of, sorted_out
from numplan.engine.compare.number_status import NumberStatus
from numplan.engine.compare.pools.moves import follow_moves
from numplan.engine.compare.pools.status import PoolStatus, pool_statuses
from numplan.engine.compare.retirement import outgoing_of, released_lately
from numplan.engine.compare.sides import Sides, sides_of
from numplan.model.account import OwnedNumber
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic
from numplan.model.manifest import Declared, Manifest, Retired
from numplan.model.moment import Moment, our_time
from numplan.model.number import E164
from numplan.model.others import NOBODY, Elsewhere, Others
from numplan.model.plan import Deferred
from numplan.model.state import Instance, State, Tombstone
from numplan.model.today import Today
from numplan.model.today import today as day_of


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is known, arranged by what it means.

    `explicit` are the `declared` numbers in their order; `undeclared` are managed numbers that are not among them,
    members of pools or of what is gone.
    `wanted` are explicit numbers to be bought if they are for sale. `leaving` are managed numbers that
    nothing declares any more, `missing` managed numbers that the account lacks, whether declared or not. `absent` are
    those that it lacks too, and that only a second look, `hold` after the first, makes missing; they are held. `back`
    were noted as absent, and the account holds them again.
    `others` are the states of others on the same account: none of their numbers is taken in, bought or released.
    `today` is the day by which what leaves is due, and how far it is to be believed.
    `forgotten` are managed no more; `not_adoptable` are these and whatever else no pool may adopt. All other numbers
    stand under the resource they belong to now: `new_resource` has it of those that move, `moved` where the managed
    ones of these were. No pool takes what is `retired`, and none buys what this state released so lately that
    `policy.rebuy_after`, `no_rebuy` here, is not over: `released` has these, with when.
    """

    snapshot: AccountSnapshot
    others: Others
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
    retired: Mapping[E164, Retired]
    released: Mapping[E164, Moment]
    no_rebuy: timedelta
    just_released: frozenset[E164] = frozenset()
    """What was released so lately that the account may show it still: it is nobody's to adopt."""
    intended: tuple[Instance, ...] = ()
    """What may be bought already: purchases of an earlier run whose outcome is not known."""
    idle: frozenset[Resource] = frozenset()
    """Entries that a date keeps from buying and releasing: they begin later, or ended on a day that is in doubt."""
    ended: Ended = Ended()
    """What of the manifest ended: it declares nothing any more, unless the day is in doubt."""

    @property
    def wants_offers(self) -> bool:
        """Whether there is anything to ask the vendor's prices for."""
        return bool(self.wanted or self.pools)

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

    def doubled(self) -> list[Elsewhere]:
        """Numbers that this state manages and another one too, as the other knows them, in order of number."""
        theirs = self.others.by_number
        numbers = sorted(self.managed.keys() & theirs.keys()) if theirs else []
        return [theirs[number] for number in numbers if theirs[number].standing == "managed"]

    def overdue(self) -> list[Instance]:
        """Managed numbers that the account still holds though they were to be released before today: their day is over,
        or their entry ended.
        """
        day = self.today.day
        return [
            *(one for one in self.on_leave() if (one.attributes.leaving_at or day) < day),
            *self.of_ended_entries(),
        ]

    def of_ended_entries(self) -> list[Instance]:
        """Managed numbers that the account still holds though their entry ended, and that do not leave yet."""
        if not self.ended.entries:
            return []
        day = self.today.day
        return [
            one
            for one, _ in self.present()
            if self.ended.last_day(one) is not None
            and one.attributes.leaving_at is None
            and not one.surplus
            and (one.number not in self.declared or self.declared[one.number].terms.has_ended(day))
        ]

    def unmanaged(self) -> list[OwnedNumber]:
        """What the account owns and neither manifest nor state knows, in order of number."""
        owned = self.snapshot.owned
        if len(owned) == sum([one.row is not None for one in self.explicit]):
            return []
        held = {one.number for one in self.held}
        known = (self.managed, self.declared, held, self.others.by_number, self.just_released)
        free = [*owned]
        for some in filter(None, known):
            free = [number for number in free if number not in some]
        return [owned[number] for number in sorted(free)]


def compare(
    manifest: Manifest,
    state: State | None,
    snapshot: AccountSnapshot,
    now: Moment,
    *,
    today: Today | None = None,
    accept_missing: bool = False,
    others: Others = NOBODY,
    replace: Sequence[str] = (),
) -> Comparison:
    """Arrange what the manifest that is in force declares, the state remembers and the account holds. `accept_missing`:
    somebody has seen that what the account lacks is gone, so that no second look is waited for. Members of pools that a
    pattern of `replace` covers are to be replaced, as those are that are retired. Without a day of both clocks it is
    the day of `now`, on which no date is believed.
    """
    sides = sides_of(manifest, state, snapshot, now, today or day_of(our_time(now), None), others)
    forgotten = forgotten_of(sides)
    not_adoptable = _not_adoptable(manifest, forgotten)
    found = sorted_out(sides, forgotten, not_adoptable, accept_missing=accept_missing)
    new_resource = _new_resources(sides, found)
    moved = {number: found.managed[number].resource for number in new_resource if number in found.managed}
    if new_resource:
        found = found.under(new_resource, sides)
    unoffered = check_regions(manifest, snapshot.regions, snapshot.unreadable_regions)
    offered = [pool for pool in manifest.pools if pool.resource not in unoffered]
    managed, held, undeclared = found.managed, found.held, found.undeclared
    return Comparison(
        snapshot=snapshot,
        others=others,
        declared=sides.declared,
        managed=managed,
        explicit=found.explicit,
        undeclared=undeclared,
        wanted=_wanted(found.explicit, held, unoffered, sides.idle),
        pools=pool_statuses(
            sides, offered, managed, held, found.to_retry, outgoing_of(sides, managed, replace)
        ),
        leaving=tuple(_of_no_pool(undeclared, held, manifest)),
        missing=found.missing,
        absent=found.absent,
        back=tuple(_back(managed, snapshot)),
        hold=sides.hold,
        surplus=tuple(one for one in managed.values() if one.surplus),
        held=tuple(held.values()),
        to_retry=found.to_retry,
        forgotten=forgotten,
        not_adoptable=not_adoptable,
        new_resource=new_resource,
        moved=moved,
        unoffered=unoffered,
        retired=sides.retired,
        released=released_lately(sides),
        just_released=sides.just_released,
        intended=tuple(one.instance for one in sides.intents if one.kind == "purchase"),
        no_rebuy=manifest.bounds.no_rebuy,
        today=sides.today,
        idle=sides.idle,
        ended=ended_by(manifest, sides.today),
    )


def _of_no_pool(
    undeclared: Iterable[Instance], held: Mapping[E164, Deferred], manifest: Manifest
) -> Iterator[Instance]:
    """What leaves, since neither an entry nor a pool declares it, and nothing is to be waited for."""
    pools = {pool.resource for pool in manifest.pools}
    for one in undeclared:
        if one.number not in held and one.resource not in pools:
            yield one


def _not_adoptable(manifest: Manifest, forgotten: Sequence[Instance]) -> frozenset[E164]:
    named = (one.number for one in manifest.forget if one.number)
    return frozenset((*named, *(one.number for one in forgotten)))


def _back(managed: Mapping[E164, Instance], snapshot: AccountSnapshot) -> Iterator[Instance]:
    for one in managed.values():
        if one.missing_since is not None and one.number in snapshot.owned:
            yield one


def _new_resources(sides: Sides, found: KnownNumbers) -> dict[E164, Resource]:
    """Where each number belongs that moves: none that is declared does. What fills a slot of a pool is owned, held or
    tried again, and does not leave.
    """
    if not sides.manifest.moved:
        return {}
    held, owned = found.held, sides.snapshot.owned
    intended = {one.number: one.instance for one in sides.intents}
    waiting = {number: one.instance for number, one in found.to_retry.items() if one.holds_slot}
    known = {**waiting, **intended, **{one.number: one for one in found.undeclared}}
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
    explicit: Sequence[NumberStatus],
    held: Mapping[E164, Deferred],
    unoffered: Mapping[Resource, Diagnostic],
    idle: frozenset[Resource],
) -> tuple[Declared, ...]:
    """Declared numbers to be bought, where they are for sale."""
    return tuple(
        one.declared
        for one in explicit
        if one.row is None
        and one.declared.number not in held
        and one.declared.resource not in unoffered
        and one.declared.resource not in idle
    )
