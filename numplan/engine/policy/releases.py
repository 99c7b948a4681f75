"""How many releases one apply may make, and which it may not: the arithmetic of the guards, and of whatever waits for
its day. Both ask here, so that a plan never takes up a release that a guard would refuse. Pure.
"""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple, TypeGuard

import msgspec

from numplan.engine.policy.limits import Limits, Side
from numplan.model.address import kind_of
from numplan.model.changes import Change, Release, Replace, Update, address_of_change
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.operator import VARIABLE
from numplan.model.plan import Allowances
from numplan.model.policy import percent

FEWEST_OF_A_SHARE: Final = 3
"""Fewer releases than this are no share of anything."""


class Stay(NamedTuple):
    """Why a number stays whose day has come, and the guard by whose rule it does, if it is one's."""

    why: str
    guard: str = ""


class Releasing(msgspec.Struct, frozen=True, kw_only=True):
    """What an apply would release: `total` numbers. `counted` are a share of those that are `managed`: what goes now,
    and what begins to leave for good, since it is retired or another is bought for it. Surplus numbers, which go only
    where they are named, are no part of it, nor are those that are gone already.
    """

    total: int
    counted: int
    managed: int

    def more(self, how_many: int) -> "Releasing":
        """With so many more that are managed."""
        return msgspec.structs.replace(self, total=self.total + how_many, counted=self.counted + how_many)


def is_share(change: Change) -> TypeGuard[Release | Replace | Update]:
    """Whether a change counts for the share of what goes."""
    if isinstance(change, Update):
        return change.begins_leaving and bool(change.because or change.successor)
    return isinstance(change, Release | Replace)


def releasing(changes: Iterable[Change], managed: Collection[E164], apart: frozenset[E164]) -> Releasing:
    """What a plan with these changes releases. Managed numbers `apart` are no part of any share."""
    going = [change for change in changes if is_share(change)]
    return Releasing(
        total=sum(not isinstance(change, Update) for change in going),
        counted=sum(change.before.number not in apart for change in going),
        managed=len(managed) - len(apart),
    )


def over_count(limits: Limits, total: int) -> tuple[int, Side] | None:
    """The most releases that are allowed and whose limit it is, where there are more."""
    return limits.exceeded("max_releases", total)


def over_share(limits: Limits, allowances: Allowances, found: Releasing) -> Side | None:
    """Whose share so many releases exceed. Who says how many are to go has thought of them: that lifts the
    manifest's.
    """
    if found.counted < FEWEST_OF_A_SHARE:
        return None
    named = allowances.max_releases
    is_named = named is not None and max(found.total, found.counted) <= named
    return next(
        (
            side
            for side in limits.sides
            if (side.is_operators or not is_named)
            and 100 * found.counted > percent(side.policy.max_release_share) * found.managed
        ),
        None,
    )


def room(limits: Limits, allowances: Allowances, found: Releasing, wanted: int) -> int:
    """How many of `wanted` releases may be made besides those that are asked for, so that no limit of either side is
    exceeded. More of them never fit where fewer do not.
    """
    fewest, most = 0, wanted
    while fewest < most:
        middle = (fewest + most + 1) // 2
        if full_by(limits, allowances, found.more(middle)):
            most = middle - 1
        else:
            fewest = middle
    return fewest


def full_by(limits: Limits, allowances: Allowances, found: Releasing) -> Stay | None:
    """Which limit so many releases exceed; None where they exceed none."""
    if over := over_count(limits, found.total):
        limit, side = over
        return Stay(
            f"{VARIABLE} allows {limit}" if side.is_operators else f"one apply may release {limit}",
            "releases",
        )
    if whose := over_share(limits, allowances, found):
        most = f"at most {whose.policy.max_release_share} of what is managed"
        return Stay(
            f"{VARIABLE} allows {most}" if whose.is_operators else f"one apply may release {most}",
            "release-share",
        )
    return None


def protecting(manifest: Manifest) -> frozenset[str]:
    """The entries that protect their numbers, and the numbers that sets protect by themselves."""
    entries = {entry.resource for entry in manifest.entries() if entry.terms.protect}
    own = {number for entry in manifest.sets for number, terms in entry.own.items() if terms.protect}
    return frozenset((*entries, *own))


def is_protected(change: Release | Replace, declared: frozenset[str], allowances: Allowances) -> bool:
    """Whether a release is refused: state remembers the number as protected, or what is `declared` to be protected, its
    entry or the number itself, still covers it; and nobody allows it by name. A number that a `numbers:` or `sets:`
    entry lists is never released but to be bought back.
    """
    covered = isinstance(change, Replace) or kind_of(change.resource) == "pool"
    named = change.resource in declared or change.before.number in declared
    protected = change.before.protect or (named and covered)
    return protected and not allowances.allows_release(address_of_change(change), change.before.number)
