"""State in a file on this machine.

Beside `NAME` stand `NAME.lock`, which is never removed, and `NAME.backup`, the state one write earlier.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from numplan.engine.ports import Clock
from numplan.failpoints import failpoint
from numplan.files.atomic import close_quietly
from numplan.model.consent import NO_CONSENT, Consent
from numplan.model.errors import StateError
from numplan.model.state import State
from numplan.state.backend import (
    GRACE,
    TRIAL,
    LockInfo,
    PlainClock,
    StoredSession,
    Trial,
    introduce,
    other_lock,
    require_nothing,
    require_successor,
    unnamed,
)
from numplan.state.encoding import StateEncoder
from numplan.state.last_seen import LastSeen
from numplan.state.local.folder import StateFolder
from numplan.state.local.history import LocalHistory
from numplan.state.local.lock_file import HeldLock, acquire, read_record, try_flock
from numplan.state.local.state_files import StateFiles, Stored
from numplan.state.os_errors import EITHER, explained


class LocalBackend:
    """A state file, its lock and its backup. Nothing is touched before a method is called.

    `environment` tells of the CI job this runs in. Where `consent` takes a state that was lost, or put
    back from an older copy, as it is, its serial goes on after the last one that was written here.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        environment: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        consent: Consent = NO_CONSENT,
    ) -> None:
        self._path = Path(path)
        if not self._path.name or "\0" in str(self._path):
            raise StateError(f"{str(path)!r} names no file for state", hint="name a file with --state")
        self._environment = environment or {}
        self._clock: Clock = clock or PlainClock()
        self._files = StateFiles(self._path.name, consent)

    @property
    def place(self) -> str:
        """The path of the state file."""
        return str(self._path)

    def read(self) -> State | None:
        """The state as last written, without a lock. Raises StateError where it is damaged, lost or older
        than what was last written here.
        """
        with StateFolder(self._path.parent) as folder:
            # Looked up before the state is read: a run that writes between the two looks only newer.
            last = self._files.peek_last_seen(folder)
            stored = self._files.load(folder, last)
        return stored.state if stored else None

    @contextmanager
    def lock(self, operation: str, *, timeout: float = 0) -> Iterator[StoredSession]:
        """Hold the lock for the length of a `with`; see Backend.lock."""
        info = introduce(operation, self.place, self._environment, self._clock.now())
        with StateFolder(self._path.parent) as folder:
            with explained("lock", self.place, "nothing was changed"):
                held = acquire(folder, self._files.lock_name, info, self._clock, timeout)
            try:
                held.announce()
                yield _LocalSession(info.id, folder, held, self._files)
            finally:
                held.release()

    def holder(self) -> LockInfo | None:
        """Who holds the lock just now, or None. Raises StateError."""
        with StateFolder(self._path.parent) as folder, explained("look at the lock of", self.place):
            descriptor = folder.open(self._files.lock_name, os.O_RDONLY)
            if descriptor is None:
                return None
            try:
                deadline = self._clock.monotonic() + GRACE
                while not try_flock(descriptor, fcntl.LOCK_SH, folder.place(self._files.lock_name)):
                    found = read_record(descriptor).holder
                    if found or self._clock.monotonic() >= deadline:
                        return found or unnamed(self.place, self._clock.now())
                    self._clock.wait(GRACE / 10)
                return None
            finally:
                close_quietly(descriptor)

    @property
    def history(self) -> LocalHistory:
        """The history beside the state."""
        return LocalHistory(self._path)

    def try_writing(self) -> Trial:
        """See Backend: the backup beside a state file is the one older copy that is kept."""
        name = f"{self._files.name}.{TRIAL}"
        with (
            StateFolder(self._path.parent) as folder,
            explained("write", folder.place(name), "nothing was changed"),
        ):
            folder.remove(folder.prepare(name, b"numplan"))
        return Trial(written=True, is_versioned=None)

    def unlock(self, lock_id: str) -> None:
        """Always raises StateError: what holds this lock is a process, and its end frees it."""
        holder = self.holder()
        if holder is None or holder.id != lock_id:
            raise other_lock(self.place, lock_id, holder)
        raise StateError(
            f"{self.place} is locked by a process that is running: {holder.operation} by {holder.who}, "
            f"pid {holder.pid}",
            hint="wait until it has ended, or end it; the lock goes with it",
        )


class _LocalSession:
    """The state, locked. One thread at a time writes."""

    def __init__(self, run: str, folder: StateFolder, held: HeldLock, files: StateFiles) -> None:
        self._run = run
        self._folder = folder
        self._held = held
        self._files = files
        self._place = folder.place(files.name)
        self._turn = threading.Lock()
        self._swept = False
        self._encoder = StateEncoder()
        self._known: tuple[bytes, State] | None = None  # the document, and what it says

    @property
    def run(self) -> str:
        """The lock's id."""
        return self._run

    def read(self) -> State | None:
        """The state as last written, or None where there never was one. Raises StateError."""
        with self._turn:
            self._held.require()
            stored = self._files.load(self._folder, self._held.last_seen)
            if stored is None:
                return None
            self._known = (stored.document, stored.state)
            last = self._held.last_seen
            if last is None or last.lineage == stored.state.lineage:
                self._raise_last_seen(stored.state)
            return stored.state

    def write(self, state: State) -> None:
        """Replace the state, atomically and durably. Raises StateError, which says how things stand."""
        self._put(state, require_successor)

    def begin(self, state: State) -> None:
        """Put a state where there is none, whatever its serial. Raises StateError."""
        self._put(state, require_nothing)

    def _put(self, state: State, require_fit: Callable[[State | None, State, str], None]) -> None:
        with self._turn:
            self._held.require()
            before = self._current()
            require_fit(before.state if before else None, state, self._place)
            document = self._encoder.document(state)
            self._folder.require_bounded(self._files.name, len(document))
            self._known = None
            self._save(document, before, state)
            self._known = (document, state)
            self._raise_last_seen(state)

    def require_lock(self) -> None:
        """Raise StateError if the lock is not this run's any more."""
        self._held.require()

    def _current(self) -> Stored | None:
        """What the file holds just now. Where this session has seen it before, it need not be decoded again."""
        if self._known is None:
            return self._files.load(self._folder, self._held.last_seen)
        document, state = self._known
        found = self._folder.read(self._files.name)
        if found is None or found[0] != document:
            raise StateError(
                f"{self._place} was changed during this run by something that took no lock: "
                "nothing was written",
                hint="find out what changed it; put the state back as it was, then run `numplan plan`",
            )
        return Stored(found[0], found[1].st_mtime_ns, state)

    def _save(self, document: bytes, before: Stored | None, state: State) -> None:
        folder, files, last = self._folder, self._files, self._held.last_seen
        # Preparing a file may have taken any time, and the lock may be another's by then.
        recheck_lock = self._held.require
        with explained("write the state", self._place, "the state stored before is untouched"):
            if not self._swept:
                # The first write may keep no backup. The second would be too late: by then calls were sent.
                folder.require_plain(files.backup_name)
                folder.sweep(files.name)
                folder.sweep(files.backup_name)
                self._swept = True
            if before:
                copy = folder.prepare(
                    files.backup_name, before.document, "state.backup", modified=before.modified
                )
                folder.put(copy, files.backup_name, "state.backup", recheck=recheck_lock)
            prepared = folder.prepare(files.name, document, "state")
        if last and last.lineage != state.lineage:
            # The old one was accepted as lost. Forgotten before the new one is there, so that a kill in
            # between leaves no record that fits neither.
            with suppress(OSError):
                self._held.set_last_seen(None)
        with explained("make sure of the state", self._place, EITHER):
            folder.put(prepared, files.name, "state", recheck=recheck_lock)
            folder.sync()
            failpoint("state.after-dirsync")

    def _raise_last_seen(self, state: State) -> None:
        # A record that lags only notices less, and it is written again on release: no reason to fail.
        with suppress(OSError):
            self._held.set_last_seen(LastSeen(state.lineage, state.serial))
