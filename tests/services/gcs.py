"""A server that keeps objects as the XML API of Google Cloud Storage does, generations and conditions included.

https://cloud.google.com/storage/docs/xml-api/reference-headers

The emulators that registries have ignore the conditions of this API, so this one is ours: it says what the
library makes of Google's answers, and nothing about Google.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.services.serving import serving

CONDITION, GENERATION = "x-goog-if-generation-match", "x-goog-generation"


class _Object(NamedTuple):
    document: bytes
    generation: int


class GcsServer(ThreadingHTTPServer):
    """Objects by path. Each put gives a generation that no object ever had."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.turn = threading.Lock()
        self.objects: dict[str, _Object] = {}
        self.generations = count(1_700_000_000_000_001)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of its business."""


@contextmanager
def gcs() -> Iterator[int]:
    """Google Cloud Storage, on this port."""
    with serving(GcsServer()) as port:
        yield port


def write_account(path: Path) -> str:
    """A service account's key file, as Google gives one out. Returns its path."""
    account = {
        "type": "service_account",
        "client_email": "numplan@acme.iam.gserviceaccount.com",
        "private_key_id": "1",
        "private_key": _private_key(),
    }
    path.write_text(json.dumps(account))
    return str(path)


@cache
def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


class _Handler(BaseHTTPRequestHandler):
    server: GcsServer
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = urlsplit(self.path)
        path, query = unquote(asked.path), parse_qs(asked.query)
        with self.server.turn:
            if "list-type" in query:
                status, found = 200, self._listing(path, query.get("prefix", [""])[0])
            else:
                status, found = self._answer(path, body)
        content = found.document if found and self.command == "GET" else b""
        self.send_response(status)
        if found:
            self.send_header(GENERATION, str(found.generation))
            self.send_header("ETag", f'"{hashlib.md5(found.document).hexdigest()}"')
            self.send_header("Last-Modified", "Wed, 25 Nov 2026 12:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_DELETE = do  # noqa: N815 - as its base calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _listing(self, bucket: str, prefix: str) -> _Object:
        start = f"{bucket.rstrip('/')}/"
        rows = "".join(
            f"<Contents><Key>{escape(key.removeprefix(start))}</Key><Size>{len(one.document)}</Size>"
            f'<ETag>"{one.generation}"</ETag><LastModified>2026-11-25T12:00:00.000Z</LastModified></Contents>'
            for key, one in sorted(self.server.objects.items())
            if key.startswith(start + prefix)
        )
        return _Object(f"<ListBucketResult>{rows}</ListBucketResult>".encode(), 0)

    def _answer(self, path: str, body: bytes) -> tuple[int, _Object | None]:
        objects = self.server.objects
        found = objects.get(path)
        match self.command:
            case "GET":
                return (200, found) if found else (404, None)
            case "DELETE":
                return (204 if objects.pop(path, None) else 404), None
        asked = self.headers.get(CONDITION)
        if asked is not None and int(asked) != (found.generation if found else 0):
            return 412, None
        objects[path] = _Object(body, next(self.server.generations))
        return 200, objects[path]
