"""Connections opened early, while the calls before are under way.

Each carries one call and no other, as if it had been opened for that call just then; only its opening was begun
sooner. What becomes of a call is the same either way: one that stands open is used only where nothing came on it and it
was not closed, else the call opens another; one that is still being opened is waited for, and where it fails, the call
has failed to connect. Nothing was sent, in both cases.
"""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

from urllib3.connection import HTTPConnection

IDLE_MOST: Final = 4.0
"""Seconds that an open connection waits for its call; then it is closed. Servers, and what stands before them, give a
new connection five seconds and more for its first request, so that it is seldom they who close it; and a call that
takes longer than this gains little by a connection that is there.
"""

AHEAD: Final = 2
"""Connections for each call that may be under way at once: then handshakes may take twice as long as a call."""

Connect = Callable[[Any], None]
"""Opens a connection in the way of its pool: through a proxy where it needs one."""


class Pool(Protocol):
    """What is needed of a pool of connections."""

    def not_yet_open(self) -> "EarlyConnection":
        """A new connection to its server, to be opened."""


class EarlyConnection(HTTPConnection):
    """One whose opening another thread may have begun. Whoever uses it opens it as any other, and waits for that."""

    opening: "_Opening | None" = None

    @property
    def is_closed(self) -> bool:
        """Whether it is not open, or not known to be."""
        return self.opening is not None or super().is_closed

    def connect(self) -> None:
        """Open it; or wait until it is, and raise what was raised meanwhile."""
        opening = self.opening
        if opening is None or opening.is_mine:
            super().connect()
            return
        opening.done.wait()
        self.opening = None
        if opening.failure is not None:
            raise opening.failure


class _Opening:
    """A connection that is being opened, or stands open. Whoever takes it out of the line has it: a call, or nobody."""

    def __init__(self, pool: Pool, connect: Connect, timeout: Any) -> None:  # noqa: ANN401 - as urllib3 has it
        self.pool = pool
        self.connect = connect
        self.timeout = timeout
        self.connection = pool.not_yet_open()
        self.connection.timeout = timeout
        self.connection.opening = self
        self.failure: BaseException | None = None
        self.done = threading.Event()
        self.opened_at = inf
        self.is_dropped = False
        self._opener = 0

    @property
    def is_mine(self) -> bool:
        """Whether this thread is the one that opens it."""
        return threading.get_ident() == self._opener

    def open(self) -> None:
        """Open it, in this thread."""
        self._opener = threading.get_ident()
        try:
            self.connect(self.connection)
        except BaseException as failure:  # noqa: BLE001 - it is the word for the call that waits for it
            self.failure = failure
        self._opener = 0
        self.opened_at = time.monotonic()


class Early:
    """The connections that are opened early for one caller, who makes so many calls `at_once`: AHEAD for each of these
    at most, and no more than calls are to come. Safe to use from several threads.

    Where so many of them were of no use (they failed, or the server closed them, or calls take longer than they last)
    there is nothing to be gained at this server, and no more are opened.
    """

    def __init__(self, at_once: int) -> None:
        self._most = AHEAD * at_once
        self._to_come = 0
        self._wasted = 0
        self._line: deque[_Opening] = deque()
        self._turn = threading.Lock()
        self._orders: SimpleQueue[_Opening | None] = SimpleQueue()
        self._openers = 0

    def expect(self, calls: int) -> None:
        """So many calls are to come, that which is about to begin among them. Where none is, all of them are closed."""
        with self._turn:
            self._to_come = calls
            surplus = [] if calls else list(self._line)
            if surplus:
                self._line.clear()
        self._drop(surplus)

    def close(self) -> None:
        """Nothing is to come any more."""
        self.expect(0)
        with self._turn:
            openers, self._openers, self._most = self._openers, 0, 0
        for _ in range(openers):
            self._orders.put(None)

    def begin(self, pool: Pool, connect: Connect, timeout: Any) -> None:  # noqa: ANN401
        """Begin to open AHEAD of them, as far as calls are to come that have none, in this way and within this time for
        connecting. It is no call's affair whether that can be done.
        """
        for _ in range(AHEAD):
            with self._turn:
                if self._wasted >= self._most or len(self._line) >= min(self._most, self._to_come - 1):
                    return
                try:
                    self._hire()
                except RuntimeError:  # no more threads
                    self._most = 0
                    return
                opening = _Opening(pool, connect, timeout)
                self._line.append(opening)
            self._orders.put(opening)

    def take(self, pool: Pool) -> EarlyConnection | None:
        """The oldest connection of a pool that is of use, for one call: it is open, or will be once the call connects.
        None where there is none. In its place, others are begun.
        """
        while (opening := self._first(pool)) is not None:
            connection = opening.connection
            if not opening.done.is_set():
                self.begin(pool, opening.connect, opening.timeout)
                return connection
            if opening.failure is None and _is_young(opening) and is_untouched(connection):
                connection.opening = None
                self.begin(pool, opening.connect, opening.timeout)
                return connection
            self._drop([opening], wasted=True)
        return None

    def _first(self, pool: Pool) -> _Opening | None:
        """Take the first of a pool out of the line."""
        with self._turn:
            opening = next((one for one in self._line if one.pool is pool), None)
            if opening is not None:
                self._line.remove(opening)
        return opening

    def _hire(self) -> None:
        """Have a thread more that opens connections, up to one for each. Raises RuntimeError where none can be had."""
        if self._openers < self._most:
            # A daemon: whoever leaves does not wait for a connection that nobody waits for.
            threading.Thread(target=self._open, name="numplan-early", daemon=True).start()
            self._openers += 1

    def _open(self) -> None:
        """Open what is ordered, and close what has waited too long: the work of a thread."""
        while True:
            try:
                opening = self._orders.get(timeout=self._patience())
            except Empty:
                self._sweep()
                continue
            if opening is None:
                return
            opening.open()
            with self._turn:
                opening.done.set()
                failed = opening.failure is not None and opening in self._line
                if failed:
                    self._line.remove(opening)
                    self._wasted += 1
                unwanted = failed or opening.is_dropped
            if unwanted:
                opening.connection.close()

    def _patience(self) -> float | None:
        """Seconds until the first of the line has waited too long; None where none waits."""
        with self._turn:
            opened_at = min((one.opened_at for one in self._line), default=inf)
        return None if opened_at == inf else max(0.0, opened_at + IDLE_MOST - time.monotonic())

    def _sweep(self) -> None:
        with self._turn:
            old = [one for one in self._line if not _is_young(one)]
            for opening in old:
                self._line.remove(opening)
        self._drop(old, wasted=True)

    def _drop(self, openings: Sequence[_Opening], *, wasted: bool = False) -> None:
        """Close what was taken out of the line for no call; what is still being opened, whoever opens it closes."""
        with self._turn:
            self._wasted += wasted * len(openings)
            done = [one for one in openings if one.done.is_set()]
            for opening in openings:
                opening.is_dropped = True
        for opening in done:
            opening.connection.close()


def _is_young(opening: _Opening) -> bool:
    return time.monotonic() - opening.opened_at < IDLE_MOST


def is_untouched(connection: HTTPConnection) -> bool:
    """Whether an open connection on which nothing was sent brought nothing either: no byte, no end, no error. What TLS
    says for itself, such as session tickets, is nothing.
    """
    sock = connection.sock
    if sock is None:
        return False
    timeout = sock.gettimeout()
    try:
        sock.settimeout(0)
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        sock.settimeout(timeout)
        return True
    except (OSError, ValueError):
        pass
    return False
