"""The history beside a state: what each kind of place promises, and how an apply writes it without being held up."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from numplan.engine.ports import Written
from numplan.model.errors import StateError
from numplan.model.history.record import Record, hash_of
from numplan.model.text.printable import plural

PATIENCE: Final = 2.0
"""Seconds that a whole run waits for its history, besides what its records take."""
RECORDS_A_SECOND: Final = 50_000
"""For so many records it waits a second more: a history that takes any, takes them."""
_SHORTEST: Final = 0.05

Result = TypeVar("Result")


class HistoryStore(Protocol):
    """The records of one state, a line each, in their order. Lines are bytes as they were written, without a line feed.
    All here raises StateError or OSError.
    """

    @property
    def place(self) -> str:
        """What its user calls it."""

    def lines(self) -> Iterator[bytes]:
        """Every line, as they come; none where there is no history."""

    def last(self) -> bytes:
        """The last whole line, found without a look at the others; empty where there is none."""

    def write(self, records: Sequence[Record], *, anew: bool) -> str:
        """Add those of the records that are not there yet; see HistoryLog. However often it broke off before, and at
        whatever step, each record is there once. Returns what there is to say, or an empty text.
        """

    def take_over(self, lines: Sequence[bytes], name: str) -> None:
        """Begin with the lines of another place, as they are. `name` is unique to the state that comes along: what an
        earlier try of the same move wrote is taken for it. Raises StateError where another history is there.
        """


class BoundedLog:
    """What an apply sees of a history; see HistoryLog. Whatever takes longer is left to end by itself, or with the
    process.
    """

    def __init__(self, store: HistoryStore, patience: float = PATIENCE) -> None:
        self._store = store
        self._left = patience
        self._allowed = 0  # records that wait to be written, whose time is in `_left`

    def write(self, records: Sequence[Record], *, anew: bool) -> Written:
        """See HistoryLog."""
        self._left += max(0, len(records) - self._allowed) / RECORDS_A_SECOND
        self._allowed = max(self._allowed, len(records))
        done = self._within(lambda: self._store.write(records, anew=anew))
        if isinstance(done, BaseException):
            return Written(problem=_words(done))
        self._allowed = 0
        return Written(note=done)

    def holds(self, record_hash: str) -> bool | None:
        """See HistoryLog."""
        sought = record_hash.encode()
        found = self._within(lambda: any(sought in line for line in self._store.lines()))
        return None if isinstance(found, BaseException) else found

    def last(self) -> str | None:
        """See HistoryLog."""
        found = self._within(lambda: hash_of(self._store.last()))
        return None if isinstance(found, BaseException) else found

    def _within(self, work: Callable[[], Result]) -> Result | BaseException:
        """What comes of work in a thread of its own, within the time that is left."""
        came: list[Result | BaseException] = []

        def run() -> None:
            try:
                came.append(work())
            except BaseException as problem:  # noqa: BLE001 - it is told where the work is waited for
                came.append(problem)

        if self._left < _SHORTEST:
            return TimeoutError()
        began = time.monotonic()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self._left)
        self._left -= time.monotonic() - began
        return came[0] if came else TimeoutError()


def _words(problem: BaseException) -> str:
    match problem:
        case StateError():
            return problem.message
        case TimeoutError():
            return "it took too long"
        case OSError() if problem.strerror:
            return problem.strerror
        case _:
            return str(problem) or type(problem).__name__


def added(place: str, count: int) -> str:
    """The word for records that an earlier run left, and that were not there."""
    were = "was" if count == 1 else "were"
    return f"{plural(count, 'record')} of an earlier run {were} not in {place}, and {were} added from state"


def unconnected(place: str, record: Record) -> str:
    """The word for a history that does not end where its next record begins."""
    if record.outcome == "lost":
        return (
            f"{place} lacks some of the records {record.lost_from} to {record.lost_to}: they could not be written, and "
            f"state has no room for so many; record {record.record} says so"
        )
    return (
        f"{place} does not end with record {record.record - 1}, on which the next one follows: it was cut, altered or "
        "put back; `numplan history verify` says more"
    )


def taken(place: str) -> StateError:
    """The error for a move to where another history is."""
    return StateError(
        f"{place} holds a history already; nothing was moved",
        hint="move it away, or give another place",
    )
