"""What happens during an apply, in the order in which it happens. The shell decides what to show of it."""

from typing import Literal

import msgspec

from numplan.model.address import Address, Resource, address_of
from numplan.model.changes import Change
from numplan.model.number import E164
from numplan.model.outcome import Call
from numplan.model.plan import Overcharge

SettleVerdict = Literal["bought", "not bought", "released", "not released", "unknown"]


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
    """The call was refused, or surely did nothing. `attempted` is False where it never left; `rejected`: it was
    answered with a status that says no, and the account shows that it did nothing.
    """

    call: Call
    reason: str
    attempted: bool = True
    rejected: bool = False


class Uncertain(_OfNumber, frozen=True, kw_only=True):
    """The outcome is unknown. The intent stands; settling follows, now or in the next run."""

    call: Call
    reason: str


class Substituted(_OfNumber, frozen=True, kw_only=True):
    """The vendor refused `number`; `substitute` takes its slot."""

    substitute: E164
    reason: str


class Settled(_OfNumber, frozen=True, kw_only=True):
    """What the account said of a call with an unknown outcome; `rejected` as of Failed."""

    call: Call
    verdict: SettleVerdict
    reason: str = ""
    rejected: bool = False


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """The account could not be asked about the calls with an unknown outcome; the next run asks."""

    reason: str


class NotAsked(_OfNumber, frozen=True, kw_only=True):
    """The vendor says that it carried out a call for a number that was in none. `resource` is that of the call's
    numbers. `harmless`: the account held the number before, so nothing came of it.
    """

    call: Call
    harmless: bool
    reason: str


class TurnedUp(_OfNumber, frozen=True, kw_only=True):
    """A number that was watched is in the account after all, and in state as surplus until the plan says more."""

    reason: str


class Overcharged(_OfNumber, frozen=True, kw_only=True):
    """The account is charged more for a number than the plan said that bought it."""

    charged: Overcharge


class Noted(_OfNumber, frozen=True, kw_only=True):
    """State remembers that the account lacked a managed number, or no longer does: it `is_back`."""

    is_back: bool = False


class Unlooked(msgspec.Struct, frozen=True, kw_only=True):
    """The account could not be looked at after the purchases, so what it charges is not known; the next plan tells."""

    reason: str


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """State was written."""

    serial: int


class Heard(msgspec.Struct, frozen=True):
    """All that one answer says is told. What comes next may have to be waited for."""


class NotSaved(msgspec.Struct, frozen=True, kw_only=True):
    """State could not be written. Nothing more is sent; the next run settles the intents that stand."""

    reason: str


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing more is sent, and why."""

    reason: str


Seen = NotAsked | TurnedUp | Overcharged | Noted | Unlooked
"""What the account showed, or would not, besides what became of the plan's own calls."""

Event = (
    Recorded
    | Sending
    | Done
    | Failed
    | Uncertain
    | Substituted
    | Settled
    | Unsettled
    | Seen
    | Saved
    | Heard
    | NotSaved
    | Stopped
)
