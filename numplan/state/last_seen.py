"""Which state was last written at a place, as far as this machine knows.

A copy from before a purchase does not know of the purchase, and would buy again. So a state that is gone, older
than that or of another lineage is refused until somebody says knowingly that it is meant.
"""

import msgspec

from numplan.model.consent import Consent
from numplan.model.errors import LostStateError, OlderStateError
from numplan.model.state import State


class LastSeen(msgspec.Struct, frozen=True):
    """The highest serial that was ever seen or written here, of which lineage."""

    lineage: str
    serial: int


def lost(last: LastSeen, place: str, hint: str) -> LostStateError:
    """The error for a place that is empty and should not be."""
    return LostStateError(
        f"{place} is gone: serial {last.serial} of lineage {last.lineage} was written there, and "
        "what was bought up to then would now be unknown",
        hint=hint,
    )


def in_order(state: State, last: LastSeen | None, place: str, consent: Consent) -> State:
    """A state as it may be gone on from. Raises OlderStateError unless it is what was last written, or
    newer; where `consent` takes an older one, it is taken as it is, but for its serial.
    """
    if last is None or (state.lineage == last.lineage and state.serial >= last.serial):
        return state
    if not consent.older:
        other = "" if state.lineage == last.lineage else f" of another lineage ({state.lineage})"
        raise OlderStateError(
            f"{place} is not what was last written there: it holds serial {state.serial}{other}, and "
            f"serial {last.serial} of lineage {last.lineage} was written; what was bought since is "
            "unknown to it",
            hint="put the newer state back; or, if this one is meant, look closely at what "
            "`numplan plan --accept-older-state` wants to buy, and go on with --accept-older-state",
        )
    if state.lineage != last.lineage:
        return state
    # Serials are never used twice: a plan saved in the lost time must not fit the new one.
    return msgspec.structs.replace(state, serial=last.serial)
