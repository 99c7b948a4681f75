"""A line to a service that can be cut: a TCP proxy that drops the request, or the answer, where it is told to."""

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, NamedTuple

_CHUNK = 1 << 16
_REMEMBERED = 4096


class Cut(NamedTuple):
    """Cut the connection on which the client sends `pattern`: before the service sees it, or after it did."""

    pattern: re.Pattern[bytes]
    what: Literal["request", "answer"]


class Span(NamedTuple):
    """Cut so many requests, whatever they are, from the `first` (from 1) that is made; or their answers."""

    first: int
    what: Literal["request", "answer"]
    times: int


class Line:
    """Passes on what a client and a service say to each other. Each cut happens once, in the order given.

    A request is what a client says before the service says anything, on a connection that may have more of them.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._open = True
        self._turn = threading.Lock()
        self._cuts: list[Cut] = []
        self._span: Span | None = None
        self._pairs: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.done = 0
        """How many cuts were made."""
        self.asked = 0
        """How many requests were made."""
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, pattern: str, what: Literal["request", "answer"], times: int = 1) -> None:
        """From here on lose what the pattern tells, so many times."""
        with self._turn:
            self._cuts += [Cut(re.compile(pattern.encode()), what)] * times

    def cut_from(self, first: int, what: Literal["request", "answer"], times: int = 1) -> None:
        """Lose so many requests, or their answers, from the `first` (from 1) that is made from here on."""
        with self._turn:
            self.asked = 0
            self._span = Span(first, what, times)

    def mend(self) -> None:
        """Cut no more, and count anew."""
        with self._turn:
            self._cuts.clear()
            self._span = None
            self.done = self.asked = 0

    def close(self) -> None:
        """Refuse all connections, and end those there are."""
        self._open = False
        self._listener.close()
        for one in self._pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while self._open:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as service:
            self._pairs += [client, service]
            for one in (client, service):
                one.settimeout(None)
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            said, losing, begins = b"", False, True
            while True:
                for one in select.select([client, service], [], [])[0]:
                    some = one.recv(_CHUNK)
                    if not some:
                        return
                    if one is service:
                        if losing:
                            return
                        client.sendall(some)
                        begins = True
                        continue
                    said = (said + some)[-_REMEMBERED - _CHUNK :]
                    due, begins = self._due(said, begins=begins), False
                    match due:
                        case "request":
                            return
                        case "answer":
                            losing = True
                    service.sendall(some)
                    if not losing:
                        said = said[-64:]  # what was passed on is cut no more, but for a pattern's beginning

    def _due(self, said: bytes, *, begins: bool) -> str | None:
        with self._turn:
            self.asked += begins
            span = self._span
            if begins and span and span.first <= self.asked < span.first + span.times:
                self.done += 1
                return span.what
            for cut in self._cuts:
                if cut.pattern.search(said):
                    self._cuts.remove(cut)
                    self.done += 1
                    return cut.what
        return None


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
