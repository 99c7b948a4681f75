"""Without TLS, only this machine is called, and what an operator names in NUMPLAN_PLAIN_HTTP with its port.

0.0.0.0 is this machine too, but no loopback address: it stands here for another host.
"""

import pytest

from tests.cli.desk import Desk, run_of
from tests.services.state_server import StateServer

(A,) = run_of(16095550101, 1)
ONE = f'numbers: {{support: {{number: "{A}"}}}}\n'
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "canary-password", "AWS_REGION": "us-east-1"}
PROXY = {
    "http_proxy": "http://127.0.0.1:1",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "no_proxy": "",
    "NO_PROXY": "",
}


def elsewhere(url: str) -> str:
    """The same server, by an address that is no loopback address."""
    return url.replace("127.0.0.1", "0.0.0.0").replace("localhost", "0.0.0.0")


def authority(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def test_the_api_is_called_where_it_is_named_and_by_no_proxy(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    url = elsewhere(desk.emulator.url)
    told = desk("plan", NUMPLAN_API_URL=url)
    assert told.code == 1
    assert "in the clear" in told.err
    port = int(authority(url).rpartition(":")[2])
    for other in (f"0.0.0.0:{port + 1}", f"emulator:{port}"):
        assert desk("plan", NUMPLAN_API_URL=url, NUMPLAN_PLAIN_HTTP=other).code == 1
    assert desk("plan", NUMPLAN_API_URL=url, NUMPLAN_PLAIN_HTTP=authority(url), **PROXY).code == 0
    wrong = desk("plan", NUMPLAN_PLAIN_HTTP="emulator")
    assert wrong.code == 1
    assert "NUMPLAN_PLAIN_HTTP has an entry that is no host:port: 'emulator'" in wrong.err


@pytest.mark.parametrize("kind", ["http", "s3"])
def test_state_lives_where_it_is_named(desk: Desk, server: StateServer, s3_port: int, kind: str) -> None:
    """With proxies in the environment that would be sent the credentials in the clear."""
    desk.stock(A)
    desk.manifest(ONE)
    url = elsewhere(server.url if kind == "http" else f"http://127.0.0.1:{s3_port}")
    place = f"{url}/plain-http" if kind == "http" else "s3://states/plain-http.json"
    given = {"NUMPLAN_STATE": place, **KEYS, **({} if kind == "http" else {"AWS_ENDPOINT_URL": url}), **PROXY}
    refused = desk("apply", "--auto-approve", **given)
    assert refused.code == 1
    assert "in the clear" in refused.err
    given["NUMPLAN_PLAIN_HTTP"] = f"emulator:8190,{authority(url)}"
    assert desk("apply", "--auto-approve", **given).code == 0
    assert "No changes" in desk("plan", **given).out


def test_a_manifest_alone_still_sends_nothing_there(desk: Desk, server: StateServer) -> None:
    """That a server may be called without TLS is no word that it may have credentials."""
    url = elsewhere(server.url)
    desk.manifest(f"{ONE}backend: {{type: http, address: '{url}/x'}}\n")
    told = desk("plan", NUMPLAN_STATE_PASSWORD="canary", NUMPLAN_PLAIN_HTTP=authority(url))
    assert told.code == 1
    assert "nothing else allows credentials to be sent there" in told.err
    assert not server.calls
