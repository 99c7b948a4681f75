"""What became of one number in a purchase or release call."""

import msgspec


class Succeeded(msgspec.Struct, frozen=True, tag=True):
    """The vendor named the number under `success`, and nowhere else."""

    message: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The vendor named the number under `error`, or rejected a call for it alone; `message` quotes it."""

    message: str


class NotSent(msgspec.Struct, frozen=True, tag=True):
    """The call surely did nothing. `stop`: no other call would fare better (401, 403, interrupted)."""

    reason: str
    stop: bool = False


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """The call may or may not have been carried out."""

    reason: str


Outcome = Succeeded | Refused | NotSent | Unknown
