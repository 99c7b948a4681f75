"""What became of one number in a purchase or release call."""

from typing import Literal

import msgspec

Call = Literal["purchase", "release"]
"""The two calls that change an account."""


class Succeeded(msgspec.Struct, frozen=True, tag=True):
    """The vendor named the number under `success`, and nowhere else."""

    message: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The vendor named the number under `error`, and nowhere else; `message` quotes it. `doubted`: the call was sent
    before, and answered 429, so that it may mean that the first sending was carried out.
    """

    message: str
    doubted: bool = False


class Rejected(msgspec.Struct, frozen=True, tag=True):
    """The call was answered with a status that says no (4xx). That is no evidence: only the account tells whether it
    was carried out all the same.

    `stop`: no other call would fare better (401, 402, 403, 409, 423, and 429 to the end of patience). `again`: once
    the account was looked at, the call may be made again as a `whole`, in another form, or in `halves`. `alone`: it
    was for this number and no other.
    """

    reason: str
    stop: bool = False
    again: Literal["", "whole", "halves"] = ""
    alone: bool = False


class NotSent(msgspec.Struct, frozen=True, tag=True):
    """The call surely did nothing. `stop`: no other call would fare better (interrupted). `again`: nothing speaks
    against sending it once more; it was held up by others of its batch.
    """

    reason: str
    stop: bool = False
    again: bool = False


class Barred(msgspec.Struct, frozen=True, tag=True):
    """The gate did not let the number out: what was reviewed of it, of the limits or of state is no longer so."""

    reason: str


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """The call may or may not have been carried out."""

    reason: str


class Unasked(msgspec.Struct, frozen=True, tag=True):
    """The vendor named the number under `success`, and it was in no call."""

    message: str = ""


Outcome = Succeeded | Refused | Rejected | NotSent | Barred | Unknown | Unasked
