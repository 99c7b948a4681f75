"""A server on a local port that plays a part of a service, from `with` to its end."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Said(NamedTuple):
    """An answer."""

    status: int
    document: bytes
    headers: Mapping[str, str] = {}


class LocalServer(ABC):
    """Such a server. It answers one call at a time."""

    def __init__(self) -> None:
        turn = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                with turn:
                    body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    said = server.answer(self, body)
                    self.send_response(said.status)
                    for name, value in {**said.headers, "Content-Length": str(len(said.document))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(said.document)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - as its base calls them

            def log_message(self, *_: Any) -> None:  # noqa: ANN401
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @abstractmethod
    def answer(self, call: BaseHTTPRequestHandler, body: bytes) -> Said:
        """Answer one call as the service does."""

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
