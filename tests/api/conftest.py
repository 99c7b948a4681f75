"""Clients with a fake clock, and an environment without the machine's own proxies."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from numplan.api.client import Client
from numplan.api.retry import RetryPolicy
from numplan.api.transport import Timeouts
from tests.api.clock import FakeClock

TOKEN = "canary-token-0123456789"

MakeClient = Callable[..., Client]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "requests_ca_bundle",
        "curl_ca_bundle",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make_client(clock: FakeClock) -> Iterator[MakeClient]:
    made: list[Client] = []

    def make(
        url: str, *, total: float = 5.0, retry_policy: RetryPolicy | None = None, on: FakeClock = clock
    ) -> Client:
        client = Client(
            url,
            "190",
            TOKEN,
            on,
            timeouts=Timeouts(connect=1.0, total=total),
            retry_policy=retry_policy or RetryPolicy(),
            jitter=lambda: 1.0,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


EXPIRED = """\
[ca]
default_ca = expired
[expired]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = names
x509_extensions = extensions
[names]
commonName = supplied
[extensions]
subjectAltName = IP:127.0.0.1
basicConstraints = CA:TRUE
"""


@pytest.fixture(scope="session")
def expired_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 that was good for one day in 2020, with its key, in one file."""
    folder = tmp_path_factory.mktemp("expired")
    (folder / "ca.cnf").write_text(EXPIRED)
    (folder / "index.txt").touch()
    request = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    request += ["-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=127.0.0.1"]
    sign = ["ca", "-config", "ca.cnf", "-selfsign", "-batch", "-notext", "-keyfile", "key.pem"]
    sign += ["-in", "request.pem", "-out", "cert.pem"]
    sign += ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
    try:
        for command in (request, sign):
            subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for api.test, with its key, in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=api.test"]
    command += ["-addext", "subjectAltName=DNS:api.test"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return both
