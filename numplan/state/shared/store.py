"""What differs from one shared place to another: the protocol that each service's module keeps.

A write takes the place of exactly the copy that was last seen, and an answer that was lost is never taken for a
failure before a look.
"""

from typing import Any, NamedTuple, Protocol

from numplan.model.errors import StateError
from numplan.model.state import State
from numplan.state.backend import LockInfo, Trial
from numplan.state.history import HistoryStore


class Copy(NamedTuple):
    """A document as the store holds it, and the version by which the store knows it."""

    document: bytes
    version: Any


class TakenError(Exception):
    """Somebody else holds the lock; `holder` is None where the store does not say who."""

    def __init__(self, holder: LockInfo | None) -> None:
        super().__init__("the lock is taken")
        self.holder = holder


class StateLock(Protocol):
    """A lock that this run has taken, and what may be done under it. One thread at a time fetches or swaps."""

    def require(self) -> None:
        """Raise StateError unless the store itself says that the lock is still this run's. From any thread."""

    def fetch(self) -> Copy | None:
        """What is stored, or None. Raises StateError."""

    def swap(self, document: bytes, state: State, before: Copy | None) -> Copy:
        """Store a document, durably, in the place of exactly the copy `before`, or where there is nothing.

        Raises StateError, which says whether what was stored before still stands. `state` is what the
        document says.
        """

    def release(self) -> None:
        """Give the lock back, if it is still this run's. Raises StateError where it may be left behind."""


class Store(Protocol):
    """One place of one state at a service."""

    @property
    def place(self) -> str:
        """What its user calls it."""

    @property
    def history(self) -> HistoryStore | None:
        """The history beside the state, or None where the service keeps none."""

    def try_writing(self) -> Trial:
        """See Backend."""

    def fetch(self) -> Copy | None:
        """What is stored, or None where nothing is. Raises StateError."""

    def take(self, info: LockInfo) -> StateLock:
        """Take the lock, at once. Raises TakenError, or StateError where it cannot be known to be had."""

    def holder(self) -> LockInfo | None:
        """Who holds the lock, or None. Raises StateError."""

    def unlock(self, lock_id: str) -> None:
        """Take the lock away from the run that holds it under this id. Raises StateError."""


def broken_lock(place: str, holder: LockInfo | None) -> StateError:
    """The error for a run whose lock was taken away while it went on."""
    now = f"{holder.operation} by {holder.who} holds it now" if holder else "nobody holds it now"
    return StateError(
        f"the lock of {place} was taken away while this run held it ({now}): nothing was written",
        hint="make sure that no other run is going, then run `numplan plan`: it settles what was left",
    )


def overtaken(place: str) -> StateError:
    """The error for a state that somebody else replaced while this run held the lock."""
    return StateError(
        f"{place} was changed during this run by something else: nothing was written",
        hint="find out what changed it, for the lock should have prevented that; then run `numplan plan`",
    )
