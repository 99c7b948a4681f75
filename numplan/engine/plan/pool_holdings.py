"""What counts as a pool's while it is planned: its numbers, and how many of them are in which locality. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from numplan.engine.compare.localities import Locality, localities_of, locality_of
from numplan.engine.plan.choosing.shares import shares
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings
from numplan.model.account import OwnedNumber
from numplan.model.changes import Adopt, Blocked, Keep, Purchase, Replace, Update, number_of
from numplan.model.number import E164
from numplan.model.state import Attributes, Instance

Row = TypeVar("Row", OwnedNumber, Instance)


def within_shares(
    rows: list[Row], draft: PoolDraft, around: Surroundings, state_of: Callable[[Row], str | None]
) -> list[Row]:
    """Of owned numbers that match, those that a pool which is spread has a share for."""
    localities = localities_of(draft.pool)
    if draft.pool.spread is None:
        return rows
    has = had_in(draft, around, (one.attributes for one in draft.moving))
    left = shares(localities, has, draft.missing_count)
    taken = []
    for row in rows:
        place = locality_of(row.number, state_of(row), localities)
        if place is not None and left[place]:
            left[place] -= 1
            taken.append(row)
    return taken


def had_in(draft: PoolDraft, around: Surroundings, more: Iterable[Attributes] = ()) -> Mapping[Locality, int]:
    """How many numbers a pool that is spread has in each locality, with what earlier calls may have bought for it;
    without those that go and those that are to move.
    """
    if draft.pool.spread is None:
        return {}
    known: list[Attributes] = [*more, *(one.attributes for one in draft.status.awaited)]
    known += (around.comparison.to_retry[one.number].instance.attributes for one in draft.held)
    for change in draft.changes:
        match change:
            case Keep() | Update() if change.after.leaving_at is not None:
                pass  # it fills no slot
            case Purchase() | Adopt() | Keep() | Update() | Replace():
                known.append(change.after)
            case Blocked() if change.before.leaving_at is None:
                known.append(change.before)
            case _:
                pass
    localities = localities_of(draft.pool)
    places = (locality_of(one.number, one.state, localities) for one in known)
    return Counter(place for place in places if place is not None)


def had(draft: PoolDraft, around: Surroundings) -> frozenset[E164]:
    """The numbers that count as the pool's: its members, what it takes, and what earlier calls may have bought for it.
    A member that is to move or to go counts until it is gone.
    """
    resource = draft.pool.resource
    return frozenset(
        (
            *(one.number for one in draft.status.members),
            *(number_of(change) for change in draft.changes if isinstance(change, Adopt | Update)),
            *(one.number for one in around.comparison.held if one.resource == resource and not one.leaving),
            *draft.picked,
        )
    )
