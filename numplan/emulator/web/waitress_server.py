"""The HTTP server: waitress, with a way to break off a connection."""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Response
from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.channel import ClientDisconnected, HTTPChannel  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]

from numplan.emulator.protocol.replies import Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HANG_UP = "numplan.emulator.hang_up"
"""Where a request's WSGI environment keeps the function that closes its connection."""
SAY_FIRST = "numplan.emulator.say_first"
"""Where it keeps the function that sends bytes before the answer."""

_BLOCK = 64 * 1024
_BACKLOG = 1024

# Short answers and full queues are what the emulator is for, nothing to warn about.
_silent = logging.getLogger("numplan.emulator.web.waitress_server")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False


class _Task(WSGITask):  # type: ignore[misc]
    logger = _silent

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment, with the way out of the connection."""
        environment: dict[str, Any] = super().get_environment()
        environment[HANG_UP] = self.channel.hang_up
        environment[SAY_FIRST] = self.channel.write_soon
        return environment


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as waitress has it
        super().__init__(*args, **named)
        self._accepted_at: float | None = time.monotonic()  # until its first request was looked at

    def service(self) -> None:
        """Serve a request, the first one when the connection's handshakes would be over."""
        if self._accepted_at is not None:
            self.server.greet(time.monotonic() - self._accepted_at)
            self._accepted_at = None
        super().service()

    def hang_up(self, *, reset: bool) -> None:
        """End the request; waitress closes the socket once what was written before is flushed.

        Raises `ClientDisconnected`, on which waitress says nothing more to the client.
        """
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ClientDisconnected


class Server:
    """Serves a WSGI application on its own threads until `close`."""

    def __init__(
        self,
        application: "WSGIApplication",
        host: str,
        port: int,
        threads: int,
        greet: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Bind the address and start to serve. Raises `OSError` where it can't be bound. `greet` is called with the
        age of each connection, in seconds, before the first request on it.
        """
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            application,
            map=self._sockets,
            sockets=[_listening(host, port)],
            threads=threads,
            ident="numplan-emulator",
            log_socket_errors=False,
            outbuf_overflow=2**30,  # a large listing stays in memory
            channel_timeout=3600,
            connection_limit=2000,
            backlog=_BACKLOG,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,
        )
        self._server.channel_class = _Channel
        self._server.greet = greet
        self._server.task_dispatcher.queue_logger = _silent
        self.port = int(self._server.effective_port)
        self._closing = threading.Event()
        self._loop = threading.Thread(target=self._run, name="numplan-emulator", daemon=True)
        self._loop.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=self._sockets, count=1)

    def close(self) -> None:
        """Stop serving, break off what is under way and free the port."""
        self._closing.set()
        self._server.pull_trigger()
        self._loop.join()
        self._server.task_dispatcher.shutdown(timeout=2)
        wasyncore.close_all(self._sockets)


def _listening(host: str, port: int) -> socket.socket:
    """One socket on the first address of `host`: waitress itself would open one for each."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address, family=family, backlog=_BACKLOG)


def to_response(reply: Reply, environment: dict[str, Any], pause: Callable[[float], None]) -> Response:
    """The reply as Flask sends it, its misbehaviour included."""
    for status in reply.interim:
        environment[SAY_FIRST](
            f"HTTP/1.1 {status} Interim\r\nLink: </style.css>; rel=preload\r\n\r\n".encode()
        )
    response = Response(
        _hang_up(environment[HANG_UP], reset=reply.reset) if reply.hang_up else _pieces(reply, pause),
        status=reply.status,
        content_type=reply.content_type,
    )
    for name, value in reply.headers:
        response.headers[name] = value
    length = len(reply.body) + reply.padding if reply.declared_length is None else reply.declared_length
    response.headers["Content-Length"] = str(length)
    return response


def _hang_up(hang_up: Callable[..., None], *, reset: bool) -> Iterator[bytes]:
    hang_up(reset=reset)
    yield b""


def _pieces(reply: Reply, pause: Callable[[float], None]) -> Iterator[bytes]:
    if reply.bytes_at_once:
        for start in range(0, len(reply.body), reply.bytes_at_once):
            yield reply.body[start : start + reply.bytes_at_once]
            pause(reply.pause)
    elif reply.body:
        yield reply.body
    for start in range(0, reply.padding, _BLOCK):
        yield b" " * min(_BLOCK, reply.padding - start)
