"""A server that keeps state as Terraform's HTTP backend wants it, and as GitLab does, over real HTTP.

It keeps what it is told and no more, checks lock ids and `Content-MD5`, and fails on request.
"""

import base64
import gzip
import hashlib
import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.services.serving import serving

GITLAB = "/api/v4/projects/17/terraform/state/"


class Fault(NamedTuple):
    """What becomes of the next call of a method: `lose_request` (cut, nothing done), `lose_answer` (done, then
    cut), `cut_answer` (done, and half of the answer sent), or a status, answered before anything is done, with a
    `body`.
    """

    method: str
    what: str | int
    body: bytes = b""


class Call(NamedTuple):
    method: str
    path: str
    query: str
    headers: dict[str, str]


class StateServer(ThreadingHTTPServer):
    """States and locks by path. Paths below `GITLAB` behave as GitLab's."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.turn = threading.Lock()
        self.states: dict[str, bytes] = {}
        self.serials: dict[str, set[int]] = {}
        self.locks: dict[str, dict[str, str]] = {}
        self.faults: deque[Fault] = deque()
        self.calls: list[Call] = []
        self.credentials: str | None = None
        self.packing: str | None = None
        """How it compresses its answers, asked or not."""
        self.reentrant = False
        """Whether it gives a lock to who has it already, as no such server should."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def require(self, user: str, password: str) -> None:
        """From here on answer nobody else."""
        self.credentials = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def reset(self) -> None:
        """Forget faults and credentials."""
        self.faults.clear()
        self.calls.clear()
        self.credentials, self.packing, self.reentrant = None, None, False

    def fault_of(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method:
                self.faults.remove(fault)
                return fault
        return None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of its business."""


@contextmanager
def state_server() -> Iterator[StateServer]:
    server = StateServer()
    with serving(server):
        yield server


class _Handler(BaseHTTPRequestHandler):
    server: StateServer
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet for an answer, not two and a wait between them
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        with self.server.turn:
            self.server.calls.append(Call(self.command, parts.path, parts.query, dict(self.headers)))
            kind = (
                "LOCK" if self._locks(parts.path) else "UNLOCK" if self._unlocks(parts.path) else self.command
            )
            found = self.server.fault_of(kind)
            fault = found.what if found else None
            if fault == "lose_request":
                self._cut()
                return
            if found and isinstance(fault, int):
                status, answer = fault, found.body
            else:
                status, answer = self._answer(kind, parts, body)
        if fault == "lose_answer":
            self._cut()
            return
        self.send_response(status)
        if self.server.packing and answer:
            self.send_header("Content-Encoding", self.server.packing)
            answer = gzip.compress(answer)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2] if fault == "cut_answer" else answer)
        if fault == "cut_answer":
            self._cut()

    do_GET = do_POST = do_PUT = do_DELETE = do_LOCK = do_UNLOCK = do  # noqa: N815 - as its base calls them

    def _locks(self, path: str) -> bool:
        return self.command == ("POST" if path.startswith(GITLAB) and path.endswith("/lock") else "LOCK")

    def _unlocks(self, path: str) -> bool:
        return self.command == ("DELETE" if path.startswith(GITLAB) and path.endswith("/lock") else "UNLOCK")

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, kind: str, parts: Any, body: bytes) -> tuple[int, bytes]:
        server = self.server
        if server.credentials and self.headers.get("Authorization") != server.credentials:
            return 401, b'{"message":"401 Unauthorized"}'
        digest = self.headers.get("Content-MD5")
        if body and digest != base64.b64encode(hashlib.md5(body).digest()).decode():
            return 400, b"Content-MD5 does not fit"
        gitlab = parts.path.startswith(GITLAB)
        name = parts.path.removesuffix("/lock") if gitlab else parts.path
        match kind:
            case "GET":
                stored = server.states.get(name)
                return (404, b"") if stored is None else (200, stored)
            case "LOCK":
                return self._lock(name, json.loads(body), gitlab=gitlab)
            case "UNLOCK":
                return self._unlock(name, json.loads(body))
            case "POST" | "PUT":
                return self._store(name, parse_qs(parts.query).get("ID", [""])[0], body, gitlab=gitlab)
        return 405, b""

    def _lock(self, name: str, asked: dict[str, str], *, gitlab: bool) -> tuple[int, bytes]:
        if gitlab:
            assert all(isinstance(asked[key], str) for key in ("ID", "Operation", "Info", "Who", "Path"))
        held = self.server.locks.get(name)
        if held is not None and not (self.server.reentrant and held["ID"] == asked["ID"]):
            # GitLab remembers who holds a lock since when, and repeats the rest from the question.
            shown = {**asked, **{key: held[key] for key in ("ID", "Who", "Created")}} if gitlab else held
            return (409 if gitlab else 423), json.dumps(shown).encode()
        self.server.locks[name] = {**asked, "Who": "jane"} if gitlab else asked
        return 200, b""

    def _unlock(self, name: str, asked: dict[str, str]) -> tuple[int, bytes]:
        held = self.server.locks.get(name)
        if held is not None and held["ID"] != asked["ID"]:
            return 409, json.dumps(held).encode()
        self.server.locks.pop(name, None)
        return 200, b""

    def _store(self, name: str, lock: str, body: bytes, *, gitlab: bool) -> tuple[int, bytes]:
        held = self.server.locks.get(name)
        if (held["ID"] if held else "") != lock:
            return 409, json.dumps(held or {}).encode()
        if gitlab:
            serial = json.loads(body)["serial"]
            if serial in self.server.serials.setdefault(name, set()):
                return 422, b'{"message":"Version has already been taken"}'
            self.server.serials[name].add(serial)
        self.server.states[name] = body
        return 200, b""
