"""S3 from moto's server, Azure from azurite, both of this test process's own; the bucket is `states`."""

import base64
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.services.serving import serving

AZURITE = Path(__file__).with_name("node_modules") / ".bin" / "azurite-blob"
ACCOUNT = "devstoreaccount1"
KEY = base64.b64encode(b"a key of this test alone").decode()


@contextmanager
def moto() -> Iterator[int]:
    """S3. Its check of a condition and its put are made one step, as they are at the real one."""
    import logging

    import requests
    from moto.s3.responses import S3Response
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    turn, put_object = threading.Lock(), S3Response.put_object

    def one_step(self, *arguments, **named):
        with turn:
            return put_object(self, *arguments, **named)

    S3Response.put_object = one_step
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    made = requests.put(f"http://127.0.0.1:{port}/states", timeout=30)
    assert made.status_code == 200, made.text
    try:
        yield port
    finally:
        server.stop()
        S3Response.put_object = put_object


class _Refusing(BaseHTTPRequestHandler):
    def do(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(403)
        self.end_headers()
        self.wfile.write(b"<Error><Code>AccessDenied</Code></Error>")

    do_GET = do_PUT = do_DELETE = do  # noqa: N815 - as its base calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def refusing_server() -> Iterator[int]:
    """S3 for those it does not know."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)) as port:
        yield port


@contextmanager
def azurite(folder: Path) -> Iterator[int]:
    """Azure Blob Storage."""
    node = shutil.which("node")
    assert node is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = ["--silent", "--skipApiVersionCheck", "--inMemoryPersistence", "--disableTelemetry"]
    process = subprocess.Popen(
        [AZURITE, "--blobHost", "127.0.0.1", "--blobPort", str(port), *flags],
        cwd=folder,
        env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, "azurite ended"
            assert time.monotonic() < deadline, "azurite does not listen"
            time.sleep(0.05)
        _create_container(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _create_container(port: int) -> None:
    """The one call that obstore does not have, signed as Azure wants it."""
    import hashlib
    import hmac
    from email.utils import formatdate

    import requests

    date, version = formatdate(usegmt=True), "2021-08-06"
    # https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
    headers = (f"x-ms-date:{date}", f"x-ms-version:{version}")
    signed = "\n".join(["PUT", *([""] * 11), *headers, f"/{ACCOUNT}/{ACCOUNT}/states", "restype:container"])
    digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    made = requests.put(
        f"http://127.0.0.1:{port}/{ACCOUNT}/states?restype=container",
        headers={
            "x-ms-date": date,
            "x-ms-version": version,
            "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
            "Content-Length": "0",
        },
        timeout=30,
    )
    assert made.status_code == 201, made.text
