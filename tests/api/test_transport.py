"""The reading calls over raw sockets: retries, limits, and what each status means."""

import gzip
import time
from typing import Any

import pytest

from numplan.api.retry import RetryPolicy
from numplan.model.account import Criteria, Unreadable
from numplan.model.errors import AnswerError, ApiError, CredentialsError, UnreachableError
from numplan.model.number import E164
from tests.api.answers import offer_row, ok, owned_row
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
    reply,
    reset,
    silence,
)
from tests.api.clock import FakeClock
from tests.api.conftest import MakeClient

NUMBER = E164("+16091609123")
OTHER = E164("+16091609124")
FOUND = ok([offer_row()], total=1)


def test_a_call_carries_the_account_and_the_question(make_client: MakeClient) -> None:
    with Bytewise(reply(ok([], total=0))) as server:
        client = make_client(server.url)
        client.search(Criteria("United States", "New York", "Non-Geographic", "Voice+SMS", "888"), wanted=4)
        client.find(NUMBER)
        client.look_up(NUMBER)
        client.regions()
    search, find, look_up, regions = server.seen
    assert search.query == {
        "country": "United States",
        "state": "New York",
        "numberType": "Non-Geographic",
        "numberCategory": "Voice+SMS",
        "digits": "888",
        "size": "14",
    }
    assert find.query == {"number": "16091609123"}
    assert look_up.query == {"accessNumber": "16091609123", "size": "10"}
    assert (regions.path, regions.query) == ("/o/virtual-numbers/v1.0/regions", {})
    assert {seen.headers["accountid"] for seen in server.seen} == {"190"}


PASSING: dict[str, Step] = {
    "no answer": hang_up,
    "a reset": reset,
    "a 500": reply(b"", 500),
    "a 503": reply(b"<html>", 503),
    "a 408": reply(b"", 408),
    "a 429": reply(b"", 429),
    "a body cut off": raw(http(FOUND)[:-9]),
    "silence": silence(2),
    "a slow drip": drip(http(FOUND), pause=0.02),
    "not HTTP": raw(b"hello\r\n\r\n"),
}


@pytest.mark.parametrize("kind", PASSING)
def test_what_may_pass_is_tried_again(kind: str, make_client: MakeClient, clock: FakeClock) -> None:
    with Bytewise(PASSING[kind], reply(FOUND)) as server:
        assert make_client(server.url, total=1.0).find(NUMBER) is not None
    assert len(server.seen) == 2
    assert len(clock.waits) == 1


@pytest.mark.parametrize("kind", PASSING)
def test_what_does_not_pass_is_unreachable_in_the_end(kind: str, make_client: MakeClient) -> None:
    retry_policy = RetryPolicy(failures=3, throttles=3)
    with Bytewise(PASSING[kind]) as server, pytest.raises(UnreachableError) as caught:
        make_client(server.url, total=0.3, retry_policy=retry_policy).find(NUMBER)
    assert len(server.seen) == 3
    assert caught.value.endpoint == "find-number"
    assert caught.value.hint
    assert "0x" not in caught.value.message


FINAL: dict[str, tuple[Step, type[ApiError], str]] = {
    "400": (reply({"message": "country is required"}, 400), AnswerError, "answered 400: country is required"),
    "401": (reply(b"", 401), CredentialsError, "refused the credentials (401)"),
    "403": (reply(b"", 403), CredentialsError, "refused the credentials (403)"),
    "204": (reply(b"", 204), AnswerError, "answered 204"),
    "301": (reply(b"", 301, {"Location": "https://example.com/"}), AnswerError, "answered 301"),
    "307 to nonsense": (reply(b"", 307, {"Location": "http://[::1"}), AnswerError, "answered 307"),
    "web page": (reply(b"<html>"), AnswerError, "not sound JSON"),
    "absurd length": (reply(b"", headers={"Content-Length": "9" * 15}), AnswerError, "larger than"),
    "endless": (endless, AnswerError, "larger than"),
    "gzip bomb": (
        reply(gzip.compress(b" " * 1_000_000) * 100, headers={"Content-Encoding": "gzip"}),
        AnswerError,
        "larger than",
    ),
    "brotli": (reply(b"", headers={"Content-Encoding": "br"}), AnswerError, "compressed as 'br'"),
    "gzip twice": (reply(b"", headers={"Content-Encoding": "gzip, gzip"}), AnswerError, "compressed as"),
}


@pytest.mark.parametrize("kind", FINAL)
def test_what_cannot_pass_is_an_error_at_once(kind: str, make_client: MakeClient, clock: FakeClock) -> None:
    step, error, words = FINAL[kind]
    with Bytewise(step) as server, pytest.raises(error) as caught:
        make_client(server.url).find(NUMBER)
    assert words in caught.value.message
    assert len(server.seen) == 1
    assert not clock.waits


def test_refused_credentials_name_the_fix(make_client: MakeClient) -> None:
    with Bytewise(reply(b"", 401)) as server, pytest.raises(CredentialsError) as caught:
        make_client(server.url).purchased(expected=1)
    assert caught.value.hint == "check NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID"


def test_a_compressed_answer_is_read(make_client: MakeClient) -> None:
    packed = gzip.compress(http(FOUND).partition(b"\r\n\r\n")[2])
    with Bytewise(reply(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert make_client(server.url).find(NUMBER) is not None
    assert server.seen[0].headers["accept-encoding"] == "gzip"


def test_a_header_that_drips_is_cut_at_the_total(make_client: MakeClient) -> None:
    slow = raw(b"HTTP/1.1 200 OK\r\n", *[b"X-Y: z\r\n"] * 90, pause=0.1)
    started = time.monotonic()
    with Bytewise(slow) as server, pytest.raises(UnreachableError, match="no complete answer came in time"):
        make_client(server.url, total=0.5, retry_policy=RetryPolicy(failures=1)).find(NUMBER)
    assert time.monotonic() - started < 5


def test_a_refused_connection_is_unreachable(make_client: MakeClient) -> None:
    with pytest.raises(UnreachableError, match="refused the connection"):
        make_client(f"http://127.0.0.1:{closed_port()}/").regions()


def test_an_interruption_ends_the_retries(make_client: MakeClient) -> None:
    clock = FakeClock(stop_after=1)
    with Bytewise(reply(b"", 503)) as server, pytest.raises(UnreachableError):
        make_client(server.url, on=clock).find(NUMBER)
    assert len(server.seen) == 1


def test_retry_after_is_honoured_on_503_too(make_client: MakeClient, clock: FakeClock) -> None:
    with Bytewise(reply(b"", 503, {"Retry-After": "9"}), reply(FOUND)) as server:
        make_client(server.url).find(NUMBER)
    assert clock.waits == [9.5]


def test_connections_are_kept(make_client: MakeClient) -> None:
    with Bytewise(reply(FOUND, keep=True)) as server:
        client = make_client(server.url)
        for _ in range(5):
            client.find(NUMBER)
    assert server.accepted == 1


class TestFind:
    def test_no_rows_and_404_mean_not_for_sale(self, make_client: MakeClient) -> None:
        for step in (reply(ok([])), reply(ok(None)), reply({"message": "no"}, 404)):
            with Bytewise(step) as server:
                assert make_client(server.url).find(NUMBER) is None

    def test_an_answer_about_another_number_says_nothing_of_this_one(self, make_client: MakeClient) -> None:
        for rows in (
            [offer_row(OTHER)],
            [offer_row(), offer_row(OTHER)],
            [offer_row(OTHER, setupCharge=None)],
        ):
            with Bytewise(reply(ok(rows))) as server:
                found = make_client(server.url).find(NUMBER)
            assert isinstance(found, Unreadable)
            assert (found.number, found.problem) == (NUMBER, f"its number is {OTHER}, not the one asked for")

    def test_a_row_repeated_is_one_offer_and_two_prices_are_none(self, make_client: MakeClient) -> None:
        with Bytewise(reply(ok([offer_row(), offer_row("16091609123")]))) as server:
            assert make_client(server.url).find(NUMBER) is not None
        cheap = offer_row(setupCharge="0.01")
        with Bytewise(reply(ok([offer_row(), cheap]))) as server:
            assert isinstance(make_client(server.url).find(NUMBER), Unreadable)

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"setupCharge": "N/A"}, "its setupCharge is 'N/A'"),
            ({"recurringCharge": None}, "its recurringCharge is null"),
            ({"country": None}, "its country is null"),
            ({"number": "+0800123456"}, "its number is '+0800123456'"),
        ],
    )
    def test_a_row_without_a_price_or_a_word_missing_is_no_offer(
        self, change: dict[str, Any], problem: str, make_client: MakeClient
    ) -> None:
        for rows in ([offer_row(**change)], [offer_row(), offer_row(**change)]):
            with Bytewise(reply(ok(rows))) as server:
                found = make_client(server.url).find(NUMBER)
            assert isinstance(found, Unreadable)
            assert found.problem == problem


class TestLookUp:
    def look(self, make_client: MakeClient, *steps: Step) -> tuple[bool, list[str]]:
        with Bytewise(*steps) as server:
            found = make_client(server.url).look_up(NUMBER) is not None
        return found, [seen.query["size"] for seen in server.seen]

    def test_only_an_exact_match_counts(self, make_client: MakeClient) -> None:
        near = [owned_row("+160916091234"), owned_row("+1609160912")]
        assert self.look(make_client, reply(ok(near, total=2))) == (False, ["10"])
        assert self.look(make_client, reply(ok([*near, owned_row(NUMBER)], total=3))) == (True, ["10"])

    def test_a_full_answer_without_the_number_is_asked_for_again_larger(
        self, make_client: MakeClient
    ) -> None:
        near = [owned_row(f"+16091609123{n}") for n in range(10)]
        longer = ok([*near, owned_row(NUMBER)], total=11)
        assert self.look(make_client, reply(ok(near, total=10)), reply(longer)) == (True, ["10", "1000"])
        assert self.look(make_client, reply(ok(near, total=11)), reply(longer)) == (True, ["10", "1000"])

    def test_an_answer_that_stays_short_of_its_total_is_an_error(self, make_client: MakeClient) -> None:
        with pytest.raises(AnswerError, match="is not known"):
            self.look(make_client, reply(ok([], total=1)))

    def test_without_a_total_rows_that_do_not_match_prove_nothing(self, make_client: MakeClient) -> None:
        assert self.look(make_client, reply(ok([]))) == (False, ["10"])
        assert self.look(make_client, reply(ok([owned_row("+160916091230")]))) == (False, ["10"])
        with pytest.raises(AnswerError, match="is not known"):
            self.look(make_client, reply(ok([owned_row("+442012345678")])))


class Stock:
    """search over a stock of rows, which honours `size` up to a cap."""

    def __init__(self, count: int, cap: int = 10**9, *, total: bool = True) -> None:
        self.rows = [offer_row(f"+1609{n:07}") for n in range(count)]
        self.cap = cap
        self.total = total

    def __call__(self, line: Line) -> None:
        shown = self.rows[: min(int(line.seen.query["size"]), self.cap)]
        line.write(http(ok(shown, **({"total": len(self.rows)} if self.total else {}))))


class TestSearch:
    CRITERIA = Criteria("United States")

    @pytest.mark.parametrize(
        ("count", "wanted", "found", "exhausted"),
        [(0, 5, 0, True), (3, 5, 3, True), (14, 5, 14, True), (15, 5, 15, False), (500, 5, 15, False)],
    )
    def test_enough_offers_or_all_there_are(
        self, count: int, wanted: int, found: int, exhausted: bool, make_client: MakeClient
    ) -> None:
        with Bytewise(Stock(count)) as server:
            came = make_client(server.url).search(self.CRITERIA, wanted=wanted)
        assert (len(came.offers), came.exhausted) == (found, exhausted)
        assert len(server.seen) == 1

    def test_all_of_a_large_stock(self, make_client: MakeClient) -> None:
        with Bytewise(Stock(5000)) as server:
            came = make_client(server.url).search(self.CRITERIA, wanted=None)
        assert (len(came.offers), came.exhausted) == (5000, True)
        assert [seen.query["size"] for seen in server.seen] == ["1000", "4000", "16000"]

    def test_a_capped_stock_is_not_exhausted(self, make_client: MakeClient) -> None:
        with Bytewise(Stock(500, cap=100)) as server:
            came = make_client(server.url).search(self.CRITERIA, wanted=None)
        assert (len(came.offers), came.exhausted) == (100, False)

    def test_wanting_nothing_asks_nothing(self, make_client: MakeClient) -> None:
        with Bytewise(Stock(5)) as server:
            assert make_client(server.url).search(self.CRITERIA, wanted=0).offers == ()
        assert not server.seen

    def test_rows_that_are_not_what_was_asked_for_are_replaced_by_more(self, make_client: MakeClient) -> None:
        stock = Stock(60)
        for row in stock.rows[:14]:
            row["numberType"] = "Mobile"
        with Bytewise(stock) as server:
            came = make_client(server.url).search(Criteria("United States", type="Geographic"), wanted=5)
        assert len(came.offers) == 46
        assert [seen.query["size"] for seen in server.seen] == ["15", "60"]
