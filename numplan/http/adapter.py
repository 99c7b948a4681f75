"""Connections that know two things requests does not tell: whether a call left, and when time is up.

A timeout of requests counts from one received byte to the next, so a server that sends a byte now and then is
never late. Here the time left when the request has been written becomes a deadline over the whole answer,
header and body. And no exception type of requests or urllib3 says for certain whether the server may have
seen a request (a TLS error can strike before or after it), so the connection keeps a note of it.
"""

# ruff: noqa: ANN401 - overridden methods pass on what urllib3 and requests hand them

import io
import socket
import threading
import time
from functools import partial
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, parse_headers
from typing import TYPE_CHECKING, Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from numplan.http.early import Connect, Early, EarlyConnection
from numplan.http.library import requests

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ThisCall(threading.local):
    """Whether the call that this thread is making may have reached the server. Reset it before each call."""

    request_sent: bool = False


this_call = ThisCall()


class _DeadlineReader(io.RawIOBase):
    """The bytes of one answer, until its time is up: then TimeoutError."""

    def __init__(self, source: io.RawIOBase, sock: socket.socket, seconds: float) -> None:
        super().__init__()
        self._source = source
        self._sock = sock
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._source.fileno()

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(left)
        try:
            return self._source.readinto(buffer)
        finally:
            self._sock.settimeout(self._seconds)

    def close(self) -> None:
        self._source.close()
        super().close()


_INTERIM_MOST: Final = 100
"""Interim answers before one that is real: no server has that much to say in advance."""


class _DeadlineResponse(HTTPResponse):
    """An answer whose header and body together must come within the socket's timeout. Interim answers, such as 103,
    are passed over until the real one comes (RFC 9110, 15.2): http.client by itself knows 100 alone.
    """

    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        seconds = sock.gettimeout()
        if seconds is not None:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_DeadlineReader(raw, sock, seconds))

    def _read_status(self) -> tuple[str, int, str]:
        """The status line of the real answer. After a 101 the line would speak another protocol: nobody asks for
        that, so it is passed on as it is.
        """
        for _ in range(_INTERIM_MOST):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # typeshed leaves it out
            if status >= HTTPStatus.OK or status == HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException("there was no end of interim answers")


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse
    _connecting = False

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if not self._connecting:  # while connecting, only a CONNECT to a proxy is sent
            this_call.request_sent = True
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _EarlyConnection(EarlyConnection, _Connection):
    pass


class _EarlyTlsConnection(EarlyConnection, _TlsConnection):
    pass


class _Fresh(HTTPConnectionPool):
    """Keeps no connection open. `Connection: close` alone would not do: few servers say that they obey it. Those of
    calls to come are opened `early`.
    """

    def __init__(self, *args: Any, early: Early, **named: Any) -> None:
        super().__init__(*args, **named)
        self._early = early

    def not_yet_open(self) -> Any:
        """A new connection, to be opened."""
        return self._new_conn()

    def _get_conn(self, timeout: float | None = None) -> Any:
        place = super()._get_conn(timeout)
        return self._early.take(self) or place

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()
        super()._put_conn(conn)

    def _prepare_proxy(self, conn: Any) -> None:
        self._open(conn, super()._prepare_proxy)

    def _validate_conn(self, conn: Any) -> None:
        if conn.is_closed:
            self._open(conn, _connect)
        super()._validate_conn(conn)

    def _open(self, conn: Any, connect: Connect) -> None:
        """Open the connection of a call, and once this server was reached, begin with that of the next one."""
        if conn.opening is not None:
            conn.connect()
        else:
            connect(conn)
            self._early.begin(self, connect, conn.timeout)


def _connect(conn: Any) -> None:
    conn.connect()


class _FreshPool(_Fresh, _Pool):
    ConnectionCls = _EarlyConnection


class _FreshTlsPool(_Fresh, _TlsPool):
    ConnectionCls = _EarlyTlsConnection


_KEEPING: Final = {"http": _Pool, "https": _TlsPool}


class Adapter(requests.adapters.HTTPAdapter):
    """An adapter of such connections, for direct calls and for HTTP proxies. It never retries by itself.

    Where `fresh`, every call has a connection of its own, which may have been opened early.
    """

    def __init__(self, connections: int, *, fresh: Early | None) -> None:
        self._pools: dict[str, Any] = dict(_KEEPING)
        if fresh is not None:
            self._pools = {
                "http": partial(_FreshPool, early=fresh),
                "https": partial(_FreshTlsPool, early=fresh),
            }
        super().__init__(pool_connections=2, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        """Open pools of our connections for direct calls."""
        super().init_poolmanager(*args, **named)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Open pools of our connections for calls through a proxy. Raises InvalidSchema for SOCKS."""
        if proxy.lower().startswith("socks"):
            # Its connections would not note what is sent, and a call that left would look as if it had not.
            raise requests.exceptions.InvalidSchema("numplan does not go through SOCKS proxies")
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = self._pools
        return manager
