"""What happens during an apply, in the order in which it happens. The shell decides what to show of it."""

from typing import Literal

import msgspec

from numplan.model.address import Address, Resource, address_of
from numplan.model.number import E164
from numplan.model.plan import Change

Call = Literal["purchase", "release"]
Verdict = Literal["bought", "not bought", "released", "not released", "unknown"]


class _OfNumber(msgspec.Struct, frozen=True, kw_only=True):
    """What all events about one number have."""

    resource: Resource
    number: E164

    @property
    def address(self) -> Address:
        """Where the number lives, or was to live."""
        return address_of(self.resource, self.number)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A change that needs no call now stands in state: adopt, update or forget."""

    change: Change


class Sending(_OfNumber, frozen=True, kw_only=True):
    """A call for this number is about to be made; its intent is durable."""

    call: Call


class Done(_OfNumber, frozen=True, kw_only=True):
    """The vendor confirmed the call, or the account showed that it was carried out."""

    call: Call


class Failed(_OfNumber, frozen=True, kw_only=True):
    """The call was refused, or surely did nothing. `attempted` is False where it never left."""

    call: Call
    reason: str
    attempted: bool = True


class Uncertain(_OfNumber, frozen=True, kw_only=True):
    """The outcome is unknown. The intent stands; settling follows, now or in the next run."""

    call: Call
    reason: str


class Substituted(_OfNumber, frozen=True, kw_only=True):
    """The vendor refused `number`; `substitute` takes its slot."""

    substitute: E164
    reason: str


class Settled(_OfNumber, frozen=True, kw_only=True):
    """What the account said of a call with an unknown outcome."""

    call: Call
    verdict: Verdict
    reason: str = ""


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """The account could not be asked about the calls with an unknown outcome; the next run asks."""

    reason: str


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """State was written."""

    serial: int


class NotSaved(msgspec.Struct, frozen=True, kw_only=True):
    """State could not be written. Nothing more is sent; the next run settles the intents that stand."""

    reason: str


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing more is sent, and why."""

    reason: str


Event = (
    Recorded
    | Sending
    | Done
    | Failed
    | Uncertain
    | Substituted
    | Settled
    | Unsettled
    | Saved
    | NotSaved
    | Stopped
)
