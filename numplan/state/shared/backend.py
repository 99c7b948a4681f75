"""State in a place that others share: how its lock is waited for, and how one session reads and writes.

What differs from service to service is a `Store`.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from numplan.engine.ports import Clock
from numplan.failpoints import failpoint
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.errors import StateError
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from numplan.state.backend import (
    GRACE,
    LockInfo,
    PlainClock,
    StoredSession,
    Trial,
    introduce,
    locked,
    require_nothing,
    require_successor,
)
from numplan.state.encoding import StateEncoder
from numplan.state.history import HistoryStore
from numplan.state.last_seen import LastSeen, in_order, lost
from numplan.state.os_errors import EITHER, explained
from numplan.state.shared.last_seen_cache import LastSeenCache
from numplan.state.shared.store import Copy, StateLock, Store, TakenError

log = logging.getLogger("numplan.state")

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0
_WAY_BACK: Final = (
    "put back the newest copy that the service keeps; or, if the state is meant to be gone, look closely at what "
    "`numplan plan --accept-lost-state` wants to buy, and go on with --accept-lost-state"
)
_DAMAGED: Final = (
    "put back the newest whole copy that the service keeps; without one, take away what is there, and the account's "
    "numbers back with `numplan adopt --accept-lost-state`"
)


class RemoteBackend:
    """A backend over a store; see Backend.

    `environment` tells of the CI job this runs in, and of the user's cache, where this machine remembers the
    last serial. Where `consent` takes a state that was lost, or put back from an older copy, as it is, its
    serial goes on after the last one that is remembered.
    """

    def __init__(
        self,
        store: Store,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        consent: Consent = NO_CONSENT,
    ) -> None:
        self._store = store
        self._environment = environment or {}
        self._clock: Clock = clock or PlainClock()
        self._reading = _Reading(store.place, LastSeenCache(store.place, self._environment), consent)

    @property
    def place(self) -> str:
        """The URL of the state."""
        return self._store.place

    def read(self) -> State | None:
        """The state as last written, without a lock. Raises StateError."""
        # Recalled before the state is read: what another process writes between the two looks only newer.
        last = self._reading.cache.recall()
        return self._reading.state_of(self._store.fetch(), last)

    @contextmanager
    def lock(self, operation: str, *, timeout: float = 0) -> Iterator[StoredSession]:
        """Hold the lock for the length of a `with`; see Backend.lock."""
        info = introduce(operation, self.place, self._environment, self._clock.now())
        with explained("lock", self.place, "nothing was changed"):
            failpoint("store.before-lock")
        taken = self._acquire(info, timeout)
        session = _RemoteSession(info.id, self._reading, taken)
        try:
            with explained("lock", self.place, "nothing was changed"):
                failpoint("store.after-lock")
            yield session
        finally:
            if session.close():
                _give_back(taken, info)

    def holder(self) -> LockInfo | None:
        """Who holds the lock just now, or None. Raises StateError."""
        return self._store.holder()

    @property
    def history(self) -> HistoryStore | None:
        """The history beside the state; see Backend."""
        return self._store.history

    def try_writing(self) -> Trial:
        """See Backend."""
        return self._store.try_writing()

    def unlock(self, lock_id: str) -> None:
        """Take the lock away from the run that holds it under this id; see Backend.unlock."""
        self._store.unlock(lock_id)

    def _acquire(self, info: LockInfo, timeout: float) -> StateLock:
        deadline = self._clock.monotonic() + max(timeout, GRACE)
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._store.take(info)
            except TakenError as taken:
                holder = taken.holder
            left = deadline - self._clock.monotonic()
            if left <= 0 or self._clock.interrupted():
                raise locked(info.path, holder, self._clock.now(), breakable=True)
            self._clock.wait(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _give_back(lock: StateLock, info: LockInfo) -> None:
    """Release the lock. What a run has done stands, whatever becomes of its lock, so this never fails."""
    try:
        failpoint("store.before-unlock")
        lock.release()
        failpoint("store.after-unlock")
    except (OSError, StateError) as problem:
        log.warning("%s; to break a lock that is left: numplan state unlock %s", problem, info.id)


class _Reading(NamedTuple):
    """How what a store holds is taken for a state."""

    place: str
    cache: LastSeenCache
    consent: Consent

    def state_of(self, copy: Copy | None, last: LastSeen | None) -> State | None:
        """What a copy says. Raises StateError where it is damaged, lost, or older than what was last seen."""
        if copy is not None:
            try:
                state = decode_state(copy.document, self.place)
            except StateError as problem:
                raise StateError(problem.message, hint=problem.hint or _DAMAGED) from None
            return in_order(state, last, self.place, self.consent)
        if last is not None and not self.consent.lost:
            raise lost(last, self.place, _WAY_BACK)
        return None


class _Known(NamedTuple):
    """What this session last saw stored: nothing, or a copy and what it says."""

    copy: Copy | None
    state: State | None


class _RemoteSession:
    """The state, locked. One thread at a time reads or writes."""

    def __init__(self, run: str, reading: _Reading, lock: StateLock) -> None:
        self._run = run
        self._reading = reading
        self._place = reading.place
        self._lock = lock
        self._turn = threading.Lock()
        self._process = os.getpid()
        self._open = True
        self._encoder = StateEncoder()
        self._known: _Known | None = None

    @property
    def run(self) -> str:
        """The lock's id."""
        return self._run

    def read(self) -> State | None:
        """The state as last written, or None where there never was one. Raises StateError."""
        with self._turn:
            self.require_lock()
            self._known = self._look()
            if self._known.state:
                self._reading.cache.see(self._known.state)
            return self._known.state

    def write(self, state: State) -> None:
        """Replace the state, atomically and durably. Raises StateError, which says how things stand."""
        self._put(state, require_successor)

    def begin(self, state: State) -> None:
        """Put a state where there is none, whatever its serial. Raises StateError."""
        self._put(state, require_nothing)

    def _put(self, state: State, require_fit: Callable[[State | None, State, str], None]) -> None:
        with self._turn:
            self.require_lock()
            before = self._known or self._look()
            require_fit(before.state, state, self._place)
            document = self._encoder.document(state)
            self._known = None
            with explained("write the state", self._place, EITHER):
                failpoint("store.before-write")
                copy = self._lock.swap(document, state, before.copy)
                failpoint("store.after-write")
            self._known = _Known(copy, state)
            self._reading.cache.wrote(state)

    def require_lock(self) -> None:
        """Raise StateError if the lock is not this run's any more, or if that cannot be learned."""
        if not self._open or self._process != os.getpid():
            raise StateError(
                f"the lock of {self._place} is not held by this process any more: nothing was written",
                hint="run the same command again; if this comes twice, report it as a bug of numplan",
            )
        self._lock.require()

    def close(self) -> bool:
        """Let nothing more be written. Whether the lock is this process's to give back."""
        mine = self._open and self._process == os.getpid()
        self._open = False
        return mine

    def _look(self) -> _Known:
        last = self._reading.cache.recall()
        copy = self._lock.fetch()
        return _Known(copy, self._reading.state_of(copy, last))
