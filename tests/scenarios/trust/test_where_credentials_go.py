"""A manifest may agree on where state lives. Alone it gets neither credentials nor a call."""

import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.desk import Desk, run_of
from tests.services.state_server import GITLAB, StateServer

(A,) = run_of(16095550101, 1)
ONE = f'numbers: {{support: {{number: "{A}"}}}}\n'
SECRETS = {
    "NUMPLAN_STATE_USERNAME": "jane",
    "NUMPLAN_STATE_PASSWORD": "canary-password",
    "PGPASSWORD": "canary-password",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "canary-password",
    "AWS_SESSION_TOKEN": "canary-password",
    "AWS_REGION": "us-east-1",
    "AZURE_STORAGE_ACCOUNT_KEY": "Y2FuYXJ5LXBhc3N3b3Jk",
}
READING = (
    "plan",
    "apply --auto-approve",
    "drift",
    "output",
    "show",
    "numbers --unmanaged",
    "adopt --all --auto-approve",
    "state list",
    "state pull",
    "state settle",
    "state unlock 0123456789abcdef0123456789abcdef --auto-approve",
    "state migrate --to elsewhere.json --auto-approve",
)
BACKENDS = {
    "http": "{{type: http, address: 'http://{host}/x'}}",
    "gitlab": f"{{{{type: http, address: 'http://{{host}}{GITLAB}x'}}}}",
    "lock": "{{type: http, address: 'http://127.0.0.1:1/x', lock_address: 'http://{host}/x'}}",
    "s3": "{{type: s3, bucket: states, key: x.json, endpoint: 'http://{host}'}}",
    "gcs": "{{type: gcs, bucket: states, key: x.json, endpoint: 'http://{host}'}}",
    "azure": "{{type: azure, container: states, key: x.json, account: acme, endpoint: 'http://{host}/acme'}}",
    "postgres": "{{type: postgres, url: 'postgresql://jane@{host}/ops'}}",
}


class Listener(NamedTuple):
    """A port, and who called there: it hangs up on everybody."""

    port: int
    callers: list[Any]


@pytest.fixture
def listener() -> Iterator[Listener]:
    callers: list[Any] = []

    def listen() -> None:
        while True:
            connection, caller = listening.accept()
            connection.close()
            if ended.is_set():
                return
            callers.append(caller)

    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=listen)
        thread.start()
        yield Listener(listening.getsockname()[1], callers)
        ended.set()
        socket.create_connection(listening.getsockname()).close()
        thread.join()


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A)
    return desk


@pytest.mark.parametrize("kind", BACKENDS)
def test_a_place_that_only_the_manifest_names_hears_nothing(
    ready: Desk, listener: Listener, kind: str
) -> None:
    host = f"127.0.0.1:{listener.port}"
    ready.manifest(f"backend: {BACKENDS[kind].format(host=host)}\n{ONE}")
    for command in READING if kind == "http" else READING[:1]:
        ran = ready(*command.split(), **SECRETS, NUMPLAN_STATE_HOST="127.0.0.1:1")
        assert ran.code == 1, (command, ran)
        assert f"NUMPLAN_STATE_HOST={host}" in ran.err, (command, ran)
        assert "canary" not in ran.out + ran.err
    assert not listener.callers
    assert not ready.posts


def test_it_is_used_where_an_operator_says_the_same(ready: Desk, server: StateServer) -> None:
    server.require("jane", "canary-password")
    address = f"{server.url}{GITLAB}agreed"
    ready.manifest(f"backend: {{type: http, address: '{address}'}}\n{ONE}")
    host = server.url.removeprefix("http://")
    for variables in (
        {"NUMPLAN_STATE_HOST": f"db.example.com, {host}"},
        {"NUMPLAN_STATE_HOST": "127.0.0.1"},
        {"CI_API_V4_URL": f"{server.url}/api/v4"},
        {"NUMPLAN_STATE": address},
    ):
        ran = ready("plan", **SECRETS, **variables)
        assert ran.code == 0, ran
    assert ready("plan", "--state", address, **SECRETS).code == 0


def test_a_password_file_that_names_the_host_will_do(ready: Desk, postgres_port: int, tmp_path: Path) -> None:
    url = f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres"
    ready.manifest(f"backend: {{type: postgres, url: '{url}', name: kept}}\n{ONE}")
    kept = tmp_path / "pgpass"
    kept.write_text(f"# 127.0.0.1:*:*:*:x\n*:*:*:*:any\n127.0.0.1:{postgres_port + 1}:*:*:other\n")
    kept.chmod(0o600)
    assert ready("plan", PGPASSFILE=str(kept)).code == 1
    mine = f"127.0.0.1:{postgres_port}:*:postgres:mine\n"
    kept.write_text(mine)
    assert ready("plan", PGPASSFILE=str(kept)).code == 0
    for anywhere in (
        "*:*:*:*:any\n",
        f"*:{postgres_port}:ops:*:any\n",
    ):  # of two lines libpq takes whichever fits
        for lines in (mine + anywhere, anywhere + mine):
            kept.write_text(lines)
            assert ready("plan", PGPASSFILE=str(kept)).code == 1
    kept.write_text(f"*:{postgres_port + 1}:*:*:any\n{mine}")
    assert ready("plan", PGPASSFILE=str(kept)).code == 0
    assert "PGPASSWORD would go there" in ready("plan", PGPASSFILE=str(kept), PGPASSWORD="x").err


def test_s3_is_where_its_own_variable_says(ready: Desk, s3_port: int) -> None:
    ready.manifest(f"backend: {{type: s3, bucket: states, key: own/x.json}}\n{ONE}")
    own = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3_port}"}
    ran = ready("apply", "--auto-approve", **SECRETS, **own)
    assert ran.code == 0, ran
    flag = ("--state", "s3://states/own/x.json")
    for variables in (
        own,
        {"AWS_ENDPOINT_URL_S3": own["AWS_ENDPOINT_URL"], "AWS_ENDPOINT_URL": "https://h.invalid"},
    ):
        assert ready("state", "list", *flag, **SECRETS, **variables).out == "number.support\n"
    named = ("--state", f"{flag[1]}?endpoint={own['AWS_ENDPOINT_URL']}")
    assert ready("state", "list", *named, **SECRETS, AWS_ENDPOINT_URL_S3="http://127.0.0.1:1").code == 0


@pytest.mark.parametrize(
    "elsewhere",
    [
        {
            "http_proxy": "http://127.0.0.1:1",
            "HTTPS_PROXY": "http://127.0.0.1:1",
            "ALL_PROXY": "http://127.0.0.1:1",
        },
        {"AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false"},
        {"AWS_REGION": "eu-central-1"},
    ],
    ids=["proxies", "path style", "region"],
)
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}", "http://localhost:{}/", "HTTP://127.0.0.1:{}"], ids=str
)
def test_a_server_on_this_machine_is_called_as_minio_and_localstack_are(
    ready: Desk, s3_port: int, url: str, elsewhere: dict[str, str]
) -> None:
    """Nothing but the variable says where it is, and no proxy is asked for the way."""
    at = ("--state", f"s3://states/{uuid.uuid4().hex}/x.json")
    own = {**SECRETS, "AWS_ENDPOINT_URL": url.format(s3_port), **elsewhere}
    ready.manifest(ONE)
    ran = ready("apply", "--auto-approve", *at, **own)
    assert ran.code == 0, ran
    assert ready("state", "list", *at, **own).out == "number.support\n"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1/states/x.json: no answer came; no server listens there"),
        ("https://127.0.0.1:1", "no answer came"),
    ],
)
def test_what_fails_at_an_endpoint_is_told_in_words(ready: Desk, url: str, said: str) -> None:
    ready.manifest(ONE)
    ran = ready("plan", "--state", "s3://states/x.json", **SECRETS, AWS_ENDPOINT_URL=url)
    assert ran.code == 1
    assert said in ran.err
    for insides in ("builder error", "error sending request", "Generic S3", "retry_timeout"):
        assert insides not in ran.err


@pytest.mark.parametrize(
    ("url", "said"), [("http://minio.example.com", "in the clear"), ("minio:9000", "https:// and a host")]
)
def test_an_endpoint_that_cannot_be_used_is_told_by_its_variable(ready: Desk, url: str, said: str) -> None:
    ready.manifest(ONE)
    ran = ready("plan", "--state", "s3://states/x.json", **SECRETS, AWS_ENDPOINT_URL=url)
    assert ran.code == 1
    assert "AWS_ENDPOINT_URL cannot be used" in ran.err
    assert said in ran.err


def test_an_address_that_the_library_does_not_call_is_told_in_words(ready: Desk) -> None:
    ready.manifest(ONE)
    place = ("--state", "az://states/x.json?account=acme")
    ran = ready("plan", *place, **SECRETS, AZURE_STORAGE_ENDPOINT="http://127.0.0.1:1")
    assert ran.code == 1
    assert "it is plain http" in ran.err


@pytest.mark.parametrize(
    "url", ["postgresql://db.invalid/ops", "postgresql://127.0.0.1,db.invalid/ops?sslmode=prefer"]
)
def test_a_database_on_another_machine_without_tls_is_refused(ready: Desk, url: str) -> None:
    ready.manifest(ONE)
    ran = ready("plan", "--state", url)
    assert ran.code == 1
    assert "sslmode is prefer" in ran.err
    assert "sslmode=verify-full" in ran.err
