"""The local lock: `flock` on a file that is never removed, and says who holds it.

The file is one line of JSON, `{"holder": …, "mark": …}`, written anew in place and only under the lock. What
it says never decides who holds the lock, the kernel does: a line torn by a crash, or left by a killed
process, is a holder unknown and a last serial unknown, no more.
"""

import errno
import fcntl
import os
import weakref
from contextlib import suppress
from typing import Final

import msgspec

from numplan.engine.ports import Clock
from numplan.failpoints import failpoint
from numplan.files.atomic import close_quietly
from numplan.model.errors import StateError
from numplan.state.backend import GRACE, LockInfo, locked
from numplan.state.last_seen import LastSeen
from numplan.state.local.folder import StateFolder
from numplan.state.os_errors import explained

_LONGEST_PAUSE: Final = 0.25
_LONGEST_LINE: Final = 1 << 16
_NO_LOCKS: Final = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


class LockRecord(msgspec.Struct, frozen=True):
    """What a lock file says. `holder` holds only while the lock is taken."""

    holder: LockInfo | None = None
    last_seen: LastSeen | None = msgspec.field(default=None, name="mark")


class HeldLock:
    """A lock that this process holds until `release`, or until it ends. A forked child does not hold it."""

    def __init__(self, folder: StateFolder, name: str, descriptor: int, info: LockInfo) -> None:
        self._folder = folder
        self._name = name
        self._descriptor = descriptor
        self._held = True
        self._record = LockRecord(info, read_record(descriptor).last_seen)
        _held.add(self)

    @property
    def last_seen(self) -> LastSeen | None:
        """What was last written here, as it stands."""
        return self._record.last_seen

    def announce(self) -> None:
        """Tell others who holds the lock. Raises StateError where that cannot be written."""
        with explained("write the lock file", self._folder.place(self._name), "nothing was changed"):
            self._write()
            failpoint("lock.after-announce")

    def set_last_seen(self, last: LastSeen | None) -> None:
        """Remember what was written. Raises OSError; it is remembered until `release` even so."""
        if last != self._record.last_seen:
            self._record = LockRecord(self._record.holder, last)
            self._write()

    def require(self) -> None:
        """Raise StateError unless this process still holds the lock that others would meet."""
        place = self._folder.place(self._name)
        if not self._held:
            raise StateError(
                f"the lock {place} is not held by this process any more: nothing was written",
                hint="run the same command again; if this comes twice, report it as a bug of numplan",
            )
        with explained("look at the lock file", place, "nothing was written"):
            if not self._folder.is_still(self._name, self._descriptor):
                raise StateError(
                    f"the lock file {place} was deleted or replaced while this run held it: nothing was "
                    "written, for another run may hold the state now",
                    hint="make sure that no other run is going, then run `numplan plan`; keep that file",
                )

    def release(self) -> None:
        """Give the lock back. Never fails: closing alone frees it."""
        if not self._held:
            return
        self.disown()
        try:
            # Before the unlock, for after it the line is the next holder's. A line that stays harms nobody.
            with suppress(OSError):
                failpoint("lock.before-release")
                self._record = LockRecord(None, self._record.last_seen)
                self._write()
            # Closing would do, but for a child of another thread that was forked and has not come to its exec.
            with suppress(OSError):
                failpoint("lock.after-clear")
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        finally:
            close_quietly(self._descriptor)

    def disown(self) -> None:
        """Hold it no longer in name; the descriptor is the caller's to close."""
        self._held = False
        _held.discard(self)

    def drop_in_child(self) -> None:
        """In a forked child: leave the lock to the parent alone."""
        self.disown()
        close_quietly(self._descriptor)

    def _write(self) -> None:
        line = msgspec.json.encode(self._record) + b"\n"
        done = 0
        while done < len(line):
            done += os.pwrite(self._descriptor, line[done:], done)
        # Readers stop at the newline, so the rest of a longer line before it does no harm until it is gone.
        os.ftruncate(self._descriptor, len(line))


_held: "weakref.WeakSet[HeldLock]" = weakref.WeakSet()


def _drop_all_in_child() -> None:
    for lock in tuple(_held):
        lock.drop_in_child()


# The child would share the lock and keep it after the parent's death.
os.register_at_fork(after_in_child=_drop_all_in_child)


def acquire(folder: StateFolder, name: str, info: LockInfo, clock: Clock, timeout: float) -> HeldLock:
    """Take the lock `name`, waiting up to `timeout` seconds. Raises StateLockedError, StateError, OSError."""
    deadline = clock.monotonic() + max(timeout, GRACE)
    pause = 0.01
    while True:
        descriptor = _open(folder, name)
        try:
            if try_flock(descriptor, fcntl.LOCK_EX, folder.place(name)) and folder.is_still(name, descriptor):
                failpoint("lock.after-acquire")
                return HeldLock(folder, name, descriptor, info)
            holder = read_record(descriptor).holder
        except BaseException:
            close_quietly(descriptor)
            raise
        close_quietly(descriptor)
        left = deadline - clock.monotonic()
        if left <= 0 or clock.interrupted():
            raise locked(info.path, holder, clock.now())
        clock.wait(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def try_flock(descriptor: int, kind: int, place: str) -> bool:
    """Whether the lock could be had at once. Raises OSError; StateError where the file system has no locks."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as problem:
        if problem.errno not in _NO_LOCKS:
            raise
        raise StateError(
            f"cannot lock {place}: its file system has no locks ({problem.strerror})",
            hint="keep the state on a local disk, or in a backend that is made for sharing",
        ) from problem
    return True


def read_record(descriptor: int) -> LockRecord:
    """What a lock file says; an empty, torn or foreign one says nothing."""
    try:
        line = os.pread(descriptor, _LONGEST_LINE, 0)
        # Without the lock, a line can be caught half rewritten and still be JSON: then the second look differs.
        if line != os.pread(descriptor, _LONGEST_LINE, 0):
            return LockRecord()
        return msgspec.json.decode(line.partition(b"\n")[0], type=LockRecord)
    except (OSError, UnicodeError, RecursionError, msgspec.MsgspecError):
        return LockRecord()


def _open(folder: StateFolder, name: str) -> int:
    descriptor = folder.open(name, os.O_RDWR | os.O_CREAT)
    if descriptor is None:  # a folder that was removed under us
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    return descriptor
