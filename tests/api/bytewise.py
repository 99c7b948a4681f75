"""A server made of raw sockets, for answers that no HTTP library would send.

Each request takes the next step of its script; the last step answers all further ones.
"""

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import msgspec

Step = Callable[["Line"], None]


class Seen(msgspec.Struct, frozen=True):
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def endpoint(self) -> str:
        return self.path.rpartition("/")[2]

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One connection, as a step writes to it."""

    def __init__(self, sock: socket.socket, stopping: threading.Event, seen: Seen) -> None:
        self.sock = sock
        self.seen = seen
        self._stopping = stopping
        self.keep = False

    def write(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            if self._stopping.is_set():
                return
            self.sock.sendall(piece)
            if pause:
                self._stopping.wait(pause)

    def pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)


class Bytewise:
    """The server; a context manager. `seen` holds every request read."""

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None, greet: Step | None = None) -> None:
        self._steps = list(steps)
        self._tls = tls
        self._greet = greet
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.seen: list[Seen] = []
        self.accepted = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/o/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        # A port on which a thread still waits is not free, and would answer once more.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._greet is not None:
                self._greet(Line(sock, self._stopping, Seen("", "", {}, {}, b"")))
                return
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            while (seen := read_request(sock)) is not None:
                with self._lock:
                    self.seen.append(seen)
                    step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
                line = Line(sock, self._stopping, seen)
                step(line)
                if not line.keep:
                    return
        except OSError:
            pass
        finally:
            sock.close()


def read_request(sock: socket.socket) -> Seen | None:
    """Read one request from a socket, its whole body included; None at the connection's end."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = sock.recv(65536)
        if not more:
            return None
        head += more
    top, _, body = head.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += sock.recv(65536)
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=False).items()}
    return Seen(method, parts.path, query, headers, body)


def reply(
    body: Any = b"", status: int = 200, headers: Mapping[str, str] | None = None, *, keep: bool = False
) -> Step:
    """A proper answer, which says whether the connection is kept; anything but bytes is sent as JSON."""
    announced = {} if keep else {"Connection": "close"}

    def step(line: Line) -> None:
        line.keep = keep
        line.write(http(body, status, announced | dict(headers or {})))

    return step


def http(body: Any = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of an answer."""
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Length": str(len(encoded)), "Content-Type": "application/json"} | dict(headers or {})
    top = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Reason\r\n{top}\r\n".encode() + encoded


def raw(*pieces: bytes, pause: float = 0.0) -> Step:
    """These bytes, with a pause after each piece, then the end of the connection."""
    return lambda line: line.write(*pieces, pause=pause)


def drip(whole: bytes, *, pause: float) -> Step:
    """An answer one byte at a time."""
    return raw(*(whole[at : at + 1] for at in range(len(whole))), pause=pause)


def hang_up(line: Line) -> None:
    """No byte, and an orderly end."""


def reset(line: Line) -> None:
    """No byte, and a TCP reset."""
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(seconds: float) -> Step:
    """Nothing at all for some time."""
    return lambda line: line.pause(seconds)


def endless(line: Line) -> None:
    """A chunked body without end."""
    line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    until = time.monotonic() + 10
    while time.monotonic() < until:
        line.write(chunk)


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
