"""Moments by two clocks, this machine's and the vendor's. Where they disagree about an age, the younger counts: a
clock that jumps must never make a fresh purchase look old.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that says its zone: others cannot be compared with it."""

AGREE: Final = timedelta(seconds=5)
"""Clocks that differ by no more than this are one clock: a `Date` header counts whole seconds."""


class BothClocks(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One moment as this machine's clock and as the vendor's clock had it."""

    ours: Time
    vendors: Time


Moment = Time | BothClocks
"""A moment; by this machine's clock alone where the vendor's agrees, or is not known."""


def moment(ours: datetime, vendors: datetime | None) -> Moment:
    """The moment that both clocks show now; `vendors` is None where the vendor does not tell the time."""
    if vendors is None or abs(vendors - ours) <= AGREE:
        return ours
    return BothClocks(ours, vendors)


def age(now: Moment, then: Moment) -> timedelta:
    """How long ago a moment was, by the clock that says it is the younger."""
    if isinstance(now, datetime) and isinstance(then, datetime):
        return now - then
    return min(our_time(now) - our_time(then), _vendors_time(now) - _vendors_time(then))


def shown(one: Moment) -> str:
    """The moment as people read it, to the minute: `2026-01-01 12:00 UTC`."""
    return f"{our_time(one).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def our_time(one: Moment) -> datetime:
    """The moment by this machine's clock."""
    return one if isinstance(one, datetime) else one.ours


def _vendors_time(one: Moment) -> datetime:
    return one if isinstance(one, datetime) else one.vendors
