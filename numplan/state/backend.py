"""What every place that state can live in promises, and the words they share.

A backend keeps one state. Whoever means to write takes its lock first; whoever plans just reads.
"""

import os
import time
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

import msgspec

from numplan import __version__
from numplan.engine.ports import Session
from numplan.model.errors import StateError, StateLockedError
from numplan.model.history.origin import job_page, user_at_host
from numplan.model.state import State
from numplan.model.text.printable import plural, printable
from numplan.state.history import HistoryStore

SIZE_LIMIT: Final = 2 * 1024**3
"""Bytes of the largest state."""
TRIAL: Final = "trial"
"""In the name of what is written to see whether that can be done."""

# Even who will not wait waits this long: a look at the holder, and a lock just freed, pass within it.
GRACE: Final = 0.1


class PlainClock:
    """The machine's own time, for callers without signals to mind."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed point."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def interrupted(self) -> bool:
        """Never."""
        return False


class LockInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a lock, since when, and for what. `who` is user@host, `created` is UTC, `numplan` the version
    that took it, `path` what its user calls the state, `ci_job_url` the page of its CI job or empty. `pid` is 0
    where another tool took it.
    """

    id: str
    operation: str
    who: str
    pid: int
    created: datetime
    numplan: str
    path: str
    ci_job_url: str = ""


class StoredSession(Session, Protocol):
    """The state, locked, where it is stored."""

    def begin(self, state: State) -> None:
        """Put a state where there is none, whatever its serial. Raises StateError where there is one, or as
        `write` does.
        """


class Trial(NamedTuple):
    """What a try to write beside a state showed. `written` is None where such a place has no way to try, and
    `is_versioned` where it does not tell whether it keeps older copies.
    """

    written: bool | None
    is_versioned: bool | None = None


class Backend(Protocol):
    """One place where one state lives."""

    @property
    def place(self) -> str:
        """What its user calls it: a path, an URL."""

    def read(self) -> State | None:
        """The state as last written, without a lock; None where there never was one. Raises StateError."""

    def lock(self, operation: str, *, timeout: float = 0) -> AbstractContextManager[StoredSession]:
        """Hold the lock for the length of a `with`, however that ends.

        Waits up to `timeout` seconds for another holder, then raises StateLockedError, which names it.
        Raises StateError where there can be no lock.
        """

    def holder(self) -> LockInfo | None:
        """Who holds the lock just now, or None where it is free; see `unnamed`. Raises StateError."""

    @property
    def history(self) -> HistoryStore | None:
        """The history beside the state, or None where such a place keeps none."""

    def try_writing(self) -> Trial:
        """Write something beside the state, where that can be taken away again at once. Neither state nor lock is
        touched. Raises StateError where it cannot be written.
        """

    def unlock(self, lock_id: str) -> None:
        """Take the lock away from the run that holds it under this id; that run can write no more.

        Raises StateError where no such lock is held, or where only the end of a process frees it.
        """


def introduce(operation: str, place: str, environment: Mapping[str, str], now: datetime) -> LockInfo:
    """This process, as the holder of a new lock. `environment` tells of the CI job, if there is one."""
    return LockInfo(
        id=uuid.uuid4().hex,
        operation=operation,
        who=_printable(user_at_host()),
        pid=os.getpid(),
        created=now,
        numplan=__version__,
        path=_printable(place),
        ci_job_url=_printable(job_page(environment)),
    )


def unnamed(place: str, now: datetime) -> LockInfo:
    """A holder that left no readable word of itself: its id is empty."""
    return LockInfo(
        id="", operation="unknown", who="unknown", pid=0, created=now, numplan="", path=_printable(place)
    )


def locked(
    place: str, holder: LockInfo | None, now: datetime, *, breakable: bool = False
) -> StateLockedError:
    """The error for a lock that somebody else holds; `holder` is None where it left no readable word.

    `breakable`: the lock outlives its run where that is killed, and `numplan state unlock` takes it away.
    """
    hint = "wait until that run has ended, or let this one wait with --lock-timeout 10m"
    if holder is None:
        return StateLockedError(f"{place} is locked by another run, which has not said who it is", hint=hint)
    if breakable:
        hint += f"\nif it is dead for certain: numplan state unlock {_printable(holder.id)}"
    return StateLockedError(f"{_printable(place)} is locked: {said_of(holder, now)}", hint=hint)


def said_of(holder: LockInfo, now: datetime) -> str:
    """Who holds a lock, since when, and where its CI job is, in one printable line."""
    pid = f", pid {holder.pid}" if holder.pid else ""
    since = holder.created.strftime("%Y-%m-%d %H:%M:%S UTC")
    age = _age((now - holder.created).total_seconds())
    job = f"; its CI job: {holder.ci_job_url}" if holder.ci_job_url else ""
    return _printable(
        f"{holder.operation} by {holder.who}{pid}, since {since} ({age}), lock id {holder.id}{job}"
    )


def other_lock(place: str, lock_id: str, holder: LockInfo | None) -> StateError:
    """The error for an unlock that names no lock that is held."""
    if holder is None:
        return StateError(f"{place} is not locked", hint="there is nothing to unlock")
    return StateError(
        f"{place} is locked under the id {holder.id}, not {lock_id}: {holder.operation} by {holder.who}",
        hint="make sure that this run is dead before you unlock it by its own id",
    )


def require_nothing(before: State | None, after: State, place: str) -> None:
    """Raise StateError unless a place is empty, so that `after` may be put there."""
    if before is not None:
        raise StateError(
            f"{place} holds a state already, serial {before.serial} of lineage {before.lineage}; serial "
            f"{after.serial} of lineage {after.lineage} was not written there",
            hint="give an empty place",
        )


def require_successor(before: State | None, after: State, place: str) -> None:
    """Raise StateError unless `after` may replace `before`: same lineage, next serial; or the very first."""
    if before is None:
        if after.serial != 1:
            raise StateError(
                f"{place} does not exist, so serial {after.serial} cannot follow on it: nothing was written",
                hint="the state was moved or deleted during this run: put it back, then run `numplan plan`",
            )
        return
    if after.lineage != before.lineage:
        raise StateError(
            f"{place} holds lineage {before.lineage}, not {after.lineage}: nothing was written",
            hint="this is another state: check which one --state, NUMPLAN_STATE or the manifest names",
        )
    if after.serial != before.serial + 1:
        raise StateError(
            f"{place} holds serial {before.serial}, which serial {after.serial} does not follow: "
            "nothing was written",
            hint="the state changed since it was read: run `numplan plan` again",
        )


def _age(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{plural(int(seconds // length), unit)} ago"
    return f"{max(0, int(seconds))} s ago"


def _printable(text: str) -> str:
    # Other people's words reach a terminal and a UTF-8 file: neither takes control characters or surrogates.
    return printable(text, lambda _: "\N{REPLACEMENT CHARACTER}")
