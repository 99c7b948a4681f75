"""The mark: which state was last written at a place, as far as this machine knows.

A copy from before a purchase does not know of the purchase, and would buy again. So a state that is gone, older
than the mark or of another lineage is refused until somebody says knowingly that it is meant.
"""

import msgspec

from numplan.model.consent import Consent
from numplan.model.errors import LostStateError, OlderStateError
from numplan.model.state import State


class Mark(msgspec.Struct, frozen=True):
    """The highest serial that was ever seen or written here, of which lineage."""

    lineage: str
    serial: int


def lost(mark: Mark, place: str, hint: str) -> LostStateError:
    """The error for a place that is empty and should not be."""
    return LostStateError(
        f"{place} is gone: serial {mark.serial} of lineage {mark.lineage} was written there, and "
        "what was bought up to then would be unknown now",
        hint=hint,
    )


def in_order(state: State, mark: Mark | None, place: str, consent: Consent) -> State:
    """A state as it may be gone on from. Raises OlderStateError unless it is what was last written, or
    newer; where `consent` takes an older one, it is taken as it is, but for its serial.
    """
    if mark is None or (state.lineage == mark.lineage and state.serial >= mark.serial):
        return state
    if not consent.older:
        other = "" if state.lineage == mark.lineage else f" of another lineage ({state.lineage})"
        raise OlderStateError(
            f"{place} is not what was last written there: it holds serial {state.serial}{other}, and "
            f"serial {mark.serial} of lineage {mark.lineage} was written; what was bought since is "
            "unknown to it",
            hint="put the newer state back; or, if this one is meant, look closely at what "
            "`numplan plan --accept-older-state` wants to buy, and go on with --accept-older-state",
        )
    if state.lineage != mark.lineage:
        return state
    # Serials are never used twice: a plan saved in the lost time must not fit the new one.
    return msgspec.structs.replace(state, serial=mark.serial)
