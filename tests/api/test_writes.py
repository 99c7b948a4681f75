"""Purchases and releases: what each answer, and each way of losing it, makes of the numbers sent."""

import base64
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from numplan.api.retry import RetryPolicy
from numplan.model.errors import UnreachableError
from numplan.model.number import E164
from numplan.model.outcome import Barred, NotSent, Refused, Rejected, Succeeded, Unasked, Unknown
from tests.api.answers import judged, offer_row, ok
from tests.api.bytewise import (
    Bytewise,
    Line,
    Step,
    closed_port,
    drip,
    endless,
    hang_up,
    http,
    raw,
    read_request,
    reply,
    reset,
    silence,
)
from tests.api.clock import FakeClock
from tests.api.conftest import TOKEN, MakeClient
from tests.fakes import nothing_barred

ONE = E164("+12050012202")
TWO = E164("+12050012203")
THREE = E164("+12050012204")
FOUR = E164("+12050012205")
BOUGHT = judged(success=["12050012202"])


def bodies(server: Bytewise) -> list[object]:
    return [seen.json()["numbers"] for seen in server.seen]


def test_a_purchase_sends_digits_and_the_trunk(make_client: MakeClient) -> None:
    with Bytewise(reply(judged(success=["12050012202"], error=["+12050012203"]))) as server:
        outcomes = make_client(server.url).purchase([ONE, TWO], 169, nothing_barred)
    assert outcomes == {
        ONE: Succeeded("Number Purchased Successfully"),
        TWO: Refused("Not able to purchase the number"),
    }
    [seen] = server.seen
    assert seen.json() == {"sipTrunkId": 169, "numbers": ["12050012202", "12050012203"]}
    assert seen.path == "/o/virtual-numbers/v1.0/purchase-numbers"
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["accountid"] == "190"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("numplan/")


def test_a_purchase_without_a_trunk_sends_the_numbers_alone(make_client: MakeClient) -> None:
    with Bytewise(reply(BOUGHT)) as server:
        make_client(server.url).purchase([ONE], None, nothing_barred)
    assert server.seen[0].json() == {"numbers": ["12050012202"]}


def test_nothing_asked_nothing_sent(make_client: MakeClient) -> None:
    assert make_client(f"http://127.0.0.1:{closed_port()}/").purchase([], 1, nothing_barred) == {}


def test_a_number_given_twice_is_sent_once(make_client: MakeClient) -> None:
    with Bytewise(reply(BOUGHT)) as server:
        assert list(make_client(server.url).purchase([ONE, ONE], 1, nothing_barred)) == [ONE]
    assert bodies(server) == [["12050012202"]]


UNKNOWN: dict[str, Step] = {
    "no answer at all": hang_up,
    "a reset": reset,
    "silence": silence(3),
    "a body that drips": drip(http(BOUGHT), pause=0.05),
    "a header that drips": raw(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90, pause=0.05),
    "100 Continue for ever": raw(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, pause=0.05),
    "a body cut off": raw(http(BOUGHT)[:-5]),
    "a body cut in JSON": reply(json.dumps(BOUGHT).encode()[:-5]),
    "an endless body": endless,
    "an absurd length": reply(b"{}", headers={"Content-Length": "99999999999999"}),
    "not HTTP": raw(b"220 mail.example ESMTP\r\n"),
    "no content": reply(b"", 204),
    "accepted": reply(BOUGHT, 202),
    "a web page": reply(b"<html>sorry</html>"),
    "a 500": reply(BOUGHT, 500),
    "a 503 with Retry-After": reply(b"", 503, {"Retry-After": "1"}),
    "a 504": reply(b"<html>", 504),
    "a redirect": reply(b"", 302, {"Location": "/elsewhere"}),
    "a status that is not OK": reply(BOUGHT | {"status": "ERROR"}),
    "no status": reply({"data": BOUGHT["data"]}),
    "data of null": reply(ok(None)),
    "no data": reply({"status": "OK"}),
    "wrong types": reply(ok([{"success": {"numbers": [{"accessNumber": 12050012202}]}}])),
    "a key twice": reply(json.dumps(BOUGHT).replace('"data"', '"data":[],"data"', 1).encode()),
    "NaN": reply(json.dumps(BOUGHT | {"x": float("nan")}).encode()),
    "not UTF-8": reply(json.dumps(BOUGHT).replace("Number", "Num\xff").encode("latin-1")),
    "in both lists": reply(judged(["12050012202"], ["12050012202"])),
    "in neither list": reply(judged([], [])),
    "only others": reply(judged(["12050019999"], ["12050018888"])),
    "a number that is none": reply(judged(["12050012202", "none"])),
    "brotli": reply(b"x", headers={"Content-Encoding": "br"}),
    "broken gzip": reply(b"x" * 50, headers={"Content-Encoding": "gzip"}),
}


NOT_NAMED = {"in both lists", "in neither list", "only others", "data of null"}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_all_but_a_well_formed_200_is_unknown_and_sent_once(kind: str, make_client: MakeClient) -> None:
    started = time.monotonic()
    with Bytewise(UNKNOWN[kind]) as server:
        outcomes = make_client(server.url, total=0.5).purchase([ONE], 169, nothing_barred)
    assert isinstance(outcomes[ONE], Unknown)
    assert outcomes[ONE].reason.startswith("the API named" if kind in NOT_NAMED else "purchase")
    assert len(server.seen) == 1
    assert time.monotonic() - started < 8


def test_a_late_answer_of_a_slow_drip_is_cut_at_the_total(make_client: MakeClient) -> None:
    with Bytewise(drip(http(BOUGHT), pause=0.1)) as server:
        started = time.monotonic()
        outcomes = make_client(server.url, total=0.7).purchase([ONE], 169, nothing_barred)
        assert 0.5 < time.monotonic() - started < 5
    assert outcomes[ONE] == Unknown("purchase-numbers: no complete answer came in time")


def test_a_redirect_to_another_host_takes_nothing_there(make_client: MakeClient) -> None:
    for status in (301, 302, 303, 307, 308):
        with Bytewise(reply(BOUGHT)) as other:
            elsewhere = reply(b"", status, {"Location": f"{other.url}virtual-numbers/v1.0/purchase-numbers"})
            with Bytewise(elsewhere) as server:
                outcomes = make_client(server.url).purchase([ONE], 169, nothing_barred)
            assert outcomes[ONE] == Unknown(f"purchase-numbers: the API answered {status}")
            assert other.accepted == 0


def test_a_refused_connection_is_tried_again_then_not_sent(make_client: MakeClient, clock: FakeClock) -> None:
    client = make_client(f"http://127.0.0.1:{closed_port()}/", retry_policy=RetryPolicy(failures=3))
    [outcome] = client.purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, NotSent)
    assert "refused the connection; nothing was sent" in outcome.reason
    assert not outcome.stop
    assert clock.waits == [0.5, 1.0]


def test_a_name_that_does_not_resolve_is_not_sent(make_client: MakeClient) -> None:
    [outcome] = make_client("https://api.invalid/o/").purchase([ONE], 169, nothing_barred).values()
    assert outcome == NotSent("the name api.invalid could not be resolved; nothing was sent")


def test_a_server_that_breaks_off_the_tls_handshake_never_saw_the_call(make_client: MakeClient) -> None:
    with Bytewise(greet=hang_up) as server:
        url = server.url.replace("http:", "https:")
        [outcome] = (
            make_client(url, retry_policy=RetryPolicy(failures=2))
            .purchase([ONE], 169, nothing_barred)
            .values()
        )
    assert isinstance(outcome, NotSent)
    assert server.accepted == 2


def test_a_certificate_that_is_not_trusted_is_not_sent_and_not_tried_again(
    make_client: MakeClient, certificate: Path, clock: FakeClock
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with Bytewise(reply(BOUGHT), tls=context) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, NotSent)
    assert "certificate" in outcome.reason
    assert not server.seen
    assert not clock.waits


def test_a_certificate_for_another_host_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, make_client: MakeClient, certificate: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with Bytewise(reply(BOUGHT), tls=context) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, NotSent)
    assert "127.0.0.1" in outcome.reason
    assert not server.seen


def test_an_expired_certificate_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, make_client: MakeClient, expired_certificate: Path, clock: FakeClock
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(expired_certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(expired_certificate)
    with Bytewise(reply(BOUGHT), tls=context) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, NotSent)
    assert "expired" in outcome.reason
    assert not server.seen
    assert not clock.waits


def test_an_exchange_that_breaks_may_have_been_carried_out_and_is_not_made_again(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client("http://127.0.0.1:1/")
    made: list[object] = []

    def broken(*asked: object, **_: object) -> None:
        made.append(asked)
        raise ZeroDivisionError

    monkeypatch.setattr(client._transport, "call_once", broken)
    [outcome] = client.purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, Unknown)
    assert "the call failed (ZeroDivisionError)" in outcome.reason
    assert len(made) == 1


def test_the_places_of_a_call_that_fails_before_it_is_sent(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It surely never left, so it is made again."""
    passed: list[str] = []

    def failpoint(name: str) -> None:
        passed.append(name)
        if len(passed) == 1:
            raise OSError("not now")

    monkeypatch.setattr("numplan.api.writes.failpoint", failpoint)
    with Bytewise(reply(BOUGHT)) as server:
        assert isinstance(make_client(server.url).purchase([ONE], 169, nothing_barred)[ONE], Succeeded)
    assert passed == ["purchase.before-send", "purchase.before-resend", "purchase.after-send"]


def test_a_call_that_never_leaves_says_why(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def failpoint(_: str) -> None:
        raise OSError("not now")

    monkeypatch.setattr("numplan.api.writes.failpoint", failpoint)
    [outcome] = make_client("http://127.0.0.1:1/").purchase([ONE], 169, nothing_barred).values()
    assert outcome == NotSent("not now; nothing was sent")


def test_an_unclear_answer_is_quoted(make_client: MakeClient) -> None:
    with Bytewise(reply({"message": "out of order"}, 500)) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert outcome == Unknown("purchase-numbers: the API answered 500 (out of order)")
    with Bytewise(reply(b"", 500)) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert outcome == Unknown("purchase-numbers: the API answered 500")


class BrokenClock(FakeClock):
    """A clock with a bug."""

    def wait(self, seconds: float) -> None:
        raise ZeroDivisionError(seconds)


def test_whatever_breaks_between_two_sends_is_unknown_not_an_exception(make_client: MakeClient) -> None:
    with Bytewise(reply(b"", 429)) as server:
        outcomes = make_client(server.url, on=BrokenClock()).purchase([ONE], 169, nothing_barred)
    assert outcomes == {ONE: Unknown("purchase-numbers: numplan broke off (ZeroDivisionError)")}


class Proxy(Bytewise):
    """A proxy that answers CONNECT with `opening` and, if that is a 200, hands the line to a TLS server."""

    def __init__(self, certificate: Path, *steps: Step, opening: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> None:
        self.connects: list[str] = []
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self._script = list(steps)
        self._opening = opening
        super().__init__(greet=self._open)

    def _open(self, line: Line) -> None:
        seen = read_request(line.sock)
        assert seen is not None
        self.connects.append(seen.method)
        line.write(self._opening)
        if b" 200 " in self._opening:
            inside = self._context.wrap_socket(line.sock, server_side=True)
            seen = read_request(inside)
            assert seen is not None
            self.seen.append(seen)
            self._script.pop(0)(Line(inside, threading.Event(), seen))
            inside.close()


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return monkeypatch


def test_proxy_and_certificate_bundle_come_from_the_environment(
    proxied: pytest.MonkeyPatch, certificate: Path, make_client: MakeClient
) -> None:
    with Proxy(certificate, reply(BOUGHT)) as proxy:
        proxied.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        outcomes = make_client("https://api.test/o/").purchase([ONE], 169, nothing_barred)
    assert outcomes == {ONE: Succeeded("Number Purchased Successfully")}
    assert proxy.connects == ["CONNECT"]


def test_a_call_lost_inside_a_proxy_tunnel_is_unknown(
    proxied: pytest.MonkeyPatch, certificate: Path, make_client: MakeClient
) -> None:
    with Proxy(certificate, hang_up) as proxy:
        proxied.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        outcomes = make_client("https://api.test/o/").purchase([ONE], 169, nothing_barred)
    assert isinstance(outcomes[ONE], Unknown)
    assert len(proxy.connects) == 1


def test_the_total_holds_inside_tls(
    proxied: pytest.MonkeyPatch, certificate: Path, make_client: MakeClient
) -> None:
    with Proxy(certificate, drip(http(BOUGHT), pause=0.1)) as proxy:
        proxied.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        started = time.monotonic()
        outcomes = make_client("https://api.test/o/", total=0.7).purchase([ONE], 169, nothing_barred)
        assert time.monotonic() - started < 5
    assert outcomes == {ONE: Unknown("purchase-numbers: no complete answer came in time")}


def test_a_tls_handshake_or_a_tunnel_that_drips_is_cut_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, make_client: MakeClient
) -> None:
    slow = raw(*[b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 60], pause=0.1)
    with Bytewise(greet=silence(6)) as server, Bytewise(greet=slow) as proxy:
        for proxies in ("", f"http://127.0.0.1:{proxy.port}"):
            monkeypatch.setenv("HTTPS_PROXY", proxies)
            url = "https://api.test/" if proxies else server.url.replace("http:", "https:")
            started = time.monotonic()
            [outcome] = (
                make_client(url, retry_policy=RetryPolicy(failures=1))
                .purchase([ONE], 169, nothing_barred)
                .values()
            )
            assert isinstance(outcome, NotSent)
            assert time.monotonic() - started < 4


def test_a_certificate_bundle_that_is_not_there_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, make_client: MakeClient, clock: FakeClock
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    client = make_client("https://127.0.0.1:1/")
    [outcome] = client.purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, NotSent)
    assert "/nowhere.pem" in outcome.reason
    with pytest.raises(UnreachableError, match="nowhere") as caught:
        client.regions()
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert not clock.waits


def test_a_proxy_that_refuses_the_tunnel_lets_nothing_out(
    proxied: pytest.MonkeyPatch, certificate: Path, make_client: MakeClient
) -> None:
    with Proxy(certificate, opening=b"HTTP/1.1 403 Forbidden\r\n\r\n") as proxy:
        proxied.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        [outcome] = (
            make_client("https://api.test/o/", retry_policy=RetryPolicy(failures=2))
            .purchase([ONE], 1, nothing_barred)
            .values()
        )
    assert isinstance(outcome, NotSent)
    assert "Tunnel connection failed: 403" in outcome.reason
    assert len(proxy.connects) == 2


def test_plain_http_to_this_machine_never_goes_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, make_client: MakeClient
) -> None:
    with Bytewise(reply(BOUGHT)) as proxy, Bytewise(reply(BOUGHT)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        make_client(server.url).purchase([ONE], 169, nothing_barred)
    assert (len(server.seen), proxy.accepted) == (1, 0)


def test_a_socks_proxy_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, make_client: MakeClient
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"socks5://127.0.0.1:{closed_port()}")
    [outcome] = make_client("https://api.test/o/").purchase([ONE], 169, nothing_barred).values()
    assert outcome == NotSent("numplan does not go through SOCKS proxies; nothing was sent")


def test_a_429_is_waited_out_and_the_call_made_again(make_client: MakeClient, clock: FakeClock) -> None:
    with Bytewise(reply(b"", 429, {"Retry-After": "7"}), reply(BOUGHT)) as server:
        outcomes = make_client(server.url).purchase([ONE], 169, nothing_barred)
    assert isinstance(outcomes[ONE], Succeeded)
    assert sum(clock.waits) == 8.0  # seven asked for, and at most one more so that clients do not meet
    assert len(server.seen) == 2


def test_a_429_without_end_proves_nothing_and_stops(make_client: MakeClient) -> None:
    with Bytewise(reply(b"", 429)) as server:
        [outcome] = (
            make_client(server.url, retry_policy=RetryPolicy(throttles=4))
            .purchase([ONE], 169, nothing_barred)
            .values()
        )
    reason = "purchase-numbers: the API kept asking to slow down (429)"
    assert outcome == Rejected(reason, stop=True, alone=True)
    assert len(server.seen) == 4


def test_what_is_throttled_to_the_end_once_is_not_waited_for_again(
    make_client: MakeClient, clock: FakeClock
) -> None:
    with Bytewise(reply(b"", 429, {"Retry-After": "3600"})) as server:
        client = make_client(server.url)
        client.purchase([ONE], 169, nothing_barred)
        waited, seen = sum(clock.waits), len(server.seen)
        client.purchase([TWO], 169, nothing_barred)
        with pytest.raises(UnreachableError, match="429"):
            client.regions()
    assert 0 < waited == sum(clock.waits)
    assert len(server.seen) == seen + 2


def test_a_refusal_after_a_429_may_mean_that_the_first_call_was_carried_out(make_client: MakeClient) -> None:
    with Bytewise(reply(b"", 429), reply(judged(error=["12050012202"]))) as server:
        [outcome] = make_client(server.url).purchase([ONE], 169, nothing_barred).values()
    assert outcome == Refused("Not able to purchase the number", doubted=True)


def test_the_gate_is_asked_before_a_call_is_sent_again(make_client: MakeClient) -> None:
    asked: list[object] = []

    def dearer(numbers: Sequence[E164]) -> Mapping[E164, str]:
        asked.append(list(numbers))
        return {TWO: "it now costs more"}

    outcomes = make_client(f"http://127.0.0.1:{closed_port()}/").purchase([ONE, TWO], 169, dearer)
    assert asked == [[ONE, TWO]]
    assert outcomes[TWO] == Barred("it now costs more")
    assert isinstance(outcomes[ONE], NotSent)
    assert outcomes[ONE].again


def test_what_the_gate_bars_after_a_429_stops_no_other_call(make_client: MakeClient) -> None:
    def dearer(_: Sequence[E164]) -> Mapping[E164, str]:
        return {TWO: "it now costs more"}

    with Bytewise(reply(b"", 429, {"Retry-After": "7"})) as server:
        outcomes = make_client(server.url).purchase([ONE, TWO], 169, dearer)
    assert outcomes == {
        ONE: Rejected("purchase-numbers: the API kept asking to slow down (429)", again="halves"),
        TWO: Rejected("it now costs more", again="halves"),
    }
    assert len(server.seen) == 1


def test_an_interruption_during_the_wait_stops_the_call(make_client: MakeClient) -> None:
    clock = FakeClock(stop_after=1)
    with Bytewise(reply(b"", 429, {"Retry-After": "7"})) as server:
        [outcome] = make_client(server.url, on=clock).purchase([ONE], 169, nothing_barred).values()
    assert isinstance(outcome, Rejected), "a 429 proves nothing"
    assert outcome.stop
    assert len(server.seen) == 1


def test_after_an_interruption_nothing_is_sent(make_client: MakeClient, clock: FakeClock) -> None:
    clock.stopped = True
    with Bytewise(reply(BOUGHT)) as server:
        client = make_client(server.url)
        assert client.purchase([ONE], 1, nothing_barred)[ONE] == NotSent(
            "interrupted before it was sent", stop=True
        )
        assert client.release([ONE], nothing_barred)[ONE] == NotSent(
            "interrupted before it was sent", stop=True
        )
    assert server.accepted == 0


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_stop_and_name_the_fix(status: int, make_client: MakeClient) -> None:
    with Bytewise(reply({"message": "no"}, status)) as server:
        outcomes = make_client(server.url).purchase([ONE, TWO], 169, nothing_barred)
    for outcome in outcomes.values():
        assert isinstance(outcome, Rejected)
        assert outcome.stop
        assert "NUMPLAN_TOKEN" in outcome.reason
        assert "NUMPLAN_ACCOUNT_ID" in outcome.reason
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_that_is_rejected_whole_waits_for_a_look_at_the_account(
    status: int, make_client: MakeClient
) -> None:
    with Bytewise(reply({"message": "bad number 03"}, status)) as server:
        outcomes = make_client(server.url).purchase([ONE, TWO], 169, nothing_barred)
    said = f"purchase-numbers: the API answered {status} (bad number 03)"
    assert set(outcomes.values()) == {Rejected(said, again="halves")}
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 402, 404, 405, 408, 409, 410, 413, 418, 422, 423, 451])
def test_a_status_about_one_number_alone_quotes_the_vendor_and_proves_nothing(
    status: int, make_client: MakeClient
) -> None:
    with Bytewise(reply({"message": "Invalid\x1b[31m trunk"}, status)) as server:
        [outcome] = make_client(server.url).purchase([ONE], 1, nothing_barred).values()
    stop = status in {402, 409, 423}
    said = f"purchase-numbers: the API answered {status} (Invalid [31m trunk)"
    assert outcome == Rejected(said, stop=stop, alone=True)
    assert len(server.seen) == 1


def test_numbers_nobody_asked_for_are_told(make_client: MakeClient) -> None:
    answer = judged(success=["12050012202", "12050012203"], error=["12050012204"])
    with Bytewise(reply(answer)) as server:
        outcomes = make_client(server.url).purchase([ONE], 1, nothing_barred)
    assert outcomes == {ONE: Succeeded("Number Purchased Successfully"), TWO: Unasked()}


class TestReleaseForms:
    """The page says "array of strings" and shows an array in an array."""

    NESTED: ClassVar = [["12050012202"]]
    FLAT: ClassVar = ["12050012202"]

    @staticmethod
    def flat_only(line: Line) -> None:
        numbers = line.seen.json()["numbers"]
        if isinstance(numbers[0], list):
            line.write(http({"message": "array of strings expected"}, 400))
        else:
            line.write(http(judged(success=numbers)))

    def test_the_samples_nested_form_goes_first(self, make_client: MakeClient) -> None:
        with Bytewise(reply(BOUGHT)) as server:
            assert isinstance(make_client(server.url).release([ONE], nothing_barred)[ONE], Succeeded)
        assert bodies(server) == [self.NESTED]

    def test_the_flat_form_follows_a_rejection_and_is_remembered(self, make_client: MakeClient) -> None:
        with Bytewise(self.flat_only) as server:
            client = make_client(server.url)
            first = client.release([ONE], nothing_barred)[ONE]
            assert isinstance(first, Rejected)
            assert first.again == "whole", "once the account was looked at"
            assert isinstance(client.release([ONE], nothing_barred)[ONE], Succeeded)
            assert isinstance(client.release([TWO], nothing_barred)[TWO], Succeeded)
        assert bodies(server) == [self.NESTED, self.FLAT, ["12050012203"]]

    def test_a_form_that_was_taken_is_not_doubted_by_a_later_rejection(self, make_client: MakeClient) -> None:
        with Bytewise(reply(BOUGHT), reply({"message": "busy"}, 400)) as server:
            client = make_client(server.url)
            client.release([ONE], nothing_barred)
            [outcome] = client.release([ONE], nothing_barred).values()
            assert outcome == Rejected("release-numbers: the API answered 400 (busy)", alone=True)
        assert bodies(server) == [self.NESTED, self.NESTED]

    def test_of_a_batch_that_both_forms_are_rejected_for_the_halves_are_left(
        self, make_client: MakeClient
    ) -> None:
        with Bytewise(reply({"message": "no"}, 422)) as server:
            client = make_client(server.url)
            again = [client.release([ONE, TWO], nothing_barred)[ONE] for _ in range(3)]
        assert [one.again for one in again if isinstance(one, Rejected)] == ["whole", "halves", "whole"]
        assert [type(sent[0]) for sent in bodies(server)] == [list, str, list]

    def test_an_answer_about_another_number_teaches_nothing(self, make_client: MakeClient) -> None:
        with Bytewise(reply(judged(success=["12050012209"])), self.flat_only) as server:
            client = make_client(server.url)
            assert isinstance(client.release([ONE], nothing_barred)[ONE], Unknown)
            assert isinstance(client.release([ONE], nothing_barred)[ONE], Rejected)
            assert isinstance(client.release([ONE], nothing_barred)[ONE], Succeeded)
        assert bodies(server) == [self.NESTED, self.NESTED, self.FLAT]

    def test_an_unclear_answer_to_the_flat_form_teaches_nothing(self, make_client: MakeClient) -> None:
        with Bytewise(reply(b"", 400), hang_up, reply(b"", 400), reply(BOUGHT)) as server:
            client = make_client(server.url)
            told = [type(client.release([ONE], nothing_barred)[ONE]) for _ in range(4)]
        assert told == [Rejected, Unknown, Rejected, Succeeded]
        assert bodies(server) == [self.NESTED, self.FLAT, self.FLAT, self.NESTED]

    def test_releases_in_many_threads_find_the_flat_form(self, make_client: MakeClient) -> None:
        numbers = [E164(f"+1205001{n:04}") for n in range(40)]
        outcomes: dict[E164, object] = {}

        def release(number: E164) -> None:
            outcome = None
            while outcome is None or isinstance(outcome, Rejected):
                outcome = client.release([number], nothing_barred)[number]
            outcomes[number] = outcome

        with Bytewise(self.flat_only) as server:
            client = make_client(server.url)
            threads = [threading.Thread(target=release, args=(number,)) for number in numbers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert all(isinstance(outcomes[number], Succeeded) for number in numbers)


def test_a_post_never_uses_a_connection_that_was_kept(make_client: MakeClient) -> None:
    with Bytewise(reply(ok([offer_row()]), keep=True), reply(BOUGHT, keep=True)) as server:
        client = make_client(server.url)
        client.find(E164("+16091609123"))
        client.purchase([ONE], 1, nothing_barred)
        client.purchase([ONE], 1, nothing_barred)
    assert server.accepted == 3


def test_a_netrc_does_not_replace_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_client: MakeClient
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Bytewise(reply(BOUGHT)) as server:
        make_client(server.url).purchase([ONE], 1, nothing_barred)
    [seen] = server.seen
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert base64.b64encode(b"someone:else").decode() not in str(seen.headers)


def test_cookies_are_not_kept(make_client: MakeClient) -> None:
    with Bytewise(reply(BOUGHT, headers={"Set-Cookie": "session=1; Path=/"})) as server:
        client = make_client(server.url)
        client.purchase([ONE], 1, nothing_barred)
        client.purchase([ONE], 1, nothing_barred)
    assert "cookie" not in server.seen[1].headers


FAILING = """
import sys
from numplan.api.client import Client
from numplan.model.number import E164
from tests.api.clock import FakeClock
url, call = sys.argv[1:]
client = Client(url, "190", "token", FakeClock())
number = E164("+12050012202")
outcomes = client.purchase([number], 1, lambda _: {}) if call == "purchase" else client.release([number], lambda _: {})
print(outcomes[number])
"""


@pytest.mark.parametrize(
    ("failpoint", "steps", "requests", "told"),
    [
        ("purchase.before-send", [reply(BOUGHT)], 1, "Succeeded"),
        ("purchase.after-send", [reply(BOUGHT)], 1, "Unknown"),
        ("purchase.before-resend", [reply(b"", 429), reply(BOUGHT)], 2, "Succeeded"),
        ("release.before-send", [reply(BOUGHT)], 1, "Succeeded"),
        ("release.after-send", [reply(BOUGHT)], 1, "Unknown"),
        ("release.before-resend", [reply(b"", 429), reply(BOUGHT)], 2, "Succeeded"),
    ],
)
def test_a_failure_at_a_failpoint_never_escapes(
    failpoint: str, steps: list[Step], requests: int, told: str
) -> None:
    with Bytewise(*steps) as server:
        call = failpoint.partition(".")[0]
        done = subprocess.run(
            [sys.executable, "-c", FAILING, server.url, call],
            env=os.environ | {"NUMPLAN_FAILPOINT": f"{failpoint}:1:raise", "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.startswith(told)
    assert len(server.seen) == requests
