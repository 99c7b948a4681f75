"""Connections that are opened while the calls before are under way: one call each, and nothing sent on a bad one."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from numplan.api.client import Client
from numplan.api.retry import RetryPolicy
from numplan.http import early
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Outcome, Succeeded, Unknown
from tests.api.answers import judged
from tests.api.bytewise import Bytewise, Line, http, read_request, reply
from tests.api.conftest import MakeClient
from tests.api.test_writes import UNKNOWN, Proxy, proxied
from tests.fakes import nothing_barred

__all__ = ["proxied"]

ONE = E164("+12050012202")
BOUGHT = judged(success=["12050012202"])
AHEAD = 2 * 4
"""The most of them: two for each call that the clients here may make at once."""


class Door:
    """One connection as its server saw it: the requests that came, and whether the other side ended it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.requests = 0
        self.ended = threading.Event()


Serve = Callable[[Door], None]


class Doors:
    """A server that treats each connection by its place: the last way of `ways` is that of all further ones. Each is
    kept open after an answer, so that it could be used again.
    """

    def __init__(self, *ways: Serve) -> None:
        self._ways = ways
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.doors: list[Door] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/o/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for door in self.doors:
            door.sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                way = self._ways[min(len(self.doors), len(self._ways) - 1)]
                self.doors.append(Door(sock))
                threading.Thread(target=self._serve, args=(way, self.doors[-1]), daemon=True).start()

    def _serve(self, way: Serve, door: Door) -> None:
        with contextlib.suppress(OSError):
            way(door)

    def wait_for(self, count: int) -> None:
        """Until so many connections were made."""
        until(lambda: len(self.doors) >= count)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def answers(door: Door) -> None:
    """Answer whatever comes, and keep the connection."""
    while read_request(door.sock) is not None:
        door.requests += 1
        door.sock.sendall(http(BOUGHT))
    door.ended.set()


def closes(door: Door) -> None:
    """Close before anything came."""
    door.sock.close()


def resets(door: Door) -> None:
    """Reset before anything came."""
    door.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    door.sock.close()


def complains(door: Door) -> None:
    """Say that it took too long, and close: a server's word before anything was asked."""
    door.sock.sendall(http(b"", 408, {"Connection": "close"}))
    door.sock.close()


def hangs_up_on_a_request(door: Door) -> None:
    """Read a request, and answer nothing."""
    if read_request(door.sock) is not None:
        door.requests += 1
    door.sock.close()


def buy(client: Client, to_come: int) -> Outcome:
    """One purchase, of so many that are to come."""
    client.expect_calls(to_come)
    return client.purchase([ONE], None, nothing_barred)[ONE]


def test_the_next_connection_is_opened_while_a_call_is_under_way(make_client: MakeClient) -> None:
    open_by_then: list[int] = []

    def slow(line: Line) -> None:
        until(lambda: server.accepted > len(server.seen) or len(server.seen) == 6)
        open_by_then.append(server.accepted)
        line.write(http(BOUGHT))

    with Bytewise(slow) as server:
        client = make_client(server.url)
        for to_come in range(6, 0, -1):
            assert isinstance(buy(client, to_come), Succeeded)
    assert server.accepted == 6  # none is left over
    assert open_by_then[0] >= 2
    assert max(ahead - at for at, ahead in enumerate(open_by_then, 1)) <= AHEAD


def test_each_connection_carries_one_post(make_client: MakeClient) -> None:
    with Doors(answers) as server:
        client = make_client(server.url)
        for to_come in range(12, 0, -1):
            assert isinstance(buy(client, to_come), Succeeded)
            server.wait_for(min(13 - to_come + 1, 12))
        client.expect_calls(0)
    assert [door.requests for door in server.doors] == [1] * 12


def test_many_threads_share_them_and_each_connection_carries_one_post(make_client: MakeClient) -> None:
    left, turn = iter(range(60, 0, -1)), threading.Lock()

    def lane() -> None:
        while True:
            with turn:
                to_come = next(left, 0)
                if not to_come:
                    return
                client.expect_calls(to_come)
            outcomes.append(client.purchase([ONE], None, nothing_barred)[ONE])

    outcomes: list[Outcome] = []
    with Doors(answers) as server:
        client = make_client(server.url)
        lanes = [threading.Thread(target=lane) for _ in range(4)]
        for one in lanes:
            one.start()
        for one in lanes:
            one.join()
        client.expect_calls(0)
        until(lambda: all(door.ended.is_set() for door in server.doors))
    assert len(outcomes) == 60
    assert all(isinstance(one, Succeeded) for one in outcomes)
    assert Counter(door.requests for door in server.doors) == Counter({1: 60})


@pytest.mark.parametrize("to_come", [0, 1])
def test_none_is_opened_where_no_call_follows(to_come: int, make_client: MakeClient) -> None:
    with Doors(answers) as server:
        client = make_client(server.url)
        buy(client, to_come)
        client.regions()
        time.sleep(0.1)
    assert len(server.doors) == 2


def test_no_more_than_two_for_each_call_at_once_are_open_ahead(make_client: MakeClient) -> None:
    with Doors(answers) as server:
        client = make_client(server.url)
        for _ in range(3):
            buy(client, 1000)
        time.sleep(0.1)
        assert len(server.doors) <= 3 + AHEAD
        client.expect_calls(0)


@pytest.mark.parametrize("leave", [lambda client: client.expect_calls(0), lambda client: client.close()])
def test_what_no_call_needs_is_closed_unused(
    leave: Callable[[Client], None], make_client: MakeClient
) -> None:
    with Doors(answers) as server:
        client = make_client(server.url)
        buy(client, 9)
        server.wait_for(2)
        leave(client)
        until(lambda: all(door.ended.is_set() for door in server.doors))
        time.sleep(0.05)
    assert [door.requests for door in server.doors][:2] == [1, 0]


def test_one_that_is_still_being_opened_when_no_call_needs_it_is_closed_too() -> None:
    opening, go_on = threading.Event(), threading.Event()
    ours, theirs = socket.socketpair()

    class Pool:
        def not_yet_open(self) -> early.EarlyConnection:
            return early.EarlyConnection("api.test")

    def connect(connection: early.EarlyConnection) -> None:
        opening.set()
        assert go_on.wait(5)
        connection.sock = ours

    line = early.Early(2)
    line.expect(3)
    line.begin(Pool(), connect, 1.0)
    assert opening.wait(5)
    line.expect(0)
    go_on.set()
    theirs.settimeout(5)
    assert theirs.recv(1) == b""
    line.close()


def test_one_that_waits_too_long_is_closed(monkeypatch: pytest.MonkeyPatch, make_client: MakeClient) -> None:
    monkeypatch.setattr(early, "IDLE_MOST", 0.2)
    with Doors(answers) as server:
        client = make_client(server.url)
        buy(client, 9)
        server.wait_for(2)
        began = time.monotonic()
        assert server.doors[1].ended.wait(5)
        assert time.monotonic() - began < 2
        assert isinstance(buy(client, 8), Succeeded)
        client.expect_calls(0)
    assert server.doors[1].requests == 0


@pytest.mark.parametrize("spoil", [closes, resets, complains])
def test_nothing_is_sent_on_one_that_the_server_is_done_with(spoil: Serve, make_client: MakeClient) -> None:
    with Doors(answers, spoil, answers) as server:
        client = make_client(server.url)
        buy(client, 3)
        server.wait_for(2)
        time.sleep(0.1)  # so that its end has come
        assert isinstance(buy(client, 2), Succeeded)
        assert isinstance(buy(client, 1), Succeeded)
        client.expect_calls(0)
    assert server.doors[1].requests == 0
    assert sum(door.requests for door in server.doors) == 3


def test_a_server_that_wants_none_is_left_alone(make_client: MakeClient) -> None:
    """It closes what is not used at once: after as many as there are calls at once, no more are opened early."""

    def impatient(door: Door) -> None:
        door.sock.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            answers(door)
        door.sock.close()

    with Doors(impatient) as server:
        client = make_client(server.url)
        for to_come in range(20, 0, -1):
            assert isinstance(buy(client, to_come), Succeeded)
            time.sleep(0.15)
        client.expect_calls(0)
    assert sum(door.requests for door in server.doors) == 20
    assert len(server.doors) <= 20 + 2 * AHEAD


def test_a_call_that_was_lost_on_one_is_unknown_and_not_sent_again(make_client: MakeClient) -> None:
    with Doors(answers, hangs_up_on_a_request) as server:
        client = make_client(server.url)
        buy(client, 2)
        server.wait_for(2)
        assert isinstance(buy(client, 1), Unknown)
        client.expect_calls(0)
    assert [door.requests for door in server.doors] == [1, 1]


@pytest.mark.parametrize("kind", UNKNOWN)
def test_an_outcome_is_the_same_as_on_a_connection_opened_for_the_call(
    kind: str, make_client: MakeClient
) -> None:
    found = []
    for ahead in (False, True):
        with Bytewise(reply(BOUGHT), UNKNOWN[kind]) as server:
            client = make_client(server.url, total=0.7)
            buy(client, 2 if ahead else 0)
            if ahead:
                until(lambda server=server: server.accepted == 2)  # type: ignore[misc]
            found.append(buy(client, 1 if ahead else 0))
            client.expect_calls(0)
            assert (len(server.seen), server.accepted) == (2, 2)
    assert found[0] == found[1]


def test_a_server_that_is_gone_by_the_next_call_was_sent_nothing(make_client: MakeClient) -> None:
    with Doors(answers, closes) as server:
        client = make_client(server.url, retry_policy=RetryPolicy(failures=1))
        buy(client, 3)
        server.wait_for(2)
    outcome = buy(client, 2)
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "127.0.0.1:{} refused the connection; nothing was sent".format(
        server.url.split(":")[2].split("/")[0]
    )


def test_a_call_waits_for_one_that_is_being_opened_and_fails_as_it_does() -> None:
    """It has failed to connect, in the very words; what is opened in its place goes its own way."""
    go_on = threading.Event()

    class Pool:
        def not_yet_open(self) -> early.EarlyConnection:
            return early.EarlyConnection("api.test")

    def connect(connection: early.EarlyConnection) -> None:
        assert go_on.wait(5)
        if connection is taken:
            raise ConnectionRefusedError("no")

    line, pool = early.Early(1), Pool()
    line.expect(2)
    line.begin(pool, connect, 1.0)
    taken = line.take(pool)
    assert taken is not None
    assert taken.is_closed
    threading.Timer(0.05, go_on.set).start()
    with pytest.raises(ConnectionRefusedError, match="no"):
        taken.connect()
    line.close()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> ssl.SSLContext:
    """A server's context for api.test, whose certificate is believed."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_handshake_of_tls_is_over_before_the_call(
    version: ssl.TLSVersion,
    trusted: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    make_client: MakeClient,
) -> None:
    """With TLS 1.3 a server sends session tickets of its own accord: that is no reason to open another."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more: real("127.0.0.1" if host == "api.test" else host, *more)
    )
    trusted.minimum_version = trusted.maximum_version = version
    with Bytewise(reply(BOUGHT), tls=trusted) as server:
        client = make_client(f"https://api.test:{server.port}/o/")
        for to_come in range(6, 0, -1):
            assert isinstance(buy(client, to_come), Succeeded)
            time.sleep(0.05)
        client.expect_calls(0)
    assert (len(server.seen), server.accepted) == (6, 6)


def test_each_goes_through_the_proxy_by_a_tunnel_of_its_own(
    certificate: Path, proxied: pytest.MonkeyPatch, make_client: MakeClient
) -> None:
    with Proxy(certificate, *[reply(BOUGHT)] * 4) as proxy:
        proxied.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        client = make_client("https://api.test/o/")
        for to_come in range(4, 0, -1):
            assert isinstance(buy(client, to_come), Succeeded)
            time.sleep(0.05)
        client.expect_calls(0)
    assert proxy.connects == ["CONNECT"] * 4
